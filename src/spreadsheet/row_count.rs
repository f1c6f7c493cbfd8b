//! The number of rows of a sheet, counted before the first is sent so that progress and limits can be shown.

use std::collections::HashMap;

use super::error::SheetError;
use super::options::SheetOptions;
use super::record::{Cut, Record};
use super::row::Row;
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
    pub(super) fn of(sheet: &Sheet) -> Result<Option<Self>, SheetError> {
        let SheetOptions { organization, shard, .. } = sheet.options;
        if let Some(column) = sheet.header.org_id() {
            return sheet.reopen().map(|sheet| by_organization(sheet, column)).transpose();
        }
        let all = match sheet.source.rows_left() {
            Some(rows) => Some(rows),
            None => sheet.reopen().map(count).transpose()?,
        };
        let is_taken = shard.is_none_or(|shard| shard.takes("", organization));
        Ok(all.map(|all| {
            let total = if is_taken { all } else { 0 };
            Self { total, by_organization: organization.map(|id| (id, total)).into_iter().collect() }
        }))
    }
}

fn by_organization(mut sheet: Sheet, column: usize) -> Result<RowCount, SheetError> {
    let mut rows = RowCount::default();
    let columns = sheet.header.names().len();
    // A sheet that breaks off is reported when its rows are processed.
    while let Ok(Some(record)) = sheet.source.next() {
        check(&record)?;
        if record.is_blank() {
            continue;
        }
        let row = Row::read(&record, columns);
        if !sheet.takes(&row) {
            continue;
        }
        rows.total += 1;
        let text = row.cell(column);
        if let Some(id) = if text.is_empty() { sheet.options.organization } else { text.parse().ok() } {
            *rows.by_organization.entry(id).or_default() += 1;
        }
    }
    Ok(rows)
}

/// Counts rows with text, without looking into their cells.
fn count(mut sheet: Sheet) -> Result<u64, SheetError> {
    let mut rows = 0;
    while let Ok(Some(record)) = sheet.source.next() {
        check(&record)?;
        rows += u64::from(!record.is_blank());
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
