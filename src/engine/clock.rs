//! The local wall clock, and the server's clock as far as its answers show it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A wall clock.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// The time that it showed at `origin`, if tokio's clock advances it.
    start: Option<Timestamp>,
    origin: Instant,
    /// The seconds of suspensions, which tokio's clock does not count.
    suspended: Option<&'static AtomicI64>,
}

impl Clock {
    /// Creates a clock that shows the time of the machine. Unlike tokio's, it goes on while the machine is suspended.
    pub fn system() -> Self {
        Self { start: None, origin: Instant::now(), suspended: None }
    }

    /// Creates a clock that shows `start` now. From there on tokio's clock, which tests can pause, advances it.
    pub fn starting_at(start: Timestamp) -> Self {
        Self { start: Some(start), origin: Instant::now(), suspended: None }
    }

    /// Adds the seconds for which the machine is suspended from now on, for simulations.
    #[must_use]
    pub fn with_suspensions(self, seconds: &'static AtomicI64) -> Self {
        Self { suspended: Some(seconds), ..self }
    }

    /// Returns the instant this long after the clock's start.
    pub fn after(&self, time: Duration) -> Option<Instant> {
        self.origin.checked_add(time)
    }

    /// Returns the current time.
    pub fn now(&self) -> Timestamp {
        let Some(start) = self.start else { return Timestamp::now() };
        let suspended = self.suspended.map_or(0, |seconds| seconds.load(Ordering::Relaxed));
        let elapsed = signed(self.origin.elapsed()).saturating_add(SignedDuration::from_secs(suspended));
        start.saturating_add(elapsed).unwrap_or(Timestamp::MAX)
    }
}

/// The most by which our clock may deviate from the time that passes, while an answer is on its way.
const LARGEST_SKIP: SignedDuration = SignedDuration::from_secs(1);

/// The server's clock, by the `Date` of its latest answer.
#[derive(Debug, Default)]
pub struct ServerClock(Mutex<Option<SignedDuration>>);

impl ServerClock {
    /// Records the `Date` of an answer that arrived when our clock showed `received`.
    ///
    /// `skipped` is the time by which our clock advanced more than the time that passed since the request was sent. If the
    /// machine was suspended or its clock was set meanwhile, the `Date` is old and is ignored.
    pub fn observe(&self, date: Timestamp, received: Timestamp, skipped: SignedDuration) {
        if skipped.abs() < LARGEST_SKIP
            && let Ok(mut ahead) = self.0.lock()
        {
            *ahead = Some(date.duration_since(received));
        }
    }

    /// Converts a time on our clock to the server's clock. The result may be early by up to a second plus the latency
    /// of an answer. Returns `None` until an answer had a `Date`.
    pub fn translate(&self, ours: Timestamp) -> Option<Timestamp> {
        let ahead = self.0.lock().ok().and_then(|ahead| *ahead)?;
        ours.checked_add(ahead).ok()
    }
}

/// Converts a duration to a signed one. Saturates after 292 billion years.
pub(crate) fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_of_an_answer_received_after_a_suspension_is_ignored() {
        let (clock, at) = (ServerClock::default(), |second| Timestamp::from_second(second).unwrap());
        clock.observe(at(1030), at(1000), SignedDuration::from_millis(-5));
        assert_eq!(clock.translate(at(1001)), Some(at(1031)));
        for skipped in [-3600, -2, 2, 3600] {
            clock.observe(at(1031), at(5000), SignedDuration::from_secs(skipped));
            assert_eq!(clock.translate(at(5001)), Some(at(5031)), "{skipped}");
        }
    }

    #[test]
    fn a_simulated_clock_goes_on_while_the_machine_is_suspended() {
        static SUSPENDED: AtomicI64 = AtomicI64::new(0);
        let start = Timestamp::from_second(1000).unwrap();
        let clock = Clock::starting_at(start).with_suspensions(&SUSPENDED);
        SUSPENDED.store(60, Ordering::Relaxed);
        assert!(clock.now() >= start + SignedDuration::from_secs(60));
    }
}
