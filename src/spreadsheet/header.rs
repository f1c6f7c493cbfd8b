//! The header row: the names of the columns, and which of them mean something.

use super::address_column::{AddressColumn, Candidates};
use super::carried::{Carried, carried, original_email};
use super::columns::Column;
use super::error::SheetError;
use super::header_row::{self, HeaderRow};
use super::letters::index;
use super::look_ahead::LookAhead;
use super::meaning::Meanings;
use super::options::SheetOptions;
use super::row::Row;
use crate::model::columns::{RESULT_COLUMNS, RUN_STATUS};

/// The header row of a sheet.
#[derive(Clone, Debug)]
pub struct Header {
    number: u32,
    names: Vec<String>,
    above: Vec<u32>,
    email: AddressColumn,
    roles: Option<usize>,
    teams: Option<usize>,
    projects: Option<usize>,
    org_id: Option<usize>,
    carried: Vec<Carried>,
    is_results: bool,
}

impl Header {
    /// Reads up to the header row. Looks at the rows below it if the names alone do not show which column to invite.
    pub(super) fn read(records: &mut LookAhead, options: &SheetOptions) -> Result<Self, SheetError> {
        let row = header_row::read(records, options)?;
        header_row::check_next(&row, records, options)?;
        let HeaderRow { number, mut names, above } = row;
        add_unnamed(&mut names, records, options)?;
        let own = own_results_columns(&names);
        let mut meanings = match &own {
            Some(own) => Meanings::of_results(&names, own, options)?,
            None => Meanings::chosen(&names, options)?,
        };
        let email = match meanings.cell(Column::Email)? {
            Some(cell) => AddressColumn::only(cell),
            None => {
                let is_free = |cell| meanings.is_free(cell);
                let candidates = Candidates::new(&names, &is_free);
                match candidates.by_name() {
                    Some(email) => email,
                    None => candidates.by_cells(&first_rows(records)?)?,
                }
            }
        };
        meanings.set(Column::Email, email.cell);
        Ok(Self {
            number,
            above,
            email,
            roles: meanings.cell(Column::Roles)?,
            teams: meanings.cell(Column::Teams)?,
            projects: meanings.cell(Column::Projects)?,
            org_id: meanings.cell(Column::OrgId)?,
            is_results: own.is_some(),
            carried: carried(&names, &meanings.of_cells, &own.unwrap_or_default()),
            names,
        })
    }

    /// Returns an error if another column could be the address to invite and holds a different one in this row.
    pub(super) fn compare_addresses(&self, row: &Row) -> Result<(), SheetError> {
        self.email.compare(&self.names, row)
    }

    /// Returns whether another column could be the address to invite.
    pub(super) fn has_rivals(&self) -> bool {
        self.email.has_rivals()
    }

    /// Reads the names of a table of rules, whose columns have no meaning here.
    pub(super) fn of_rules(records: &mut LookAhead) -> Result<Self, SheetError> {
        let HeaderRow { number, names, above } = header_row::of_rules(records)?;
        Ok(Self {
            number,
            above,
            names,
            email: AddressColumn::only(usize::MAX),
            roles: None,
            teams: None,
            projects: None,
            org_id: None,
            carried: Vec::new(),
            is_results: false,
        })
    }

    /// Returns the number of the header row, which is 1 unless other rows precede it.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Returns the numbers of the rows with text above the header row, which are skipped.
    pub fn rows_above(&self) -> &[u32] {
        &self.above
    }

    /// Returns the names of the columns as written, without empty ones at the end.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the cell with the address.
    pub fn email(&self) -> usize {
        self.email.cell
    }

    /// Returns the cell with the organization roles.
    pub fn roles(&self) -> Option<usize> {
        self.roles
    }

    /// Returns the cell with the teams.
    pub fn teams(&self) -> Option<usize> {
        self.teams
    }

    /// Returns the cell with the projects.
    pub fn projects(&self) -> Option<usize> {
        self.projects
    }

    /// Returns the cell with the organization's id.
    pub fn org_id(&self) -> Option<usize> {
        self.org_id
    }

    /// Also copies the cells with addresses, because one of them has more text than the address that is invited.
    pub(super) fn carry_email(&mut self) {
        self.carried.push(original_email(self.email.cell, &self.carried));
    }

    /// Returns whether the sheet is the results of an earlier run, which have an address in the column `email`.
    pub(super) fn is_results(&self) -> bool {
        self.is_results
    }

    /// Returns the columns that follow the program's own ones in the results, in the order of the sheet.
    pub fn carried(&self) -> &[Carried] {
        &self.carried
    }
}

/// Returns the first rows below the header, as far as they are looked at before they are read.
fn first_rows(records: &mut LookAhead) -> Result<Vec<Row>, SheetError> {
    let mut rows = Vec::new();
    let mut ahead = 0;
    while let Some(record) = records.peek(ahead)? {
        if !record.is_blank() {
            rows.push(Row::read(&record, usize::MAX));
        }
        ahead += 1;
    }
    Ok(rows)
}

/// Adds empty names for columns to the right of the last name that the user refers to by letters and that have text.
fn add_unnamed(names: &mut Vec<String>, records: &mut LookAhead, options: &SheetOptions) -> Result<(), SheetError> {
    let chosen = options.columns.iter().filter_map(|(_, name)| index(name.trim())).max();
    if let Some(last) = chosen.filter(|last| *last >= names.len()) {
        let has_text = |row: &Row| row.len() > last && !row.cell(last).is_empty();
        if first_rows(records)?.iter().any(has_text) {
            names.resize(last + 1, String::new());
        }
    }
    Ok(())
}

/// Returns the cells of [`RESULT_COLUMNS`], and of [`RUN_STATUS`] if it exists, provided that none is missing: the file
/// is then the results of an earlier run.
fn own_results_columns(names: &[String]) -> Option<Vec<usize>> {
    let at = |wanted: &str| names.iter().position(|name| name == wanted);
    let own: Option<Vec<usize>> = RESULT_COLUMNS.iter().map(|wanted| at(wanted)).collect();
    Some(own?.into_iter().chain(at(RUN_STATUS)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spreadsheet::Sheet;

    fn header(text: &str) -> Result<Header, SheetError> {
        Sheet::from_bytes(text.as_bytes(), &SheetOptions::default()).map(|sheet| sheet.header().clone())
    }

    #[test]
    fn columns_are_found_in_any_order() {
        let header = header("Name,Teams,E-Mail,Org ID,Role(s),Projects,Status,,Start").unwrap();
        assert_eq!(
            (header.email(), header.org_id(), header.roles(), header.teams(), header.projects()),
            (2, Some(3), Some(4), Some(1), Some(5))
        );
    }

    #[test]
    fn the_own_columns_of_a_results_file_have_their_meanings() {
        let header = header(&format!("{},roles,input_status,Name", RESULT_COLUMNS.join(","))).unwrap();
        assert_eq!((header.email(), header.org_id(), header.roles()), (1, Some(2), Some(12)));
    }

    #[test]
    fn empty_columns_at_the_end_are_dropped() {
        assert_eq!(header("email,roles, ,,\n").unwrap().names(), ["email", "roles"]);
    }

    #[test]
    fn a_file_without_text_is_empty() {
        for text in ["", "\n\r\n , \n"] {
            assert!(matches!(header(text), Err(SheetError::Empty)), "{text:?}");
        }
    }

    #[test]
    fn a_header_needs_a_column_of_addresses() {
        let Err(SheetError::NoEmailColumn { found }) = header("Name,Phone\nx,y") else { panic!() };
        assert_eq!(found, "\"Name\", \"Phone\"");
    }

    #[test]
    fn two_columns_with_the_same_meaning_are_an_error() {
        let Err(SheetError::TwoColumns { column, columns, choose, ignore }) = header("email,Role,Rolle") else {
            panic!()
        };
        assert_eq!((column, columns.as_str()), (Column::Roles, "\"Role\" and \"Rolle\""));
        assert_eq!(choose, "--column roles=Role or --column roles=Rolle");
        assert_eq!(ignore, "--ignore-column Role or --ignore-column Rolle");
    }

    #[test]
    fn a_first_row_with_an_address_is_not_a_header() {
        for (text, row) in [
            ("Jane,jane@example.com\n", "\"Jane, jane@example.com\""),
            ("Jane <jane@example.com>,member\n", "\"Jane <jane@example.com>, member\""),
        ] {
            let Err(SheetError::NoHeader { first_row }) = header(text) else { panic!("{text}") };
            assert_eq!(first_row, row);
        }
    }

    #[test]
    fn a_header_with_too_many_cells_is_an_error() {
        let wide = |last: &str| header(&format!("email,roles{}{last}\n", ",".repeat(40_000)));
        assert!(matches!(wide("x"), Err(SheetError::LongHeader)));
        assert_eq!(wide("").unwrap().names(), ["email", "roles"]);
    }

    #[test]
    fn a_header_that_swallows_rows_is_an_error() {
        let error = header("sep=,\n\nemail,\"name\na@example.com,A\nb@example.com,\"B\"\n");
        assert!(matches!(error, Err(SheetError::RowsInQuotes { row: 2, line: 3 })), "{error:?}");
    }

    #[test]
    fn a_quote_that_is_never_closed_in_the_header_is_an_error() {
        let error = header("email,\"roles\njane@example.com,ORG_MEMBER\n");
        assert!(matches!(error, Err(SheetError::UnclosedHeader)), "{error:?}");
    }
}
