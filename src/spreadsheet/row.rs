//! One row: its cells, its number, and what is wrong with it as read.

use super::record::{Cut, Record};
use crate::model::columns::unprotected;

/// A row of the spreadsheet.
#[derive(Clone, Debug)]
pub struct Row {
    /// The row as a spreadsheet shows it: the header is 1.
    pub number: u32,
    text: String,
    ends: Vec<u32>,
    fault: Option<RowFault>,
}

/// Why a row is not to be trusted, whatever its cells say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFault {
    /// Cells with text beyond the last named column.
    TooManyFields {
        /// How many cells the row has, up to its last one with text.
        fields: usize,
        /// How many columns the header names.
        columns: usize,
    },
    /// A cell holds bytes that are no text in the file's encoding; they read as `\u{fffd}`.
    InvalidEncoding {
        /// The first such cell.
        cell: usize,
    },
    /// A quotation mark opens in this row and the file ends before it closes.
    UnclosedQuote,
    /// The row is longer than any real one, so only its beginning was kept.
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

    /// How many cells the row has; fewer than the header where it is short.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the row has no cells.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// A cell without the spaces around it; empty where the row is short.
    pub fn cell(&self, index: usize) -> &str {
        let cell = self.raw(index);
        // Nearly every cell is tidy, and a look at both ends is cheaper than `trim`.
        match cell.as_bytes() {
            [b'!'..=b'~', .., b'!'..=b'~'] | [b'!'..=b'~'] | [] => cell,
            _ => cell.trim(),
        }
    }

    /// A cell as it was written, spaces included, less only the apostrophe that protects from formulas.
    pub fn raw(&self, index: usize) -> &str {
        let Some(&end) = self.ends.get(index) else { return "" };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        unprotected(self.text.get(start as usize..end as usize).unwrap_or_default())
    }

    /// What is wrong with the row as read.
    pub fn fault(&self) -> Option<&RowFault> {
        self.fault.as_ref()
    }
}

/// The record's text, its cells' ends in it, and the first cell with bytes that are none.
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
    fn empty_cells_beyond_the_columns_do_no_harm_and_others_do() {
        assert_eq!(row(&[b"a", b"b", b" ", b""], 2).fault(), None);
        let fault = RowFault::TooManyFields { fields: 3, columns: 2 };
        assert_eq!(row(&[b"a", b"b", b"c", b""], 2).fault(), Some(&fault));
    }

    #[test]
    fn broken_bytes_are_told_and_stay_within_their_cell() {
        let row = row(&[b"a", b"Zo\xC3", b"\xABx", b"b"], 4);
        assert_eq!(row.fault(), Some(&RowFault::InvalidEncoding { cell: 1 }));
        assert_eq!([1, 2, 3].map(|i| row.cell(i)), ["Zo\u{fffd}", "\u{fffd}x", "b"]);
    }
}
