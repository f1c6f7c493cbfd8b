//! The number of rows of a sheet, counted before the first is sent so that progress and limits can be shown.

use std::collections::HashMap;

use super::options::SheetOptions;
use super::sheet::Sheet;
use crate::model::invitation::ObjectId;

/// The rows below a header, of those that belong to the shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowCount {
    /// All of them.
    pub total: u64,
    /// Those of each organization; a row with an invalid id belongs to none.
    pub by_organization: HashMap<ObjectId, u64>,
}

impl RowCount {
    /// Counts the rows of a sheet of which none has been read; `None` if the input would have to be read twice and cannot.
    pub(super) fn of(sheet: &Sheet) -> Option<Self> {
        let SheetOptions { organization, shard, .. } = sheet.options;
        let Some(column) = sheet.header.org_id() else {
            let all = sheet.source.rows_left().or_else(|| sheet.reopen().map(count))?;
            let is_taken = shard.is_none_or(|shard| shard.takes("", organization));
            let total = if is_taken { all } else { 0 };
            return Some(Self { total, by_organization: organization.map(|id| (id, total)).into_iter().collect() });
        };
        let (mut sheet, mut rows) = (sheet.reopen()?, Self::default());
        // A sheet that breaks off is reported when its rows are processed.
        while let Ok(Some(row)) = sheet.next_row() {
            rows.total += 1;
            let text = row.cell(column);
            if let Some(id) = if text.is_empty() { organization } else { text.parse().ok() } {
                *rows.by_organization.entry(id).or_default() += 1;
            }
        }
        Some(rows)
    }
}

/// Counts rows with text, without looking into their cells.
fn count(mut sheet: Sheet) -> u64 {
    let mut rows = 0;
    while let Ok(Some(record)) = sheet.source.next() {
        rows += u64::from(!record.is_blank());
    }
    rows
}
