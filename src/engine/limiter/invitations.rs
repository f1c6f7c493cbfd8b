//! The limit on invitations ("Rate limit of 10 invitations per 1 minutes exceeded", answered with a 400).
//!
//! It is unknown until an answer names it. From then on at most N invitations are sent in any M minutes. Each counts
//! from its answer, because that is never earlier than the time at which the server counted it.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::{Mutex as Queue, Notify};
use tokio::time::Instant;

use super::Wait;

/// Invitations remembered while no limit is known, so that the window is full at the first refusal.
const REMEMBERED: usize = 256;

/// The queue that invitations pass before the queue of their endpoint. All organizations share it, because Atlas counts
/// invitations by our IP address.
#[derive(Debug, Default)]
pub(super) struct InvitationGate {
    pub(super) queue: Queue<()>,
    pub(super) state: Mutex<Invitations>,
    pub(super) answered: Notify,
}

#[derive(Debug, Default)]
pub(super) struct Invitations {
    quota: Option<(usize, Duration)>,
    /// The times at which the last invitations were answered, oldest first.
    answered: VecDeque<Instant>,
    in_flight: usize,
    hold: Option<Instant>,
    /// Refusals since the last invitation that passed.
    refusals: u32,
}

impl Invitations {
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Wait> {
        if let Some(until) = self.hold.filter(|until| *until > now) {
            return Err(Wait::Until(until));
        }
        if let Some((limit, period)) = self.quota {
            while self.answered.front().is_some_and(|at| *at + period <= now) {
                self.answered.pop_front();
            }
            if self.answered.len() + self.in_flight >= limit {
                return Err(self.answered.front().map_or(Wait::Answer, |oldest| Wait::Until(*oldest + period)));
            }
        }
        self.in_flight += 1;
        Ok(())
    }

    /// Records that an invitation was answered or abandoned. `counted` is false if it certainly did not count against
    /// the limit.
    pub(super) fn finished(&mut self, counted: bool, now: Instant) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if counted {
            self.refusals = 0;
            let keep = self.quota.map_or(REMEMBERED, |(limit, _)| limit);
            while self.answered.len() >= keep.max(1) {
                self.answered.pop_front();
            }
            self.answered.push_back(now);
        }
    }

    /// Records that the limit refused an invitation. Returns whether the limit was unknown before.
    pub(super) fn refused(&mut self, limit: u32, period: Duration, now: Instant) -> bool {
        let quota = (limit as usize, period);
        let is_new = self.quota.replace(quota) != Some(quota);
        while self.answered.len() > quota.0 {
            self.answered.pop_front();
        }
        let window_full = self.answered.len() == quota.0 && self.answered[0] + period > now;
        if !window_full {
            // Another program or an earlier run used the window. It is unknown when it frees, so the pauses grow.
            let pause = (period / limit.max(1)).saturating_mul(1 << self.refusals.min(16)).min(period);
            self.hold = Some(now + pause);
            self.refusals += 1;
        }
        is_new
    }

    /// Returns the minimum time until `count` more invitations are permitted.
    pub(super) fn forecast(&self, count: u64, now: Instant) -> Duration {
        let Some((limit, period)) = self.quota else { return Duration::ZERO };
        let free = limit.saturating_sub(self.answered.len() + self.in_flight) as u64;
        let Some(waiting) = count.checked_sub(free + 1) else { return Duration::ZERO };
        // The last of them takes the place of one in the window, some windows later. Those in flight are answered now
        // at the earliest.
        let (windows, place) = (waiting / limit.max(1) as u64, waiting % limit.max(1) as u64);
        let taken = self.answered.get(place as usize).copied().unwrap_or(now);
        let frees = (taken + period).saturating_duration_since(now);
        frees + period.saturating_mul(u32::try_from(windows).unwrap_or(u32::MAX))
    }
}
