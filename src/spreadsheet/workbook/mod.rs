//! Reads one sheet of an `.xlsx` workbook into a compact [`Table`], with its cells as people see them.
//!
//! calamine parses the format. This module chooses the sheet, turns cells into text, and limits the size to which an
//! archive may unpack. Hidden rows and columns are read like any others. Merged cells have their text in the first one,
//! formulas have the result that was saved with them.

mod archive;
mod cell;
pub(super) mod error;
mod markup;
mod table;
mod worksheet;

use std::fmt::Display;
use std::io::Cursor;

use calamine::{Reader, Xlsx};

pub(super) use archive::{LARGEST_FILE, is_binary};
pub use error::{Damage, OfficeFormat, Oversize, WorkbookError};
pub(super) use table::{Table, TableRecords};

/// A sheet that was read.
#[derive(Debug)]
pub(super) struct Worksheet {
    pub(super) name: String,
    /// The names of the workbook's other sheets.
    pub(super) others: Vec<String>,
    pub(super) table: Table,
}

/// Reads the sheet named `wanted`, or else the first visible one, of a file that is in memory.
pub(super) fn read(file: Vec<u8>, wanted: Option<&str>) -> Result<Worksheet, WorkbookError> {
    if file.len() as u64 > LARGEST_FILE {
        return Err(WorkbookError::TooLarge(Oversize::File));
    }
    archive::inspect(&file)?;
    let mut workbook = Xlsx::new(Cursor::new(file)).map_err(damaged)?;
    let sheets = workbook.sheets_metadata().to_vec();
    let chosen = worksheet::choose(&sheets, wanted)?;
    let others = sheets.iter().map(|sheet| sheet.name.clone()).filter(|name| name != chosen).collect();
    let table = worksheet::read(&mut workbook, chosen)?;
    Ok(Worksheet { name: chosen.to_owned(), others, table })
}

fn damaged(error: impl Display) -> WorkbookError {
    WorkbookError::Damaged(Damage::Unreadable(error.to_string()))
}

#[cfg(test)]
mod tests;
