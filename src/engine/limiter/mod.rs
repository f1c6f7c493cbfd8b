//! Paces every request: invitations, retries, look-ups, and those before the first invite.
//!
//! Each of Atlas's endpoint sets has a bucket of its own and so a queue of its own here, first come, first served. What
//! an answer tells (tokens left, `Retry-After`, a limit named in an error text) holds everybody who comes after; the
//! later instant wins and only time clears it. Invitations pass one more queue first, see `invitations`.
//!
//! Not for deciding what an answer means for a row: being told to wait is no failure, and nobody is refused here.

mod bucket;
mod endpoint;
mod invitations;
mod permit;
mod quota;
mod rate;
mod signal;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

pub(crate) use self::permit::Permit;
pub use self::rate::{NotARate, Pace, Rate, RateLimit};

use self::bucket::Bucket;
use self::endpoint::{EndpointLimiter, Rule};
use self::invitations::InvitationGate;
use self::signal::Limited;
use crate::atlas::api::{EndpointSet, Limit};

/// What a request that may not go yet waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    /// What an answer said.
    Held(Instant),
    /// The limit that is known.
    Until(Instant),
    /// Another request's answer.
    Answer,
}

/// Paces all requests to one organization.
#[derive(Debug)]
pub struct Limiter {
    endpoints: [EndpointLimiter; EndpointSet::ALL.len()],
    invitations: Arc<InvitationGate>,
    totals: Mutex<Totals>,
}

/// How pacing went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Answers that said "too many requests", whatever their status.
    pub limited: u64,
    /// How long somebody was waiting for a limit. Waits for different endpoint sets at the same time add up.
    pub waited: Duration,
    /// The limit on invitations alone that an answer named: so many in so long.
    pub invitations: Option<(u32, Duration)>,
    /// Refusals for maintenance in a row.
    maintenance: u32,
}

/// Something new that the user wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learned {
    /// Atlas lets through so many invitations in so long, and no more.
    Invitations {
        /// Invitations.
        limit: u32,
        /// The period.
        period: Duration,
    },
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every critical section leaves the state whole, so a panic elsewhere does not spoil it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Limiter {
    /// A limiter that assumes Atlas's documented buckets until it is told otherwise.
    pub fn new(pace: Pace) -> Self {
        Self {
            endpoints: EndpointSet::ALL.map(|set| EndpointLimiter::new(Rule::new(pace, set))),
            invitations: Arc::default(),
            totals: Mutex::default(),
        }
    }

    /// A limiter for another organization that is reached from the same address, which is what the limit on invitations
    /// alone counts by.
    pub fn beside(&self, pace: Pace) -> Self {
        Self { invitations: self.invitations.clone(), ..Self::new(pace) }
    }

    /// Adopts a limit that the server named. A pace of the user's own stands.
    pub fn configure(&self, limit: Limit) {
        if let Rule::Bucket(bucket) = &mut locked(&self.endpoint(limit.set).state).rule {
            bucket.configure(limit.capacity, limit.refill, limit.period);
        }
    }

    /// Waits for a permit. Dropping the future gives up the place in the queue.
    pub async fn acquire(self: &Arc<Self>, set: EndpointSet, invitation: bool) -> Permit {
        // Made before the endpoint's wait, so that a permit given up while waiting there leaves the invitations' count too.
        let mut permit = Permit::new(self, set);
        if invitation {
            let InvitationGate { queue, state, answered } = &*self.invitations;
            let place = queue.lock().await;
            self.wait(answered, set, || locked(state).take(Instant::now())).await;
            permit.invitation = true;
            drop(place);
        }
        let endpoint = self.endpoint(set);
        let _place = endpoint.queue.lock().await;
        permit.sent = self.wait(&endpoint.answered, set, || locked(&endpoint.state).take(Instant::now())).await;
        permit
    }

    /// A permit, where there is one and nobody waits for it.
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

    async fn wait<T>(&self, answered: &Notify, set: EndpointSet, mut take: impl FnMut() -> Result<T, Wait>) -> T {
        let mut waiting = None;
        loop {
            let wait = match take() {
                Ok(taken) => return taken,
                Err(wait) => wait,
            };
            let waiting = waiting.get_or_insert_with(|| Waiting::begin(self, set, wait));
            match wait {
                Wait::Held(until) | Wait::Until(until) => {
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

    /// Lets nobody through before the instant; an earlier one never shortens a later one.
    pub fn hold_until(&self, until: Instant) {
        self.endpoints.iter().for_each(|endpoint| endpoint.hold_until(until));
    }

    /// Until when the first in some queue waits, if anyone does.
    pub fn waiting_until(&self) -> Option<Instant> {
        self.endpoints.iter().filter_map(|endpoint| locked(&endpoint.state).waiting).max()
    }

    /// How long until `count` more invitations have been let through, at least.
    pub fn forecast(&self, set: EndpointSet, count: u64) -> Duration {
        let (state, now) = (locked(&self.endpoint(set).state), Instant::now());
        let bucket = match &state.rule {
            Rule::Bucket(bucket) => bucket.forecast(count, now),
            Rule::Quota(quota) => quota.forecast(count),
            Rule::Unlimited => Duration::ZERO,
        };
        bucket.max(locked(&self.invitations.state).forecast(count, now))
    }

    /// The bucket in force for an endpoint set: capacity, refill, period. `None` under a pace of the user's own.
    pub fn bucket(&self, set: EndpointSet) -> Option<(u32, u32, Duration)> {
        match &locked(&self.endpoint(set).state).rule {
            Rule::Bucket(bucket) => Some(bucket.limit()),
            Rule::Quota(_) | Rule::Unlimited => None,
        }
    }

    /// How pacing went so far.
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
            // It passed the bucket to get there.
            self.endpoint(permit.set).with_bucket(Bucket::lost);
            if let Some(wait) = limited.retry_after {
                self.endpoint(permit.set).hold_until(now + wait);
            }
            let news = permit.invitation && locked(&self.invitations.state).refused(limit, period, now);
            return news.then_some(Learned::Invitations { limit, period });
        }
        drop(totals);
        locked(&self.endpoint(permit.set).state).limited(permit.sent, &limited, now);
        None
    }
}

/// The first in a queue while it waits: keeps the account of it, even if it gives up.
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
            Wait::Until(until) => ("limit", Some(until)),
            Wait::Answer => ("another request's answer", None),
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
