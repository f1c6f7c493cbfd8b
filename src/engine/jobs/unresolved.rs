//! Requests of earlier runs whose outcome is unknown: the time for which they may still be running, and the outcome to
//! record if they are not looked up now.
//!
//! Each such line has the settling time that was in force, by the server's clock. The flags of this run, and a local
//! clock that has been changed since, therefore do not matter.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Conditions;
use crate::engine::clock::signed;
use crate::engine::run::LONGEST_SETTLE;
use crate::engine::worker::{Span, Trace, Unresolved};
use crate::model::outcome::Outcome;
use crate::model::reason::RowReason;
use crate::model::status::{JobKind, Status};

/// The longest timeout that the run that wrote a line is expected to have had.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(600);

/// A request of an earlier run, by the server's clock.
struct Sent {
    /// The time in the line: when the request was recorded or, unless the run was killed, when it was abandoned.
    at: Timestamp,
    /// The settling delay: the longer of this run's and that of the run that sent it.
    settle: SignedDuration,
}

impl Conditions {
    /// Returns the unresolved request that an earlier run's line describes.
    pub(super) fn unresolved(&self, line: &Outcome, sent_as: String) -> Unresolved {
        let sent = self.sent(line);
        let settled = after(self.abandoned_at(line, sent.at, LONGEST_TIMEOUT.max(self.timeout)), sent.settle);
        let rest = if self.knows_server_time {
            settled.duration_since(self.server_now).clamp(SignedDuration::ZERO, sent.settle)
        } else {
            // The local clock may have been changed since, so the request may have been sent just now.
            sent.settle
        };
        // If the local clock was changed, the times in the line are not by this run's.
        let local = |at| after(at, self.now.duration_since(self.server_now));
        let first = sent.at.checked_sub(signed(line.elapsed)).unwrap_or(sent.at);
        let trace = Trace { attempts: line.attempts, first_sent: Some(local(first)), last_sent: Some(local(sent.at)) };
        // If the recorded delay is not this run's, the flags differ or the local clock was changed: both times may be right.
        let other = line.settled_at.and_then(|at| at.checked_sub(signed(self.settle)).ok()).unwrap_or(sent.at);
        let (earliest, latest) = (sent.at.min(other), sent.at.max(other).min(self.server_now));
        let span = |first: Timestamp, last| {
            let until = after(self.abandoned_at(line, last, self.timeout), sent.settle);
            // Our knowledge of the server's clock may lag by as long as an answer takes.
            let until = after(until, signed(self.timeout));
            let since = first.checked_sub(signed(line.elapsed)).unwrap_or(first);
            self.knows_server_time.then_some(Span { since, until })
        };
        Unresolved {
            sent_as,
            trace,
            settle: Duration::try_from(rest).unwrap_or(self.settle),
            ran: span(sent.at, sent.at.min(self.server_now)),
            ran_as_own: span(earliest, latest),
        }
    }

    /// Returns the outcome of a request that is not looked up now.
    pub(super) fn still_unresolved(&self, job: JobKind, line: &Outcome) -> Outcome {
        let mut outcome = line.clone().or_code(RowReason::NotLookedUp);
        if line.status == Status::Sending {
            outcome.status = Status::Unknown;
            let what = match job {
                JobKind::Invite => "invitation",
                JobKind::Revoke => "cancellation",
            };
            let reason = RowReason::NotLookedUp.text();
            outcome.error_detail =
                Some(format!("{what} sent at {:.0} by a run that was killed; {reason}", line.finished_at));
            let sent = self.sent(line);
            let abandoned = self.abandoned_at(line, sent.at, LONGEST_TIMEOUT.max(self.timeout));
            let since = abandoned.duration_since(sent.at);
            // A line with another status than `sending` has the time at which its request was abandoned.
            outcome.finished_at = after(line.finished_at, since);
            outcome.elapsed += Duration::try_from(since).unwrap_or_default();
            outcome.settled_at = line.settled_at.map(|_| after(abandoned, sent.settle));
        }
        outcome
    }

    fn sent(&self, line: &Outcome) -> Sent {
        let own = signed(self.settle);
        let at = after(line.finished_at, self.server_now.duration_since(self.now));
        let latest = after(self.server_now, signed(LONGEST_SETTLE));
        let Some(settled_at) = line.settled_at.filter(|at| *at <= latest) else { return Sent { at, settle: own } };
        let recorded = settled_at.duration_since(at);
        if (SignedDuration::ZERO..=signed(LONGEST_SETTLE)).contains(&recorded) {
            Sent { at, settle: recorded.max(own) }
        } else {
            // The local clock was changed, so that the line's other time means nothing.
            Sent { at: settled_at.checked_sub(own).unwrap_or(settled_at), settle: own }
        }
    }

    /// Returns the latest time at which an earlier run abandoned a request that it recorded at `at`, if this was its
    /// timeout.
    fn abandoned_at(&self, line: &Outcome, at: Timestamp, timeout: Duration) -> Timestamp {
        if line.status != Status::Sending {
            return at;
        }
        // After writing the line, a killed run may have waited up to a timeout for a token and another for the answer.
        after(at, signed(timeout.saturating_mul(2))).min(self.server_now).max(at)
    }
}

fn after(at: Timestamp, duration: SignedDuration) -> Timestamp {
    at.saturating_add(duration).unwrap_or(at)
}
