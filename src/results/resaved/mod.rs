//! Converts a results file that a spreadsheet program has saved again into this program's format.
//!
//! The cells come from `spreadsheet`, which knows separators, encodings and workbooks. Every line must be valid: a file
//! with a line that is not is rejected, because what is wrong in it may be an invite's id.
//!
//! A spreadsheet program shows times without their seconds. Such a time is a span, and each of its uses takes the end
//! that is safe:
//! - An invite may be recognized by the time at which it expires, so one that is not exact to the second is dropped.
//! - A request whose outcome is unknown counts as sent at the beginning of the span, so that its invite does not look
//!   like another's, and as abandoned at the end, so that it does not look settled too early.
//! - Otherwise the beginning counts, and the time is only shown.

mod number;
mod time;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;

use self::time::{Order, Span};
use super::ledger::Unusable;
use super::line::{BadLine, Line};
use super::record::{Encoder, Subject};
use crate::model::columns::{RESULT_COLUMNS, RUN_STATUS};
use crate::model::status::NextRun;
use crate::spreadsheet::{CellFault, HiddenRows, Row, RowFault, Sheet, SheetError, SheetOptions};

/// The number of columns of results from which a file counts as results.
const ENOUGH: usize = RESULT_COLUMNS.len() / 2;

/// The indexes of columns in [`RESULT_COLUMNS`].
const EMAIL: usize = 1;
const EXPIRES_AT: usize = 5;
const ERROR_DETAIL: usize = 8;
const FINISHED_AT: usize = 11;
const NUMBERS: [usize; 4] = [0, 6, 9, 10];

/// Returns the text of the file in this program's format, and whether its last line is incomplete and left out.
pub(super) fn convert(path: &Path) -> Result<(Vec<u8>, bool), Unusable> {
    let ends_within_line = ends_within_line(path)?;
    // A filter hides rows, but it does not undo what they record.
    let options = SheetOptions { hidden_rows: Some(HiddenRows::Include), ..SheetOptions::default() };
    let mut sheet = Sheet::open_once(path, &options).map_err(unusable)?;
    let columns = Columns::find(&sheet)?;
    let mut rows = Vec::new();
    while let Some(row) = sheet.next_row().map_err(unusable)? {
        rows.push(row);
    }
    let times = rows.iter().flat_map(|row| [EXPIRES_AT, FINISHED_AT].map(|column| columns.own(row, column)));
    let order = Order::of(times);

    let (mut text, mut encoder) = (Vec::new(), Encoder::new());
    encoder.header(&mut text, columns.carried.iter().map(|(name, _)| name.as_str()));
    for (index, row) in rows.iter().enumerate() {
        match columns.line(row, order) {
            Ok(line) => {
                let subject = Subject { row: line.row, email: &line.email, org_id: &line.org_id };
                encoder.line(&mut text, subject, &line.outcome, line.cells.iter().map(String::as_str));
            }
            Err(_) if ends_within_line && index + 1 == rows.len() => return Ok((text, true)),
            Err(problem) => return Err(Unusable::Damaged { line: row.number.into(), problem }),
        }
    }
    Ok((text, false))
}

/// Returns whether the file is text whose last line has no end. In UTF-16 its last character has two bytes.
fn ends_within_line(path: &Path) -> Result<bool, Unusable> {
    let mut file = File::open(path)?;
    let mut beginning = [0; 2];
    let read = file.read(&mut beginning)?;
    let length = file.seek(SeekFrom::End(0))?;
    let mut end = Vec::new();
    file.seek(SeekFrom::Start(length.saturating_sub(2)))?;
    file.read_to_end(&mut end)?;
    let is_wide = matches!(&beginning[..read], [0xFF, 0xFE] | [0xFE, 0xFF] | [0, _] | [_, 0]);
    let last = if is_wide { end.as_slice() } else { &end[end.len().saturating_sub(1)..] };
    Ok(&beginning[..read] != b"PK" && !last.iter().any(|byte| matches!(byte, b'\r' | b'\n')))
}

/// Returns the reason why a file that is no sheet cannot be results, with the error if it may be results in a format
/// that is not read.
fn unusable(error: SheetError) -> Unusable {
    match error {
        SheetError::Open(error) | SheetError::Read(error) => Unusable::Unreadable(error),
        SheetError::Workbook(_) => Unusable::Foreign(error),
        SheetError::Folder
        | SheetError::Empty
        | SheetError::NoSpreadsheet(_)
        | SheetError::Sheet { .. }
        | SheetError::HiddenRows { .. }
        | SheetError::NoSheets { .. }
        | SheetError::NoDelimiter { .. }
        | SheetError::NoEncoding { .. }
        | SheetError::OtherFormat(_)
        | SheetError::NoHeader { .. }
        | SheetError::PersonAsHeaderRow { .. }
        | SheetError::BlankHeaderRow { .. }
        | SheetError::NoSuchHeaderRow { .. }
        | SheetError::TwoHeaderRows { .. }
        | SheetError::AddressAboveHeader { .. }
        | SheetError::NoEmailColumn { .. }
        | SheetError::NoGrantColumn { .. }
        | SheetError::UnknownEmailColumn { .. }
        | SheetError::DifferentAddresses { .. }
        | SheetError::TwoColumns { .. }
        | SheetError::RepeatedName { .. }
        | SheetError::NoSuchColumn { .. }
        | SheetError::NothingToIgnore { .. }
        | SheetError::IgnoredAndChosen { .. }
        | SheetError::TwoChoices { .. }
        | SheetError::ColumnGivenTwice { .. }
        | SheetError::UnclosedHeader
        | SheetError::LongHeader
        | SheetError::UnclosedQuote { .. }
        | SheetError::RowsInQuotes { .. } => Unusable::NotOurs,
    }
}

/// The positions of the columns in the file, in which a user may have moved them.
struct Columns {
    /// The cells of [`RESULT_COLUMNS`].
    own: Vec<usize>,
    /// The names and cells of the others, with [`RUN_STATUS`] first.
    carried: Vec<(String, usize)>,
}

impl Columns {
    fn find(sheet: &Sheet) -> Result<Self, Unusable> {
        let header = sheet.header();
        let at = |wanted: &str| header.names().iter().position(|name| name == wanted);
        let found: Vec<usize> = RESULT_COLUMNS.iter().filter_map(|name| at(name)).collect();
        if found.len() < ENOUGH {
            return Err(Unusable::NotOurs);
        }
        if let Some(missing) = RESULT_COLUMNS.iter().find(|name| at(name).is_none()) {
            let problem = BadLine(format!("the column {missing} is missing").into());
            return Err(Unusable::Damaged { line: header.number().into(), problem });
        }
        let others = header.names().iter().cloned().zip(0..).filter(|(_, cell)| !found.contains(cell));
        let mut carried: Vec<(String, usize)> = others.collect();
        carried.sort_by_key(|(name, cell)| (name != RUN_STATUS, *cell));
        Ok(Self { own: found, carried })
    }

    /// Returns a cell of one of [`RESULT_COLUMNS`].
    fn own<'r>(&self, row: &'r Row, column: usize) -> &'r str {
        row.cell(self.own[column])
    }

    fn line(&self, row: &Row, order: Option<Order>) -> Result<Line, BadLine> {
        match row.fault() {
            Some(RowFault::TooManyFields { .. }) => {
                return Err(BadLine::new("the line has more cells than the header"));
            }
            Some(RowFault::UnclosedQuote) => return Err(BadLine::new("a double quote is never closed")),
            Some(RowFault::RowsInQuotes) => return Err(BadLine::new("a quoted cell contains other lines")),
            Some(RowFault::TooLong) => return Err(BadLine::new("the line is too long")),
            None => {}
        }
        // In the user's own columns they do no harm.
        match self.own.iter().find_map(|cell| row.cell_fault(*cell)) {
            Some(CellFault::InvalidEncoding) => {
                return Err(BadLine::new("a cell has characters of another encoding"));
            }
            Some(CellFault::NoResult) => return Err(BadLine::new("a formula has no saved result")),
            Some(CellFault::Error) => return Err(BadLine::new("a formula returns an error")),
            // The text is what was recorded.
            Some(CellFault::LinkDiffers { .. }) | None => {}
        }
        let finished = time::read(self.own(row, FINISHED_AT), order);
        let expires = time::read(self.own(row, EXPIRES_AT), order);
        let own = (0..RESULT_COLUMNS.len()).map(|column| {
            let cell = self.own(row, column);
            match column {
                EMAIL | ERROR_DETAIL => row.raw(self.own[column]).to_owned(),
                FINISHED_AT => shown(cell, finished.ok().or_else(|| finished.err()?.earliest())),
                EXPIRES_AT if expires.is_ok_and(|span| !span.is_exact_to_the_second()) => String::new(),
                EXPIRES_AT if expires.is_err_and(|unclear| unclear.earliest().is_some()) => String::new(),
                EXPIRES_AT => shown(cell, expires.ok()),
                column if NUMBERS.contains(&column) => number::read(cell).unwrap_or_else(|| cell.to_owned()),
                _ => cell.to_owned(),
            }
        });
        let mut line = Line::of(own.chain(self.carried.iter().map(|(_, cell)| row.raw(*cell).to_owned())))?;
        if line.outcome.status.next_run() == NextRun::Settle {
            let ambiguous = "the day and the month of finished_at could be swapped; write it as 2026-11-24T10:15:30Z";
            let span = finished.map_err(|_| BadLine::new(ambiguous))?;
            line.outcome.finished_at = span.until;
            line.outcome.elapsed += whole(span.until.duration_since(span.from));
        }
        Ok(line)
    }
}

/// Returns the cell of a time as this program writes it, or the cell as it is if it is no time.
fn shown(cell: &str, time: Option<Span>) -> String {
    time.map_or_else(|| cell.to_owned(), |time| time.from.to_string())
}

fn whole(length: SignedDuration) -> Duration {
    Duration::try_from(length).unwrap_or_default()
}

#[cfg(test)]
mod tests;
