//! The permission to send one request. It is returned with the answer to the request.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::bucket::{Bucket, Sent};
use super::endpoint::Rule;
use super::invitations::InvitationGate;
use super::signal::{RateSignal, signal};
use super::{Learned, Limiter, locked};
use crate::atlas::api::{Answer, EndpointSet};
use crate::atlas::verdict::{Busy, busy};

/// The permission to send one request.
#[must_use = "send the request and return the permit with its answer"]
#[derive(Debug)]
pub struct Permit {
    limiter: Arc<Limiter>,
    pub(super) set: EndpointSet,
    pub(super) invitation: bool,
    pub(super) sent: Option<Sent>,
    was_sent: bool,
    is_open: bool,
}

impl Permit {
    pub(super) fn new(limiter: &Arc<Limiter>, set: EndpointSet) -> Self {
        Self { limiter: limiter.clone(), set, invitation: false, sent: None, was_sent: false, is_open: true }
    }

    /// Records that the request is being sent. From now on it counts against the limits, unless its answer shows that
    /// it did not.
    pub fn mark_sent(&mut self) {
        self.was_sent = true;
    }

    /// Returns the permit with the answer to its request, so that the limiter learns from it. Returns a limit that was
    /// unknown until now.
    pub fn observe(mut self, answer: &Answer) -> Option<Learned> {
        self.is_open = false;
        let (limiter, now) = (&self.limiter, Instant::now());
        let endpoint = limiter.endpoint(self.set);
        let signal = signal(answer);
        let counted = match &signal {
            RateSignal::Served { .. } | RateSignal::Lost => true,
            RateSignal::Uncounted | RateSignal::Maintenance => false,
            RateSignal::Limited(limited) => limited.invitations.is_none() && self.invitation,
        };
        self.leave_invitations(counted, now);
        let asks_to_wait = matches!(signal, RateSignal::Limited(_) | RateSignal::Maintenance);
        let mut learned = None;
        match signal {
            RateSignal::Served { remaining, capacity } => {
                locked(&limiter.totals).maintenance = 0;
                let mut state = locked(&endpoint.state);
                state.refusals = 0;
                if let (Rule::Bucket(bucket), Some(sent)) = (&mut state.rule, self.sent) {
                    bucket.served(sent, remaining, capacity, now);
                }
            }
            RateSignal::Uncounted => {
                if let Some(sent) = self.sent {
                    endpoint.with_bucket(|bucket| bucket.uncounted(sent));
                }
            }
            RateSignal::Lost => endpoint.with_bucket(Bucket::lost),
            RateSignal::Maintenance => {
                endpoint.with_bucket(Bucket::lost);
                let mut totals = locked(&limiter.totals);
                let pause = Duration::from_secs(5).saturating_mul(1 << totals.maintenance.min(4));
                totals.maintenance += 1;
                drop(totals);
                limiter.hold_until(now + pause.min(Duration::from_secs(60)));
            }
            RateSignal::Limited(limited) => learned = limiter.limited(&self, limited, now),
        }
        if let Some(wait) = retry_after(answer) {
            limiter.hold_until(now + wait);
        }
        let mut current_wait = locked(&limiter.current_wait);
        if asks_to_wait || retry_after(answer).is_some() {
            current_wait.asked(answer.describe());
        } else {
            current_wait.end();
        }
        drop(current_wait);
        endpoint.answered.notify_one();
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

impl Drop for Permit {
    fn drop(&mut self) {
        if self.is_open {
            let endpoint = self.limiter.endpoint(self.set);
            self.leave_invitations(self.was_sent, Instant::now());
            if let Some(sent) = self.sent {
                endpoint.with_bucket(|bucket| if self.was_sent { bucket.lost() } else { bucket.uncounted(sent) });
                endpoint.answered.notify_one();
            }
        }
    }
}

/// Returns the `Retry-After` of an answer that holds every endpoint. That of a rate limit concerns only its own.
fn retry_after(answer: &Answer) -> Option<Duration> {
    match answer {
        Answer::NotSent(not_sent) => not_sent.retry_after,
        Answer::NoAnswer(_) => None,
        Answer::Response(response) => response.retry_after.filter(|_| busy(response) != Some(Busy::RateLimited)),
    }
}
