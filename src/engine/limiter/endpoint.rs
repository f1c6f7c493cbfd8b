//! The limiter of one endpoint set: its queue, and the rule that paces it.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::{Mutex as Queue, Notify};
use tokio::time::Instant;

use super::bucket::{Bucket, Sent};
use super::quota::SmoothQuota;
use super::rate::Pace;
use super::signal::Limited;
use super::{Wait, locked};
use crate::atlas::api::EndpointSet;

#[derive(Debug)]
pub(super) struct EndpointLimiter {
    pub(super) queue: Queue<()>,
    pub(super) state: Mutex<EndpointState>,
    pub(super) answered: Notify,
}

#[derive(Debug)]
pub(super) struct EndpointState {
    pub(super) rule: Rule,
    pub(super) hold: Option<Instant>,
    /// The end of the wait of the first request in the queue.
    pub(super) waiting: Option<Instant>,
    /// Consecutive refusals without a `Retry-After`.
    pub(super) refusals: u32,
}

#[derive(Debug)]
pub(super) enum Rule {
    Bucket(Box<Bucket>),
    Quota(SmoothQuota),
    Unlimited,
}

impl EndpointLimiter {
    pub(super) fn new(rule: Rule) -> Self {
        let state = EndpointState { rule, hold: None, waiting: None, refusals: 0 };
        Self { queue: Queue::new(()), state: Mutex::new(state), answered: Notify::new() }
    }

    pub(super) fn hold_until(&self, until: Instant) {
        let mut state = locked(&self.state);
        state.hold = state.hold.max(Some(until));
    }

    pub(super) fn with_bucket(&self, act: impl FnOnce(&mut Bucket)) {
        if let Rule::Bucket(bucket) = &mut locked(&self.state).rule {
            act(bucket);
        }
    }
}

impl EndpointState {
    pub(super) fn take(&mut self, now: Instant) -> Result<Option<Sent>, Wait> {
        if let Some(until) = self.hold.filter(|until| *until > now) {
            return Err(Wait::Held(until));
        }
        match &mut self.rule {
            Rule::Bucket(bucket) => bucket.take(now).map(Some),
            Rule::Quota(quota) => quota.take().map(|()| None).map_err(|wait| Wait::Paced(now + wait)),
            Rule::Unlimited => Ok(None),
        }
    }

    pub(super) fn limited(&mut self, sent: Option<Sent>, limited: &Limited, now: Instant) {
        let pause = limited.retry_after.unwrap_or_else(|| {
            let pause = Duration::from_secs(1 << self.refusals.min(3));
            self.refusals += 1;
            pause
        });
        // The model of a bucket knows when it fills, to the second. The hold is for the rules without a model.
        let modelled = match (&mut self.rule, sent) {
            (Rule::Bucket(bucket), Some(sent)) => {
                if let Some((capacity, refill, period)) = limited.bucket {
                    bucket.configure(capacity, refill, period);
                }
                bucket.limited(sent, limited.retry_after, now);
                limited.retry_after.is_some()
            }
            (Rule::Bucket(_), None) | (Rule::Quota(_) | Rule::Unlimited, _) => false,
        };
        if !modelled {
            let rounding = limited.retry_after.map_or(Duration::ZERO, |_| Duration::from_secs(1));
            self.hold = self.hold.max(Some(now + pause + rounding));
        }
    }
}

impl Rule {
    pub(super) fn new(pace: Pace, set: EndpointSet) -> Self {
        match pace {
            Pace::Unlimited => Rule::Unlimited,
            Pace::Fixed { rate, burst } => Rule::Quota(SmoothQuota::new(rate.requests, rate.per, burst)),
            Pace::Atlas => {
                // From Atlas's documentation on API rate limits.
                let (capacity, refill) = match set {
                    EndpointSet::Organization | EndpointSet::Users => (500, 250),
                    EndpointSet::Teams => (1200, 500),
                    EndpointSet::RateLimits => (300, 100),
                };
                Rule::Bucket(Box::new(Bucket::new(capacity, refill, Duration::from_secs(60))))
            }
        }
    }
}
