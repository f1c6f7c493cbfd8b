//! The cells of a sheet in little memory: all text in one piece, with the end of each cell in it.

use super::error::{Oversize, WorkbookError};
use super::link::Links;
use super::reference::Area;
use crate::model::columns::unprotected;
use crate::spreadsheet::row::CellFault;

/// The memory that a sheet's cells may take, in bytes; 100,000 rows of 6 columns take about 20 MiB.
pub(super) const LARGEST: usize = 256 * 1024 * 1024;

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
    pub(super) rows: Vec<RowEnd>,
    pub(super) links: Links,
    /// The merged cells.
    pub(super) merged: Vec<Area>,
    /// The hidden columns, as first and last one.
    pub(super) hidden_columns: Vec<(usize, usize)>,
}

/// The end of a row among all cells, and what is known of the row.
#[derive(Debug)]
pub(super) struct RowEnd {
    /// Its number in the spreadsheet.
    pub(super) number: u32,
    pub(super) is_hidden: bool,
    pub(super) faults: Box<[(usize, CellFault)]>,
    cells: usize,
}

/// A row before it is in a table.
#[derive(Debug, Default)]
pub(super) struct TableRow {
    pub(super) number: u32,
    pub(super) is_hidden: bool,
    /// The cells; only the first `used` belong to the row.
    pub(super) cells: Vec<String>,
    pub(super) used: usize,
    pub(super) faults: Vec<(usize, CellFault)>,
}

impl TableRow {
    /// Empties the row for the next one.
    pub(super) fn clear(&mut self, number: u32) {
        self.cells[..self.used].iter_mut().for_each(String::clear);
        self.faults.clear();
        (self.number, self.is_hidden, self.used) = (number, false, 0);
    }

    /// Returns the cell of a column, empty and without faults.
    pub(super) fn start(&mut self, column: usize) -> &mut String {
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        self.used = self.used.max(column + 1);
        self.faults.retain(|(cell, _)| *cell != column);
        let cell = &mut self.cells[column];
        cell.clear();
        cell
    }

    pub(super) fn is_blank(&self) -> bool {
        self.faults.is_empty() && self.cells[..self.used].iter().all(|cell| unprotected(cell).trim().is_empty())
    }
}

impl Table {
    pub(super) fn new(links: Links) -> Self {
        Self { links, ..Self::default() }
    }

    /// Returns these rows with all that is known of another table beside its rows.
    pub(super) fn with_marks_of(self, Self { links, merged, hidden_columns, .. }: Self) -> Self {
        Self { links, merged, hidden_columns, ..self }
    }

    /// Appends a row, unless none of its cells has text. Its number must be higher than those before.
    pub(super) fn push(&mut self, row: &TableRow) -> Result<(), WorkbookError> {
        if row.is_blank() {
            return Ok(());
        }
        let cells = &row.cells[..row.used];
        let last = cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        let cells = &cells[..last];
        let text: usize = cells.iter().map(String::len).sum();
        let faults = row.faults.len() * size_of::<(usize, CellFault)>();
        let all = self.text.len() + text + (self.ends.len() + cells.len()) * size_of::<u32>() + faults;
        if all + self.rows.len() * size_of::<RowEnd>() > LARGEST {
            return Err(WorkbookError::TooLarge(Oversize::Cells));
        }
        for cell in cells {
            self.text.extend_from_slice(cell.as_bytes());
            self.ends.push(self.text.len() as u32);
        }
        let (number, is_hidden, faults) = (row.number, row.is_hidden, row.faults.as_slice().into());
        self.rows.push(RowEnd { number, is_hidden, faults, cells: self.ends.len() });
        Ok(())
    }

    /// Returns the text of a row's cells, and the end of each cell in it.
    pub(super) fn cells(&self, row: usize, ends: &mut Vec<usize>) -> &[u8] {
        let first = row.checked_sub(1).map_or(0, |before| self.rows[before].cells);
        let start = first.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        ends.clear();
        ends.extend(self.ends[first..self.rows[row].cells].iter().map(|end| *end as usize - start));
        &self.text[start..start + ends.last().copied().unwrap_or_default()]
    }

    /// Returns the numbers of the hidden rows below a row.
    pub(in crate::spreadsheet) fn hidden_rows(&self, below: u32) -> impl Iterator<Item = u32> {
        self.rows.iter().filter(move |row| row.is_hidden && row.number > below).map(|row| row.number)
    }

    /// Returns the last row that a cell is merged with, if that is another one and has text of its own.
    pub(super) fn header_end(&self, row: u32, column: usize) -> Option<u32> {
        let is_header = |area: &&Area| *area.rows.start() == row && *area.columns.start() as usize == column;
        let end = *self.merged.iter().find(is_header)?.rows.end();
        (end > row).then_some(())?;
        self.rows.binary_search_by_key(&end, |row| row.number).is_ok().then_some(end)
    }

    /// Returns whether a column is hidden.
    pub(in crate::spreadsheet) fn is_column_hidden(&self, column: usize) -> bool {
        self.hidden_columns.iter().any(|(first, last)| (*first..=*last).contains(&column))
    }
}
