//! References to cells, such as `B2`, `$B$2:C4` or `B:B`.

use std::ops::RangeInclusive;

use super::error::{Damage, WorkbookError};
use super::table::{MOST_COLUMNS, MOST_ROWS};

/// A rectangle of cells. Rows count from 1 as a spreadsheet shows them, columns from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) rows: RangeInclusive<u32>,
    pub(super) columns: RangeInclusive<u32>,
}

impl Area {
    pub(super) fn is_one_cell(&self) -> bool {
        self.rows.start() == self.rows.end() && self.columns.start() == self.columns.end()
    }
}

/// Parses the place of a cell into its row and its column.
pub(super) fn cell(text: &str) -> Result<(u32, u32), WorkbookError> {
    match parts(text) {
        Some((Some(row), Some(column))) if row <= MOST_ROWS && column < MOST_COLUMNS => Ok((row, column)),
        _ => Err(WorkbookError::Damaged(Damage::CellOutOfRange)),
    }
}

/// Parses one cell or two opposite corners; without a row or a column they extend to the edges. `None` if it is neither.
pub(super) fn area(text: &str) -> Option<Area> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    let ((top, left), (bottom, right)) = (parts(first)?, parts(last)?);
    let (top, bottom) = (top.unwrap_or(1), bottom.unwrap_or(MOST_ROWS).min(MOST_ROWS));
    let (left, right) = (left.unwrap_or(0), right.unwrap_or(MOST_COLUMNS - 1).min(MOST_COLUMNS - 1));
    Some(Area { rows: top.min(bottom)..=top.max(bottom), columns: left.min(right)..=left.max(right) })
}

/// Returns the row and the column of a reference; too large ones become the largest number.
fn parts(text: &str) -> Option<(Option<u32>, Option<u32>)> {
    let text = text.trim().strip_prefix('$').unwrap_or(text.trim());
    let (letters, digits) = text.split_at(text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let digits = digits.strip_prefix('$').unwrap_or(digits);
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) || letters.is_empty() && digits.is_empty() {
        return None;
    }
    let column = letters.bytes().fold(0_u32, |column, letter| {
        column.saturating_mul(26).saturating_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)
    });
    let row = digits.bytes().fold(0_u32, |row, digit| row.saturating_mul(10).saturating_add(u32::from(digit - b'0')));
    match (digits.is_empty(), row) {
        (true, _) => Some((None, column.checked_sub(1))),
        (false, 0) => None,
        (false, row) => Some((Some(row), column.checked_sub(1))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_a_row_and_a_column() {
        for (text, place) in [("A1", (1, 0)), ("$b$12", (12, 1)), ("XFD1048576", (1_048_576, 16_383))] {
            assert_eq!(cell(text), Ok(place), "{text}");
        }
        for text in ["", "A", "1", "A0", "A1048577", "XFE1", "A99999999999999", "ZZZZZZZZZZ1", "A1:B2", "A-1", "é1"] {
            assert_eq!(cell(text), Err(WorkbookError::Damaged(Damage::CellOutOfRange)), "{text}");
        }
    }

    #[test]
    fn an_area_may_be_open_or_reversed() {
        let of = |rows, columns| Some(Area { rows, columns });
        for (text, expected) in [
            ("B2", of(2..=2, 1..=1)),
            ("B2:C4", of(2..=4, 1..=2)),
            ("$C$4:$B$2", of(2..=4, 1..=2)),
            ("B:B", of(1..=1_048_576, 1..=1)),
            ("2:4", of(2..=4, 0..=16_383)),
            ("B2:ZZZZ9999999", of(2..=1_048_576, 1..=16_383)),
            ("A0:B2", None),
            ("", None),
            ("People!A1", None),
        ] {
            assert_eq!(area(text), expected, "{text}");
        }
    }
}
