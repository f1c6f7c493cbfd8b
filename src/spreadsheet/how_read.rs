//! The way in which a sheet was read, for people to compare with what they meant.

use super::assumption::Assumption;
use super::encoding::Encoding;
use super::header::Header;
use super::options::SheetOptions;

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

/// A kind of file, with its details.
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

impl HowRead {
    pub(super) fn new(kind: FileKind, header: &Header, found: Option<Assumption>, options: &SheetOptions) -> Self {
        let shard = options.shard.filter(|_| header.org_id().is_none());
        let shard = shard.map(|shard| Assumption::OneOrganization { is_taken: shard.takes("", options.organization) });
        Self { kind, header: header.clone(), assumptions: shard.into_iter().chain(found).collect() }
    }
}
