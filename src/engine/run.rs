//! The parameters of a run: its options, organizations, input and results file.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::budget::MaxFailures;
use super::clock::Clock;
use super::limiter::Learned;
use super::organization::Organization;
use crate::model::invitation::ObjectId;
use crate::model::person::PersonKeys;
use crate::model::reason::Halt;
use crate::plan::Planner;
use crate::results::{Earlier, FailedRows, Journal, ResultsReader};
use crate::spreadsheet::Sheet;

/// The longest settling delay. A line that seems to record a longer one was written by another clock.
pub const LONGEST_SETTLE: Duration = Duration::from_secs(3600);

/// The options of a run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The organization of rows that name none.
    pub organization: Option<ObjectId>,
    /// The maximum number of rows in flight for each organization, at least 1.
    pub concurrency: usize,
    /// The longest time that an abandoned request may still be running on the server, at most [`LONGEST_SETTLE`].
    pub settle: Duration,
    /// The longest time that a request may take. A request of a killed run may have had that much time left.
    pub timeout: Duration,
    /// The failures that stop the run.
    pub max_failures: MaxFailures,
    /// The time after which nothing is sent.
    pub deadline: Option<Instant>,
    /// The maximum number of rows to send.
    pub limit: Option<u64>,
    /// Decide about every row, but send nothing.
    pub dry_run: bool,
    /// Invite people of an earlier run again if their invite has expired.
    pub reinvite_expired: bool,
    /// The number of rows in the input, if they have been counted.
    pub rows: Option<u64>,
}

/// A run, except for its input.
pub struct Run<'a, G> {
    /// The options.
    pub options: RunOptions,
    /// The local clock.
    pub clock: Clock,
    /// The organizations that rows may be for. All have the same [`Api`](crate::atlas::api::Api).
    pub organizations: Vec<Organization<'a, G>>,
    /// The limits that their sessions learn.
    pub learned: mpsc::UnboundedReceiver<Learned>,
    /// The results file.
    pub journal: Journal,
    /// The lines that earlier runs left in it.
    pub earlier: Earlier,
    /// The keys that the journal was opened with.
    pub keys: PersonKeys,
    /// The reason nothing may be sent, if that is known before the start.
    pub halt: Option<Halt>,
    /// A second file, for the rows that need a look.
    pub failed_rows: Option<FailedRows>,
}

/// The input of a run.
pub enum Input<'a> {
    /// A sheet whose people are invited. The planner, for the same organizations, turns its rows into invitations.
    Sheet(Sheet, Planner<'a>),
    /// The results of a run whose invites are cancelled. The sessions must use
    /// [`Api::Invites`](crate::atlas::api::Api::Invites).
    Results(ResultsReader),
}

impl<G> Run<'_, G> {
    /// Returns the number of rows to reserve memory for.
    pub(super) fn expected_rows(&self) -> usize {
        usize::try_from(self.options.rows.unwrap_or_default()).unwrap_or_default()
    }
}
