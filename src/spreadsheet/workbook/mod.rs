//! Reads the sheets of an `.xlsx` workbook into compact [`Table`]s, with the cells as people see them.
//!
//! `zip` unpacks the parts and `quick-xml` splits them. This module finds the parts, turns cells into text, and limits
//! the size to which an archive may unpack. What the format allows and programs write in other ways is read; what is
//! wrong in parts that do not matter, such as the size that a sheet declares, is not looked at.

mod archive;
mod cell;
mod contents;
pub(super) mod error;
mod link;
mod merge;
mod records;
mod reference;
mod relationships;
mod strings;
mod styles;
mod table;
mod worksheet;
mod xml;

use std::fmt::Display;

use crate::model::quote::quoted;

use self::archive::Archive;
pub(super) use self::archive::{LARGEST_FILE, is_binary};
use self::cell::Texts;
use self::contents::{Contents, Entry};
pub use self::error::{Damage, OfficeFormat, Oversize, WorkbookError};
pub(super) use self::records::TableRecords;
use self::strings::SharedStrings;
pub(super) use self::table::Table;

/// A workbook, of which sheets can be read one after another.
pub(super) struct Workbook {
    archive: Archive,
    sheets: Vec<Entry>,
    texts: Texts,
}

impl Workbook {
    /// Opens a file that is in memory.
    pub(super) fn open(file: Vec<u8>) -> Result<Self, WorkbookError> {
        if file.len() as u64 > LARGEST_FILE {
            return Err(WorkbookError::TooLarge(Oversize::File));
        }
        let mut archive = Archive::open(file)?;
        let Contents { sheets, strings, styles, is_from_1904 } = Contents::read(&mut archive)?;
        let strings =
            strings.map_or_else(|| Ok(SharedStrings::default()), |part| SharedStrings::read(&mut archive, &part))?;
        let formats = styles.map_or_else(|| Ok(Vec::new()), |part| styles::read(&mut archive, &part))?;
        Ok(Self { archive, sheets, texts: Texts { strings, formats, is_from_1904 } })
    }

    /// Returns the sheets that may be meant: the one named `wanted`, in upper or lower case, or else all visible ones.
    /// Charts and other sheets without cells are not among them.
    pub(super) fn candidates(&mut self, wanted: Option<&str>) -> Result<Vec<usize>, WorkbookError> {
        let with_cells = || self.sheets.iter().enumerate().filter(|(_, sheet)| sheet.part.is_some());
        let folded = |name: &str| name.trim().to_lowercase();
        let found: Vec<usize> = match wanted {
            Some(wanted) => {
                let exact = with_cells().find(|(_, sheet)| sheet.name == wanted);
                let similar = || with_cells().find(|(_, sheet)| folded(&sheet.name) == folded(wanted));
                exact.or_else(similar).map(|(index, _)| index).into_iter().collect()
            }
            None => with_cells().filter(|(_, sheet)| sheet.is_visible).map(|(index, _)| index).collect(),
        };
        if !found.is_empty() {
            return Ok(found);
        }
        let found = self.others(&[]).iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
        Err(match wanted {
            Some(name) => WorkbookError::NoSuchSheet { name: quoted(name), found },
            None => WorkbookError::NoVisibleSheet { found },
        })
    }

    /// Returns the name of a sheet.
    pub(super) fn name(&self, sheet: usize) -> &str {
        &self.sheets[sheet].name
    }

    /// Returns the names of the sheets with cells, without those in `known`.
    pub(super) fn others(&mut self, known: &[usize]) -> Vec<String> {
        let Self { archive, sheets, .. } = self;
        let others = sheets.iter().enumerate().filter(|(index, _)| !known.contains(index));
        // A sheet that cannot be read may be the one that is meant.
        let has_cells = |part: &String| worksheet::has_cells(archive, part).unwrap_or(true);
        let mut has_cells = has_cells;
        let with_cells = others.filter(|(_, sheet)| sheet.part.as_ref().is_some_and(&mut has_cells));
        with_cells.map(|(_, sheet)| sheet.name.clone()).collect()
    }

    /// Reads the cells of a sheet.
    pub(super) fn read(&mut self, sheet: usize) -> Result<Table, WorkbookError> {
        let part = self.sheets[sheet].part.as_deref().unwrap_or_default();
        worksheet::read(&mut self.archive, part, &self.texts)
    }
}

fn damaged(error: impl Display) -> WorkbookError {
    WorkbookError::Damaged(Damage::Unreadable(error.to_string()))
}

#[cfg(test)]
mod tests;
