//! The run: what is asked before the first invite, and the dispatcher that turns rows into lines of the results.
//!
//! The binary puts the parts together and listens; nothing here prints, exits or reads the environment.

pub mod backoff;
mod budget;
pub mod caller;
pub mod clock;
mod dispatcher;
pub mod event;
pub mod limiter;
mod organization;
mod preflight;
mod recorder;
pub mod revocation;
pub mod stop;
mod worker;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use self::budget::{MaxFailures, NotABudget};
pub use self::dispatcher::{Job, Task, dispatch};
pub use self::organization::Organization;
pub use self::preflight::{preflight, preflight_pending, preflight_people, read_lapsed};

use jiff::Timestamp;

use crate::engine::clock::signed;
use crate::engine::limiter::Totals;
use crate::model::invitation::ObjectId;
use crate::model::outcome::{Exit, StopReason, Tally};

/// How a run goes about its rows.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The organization of rows that name none.
    pub organization: Option<ObjectId>,
    /// Rows of one organization at work at once, at least 1.
    pub concurrency: usize,
    /// How long a request given up may still be running on the server.
    pub settle: Duration,
    /// How long a request may take, which a request of a killed run may have had left.
    pub timeout: Duration,
    /// When to stop a run that is going wrong.
    pub max_failures: MaxFailures,
    /// Rows to send at most.
    pub limit: Option<u64>,
    /// Whether nothing is sent.
    pub dry_run: bool,
    /// Whether people of an earlier run whose invite has expired are invited again.
    pub reinvite_expired: bool,
    /// Rows of the input, where they have been counted.
    pub rows: Option<u64>,
}

/// Why a run ends before its rows do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Halt {
    /// The kind of reason.
    pub reason: StopReason,
    /// In words; untrusted where a server said it.
    pub detail: String,
}

impl Halt {
    /// A halt for a reason in words.
    pub fn new(reason: StopReason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

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
    /// Why nothing more was sent to it, while the run went on for others; untrusted where a server said it.
    pub condemned: Option<String>,
}

/// Rows that went wrong in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failures {
    /// Their status and code.
    pub status: crate::model::outcome::Status,
    /// The error code, empty where there was none.
    pub code: String,
    /// How many.
    pub count: u64,
    /// The row of the first; `None` where it is no row of the spreadsheet any more.
    pub example_row: Option<u32>,
    /// Its address; untrusted.
    pub example_email: String,
    /// What was said of it; untrusted.
    pub example_detail: String,
}

impl Summary {
    /// The exit code.
    pub fn exit(&self) -> Exit {
        let condemned = self.organizations.iter().any(|organization| organization.condemned.is_some());
        match &self.halt {
            Some(halt) => halt.reason.exit(),
            None if condemned => StopReason::Condemned.exit(),
            None => self.tally.exit(),
        }
    }

    /// The reason for the exit code, in a word that scripts may rely on.
    pub fn exit_reason(&self) -> &'static str {
        let condemned = self.organizations.iter().any(|organization| organization.condemned.is_some());
        match (&self.halt, self.tally.exit()) {
            (Some(halt), _) => halt.reason.as_str(),
            (None, _) if condemned => StopReason::Condemned.as_str(),
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
