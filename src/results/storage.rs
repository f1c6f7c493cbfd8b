//! File operations of the journal: private files, atomic replacement, locks, and syncing to disk.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Returns the path at which the replacement of a file is written: in the same folder, so that it can be renamed.
pub(crate) fn beside(path: &Path) -> PathBuf {
    with_suffix(path, ".new")
}

/// Creates a file that only its owner may read, or empties an existing one.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        let file = options.mode(0o600).open(path)?;
        // An existing file would keep its mode. The mode of a pipe or a device must not change.
        if file.metadata()?.is_file() {
            file.set_permissions(fs::Permissions::from_mode(0o600))?;
        }
        Ok(file)
    }
    #[cfg(not(unix))]
    options.open(path)
}

/// Syncs a file to disk, unless it is a pipe or a device.
pub(super) fn sync(file: &File) -> io::Result<()> {
    if file.metadata()?.is_file() { file.sync_all() } else { Ok(()) }
}

/// Replaces a file atomically: syncs the new file, renames it, and syncs the directory.
pub(crate) fn replace(file: File, from: &Path, to: &Path) -> io::Result<()> {
    file.sync_all()?;
    drop(file);
    fs::rename(from, to)?;
    sync_directory(to)
}

pub(super) fn sync_directory(of: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let parent = of.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(parent)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = of;
    Ok(())
}

/// A lock on a results file, held by one run at a time.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Returns the path of the lock of a results file. It is the same for every spelling of the file's path.
    fn path(path: &Path) -> PathBuf {
        with_suffix(&path.canonicalize().unwrap_or_else(|_| path.to_owned()), ".lock")
    }

    /// Takes the lock of the results file at `path`; `None` if another run holds it.
    pub(super) fn take(path: &Path) -> io::Result<Option<Self>> {
        let path = Self::path(path);
        loop {
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // The run that held the lock before may have removed the file after we opened it.
            if is_at(&file, &path) {
                return Ok(Some(Self { file, path }));
            }
        }
    }
}

/// A lock that prevents any run from writing a results file until it is dropped.
#[derive(Debug)]
pub struct FileLock(#[expect(dead_code, reason = "held, not used")] Option<Lock>);

/// An error for a results file that another run is writing, or may be writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("another bulk-invite is using")]
pub struct InUse;

impl FileLock {
    /// Locks the results file at `path`.
    pub fn take(path: &Path) -> Result<Self, InUse> {
        match Lock::take(path) {
            Ok(Some(lock)) => Ok(Self(Some(lock))),
            Ok(None) => Err(InUse),
            // In a folder that is not writable, another user may hold a lock.
            Err(_) => match File::open(Lock::path(path)).map(|file| file.try_lock_shared()) {
                Ok(Ok(())) => Ok(Self(None)),
                Ok(Err(_)) => Err(InUse),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self(None)),
                Err(_) => Err(InUse),
            },
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is still held, so that no other run can lock a file that is about to be removed.
        let _ = fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}

/// Returns whether the open file is still the one at `path`.
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let (Ok(open), Ok(named)) = (file.metadata(), fs::metadata(path)) else { return false };
        (open.dev(), open.ino()) == (named.dev(), named.ino())
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        path.exists()
    }
}

/// Syncs a file to disk every half second while it is written, on a thread of its own because syncing blocks.
#[derive(Debug)]
pub(super) struct Syncer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    dirty: AtomicBool,
    stop: AtomicBool,
    failure: Mutex<Option<io::Error>>,
}

impl Syncer {
    pub(super) fn start(file: File, path: PathBuf) -> io::Result<Self> {
        let shared =
            Arc::new(Shared { dirty: AtomicBool::new(false), stop: AtomicBool::new(false), failure: Mutex::default() });
        let in_thread = shared.clone();
        let thread = std::thread::Builder::new().name("results-sync".into()).spawn(move || {
            while !in_thread.stop.load(Ordering::Acquire) {
                std::thread::park_timeout(Duration::from_millis(500));
                if let Err(error) = in_thread.sync(&file, &path) {
                    *in_thread.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    return;
                }
            }
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Requests a sync of what was written.
    pub(super) fn wrote(&self) {
        self.shared.dirty.store(true, Ordering::Release);
    }

    /// Returns the error because of which syncing has stopped. Returns it only once.
    pub(super) fn failure(&self) -> Option<io::Error> {
        self.shared.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Shared {
    fn sync(&self, file: &File, path: &Path) -> io::Result<()> {
        if self.dirty.swap(false, Ordering::AcqRel) {
            file.sync_data()?;
            // Writes to a removed file succeed, but the data is lost.
            if !is_at(file, path) {
                return Err(io::Error::new(io::ErrorKind::NotFound, "the file was moved or removed"));
            }
        }
        Ok(())
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
