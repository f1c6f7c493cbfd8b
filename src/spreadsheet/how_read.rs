//! The way in which a sheet was read, for people to compare with what they meant.

use std::fmt;

use super::encoding::Encoding;
use super::header::Header;
use super::options::SheetOptions;
use crate::model::quote::{quoted, quoted_list};

/// The way in which a sheet was read.
#[derive(Clone, Debug)]
pub struct HowRead {
    /// The kind of the file.
    pub kind: FileKind,
    /// The header row: its number, its names and what they mean.
    pub header: Header,
    /// The assumptions that the user should check, in the order in which they are shown.
    pub assumptions: Vec<Assumption>,
}

/// A kind of file, with what is particular to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Rows of text.
    Text {
        /// The encoding.
        encoding: Encoding,
        /// The character between two cells.
        delimiter: char,
    },
    /// An `.xlsx` workbook.
    Workbook {
        /// The name of the sheet that was read.
        sheet: String,
    },
}

/// An assumption without which the sheet could not have been read, and which may be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assumption {
    /// No row names its organization, so the rows belong to one shard as a whole.
    OneOrganization {
        /// True if it is the shard whose rows are read.
        is_taken: bool,
    },
    /// The file is not UTF-8 and was read as Western European text.
    Windows1252,
    /// The file looks like UTF-16, although it has no byte order mark.
    UnmarkedUtf16,
    /// The workbook has several sheets, and the first visible one was read.
    FirstSheet {
        /// The name of the one that was read.
        sheet: String,
        /// The names of the others.
        others: Vec<String>,
    },
}

impl HowRead {
    pub(super) fn new(kind: FileKind, header: &Header, found: Option<Assumption>, options: &SheetOptions) -> Self {
        let shard = options.shard.filter(|_| header.org_id().is_none());
        let shard = shard.map(|shard| Assumption::OneOrganization { is_taken: shard.takes("", options.organization) });
        Self { kind, header: header.clone(), assumptions: shard.into_iter().chain(found).collect() }
    }
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Assumption::OneOrganization { is_taken } => write!(
                f,
                "the spreadsheet has no org_id column, so all rows are one organization's, and that one is {} shard's",
                if *is_taken { "this" } else { "another" }
            ),
            Assumption::Windows1252 => f.write_str(
                "the file is not UTF-8 and was read as Windows-1252 (Western European); if names look wrong, save it \
                 as CSV UTF-8",
            ),
            Assumption::UnmarkedUtf16 => {
                f.write_str("the file was read as UTF-16; if names look wrong, save it as CSV UTF-8")
            }
            Assumption::FirstSheet { sheet, others } => write!(
                f,
                "reading sheet {}; the workbook also has {}, which --sheet NAME reads",
                quoted(sheet),
                quoted_list(others)
            ),
        }
    }
}
