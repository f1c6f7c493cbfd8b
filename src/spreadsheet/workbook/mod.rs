//! Reads a sheet of an `.xlsx` workbook, whole: its cells as people see them, in a compact [`Table`].
//!
//! calamine reads the format; what is ours is the choice of the sheet, the text of a cell, and bounds on what an archive
//! may unfold to. Hidden rows and columns are read like any others, merged cells hold their text in the first, formulas
//! the result that was saved with them.

mod archive;
mod cell;
mod error;
mod markup;
mod table;
mod worksheet;

use std::fmt::Display;
use std::io::{Cursor, Read};

use calamine::{Reader, Xlsx};

use crate::model::quote::quoted;

pub(super) use archive::is_binary;
pub use error::WorkbookError;
pub(super) use table::{Table, TableRecords};

use archive::LARGEST_FILE;

/// A sheet that was read.
#[derive(Debug)]
pub(super) struct Worksheet {
    pub(super) name: String,
    /// The names of the workbook's other sheets.
    pub(super) others: Vec<String>,
    pub(super) table: Table,
}

/// Reads the sheet called `wanted`, else the first visible one.
pub(super) fn read(reader: impl Read, wanted: Option<&str>) -> Result<Worksheet, super::SheetError> {
    let mut file = Vec::new();
    reader.take(LARGEST_FILE + 1).read_to_end(&mut file)?;
    if file.len() as u64 > LARGEST_FILE {
        return Err(WorkbookError::TooLarge("the file has more than 64 MiB").into());
    }
    archive::inspect(&file)?;
    let mut workbook = Xlsx::new(Cursor::new(file)).map_err(damaged)?;
    let sheets = workbook.sheets_metadata().to_vec();
    let chosen = worksheet::choose(&sheets, wanted)?;
    let others = sheets.iter().map(|sheet| sheet.name.clone()).filter(|name| name != chosen).collect();
    let table = worksheet::read(&mut workbook, chosen)?;
    Ok(Worksheet { name: chosen.to_owned(), others, table })
}

/// What the libraries say is for programmers, and still the only hint of where the damage is.
fn damaged(error: impl Display) -> WorkbookError {
    WorkbookError::Damaged(quoted(&error.to_string()))
}

#[cfg(test)]
mod tests;
