//! A line of the results, as far as an audit needs it.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;

use super::{Finding, Listed};
use crate::engine::clock::signed;
use crate::model::email::{bare_address, fold_email};
use crate::model::invitation::ObjectId;
use crate::model::reason::AuditCode;
use crate::model::status::Status;
use crate::results::Line;

/// A line of the results, without the cells of the sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The row of the sheet.
    pub row: Option<u32>,
    /// The address, in the form in which addresses are compared.
    pub email: String,
    /// The status.
    pub status: Status,
    /// The id of the invite.
    pub invite_id: Option<String>,
    /// The time at which the invite expires.
    pub expires_at: Option<Timestamp>,
    /// The HTTP status of the last answer about the row.
    pub http_status: Option<u16>,
    /// The number of requests that were sent to create the invite.
    pub attempts: u32,
    /// The time from the first request to the last answer.
    pub elapsed: Duration,
    /// The time at which the row was finished.
    pub finished_at: Timestamp,
}

impl From<&Line> for Record {
    fn from(Line { row, email, org_id: _, outcome, cells: _ }: &Line) -> Self {
        Self {
            row: *row,
            email: fold_email(bare_address(email)).into_owned(),
            status: outcome.status,
            invite_id: outcome.invite_id.clone(),
            expires_at: outcome.expires_at,
            http_status: outcome.http_status,
            attempts: outcome.attempts,
            elapsed: outcome.elapsed,
            finished_at: outcome.finished_at,
        }
    }
}

impl Record {
    /// Returns whether requests were sent, or may have been.
    pub fn was_sent(&self) -> bool {
        self.attempts > 0
    }

    /// Returns whether Atlas answered the request of this row with the invite.
    pub(super) fn was_answered(&self) -> bool {
        self.status == Status::Invited && self.http_status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Returns the id of the invite, unless a spreadsheet program has turned it into another value.
    pub(super) fn id(&self) -> Option<&str> {
        self.invite_id.as_deref().filter(|id| id.parse::<ObjectId>().is_ok())
    }

    /// Returns the time of the first request.
    pub(super) fn first_sent(&self) -> Timestamp {
        self.finished_at.checked_sub(signed(self.elapsed)).unwrap_or(self.finished_at)
    }

    /// Returns a finding about this line.
    pub(super) fn finding<'a>(&self, code: AuditCode, listed: impl IntoIterator<Item = &'a Listed>) -> Finding {
        Finding {
            code,
            row: self.row,
            email: self.email.clone(),
            status: Some(self.status),
            invite_id: self.invite_id.clone(),
            listed: listed.into_iter().cloned().collect(),
        }
    }
}

/// Returns a finding for each line whose person has an earlier one.
pub(super) fn repeated(records: &[Record]) -> Vec<Finding> {
    let mut people = HashSet::new();
    let about_people = records.iter().filter(|record| !record.status.is_of_the_row_alone());
    let repeated = about_people.filter(|record| !people.insert(record.email.as_str()));
    repeated.map(|record| record.finding(AuditCode::PersonTwice, [])).collect()
}
