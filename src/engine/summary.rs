//! What came of a run, for the report.

use std::time::Duration;

use jiff::Timestamp;

use super::clock::signed;
use super::limiter::Totals;
use crate::model::exit::Exit;
use crate::model::invitation::ObjectId;
use crate::model::outcome::Outcome;
use crate::model::reason::{Blocked, ErrorCode, Halt, StopReason};
use crate::model::status::{Status, Tally};

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Rows by status.
    pub tally: Tally,
    /// Rows whose line of an earlier run stands.
    pub kept: u64,
    /// Those of them whose person is neither invited nor a member any more.
    pub departed: u64,
    /// Rows without text that were passed over.
    pub blank: u64,
    /// Rows that were left to other shards.
    pub elsewhere: u64,
    /// People no longer in the sheet whose invites are listed after the rows.
    pub gone: u64,
    /// Failed rows by their code, one of each as an example.
    pub failures: Vec<Failures>,
    /// Why the run ended early.
    pub halt: Option<Halt>,
    /// How it went with each organization.
    pub organizations: Vec<OrganizationSummary>,
    /// When the first row was about to be taken.
    pub started_at: Timestamp,
    /// From then to the last line.
    pub elapsed: Duration,
}

/// How a run went with one organization.
#[derive(Clone, Debug)]
pub struct OrganizationSummary {
    /// The organization.
    pub id: ObjectId,
    /// The token bucket in force for invitations: capacity, refill, period. `None` under a pace of the user's own.
    pub bucket: Option<(u32, u32, Duration)>,
    /// How pacing went.
    pub pace: Totals,
    /// Why nothing more was sent to it, while the run continued for others.
    pub blocked: Option<Blocked>,
}

/// Rows that went wrong in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failures {
    /// Their status and code.
    pub status: Status,
    /// The error code.
    pub code: Option<ErrorCode>,
    /// How many.
    pub count: u64,
    /// The row of the first; `None` where it is no row of the spreadsheet any more.
    pub example_row: Option<u32>,
    /// Its address; untrusted.
    pub example_email: String,
    /// What was said of it; untrusted.
    pub example_detail: String,
}

impl Failures {
    /// Creates a group with its first row as the example, which is not counted yet.
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
    /// The exit code.
    pub fn exit(&self) -> Exit {
        let blocked = self.organizations.iter().any(|organization| organization.blocked.is_some());
        match &self.halt {
            Some(halt) => halt.reason().exit(),
            None if blocked => StopReason::OrganizationBlocked.exit(),
            None => self.tally.exit(),
        }
    }

    /// The reason for the exit code, in a word that scripts may rely on.
    pub fn exit_reason(&self) -> &'static str {
        let blocked = self.organizations.iter().any(|organization| organization.blocked.is_some());
        match (&self.halt, self.tally.exit()) {
            (Some(halt), _) => halt.reason().as_str(),
            (None, _) if blocked => StopReason::OrganizationBlocked.as_str(),
            (None, Exit::Success) => "ok",
            // A tally knows no other.
            (None, Exit::RowsNeedALook | Exit::Usage | Exit::Halted | Exit::Interrupted | Exit::Terminated) => {
                "rows_need_a_look"
            }
        }
    }

    /// When the last line was written.
    pub fn finished_at(&self) -> Timestamp {
        self.started_at.saturating_add(signed(self.elapsed)).unwrap_or(Timestamp::MAX)
    }
}
