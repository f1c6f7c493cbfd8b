//! Reads a spreadsheet of people: bytes in, rows of cells out.
//!
//! [`Sheet::open`] detects how the file is written (text or `.xlsx`, encoding, separator) and what each column means. It
//! returns that as [`HowRead`], beside the [`Sheet`] that yields one [`Row`] after another. Text is read in pieces, so
//! memory does not grow with the file; of a workbook, the cells of one sheet are in memory. What a cell means is not
//! decided here.

mod address_column;
mod address_name;
mod assumption;
mod candidate;
mod carried;
mod cell_text;
mod columns;
mod delimiter;
mod detection;
mod encoding;
mod error;
mod header;
mod header_row;
mod how_read;
mod letters;
mod look_ahead;
mod meaning;
mod not_a_spreadsheet;
mod open;
mod options;
mod quoting;
mod record;
mod records;
mod reference;
mod row;
mod row_count;
mod sheet;
mod source;
mod text;
mod text_format;
mod vocabulary;
mod workbook;

pub use assumption::Assumption;
pub use candidate::Candidate;
pub use carried::Carried;
pub(crate) use columns::normalized;
pub use columns::{Column, UnknownColumn};
pub use delimiter::{Delimiter, UnknownDelimiter};
pub use encoding::{Encoding, UnknownEncoding};
pub use error::SheetError;
pub(crate) use error::rows_are_hidden;
pub use header::Header;
pub use how_read::{FileKind, HowRead, SheetColumn};
pub use not_a_spreadsheet::NotASpreadsheet;
pub use open::{Input, Opened};
pub use options::{Content, HiddenRows, SheetOptions};
pub(crate) use reference::shortened;
pub use row::{CellFault, Row, RowFault};
pub use row_count::RowCount;
pub use sheet::Sheet;
pub use text_format::TextFormat;
pub use workbook::{Damage, OfficeFormat, Oversize, WorkbookError};

#[cfg(test)]
mod tests;
