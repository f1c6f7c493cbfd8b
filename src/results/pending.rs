//! The new results file of a run, until it replaces the old one.
//!
//! The old file is neither moved nor changed before the run's first request. If the run is declined, refused or
//! interrupted before that, the old file stays as it is, byte for byte. Until then the run writes to a file beside it. A
//! kill may leave that file; the next run removes it.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::SystemTime;

use jiff::Timestamp;

use super::storage::Replacement;

/// The state of a file, by which a change to it is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileState {
    length: u64,
    modified: Option<SystemTime>,
}

impl FileState {
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self { length: metadata.len(), modified: metadata.modified().ok() })
    }
}

/// A new results file that has not replaced the old one yet. It is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Pending {
    new: Replacement,
    /// The state of the old file before it was read.
    read: FileState,
    /// The time in the name under which the old file is kept, if it is kept.
    keep: Option<Timestamp>,
}

impl Pending {
    /// Creates an empty file beside the results at `old`, which were in the state `read` before they were read. If `keep`
    /// is set, the old file will be kept under a name with that time.
    pub(super) fn create(old: &Path, read: FileState, keep: Option<Timestamp>) -> io::Result<Self> {
        Ok(Self { new: Replacement::create(old)?, read, keep })
    }

    /// Returns the new file.
    pub(super) fn file(&self) -> &File {
        self.new.file()
    }

    /// Returns the path of the new file.
    pub(super) fn path(&self) -> &Path {
        self.new.path()
    }

    /// Replaces the old file by the new one, atomically, and syncs both. At every moment there is a file at `old`. Fails
    /// if the old file has changed since it was read, because the change would be lost.
    pub(super) fn put_in_place(self, old: &Path) -> io::Result<()> {
        if FileState::of(old)? != self.read {
            return Err(io::Error::other("another program has changed the file since it was read"));
        }
        if let Some(time) = self.keep {
            keep_copy(old, time)?;
        }
        self.new.finish()
    }
}

/// Keeps the file under a second name, for example `people.results.2026-11-24T101530Z.csv` for `people.results.csv`.
fn keep_copy(path: &Path, time: Timestamp) -> io::Result<()> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    let time = time.strftime("%Y-%m-%dT%H%M%SZ");
    for attempt in 0..1000 {
        let number = if attempt == 0 { String::new() } else { format!("-{attempt}") };
        let copy = path.with_file_name(format!("{stem}.{time}{number}{extension}"));
        match fs::hard_link(path, &copy) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Ok(()) => return Ok(()),
            // Some file systems have no links.
            Err(_) if fs::exists(&copy)? => {}
            Err(_) => {
                fs::copy(path, &copy)?;
                return File::open(&copy)?.sync_all();
            }
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "no free name for the old file"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_old_file_stays_until_the_new_one_is_in_place() {
        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("people.results.csv");
        let read = || fs::read_to_string(&old).unwrap();
        let count = || fs::read_dir(folder.path()).unwrap().count();
        fs::write(&old, "old").unwrap();
        let state = FileState::of(&old).unwrap();
        let pending = Pending::create(&old, state, None).unwrap();
        pending.file().write_all(b"new").unwrap();
        assert_eq!((read().as_str(), count()), ("old", 2));
        drop(pending);
        assert_eq!((read().as_str(), count()), ("old", 1));
        let pending = Pending::create(&old, state, Some(Timestamp::UNIX_EPOCH)).unwrap();
        pending.file().write_all(b"new").unwrap();
        pending.put_in_place(&old).unwrap();
        assert_eq!((read().as_str(), count()), ("new", 2));
        let kept = folder.path().join("people.results.1970-01-01T000000Z.csv");
        assert_eq!(fs::read_to_string(kept).unwrap(), "old");
    }

    #[test]
    fn a_file_that_has_changed_meanwhile_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("people.results.csv");
        fs::write(&old, "old").unwrap();
        let pending = Pending::create(&old, FileState::of(&old).unwrap(), None).unwrap();
        fs::write(&old, "edited").unwrap();
        assert!(pending.put_in_place(&old).is_err());
        assert_eq!(fs::read_to_string(&old).unwrap(), "edited");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
