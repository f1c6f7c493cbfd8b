//! Reads a spreadsheet of people: bytes in, rows of cells out.
//!
//! [`Sheet::open`] detects how the file is written (text or `.xlsx`, encoding, separator) and what each column means. It
//! returns that as [`HowRead`], beside the [`Sheet`] that yields one [`Row`] after another. Text is read in pieces, so
//! memory does not grow with the file; of a workbook, the cells of one sheet are in memory. What a cell means is not
//! decided here.

mod assumption;
mod candidate;
mod carried;
mod columns;
mod delimiter;
mod encoding;
mod error;
mod header;
mod how_read;
mod meaning;
mod not_a_spreadsheet;
mod open;
mod options;
mod record;
mod row;
mod row_count;
mod sheet;
mod source;
mod text;
mod workbook;

pub use assumption::Assumption;
pub use candidate::Candidate;
pub use carried::Carried;
pub(crate) use columns::normalized;
pub use columns::{Column, UnknownColumn};
pub use delimiter::{Delimiter, UnknownDelimiter};
pub use encoding::Encoding;
pub use error::SheetError;
pub use header::Header;
pub use how_read::{FileKind, HowRead, SheetColumn};
pub(crate) use meaning::shortened;
pub use not_a_spreadsheet::NotASpreadsheet;
pub use open::{Input, Opened};
pub use options::{Content, SheetOptions};
pub use row::{CellFault, Row, RowFault};
pub use row_count::RowCount;
pub use sheet::Sheet;
pub use workbook::{Damage, OfficeFormat, Oversize, WorkbookError};

#[cfg(test)]
mod tests;
