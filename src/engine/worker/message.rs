//! What the dispatcher and its workers tell each other: a row to carry, a request that is about to go out, a fate.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::atlas::api::Request;
use crate::engine::limiter::Turn;
use crate::model::invitation::ObjectId;
use crate::model::outcome::{Outcome, Status};

/// Names a row at work to the dispatcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Ticket(pub(crate) u64);

/// What a worker tells the dispatcher while it works.
#[derive(Debug)]
pub(crate) enum Notice {
    /// A request is about to go out; it goes once the dispatcher has written that down.
    Sending {
        ticket: Ticket,
        trace: Trace,
        /// The invite that is about to be cancelled.
        invite: Option<ObjectId>,
        written: oneshot::Sender<()>,
    },
    /// The row will be tried again, or asked about.
    Waiting { ticket: Ticket, why: String, delay: Duration },
    /// The row has met its fate, and its worker may have another.
    Settled(Settled),
}

/// What has been sent for a row so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// Requests that went out, or were about to.
    pub(crate) attempts: u32,
    /// When the first one did, or told to the dispatcher, the first one that may have created an invite.
    pub(crate) first_sent: Option<Timestamp>,
    /// When the latest one did.
    pub(crate) last_sent: Option<Timestamp>,
}

impl Trace {
    /// Of a first request at this time.
    pub(crate) fn first(at: Timestamp) -> Self {
        Self { attempts: 1, first_sent: Some(at), last_sent: Some(at) }
    }

    /// An outcome as of now, of what has been sent so far.
    pub(crate) fn outcome(self, status: Status, now: Timestamp) -> Outcome {
        let elapsed = self.first_sent.map(|first| now.duration_since(first)).unwrap_or_default();
        Outcome {
            attempts: self.attempts,
            elapsed: Duration::try_from(elapsed).unwrap_or_default(),
            ..Outcome::new(status, now)
        }
    }
}

/// A row to carry.
#[derive(Debug)]
pub(crate) struct Assignment {
    pub(crate) ticket: Ticket,
    pub(crate) request: Request,
    pub(crate) errand: Errand,
    /// What an earlier run sent for the row without learning what came of it.
    pub(crate) left_open: Option<LeftOpen>,
    /// The row's place among those at work.
    pub(crate) permit: Option<OwnedSemaphorePermit>,
    /// The leave to send the first request at once.
    pub(crate) cleared: Option<Cleared>,
}

/// A first request's turn, and what the dispatcher has written down of it.
#[derive(Debug)]
pub(crate) struct Cleared {
    pub(crate) turn: Turn,
    pub(crate) trace: Trace,
}

/// What is to be done for a row.
#[derive(Debug)]
pub(crate) enum Errand {
    /// Invite a person; only ask what became of an earlier request where there is a reason why nothing may be sent.
    Invite { only_ask: Option<&'static str> },
    /// Cancel an invite: the one that the request names, or else the one that was left open, if it is there.
    Revoke {
        /// What an earlier attempt sent, which may have come through.
        tried: Option<Trace>,
    },
}

/// What an earlier run left open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeftOpen {
    /// The address as it was sent, which the sheet may write otherwise by now.
    pub(crate) sent_as: String,
    pub(crate) trace: Trace,
    /// How long its request may still be running.
    pub(crate) settle: Duration,
    /// When it cannot have been running any more, by the server's clock as far as we know it.
    pub(crate) settled_at: Timestamp,
}

/// A row's fate, and the run's where the row decided that too.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) ticket: Ticket,
    pub(crate) outcome: Outcome,
    /// Whether this run sent a request for it.
    pub(crate) sent: bool,
    /// Why no other row can succeed either.
    pub(crate) condemned: Option<String>,
}
