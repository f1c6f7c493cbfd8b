//! The wall's time, told by tokio's clock so that tests can pause it, and the server's time as its answers tell it.

use std::sync::Mutex;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// The wall's clock: read once at the start by the caller, then carried on by tokio's.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Timestamp,
    origin: Instant,
}

impl Clock {
    /// A clock that says `start` now.
    pub fn starting_at(start: Timestamp) -> Self {
        Self { start, origin: Instant::now() }
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        self.at(Instant::now())
    }

    /// The wall's time at an instant of tokio's clock.
    pub fn at(&self, instant: Instant) -> Timestamp {
        // Seconds and nanoseconds are added as they are: a calendar is not asked.
        let elapsed = signed(instant.saturating_duration_since(self.origin));
        Timestamp::from_duration(self.start.as_duration().saturating_add(elapsed)).unwrap_or(Timestamp::MAX)
    }
}

/// How far the server's clock is from ours, from the `Date` of its latest answer.
#[derive(Debug, Default)]
pub struct ServerClock(Mutex<Option<SignedDuration>>);

impl ServerClock {
    /// Notes that the server's clock showed `date` no later than our clock showed `received`.
    pub fn observe(&self, date: Timestamp, received: Timestamp) {
        if let Ok(mut ahead) = self.0.lock() {
            *ahead = Some(date.duration_since(received));
        }
    }

    /// Our time on the server's clock, up to a second and a latency early; `None` while no answer had a `Date`.
    pub fn translate(&self, ours: Timestamp) -> Option<Timestamp> {
        let ahead = self.0.lock().ok().and_then(|ahead| *ahead)?;
        ours.checked_add(ahead).ok()
    }
}

/// A duration with a sign; saturates after 292 billion years.
pub(crate) fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}
