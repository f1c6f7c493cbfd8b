//! A line of a results file, and its cells as text.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;

use crate::model::outcome::Outcome;
use crate::model::reason::ErrorCode;
use crate::model::status::Status;

/// A line of a results file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The row number as shown by a spreadsheet program; `None` for a person who is no longer in the sheet.
    pub row: Option<u32>,
    /// The cell with the address, as in the sheet.
    pub email: String,
    /// The organization, as in the sheet or the settings.
    pub org_id: String,
    /// The outcome of the row.
    pub outcome: Outcome,
    /// The input's cells, in the order of the header's columns after `RESULT_COLUMNS`.
    pub cells: Vec<String>,
}

/// An error in a line, with its description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BadLine(pub(super) Cow<'static, str>);

impl BadLine {
    pub(super) const fn new(problem: &'static str) -> Self {
        Self(Cow::Borrowed(problem))
    }
}

impl Line {
    /// Parses the cells of a line, without apostrophes.
    pub(super) fn of(mut cells: impl Iterator<Item = String>) -> Result<Self, BadLine> {
        let mut next = || cells.next().unwrap_or_default();
        let row = optional(&next(), "row is not a whole number")?;
        let (email, org_id) = (next(), next());
        let status: Status = next().parse().map_err(|_| BadLine::new("the status is unknown"))?;
        let invite_id = text(next());
        let expires_at = optional(&next(), "expires_at is not a time such as 2026-11-24T10:15:30Z")?;
        // An invitation that may still be running has no id and no expiry time yet.
        let is_running = matches!(status, Status::Sending | Status::Unknown) && invite_id.is_none();
        let (expires_at, settled_at) = if is_running { (None, expires_at) } else { (expires_at, None) };
        let http_status = optional(&next(), "http_status is not a whole number")?;
        let error_code = text(next()).map(|code| ErrorCode::parse(status, &code));
        let error_detail = text(next());
        let attempts = optional(&next(), "attempts is not a whole number")?.unwrap_or_default();
        let elapsed = Duration::from_millis(optional(&next(), "elapsed_ms is not a whole number")?.unwrap_or_default());
        let finished_at: Option<Timestamp> =
            optional(&next(), "finished_at is not a time such as 2026-11-24T10:15:30Z")?;
        let finished_at = finished_at.ok_or(BadLine::new("finished_at is empty"))?;
        let outcome = Outcome {
            status,
            invite_id,
            expires_at,
            settled_at,
            http_status,
            error_code,
            error_detail,
            attempts,
            elapsed,
            finished_at,
        };
        Ok(Self { row, email, org_id, outcome, cells: cells.collect() })
    }
}

fn text(cell: String) -> Option<String> {
    Some(cell).filter(|cell| !cell.is_empty())
}

fn optional<T: std::str::FromStr>(cell: &str, problem: &'static str) -> Result<Option<T>, BadLine> {
    if cell.is_empty() {
        return Ok(None);
    }
    cell.parse().map(Some).map_err(|_| BadLine::new(problem))
}
