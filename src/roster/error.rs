//! Why a spreadsheet cannot be read at all. A bad row is not among these: it is yielded, with its fault.

use std::io;

use super::columns::Column;

/// The file as a whole is not usable; nothing of it was sent.
#[derive(Debug, thiserror::Error)]
pub enum RosterError {
    /// The reader failed.
    #[error("the file could not be read further: {0}")]
    Read(io::Error),
    /// Not a single row with text.
    #[error("the file is empty; it needs a header row with an \"email\" column, then a row for each person")]
    Empty,
    /// A workbook where text is expected.
    #[error("the file is a workbook, not text; open it in the spreadsheet program and save it as CSV UTF-8")]
    Workbook,
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
        "no column is named \"email\"; the columns are {found}; rename the one with the email addresses to \"email\""
    )]
    NoEmailColumn {
        /// The names found, quoted and shortened.
        found: String,
    },
    /// Two columns could both be meant.
    #[error(
        "columns {first} and {second} both look like the {column} column; rename the one that is not, or delete it"
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
    /// The header row runs on without end.
    #[error("the header row opens a quotation mark that never closes; delete that mark or add its pair")]
    UnclosedHeader,
}

// By hand, since a `#[from]` would make it the source too, and a printed chain would tell it twice.
impl From<io::Error> for RosterError {
    fn from(error: io::Error) -> Self {
        RosterError::Read(error)
    }
}
