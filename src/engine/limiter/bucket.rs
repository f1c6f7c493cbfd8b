//! A model of one of Atlas's token buckets. It fills in steps: a fixed number of tokens at once every period, counted
//! from the bucket's first use (recorded from Atlas: 250 every 60 s, and a `Retry-After` of the whole seconds left
//! until then).
//!
//! The model counts the tokens that may still be spent, and learns the time of the next step from `Retry-After` and
//! from jumps of `RateLimit-Remaining`. Until it knows that time, it probes an empty bucket with one request at a time.
//! If a probe passes and no answer has a `RateLimit-Remaining`, a smooth quota paces the rest. Other programs may use
//! the same bucket, so every count is corrected by the answers.
//!
//! The caller passes the time in; only the smooth quota reads a clock. [`super::Limiter`] does the waiting.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::Instant;

use super::Wait;
use super::bounds::is_plausible;
use super::quota::SmoothQuota;

/// The earliest and the latest time of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    earliest: Instant,
    latest: Instant,
}

impl Window {
    fn later_by(self, duration: Duration) -> Self {
        Self { earliest: self.earliest + duration, latest: self.latest + duration }
    }

    fn earlier_by(self, duration: Duration) -> Option<Self> {
        let (earliest, latest) = (self.earliest.checked_sub(duration)?, self.latest.checked_sub(duration)?);
        Some(Self { earliest, latest })
    }

    /// Returns the step moved by whole periods, as near to `other` as possible.
    fn near(self, other: Window, period: Duration) -> Self {
        let half = period / 2;
        let mut moved = self;
        while moved.earliest + half < other.earliest {
            moved = moved.later_by(period);
        }
        while moved.earliest > other.earliest + half {
            let Some(earlier) = moved.earlier_by(period) else { break };
            moved = earlier;
        }
        moved
    }

    fn intersect(self, other: Window) -> Option<Self> {
        let both = Self { earliest: self.earliest.max(other.earliest), latest: self.latest.min(other.latest) };
        (both.earliest <= both.latest).then_some(both)
    }
}

/// A request that took a token, to compare with its answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    number: u64,
    at: Instant,
    /// The most tokens that can be left after it, unless a step comes. Requests sent before it may arrive after it.
    most: u32,
}

#[derive(Debug)]
pub(super) struct Bucket {
    capacity: u32,
    refill: u32,
    period: Duration,
    /// Tokens that may be spent now, as far as is known.
    tokens: u32,
    sent: u64,
    in_flight: u32,
    /// Set once an answer had a `RateLimit-Remaining`.
    has_headers: bool,
    /// The first step whose tokens are not in `tokens` yet.
    next_step: Option<Window>,
    /// The end of the last step whose tokens are.
    last_step: Option<Instant>,
    /// The send time of the latest request whose answer showed no step.
    no_step_at: Option<Instant>,
    /// The arrival of the last answer that reported an empty bucket.
    empty_at: Option<Instant>,
    /// The send time of the last request that found the bucket empty and got no `Retry-After`.
    refused_at: Option<Instant>,
    /// One request at regular intervals, once a probe of an empty bucket passed without headers.
    smooth: Option<SmoothQuota>,
}

impl Bucket {
    pub(super) fn new(capacity: u32, refill: u32, period: Duration) -> Self {
        let (capacity, refill) = (capacity.max(1), refill.max(1));
        Self {
            capacity,
            refill,
            period: period.max(Duration::from_secs(1)),
            tokens: capacity,
            sent: 0,
            in_flight: 0,
            has_headers: false,
            next_step: None,
            last_step: None,
            no_step_at: None,
            empty_at: None,
            refused_at: None,
            smooth: None,
        }
    }

    /// Adopts a limit that an answer named.
    pub(super) fn configure(&mut self, capacity: u32, refill: u32, period: Duration) {
        if (self.capacity, self.refill, self.period) == (capacity, refill, period) {
            return;
        }
        let known = Self { sent: self.sent, in_flight: self.in_flight, ..Self::new(capacity, refill, period) };
        let tokens = if self.has_headers { self.tokens } else { capacity.saturating_sub(self.in_flight) };
        let (has_headers, no_step_at) = (self.has_headers, self.no_step_at);
        *self = Self { tokens: tokens.min(capacity), has_headers, no_step_at, ..known };
    }

    pub(super) fn limit(&self) -> (u32, u32, Duration) {
        (self.capacity, self.refill, self.period)
    }

    pub(super) fn take(&mut self, now: Instant) -> Result<Sent, Wait> {
        self.step(now);
        if self.tokens > 0 {
            self.tokens -= 1;
        } else if let Some(step) = self.next_step {
            return Err(Wait::Until(step.latest));
        } else if let Some(quota) = &mut self.smooth {
            quota.take().map_err(|wait| Wait::Until(now + wait))?;
        } else if self.in_flight > 0 {
            return Err(Wait::Answer);
        }
        let most = self.tokens.saturating_add(self.in_flight);
        self.sent += 1;
        self.in_flight += 1;
        Ok(Sent { number: self.sent, at: now, most })
    }

    /// Adds the tokens of the steps that have certainly passed.
    fn step(&mut self, now: Instant) {
        while let Some(step) = self.next_step.filter(|step| step.latest <= now) {
            self.tokens = self.tokens.saturating_add(self.refill).min(self.capacity);
            self.last_step = Some(step.latest);
            self.next_step = Some(step.later_by(self.period));
        }
    }

    /// Records a request that was abandoned or lost. It may have taken its token, which therefore counts as spent.
    pub(super) fn lost(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// Records a request that took no token.
    pub(super) fn uncounted(&mut self, sent: Sent) {
        self.lost();
        if !self.was_emptied_after(sent) {
            self.tokens = self.tokens.saturating_add(1).min(self.capacity);
        }
    }

    /// Returns whether an answer reported an empty bucket while the request was in flight. The request may have reached
    /// the bucket before it was empty, so its answer shows no refill and its token cannot be returned.
    fn was_emptied_after(&self, sent: Sent) -> bool {
        self.empty_at.is_some_and(|empty_at| sent.at < empty_at)
    }

    /// Records a request that took its token.
    pub(super) fn served(&mut self, sent: Sent, remaining: Option<u32>, capacity: Option<u32>, now: Instant) {
        self.lost();
        self.step(now);
        let is_new = |capacity: &u32| *capacity != self.capacity && is_plausible(*capacity, self.refill, self.period);
        if let Some(capacity) = capacity.filter(is_new) {
            self.configure(capacity, self.refill, self.period);
        }
        let remaining = remaining.map(|remaining| remaining.min(self.capacity));
        match remaining {
            _ if self.was_emptied_after(sent) => {}
            Some(remaining) => self.served_with_remaining(sent, remaining, now),
            None => self.served_without_remaining(now),
        }
    }

    fn served_with_remaining(&mut self, sent: Sent, remaining: u32, now: Instant) {
        let later = u32::try_from(self.sent - sent.number).unwrap_or(u32::MAX);
        let left = remaining.saturating_sub(later);
        self.smooth = None;
        self.refused_at = None;
        // Our count may be slightly wrong. A rise beyond that is a step.
        let slack = (self.refill / 4).min(32);
        if !self.has_headers {
            self.has_headers = true;
            self.tokens = left;
        } else if remaining > sent.most.saturating_add(slack) {
            if let Some(earliest) = self.no_step_at.filter(|at| now.duration_since(*at) < self.period) {
                self.learn_past(Window { earliest, latest: now });
            }
            self.tokens = left;
        } else {
            let is_latest = self.in_flight == 0 && later == 0;
            let fewer = remaining < self.tokens && self.last_step.is_none_or(|step| sent.at >= step);
            if is_latest || fewer {
                self.tokens = remaining;
            }
        }
        self.no_step_at = Some(self.no_step_at.map_or(sent.at, |at| at.max(sent.at)));
    }

    fn served_without_remaining(&mut self, now: Instant) {
        if self.tokens > 0 || self.next_step.is_some() {
            return;
        }
        if let Some(earliest) = self.refused_at.take() {
            self.learn_past(Window { earliest, latest: now });
            self.tokens = (self.refill - 1).min(self.capacity);
        } else if self.smooth.is_none() {
            let refill = NonZeroU32::new(self.refill).unwrap_or(NonZeroU32::MIN);
            self.smooth = Some(SmoothQuota::new(refill, self.period, NonZeroU32::MIN));
        }
    }

    /// Records a request that found the bucket empty.
    pub(super) fn limited(&mut self, sent: Sent, retry_after: Option<Duration>, now: Instant) {
        self.lost();
        self.step(now);
        self.smooth = None;
        self.empty_at = Some(now);
        let empty = match retry_after {
            // Atlas rounds down to whole seconds, so the step comes up to a second later.
            Some(wait) => {
                let latest = now + wait + Duration::from_secs(1);
                self.learn_coming(Window { earliest: sent.at + wait, latest })
            }
            None => {
                self.refused_at = Some(sent.at);
                self.last_step.is_none_or(|step| sent.at >= step)
            }
        };
        if empty {
            self.tokens = 0;
        }
    }

    /// Returns the window of a step, narrowed by the known step if they are certainly the same.
    fn merged(&self, seen: Window) -> Window {
        let Some(known) = self.next_step.map(|known| known.near(seen, self.period)) else { return seen };
        // A slow answer makes a wide window, in which more than one step may lie.
        let others = [known.earlier_by(self.period), Some(known.later_by(self.period))];
        let ambiguous = others.into_iter().flatten().any(|other| other.intersect(seen).is_some());
        known.intersect(seen).filter(|_| !ambiguous).unwrap_or(seen)
    }

    /// Records that a step comes, or came, within the window. Returns whether its tokens are still to be added.
    fn learn_coming(&mut self, seen: Window) -> bool {
        let step = self.merged(seen);
        let half = self.period / 2;
        // An answer to a request that was sent before the last step may refer to that step.
        let added = self.last_step.is_some_and(|last| step.latest <= last + half);
        self.next_step = Some(if added { step.later_by(self.period) } else { step });
        !added
    }

    /// Records that a step came within the window. The caller adds its tokens.
    fn learn_past(&mut self, seen: Window) {
        let step = self.merged(seen);
        self.last_step = Some(step.latest);
        self.next_step = Some(step.later_by(self.period));
    }

    /// Returns the minimum time until `count` more requests are permitted.
    pub(super) fn forecast(&self, count: u64, now: Instant) -> Duration {
        let missing = count.saturating_sub(self.tokens.into());
        if missing == 0 {
            return Duration::ZERO;
        }
        let steps = missing.div_ceil(self.refill.into());
        let first = self.next_step.map_or(self.period / 2, |step| step.latest.saturating_duration_since(now));
        first + self.period.saturating_mul(u32::try_from(steps - 1).unwrap_or(u32::MAX))
    }
}
