//! Requests of earlier runs whose outcome is unknown: the time for which they may still be running, and the outcome to
//! record if they are not looked up now.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Conditions;
use crate::engine::clock::signed;
use crate::engine::revoke::first_sent;
use crate::engine::worker::{Trace, Unresolved};
use crate::model::outcome::Outcome;
use crate::model::reason::RowReason;
use crate::model::status::{JobKind, Status};

impl Conditions {
    /// Returns the unresolved request that an earlier run's line describes.
    pub(super) fn unresolved(&self, sent: &Outcome, sent_as: String) -> Unresolved {
        let (settle, finished) = (signed(self.settle), sent.finished_at);
        let settled = self.abandoned_at(sent).saturating_add(settle).unwrap_or(finished);
        let rest = settled.duration_since(self.now).clamp(SignedDuration::ZERO, settle);
        let trace = Trace { attempts: sent.attempts, first_sent: Some(first_sent(sent)), last_sent: Some(finished) };
        let settle = Duration::try_from(rest).unwrap_or(self.settle);
        // Our knowledge of the server's clock may lag by as long as an answer takes.
        let settled_at = settled.saturating_add(signed(self.timeout)).unwrap_or(settled);
        Unresolved { sent_as, trace, settle, settled_at }
    }

    /// Returns the outcome of a request that is not looked up now.
    pub(super) fn still_unresolved(&self, job: JobKind, sent: &Outcome) -> Outcome {
        let mut outcome = sent.clone().or_code(RowReason::NotLookedUp);
        if sent.status == Status::Sending {
            outcome.status = Status::Unknown;
            let what = match job {
                JobKind::Invite => "invitation",
                JobKind::Revoke => "cancellation",
            };
            let reason = RowReason::NotLookedUp.text();
            outcome.error_detail =
                Some(format!("{what} sent at {:.0} by a run that was killed; {reason}", sent.finished_at));
            // A line with another status than `sending` has the time at which its request was abandoned.
            outcome.finished_at = self.abandoned_at(sent);
            let since = outcome.finished_at.duration_since(sent.finished_at);
            outcome.elapsed += Duration::try_from(since).unwrap_or_default();
        }
        outcome
    }

    /// Returns the latest time at which an earlier run abandoned its request.
    fn abandoned_at(&self, sent: &Outcome) -> Timestamp {
        if sent.status != Status::Sending {
            return sent.finished_at;
        }
        // After writing the line, a killed run may have waited up to a timeout for a token and another for the answer.
        let timeouts = signed(self.timeout.saturating_mul(2));
        let timed_out = sent.finished_at.saturating_add(timeouts).unwrap_or(sent.finished_at);
        timed_out.min(self.now).max(sent.finished_at)
    }
}
