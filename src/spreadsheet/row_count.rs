//! The number of rows of a sheet, counted before the first is sent so that progress and limits can be shown.

use std::collections::HashMap;

use super::options::SheetOptions;
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
    pub(super) fn of(sheet: &Sheet) -> Option<Self> {
        let SheetOptions { organization, shard, .. } = sheet.options;
        let Some(column) = sheet.header.org_id() else {
            let (all, has_decorated_email) = count(sheet.reopen()?);
            let is_taken = shard.is_none_or(|shard| shard.takes("", organization));
            let total = if is_taken { all } else { 0 };
            let by_organization = organization.map(|id| (id, total)).into_iter().collect();
            return Some(Self { total, by_organization, has_decorated_email });
        };
        let (mut sheet, mut rows) = (sheet.reopen()?, Self::default());
        // A sheet that breaks off is reported when its rows are processed.
        while let Ok(Some(row)) = sheet.next_row() {
            rows.total += 1;
            rows.has_decorated_email = rows.has_decorated_email || is_decorated(row.cell(sheet.header.email()));
            let text = row.cell(column);
            if let Some(id) = if text.is_empty() { organization } else { text.parse().ok() } {
                *rows.by_organization.entry(id).or_default() += 1;
            }
        }
        Some(rows)
    }
}

/// Counts rows with text, and finds out whether an address is among other text.
fn count(mut sheet: Sheet) -> (u64, bool) {
    let (mut rows, mut has_decorated_email) = (0, false);
    while let Ok(Some(record)) = sheet.source.next() {
        rows += u64::from(!record.is_blank());
        if !has_decorated_email && memchr::memchr2(b'<', b':', record.bytes).is_some() {
            let cell = record.cells().nth(sheet.header.email()).and_then(|cell| str::from_utf8(cell).ok());
            has_decorated_email = cell.is_some_and(|cell| is_decorated(unprotected(cell).trim()));
        }
    }
    (rows, has_decorated_email)
}
