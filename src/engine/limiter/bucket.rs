//! A model of one of Atlas's token buckets, which fills not smoothly but in steps: so many tokens at once every period,
//! counted from the bucket's first use (recorded from Atlas: 250 every 60 s, and a `Retry-After` that is the whole
//! seconds left until then).
//!
//! The model counts the tokens that may still be spent and learns when the next step comes: from `Retry-After`, and from
//! `RateLimit-Remaining` jumping. Until it knows, an empty bucket is probed by one request at a time, and where a probe
//! passes and no answer has a `RateLimit-Remaining`, a smooth quota paces the rest. Other programs may drink from the
//! same bucket, so every count is corrected by what the answers say.
//!
//! Pure but for the smooth quota's clock: it is told the time. Waiting is [`super::Limiter`]'s business.

use std::num::NonZeroU32;
use std::time::Duration;

use tokio::time::Instant;

use super::Wait;
use super::quota::SmoothQuota;

/// When one step comes: at some moment between the two.
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

    /// The same step, `periods` steps on or back, so that it lies as near to `other` as it can.
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

/// A request that was let through, for matching its answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    number: u64,
    at: Instant,
    /// The most tokens that can be left after it, unless a step comes: requests before it may arrive after it.
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
    /// An answer has said how many tokens are left.
    heard: bool,
    /// The first step that has not been added to `tokens`.
    next_step: Option<Window>,
    /// The end of the last step that has.
    stepped: Option<Instant>,
    /// When the latest request was sent that saw no step.
    flat: Option<Instant>,
    /// When an answer last said that the bucket was empty.
    heard_empty: Option<Instant>,
    /// When the last request was sent that found the bucket empty and was not told for how long.
    found_empty: Option<Instant>,
    /// A probe of an empty bucket passed and nothing was said: one request at regular intervals.
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
            heard: false,
            next_step: None,
            stepped: None,
            flat: None,
            heard_empty: None,
            found_empty: None,
            smooth: None,
        }
    }

    /// Adopts a limit that was read or named by an answer.
    pub(super) fn configure(&mut self, capacity: u32, refill: u32, period: Duration) {
        if (self.capacity, self.refill, self.period) == (capacity, refill, period) {
            return;
        }
        let known = Self { sent: self.sent, in_flight: self.in_flight, ..Self::new(capacity, refill, period) };
        let tokens = if self.heard { self.tokens } else { capacity.saturating_sub(self.in_flight) };
        *self = Self { tokens: tokens.min(capacity), heard: self.heard, flat: self.flat, ..known };
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

    /// Adds the tokens of the steps that have certainly come.
    fn step(&mut self, now: Instant) {
        while let Some(step) = self.next_step.filter(|step| step.latest <= now) {
            self.tokens = self.tokens.saturating_add(self.refill).min(self.capacity);
            self.stepped = Some(step.latest);
            self.next_step = Some(step.later_by(self.period));
        }
    }

    /// A request was given up or lost: whether it took its token is not known, so it counts as spent.
    pub(super) fn lost(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// A request took no token.
    pub(super) fn uncounted(&mut self, sent: Sent) {
        self.lost();
        if !self.was_emptied_after(sent) {
            self.tokens = self.tokens.saturating_add(1).min(self.capacity);
        }
    }

    /// Whether the bucket was heard to be empty while the request was on its way. Its answer tells of no refill then:
    /// it may have met the bucket before that, and its own token is not there to come back.
    fn was_emptied_after(&self, sent: Sent) -> bool {
        self.heard_empty.is_some_and(|heard| sent.at < heard)
    }

    /// A request took its token.
    pub(super) fn served(&mut self, sent: Sent, remaining: Option<u32>, capacity: Option<u32>, now: Instant) {
        self.lost();
        self.step(now);
        if let Some(capacity) = capacity.filter(|capacity| *capacity != self.capacity) {
            self.configure(capacity, self.refill, self.period);
        }
        match remaining {
            _ if self.was_emptied_after(sent) => {}
            Some(remaining) => self.heard_remaining(sent, remaining, now),
            None => self.heard_nothing(now),
        }
    }

    fn heard_remaining(&mut self, sent: Sent, remaining: u32, now: Instant) {
        let later = u32::try_from(self.sent - sent.number).unwrap_or(u32::MAX);
        let left = remaining.saturating_sub(later);
        self.smooth = None;
        self.found_empty = None;
        // Our count may be a little off; a rise beyond that is a step.
        let slack = (self.refill / 4).min(32);
        if !self.heard {
            self.heard = true;
            self.tokens = left;
        } else if remaining > sent.most.saturating_add(slack) {
            if let Some(earliest) = self.flat.filter(|flat| now.duration_since(*flat) < self.period) {
                self.learn_past(Window { earliest, latest: now });
            }
            self.tokens = left;
        } else {
            let last_word = self.in_flight == 0 && later == 0;
            let fewer = remaining < self.tokens && self.stepped.is_none_or(|stepped| sent.at >= stepped);
            if last_word || fewer {
                self.tokens = remaining;
            }
        }
        self.flat = Some(self.flat.map_or(sent.at, |flat| flat.max(sent.at)));
    }

    fn heard_nothing(&mut self, now: Instant) {
        if self.tokens > 0 || self.next_step.is_some() {
            return;
        }
        if let Some(earliest) = self.found_empty.take() {
            self.learn_past(Window { earliest, latest: now });
            self.tokens = (self.refill - 1).min(self.capacity);
        } else if self.smooth.is_none() {
            let refill = NonZeroU32::new(self.refill).unwrap_or(NonZeroU32::MIN);
            self.smooth = Some(SmoothQuota::new(refill, self.period, NonZeroU32::MIN));
        }
    }

    /// A request found the bucket empty.
    pub(super) fn limited(&mut self, sent: Sent, retry_after: Option<Duration>, now: Instant) {
        self.lost();
        self.step(now);
        self.smooth = None;
        self.heard_empty = Some(now);
        let empty = match retry_after {
            // Whole seconds, rounded down: the step comes up to a second later.
            Some(wait) => {
                let latest = now + wait + Duration::from_secs(1);
                self.learn_coming(Window { earliest: sent.at + wait, latest })
            }
            None => {
                self.found_empty = Some(sent.at);
                self.stepped.is_none_or(|stepped| sent.at >= stepped)
            }
        };
        if empty {
            self.tokens = 0;
        }
    }

    fn merged(&self, seen: Window) -> Window {
        let Some(known) = self.next_step.map(|known| known.near(seen, self.period)) else { return seen };
        // Slow answers make wide windows. Where more than one step fits into this one, it stands alone.
        let others = [known.earlier_by(self.period), Some(known.later_by(self.period))];
        let ambiguous = others.into_iter().flatten().any(|other| other.intersect(seen).is_some());
        known.intersect(seen).filter(|_| !ambiguous).unwrap_or(seen)
    }

    /// A step will come, or came, within the window. Returns whether its tokens are not among those counted.
    fn learn_coming(&mut self, seen: Window) -> bool {
        let step = self.merged(seen);
        let half = self.period / 2;
        // The answer of a request that was sent before the last step may speak of that one.
        let added = self.stepped.is_some_and(|stepped| step.latest <= stepped + half);
        self.next_step = Some(if added { step.later_by(self.period) } else { step });
        !added
    }

    /// A step came within the window; the caller counts its tokens.
    fn learn_past(&mut self, seen: Window) {
        let step = self.merged(seen);
        self.stepped = Some(step.latest);
        self.next_step = Some(step.later_by(self.period));
    }

    /// How long until `count` more requests have been let through, at least.
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
