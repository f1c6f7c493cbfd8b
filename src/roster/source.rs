//! Where records come from: the text of a file, or the sheet of a workbook. What follows sees no difference.

use std::io::{self, Read};

use super::record::{Record, Records};
use super::workbook::TableRecords;

/// Reads records one after another, blank ones included.
#[derive(Debug)]
pub(super) enum Source<R> {
    /// Read as it is asked for.
    Text(Records<R>),
    /// Read whole before the first record.
    Workbook(TableRecords),
}

impl<R: Read> Source<R> {
    pub(super) fn next(&mut self) -> io::Result<Option<Record<'_>>> {
        match self {
            Source::Text(records) => records.next(),
            Source::Workbook(table) => Ok(table.next()),
        }
    }
}
