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
}
