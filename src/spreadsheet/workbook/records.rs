//! The rows of a table as records, with the blank ones between them.

use std::sync::Arc;

use super::link::{Meaning, meaning};
use super::table::{RowEnd, Table};
use crate::spreadsheet::record::Record;
use crate::spreadsheet::row::CellFault;

/// The rows of a table, one after another.
#[derive(Debug)]
pub(in crate::spreadsheet) struct TableRecords {
    table: Arc<Table>,
    /// The row below which hidden rows are skipped; `None` if they are read.
    skips_hidden: Option<u32>,
    /// The first row that is read.
    first: u32,
    /// The column whose links count, and the header row below which they do.
    linked: Option<(usize, u32)>,
    /// These links as first row, last row and address.
    links: Arc<[(u32, u32, usize)]>,
    next: usize,
    /// The number of the last record that was returned.
    number: u32,
    next_link: usize,
    /// The cells of the last record, if they differ from those in the table.
    text: Vec<u8>,
    ends: Vec<usize>,
    faults: Vec<(usize, CellFault)>,
    /// The position of the next link in any column, and the addresses of those in the last record.
    next_any: usize,
    any: Vec<(usize, Box<str>)>,
}

impl TableRecords {
    /// Creates the records of a table, without the hidden rows below a row if those are to be skipped.
    pub(in crate::spreadsheet) fn new(table: Arc<Table>, skips_hidden: Option<u32>) -> Self {
        Self {
            table,
            skips_hidden,
            first: 1,
            linked: None,
            links: Arc::default(),
            next: 0,
            number: 0,
            next_link: 0,
            text: Vec::new(),
            ends: Vec::new(),
            faults: Vec::new(),
            next_any: 0,
            any: Vec::new(),
        }
    }

    /// Returns the same records from the first.
    pub(in crate::spreadsheet) fn restart(&self) -> Self {
        let records = Self::new(Arc::clone(&self.table), self.skips_hidden);
        let next = self.table.rows.partition_point(|row| row.number < self.first);
        let (first, linked, links) = (self.first, self.linked, Arc::clone(&self.links));
        Self { first, linked, links, next, number: first - 1, ..records }
    }

    /// Returns the records below a header row and from it on, with the addresses of the links in a column. A header that
    /// is merged with rows below it ends with the last of them.
    pub(in crate::spreadsheet) fn with_header(&self, row: u32, email: usize) -> Self {
        let end = self.table.header_end(row, email);
        let (first, linked) = (end.unwrap_or(self.first), Some((email, end.unwrap_or(row))));
        let links = self.table.links.of_column(email).into();
        Self { first, linked, links, ..Self::new(Arc::clone(&self.table), self.skips_hidden) }.restart()
    }

    fn is_skipped(&self, row: &RowEnd) -> bool {
        row.is_hidden && self.skips_hidden.is_some_and(|below| row.number > below)
    }

    /// Returns the next record; a row that is not in the table is blank.
    pub(in crate::spreadsheet) fn next(&mut self) -> Option<Record<'_>> {
        let mut row = self.table.rows.get(self.next)?;
        while self.number + 1 == row.number && self.is_skipped(row) {
            (self.next, self.number) = (self.next + 1, row.number);
            row = self.table.rows.get(self.next)?;
        }
        self.number += 1;
        self.ends.clear();
        self.faults.clear();
        if self.number < row.number {
            return Some(Record { number: self.number, bytes: &[], ends: &[], cut: None, faults: &[], links: &[] });
        }
        let bytes = self.table.cells(self.next, &mut self.ends);
        self.faults.extend_from_slice(&row.faults);
        self.next += 1;
        let number = row.number;
        self.any.clear();
        for (column, address) in self.table.links.in_row(number, &mut self.next_any) {
            let Some(&end) = self.ends.get(column) else { continue };
            let start = column.checked_sub(1).map_or(0, |before| self.ends[before]);
            if meaning(&String::from_utf8_lossy(&bytes[start..end]), address) == Meaning::Linked {
                self.any.push((column, address.into()));
            }
        }
        let link = self.linked.zip(link(&self.links, &mut self.next_link, number));
        let bytes = match link {
            Some(((column, below), address)) if number > below => {
                let address = self.table.links.address(address);
                followed(bytes, column, address, &mut self.text, &mut self.ends, &mut self.faults)
            }
            Some(_) | None => bytes,
        };
        Some(Record { number, bytes, ends: &self.ends, cut: None, faults: &self.faults, links: &self.any })
    }
}

/// Returns the address to which a row links. Rows must be asked for in order.
fn link(links: &[(u32, u32, usize)], next: &mut usize, row: u32) -> Option<usize> {
    while links.get(*next).is_some_and(|(first, ..)| *first <= row) {
        *next += 1;
    }
    let (_, last, address) = links.get(next.checked_sub(1)?)?;
    (*last >= row).then_some(*address)
}

/// Returns the cells of a row with the address of a link in place of the name that the cell shows.
fn followed<'t>(
    bytes: &'t [u8],
    column: usize,
    address: &str,
    text: &'t mut Vec<u8>,
    ends: &mut [usize],
    faults: &mut Vec<(usize, CellFault)>,
) -> &'t [u8] {
    let Some(&end) = ends.get(column) else { return bytes };
    let start = column.checked_sub(1).map_or(0, |before| ends[before]);
    let shown = String::from_utf8_lossy(&bytes[start..end]);
    match meaning(&shown, address) {
        Meaning::Shown => bytes,
        Meaning::Differs => {
            faults.push((column, CellFault::LinkDiffers { address: address.into() }));
            bytes
        }
        Meaning::Linked => {
            text.clear();
            text.extend_from_slice(&bytes[..start]);
            text.extend_from_slice(address.as_bytes());
            text.extend_from_slice(&bytes[end..]);
            ends[column..].iter_mut().for_each(|cell| *cell = *cell - (end - start) + address.len());
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::Area;
    use super::super::table::TableRow;
    use super::*;

    fn row(number: u32, is_hidden: bool, cells: &[&str]) -> TableRow {
        let cells: Vec<String> = cells.iter().map(ToString::to_string).collect();
        TableRow { number, is_hidden, used: cells.len(), cells, faults: Vec::new() }
    }

    fn table(rows: &[TableRow]) -> Table {
        let mut table = Table::default();
        rows.iter().for_each(|row| table.push(row).unwrap());
        table
    }

    fn all(mut records: TableRecords) -> Vec<(u32, String)> {
        let mut read = Vec::new();
        while let Some(record) = records.next() {
            let cells: Vec<String> = record.cells().map(|cell| String::from_utf8(cell.to_vec()).unwrap()).collect();
            read.push((record.number, cells.join(",")));
        }
        read
    }

    #[test]
    fn rows_keep_their_numbers_with_blank_ones_between() {
        let rows = [
            row(2, false, &["email", "", "roles", ""]),
            row(3, false, &["", " \u{a0}"]),
            row(5, false, &["", "Zoë", "x"]),
        ];
        let records = TableRecords::new(Arc::new(table(&rows)), None);
        let expected = [(1, ""), (2, "email,,roles"), (3, ""), (4, ""), (5, ",Zoë,x")];
        assert_eq!(all(records), expected.map(|(number, cells)| (number, cells.to_owned())));
    }

    #[test]
    fn skipped_rows_are_no_records() {
        let rows = [(1, true), (3, false), (4, true), (5, true), (8, true), (9, false), (10, true)];
        let table = Arc::new(table(&rows.map(|(number, is_hidden)| row(number, is_hidden, &["x"]))));
        let records = TableRecords::new(Arc::clone(&table), Some(0));
        let expected = [(2, ""), (3, "x"), (6, ""), (7, ""), (9, "x")];
        assert_eq!(all(records.restart()), expected.map(|(number, cells)| (number, cells.to_owned())));
        assert_eq!(all(TableRecords::new(Arc::clone(&table), Some(1)))[0], (1, "x".to_owned()));
        assert_eq!(all(TableRecords::new(table, None)).len(), 10);
    }

    #[test]
    fn a_name_is_replaced_by_the_address_of_its_link() {
        let mut table = table(&[row(1, false, &["a", "Ada", "b"]), row(2, false, &["c", "Bob", "d"])]);
        let address = table.links.add_address("ada@example.com".to_owned());
        table.links.add(Area { rows: 1..=1, columns: 1..=1 }, address);
        let records = TableRecords::new(Arc::new(table), None);
        let expected = [(1, "a,ada@example.com,b"), (2, "c,Bob,d")].map(|(number, cells)| (number, cells.to_owned()));
        assert_eq!(all(records.with_header(0, 1)), expected);
        assert_eq!(all(records.with_header(0, 2))[0].1, "a,Ada,b");
        assert_eq!(all(records.with_header(1, 1))[0].1, "a,Ada,b", "a link in the header");
    }
}
