//! Merged cells: what is shown beside several rows counts for each of them.

use std::collections::BTreeMap;

use super::error::WorkbookError;
use super::reference::Area;
use super::table::{Table, TableRow};
use crate::spreadsheet::row::CellFault;

/// Returns the table with the text of each merged cell in every row that it covers, in the first of its columns. What a
/// merged cell covers is not shown, so it does not count. Rows without any text of their own stay blank.
pub(super) fn spread(mut table: Table) -> Result<Table, WorkbookError> {
    if table.merged.is_empty() {
        return Ok(table);
    }
    table.merged.sort_by_key(|area| *area.rows.start());
    let mut merged = table.merged.iter().peekable();
    let (mut spread, mut row) = (Table::default(), TableRow::default());
    // The merged cells that cover the row, by their column: the last row, the text and the fault.
    let mut open: BTreeMap<usize, (u32, String, Option<CellFault>)> = BTreeMap::new();
    // The latest merged cell that begins in each column.
    let mut covering: BTreeMap<usize, &Area> = BTreeMap::new();
    let mut ends = Vec::new();
    for (index, found) in table.rows.iter().enumerate() {
        row.clear(found.number);
        row.is_hidden = found.is_hidden;
        let bytes = table.cells(index, &mut ends);
        let mut start = 0;
        for (column, &end) in ends.iter().enumerate() {
            let cell = String::from_utf8_lossy(&bytes[std::mem::replace(&mut start, end)..end]);
            row.start(column).push_str(&cell);
        }
        row.faults.extend_from_slice(&found.faults);
        open.retain(|_, (last, ..)| *last >= found.number);
        while let Some(area) = merged.next_if(|area| *area.rows.start() <= found.number) {
            let column = *area.columns.start() as usize;
            covering.insert(column, area);
            let text = row.cells[..row.used].get(column).cloned().unwrap_or_default();
            let fault = row.faults.iter().find(|(cell, _)| *cell == column).map(|(_, fault)| fault.clone());
            if *area.rows.start() == found.number && (!text.is_empty() || fault.is_some()) {
                open.insert(column, (*area.rows.end(), text, fault));
            }
        }
        clear_covered(&mut row, &covering);
        if row.is_blank() {
            continue;
        }
        for (column, (_, text, fault)) in &open {
            row.start(*column).push_str(text);
            row.faults.extend(fault.clone().map(|fault| (*column, fault)));
        }
        spread.push(&row)?;
    }
    Ok(spread.with_marks_of(table))
}

/// Empties the cells of a row that merged cells cover.
fn clear_covered(row: &mut TableRow, covering: &BTreeMap<usize, &Area>) {
    let (number, used) = (row.number, row.used);
    let mut cleared = 0;
    for (column, area) in covering.range(..used).filter(|(_, area)| area.rows.contains(&number)) {
        let first = column + usize::from(*area.rows.start() == number);
        let end = used.min(*area.columns.end() as usize + 1);
        (cleared.max(first)..end).for_each(|covered| _ = row.start(covered));
        cleared = cleared.max(end);
    }
}
