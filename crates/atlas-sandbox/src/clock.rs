//! The server's clock, which uses tokio's time so that tests can pause it.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// A clock that starts with the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    origin: Instant,
    start: Timestamp,
}

impl Clock {
    /// Starts the clock at this time of day, or at the current one.
    pub(crate) fn new(start: Option<Timestamp>) -> Self {
        Clock { origin: Instant::now(), start: start.unwrap_or_else(Timestamp::now) }
    }

    /// Returns the time since the server started.
    pub(crate) fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }

    /// Returns the time of day at this time since the start.
    pub(crate) fn at(&self, elapsed: Duration) -> Timestamp {
        self.start.saturating_add(elapsed).unwrap_or(Timestamp::MAX)
    }
}
