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
    /// A cell holds bytes that are not valid in the file's encoding; they are replaced by `\u{fffd}`.
    InvalidEncoding {
        /// The first such cell.
        cell: usize,
    },
    /// A double quote in this row is never closed.
    UnclosedQuote,
    /// The row is longer than any real one; only its beginning was kept.
    TooLong,
}

impl Row {
    pub(super) fn read(record: &Record<'_>, columns: usize) -> Self {
        let (text, ends, broken) = decoded(record);
        let cut = record.cut.map(|cut| match cut {
            Cut::TooLong => RowFault::TooLong,
            Cut::UnclosedQuote => RowFault::UnclosedQuote,
        });
        let mut row = Self { number: record.number, text, ends, fault: None };
        row.fault =
            cut.or_else(|| row.too_many(columns)).or_else(|| broken.map(|cell| RowFault::InvalidEncoding { cell }));
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
    pub(super) fn len(&self) -> usize {
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

    /// Returns a cell with its spaces, but without the apostrophe that protects from formulas.
    pub fn raw(&self, index: usize) -> &str {
        let Some(&end) = self.ends.get(index) else { return "" };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        unprotected(self.text.get(start as usize..end as usize).unwrap_or_default())
    }

    /// Returns the fault of the row, if it has one.
    pub fn fault(&self) -> Option<&RowFault> {
        self.fault.as_ref()
    }
}

/// Returns the text of a record, the end of each cell in it, and the first cell with invalid bytes.
fn decoded(record: &Record<'_>) -> (String, Vec<u32>, Option<usize>) {
    if record.bytes.is_ascii()
        && let Ok(text) = std::str::from_utf8(record.bytes)
    {
        return (text.to_owned(), record.ends.iter().map(|&end| end as u32).collect(), None);
    }
    let mut text = String::with_capacity(record.bytes.len());
    let mut ends = Vec::with_capacity(record.ends.len());
    let mut broken = None;
    for (index, bytes) in record.cells().enumerate() {
        match std::str::from_utf8(bytes) {
            Ok(cell) => text.push_str(cell),
            Err(_) => {
                broken = broken.or(Some(index));
                text.push_str(&String::from_utf8_lossy(bytes));
            }
        }
        ends.push(text.len() as u32);
    }
    (text, ends, broken)
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
        Row::read(&Record { number: 7, bytes: &cells.concat(), ends: &ends, cut: None }, columns)
    }

    #[test]
    fn cells_are_trimmed_and_missing_ones_are_empty() {
        let row = row(&[b" a ", "\u{a0}b\u{a0}".as_bytes(), b"", b"c", b"\tdd"], 9);
        assert_eq!([0, 1, 2, 3, 4, 5].map(|i| row.cell(i)), ["a", "b", "", "c", "dd", ""]);
        assert_eq!(row.raw(0), " a ");
        assert_eq!(row.fault(), None);
    }

    #[test]
    fn only_text_beyond_the_columns_is_a_fault() {
        assert_eq!(row(&[b"a", b"b", b" ", b""], 2).fault(), None);
        let fault = RowFault::TooManyFields { fields: 3, columns: 2 };
        assert_eq!(row(&[b"a", b"b", b"c", b""], 2).fault(), Some(&fault));
    }

    #[test]
    fn broken_bytes_are_a_fault_within_one_cell() {
        let row = row(&[b"a", b"Zo\xC3", b"\xABx", b"b"], 4);
        assert_eq!(row.fault(), Some(&RowFault::InvalidEncoding { cell: 1 }));
        assert_eq!([1, 2, 3].map(|i| row.cell(i)), ["Zo\u{fffd}", "\u{fffd}x", "b"]);
    }
}
