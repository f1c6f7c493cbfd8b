//! The messages between the dispatcher and its workers: a row to work on, a request about to leave, how a row ended.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::atlas::api::Request;
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
    /// A request is about to leave; it leaves once the dispatcher has recorded that.
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
        /// Whether this run sent a request for the row.
        sent: bool,
    },
}

/// How a row ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// With this outcome.
    Settled(Outcome),
    /// With this outcome, which also shows that the organization accepts no more requests.
    Blocked(Outcome, Blocked),
    /// The run or its organization stopped first. The dispatcher, which knows why, completes the outcome.
    Stopped(Outcome),
}

impl Ending {
    /// Returns the same ending with another outcome.
    pub(crate) fn map(self, change: impl FnOnce(Outcome) -> Outcome) -> Self {
        match self {
            Ending::Settled(outcome) => Ending::Settled(change(outcome)),
            Ending::Blocked(outcome, blocked) => Ending::Blocked(change(outcome), blocked),
            Ending::Stopped(outcome) => Ending::Stopped(change(outcome)),
        }
    }
}

/// What has been sent for a row so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// Requests that were sent, or were about to be.
    pub(crate) attempts: u32,
    /// When the first was sent. In a message to the dispatcher: the first that may have created an invite.
    pub(crate) first_sent: Option<Timestamp>,
    /// When the latest was sent.
    pub(crate) last_sent: Option<Timestamp>,
}

impl Trace {
    /// Returns the trace of a first request at this time.
    pub(crate) fn first(at: Timestamp) -> Self {
        Self { attempts: 1, first_sent: Some(at), last_sent: Some(at) }
    }

    /// Returns an outcome as of now, with what has been sent so far.
    pub(crate) fn outcome(self, status: Status, now: Timestamp) -> Outcome {
        let elapsed = self.first_sent.map(|first| now.duration_since(first)).unwrap_or_default();
        Outcome {
            attempts: self.attempts,
            elapsed: Duration::try_from(elapsed).unwrap_or_default(),
            ..Outcome::new(status, now)
        }
    }
}

/// What a worker does for a row.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    /// The first request. To look a row up first, `unresolved` is set.
    pub(crate) request: Request,
    pub(crate) task: Task,
    /// A request of an earlier run whose outcome is unknown.
    pub(crate) unresolved: Option<Unresolved>,
}

/// What a worker is to achieve.
#[derive(Clone, Debug)]
pub(crate) enum Task {
    /// Invite a person. If `only_resolve` is set, nothing may be sent for that reason, and only the earlier request is
    /// looked up.
    Invite { only_resolve: Option<RowReason> },
    /// Cancel an invite: the one that the request names, or else the one that the unresolved request created.
    Revoke {
        /// What an earlier attempt to cancel sent, which may have succeeded.
        tried: Option<Trace>,
    },
}

impl Work {
    /// Returns whether a request that changes something may leave, which is what `--limit` counts.
    pub(crate) fn may_send(&self) -> bool {
        match &self.task {
            Task::Invite { only_resolve } => only_resolve.is_none(),
            Task::Revoke { .. } => true,
        }
    }

    /// Returns what earlier runs sent for the same purpose.
    pub(crate) fn past(&self) -> Option<Trace> {
        match &self.task {
            Task::Invite { .. } => self.unresolved.as_ref().map(|unresolved| unresolved.trace),
            // What the run sent was an invitation and not a cancellation.
            Task::Revoke { tried } => *tried,
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
    /// The permit for the first request, which is recorded already.
    pub(crate) preauthorized: Option<Preauthorized>,
}

/// A first request's permit, with what the dispatcher recorded of it.
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
    /// How long its request may still be running.
    pub(crate) settle: Duration,
    /// When it cannot be running, by the server's clock as far as it is known.
    pub(crate) settled_at: Timestamp,
}
