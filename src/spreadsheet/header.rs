//! The header row: the names of the columns, and which of them mean something.

use super::carried::{Carried, carried, original_email};
use super::columns::Column;
use super::error::SheetError;
use super::meaning::Meanings;
use super::options::SheetOptions;
use super::record::Record;
use super::row::Row;
use crate::model::columns::{RESULT_COLUMNS, RUN_STATUS};

/// The header row of a sheet.
#[derive(Clone, Debug)]
pub struct Header {
    number: u32,
    names: Vec<String>,
    email: usize,
    roles: Option<usize>,
    teams: Option<usize>,
    projects: Option<usize>,
    org_id: Option<usize>,
    carried: Vec<Carried>,
    is_results: bool,
}

impl Header {
    pub(super) fn read(record: &Record<'_>, options: &SheetOptions) -> Result<Self, SheetError> {
        let names = names(record)?;
        let own = own_results_columns(&names);
        let meanings = match &own {
            Some(own) => Meanings::of_results(&names, own),
            None => Meanings::chosen(&names, options)?,
        };
        Ok(Self {
            number: record.number,
            email: meanings.email()?,
            roles: meanings.cell(Column::Roles)?,
            teams: meanings.cell(Column::Teams)?,
            projects: meanings.cell(Column::Projects)?,
            org_id: meanings.cell(Column::OrgId)?,
            is_results: own.is_some(),
            carried: carried(&names, &meanings.of_cells, &own.unwrap_or_default()),
            names,
        })
    }

    /// Reads the names of a table of rules, whose columns have no meaning here.
    pub(super) fn of_rules(record: &Record<'_>) -> Result<Self, SheetError> {
        let names = names(record)?;
        Ok(Self {
            number: record.number,
            names,
            email: usize::MAX,
            roles: None,
            teams: None,
            projects: None,
            org_id: None,
            carried: Vec::new(),
            is_results: false,
        })
    }

    /// Returns the number of the header row, which is 1 unless blank rows precede it.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Returns the names of the columns as written, without empty ones at the end.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the cell with the address.
    pub fn email(&self) -> usize {
        self.email
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
        self.carried.push(original_email(self.email, &self.carried));
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

/// Returns the names of a header row, without empty ones at the end.
fn names(record: &Record<'_>) -> Result<Vec<String>, SheetError> {
    if record.cut.is_some() {
        return Err(SheetError::UnclosedHeader);
    }
    let row = Row::read(record, usize::MAX);
    let mut names: Vec<String> = (0..row.len()).map(|i| row.cell(i).to_owned()).collect();
    names.truncate(names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1));
    Ok(names)
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
        for (text, expected) in [
            ("email,Name,Work E-Mail", (Column::Email, ["email", "Work E-Mail"])),
            ("email,Role,Rolle", (Column::Roles, ["Role", "Rolle"])),
        ] {
            let Err(SheetError::TwoColumns { column, candidates }) = header(text) else { panic!("{text}") };
            assert_eq!((column, [0, 1].map(|index| candidates[index].reference.as_str())), expected);
        }
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
    fn a_quote_that_is_never_closed_in_the_header_is_an_error() {
        let error = header("email,\"roles\njane@example.com,ORG_MEMBER\n");
        assert!(matches!(error, Err(SheetError::UnclosedHeader)), "{error:?}");
    }
}
