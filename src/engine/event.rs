//! What a run tells whoever watches it, in the order in which it happens. Nothing is decided by who listens.

use std::time::Duration;

use crate::engine::limiter::Learned;
use crate::model::invitation::ObjectId;
use crate::model::outcome::Outcome;
use crate::model::reason::{Blocked, Halt};
use crate::model::status::Tally;
use crate::results::Line;

/// Something that happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// A request for the row is about to go out.
    Sending {
        /// The row as a spreadsheet shows it.
        row: Option<u32>,
        /// Which request for it this is, from 1.
        attempt: u32,
    },
    /// The row will be tried again, or the server asked about it, after a delay.
    Waiting {
        /// The row as a spreadsheet shows it.
        row: Option<u32>,
        /// Why; untrusted text.
        why: &'a str,
        /// The delay.
        delay: Duration,
    },
    /// A row's fate is known and noted.
    Settled {
        /// The row as a spreadsheet shows it.
        row: Option<u32>,
        /// The address; untrusted text.
        email: &'a str,
        /// The fate.
        outcome: &'a Outcome,
        /// Whether an earlier run settled it and its line stands.
        kept: bool,
    },
    /// An answer named a limit that nobody knew of.
    Learned {
        /// The limit.
        learned: Learned,
        /// What it means: at least so long until every row that may be sent has been.
        time_left: Option<Duration>,
    },
    /// Time passed.
    Progress(Progress),
    /// The run will end early.
    Stopping {
        /// Why.
        halt: &'a Halt,
    },
    /// Nothing more is sent to one of several organizations; the run continues for the others.
    Blocked {
        /// Which.
        organization: ObjectId,
        /// Why.
        blocked: &'a Blocked,
    },
    /// These lines are not in the results file, because it took no more.
    Unwritten {
        /// The lines.
        lines: &'a [Line],
    },
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows settled, by status.
    pub tally: Tally,
    /// Rows at work.
    pub in_flight: usize,
    /// How long the first request in the queue still waits for a limit.
    pub waiting: Option<Duration>,
    /// How long the limits alone will hold the rest, at least; `None` where the number of rows is not known.
    pub limits: Option<Duration>,
}
