//! The disk behind a results file.

use std::fmt;
use std::fs::File;
use std::io;

/// A choice of what the lines in a results file survive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// A power cut: before a request is sent, its line is on the disk.
    #[default]
    Power,
    /// A kill of the process: lines are on the disk within half a second.
    Process,
}

/// The operations that fail on a full or broken disk. Tests replace them.
pub trait Disk: fmt::Debug + Send {
    /// Writes all bytes at an offset of the file.
    fn write(&mut self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        write_all_at(file, bytes, offset)
    }

    /// Syncs the contents of the file to the disk.
    fn sync(&mut self, file: &File) -> io::Result<()> {
        file.sync_data()
    }
}

/// The disk of the system.
#[derive(Debug)]
pub(super) struct SystemDisk;

impl Disk for SystemDisk {}

#[cfg(unix)]
fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(not(unix))]
fn write_all_at(mut file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom, Write};
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)
}

/// Returns an open file for reading, whose cursor is not that of any writer.
#[cfg(unix)]
pub(super) fn reader(file: &File, _: &std::path::Path) -> io::Result<File> {
    // Writing at an offset does not use the cursor that the two share.
    file.try_clone()
}

/// Returns an open file for reading, whose cursor is not that of any writer.
#[cfg(not(unix))]
pub(super) fn reader(_: &File, path: &std::path::Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::fd::OwnedFd;

    use super::*;

    /// A pipe cannot be synced, so an error shows that the system was asked.
    #[test]
    fn a_sync_reaches_the_system() {
        let (_reader, writer) = io::pipe().unwrap();
        let file = File::from(OwnedFd::from(writer));
        let error = SystemDisk.sync(&file).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}
