//! One sheet of a workbook: its choice, and its cells row by row.

use std::io::{Read, Seek};

use calamine::{Sheet, SheetType, SheetVisible, Xlsx};

use super::error::{Damage, WorkbookError};
use super::table::{MOST_COLUMNS, MOST_ROWS, Table};
use super::{cell, damaged};
use crate::model::quote::quoted;

/// Finds the sheet named `wanted`, in upper or lower case, or else the first visible one.
pub(super) fn choose<'s>(sheets: &'s [Sheet], wanted: Option<&str>) -> Result<&'s str, WorkbookError> {
    let with_cells = || sheets.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let found = || with_cells().map(|sheet| quoted(&sheet.name)).collect::<Vec<_>>().join(", ");
    let Some(wanted) = wanted else {
        let visible = with_cells().find(|sheet| sheet.visible == SheetVisible::Visible);
        return visible
            .map(|sheet| sheet.name.as_str())
            .ok_or_else(|| WorkbookError::NoVisibleSheet { found: found() });
    };
    let exact = with_cells().find(|sheet| sheet.name == wanted);
    let similar = || with_cells().find(|sheet| sheet.name.trim().to_lowercase() == wanted.trim().to_lowercase());
    let chosen = exact.or_else(similar).map(|sheet| sheet.name.as_str());
    chosen.ok_or_else(|| WorkbookError::NoSuchSheet { name: quoted(wanted), found: found() })
}

/// Reads the sheet's cells. Rows must be in order, as every spreadsheet program writes them.
pub(super) fn read<RS: Read + Seek>(workbook: &mut Xlsx<RS>, name: &str) -> Result<Table, WorkbookError> {
    let mut reader = workbook.worksheet_cells_reader(name).map_err(damaged)?;
    let mut table = Table::default();
    let mut row = Vec::new();
    // The number, from 1, of the row that is not in the table yet, and how many of its cells are used.
    let (mut number, mut used) = (1, 0);
    while let Some(next) = reader.next_cell().map_err(damaged)? {
        let (at_row, at_column) = next.get_position();
        if at_row >= MOST_ROWS || at_column >= MOST_COLUMNS {
            return Err(WorkbookError::Damaged(Damage::CellOutOfRange));
        }
        if at_row + 1 != number {
            table.push(number, &row[..used])?;
            if at_row + 1 < number {
                return Err(WorkbookError::Damaged(Damage::RowOrder { row: at_row + 1, after: number }));
            }
            row[..used].iter_mut().for_each(String::clear);
            (number, used) = (at_row + 1, 0);
        }
        let column = at_column as usize;
        if row.len() <= column {
            row.resize(column + 1, String::new());
        }
        row[column].clear();
        cell::write(next.get_value(), &mut row[column]);
        used = used.max(column + 1);
    }
    table.push(number, &row[..used])?;
    Ok(table)
}
