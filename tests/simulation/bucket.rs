//! The server's limits: a token bucket that fills in steps, and the limit on invitations.

use std::collections::VecDeque;
use std::time::Duration;

/// A bucket that receives `refill` tokens at once every `period`, counted from its first use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    pub(crate) capacity: u32,
    pub(crate) refill: u32,
    pub(crate) period: Duration,
    tokens: u32,
    first_use: Option<Duration>,
    steps: u32,
}

/// The error of taking a token from an empty bucket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Empty {
    pub(crate) next_step: Duration,
}

impl Bucket {
    pub(crate) fn new(capacity: u32, refill: u32, period: Duration) -> Self {
        Self { capacity, refill, period, tokens: capacity, first_use: None, steps: 0 }
    }

    /// Takes a token. Returns the number of tokens left.
    pub(crate) fn take(&mut self, now: Duration) -> Result<u32, Empty> {
        let first = *self.first_use.get_or_insert(now);
        while first + self.period * (self.steps + 1) <= now {
            self.steps += 1;
            self.tokens = (self.tokens + self.refill).min(self.capacity);
        }
        match self.tokens.checked_sub(1) {
            Some(left) => {
                self.tokens = left;
                Ok(left)
            }
            None => Err(Empty { next_step: first + self.period * (self.steps + 1) }),
        }
    }
}

/// The limit on invitations: a number in a period.
#[derive(Clone, Debug)]
pub(crate) struct InvitationLimit {
    pub(crate) most: usize,
    pub(crate) period: Duration,
    passed: VecDeque<Duration>,
}

impl InvitationLimit {
    pub(crate) fn new(most: usize, period: Duration) -> Self {
        Self { most, period, passed: VecDeque::new() }
    }

    /// Counts an invitation. Returns whether the limit allows it.
    pub(crate) fn take(&mut self, now: Duration) -> bool {
        while self.passed.front().is_some_and(|at| *at + self.period <= now) {
            self.passed.pop_front();
        }
        let room = self.passed.len() < self.most;
        if room {
            self.passed.push_back(now);
        }
        room
    }
}
