//! Why a spreadsheet cannot be read at all. A bad row is not among these: it is yielded, with its fault.

use std::io;

use super::columns::Column;
use super::delimiter::Delimiter;
use super::not_a_spreadsheet::NotASpreadsheet;
use super::workbook::WorkbookError;

/// The file as a whole is not usable; nothing of it was sent.
#[derive(Debug, thiserror::Error)]
pub enum SheetError {
    /// The reader failed.
    #[error("the file could not be read further: {0}")]
    Read(io::Error),
    /// Not a single row with text.
    #[error("the file is empty; it needs a header row with an \"email\" column, then a row for each person")]
    Empty,
    /// Something else altogether.
    #[error("the file is not a spreadsheet: {0}; give the spreadsheet itself, saved as .xlsx or as CSV UTF-8")]
    NoSpreadsheet(NotASpreadsheet),
    /// A workbook, or another program's file, that cannot be read.
    #[error("{0}")]
    Workbook(WorkbookError),
    /// The sheet that was read is not usable, and another may have been meant.
    #[error("sheet {sheet}: {error}; or name another sheet of the workbook: {others}")]
    Sheet {
        /// Its name, quoted.
        sheet: String,
        /// The names of the others, quoted.
        others: String,
        /// What is wrong with this one.
        error: Box<SheetError>,
    },
    /// A sheet was named, and text has none.
    #[error("sheet {name} was asked for and the file is text, which has no sheets; leave --sheet out")]
    NoSheets {
        /// The name given, quoted.
        name: String,
    },
    /// A separator was named, and a workbook has none.
    #[error("separator {delimiter} was given and the file is a workbook, which has none; leave --delimiter out")]
    NoDelimiter {
        /// The separator given.
        delimiter: Delimiter,
    },
    /// The first row holds a person already.
    #[error(
        "the file has no header row, its first row is {first_row}; insert a row above it that names the columns, for \
         example: email,roles,teams"
    )]
    NoHeader {
        /// The first row, quoted and shortened.
        first_row: String,
    },
    /// No column holds email addresses, as far as the names tell.
    #[error(
        "no column is named \"email\"; the columns are {found}; rename the one with the email addresses to \"email\", \
         or give its name with --column email=NAME"
    )]
    NoEmailColumn {
        /// The names found, quoted and shortened.
        found: String,
    },
    /// Two columns could both be meant.
    #[error(
        "columns {first} and {second} both look like the {column} column; rename the one that is not, or say which it is \
         with --column {column}=NAME"
    )]
    TwoColumns {
        /// Which column is sought.
        column: Column,
        /// One candidate, quoted.
        first: String,
        /// The other.
        second: String,
    },
    /// The user named a column that the header does not have.
    #[error("no column is named {name}, which was given for {column}; the columns are {found}")]
    NoSuchColumn {
        /// Which column is sought.
        column: Column,
        /// The name given, quoted.
        name: String,
        /// The names found, quoted and shortened.
        found: String,
    },
    /// The user named two columns for one thing.
    #[error("columns {first} and {second} were both given for {column}; give one")]
    TwoChoices {
        /// Which column is sought.
        column: Column,
        /// One name given, quoted.
        first: String,
        /// The other.
        second: String,
    },
    /// The user named one column for two things.
    #[error("column {name} was given for both {first} and {second}; give one")]
    ColumnGivenTwice {
        /// The name given, quoted.
        name: String,
        /// What it was given for first.
        first: Column,
        /// What it was given for then.
        second: Column,
    },
    /// The header row runs on without end.
    #[error("the header row opens a quotation mark that never closes; delete that mark or add its pair")]
    UnclosedHeader,
}

// By hand, since a `#[from]` would make it the source too, and a printed chain would tell it twice.
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
