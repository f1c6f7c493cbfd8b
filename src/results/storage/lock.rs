//! Locks on a results file, which one run at a time holds.
//!
//! A run locks a file beside the results, whose name is the same for every link to them, and the results file itself. The
//! second lock still holds if the first file is removed, and for two names of one file. A file that replaces the results
//! is locked before it is renamed, and the lock of the old file is kept to the end, so that there is no gap.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::path::{folder, is_at, resolved};
use super::replacement::remove_unfinished;

/// The locks of one run.
#[derive(Debug)]
pub(in crate::results) struct Lock {
    guard: File,
    guard_path: PathBuf,
    /// Open files share their lock with their clones.
    results: Vec<File>,
}

impl Lock {
    /// Takes the locks of the results file at `path`, which is not a link and may not exist. `None` if another run holds
    /// one of them.
    pub(in crate::results) fn take(path: &Path) -> io::Result<Option<Self>> {
        let guard_path = guard_path(path);
        loop {
            let guard = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&guard_path)?;
            if !try_lock(&guard)? {
                return Ok(None);
            }
            // The run that held the lock before may have removed the file after we opened it.
            if !is_at(&guard, &guard_path) {
                continue;
            }
            let mut lock = Self { guard, guard_path, results: Vec::new() };
            return match lock.hold_existing(path) {
                Ok(true) => {
                    remove_unfinished(path);
                    Ok(Some(lock))
                }
                Ok(false) => Ok(None),
                Err(error) => Err(error),
            };
        }
    }

    /// Locks the results file if it exists. Returns whether no other run holds its lock.
    fn hold_existing(&mut self, path: &Path) -> io::Result<bool> {
        loop {
            let file = match open_file(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
                opened => opened?,
            };
            if !self.hold(&file)? {
                return Ok(false);
            }
            // Another program may have replaced the file after we opened it.
            if is_at(&file, path) {
                return Ok(true);
            }
        }
    }

    /// Also locks a file that is or will be the results file, until the end of the run. Returns whether no other run
    /// holds its lock.
    pub(in crate::results) fn hold(&mut self, file: &File) -> io::Result<bool> {
        // On Windows a lock would keep other programs from reading the results.
        if cfg!(unix) {
            if !try_lock(file)? {
                return Ok(false);
            }
            self.results.push(file.try_clone()?);
        }
        Ok(true)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is still held, so that no other run can lock a file that is about to be removed. If a user has
        // removed it, the file at the path may be another run's.
        if is_at(&self.guard, &self.guard_path) {
            let _ = fs::remove_file(&self.guard_path);
        }
        let _ = self.guard.unlock();
    }
}

/// Returns the path of the file that is locked beside the results: the same for every spelling of the path.
fn guard_path(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".lock");
    let folder = folder(path);
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).join(name)
}

/// Opens an existing file to lock it. Some network file systems can lock only files that are open for writing.
fn open_file(path: &Path) -> io::Result<File> {
    // Opening a pipe would wait for its other end.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    match OpenOptions::new().read(true).write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => File::open(path),
        opened => opened,
    }
}

fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
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
    /// Returns the path of the file that is locked beside the results at `path`, and removed at the end of a run.
    pub fn path(path: &Path) -> PathBuf {
        guard_path(&resolved(path))
    }

    /// Locks the results file at `path`, or behind the link there.
    pub fn take(path: &Path) -> Result<Self, InUse> {
        let path = resolved(path);
        match Lock::take(&path) {
            Ok(Some(lock)) => Ok(Self(Some(lock))),
            Ok(None) => Err(InUse),
            // In a folder that is not writable, another user may hold a lock.
            Err(_) if is_free(&guard_path(&path)) && is_free(&path) => Ok(Self(None)),
            Err(_) => Err(InUse),
        }
    }
}

/// Returns whether no process holds the lock of a file that may not be writable.
fn is_free(path: &Path) -> bool {
    match open_file(path).map(|file| file.try_lock_shared()) {
        Ok(locked) => locked.is_ok(),
        // No run writes to a folder or a pipe.
        Err(_) if fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) => true,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_lock_file_does_not_end_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results.csv");
        fs::write(&path, "").unwrap();
        let lock = Lock::take(&path).unwrap().unwrap();
        fs::remove_file(guard_path(&path)).unwrap();
        assert!(Lock::take(&path).unwrap().is_none());
        assert_eq!(FileLock::take(&path).err(), Some(InUse));
        drop(lock);
        assert!(Lock::take(&path).unwrap().is_some());
    }

    #[cfg(unix)]
    #[test]
    fn every_name_of_the_file_is_locked() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("results.csv"), "").unwrap();
        fs::hard_link(at("results.csv"), at("hard.csv")).unwrap();
        std::os::unix::fs::symlink("results.csv", at("soft.csv")).unwrap();
        let _lock = Lock::take(&at("results.csv")).unwrap().unwrap();
        assert!(Lock::take(&at("hard.csv")).unwrap().is_none());
        assert!(Lock::take(&resolved(&at("soft.csv"))).unwrap().is_none());
        assert_eq!(FileLock::take(&at("soft.csv")).err(), Some(InUse));
    }

    #[cfg(unix)]
    #[test]
    fn a_replacement_is_locked_before_it_has_the_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("results.csv"), "").unwrap();
        fs::hard_link(at("results.csv"), at("old.csv")).unwrap();
        let mut lock = Lock::take(&at("results.csv")).unwrap().unwrap();
        let new = super::super::Replacement::create(&at("results.csv")).unwrap();
        assert!(lock.hold(new.file()).unwrap());
        new.finish().unwrap();
        fs::remove_file(guard_path(&at("results.csv"))).unwrap();
        assert!(Lock::take(&at("results.csv")).unwrap().is_none(), "the new file is locked");
        assert!(Lock::take(&at("old.csv")).unwrap().is_none(), "so is the old one");
    }

    #[test]
    fn a_lock_on_something_else_than_a_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Lock::take(folder.path()).is_err());
    }
}
