//! Atlas's token buckets, and its older limits on the requests in a time window.
//!
//! A bucket is refilled in steps, as recordings of Atlas show: nothing for a whole period, then the refill all at once.
//! The periods are counted from the bucket's first use. All times are durations since the server started.

use std::time::Duration;

use crate::options::limits::{Limits, Rate, Window};

/// A group of endpoints that share a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndpointSet {
    Organizations,
    Users,
    Teams,
    RateLimits,
    Root,
}

impl EndpointSet {
    pub(crate) const ALL: [EndpointSet; 5] = [
        EndpointSet::Organizations,
        EndpointSet::Users,
        EndpointSet::Teams,
        EndpointSet::RateLimits,
        EndpointSet::Root,
    ];

    /// Returns the configured size and refill of the set's bucket.
    pub(crate) fn rate(self, limits: &Limits) -> Rate {
        match self {
            EndpointSet::Organizations => limits.organizations,
            EndpointSet::Users => limits.users,
            EndpointSet::Teams => limits.teams,
            EndpointSet::RateLimits | EndpointSet::Root => limits.inspection,
        }
    }
}

/// The result of taking a token: the tokens left, or the time until the next refill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    Left(u32),
    Empty { refill_in: Duration },
}

/// The size of a bucket and the tokens left in it, as `RateLimit-*` state them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BucketLevel {
    pub(crate) capacity: u32,
    pub(crate) remaining: u32,
}

#[derive(Debug)]
struct Bucket {
    rate: Rate,
    tokens: u32,
    first_use: Option<Duration>,
    /// The number of refills since the first use.
    refills: u32,
}

impl Bucket {
    fn new(rate: Rate) -> Self {
        let period = rate.period.max(Duration::from_millis(1));
        Bucket { rate: Rate { period, ..rate }, tokens: rate.capacity, first_use: None, refills: 0 }
    }

    fn take(&mut self, now: Duration) -> Taken {
        let since = now.saturating_sub(*self.first_use.get_or_insert(now));
        let period = self.rate.period.as_nanos();
        let refills = u32::try_from(since.as_nanos() / period).unwrap_or(u32::MAX);
        let refill = self.rate.refill.saturating_mul(refills.saturating_sub(self.refills));
        self.refills = refills;
        self.tokens = self.tokens.saturating_add(refill).min(self.rate.capacity);
        match self.tokens.checked_sub(1) {
            Some(left) => {
                self.tokens = left;
                Taken::Left(left)
            }
            None => Taken::Empty {
                refill_in: self.rate.period.saturating_mul(refills.saturating_add(1)).saturating_sub(since),
            },
        }
    }
}

/// A bucket for each endpoint set.
#[derive(Debug)]
pub(crate) struct Buckets([Bucket; EndpointSet::ALL.len()]);

impl Buckets {
    pub(crate) fn new(limits: &Limits) -> Self {
        Buckets(EndpointSet::ALL.map(|set| Bucket::new(set.rate(limits))))
    }

    pub(crate) fn take(&mut self, set: EndpointSet, now: Duration) -> Taken {
        self.0[set as usize].take(now)
    }
}

/// A count of requests in windows, each of which starts with a request. That Atlas's windows start so is a guess.
#[derive(Debug)]
pub(crate) struct WindowCount {
    window: Window,
    start: Option<Duration>,
    used: u32,
}

impl WindowCount {
    pub(crate) fn new(window: Window) -> Self {
        WindowCount { window, start: None, used: 0 }
    }

    /// Counts a request and returns true, unless the window is full. Refused requests do not count.
    pub(crate) fn admit(&mut self, now: Duration) -> bool {
        if self.start.is_none_or(|start| now.saturating_sub(start) >= self.window.per) {
            self.start = Some(now);
            self.used = 0;
        }
        let fits = self.used < self.window.max;
        self.used += u32::from(fits);
        fits
    }

    /// Returns the period in whole minutes, as error texts state it.
    pub(crate) fn minutes(&self) -> u64 {
        (self.window.per.as_secs() / 60).max(1)
    }

    pub(crate) fn max(&self) -> u32 {
        self.window.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn a_bucket_refills_in_steps_counted_from_its_first_use() {
        let mut bucket = Bucket::new(Rate::per_minute(3, 2));
        assert_eq!(bucket.take(at(100.0)), Taken::Left(2));
        assert_eq!(bucket.take(at(159.9)), Taken::Left(1), "no refill before the minute is full");
        assert_eq!(bucket.take(at(159.95)), Taken::Left(0));
        assert_eq!(bucket.take(at(159.99)), Taken::Empty { refill_in: at(0.01) });
        assert_eq!(bucket.take(at(160.0)), Taken::Left(1), "two tokens at once");
        assert_eq!(bucket.take(at(170.0)), Taken::Left(0));
        assert_eq!(bucket.take(at(174.5)), Taken::Empty { refill_in: at(45.5) });
    }

    #[test]
    fn idle_steps_keep_their_phase_and_do_not_overfill() {
        let mut bucket = Bucket::new(Rate::per_minute(10_000, 10));
        assert_eq!(bucket.take(at(0.0)), Taken::Left(9999));
        assert_eq!(bucket.take(at(3605.0)), Taken::Left(9999), "capped at the capacity");
        assert_eq!(bucket.take(at(3659.0)), Taken::Left(9998));
        assert_eq!(bucket.take(at(3660.0)), Taken::Left(9999), "the next step is at a whole minute again");
    }

    #[test]
    fn a_window_begins_with_its_first_request() {
        let mut count = WindowCount::new(Window::per_minute(2));
        let admitted: Vec<_> = [5.0, 6.0, 7.0, 64.9, 65.0].map(|t| count.admit(at(t))).into();
        assert_eq!(admitted, [true, true, false, false, true]);
    }
}
