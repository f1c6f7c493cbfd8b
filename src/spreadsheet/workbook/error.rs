//! Errors of a workbook, each with the remedy.

use std::fmt;

use crate::model::quote::quoted;

/// An error because of which a workbook cannot be used as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkbookError {
    /// The file belongs to a spreadsheet or office program, but is not `.xlsx`.
    #[error("the file is {0}; open it and save the table as .xlsx or CSV UTF-8")]
    OtherFormat(OfficeFormat),
    /// The file is an archive without a workbook.
    #[error(
        "the file is an archive such as .zip, not a spreadsheet; extract the spreadsheet and save it as .xlsx or CSV UTF-8"
    )]
    NoWorkbook,
    /// The workbook is encrypted.
    #[error("the workbook is protected by a password; remove the password and save it as .xlsx again")]
    Protected,
    /// The workbook would take too much memory.
    #[error("the workbook is too large: {0}; save the sheet as CSV UTF-8")]
    TooLarge(Oversize),
    /// The file does not follow the format.
    #[error("the workbook is damaged: {0}; open it in a spreadsheet program and save it as .xlsx again")]
    Damaged(Damage),
    /// All sheets are charts or hidden.
    #[error("the workbook has no visible sheet with cells; choose one with --sheet: {found}")]
    NoVisibleSheet {
        /// The names of its sheets, quoted.
        found: String,
    },
    /// The user named a sheet that does not exist.
    #[error("the workbook has no sheet {name}; its sheets are {found}")]
    NoSuchSheet {
        /// The name given, quoted.
        name: String,
        /// The names of its sheets, quoted.
        found: String,
    },
}

/// A file format of an office program that is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfficeFormat {
    /// The binary formats before 2007, such as `.xls`.
    Old,
    /// `.xlsb`.
    BinaryWorkbook,
    /// A Word document.
    Document,
    /// A presentation.
    Presentation,
    /// OpenDocument, such as `.ods`.
    OpenDocument,
    /// A Numbers spreadsheet.
    Numbers,
}

impl fmt::Display for OfficeFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            OfficeFormat::Old => "in an older Office format such as .xls",
            OfficeFormat::BinaryWorkbook => "in the binary format .xlsb",
            OfficeFormat::Document => "a Word document",
            OfficeFormat::Presentation => "a presentation",
            OfficeFormat::OpenDocument => "in an OpenDocument format such as .ods",
            OfficeFormat::Numbers => "a Numbers spreadsheet",
        })
    }
}

/// A limit that a workbook exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oversize {
    /// The size of the file.
    File,
    /// The number of parts in the archive.
    Parts,
    /// The size of all parts together.
    AllParts,
    /// The size of a sheet.
    Sheet,
    /// The size of the texts that sheets share.
    Texts,
    /// The size of any other part.
    Part,
    /// The length of a single cell, tag or name.
    Stretch,
    /// The memory that the cells of the sheet take.
    Cells,
}

impl fmt::Display for Oversize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Oversize::File => "the file is larger than 64 MiB",
            Oversize::Parts => "it has more than 10,000 parts",
            Oversize::AllParts => "it unpacks to more than 512 MiB",
            Oversize::Sheet => "a sheet unpacks to more than 256 MiB",
            Oversize::Texts => "its sheets have more than 128 MiB of text",
            Oversize::Part => "a part of it unpacks to more than 32 MiB",
            Oversize::Stretch => "a cell, a tag or a name in it is too long",
            Oversize::Cells => "the cells of the sheet need more than 256 MiB of memory",
        })
    }
}

/// A violation of the workbook format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// A library rejects the file, for this reason; written for programmers, but the only hint at the place.
    Unreadable(String),
    /// A part that others refer to does not exist.
    NoPart {
        /// Its name, quoted.
        name: String,
    },
    /// A part ends within the data.
    EndsEarly,
    /// A cell refers to a shared text that does not exist.
    NoText,
    /// A cell lies beyond the last row or column that a sheet can have.
    CellOutOfRange,
    /// A row follows one with a higher number.
    RowOrder {
        /// The number of the row.
        row: u32,
        /// The number of the row before it.
        after: u32,
    },
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damage::Unreadable(reason) => f.write_str(&quoted(reason)),
            Damage::NoPart { name } => write!(f, "part {name} is missing"),
            Damage::EndsEarly => f.write_str("a part ends within the data"),
            Damage::NoText => f.write_str("the text of a cell is missing"),
            Damage::CellOutOfRange => f.write_str("a cell is beyond the last row or column"),
            Damage::RowOrder { row, after } => write!(f, "row {row} follows row {after}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_names_its_cause_and_a_remedy() {
        let found = "\"People\", \"Archive\"".to_owned();
        let formats = [
            OfficeFormat::Old,
            OfficeFormat::BinaryWorkbook,
            OfficeFormat::Document,
            OfficeFormat::Presentation,
            OfficeFormat::OpenDocument,
            OfficeFormat::Numbers,
        ];
        let limits = [
            Oversize::File,
            Oversize::Parts,
            Oversize::AllParts,
            Oversize::Sheet,
            Oversize::Texts,
            Oversize::Part,
            Oversize::Stretch,
            Oversize::Cells,
        ];
        let damages = [
            Damage::Unreadable("Expecting '<' at 12".to_owned()),
            Damage::NoPart { name: "\"xl/workbook.xml\"".to_owned() },
            Damage::EndsEarly,
            Damage::NoText,
            Damage::CellOutOfRange,
            Damage::RowOrder { row: 2, after: 3 },
        ];
        let others = [
            WorkbookError::NoWorkbook,
            WorkbookError::Protected,
            WorkbookError::NoVisibleSheet { found: found.clone() },
            WorkbookError::NoSuchSheet { name: "\"Staff\"".to_owned(), found },
        ];
        let errors = (formats.map(WorkbookError::OtherFormat).into_iter())
            .chain(limits.map(WorkbookError::TooLarge))
            .chain(damages.map(WorkbookError::Damaged))
            .chain(others);
        insta::assert_snapshot!(errors.map(|error| error.to_string()).collect::<Vec<_>>().join("\n"));
    }
}
