//! The one turnstile that every request passes: invitations, retries, look-ups, and those before the first invite.
//!
//! Each of Atlas's endpoint sets has a bucket of its own and so a queue of its own here, first come, first served. What
//! an answer tells (tokens left, `Retry-After`, a limit named in an error text) holds everybody who comes after; the
//! later instant wins and only time clears it. Invitations pass one more queue first, see `invitations`.
//!
//! Not for deciding what an answer means for a row: being told to wait is no failure, and nobody is refused here.

mod bucket;
mod endpoint;
mod invitations;
mod quota;
mod rate;
mod signal;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

pub use self::rate::{NotARate, Pace, Rate, RateLimit};

use self::bucket::{Bucket, Sent};
use self::endpoint::{Lane, Rule};
use self::invitations::InvitationGate;
use self::signal::{Limited, Told, told};
use crate::atlas::api::{Answer, EndpointSet, Limit};

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
    lanes: [Lane; EndpointSet::ALL.len()],
    invitations: Arc<InvitationGate>,
    told: Mutex<Totals>,
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

/// A request's permission to go, to be handed back with its answer.
#[must_use = "send the request and hand the turn back with its answer"]
#[derive(Debug)]
pub struct Turn {
    limiter: Arc<Limiter>,
    set: EndpointSet,
    invitation: bool,
    sent: Option<Sent>,
    /// Whether the request has left.
    left: bool,
    open: bool,
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
            lanes: EndpointSet::ALL.map(|set| Lane::new(Rule::new(pace, set))),
            invitations: Arc::default(),
            told: Mutex::default(),
        }
    }

    /// A limiter for another organization that is reached from the same address, which is what the limit on invitations
    /// alone counts by.
    pub fn beside(&self, pace: Pace) -> Self {
        Self { invitations: self.invitations.clone(), ..Self::new(pace) }
    }

    /// Adopts a limit that the server named. A pace of the user's own stands.
    pub fn configure(&self, limit: Limit) {
        if let Rule::Bucket(bucket) = &mut locked(&self.lane(limit.set).state).rule {
            bucket.configure(limit.capacity, limit.refill, limit.period);
        }
    }

    /// Waits for a turn. Dropping the future gives up the place in the queue.
    pub async fn turn(self: &Arc<Self>, set: EndpointSet, invitation: bool) -> Turn {
        // Made before the lane's wait, so that a turn given up while waiting there leaves the invitations' count too.
        let mut turn = Turn::new(self, set);
        if invitation {
            let InvitationGate { queue, state, answered } = &*self.invitations;
            let place = queue.lock().await;
            self.wait(answered, set, || locked(state).take(Instant::now())).await;
            turn.invitation = true;
            drop(place);
        }
        let lane = self.lane(set);
        let _place = lane.queue.lock().await;
        turn.sent = self.wait(&lane.answered, set, || locked(&lane.state).take(Instant::now())).await;
        turn
    }

    /// A turn, where there is one and nobody waits for it.
    pub fn try_turn(self: &Arc<Self>, set: EndpointSet, invitation: bool) -> Option<Turn> {
        let (lane, now) = (self.lane(set), Instant::now());
        let mut turn = Turn::new(self, set);
        if invitation {
            let _place = self.invitations.queue.try_lock().ok()?;
            locked(&self.invitations.state).take(now).ok()?;
            turn.invitation = true;
        }
        let _place = lane.queue.try_lock().ok()?;
        turn.sent = locked(&lane.state).take(now).ok()?;
        Some(turn)
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
        self.lanes.iter().for_each(|lane| lane.hold_until(until));
    }

    /// Until when the first in some queue waits, if anyone does.
    pub fn waiting_until(&self) -> Option<Instant> {
        self.lanes.iter().filter_map(|lane| locked(&lane.state).waiting).max()
    }

    /// How long until `count` more invitations have been let through, at least.
    pub fn forecast(&self, set: EndpointSet, count: u64) -> Duration {
        let (state, now) = (locked(&self.lane(set).state), Instant::now());
        let bucket = match &state.rule {
            Rule::Bucket(bucket) => bucket.forecast(count, now),
            Rule::Quota(quota) => quota.forecast(count),
            Rule::Unlimited => Duration::ZERO,
        };
        bucket.max(locked(&self.invitations.state).forecast(count, now))
    }

    /// The bucket in force for an endpoint set: capacity, refill, period. `None` under a pace of the user's own.
    pub fn bucket(&self, set: EndpointSet) -> Option<(u32, u32, Duration)> {
        match &locked(&self.lane(set).state).rule {
            Rule::Bucket(bucket) => Some(bucket.limit()),
            Rule::Quota(_) | Rule::Unlimited => None,
        }
    }

    /// How pacing went so far.
    pub fn totals(&self) -> Totals {
        *locked(&self.told)
    }

    fn lane(&self, set: EndpointSet) -> &Lane {
        &self.lanes[set as usize]
    }

    fn limited(&self, turn: &Turn, limited: Limited, now: Instant) -> Option<Learned> {
        let mut totals = locked(&self.told);
        totals.limited += 1;
        if let Some((limit, period)) = limited.invitations {
            totals.invitations = Some((limit, period));
            // It passed the bucket to get there.
            self.lane(turn.set).with_bucket(Bucket::lost);
            if let Some(wait) = limited.retry_after {
                self.lane(turn.set).hold_until(now + wait);
            }
            let news = turn.invitation && locked(&self.invitations.state).refused(limit, period, now);
            return news.then_some(Learned::Invitations { limit, period });
        }
        drop(totals);
        locked(&self.lane(turn.set).state).limited(turn.sent, &limited, now);
        None
    }
}

impl Turn {
    fn new(limiter: &Arc<Limiter>, set: EndpointSet) -> Self {
        Self { limiter: limiter.clone(), set, invitation: false, sent: None, left: false, open: true }
    }

    /// The request leaves: from here on it counts, unless an answer says that it does not.
    pub fn leaves(&mut self) {
        self.left = true;
    }

    /// Hands the turn back with what came of the request, so that everyone learns what the answer tells about limits.
    pub fn answered(mut self, answer: &Answer) -> Option<Learned> {
        self.open = false;
        let (limiter, now) = (&self.limiter, Instant::now());
        let lane = limiter.lane(self.set);
        let told = told(answer);
        let counted = match &told {
            Told::Served { .. } | Told::Lost => true,
            Told::Uncounted | Told::Maintenance => false,
            Told::Limited(limited) => limited.invitations.is_none() && self.invitation,
        };
        self.leave_invitations(counted, now);
        let mut learned = None;
        match told {
            Told::Served { remaining, capacity } => {
                locked(&limiter.told).maintenance = 0;
                let mut state = locked(&lane.state);
                state.refusals = 0;
                if let (Rule::Bucket(bucket), Some(sent)) = (&mut state.rule, self.sent) {
                    bucket.served(sent, remaining, capacity, now);
                }
            }
            Told::Uncounted => {
                if let Some(sent) = self.sent {
                    lane.with_bucket(|bucket| bucket.uncounted(sent));
                }
            }
            Told::Lost => lane.with_bucket(Bucket::lost),
            Told::Maintenance => {
                lane.with_bucket(Bucket::lost);
                let mut totals = locked(&limiter.told);
                let pause = Duration::from_secs(5).saturating_mul(1 << totals.maintenance.min(4));
                totals.maintenance += 1;
                drop(totals);
                limiter.hold_until(now + pause.min(Duration::from_secs(60)));
            }
            Told::Limited(limited) => learned = limiter.limited(&self, limited, now),
        }
        if let Some(wait) = retry_after(answer) {
            limiter.hold_until(now + wait);
        }
        lane.answered.notify_one();
        learned
    }

    fn leave_invitations(&self, counted: bool, now: Instant) {
        if self.invitation {
            let InvitationGate { state, answered, .. } = &*self.limiter.invitations;
            locked(state).finished(counted, now);
            answered.notify_one();
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.open {
            let lane = self.limiter.lane(self.set);
            self.leave_invitations(self.left, Instant::now());
            if let Some(sent) = self.sent {
                lane.with_bucket(|bucket| if self.left { bucket.lost() } else { bucket.uncounted(sent) });
                lane.answered.notify_one();
            }
        }
    }
}

/// `Retry-After` on anything but a refusal by a limit, which its own lane has noted already, holds everybody.
fn retry_after(answer: &Answer) -> Option<Duration> {
    match answer {
        Answer::NotSent(not_sent) => not_sent.retry_after,
        Answer::NoAnswer(_) => None,
        Answer::Response(response) => response
            .retry_after
            .filter(|_| crate::atlas::verdict::busy(response) != Some(crate::atlas::verdict::Busy::RateLimited)),
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
        locked(&self.limiter.lane(self.set).state).waiting = Some(until);
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        locked(&self.limiter.lane(self.set).state).waiting = None;
        let waited = self.since.elapsed();
        locked(&self.limiter.told).waited += waited;
        tracing::debug!(set = ?self.set, waited_ms = millis(waited), "waited for a turn");
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
