//! The cells of a sheet in little memory: all text in one piece, with the end of each cell in it.

use std::sync::Arc;

use super::error::{Oversize, WorkbookError};
use crate::model::columns::unprotected;
use crate::spreadsheet::record::Record;

/// The memory that a sheet's cells may take, in bytes; 100,000 rows of 6 columns take about 20 MiB.
const LARGEST: usize = 256 * 1024 * 1024;

/// The most columns that a sheet may have, which is Excel's own limit.
pub(super) const MOST_COLUMNS: u32 = 16_384;

/// The most rows that a sheet may have, which is Excel's own limit.
pub(super) const MOST_ROWS: u32 = 1_048_576;

/// The rows that have text, in the order of their numbers.
#[derive(Debug, Default)]
pub(in crate::spreadsheet) struct Table {
    text: Vec<u8>,
    /// The end of each cell in `text`, row after row.
    ends: Vec<u32>,
    rows: Vec<RowEnd>,
}

/// The end of a row among all cells, and its number in the spreadsheet.
#[derive(Clone, Copy, Debug)]
struct RowEnd {
    number: u32,
    cells: usize,
}

impl Table {
    /// Appends a row, unless none of its cells has text. Its number must be higher than those before.
    pub(super) fn push(&mut self, number: u32, cells: &[String]) -> Result<(), WorkbookError> {
        if cells.iter().all(|cell| unprotected(cell).trim().is_empty()) {
            return Ok(());
        }
        let last = cells.iter().rposition(|cell| !cell.is_empty()).unwrap_or_default();
        let cells = &cells[..=last];
        let text: usize = cells.iter().map(String::len).sum();
        let all = self.text.len() + text + (self.ends.len() + cells.len()) * size_of::<u32>();
        if all + self.rows.len() * size_of::<RowEnd>() > LARGEST {
            return Err(WorkbookError::TooLarge(Oversize::Cells));
        }
        for cell in cells {
            self.text.extend_from_slice(cell.as_bytes());
            self.ends.push(self.text.len() as u32);
        }
        self.rows.push(RowEnd { number, cells: self.ends.len() });
        Ok(())
    }
}

/// The rows of a table, one after another, with the blank ones between them.
#[derive(Debug)]
pub(in crate::spreadsheet) struct TableRecords {
    table: Arc<Table>,
    next: usize,
    /// The number of the last record that was returned.
    number: u32,
    ends: Vec<usize>,
}

impl From<Table> for TableRecords {
    fn from(table: Table) -> Self {
        Self { table: Arc::new(table), next: 0, number: 0, ends: Vec::new() }
    }
}

impl TableRecords {
    /// Returns the same records from the first.
    pub(in crate::spreadsheet) fn restart(&self) -> Self {
        Self { table: Arc::clone(&self.table), next: 0, number: 0, ends: Vec::new() }
    }

    /// Returns the next record; a row that is not in the table is blank.
    pub(in crate::spreadsheet) fn next(&mut self) -> Option<Record<'_>> {
        let row = *self.table.rows.get(self.next)?;
        self.number += 1;
        self.ends.clear();
        if self.number < row.number {
            return Some(Record { number: self.number, bytes: &[], ends: &[], cut: None, without_result: &[] });
        }
        let first = if self.next == 0 { 0 } else { self.table.rows[self.next - 1].cells };
        let start = if first == 0 { 0 } else { self.table.ends[first - 1] as usize };
        self.ends.extend(self.table.ends[first..row.cells].iter().map(|end| *end as usize - start));
        let end = start + self.ends.last().copied().unwrap_or_default();
        self.next += 1;
        let bytes = &self.table.text[start..end];
        Some(Record { number: row.number, bytes, ends: &self.ends, cut: None, without_result: &[] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(cells: &[&str]) -> Vec<String> {
        cells.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn rows_keep_their_numbers_with_blank_ones_between() {
        let mut table = Table::default();
        table.push(2, &cells(&["email", "", "roles", ""])).unwrap();
        table.push(3, &cells(&["", " \u{a0}"])).unwrap();
        table.push(5, &cells(&["", "Zoë", "x"])).unwrap();
        let mut records = TableRecords::from(table);
        let mut read = Vec::new();
        while let Some(record) = records.next() {
            let cells: Vec<String> = record.cells().map(|cell| String::from_utf8(cell.to_vec()).unwrap()).collect();
            read.push((record.number, cells.join(",")));
        }
        let expected = [(1, ""), (2, "email,,roles"), (3, ""), (4, ""), (5, ",Zoë,x")];
        assert_eq!(read, expected.map(|(number, cells)| (number, cells.to_owned())));
    }
}
