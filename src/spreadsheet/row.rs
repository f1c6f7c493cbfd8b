//! One row of a spreadsheet: its number, its cells, and its fault if it could not be read in full.

use super::record::{Cut, Record};
use crate::model::columns::unprotected;

/// A row of the spreadsheet.
#[derive(Clone, Debug)]
pub struct Row {
    /// The number that a spreadsheet shows; the header usually is row 1.
    pub number: u32,
    text: String,
    ends: Vec<u32>,
    fault: Option<RowFault>,
    cell_faults: Vec<(usize, CellFault)>,
    links: Vec<(usize, Box<str>)>,
}

/// A fault because of which the cells of a row cannot be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFault {
    /// There are cells with text beyond the last named column.
    TooManyFields {
        /// The number of cells, up to the last one with text.
        fields: usize,
        /// The number of columns that the header names.
        columns: usize,
    },
    /// A double quote in this row is never closed.
    UnclosedQuote,
    /// A cell within double quotes holds what look like whole rows, so a closing quote is missing.
    RowsInQuotes,
    /// The row is longer than any real one; only its beginning was kept.
    TooLong,
}

/// A fault because of which the text of one cell cannot be trusted. It does no harm in a column that is not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CellFault {
    /// The cell has bytes that are not valid in the file's encoding; they are replaced by `\u{fffd}`.
    InvalidEncoding,
    /// The cell has a formula whose result was not saved.
    NoResult,
    /// The cell has a formula whose result is an error.
    Error,
    /// The cell shows an address, but links to another one.
    LinkDiffers {
        /// The address of the link.
        address: Box<str>,
    },
}

impl Row {
    pub(super) fn read(record: &Record<'_>, columns: usize) -> Self {
        let (text, ends, cell_faults) = decoded(record);
        let cut = record.cut.map(|cut| match cut {
            Cut::TooLong => RowFault::TooLong,
            Cut::UnclosedQuote { .. } => RowFault::UnclosedQuote,
            Cut::RowsInQuotes { .. } => RowFault::RowsInQuotes,
        });
        let mut row =
            Self { number: record.number, text, ends, fault: None, cell_faults, links: record.links.to_vec() };
        row.fault = cut.or_else(|| row.too_many(columns));
        row
    }

    fn too_many(&self, columns: usize) -> Option<RowFault> {
        if self.ends.len() <= columns {
            return None;
        }
        let fields = (0..self.ends.len()).rfind(|&i| !self.cell(i).is_empty())? + 1;
        (fields > columns).then_some(RowFault::TooManyFields { fields, columns })
    }

    /// Returns how many cells the row has, which may be fewer than the header has.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Returns a cell without the spaces around it, empty if the row is too short.
    pub fn cell(&self, index: usize) -> &str {
        let cell = self.raw(index);
        // Most cells have no spaces around them, and checking both ends is cheaper than `trim`.
        match cell.as_bytes() {
            [b'!'..=b'~', .., b'!'..=b'~'] | [b'!'..=b'~'] | [] => cell,
            _ => cell.trim(),
        }
    }

    /// Returns the address to which a cell links that shows a name, or else the cell.
    pub(super) fn cell_or_link(&self, index: usize) -> &str {
        self.links.iter().find(|(cell, _)| *cell == index).map_or_else(|| self.cell(index), |(_, address)| address)
    }

    /// Returns a cell with its spaces, but without the apostrophe that protects from formulas.
    pub fn raw(&self, index: usize) -> &str {
        let Some(&end) = self.ends.get(index) else { return "" };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        unprotected(self.text.get(start as usize..end as usize).unwrap_or_default())
    }

    /// Returns the cell of each occurrence of an ASCII character, in their order.
    pub(crate) fn cells_with(&self, byte: u8) -> impl Iterator<Item = usize> {
        let ends = &self.ends;
        memchr::memchr_iter(byte, self.text.as_bytes()).map(|at| ends.partition_point(|&end| end as usize <= at))
    }

    /// Returns the fault of the row, if it has one.
    pub fn fault(&self) -> Option<RowFault> {
        self.fault
    }

    /// Returns the cells that have a fault.
    pub(crate) fn cell_faults(&self) -> impl Iterator<Item = &(usize, CellFault)> {
        self.cell_faults.iter()
    }

    /// Returns the fault of a cell, if it has one.
    pub fn cell_fault(&self, index: usize) -> Option<&CellFault> {
        self.cell_faults().find(|(cell, _)| *cell == index).map(|(_, fault)| fault)
    }
}

/// Returns the text of a record, the end of each cell in it, and the cells that have a fault.
fn decoded(record: &Record<'_>) -> (String, Vec<u32>, Vec<(usize, CellFault)>) {
    let mut faults = record.faults.to_vec();
    if record.bytes.is_ascii()
        && let Ok(text) = std::str::from_utf8(record.bytes)
    {
        return (text.to_owned(), record.ends.iter().map(|&end| end as u32).collect(), faults);
    }
    let mut text = String::with_capacity(record.bytes.len());
    let mut ends = Vec::with_capacity(record.ends.len());
    for (index, bytes) in record.cells().enumerate() {
        match std::str::from_utf8(bytes) {
            Ok(cell) => text.push_str(cell),
            Err(_) => {
                faults.push((index, CellFault::InvalidEncoding));
                text.push_str(&String::from_utf8_lossy(bytes));
            }
        }
        ends.push(text.len() as u32);
    }
    (text, ends, faults)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&[u8]], columns: usize) -> Row {
        let ends: Vec<usize> = cells
            .iter()
            .scan(0, |end, cell| {
                *end += cell.len();
                Some(*end)
            })
            .collect();
        let faults = [(2, CellFault::NoResult)];
        Row::read(
            &Record { number: 7, bytes: &cells.concat(), ends: &ends, cut: None, faults: &faults, links: &[] },
            columns,
        )
    }

    #[test]
    fn cells_are_trimmed_and_missing_ones_are_empty() {
        let row = row(&[b" a ", "\u{a0}b\u{a0}".as_bytes(), b"", b"c", b"\tdd"], 9);
        assert_eq!([0, 1, 2, 3, 4, 5].map(|i| row.cell(i)), ["a", "b", "", "c", "dd", ""]);
        assert_eq!(row.raw(0), " a ");
        assert_eq!(row.fault(), None);
    }

    #[test]
    fn the_cells_with_a_character_are_found() {
        let row = row(&[b"@", b"", b"a@b@", b"c", b"@"], 9);
        assert_eq!(row.cells_with(b'@').collect::<Vec<_>>(), [0, 2, 2, 4]);
    }

    #[test]
    fn only_text_beyond_the_columns_is_a_fault() {
        assert_eq!(row(&[b"a", b"b", b" ", b""], 2).fault(), None);
        let fault = RowFault::TooManyFields { fields: 3, columns: 2 };
        assert_eq!(row(&[b"a", b"b", b"c", b""], 2).fault(), Some(fault));
    }

    #[test]
    fn a_fault_of_a_cell_concerns_only_that_cell() {
        let row = row(&[b"a", b"Zo\xC3", b"", b"\xABx"], 4);
        let broken = Some(&CellFault::InvalidEncoding);
        assert_eq!([0, 1, 2, 3].map(|i| row.cell_fault(i)), [None, broken, Some(&CellFault::NoResult), broken]);
        assert_eq!([1, 3].map(|i| row.cell(i)), ["Zo\u{fffd}", "\u{fffd}x"]);
        assert_eq!(row.fault(), None);
    }
}
