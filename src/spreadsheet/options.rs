//! The settings of the user for reading a sheet.

use std::num::NonZeroU32;

use super::columns::Column;
use super::delimiter::Delimiter;
use super::encoding::Encoding;
use crate::model::invitation::ObjectId;
use crate::model::shard::Shard;

/// A treatment of hidden rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HiddenRows {
    /// They are not read.
    Skip,
    /// They are read like the others.
    Include,
}

/// The kind of rows that a sheet has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Content {
    /// A person per row, so that a column with addresses is required.
    #[default]
    People,
    /// A rule of a map per row; no column has a meaning here, and [`Header::email`](super::Header::email) is beyond the
    /// last cell.
    Rules,
}

/// The settings of reading a sheet; by default everything is detected and every row is read.
#[derive(Clone, Debug, Default)]
pub struct SheetOptions {
    /// The kind of rows.
    pub content: Content,
    /// The separator of cells, unless it is to be detected from the header.
    pub delimiter: Option<Delimiter>,
    /// The encoding of text, unless it is to be detected.
    pub encoding: Option<Encoding>,
    /// The sheet of a workbook, unless the first visible one is meant.
    pub sheet: Option<String>,
    /// Columns whose names do not show what they hold, each with its meaning: `email` is in `Contact`.
    pub columns: Vec<(Column, String)>,
    /// Columns that have no meaning, although their names or cells may suggest one.
    pub ignored: Vec<String>,
    /// The number of the header row, unless it is to be found by its names.
    pub header_row: Option<NonZeroU32>,
    /// The treatment of hidden rows; a sheet that has any is refused without it.
    pub hidden_rows: Option<HiddenRows>,
    /// The organization of rows that have none.
    pub organization: Option<ObjectId>,
    /// The shard whose rows are read, unless all are.
    pub shard: Option<Shard>,
}
