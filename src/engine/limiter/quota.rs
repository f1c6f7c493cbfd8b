//! A smooth quota: governor's algorithm on tokio's clock, so that tests can pause it.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

#[derive(Clone, Debug)]
struct TokioClock {
    origin: Instant,
}

impl Clock for TokioClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Instant::now().saturating_duration_since(self.origin).into()
    }
}

/// A quota of a burst of requests at once, then one request at regular intervals.
#[derive(Debug)]
pub(super) struct SmoothQuota {
    limiter: RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Nanos>>,
    clock: TokioClock,
    interval: Duration,
    burst: u32,
    /// The time at which the whole burst is available again.
    rested: Instant,
}

impl SmoothQuota {
    pub(super) fn new(requests: NonZeroU32, per: Duration, burst: NonZeroU32) -> Self {
        let interval = (per / requests.get()).max(Duration::from_nanos(1));
        // governor counts nanoseconds in 64 bits, so the burst is capped at a year's worth of requests.
        let most = (365 * 86_400 * 1_000_000_000_u128 / interval.as_nanos()).clamp(1, u32::MAX.into());
        let burst = burst.min(NonZeroU32::new(most as u32).unwrap_or(NonZeroU32::MIN));
        let quota = Quota::with_period(interval).unwrap_or(Quota::per_second(NonZeroU32::MAX)).allow_burst(burst);
        let clock = TokioClock { origin: Instant::now() };
        let limiter = RateLimiter::direct_with_clock(quota, clock.clone());
        Self { limiter, clock, interval, burst: burst.get(), rested: Instant::now() }
    }

    /// Returns the time until `count` more requests are permitted.
    pub(super) fn forecast(&self, count: u64) -> Duration {
        let intervals = |count| self.interval.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX));
        let rests = self.rested.saturating_duration_since(Instant::now());
        rests.saturating_add(intervals(count)).saturating_sub(intervals(self.burst.into()))
    }

    /// Takes one request's share of the quota, or returns the time until one is available.
    pub(super) fn take(&mut self) -> Result<(), Duration> {
        self.limiter.check().map_err(|not_until| {
            let wait: Duration = not_until.earliest_possible().duration_since(self.clock.now()).into();
            // With zero, the caller would loop without letting the clock advance.
            wait.max(Duration::from_micros(1))
        })?;
        self.rested = self.rested.max(Instant::now()) + self.interval;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_sent_at_once_the_rest_at_the_rate() {
        let two = NonZeroU32::new(2).unwrap();
        let mut quota = SmoothQuota::new(two, Duration::from_secs(1), two);
        assert_eq!([0, 2, 3, 7].map(|count| quota.forecast(count).as_millis()), [0, 0, 500, 2500]);
        let start = Instant::now();
        for _ in 0..7 {
            while let Err(wait) = quota.take() {
                tokio::time::sleep(wait).await;
            }
        }
        let took = start.elapsed();
        assert!((2500..2510).contains(&took.as_millis()), "5 beyond the burst at 2/s: {took:?}");
        assert_eq!(quota.forecast(4).as_secs(), 2, "the burst is used up");
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!([2, 3].map(|count| quota.forecast(count).as_millis()), [0, 500], "the burst is available again");
    }

    #[tokio::test(start_paused = true)]
    async fn the_slowest_rate_works_with_the_largest_burst() {
        let mut quota = SmoothQuota::new(NonZeroU32::MIN, Duration::from_secs(3600), NonZeroU32::MAX);
        assert_eq!((0..1000).map(|_| quota.take()).find(Result::is_err), None);
    }
}
