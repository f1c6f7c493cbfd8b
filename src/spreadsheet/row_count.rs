//! The number of rows of a sheet, counted before the first is sent so that progress and limits can be shown.

use std::collections::HashMap;

use super::error::SheetError;
use super::options::SheetOptions;
use super::record::{Cut, Record};
use super::row::Row;
use super::sheet::Sheet;
use crate::model::columns::unprotected;
use crate::model::email::is_decorated;
use crate::model::invitation::ObjectId;

/// The rows below a header, of those that belong to the shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowCount {
    /// All of them.
    pub total: u64,
    /// Those of each organization; a row with an invalid id belongs to none.
    pub by_organization: HashMap<ObjectId, u64>,
    /// Whether a cell means an address but has other text, too, such as `Name <address>`.
    pub(super) has_decorated_email: bool,
}

impl RowCount {
    /// Counts the rows of a sheet of which none has been read; `None` if the input would have to be read twice and cannot.
    ///
    /// # Errors
    ///
    /// A row that has swallowed others.
    pub(super) fn of(sheet: &Sheet) -> Result<Option<Self>, SheetError> {
        sheet.reopen().map(count).transpose()
    }
}

fn count(mut sheet: Sheet) -> Result<RowCount, SheetError> {
    let mut rows = RowCount::default();
    let (email, organization) = (sheet.header.email(), sheet.header.org_id());
    let columns = sheet.header.names().len();
    // A sheet that breaks off is reported when its rows are processed.
    while let Ok(Some(record)) = sheet.source.next() {
        check(&record)?;
        if record.is_blank() {
            continue;
        }
        if !rows.has_decorated_email && memchr::memchr2(b'<', b':', record.bytes).is_some() {
            let cell = record.cells().nth(email).and_then(|cell| str::from_utf8(cell).ok());
            rows.has_decorated_email = cell.is_some_and(|cell| is_decorated(unprotected(cell).trim()));
        }
        let row = organization.map(|column| (column, Row::read(&record, columns)));
        if let Some((column, row)) = row {
            if !sheet.takes(&row) {
                continue;
            }
            let text = row.cell(column);
            if let Some(id) = if text.is_empty() { sheet.options.organization } else { text.parse().ok() } {
                *rows.by_organization.entry(id).or_default() += 1;
            }
        }
        rows.total += 1;
    }
    let SheetOptions { organization: default, shard, .. } = sheet.options;
    if organization.is_none() {
        // All rows belong to one shard.
        if shard.is_some_and(|shard| !shard.takes("", default)) {
            rows.total = 0;
        }
        rows.by_organization = default.map(|id| (id, rows.total)).into_iter().collect();
    }
    Ok(rows)
}

/// Returns an error if the record has swallowed other rows, so that none is sent before the sheet is correct.
fn check(record: &Record<'_>) -> Result<(), SheetError> {
    let row = record.number;
    match record.cut {
        Some(Cut::UnclosedQuote { line }) => Err(SheetError::UnclosedQuote { row, line }),
        Some(Cut::RowsInQuotes { line }) => Err(SheetError::RowsInQuotes { row, line }),
        Some(Cut::TooLong) | None => Ok(()),
    }
}
