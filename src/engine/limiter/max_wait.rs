//! Bounds a wait for Atlas: for a rate limit, a `Retry-After`, or the end of maintenance.
//!
//! A wait lasts until a request gets past the limits, however often it is tried in between. The pace that the user set
//! is not a wait for Atlas.

use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::Instant;

use crate::engine::clock::signed;

/// The longest time that a command waits for Atlas without an interruption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaxWait {
    /// Any time.
    Off,
    /// At most this.
    Time(Duration),
}

/// A wait that would be longer than [`MaxWait`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitTooLong {
    waited: Duration,
    rest: Duration,
    limit: Duration,
    /// The last answer that asked to wait; untrusted.
    answer: Option<String>,
}

/// The current wait of an organization.
#[derive(Debug, Default)]
pub(super) struct CurrentWait {
    /// Its beginning, unless a request got past the limits since.
    since: Option<Instant>,
    answer: Option<String>,
}

impl CurrentWait {
    /// Records an answer that asks to wait.
    pub(super) fn asked(&mut self, answer: String) {
        self.answer = Some(answer);
    }

    /// Records that a request got past the limits.
    pub(super) fn end(&mut self) {
        *self = Self::default();
    }

    /// Continues the wait, or begins one, unless it would be too long.
    pub(super) fn until(&mut self, until: Instant, longest: MaxWait) -> Result<(), WaitTooLong> {
        let now = Instant::now();
        let since = *self.since.get_or_insert(now);
        let MaxWait::Time(limit) = longest else { return Ok(()) };
        if until.saturating_duration_since(since) <= limit {
            return Ok(());
        }
        let (waited, rest) = (now.duration_since(since), until.saturating_duration_since(now));
        Err(WaitTooLong { waited, rest, limit, answer: self.answer.clone() })
    }
}

impl fmt::Display for WaitTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |time| SignedDuration::from_secs(signed(time).as_secs());
        write!(f, "the next request is possible in {:#}", seconds(self.rest))?;
        if self.waited >= Duration::from_secs(1) {
            write!(f, " after {:#} of waiting", seconds(self.waited))?;
        }
        write!(f, ", and --max-wait is {:#}", signed(self.limit))?;
        self.answer.as_ref().map_or(Ok(()), |answer| write!(f, "; the last answer was {answer}"))
    }
}
