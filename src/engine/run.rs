//! What a run works on: its options, organizations, input and results file.

use std::time::Duration;

use tokio::sync::mpsc;

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

/// What a run works on, beside its input.
pub struct Run<'a, G> {
    /// How to go about it.
    pub options: RunOptions,
    /// Our time.
    pub clock: Clock,
    /// The organizations that rows may be for. All have the same [`Api`](crate::atlas::api::Api).
    pub organizations: Vec<Organization<'a, G>>,
    /// Reports about limits from their sessions.
    pub learned: mpsc::UnboundedReceiver<Learned>,
    /// The results file.
    pub journal: Journal,
    /// What an earlier run left in it.
    pub earlier: Earlier,
    /// The keys that the journal was opened with.
    pub keys: PersonKeys,
    /// Why nothing may be sent, if that is known before the start.
    pub halt: Option<Halt>,
    /// A second file for the rows that need another look.
    pub failed_rows: Option<FailedRows>,
}

/// What a run goes through.
pub enum Input<'a> {
    /// A sheet, whose people are invited. The planner, for the same organizations, turns its rows into invitations.
    Sheet(Sheet, Planner<'a>),
    /// The results of a run, whose invites are cancelled. The sessions must use
    /// [`Api::Invites`](crate::atlas::api::Api::Invites).
    Results(ResultsReader),
}

impl<G> Run<'_, G> {
    /// Returns how many rows to make room for.
    pub(super) fn expected_rows(&self) -> usize {
        usize::try_from(self.options.rows.unwrap_or_default()).unwrap_or_default()
    }
}
