//! The events of a run, reported to the caller in the order in which they happen. A run does not depend on what the
//! caller does with them.

use std::time::Duration;

use crate::engine::limiter::Learned;
use crate::model::invitation::ObjectId;
use crate::model::outcome::Outcome;
use crate::model::reason::{Blocked, Halt};
use crate::model::status::Tally;
use crate::results::Line;

/// An event of a run.
#[derive(Debug)]
pub enum Event<'a> {
    /// A request for the row is about to be sent.
    Sending {
        /// The row number that a spreadsheet shows.
        row: Option<u32>,
        /// The number of the request among those for the row, from 1.
        attempt: u32,
    },
    /// The row will be tried again, or its person looked up, after a delay.
    Waiting {
        /// The row number that a spreadsheet shows.
        row: Option<u32>,
        /// The reason; untrusted text.
        why: &'a str,
        /// The delay.
        delay: Duration,
    },
    /// A row has ended and its outcome is recorded.
    Settled {
        /// The row number that a spreadsheet shows.
        row: Option<u32>,
        /// The address; untrusted text.
        email: &'a str,
        /// The outcome.
        outcome: &'a Outcome,
        /// Set if the outcome is that of an earlier run.
        kept: bool,
    },
    /// An answer named a limit that was unknown until now.
    Learned {
        /// The limit.
        learned: Learned,
        /// The minimum time until every row that may be sent has been sent. `None` if the number of rows is unknown.
        time_left: Option<Duration>,
    },
    /// A periodic progress report.
    Progress(Progress),
    /// The run will end early.
    Stopping {
        /// The reason.
        halt: &'a Halt,
    },
    /// One of several organizations receives no more requests. The run continues for the others.
    Blocked {
        /// The organization.
        organization: ObjectId,
        /// The reason.
        blocked: &'a Blocked,
    },
    /// Lines are missing from the results file, because it could not be written.
    Unwritten {
        /// The lines.
        lines: &'a [Line],
    },
}

/// The progress of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows that have ended, by status.
    pub tally: Tally,
    /// Rows in flight.
    pub in_flight: usize,
    /// The time that the first request in the queue still waits for a rate limit.
    pub waiting: Option<Duration>,
    /// The minimum time that the rate limits need for the remaining rows. `None` if the number of rows is unknown.
    pub limits: Option<Duration>,
}
