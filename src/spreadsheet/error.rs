//! Errors of a spreadsheet as a whole. A bad row is not one of them: it is yielded with its fault.

use std::io;

use super::candidate::Candidate;
use super::columns::Column;
use super::delimiter::Delimiter;
use super::not_a_spreadsheet::NotASpreadsheet;
use super::workbook::error::WorkbookError;
use crate::model::quote::quoted;

/// An error because of which nothing of the spreadsheet can be used.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The file could not be opened.
    #[error("{0}")]
    Open(io::Error),
    /// The path is that of a folder.
    #[error("it is a folder; name the spreadsheet file in it")]
    Folder,
    /// Reading failed.
    #[error("reading the file failed: {0}")]
    Read(io::Error),
    /// There is no row with text.
    #[error("the file is empty; add a header row with an \"email\" column, then one row per person")]
    Empty,
    /// The file is not a spreadsheet.
    #[error("the file is {0}, not a spreadsheet; save the spreadsheet as .xlsx or CSV UTF-8")]
    NoSpreadsheet(NotASpreadsheet),
    /// The workbook cannot be read.
    #[error("{0}")]
    Workbook(WorkbookError),
    /// The sheet that is read by default cannot be used; another may have been meant.
    #[error("sheet {sheet}: {error}; or choose another sheet with --sheet: {others}")]
    Sheet {
        /// Its name, quoted.
        sheet: String,
        /// The names of the others, quoted.
        others: String,
        /// The error of this one.
        error: Box<SheetError>,
    },
    /// A sheet was named, but the file is text.
    #[error("the file is text and has no sheets; remove --sheet {name}")]
    NoSheets {
        /// The name given, quoted.
        name: String,
    },
    /// A separator was given, but the file is a workbook.
    #[error("the file is a workbook and has no separator; remove --delimiter {delimiter}")]
    NoDelimiter {
        /// The separator given.
        delimiter: Delimiter,
    },
    /// The first row is already about a person.
    #[error("the file has no header row (its first row is {first_row}); insert one, for example: email,roles,teams")]
    NoHeader {
        /// The first row, quoted and shortened.
        first_row: String,
    },
    /// No column has the name of one with email addresses.
    #[error(
        "no column is named \"email\"; the columns are {found}; rename the column with the addresses to \"email\", or set \
         --column email=NAME"
    )]
    NoEmailColumn {
        /// The names found, quoted and shortened.
        found: String,
    },
    /// Two columns have names with the same meaning.
    #[error(
        "columns {} look like the {column} column; rename one, or choose one with --column {column}=NAME",
        named(candidates)
    )]
    TwoColumns {
        /// The meaning.
        column: Column,
        /// The columns.
        candidates: Vec<Candidate>,
    },
    /// The user named a column that does not exist.
    #[error("--column {column}: no column is named {name}; the columns are {found}")]
    NoSuchColumn {
        /// The meaning.
        column: Column,
        /// The name given, quoted.
        name: String,
        /// The names found, quoted and shortened.
        found: String,
    },
    /// The user gave two columns the same meaning.
    #[error("--column {column}: {first} and {second} were both given; keep one")]
    TwoChoices {
        /// The meaning.
        column: Column,
        /// One name given, quoted.
        first: String,
        /// The other.
        second: String,
    },
    /// The user gave one column two meanings.
    #[error("--column: {name} was given for both {first} and {second}; keep one")]
    ColumnGivenTwice {
        /// The name given, quoted.
        name: String,
        /// Its first meaning.
        first: Column,
        /// Its second meaning.
        second: Column,
    },
    /// A double quote in the header row is never closed.
    #[error("a double quote in the header row is never closed; add the closing double quote or delete the opening one")]
    UnclosedHeader,
}

fn named(candidates: &[Candidate]) -> String {
    candidates.iter().map(|candidate| quoted(&candidate.reference)).collect::<Vec<_>>().join(" and ")
}

// By hand: `#[from]` would make it the source too, and a printed chain of errors would repeat it.
impl From<io::Error> for SheetError {
    fn from(error: io::Error) -> Self {
        SheetError::Read(error)
    }
}

impl From<WorkbookError> for SheetError {
    fn from(error: WorkbookError) -> Self {
        SheetError::Workbook(error)
    }
}

#[cfg(test)]
mod tests {
    use super::super::workbook::error::OfficeFormat;
    use super::*;

    #[test]
    fn each_error_names_its_cause_and_a_remedy() {
        let text = |text: &str| text.to_owned();
        let io_error = || io::Error::other("the disk is gone");
        let old = || WorkbookError::OtherFormat(OfficeFormat::Old);
        let errors = [
            SheetError::Open(io_error()),
            SheetError::Folder,
            SheetError::Read(io_error()),
            SheetError::Empty,
            SheetError::NoSpreadsheet(NotASpreadsheet::Pdf),
            SheetError::NoSpreadsheet(NotASpreadsheet::Picture),
            SheetError::NoSpreadsheet(NotASpreadsheet::NotText),
            SheetError::Workbook(old()),
            SheetError::Sheet {
                sheet: text("\"Read me\""),
                others: text("\"People\""),
                error: Box::new(SheetError::UnclosedHeader),
            },
            SheetError::NoSheets { name: text("\"People\"") },
            SheetError::NoDelimiter { delimiter: Delimiter::Tab },
            SheetError::NoHeader { first_row: text("\"Jane, jane@example.com\"") },
            SheetError::NoEmailColumn { found: text("\"Name\", \"Phone\"") },
            SheetError::TwoColumns {
                column: Column::Roles,
                candidates: vec![Candidate::new(&[text("Role")], 0), Candidate::new(&[text("Rolle")], 0)],
            },
            SheetError::NoSuchColumn {
                column: Column::Email,
                name: text("\"Kontakt\""),
                found: text("\"Email\", \"Contact\""),
            },
            SheetError::TwoChoices { column: Column::Email, first: text("\"Contact\""), second: text("\"Email\"") },
            SheetError::ColumnGivenTwice { name: text("\"contact\""), first: Column::Email, second: Column::Roles },
            SheetError::UnclosedHeader,
        ];
        insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"));
    }
}
