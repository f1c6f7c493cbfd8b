//! Syncs a file to disk every half second while it is written, on a thread of its own because syncing blocks.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

const INTERVAL: Duration = Duration::from_millis(500);

/// The lengths of the written and of the synced part of a file, and the thread that syncs it.
#[derive(Debug, Default)]
pub(super) struct Syncer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    written: AtomicU64,
    synced: AtomicU64,
    stop: AtomicBool,
    failure: Mutex<Option<io::Error>>,
}

impl Syncer {
    /// Starts the thread, unless it runs.
    pub(super) fn start(&mut self, file: &File) -> io::Result<()> {
        if self.thread.is_none() {
            let (file, shared) = (file.try_clone()?, self.shared.clone());
            let thread = std::thread::Builder::new().name("results-sync".into());
            self.thread = Some(thread.spawn(move || shared.run(&file))?);
        }
        Ok(())
    }

    /// Records that the file has been written up to this length.
    pub(super) fn wrote(&self, length: u64) {
        self.shared.written.store(length, Ordering::Release);
    }

    /// Records that the file has been synced up to this length.
    pub(super) fn has_synced(&self, length: u64) {
        self.shared.synced.fetch_max(length, Ordering::AcqRel);
    }

    /// Returns the length up to which the file has been synced.
    pub(super) fn synced(&self) -> u64 {
        self.shared.synced.load(Ordering::Acquire)
    }

    /// Returns the error because of which syncing has stopped. Returns it only once.
    pub(super) fn failure(&self) -> Option<io::Error> {
        self.shared.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Shared {
    fn run(&self, file: &File) {
        while !self.stop.load(Ordering::Acquire) {
            std::thread::park_timeout(INTERVAL);
            let written = self.written.load(Ordering::Acquire);
            if written <= self.synced.load(Ordering::Acquire) {
                continue;
            }
            match file.sync_data() {
                Ok(()) => drop(self.synced.fetch_max(written, Ordering::AcqRel)),
                Err(error) => {
                    *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    return;
                }
            }
        }
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}
