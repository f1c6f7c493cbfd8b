//! The settings of the user for reading a sheet.

use super::columns::Column;
use super::delimiter::Delimiter;
use crate::model::invitation::ObjectId;
use crate::model::shard::Shard;

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
    /// The sheet of a workbook, unless the first visible one is meant.
    pub sheet: Option<String>,
    /// Columns whose names do not show what they hold, each with its meaning: `email` is in `Contact`.
    pub columns: Vec<(Column, String)>,
    /// The organization of rows that have none.
    pub organization: Option<ObjectId>,
    /// The shard whose rows are read, unless all are.
    pub shard: Option<Shard>,
}
