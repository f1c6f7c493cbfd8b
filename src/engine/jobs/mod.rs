//! The jobs that a run can do: inviting people, and revoking their invites. A job reads its rows and decides about
//! each.
//!
//! It only decides and sends nothing: the dispatcher passes its decisions to the workers and to the recorder. In each
//! job's module a pure function decides about one row.

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

/// A row of a job.
#[derive(Debug)]
pub(super) enum Entry {
    /// A row of the sheet.
    Row(Slot, Row),
    /// A line of a results file: with its place if it is part of the input, without one if its person is no longer in
    /// the input.
    Line(Option<Slot>, Box<Line>),
}

impl Entry {
    /// Returns the row number that a spreadsheet shows.
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

    /// Returns the outcome with the invite's id from the results that are the job's input.
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
    /// A row that ends at once: it is invalid, or a duplicate of an earlier row.
    Ended(Entry, Box<Outcome>),
    /// A row about a person.
    Person {
        /// The index of the row's organization in the run.
        organization: usize,
        /// The key that finds the line of an earlier run, if such a line can be about this row's person.
        key: Option<PersonKey>,
        /// The input for the job's decision.
        subject: T,
    },
}

/// The error of reading the next row.
#[derive(Debug, thiserror::Error)]
pub(super) enum InputError {
    #[error(transparent)]
    Sheet(#[from] SheetError),
    #[error(transparent)]
    Results(#[from] ReadError),
}

/// A decision about a row.
#[derive(Debug)]
pub(super) enum Decision {
    /// Keep the outcome of an earlier run. `departed` is set if the person is no longer invited or a member.
    Keep { outcome: Outcome, departed: bool },
    /// End the row without a request.
    Settle(Outcome),
    /// Give the row to a worker.
    Send(Work),
}

/// The conditions of a decision, beside the row, its earlier line and the organization.
#[derive(Clone, Copy, Debug)]
pub(super) struct Conditions {
    pub(super) now: Timestamp,
    /// The server's time, or the local time if the server's is unknown.
    pub(super) server_now: Timestamp,
    /// Set if the server's time is known.
    pub(super) knows_server_time: bool,
    /// The reason nothing may be sent.
    pub(super) withheld: Option<RowReason>,
    /// Set if the people of unresolved requests may be looked up.
    pub(super) may_ask: bool,
    pub(super) api: Api,
    /// Set if people whose invite has expired are invited again.
    pub(super) reinvite_expired: bool,
    /// Set if every row is decided again (`--fresh`). Lines of earlier runs then serve to recognize this job's invites.
    pub(super) fresh: bool,
    /// The longest time that a request may take.
    pub(super) timeout: Duration,
    /// The longest time that an abandoned request may still be running on the server.
    pub(super) settle: Duration,
}

/// One kind of job.
pub(super) trait Job {
    /// The input for a decision about a row.
    type Subject;

    /// Returns the header of the sheet, unless the input is a results file.
    fn header(&self) -> Option<&Header>;

    /// Reads the next row. Its place in the input is `slot`.
    fn next(&mut self, slot: impl FnOnce() -> Slot, now: Timestamp) -> Result<Option<Next<Self::Subject>>, InputError>;

    /// Decides about a person.
    fn decide(
        &self,
        subject: Self::Subject,
        earlier: Option<Line>,
        directory: &Directory,
        conditions: &Conditions,
    ) -> (Entry, Decision);

    /// Decides about a person of an earlier run who is no longer in the input. Returns `None` if there is nothing left
    /// to record.
    fn decide_unlisted(&self, line: &Line, conditions: &Conditions) -> Option<Decision>;

    /// Returns the number of rows that were skipped: blank rows, and rows of other shards.
    fn skipped(&self) -> (u64, u64);
}
