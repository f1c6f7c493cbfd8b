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
    /// The same records from here on, where they need not be read anew.
    pub(super) fn again(&self) -> Option<Self> {
        match self {
            Source::Text(_) => None,
            Source::Workbook(table) => Some(Source::Workbook(table.clone())),
        }
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Record<'_>>> {
        match self {
            Source::Text(records) => records.next(),
            Source::Workbook(table) => Ok(table.next()),
        }
    }
}
