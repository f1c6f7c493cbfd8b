//! Errors of a map. Each is found before anything is sent.

use std::fmt;

use crate::spreadsheet::{Column, SheetError, rows_are_hidden};

/// The most cells that a message lists.
const CELLS_SHOWN: usize = 10;

/// A reason why a map cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// The file cannot be read as a table.
    #[error("{0}")]
    Sheet(SheetError),
    /// There is no row with text.
    #[error("the file is empty; add a header row, for example Department,roles,teams, then a rule per row")]
    Empty,
    /// There are more rules than any table has that was written by hand.
    #[error("the table has more than {most} rules or 8 MiB of text; is it the spreadsheet of people?")]
    TooLarge {
        /// The limit.
        most: usize,
    },
    /// Rules are hidden, and it is not known whether they count.
    #[error("{}, perhaps by a filter; show the rows if the rules count, otherwise delete them", rows_are_hidden(.rows))]
    HiddenRules {
        /// The numbers of their rows.
        rows: Vec<u32>,
    },
    /// Several columns could hold what people get.
    #[error("columns {first} and {second} both look like the {column} column; name one of them {column}")]
    TwoColumns {
        /// The meaning.
        column: Column,
        /// One candidate, quoted.
        first: String,
        /// The other.
        second: String,
    },
    /// A column could be a condition, or hold what people get.
    #[error(
        "column {name} may be a condition, because the spreadsheet has this column, or the {column} that people get; if \
         it is what they get, rename it to {column}; if it is a condition, add a column {column}, which may be empty"
    )]
    Unclear {
        /// Its name, quoted.
        name: String,
        /// The other meaning.
        column: Column,
    },
    /// A condition names no column of the spreadsheet.
    #[error("column {name} is not a column of the spreadsheet, whose columns are {found}; correct the name")]
    NoSuchColumn {
        /// The name, quoted.
        name: String,
        /// The names in the spreadsheet, quoted and shortened.
        found: String,
    },
    /// A condition names several columns of the spreadsheet.
    #[error("column {name} is the name of several columns of the spreadsheet; give each a name of its own")]
    Ambiguous {
        /// The name, quoted.
        name: String,
    },
    /// Two conditions name the same column of the spreadsheet.
    #[error("columns {first} and {second} both name column {column} of the spreadsheet; write a row per value instead")]
    SameColumn {
        /// One name, quoted.
        first: String,
        /// The other.
        second: String,
        /// The name in the spreadsheet, quoted.
        column: String,
    },
    /// Cells cannot be used.
    #[error("{}", list(.0))]
    Cells(Vec<CellError>),
    /// Rules make people owners of the organization.
    #[error("{} ORG_OWNER; pass --map-owners to allow it, or remove the role", rows_grant(.rows))]
    Owners {
        /// The rows of these rules.
        rows: Vec<u32>,
    },
}

/// A cell that cannot be used, or a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellError {
    /// The number of the row.
    pub row: u32,
    /// The name of the column; `None` if the fault concerns the whole row. Untrusted.
    pub column: Option<String>,
    /// The fault and the remedy.
    pub finding: String,
}

impl fmt::Display for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}", self.row)?;
        self.column.iter().try_for_each(|column| write!(f, ", column {column}"))?;
        write!(f, ": {}", self.finding)
    }
}

fn list(cells: &[CellError]) -> String {
    let mut lines: Vec<String> = cells.iter().take(CELLS_SHOWN).map(ToString::to_string).collect();
    if let Some(more @ 1..) = cells.len().checked_sub(CELLS_SHOWN) {
        lines.push(format!("and {more} more"));
    }
    lines.join("\n  ")
}

fn rows_grant(rows: &[u32]) -> String {
    let mut shown: Vec<String> = rows.iter().take(CELLS_SHOWN).map(ToString::to_string).collect();
    if let Some(more @ 1..) = rows.len().checked_sub(CELLS_SHOWN) {
        shown.push(format!("{more} more"));
    }
    match rows {
        [_] => format!("row {} grants", shown.join(", ")),
        _ => format!("rows {} grant", shown.join(", ")),
    }
}
