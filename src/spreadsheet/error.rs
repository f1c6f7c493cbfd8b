//! Errors of a spreadsheet as a whole. A bad row is not one of them: it is yielded with its fault.

use std::io;

use super::candidate::Candidate;
use super::columns::Column;
use super::delimiter::Delimiter;
use super::encoding::Encoding;
use super::not_a_spreadsheet::NotASpreadsheet;
use super::text_format::TextFormat;
use super::workbook::error::WorkbookError;
use crate::model::quote::row_ranges;

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
    /// The file is text in another format than CSV.
    #[error(
        "the file is {0}; open it in a spreadsheet program, or export it again, and save the table as .xlsx or CSV UTF-8"
    )]
    OtherFormat(TextFormat),
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
    /// Rows of the sheet are hidden, and the user has not chosen whether they count.
    #[error(
        "{}, perhaps by a filter; set --hidden-rows skip to leave them out, or --hidden-rows include to read them like \
         the others",
        rows_are_hidden(rows)
    )]
    HiddenRows {
        /// Their numbers.
        rows: Vec<u32>,
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
    /// An encoding was given, but the file is a workbook.
    #[error("the file is a workbook and has no encoding; remove --encoding {encoding}")]
    NoEncoding {
        /// The encoding given.
        encoding: Encoding,
    },
    /// The first row is already about a person.
    #[error("the file has no header row (its first row is {first_row}); insert one, for example: email,roles,teams")]
    NoHeader {
        /// The first row, quoted and shortened.
        first_row: String,
    },
    /// The row that the user named as the header is about a person.
    #[error(
        "--header-row {row}: row {row} is not a header, because it holds an email address ({cells}); name the row above the first person"
    )]
    PersonAsHeaderRow {
        /// Its number.
        row: u32,
        /// Its cells, quoted and shortened.
        cells: String,
    },
    /// The row that the user named as the header is blank.
    #[error("--header-row {row}: row {row} is blank; name the row with the names of the columns")]
    BlankHeaderRow {
        /// Its number.
        row: u32,
    },
    /// The row that the user named as the header is below the last one.
    #[error("--header-row {row}: the last row is {last}; name the row with the names of the columns")]
    NoSuchHeaderRow {
        /// The number given.
        row: u32,
        /// The number of the last row.
        last: u32,
    },
    /// A row with few names and one below it both look like the header.
    #[error(
        "rows {first} and {second} both look like the header row; choose one with --header-row {first} or \
         --header-row {second}"
    )]
    TwoHeaderRows {
        /// The number of the upper row.
        first: u32,
        /// The number of the other.
        second: u32,
    },
    /// There is an address above the row that looks like the header.
    #[error(
        "row {header} looks like the header row, but row {row} above it holds an email address; if no person is above \
         row {header}, pass --header-row {header}"
    )]
    AddressAboveHeader {
        /// The number of the row with the address.
        row: u32,
        /// The number of the row that looks like the header.
        header: u32,
    },
    /// No column has the name of one with email addresses, and none holds any.
    #[error(
        "no column is named \"email\"; the columns are {found}; rename the column with the addresses to \"email\", or set \
         --column email=NAME"
    )]
    NoEmailColumn {
        /// The names found, quoted and shortened.
        found: String,
    },
    /// No column of a table of rules holds what people get.
    #[error(
        "no column is named roles, teams or projects; the columns are {found}; add a column with what matching people get"
    )]
    NoGrantColumn {
        /// The names found, quoted and shortened.
        found: String,
    },
    /// Columns hold addresses, but their names do not show that these are to be invited.
    #[error("no column is named \"email\"; there are addresses in {columns}; to invite them, pass {choose}")]
    UnknownEmailColumn {
        /// The columns that hold addresses, quoted.
        columns: String,
        /// The flag to pass for each of them.
        choose: String,
        /// The columns.
        candidates: Box<[Candidate]>,
    },
    /// Two columns could be the one to invite, and they hold different addresses.
    #[error(
        "{columns} differ in row {row}, and either could be the address to invite; choose with {choose}, or leave one out with {ignore}"
    )]
    DifferentAddresses {
        /// Both columns, quoted.
        columns: Box<str>,
        /// The number of the first row in which they differ.
        row: u32,
        /// The flags to pass for each of them.
        choose: Box<str>,
        /// The flags to pass to ignore each of them.
        ignore: Box<str>,
        /// The columns.
        candidates: Box<[Candidate]>,
    },
    /// Two columns have names with the same meaning.
    #[error("{columns} both look like the {column} column; choose with {choose}, or leave one out with {ignore}")]
    TwoColumns {
        /// The meaning.
        column: Column,
        /// Both columns, quoted.
        columns: String,
        /// The flags to pass for each of them.
        choose: String,
        /// The flags to pass to ignore each of them.
        ignore: String,
    },
    /// Several columns have the name that the user gave.
    #[error("--column {column}: {columns} have the same name; choose with {choose}")]
    RepeatedName {
        /// The meaning.
        column: Column,
        /// The columns, quoted, with their letters.
        columns: String,
        /// The flags to pass for each of them.
        choose: String,
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
    /// The user named a column to ignore that does not exist.
    #[error("--ignore-column: no column is named {name}; the columns are {found}")]
    NothingToIgnore {
        /// The name given, quoted.
        name: String,
        /// The names found, quoted and shortened.
        found: String,
    },
    /// The user gave a column a meaning and ignored it.
    #[error("--ignore-column: {name} was also given with --column {column}; keep one")]
    IgnoredAndChosen {
        /// The column, quoted.
        name: String,
        /// Its meaning.
        column: Column,
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
    /// The header row is longer than any real one.
    #[error(
        "the header row is too wide (over 32,000 columns or 1 million characters); delete the cells to the right of the \
         table"
    )]
    LongHeader,
    /// A double quote below the header is never closed.
    #[error(
        "a double quote opens in {} and is never closed, so the rows below it cannot be read; add the closing double quote \
         or delete the opening one",
        place(*row, *line)
    )]
    UnclosedQuote {
        /// The row.
        row: u32,
        /// The line of the file, which is another one if cells have several lines.
        line: u32,
    },
    /// A cell within double quotes holds what look like whole rows.
    #[error(
        "a double quote opens in {} and closes rows later, so that the rows between are read as one cell; add the closing \
         double quote or delete the opening one",
        place(*row, *line)
    )]
    RowsInQuotes {
        /// The row.
        row: u32,
        /// The line of the file.
        line: u32,
    },
}

fn place(row: u32, line: u32) -> String {
    if row == line { format!("row {row}") } else { format!("row {row} (line {line} of the file)") }
}

/// Returns that these rows are hidden, as the beginning of a sentence.
pub(crate) fn rows_are_hidden(rows: &[u32]) -> String {
    match rows {
        [row] => format!("row {row} of the sheet is hidden"),
        _ => format!("rows {} of the sheet are hidden", row_ranges(rows)),
    }
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
mod tests;
