//! The messages between the dispatcher and its workers: a row to work on, a request about to be sent, the end of a row.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::atlas::api::{Grants, Request};
use crate::engine::limiter::Permit;
use crate::model::invitation::ObjectId;
use crate::model::outcome::Outcome;
use crate::model::reason::{Blocked, RowReason};
use crate::model::status::Status;

/// The id of a row in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RowId(pub(crate) u64);

/// A message from a worker to the dispatcher.
#[derive(Debug)]
pub(crate) enum Notice {
    /// A request is about to be sent. The worker sends it once the dispatcher has recorded that.
    Sending {
        row: RowId,
        trace: Trace,
        /// The invite that is about to be cancelled.
        invite: Option<ObjectId>,
        recorded: oneshot::Sender<()>,
    },
    /// The row will be tried again, or looked up.
    Waiting { row: RowId, why: String, delay: Duration },
    /// The row has ended, and its worker is free.
    Ended {
        row: RowId,
        ending: Ending,
        /// Set if this run sent a request for the row.
        sent: bool,
    },
}

/// The end of a row.
#[derive(Debug)]
pub(crate) enum Ending {
    /// The row has this outcome.
    Settled(Outcome),
    /// The person is invited, without these roles, teams and projects of the request.
    NotAsAsked(Outcome, Box<Grants>),
    /// The row has this outcome, and the organization accepts no more requests.
    Blocked(Outcome, Blocked),
    /// The run or its organization stopped first. The dispatcher knows the reason and adds it to the outcome.
    Stopped(Outcome),
}

impl Ending {
    /// Returns the outcome.
    pub(crate) fn outcome(&self) -> &Outcome {
        match self {
            Ending::Settled(outcome)
            | Ending::NotAsAsked(outcome, _)
            | Ending::Blocked(outcome, _)
            | Ending::Stopped(outcome) => outcome,
        }
    }

    /// Returns the same ending with another outcome.
    pub(crate) fn map(self, change: impl FnOnce(Outcome) -> Outcome) -> Self {
        match self {
            Ending::Settled(outcome) => Ending::Settled(change(outcome)),
            Ending::NotAsAsked(outcome, missing) => Ending::NotAsAsked(change(outcome), missing),
            Ending::Blocked(outcome, blocked) => Ending::Blocked(change(outcome), blocked),
            Ending::Stopped(outcome) => Ending::Stopped(change(outcome)),
        }
    }
}

/// The requests that have been sent for a row so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// The number of requests, including one that is about to be sent.
    pub(crate) attempts: u32,
    /// The time of the first request. In a message to the dispatcher: of the first that may have created an invite.
    pub(crate) first_sent: Option<Timestamp>,
    /// The time of the latest request.
    pub(crate) last_sent: Option<Timestamp>,
}

impl Trace {
    /// Returns the trace of a single request.
    pub(crate) fn first(at: Timestamp) -> Self {
        Self { attempts: 1, first_sent: Some(at), last_sent: Some(at) }
    }

    /// Returns an outcome as of now, with the attempts and the time so far.
    pub(crate) fn outcome(self, status: Status, now: Timestamp) -> Outcome {
        let elapsed = self.first_sent.map(|first| now.duration_since(first)).unwrap_or_default();
        Outcome {
            attempts: self.attempts,
            elapsed: Duration::try_from(elapsed).unwrap_or_default(),
            ..Outcome::new(status, now)
        }
    }
}

/// The work on a row.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    /// The request to send, after `unresolved` has been looked up.
    pub(crate) request: Request,
    pub(crate) task: Task,
    /// A request of an earlier run whose outcome is unknown.
    pub(crate) unresolved: Option<Unresolved>,
}

/// The task of a worker.
#[derive(Clone, Debug)]
pub(crate) enum Task {
    /// Invite a person. If `only_resolve` is set, nothing may be sent for that reason, and the worker only looks up the
    /// person of the unresolved request.
    Invite { only_resolve: Option<RowReason> },
    /// Cancel an invite: the one that the request names, or else the one that the unresolved request created.
    Revoke {
        /// The requests of an earlier attempt to cancel, which may have succeeded.
        tried: Option<Trace>,
        /// Further invites of the person, if this job created several.
        rest: Vec<ObjectId>,
    },
}

impl Work {
    /// Returns whether a request that changes something may be sent. Those count for `--limit`.
    pub(crate) fn may_send(&self) -> bool {
        match &self.task {
            Task::Invite { only_resolve } => only_resolve.is_none(),
            Task::Revoke { .. } => true,
        }
    }

    /// Returns the requests of the same kind that earlier runs sent.
    pub(crate) fn past(&self) -> Option<Trace> {
        match &self.task {
            Task::Invite { .. } => self.unresolved.as_ref().map(|unresolved| unresolved.trace),
            // The unresolved request was an invitation, not a cancellation.
            Task::Revoke { tried, .. } => *tried,
        }
    }
}

/// A row for a worker.
#[derive(Debug)]
pub(crate) struct Assignment {
    pub(crate) row: RowId,
    pub(crate) work: Work,
    /// The row's place among those in flight.
    pub(crate) slot: Option<OwnedSemaphorePermit>,
    /// The permit for the first request, if the dispatcher has recorded that request.
    pub(crate) preauthorized: Option<Preauthorized>,
}

/// The permit for a first request, with its trace as the dispatcher recorded it.
#[derive(Debug)]
pub(crate) struct Preauthorized {
    pub(crate) permit: Permit,
    pub(crate) trace: Trace,
}

/// A request of an earlier run whose outcome is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unresolved {
    /// The address as it was sent, which the sheet may spell differently now.
    pub(crate) sent_as: String,
    pub(crate) trace: Trace,
    /// The time for which the request may still be running on the server.
    pub(crate) settle: Duration,
    /// The time in which the requests were running, if the server's clock is known.
    pub(crate) ran: Option<Span>,
    /// The same for the invites of this credential. It is longer if the local clock may have been changed.
    pub(crate) ran_as_own: Option<Span>,
}

/// A time in which requests were running, by the server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// The time of the first request.
    pub(crate) since: Timestamp,
    /// The time at which the last request had certainly ended, with a margin.
    pub(crate) until: Timestamp,
}
