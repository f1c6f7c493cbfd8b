//! Requests that were answered before they are processed.
//!
//! They are processed in the order of their times, by the first access to the state after that time. So they need no task
//! that a stop of the server could lose, and no one can see the difference.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::call::Call;

/// The requests that are answered and still to be processed.
#[derive(Debug, Default)]
pub(crate) struct LateRequests {
    /// By the time at which each is processed; of equal times, the first that was added comes first.
    calls: BTreeMap<(Duration, u64), Box<Call>>,
    added: u64,
}

impl LateRequests {
    pub(crate) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Adds a request that is processed at this time.
    pub(crate) fn add(&mut self, at: Duration, call: Box<Call>) {
        self.calls.insert((at, self.added), call);
        self.added += 1;
    }

    /// Takes the next request whose time has come, with its time.
    pub(crate) fn next_until(&mut self, now: Duration) -> Option<(Duration, Box<Call>)> {
        let first = self.calls.first_entry().filter(|first| first.key().0 <= now)?;
        Some((first.key().0, first.remove()))
    }
}
