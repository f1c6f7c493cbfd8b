//! The bytes of a results file: the file itself, or a copy in memory that has this program's format.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

/// A results file in this program's format.
#[derive(Debug)]
pub(super) enum Source {
    File(File),
    /// The converted copy of a file that another program has saved.
    Memory(Cursor<Vec<u8>>),
}

impl From<File> for Source {
    fn from(file: File) -> Self {
        Source::File(file)
    }
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Source::File(file) => file.read(into),
            Source::Memory(bytes) => bytes.read(into),
        }
    }
}

impl Seek for Source {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Source::File(file) => file.seek(to),
            Source::Memory(bytes) => bytes.seek(to),
        }
    }
}
