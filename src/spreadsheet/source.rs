//! The source of records: the text of a file, or the table of a workbook. Its users see no difference.

use std::io;

use super::encoding::Encoding;
use super::record::Record;
use super::records::Records;
use super::workbook::TableRecords;

/// A source of records, blank ones included.
pub(super) enum Source {
    /// Text, read in pieces.
    Text(Records),
    /// A table, in memory as a whole.
    Workbook(TableRecords),
}

impl Source {
    pub(super) fn next(&mut self) -> io::Result<Option<Record<'_>>> {
        match self {
            Source::Text(records) => records.next(),
            Source::Workbook(table) => Ok(table.next()),
        }
    }

    /// Returns the encoding of text.
    pub(super) fn encoding(&self) -> Option<Encoding> {
        match self {
            Source::Text(records) => Some(records.encoding()),
            Source::Workbook(_) => None,
        }
    }

    /// Returns how many rows with text are still to come, if that is known without reading them.
    pub(super) fn rows_left(&self) -> Option<u64> {
        match self {
            Source::Text(_) => None,
            Source::Workbook(table) => Some(table.rows_left()),
        }
    }
}
