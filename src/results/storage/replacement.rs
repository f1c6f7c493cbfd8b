//! Replaces a file atomically.
//!
//! The new content is written to a file with a random name in the same folder, which is renamed at the end. It is removed
//! if that does not happen. A killed process leaves it behind.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::path::folder;
use super::private::create_new;

/// The end of the names of unfinished files.
const ENDING: &str = ".new";
/// The number of random characters in their names.
const RANDOM: usize = 8;

/// A file that will replace another.
#[derive(Debug)]
pub(crate) struct Replacement {
    file: File,
    target: PathBuf,
    path: PathBuf,
    is_done: bool,
}

impl Replacement {
    /// Creates the new file. `target` must not be a link: that would be replaced, instead of the file behind it.
    pub(crate) fn create(target: &Path) -> io::Result<Self> {
        loop {
            let random: String = (0..RANDOM).map(|_| fastrand::alphanumeric().to_ascii_lowercase()).collect();
            let mut name = OsString::from(target);
            name.push(format!(".{random}{ENDING}"));
            let path = PathBuf::from(name);
            match create_new(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                created => return Ok(Self { file: created?, target: target.to_owned(), path, is_done: false }),
            }
        }
    }

    /// Returns the new file.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Returns the path of the new file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Syncs the file, renames it, and syncs the folder.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, &self.target)?;
        self.is_done = true;
        sync_folder(&self.target)
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        if !self.is_done {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Syncs the folder of a file that was created or renamed.
pub(super) fn sync_folder(of: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder(of))?.sync_all() {
        // Some network file systems cannot sync a folder.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(()),
        synced => synced,
    }
}

/// Removes the unfinished replacements that killed processes have left. No other process may be writing the target.
pub(super) fn remove_unfinished(target: &Path) {
    let Some(start) = target.file_name().map(|name| name.as_encoded_bytes()) else { return };
    let Ok(entries) = fs::read_dir(folder(target)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let random = name.as_encoded_bytes().strip_prefix(start).and_then(|rest| rest.strip_prefix(b"."));
        let random = random.and_then(|rest| rest.strip_suffix(ENDING.as_bytes()));
        let is_ours =
            random.is_some_and(|random| random.len() == RANDOM && random.iter().all(u8::is_ascii_alphanumeric));
        if is_ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn a_replacement_is_complete_or_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("file.csv");
        fs::write(&target, "old").unwrap();
        let new = Replacement::create(&target).unwrap();
        new.file().write_all(b"new").unwrap();
        assert_eq!((fs::read_to_string(&target).unwrap().as_str(), names(folder.path()).len()), ("old", 2));
        drop(new);
        assert_eq!(names(folder.path()), ["file.csv"]);
        let new = Replacement::create(&target).unwrap();
        new.file().write_all(b"new").unwrap();
        new.finish().unwrap();
        assert_eq!((fs::read_to_string(&target).unwrap().as_str(), names(folder.path()).len()), ("new", 1));
    }

    #[test]
    fn only_unfinished_replacements_of_the_file_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("file.csv");
        let kept = ["file.csv", "file.csv.abcd1234.old", "file.csv.abcd.new", "file.csv.new", "other.csv.abcd1234.new"];
        for name in kept.into_iter().chain(["file.csv.abcd1234.new", "file.csv.00000000.new"]) {
            fs::write(folder.path().join(name), "").unwrap();
        }
        remove_unfinished(&target);
        let mut kept = kept.map(str::to_owned).to_vec();
        kept.sort();
        assert_eq!(names(folder.path()), kept);
    }
}
