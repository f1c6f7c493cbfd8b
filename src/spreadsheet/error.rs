//! Errors of a spreadsheet as a whole. A bad row is not one of them: it is yielded with its fault.

use std::io;

use super::columns::Column;
use super::delimiter::Delimiter;
use super::not_a_spreadsheet::NotASpreadsheet;
use super::workbook::error::WorkbookError;

/// An error because of which nothing of the spreadsheet can be used.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The file could not be opened.
    #[error("{0}")]
    Open(io::Error),
    /// The path is that of a folder.
    #[error("it is a folder; name the spreadsheet in it")]
    Folder,
    /// Reading failed.
    #[error("the file could not be read further: {0}")]
    Read(io::Error),
    /// There is no row with text.
    #[error("the file is empty; it needs a header row with an \"email\" column, then a row for each person")]
    Empty,
    /// The file is of another kind.
    #[error("the file is not a spreadsheet: {0}; give the spreadsheet itself, saved as .xlsx or as CSV UTF-8")]
    NoSpreadsheet(NotASpreadsheet),
    /// The workbook cannot be read.
    #[error("{0}")]
    Workbook(WorkbookError),
    /// The sheet that was assumed cannot be used, and another may have been meant.
    #[error("sheet {sheet}: {error}; or name another sheet of the workbook: {others}")]
    Sheet {
        /// Its name, quoted.
        sheet: String,
        /// The names of the others, quoted.
        others: String,
        /// The error of this one.
        error: Box<SheetError>,
    },
    /// A sheet was named, but the file is text.
    #[error("sheet {name} was asked for and the file is text, which has no sheets; leave --sheet out")]
    NoSheets {
        /// The name given, quoted.
        name: String,
    },
    /// A separator was given, but the file is a workbook.
    #[error("separator {delimiter} was given and the file is a workbook, which has none; leave --delimiter out")]
    NoDelimiter {
        /// The separator given.
        delimiter: Delimiter,
    },
    /// The first row is already about a person.
    #[error(
        "the file has no header row, its first row is {first_row}; insert a row above it that names the columns, for \
         example: email,roles,teams"
    )]
    NoHeader {
        /// The first row, quoted and shortened.
        first_row: String,
    },
    /// No column has the name of one with email addresses.
    #[error(
        "no column is named \"email\"; the columns are {found}; rename the one with the email addresses to \"email\", \
         or give its name with --column email=NAME"
    )]
    NoEmailColumn {
        /// The names found, quoted and shortened.
        found: String,
    },
    /// Two columns have names with the same meaning.
    #[error(
        "columns {first} and {second} both look like the {column} column; rename the one that is not, or say which it is \
         with --column {column}=NAME"
    )]
    TwoColumns {
        /// The meaning.
        column: Column,
        /// One candidate, quoted.
        first: String,
        /// The other.
        second: String,
    },
    /// The user named a column that does not exist.
    #[error("no column is named {name}, which was given for {column}; the columns are {found}")]
    NoSuchColumn {
        /// The meaning.
        column: Column,
        /// The name given, quoted.
        name: String,
        /// The names found, quoted and shortened.
        found: String,
    },
    /// The user gave two columns the same meaning.
    #[error("columns {first} and {second} were both given for {column}; give one")]
    TwoChoices {
        /// The meaning.
        column: Column,
        /// One name given, quoted.
        first: String,
        /// The other.
        second: String,
    },
    /// The user gave one column two meanings.
    #[error("column {name} was given for both {first} and {second}; give one")]
    ColumnGivenTwice {
        /// The name given, quoted.
        name: String,
        /// Its first meaning.
        first: Column,
        /// Its second meaning.
        second: Column,
    },
    /// The header row has no end.
    #[error("the header row opens a quotation mark that never closes; delete that mark or add its pair")]
    UnclosedHeader,
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
