//! The outcome of a row, and the rule by which an invite that was found belongs to this job.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::ActiveRow;
use super::last_answer::LastAnswer;
use super::message::Ending;
use crate::atlas::api::{Gateway, Invite, Request};
use crate::engine::look_up::Found;
use crate::model::outcome::Outcome;
use crate::model::reason::{Blocked, ErrorCode, RowReason};
use crate::model::status::Status;

/// The time by which an invite of ours may be older than our request. The server's times are rounded down to whole
/// seconds, and so is our knowledge of its clock.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(2);

/// The time in which a request of this job may have created an invite.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// The time of the first such request.
    pub(super) since: Timestamp,
    /// The time at which an earlier run's request had certainly ended.
    pub(super) until: Option<Timestamp>,
    /// The time at which the server answered that the person is absent. Its lists may have lagged.
    pub(super) absent_at: Option<Timestamp>,
}

impl Window {
    pub(super) fn new(since: Timestamp) -> Self {
        Self { since, until: None, absent_at: None }
    }
}

impl<G: Gateway> ActiveRow<'_, G> {
    /// Records that the latest request may have created an invite.
    pub(super) fn doubt(&mut self) {
        if self.window.is_none_or(|window| window.absent_at.is_some()) {
            self.window = self.trace.last_sent.map(Window::new);
        }
    }

    /// Returns the time of the first request that has not been looked up.
    pub(super) fn in_doubt_since(&self) -> Option<Timestamp> {
        self.window.filter(|window| window.absent_at.is_none()).map(|window| window.since)
    }

    /// Returns the server's time from which on an invite to this person can be ours. `None` if its clock is unknown.
    pub(super) fn ours_since(&self) -> Option<Timestamp> {
        self.context.session.server_clock.translate(self.window?.since)?.checked_sub(CLOCK_TOLERANCE).ok()
    }

    /// Returns whether an invite may come from a request of this job: if it was created while the request can have been
    /// running, and not after the server answered that the person is absent.
    pub(super) fn is_ours(&self, invite: &Invite) -> bool {
        let Some(window) = self.window else { return false };
        // After an answer that the person is absent, only the server's own clock can show that its lists lagged.
        let Some(created) = invite.created_at else { return window.absent_at.is_none() };
        let server_clock = &self.context.session.server_clock;
        let before_absence = |at: Timestamp| {
            let asked = server_clock.translate(at);
            // The server's times are whole seconds, rounded down.
            let created_by = created.checked_add(SignedDuration::from_secs(1)).ok();
            asked.zip(created_by).is_some_and(|(asked, created_by)| created_by <= asked)
        };
        let too_late = |until: Timestamp| {
            let until = server_clock.translate(until);
            until.and_then(|until| until.checked_add(CLOCK_TOLERANCE).ok()).is_some_and(|until| created > until)
        };
        self.ours_since().is_none_or(|since| created >= since)
            && !window.until.is_some_and(too_late)
            && window.absent_at.is_none_or(before_absence)
    }

    /// Returns whether the server's own clock shows that the invite [is ours](Self::is_ours).
    pub(super) fn is_certainly_ours(&self, invite: &Invite) -> bool {
        invite.created_at.is_some() && self.ours_since().is_some() && self.is_ours(invite)
    }

    /// Ends the row with the result of a look-up.
    pub(super) fn found(&self, found: Found) -> Ending {
        match found {
            Found::Absent => self.failed(),
            Found::Invited(invite) => {
                let status = if self.is_ours(&invite) { Status::Invited } else { Status::AlreadyInvited };
                let (invite_id, expires_at) = (Some(invite.id), invite.expires_at);
                Ending::Settled(Outcome { invite_id, expires_at, ..self.outcome(status) })
            }
            Found::Member(_) if self.in_doubt_since().is_some() => {
                let detail = "the invite was accepted before its id could be read";
                Ending::Settled(self.outcome(Status::Invited).with_detail(detail))
            }
            Found::Member(_) => self.settled(Status::AlreadyMember),
        }
    }

    /// Ends the row with a failure after which the organization accepts no more requests.
    pub(super) fn blocked(&self, blocked: Blocked) -> Ending {
        Ending::Blocked(self.failure(), blocked)
    }

    pub(super) fn failed(&self) -> Ending {
        Ending::Settled(self.failure())
    }

    /// Returns a failure as the last answer described it.
    pub(super) fn failure(&self) -> Outcome {
        Outcome { error_detail: self.last.detail.clone(), ..self.outcome(Status::Failed) }
    }

    /// Returns a failure as the last answer described it, followed by a second reason.
    pub(super) fn failure_and(&self, why: &str) -> Outcome {
        let detail = self.last.detail.as_deref().unwrap_or_default();
        self.outcome(Status::Failed).with_detail(format!("{detail}; {why}"))
    }

    /// Ends a row for which nothing was sent because the run stopped.
    pub(super) fn not_sent(&self) -> Ending {
        Ending::Stopped(self.outcome(Status::NotSent))
    }

    /// Ends a row whose request would have to wait for too long, as every other request of the organization.
    pub(super) fn not_permitted(&self, blocked: Blocked) -> Ending {
        Ending::Blocked(self.outcome(Status::NotSent).with_reason(RowReason::WaitTooLong), blocked)
    }

    /// Returns the outcome of a row whose request may have succeeded. `why` is the reason this could not be resolved.
    pub(super) fn unknown(&self, why: &str) -> Outcome {
        let show = |at: Option<Timestamp>| at.map(|at| format!("{at:.0}")).unwrap_or_default();
        let what = if matches!(self.request, Request::Revoke(_)) { "cancellation" } else { "invitation" };
        let first = self.trace.first_sent.or(self.window.map(|window| window.since));
        let mut detail = format!("{what} sent at {}", show(first));
        if self.trace.last_sent != self.trace.first_sent {
            detail.push_str(&format!(" and last at {}", show(self.trace.last_sent)));
        }
        if let Some(answer) = &self.last.detail {
            detail.push_str(&format!(" ({answer})"));
        }
        self.outcome(Status::Unknown).with_detail(format!("{detail}; {why}"))
    }

    /// Ends a row as unknown for a reason of our own.
    pub(super) fn left_unknown(&self, reason: RowReason) -> Ending {
        Ending::Settled(self.unknown(reason.text()).or_code(reason))
    }

    /// Ends a row as unknown because the run stopped.
    pub(super) fn interrupted(&self, why: &str) -> Ending {
        Ending::Stopped(self.unknown(why))
    }

    pub(super) fn settled(&self, status: Status) -> Ending {
        Ending::Settled(self.outcome(status))
    }

    /// Ends a row for a reason of our own.
    pub(super) fn ended(&self, status: Status, reason: RowReason) -> Ending {
        Ending::Settled(self.outcome(status).with_reason(reason))
    }

    /// Returns an outcome as of now. A failure has the code of the last answer.
    pub(super) fn outcome(&self, status: Status) -> Outcome {
        let now = self.context.session.clock.now();
        // The next run must know since when the invite of an unknown row may exist, so the time counts from there.
        let since = if status == Status::Unknown { self.in_doubt_since() } else { self.trace.first_sent };
        let elapsed = since.map(|since| now.duration_since(since)).unwrap_or_default();
        let LastAnswer { http_status, code, fault, .. } = &self.last;
        let error_code = match status {
            Status::Failed => code.clone().or_else(|| fault.map(ErrorCode::Row)),
            // Our own reason for such a row says more than the lack of an answer.
            Status::Unknown => code.clone(),
            Status::Invited
            | Status::Revoked
            | Status::Accepted
            | Status::Gone
            | Status::NotOurs
            | Status::AlreadyInvited
            | Status::AlreadyMember
            | Status::Duplicate
            | Status::Invalid
            | Status::NotSent
            | Status::Sending => None,
        };
        Outcome {
            status,
            // The next revoke must know which invite it was, in case the run's results do not name it.
            invite_id: self.request.own_invite().map(|invite| invite.to_string()),
            expires_at: None,
            http_status: http_status.filter(|_| status != Status::NotSent),
            error_code,
            error_detail: None,
            attempts: self.trace.attempts,
            elapsed: Duration::try_from(elapsed).unwrap_or_default(),
            finished_at: now,
        }
    }
}
