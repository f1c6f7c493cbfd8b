//! The server's clock: tokio's, so that tests can pause it, set to a time of day.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// Runs from when the server starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    origin: Instant,
    start: Timestamp,
}

impl Clock {
    /// Starts at this time of day, or at the wall clock's.
    pub(crate) fn new(start: Option<Timestamp>) -> Self {
        Clock { origin: Instant::now(), start: start.unwrap_or_else(Timestamp::now) }
    }

    /// Since the server started.
    pub(crate) fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }

    /// The time of day after this long.
    pub(crate) fn at(&self, elapsed: Duration) -> Timestamp {
        self.start.saturating_add(elapsed).unwrap_or(Timestamp::MAX)
    }
}
