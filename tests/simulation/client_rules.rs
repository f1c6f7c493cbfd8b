//! The rules that the job must keep while it runs, checked at the server: it sends nothing that is not recorded,
//! nothing after a stop, nothing into a bucket that it knows to be empty, and nothing faster than the user's pace.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use bulk_invite::atlas::EndpointSet;
use bulk_invite::engine::Pace;

use crate::results::Tail;

const SETS: usize = EndpointSet::ALL.len();

/// An answer to an invitation that is not the end of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Nothing was processed, so the request is no attempt.
    NoAttempt,
    /// The person is present, as a look-up shows.
    Duplicate,
}

#[derive(Debug, Default)]
pub(crate) struct ClientRules {
    /// Set once the dispatcher handles signals.
    handles_signals: bool,
    signalled: bool,
    /// The time of the stop, and its reason.
    stopped: Option<(Duration, &'static str)>,
    /// For each bucket, the time at which the client last learned that it is empty, and the time at which it fills.
    empty: [Option<(Duration, Duration)>; SETS],
    /// Refusals since then that the client should have avoided.
    avoidable: [u32; SETS],
    /// The interval and the burst, if the user set a pace.
    pace: Option<(Duration, u32)>,
    /// The time at which the next request of each endpoint set is due at that pace.
    due: [Duration; SETS],
    tail: Option<Tail>,
    /// The time before which no request about a person may follow, by address.
    not_before: BTreeMap<String, Duration>,
    /// The last answer to an invitation, if it is not the end of its row, by address.
    refused: BTreeMap<String, Refusal>,
    /// The results that a second run tries to open, until it has tried.
    second_run: Option<PathBuf>,
}

impl ClientRules {
    /// Begins another run, which knows nothing about the one before.
    pub(crate) fn begin_run(&mut self, pace: Pace) {
        let pace = match pace {
            Pace::Fixed { rate, burst } => Some((rate.per / rate.requests.get(), burst.get())),
            Pace::Atlas | Pace::Unlimited => None,
        };
        *self = Self { pace, ..Self::default() };
    }

    /// Records that the run has opened the results file, which a second run also tries if `tried_twice` is set.
    pub(crate) fn opened(&mut self, results: PathBuf, tried_twice: bool) {
        self.second_run = tried_twice.then(|| results.clone());
        self.tail = Some(Tail::new(results));
    }

    /// Returns the results file, the first time, if a second run tries to open it too.
    pub(crate) fn tries_second_run(&mut self) -> Option<PathBuf> {
        self.second_run.take()
    }

    /// Returns the length of the results file that a power cut leaves at least: the requests that were sent are in it.
    pub(crate) fn durable(&self) -> Option<u64> {
        self.tail.as_ref().map(|tail| tail.durable)
    }

    /// Returns whether the results were overwritten in place, which a kill could cut off.
    pub(crate) fn is_overwritten(&self) -> bool {
        self.tail.as_ref().is_some_and(Tail::is_overwritten)
    }

    /// Records that an answer asks to wait.
    pub(crate) fn learned_retry_after(&mut self, address: String, until: Duration) {
        self.not_before.insert(address, until);
    }

    /// Checks a request about a person. Returns the rule that it breaks.
    pub(crate) fn check_retry_after(&mut self, address: &str, now: Duration) -> Option<String> {
        let until = *self.not_before.get(address)?;
        (now < until).then(|| format!("a request about {address} did not wait as the Retry-After of a 503 asks"))
    }

    /// Records that a request to invite the person was refused.
    pub(crate) fn refused(&mut self, address: String, refusal: Refusal) {
        self.refused.insert(address, refusal);
    }

    /// Returns how the last request to invite the person was refused.
    pub(crate) fn refusal(&self, address: &str) -> Option<Refusal> {
        self.refused.get(address).copied()
    }

    /// Records that the dispatcher begins, which handles signals from now on.
    pub(crate) fn begin_dispatch(&mut self, now: Duration) {
        self.handles_signals = true;
        if self.signalled {
            self.stopped(now, "a signal had arrived");
        }
    }

    pub(crate) fn signalled(&mut self, now: Duration) {
        self.signalled = true;
        if self.handles_signals {
            self.stopped(now, "a signal had arrived");
        }
    }

    /// Records that nothing more may be sent.
    pub(crate) fn stopped(&mut self, now: Duration, why: &'static str) {
        self.stopped.get_or_insert((now, why));
    }

    /// Records that the client has learned when the bucket fills.
    pub(crate) fn learned_step(&mut self, set: EndpointSet, now: Duration, next_step: Duration) {
        let empty = &mut self.empty[set as usize];
        if empty.is_none_or(|(_, known)| known < next_step) {
            *empty = Some((now, next_step));
            self.avoidable[set as usize] = 0;
        }
    }

    /// Checks a request that the client sends. Returns the rule that it breaks.
    pub(crate) fn check_send(&mut self, set: EndpointSet, now: Duration) -> Option<String> {
        // A request in the same instant as the stop is allowed.
        if let Some((at, why)) = self.stopped.filter(|(at, _)| now > *at) {
            return Some(format!("a request was sent although {why} at {:.3} s", at.as_secs_f64()));
        }
        let (interval, burst) = self.pace?;
        let due = self.due[set as usize].max(now);
        self.due[set as usize] = due + interval;
        let rounding = Duration::from_millis(2);
        (due - now > interval * (burst - 1) + rounding).then(|| "the user's pace was exceeded".to_owned())
    }

    /// Checks a request that the server refuses because its bucket is empty. Returns the rule that it breaks.
    ///
    /// Until the bucket fills, as many mistakes as it refills tokens are allowed: answers that overtake each other,
    /// while other programs spend tokens too, can look like a refill.
    pub(crate) fn refused_by_bucket(
        &mut self,
        set: EndpointSet,
        sent_at: Duration,
        now: Duration,
        refill: u32,
    ) -> Option<String> {
        let (known, next_step) = self.empty[set as usize].filter(|(known, step)| sent_at > *known && now < *step)?;
        let avoidable = &mut self.avoidable[set as usize];
        *avoidable += 1;
        (*avoidable > refill).then(|| {
            format!(
                "{avoidable} requests, the last sent at {:.3} s, found the bucket of {set:?} empty, although a 429 at \
                 {:.3} s said to wait until {:.3} s",
                sent_at.as_secs_f64(),
                known.as_secs_f64(),
                next_step.as_secs_f64()
            )
        })
    }

    /// Returns whether the last line about this address has the status `sending`.
    pub(crate) fn is_sending(&mut self, address: &str) -> bool {
        self.tail.as_mut().is_some_and(|tail| tail.last_status(address).as_deref() == Some("sending"))
    }

    /// Checks that a request to invite this address, or to cancel its invite, is recorded. Returns the rule that it
    /// breaks.
    pub(crate) fn check_recorded(&mut self, address: &str) -> Option<String> {
        self.refused.remove(address);
        let status = self.tail.as_mut()?.last_status(address);
        self.tail.as_mut()?.sending(address);
        (status.as_deref() != Some("sending")).then(|| {
            format!("a request for {address} was sent while its last line in the file is {status:?}, not sending")
        })
    }
}
