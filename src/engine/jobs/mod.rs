//! The jobs that a run can do: where a job's rows come from, and what is to be done about each.
//!
//! A job decides and sends nothing: the dispatcher moves its decisions to the workers and to the recorder. Deciding
//! about one row is a pure function of each job's module.

mod invite;
mod revoke;
mod unresolved;

#[cfg(test)]
mod tests;

use std::time::Duration;

use jiff::Timestamp;

pub(super) use self::invite::InviteJob;
pub(super) use self::revoke::RevokeJob;

use super::worker::Work;
use crate::atlas::api::Api;
use crate::model::outcome::Outcome;
use crate::model::person::PersonKey;
use crate::model::reason::RowReason;
use crate::plan::directory::Directory;
use crate::results::{Line, ReadError, Slot};
use crate::spreadsheet::{Header, Row, SheetError};

/// A row that a job is about.
#[derive(Debug)]
pub(super) enum Entry {
    /// A row of the sheet.
    Row(Slot, Row),
    /// A line of a results file: one that the job goes through, with its place, or that of a person who is no longer in
    /// the input, without one.
    Line(Option<Slot>, Box<Line>),
}

impl Entry {
    /// Returns the row as a spreadsheet shows it.
    pub(super) fn row(&self) -> Option<u32> {
        match self {
            Entry::Row(_, row) => Some(row.number),
            Entry::Line(_, line) => line.row,
        }
    }

    /// Returns the place in the input.
    pub(super) fn slot(&self) -> Option<Slot> {
        match self {
            Entry::Row(slot, _) => Some(*slot),
            Entry::Line(slot, _) => *slot,
        }
    }

    /// Returns the outcome with the id by which the results that a job goes through know the invite.
    pub(super) fn with_own_id(&self, outcome: Outcome) -> Outcome {
        match self {
            Entry::Row(..) | Entry::Line(None, _) => outcome,
            Entry::Line(Some(_), line) => Outcome {
                invite_id: line.outcome.invite_id.clone().or(outcome.invite_id),
                expires_at: line.outcome.expires_at.or(outcome.expires_at),
                ..outcome
            },
        }
    }
}

/// The next row of a job.
pub(super) enum Next<T> {
    /// A row that ends at once: it is invalid, or names a person whom an earlier row names.
    Ended(Entry, Box<Outcome>),
    /// A row about a person.
    Person {
        /// The row's organization, by its place among those of the run.
        organization: usize,
        /// By which an earlier run's line is found, if that can say anything about this row.
        key: Option<PersonKey>,
        /// What the job decides about.
        subject: T,
    },
}

/// Why the next row cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum InputError {
    #[error(transparent)]
    Sheet(#[from] SheetError),
    #[error(transparent)]
    Results(#[from] ReadError),
}

/// What is to be done about a row.
#[derive(Debug)]
pub(super) enum Decision {
    /// An earlier run's line stands. `departed` if its person is neither invited nor a member any longer.
    Keep { outcome: Outcome, departed: bool },
    /// The row ends without a request.
    Settle(Outcome),
    /// A worker takes the row.
    Send(Work),
}

/// What a decision depends on, beside the row, its earlier line and the organization.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conditions {
    pub(super) now: Timestamp,
    pub(super) server_now: Timestamp,
    /// Why nothing may be sent.
    pub(super) withheld: Option<RowReason>,
    /// Whether Atlas may be asked about requests of earlier runs.
    pub(super) may_ask: bool,
    pub(super) api: Api,
    /// Whether people whose invite has expired are invited again.
    pub(super) reinvite_expired: bool,
    /// How long a request may take, and how long an abandoned one may still be running on the server.
    pub(super) timeout: Duration,
    pub(super) settle: Duration,
}

/// One kind of job: its rows, and what is to be done about each.
pub(super) trait Job {
    /// A row that something is to be decided about.
    type Subject;

    /// Returns the header of the sheet, unless the job goes through results.
    fn header(&self) -> Option<&Header>;

    /// Reads the next row, whose place in the input is `slot`.
    fn next(&mut self, slot: impl FnOnce() -> Slot, now: Timestamp) -> Result<Option<Next<Self::Subject>>, InputError>;

    /// Decides what is to be done about a person.
    fn decide(
        &self,
        subject: Self::Subject,
        earlier: Option<Line>,
        directory: &Directory,
        conditions: &Conditions,
    ) -> (Entry, Decision);

    /// Decides about a person of an earlier run who is no longer in the input. `None`: nothing is left to record.
    fn decide_unlisted(&self, line: &Line, conditions: &Conditions) -> Option<Decision>;

    /// Returns how many rows were passed over: those without text, and those of other shards.
    fn passed_over(&self) -> (u64, u64);
}
