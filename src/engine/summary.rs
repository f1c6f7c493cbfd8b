//! The summary of a run, for the report.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use super::clock::signed;
use super::limiter::Totals;
use crate::model::exit::Exit;
use crate::model::invitation::ObjectId;
use crate::model::outcome::Outcome;
use crate::model::reason::{Blocked, ErrorCode, Halt, StopReason};
use crate::model::status::{Status, Tally};

/// The summary of a run.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Rows by status.
    pub tally: Tally,
    /// Rows that keep the outcome of an earlier run.
    pub kept: u64,
    /// Kept rows whose person is no longer invited or a member.
    pub departed: u64,
    /// Blank rows that were skipped.
    pub blank: u64,
    /// Rows that belong to other shards.
    pub elsewhere: u64,
    /// People no longer in the sheet whose invites are listed after the rows.
    pub gone: u64,
    /// Failed rows grouped by code, with an example of each.
    pub failures: Vec<Failures>,
    /// The reason the run ended early.
    pub halt: Option<Halt>,
    /// Set if the results file of an earlier run is still as it was, because nothing was sent.
    pub unchanged: bool,
    /// The summary of each organization.
    pub organizations: Vec<OrganizationSummary>,
    /// The time just before the first row.
    pub started_at: Timestamp,
    /// The time from then to the last line.
    pub elapsed: Duration,
}

/// The summary of one organization in a run.
#[derive(Clone, Debug)]
pub struct OrganizationSummary {
    /// The organization.
    pub id: ObjectId,
    /// Its name, if it is known. Untrusted text.
    pub name: Option<String>,
    /// The token bucket in force for invitations: capacity, refill, period. `None` if the user set a pace.
    pub bucket: Option<(u32, u32, Duration)>,
    /// The totals of the rate limiter.
    pub pace: Totals,
    /// The reason no more requests were sent to it, while the run continued for others.
    pub blocked: Option<Blocked>,
}

/// Rows that failed with the same code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failures {
    /// The status.
    pub status: Status,
    /// The error code.
    pub code: Option<ErrorCode>,
    /// The number of rows.
    pub count: u64,
    /// The number of the first row. `None` if it is no longer in the spreadsheet.
    pub example_row: Option<u32>,
    /// The address of the first row; untrusted.
    pub example_email: String,
    /// The error detail of the first row; untrusted.
    pub example_detail: String,
}

impl Failures {
    /// Creates a group with its first row as the example. The row is not counted yet.
    pub(super) fn new(row: Option<u32>, email: &str, outcome: &Outcome) -> Self {
        Self {
            status: outcome.status,
            code: outcome.error_code.clone(),
            count: 0,
            example_row: row,
            example_email: email.to_owned(),
            example_detail: outcome.error_detail.clone().unwrap_or_default(),
        }
    }
}

impl Summary {
    /// Returns the path of the results of a job that were to be in the file `named`.
    pub fn results<'a>(&'a self, named: &'a Path) -> &'a Path {
        match &self.halt {
            Some(Halt::ResultsChanged { recovered, .. }) => recovered,
            Some(_) | None => named,
        }
    }

    /// Returns the exit code.
    pub fn exit(&self) -> Exit {
        let blocked = self.organizations.iter().any(|organization| organization.blocked.is_some());
        match &self.halt {
            Some(halt) => halt.reason().exit(),
            None if blocked => StopReason::OrganizationBlocked.exit(),
            None => self.rows_exit(),
        }
    }

    /// Returns the exit code as far as it depends on the rows.
    fn rows_exit(&self) -> Exit {
        if self.failures.is_empty() { self.tally.exit() } else { Exit::RowsNeedALook }
    }

    /// Returns the reason for the exit code, in a word that scripts may rely on.
    pub fn exit_reason(&self) -> &'static str {
        let blocked = self.organizations.iter().any(|organization| organization.blocked.is_some());
        match (&self.halt, self.rows_exit()) {
            (Some(halt), _) => halt.reason().as_str(),
            (None, _) if blocked => StopReason::OrganizationBlocked.as_str(),
            (None, Exit::Success) => "ok",
            // A tally has no other exit code.
            (None, Exit::RowsNeedALook | Exit::Usage | Exit::Halted | Exit::Interrupted | Exit::Terminated) => {
                "rows_need_a_look"
            }
        }
    }

    /// Returns the time of the last line.
    pub fn finished_at(&self) -> Timestamp {
        self.started_at.saturating_add(signed(self.elapsed)).unwrap_or(Timestamp::MAX)
    }
}
