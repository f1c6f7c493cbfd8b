//! Paces every request: invitations, retries, look-ups, and the preflight.
//!
//! Each of Atlas's endpoint sets has its own token bucket, so each has its own queue here: first come, first served.
//! The rate-limit facts in an answer (tokens left, `Retry-After`, a limit named in an error text) apply to every
//! request that follows. Of several waits the longest counts. Invitations pass one more queue first, see `invitations`.
//!
//! The limiter only delays requests. The worker decides what an answer means for its row; a rate limit is not a
//! failure.

mod bounds;
mod bucket;
mod endpoint;
mod invitations;
mod max_wait;
mod permit;
mod quota;
mod rate;
mod signal;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

pub use self::max_wait::{MaxWait, WaitTooLong};
pub(crate) use self::permit::Permit;
pub use self::rate::{NotARate, Pace, Rate, RateLimit};

use self::bucket::Bucket;
use self::endpoint::{EndpointLimiter, Rule};
use self::invitations::InvitationGate;
use self::max_wait::CurrentWait;
use self::signal::Limited;
use crate::atlas::api::{EndpointSet, Limit};

/// The reason a request may not be sent yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    /// An answer asked to wait until then.
    Held(Instant),
    /// A known limit allows no request until then.
    Until(Instant),
    /// The rate that the user set allows no request until then.
    Paced(Instant),
    /// The answer to another request decides.
    Answer,
}

/// Paces all requests to one organization.
#[derive(Debug)]
pub struct Limiter {
    endpoints: [EndpointLimiter; EndpointSet::ALL.len()],
    invitations: Arc<InvitationGate>,
    totals: Mutex<Totals>,
    longest_wait: MaxWait,
    current_wait: Mutex<CurrentWait>,
}

/// The totals of a limiter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Answers that reported a rate limit, of any HTTP status.
    pub limited: u64,
    /// The time for which a queue was waiting. Waits of different endpoint sets at the same time add up.
    pub waited: Duration,
    /// The limit on invitations that an answer named: their number and the period.
    pub invitations: Option<(u32, Duration)>,
    /// Consecutive refusals for maintenance.
    maintenance: u32,
}

/// A limit that an answer named for the first time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learned {
    /// The limit on invitations.
    Invitations {
        /// The number of invitations in a period.
        limit: u32,
        /// The period.
        period: Duration,
    },
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every critical section leaves the state consistent, so a panic elsewhere does no harm.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Limiter {
    /// Creates a limiter that assumes Atlas's documented buckets until answers name others.
    pub fn new(pace: Pace) -> Self {
        Self {
            endpoints: EndpointSet::ALL.map(|set| EndpointLimiter::new(Rule::new(pace, set))),
            invitations: Arc::default(),
            totals: Mutex::default(),
            longest_wait: MaxWait::Off,
            current_wait: Mutex::default(),
        }
    }

    /// Sets the longest wait for Atlas. Without it, a wait may take any time.
    #[must_use]
    pub fn with_max_wait(self, longest_wait: MaxWait) -> Self {
        Self { longest_wait, ..self }
    }

    /// Creates a limiter for another organization. It shares the limit on invitations, which Atlas counts by our IP
    /// address and not by organization.
    pub fn beside(&self, pace: Pace) -> Self {
        let (invitations, longest_wait) = (self.invitations.clone(), self.longest_wait);
        Self { invitations, longest_wait, ..Self::new(pace) }
    }

    /// Adopts a limit that the server named, unless the user set a pace or the limit is not plausible.
    pub fn configure(&self, limit: Limit) {
        if !bounds::is_plausible(limit.capacity, limit.refill, limit.period) {
            return;
        }
        if let Rule::Bucket(bucket) = &mut locked(&self.endpoint(limit.set).state).rule {
            bucket.configure(limit.capacity, limit.refill, limit.period);
        }
    }

    /// Waits for a permit. Dropping the future leaves the queue.
    ///
    /// # Errors
    ///
    /// The wait would be longer than the longest one. It has not been waited for.
    pub async fn acquire(self: &Arc<Self>, set: EndpointSet, invitation: bool) -> Result<Permit, WaitTooLong> {
        // Created before the wait for the endpoint: if it is dropped during that wait, it also leaves the count of
        // invitations.
        let mut permit = Permit::new(self, set);
        if invitation {
            let InvitationGate { queue, state, answered } = &*self.invitations;
            let place = queue.lock().await;
            self.wait(answered, set, || locked(state).take(Instant::now())).await?;
            permit.invitation = true;
            drop(place);
        }
        let endpoint = self.endpoint(set);
        let _place = endpoint.queue.lock().await;
        permit.sent = self.wait(&endpoint.answered, set, || locked(&endpoint.state).take(Instant::now())).await?;
        Ok(permit)
    }

    /// Returns a permit, unless the request would have to wait or others are in the queue.
    pub fn try_acquire(self: &Arc<Self>, set: EndpointSet, invitation: bool) -> Option<Permit> {
        let (endpoint, now) = (self.endpoint(set), Instant::now());
        let mut permit = Permit::new(self, set);
        if invitation {
            let _place = self.invitations.queue.try_lock().ok()?;
            locked(&self.invitations.state).take(now).ok()?;
            permit.invitation = true;
        }
        let _place = endpoint.queue.try_lock().ok()?;
        permit.sent = locked(&endpoint.state).take(now).ok()?;
        Some(permit)
    }

    async fn wait<T>(
        &self,
        answered: &Notify,
        set: EndpointSet,
        mut take: impl FnMut() -> Result<T, Wait>,
    ) -> Result<T, WaitTooLong> {
        let mut waiting = None;
        loop {
            let wait = match take() {
                Ok(taken) => return Ok(taken),
                Err(wait) => wait,
            };
            match wait {
                Wait::Held(until) | Wait::Until(until) => {
                    locked(&self.current_wait).until(until, self.longest_wait)?;
                }
                Wait::Paced(_) | Wait::Answer => {}
            }
            let waiting = waiting.get_or_insert_with(|| Waiting::begin(self, set, wait));
            match wait {
                Wait::Held(until) | Wait::Until(until) | Wait::Paced(until) => {
                    waiting.until(until);
                    tokio::select! {
                        () = sleep_until(until) => {}
                        () = answered.notified() => {}
                    }
                }
                Wait::Answer => answered.notified().await,
            }
        }
    }

    /// Holds every request until the instant. An earlier instant never shortens a later hold.
    pub fn hold_until(&self, until: Instant) {
        self.endpoints.iter().for_each(|endpoint| endpoint.hold_until(until));
    }

    /// Returns the instant until which the first request of a queue waits: the latest of all queues.
    pub fn waiting_until(&self) -> Option<Instant> {
        self.endpoints.iter().filter_map(|endpoint| locked(&endpoint.state).waiting).max()
    }

    /// Returns the minimum time until `count` more invitations are permitted.
    pub fn forecast(&self, set: EndpointSet, count: u64) -> Duration {
        let (state, now) = (locked(&self.endpoint(set).state), Instant::now());
        let bucket = match &state.rule {
            Rule::Bucket(bucket) => bucket.forecast(count, now),
            Rule::Quota(quota) => quota.forecast(count),
            Rule::Unlimited => Duration::ZERO,
        };
        bucket.max(locked(&self.invitations.state).forecast(count, now))
    }

    /// Returns the bucket in force for an endpoint set: capacity, refill, period. `None` if the user set a pace.
    pub fn bucket(&self, set: EndpointSet) -> Option<(u32, u32, Duration)> {
        match &locked(&self.endpoint(set).state).rule {
            Rule::Bucket(bucket) => Some(bucket.limit()),
            Rule::Quota(_) | Rule::Unlimited => None,
        }
    }

    /// Returns the totals so far.
    pub fn totals(&self) -> Totals {
        *locked(&self.totals)
    }

    fn endpoint(&self, set: EndpointSet) -> &EndpointLimiter {
        &self.endpoints[set as usize]
    }

    fn limited(&self, permit: &Permit, limited: Limited, now: Instant) -> Option<Learned> {
        let mut totals = locked(&self.totals);
        totals.limited += 1;
        if let Some((limit, period)) = limited.invitations {
            totals.invitations = Some((limit, period));
            // The bucket let the request through before this limit refused it.
            self.endpoint(permit.set).with_bucket(Bucket::lost);
            if let Some(wait) = limited.retry_after {
                self.endpoint(permit.set).hold_until(now + wait);
            }
            let is_new = permit.invitation && locked(&self.invitations.state).refused(limit, period, now);
            return is_new.then_some(Learned::Invitations { limit, period });
        }
        drop(totals);
        locked(&self.endpoint(permit.set).state).limited(permit.sent, &limited, now);
        None
    }
}

/// The wait of the first request in a queue. The time counts when it ends, even if the request is dropped.
struct Waiting<'a> {
    limiter: &'a Limiter,
    set: EndpointSet,
    since: Instant,
}

impl<'a> Waiting<'a> {
    fn begin(limiter: &'a Limiter, set: EndpointSet, wait: Wait) -> Self {
        let since = Instant::now();
        let (reason, until) = match wait {
            Wait::Held(until) => ("held by an answer", Some(until)),
            Wait::Until(until) | Wait::Paced(until) => ("rate limit", Some(until)),
            Wait::Answer => ("answer to another request", None),
        };
        let expected_ms = until.map(|until| millis(until.saturating_duration_since(since)));
        tracing::debug!(?set, reason, expected_ms, "waits for a turn");
        Self { limiter, set, since }
    }

    fn until(&self, until: Instant) {
        locked(&self.limiter.endpoint(self.set).state).waiting = Some(until);
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        locked(&self.limiter.endpoint(self.set).state).waiting = None;
        let waited = self.since.elapsed();
        locked(&self.limiter.totals).waited += waited;
        tracing::debug!(set = ?self.set, waited_ms = millis(waited), "waited for a turn");
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
