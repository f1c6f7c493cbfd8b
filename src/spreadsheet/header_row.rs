//! The search for the header row, below titles and other text.

use super::address_column::is_address;
use super::address_name::{Claim, is_part_of_name};
use super::columns::{Column, normalized};
use super::error::SheetError;
use super::letters::index;
use super::look_ahead::LookAhead;
use super::options::SheetOptions;
use super::record::{Cut, Record};
use super::reference::shortened;
use super::row::Row;
use crate::model::quote::quoted;

/// The rows with text among which the header is searched.
pub(super) const ROWS_SEARCHED: usize = 20;

/// A header row before its columns have meanings.
#[derive(Debug)]
pub(super) struct HeaderRow {
    pub(super) number: u32,
    pub(super) names: Vec<String>,
    /// The numbers of the rows with text above it.
    pub(super) above: Vec<u32>,
}

/// Reads up to the header row, which is the given one, or else the first that names an email column.
pub(super) fn read(records: &mut LookAhead, options: &SheetOptions) -> Result<HeaderRow, SheetError> {
    let number = match options.header_row {
        Some(number) => number.get(),
        None => find(records, options)?,
    };
    let mut above = Vec::new();
    let mut last = 0;
    while let Some(record) = records.next()? {
        last = record.number;
        if record.number < number {
            above.extend((!record.is_blank()).then_some(record.number));
            continue;
        }
        if record.is_blank() {
            return Err(SheetError::BlankHeaderRow { row: number });
        }
        whole(&record)?;
        let row = Row::read(&record, usize::MAX);
        if cells(&row).any(is_address) {
            return Err(SheetError::PersonAsHeaderRow { row: number, cells: quoted(&names(&row).join(", ")) });
        }
        return Ok(HeaderRow { number, names: names(&row), above });
    }
    Err(if last == 0 { SheetError::Empty } else { SheetError::NoSuchHeaderRow { row: number, last } })
}

/// Returns an error if the row below the header also has names of columns, under those that cover several.
pub(super) fn check_next(
    header: &HeaderRow,
    records: &mut LookAhead,
    options: &SheetOptions,
) -> Result<(), SheetError> {
    if options.header_row.is_some() {
        return Ok(());
    }
    let mut ahead = 0;
    while records.peek(ahead)?.is_some_and(|record| record.is_blank()) {
        ahead += 1;
    }
    let Some(row) = records.peek(ahead)?.map(|record| Row::read(&record, usize::MAX)) else { return Ok(()) };
    if !cells(&row).any(|cell| cell.contains('@')) && has_names_below(&header.names, &row) {
        return Err(SheetError::TwoHeaderRows { first: header.number, second: row.number });
    }
    Ok(())
}

/// Returns whether the row has names where the header has none, and no address under that of an email column.
fn has_names_below(names: &[String], row: &Row) -> bool {
    let is_unnamed = |cell: &usize| names.get(*cell).is_none_or(String::is_empty);
    let unnamed: Vec<&str> = (0..row.len()).filter(is_unnamed).map(|cell| row.cell(cell)).collect();
    let below = |(cell, name): (usize, &String)| {
        // A cell that covers both rows has the same text in both.
        let is_email = row.cell(cell) != name && Claim::of(name).is_some_and(Claim::makes_a_header);
        is_email && is_name_below(row.cell(cell), &unnamed)
    };
    names.iter().enumerate().any(below)
}

/// Returns whether the cell under an email column, and those without a name, are the names of columns.
fn is_name_below(cell: &str, unnamed: &[&str]) -> bool {
    if cell.is_empty() {
        unnamed.iter().any(|cell| Column::named(cell).is_some())
    } else {
        is_part_of_name(cell) && unnamed.iter().any(|cell| !cell.is_empty())
    }
}

/// Reads up to the header row of a table of rules: the first of several cells that names what people get, or else the
/// first row with text.
pub(super) fn of_rules(records: &mut LookAhead) -> Result<HeaderRow, SheetError> {
    let (mut ahead, mut above, mut first) = (0, Vec::new(), None);
    while above.len() < ROWS_SEARCHED
        && let Some(record) = records.peek(ahead)?
    {
        ahead += 1;
        if record.is_blank() {
            continue;
        }
        if first.is_none() {
            whole(&record)?;
        }
        let number = record.number;
        let names = names(&Row::read(&record, usize::MAX));
        let is_title = names.iter().filter(|name| !name.is_empty()).count() < 2;
        if names_grant(&names) && !is_title && record.cut.is_none() {
            return below(records, ahead, HeaderRow { number, names, above });
        }
        first.get_or_insert((ahead, HeaderRow { number, names, above: Vec::new() }));
        above.push(number);
    }
    let Some((ahead, header)) = first else { return Err(SheetError::Empty) };
    if !names_grant(&header.names) {
        return Err(SheetError::NoGrantColumn { found: shortened(&header.names) });
    }
    below(records, ahead, header)
}

/// Returns a header row after it and those above it have been read.
fn below(records: &mut LookAhead, rows: usize, header: HeaderRow) -> Result<HeaderRow, SheetError> {
    for _ in 0..rows {
        records.next()?;
    }
    Ok(header)
}

/// Returns whether a name is that of a column with what people get.
fn names_grant(names: &[String]) -> bool {
    names.iter().any(|name| match Column::named(name) {
        Some(Column::Roles | Column::Teams | Column::Projects) => true,
        Some(Column::Email | Column::OrgId) | None => false,
    })
}

/// Returns the number of the header row, without reading it.
fn find(records: &mut LookAhead, options: &SheetOptions) -> Result<u32, SheetError> {
    let mut search = Search::default();
    let (mut ahead, mut searched) = (0, 0);
    while searched < ROWS_SEARCHED {
        let Some(record) = records.peek(ahead)? else { break };
        if record.is_blank() && searched == 0 {
            records.next()?;
            continue;
        }
        ahead += 1;
        if record.is_blank() {
            continue;
        }
        searched += 1;
        match whole(&record) {
            Err(error) if search.first.is_none() => return Err(error),
            Err(_) => break,
            Ok(()) => {}
        }
        if let Some(found) = search.look_at(Row::read(&record, usize::MAX), options)? {
            return Ok(found);
        }
    }
    search.end()
}

/// The rows with text that the search has passed.
#[derive(Default)]
struct Search {
    first: Option<u32>,
    /// A row with one cell, which names an email column: a header, or the title of one below.
    title: Option<u32>,
    /// A row with gaps, which names an email column: a header, or the names of groups of columns above one.
    groups: Option<Row>,
    /// The row above the first person.
    above_person: Option<u32>,
    /// The first row with an address.
    person: Option<Row>,
    last: u32,
}

impl Search {
    /// Returns the header row if it is certain now.
    fn look_at(&mut self, row: Row, options: &SheetOptions) -> Result<Option<u32>, SheetError> {
        let number = row.number;
        let is_person = cells(&row).any(is_address);
        let is_candidate = !is_person && cells(&row).any(|cell| names_email(cell, options));
        if let Some(groups) = &self.groups {
            let is_header = is_candidate && cells(groups).count() < cells(&row).count();
            return Ok(Some(if is_header { number } else { groups.number }));
        }
        if is_person {
            if let Some(title) = self.title {
                return Ok(Some(title));
            }
            if self.person.is_none() {
                self.above_person = self.first.map(|_| self.last);
                self.person = Some(row);
            }
        } else if is_candidate {
            match (&self.person, self.title) {
                (Some(person), _) if cells(person).count() < cells(&row).count() => {
                    return Err(SheetError::AddressAboveHeader { row: person.number, header: number });
                }
                (Some(_), _) => {}
                (None, Some(title)) => return Err(SheetError::TwoHeaderRows { first: title, second: number }),
                (None, None) if cells(&row).count() == 1 => self.title = Some(number),
                (None, None) if has_gaps(&row) => {
                    self.groups = Some(row);
                    return Ok(None);
                }
                (None, None) => return Ok(Some(number)),
            }
        }
        self.first.get_or_insert(number);
        self.last = number;
        Ok(None)
    }

    /// Returns the most likely header row if no row is certain to be the header.
    fn end(self) -> Result<u32, SheetError> {
        if let Some(groups) = self.groups {
            return Ok(groups.number);
        }
        match (self.title, self.person, self.above_person) {
            (Some(title), _, _) => Ok(title),
            (None, Some(person), None) => Err(no_header(&person)),
            (None, _, above_person) => above_person.or(self.first).ok_or(SheetError::Empty),
        }
    }
}

/// Returns whether a cell is the name of a column with the addresses to invite.
fn names_email(cell: &str, options: &SheetOptions) -> bool {
    let mut chosen = options.columns.iter().filter(|(column, _)| *column == Column::Email).peekable();
    let by_name = |cell| Claim::of(cell).is_some_and(Claim::makes_a_header);
    if chosen.peek().is_none() {
        return by_name(cell);
    }
    chosen.any(|(_, name)| {
        let wanted = normalized(name);
        let is_letters = index(name.trim()).is_some();
        name.trim() == cell || (!wanted.is_empty() && normalized(cell) == wanted) || (is_letters && by_name(cell))
    })
}

/// Returns an error unless the record is a row as it was written.
fn whole(record: &Record<'_>) -> Result<(), SheetError> {
    match record.cut {
        None => Ok(()),
        Some(Cut::UnclosedQuote { .. }) => Err(SheetError::UnclosedHeader),
        Some(Cut::RowsInQuotes { line }) => Err(SheetError::RowsInQuotes { row: record.number, line }),
        Some(Cut::TooLong) => Err(SheetError::LongHeader),
    }
}

fn no_header(row: &Row) -> SheetError {
    SheetError::NoHeader { first_row: quoted(&names(row).join(", ")) }
}

/// Returns the cells with text.
fn cells(row: &Row) -> impl Iterator<Item = &str> {
    (0..row.len()).map(|cell| row.cell(cell)).filter(|cell| !cell.is_empty())
}

/// Returns whether an empty cell is between two with text.
fn has_gaps(row: &Row) -> bool {
    let names = names(row);
    names.iter().skip_while(|name| name.is_empty()).any(String::is_empty)
}

/// Returns all cells, without empty ones at the end.
fn names(row: &Row) -> Vec<String> {
    let mut names: Vec<String> = (0..row.len()).map(|cell| row.cell(cell).to_owned()).collect();
    names.truncate(names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1));
    names
}

#[cfg(test)]
mod tests;
