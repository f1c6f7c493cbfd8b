//! One record of a table, before it is a row.

use super::row::CellFault;
use crate::model::columns::unprotected;

/// One record, or a blank line.
#[derive(Debug)]
pub(super) struct Record<'a> {
    /// The number of the row, from 1, with every blank line counted, as a spreadsheet does.
    pub(super) number: u32,
    /// The cells, one after another.
    pub(super) bytes: &'a [u8],
    /// The end of each cell in `bytes`.
    pub(super) ends: &'a [usize],
    pub(super) cut: Option<Cut>,
    /// The faults of cells, with the number of the cell.
    pub(super) faults: &'a [(usize, CellFault)],
    /// The addresses to which cells link that show a name, with the number of the cell.
    pub(super) links: &'a [(usize, Box<str>)],
}

/// A reason why a record holds less or more than one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// The row is longer than [`LONGEST_ROW`](super::records::LONGEST_ROW) or has more than
    /// [`MOST_CELLS`](super::records::MOST_CELLS).
    TooLong,
    /// The file ended within quotation marks.
    UnclosedQuote {
        /// The line on which they open.
        line: u32,
    },
    /// A cell within quotation marks holds what look like whole rows.
    RowsInQuotes {
        /// The line on which the quotation marks open.
        line: u32,
    },
}

impl Record<'_> {
    pub(super) fn cells(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| &self.bytes[std::mem::replace(&mut start, end)..end])
    }

    /// Returns whether no cell has text.
    pub(super) fn is_blank(&self) -> bool {
        match self.bytes.first() {
            Some(b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z') => false,
            // A formula without a result may stand for any text.
            _ if self.cut.is_some() || !self.faults.is_empty() => false,
            None => true,
            Some(_) => {
                self.cells().all(|cell| str::from_utf8(cell).is_ok_and(|text| unprotected(text).trim().is_empty()))
            }
        }
    }
}
