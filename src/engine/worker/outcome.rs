//! The outcome of a row.

use std::time::Duration;

use jiff::Timestamp;

use super::ActiveRow;
use super::last_answer::LastAnswer;
use super::message::Ending;
use super::ownership::Found;
use crate::atlas::api::{Gateway, Invite, Request};
use crate::engine::authorship::Author;
use crate::model::outcome::{INVITE_IDS, Outcome};
use crate::model::reason::{Blocked, ErrorCode, RowReason};
use crate::model::status::Status;

impl<G: Gateway> ActiveRow<'_, G> {
    /// Ends the row with the result of a look-up.
    pub(super) fn found(&self, found: Found) -> Ending {
        match found {
            Found::Absent => self.failed(),
            Found::Inconclusive => self.left_unknown(RowReason::LookUpInconclusive),
            Found::Ours(invites) => Ending::Settled(self.invited(&invites)),
            Found::Theirs(invite) => {
                let (invite_id, expires_at) = (Some(invite.id), invite.expires_at);
                Ending::Settled(Outcome { invite_id, expires_at, ..self.outcome(Status::AlreadyInvited) })
            }
            Found::Member if self.in_doubt_since().is_some() => {
                let detail = "the invite was accepted before its id could be read";
                Ending::Settled(self.outcome(Status::Invited).with_detail(detail))
            }
            Found::Member => self.settled(Status::AlreadyMember),
        }
    }

    /// Returns the outcome of a row with the invites that this job may have created for it. Of several, it records those
    /// that are certainly from this job's credential, or else the latest.
    fn invited(&self, invites: &[Invite]) -> Outcome {
        let authorship = &self.context.session.authorship;
        let is_own = |invite: &&Invite| authorship.author(invite.invited_by.as_deref()) == Author::Own;
        let mut recorded: Vec<&Invite> = invites.iter().filter(is_own).collect();
        if recorded.is_empty() {
            recorded.extend(invites.last());
        }
        let ids = |invites: &[&Invite], separator| {
            invites.iter().map(|invite| invite.id.as_str()).collect::<Vec<_>>().join(separator)
        };
        let outcome = Outcome {
            invite_id: Some(ids(&recorded, INVITE_IDS)),
            expires_at: recorded.first().and_then(|invite| invite.expires_at),
            ..self.outcome(Status::Invited)
        };
        if invites.len() == 1 {
            return outcome;
        }
        let all = ids(&invites.iter().collect::<Vec<_>>(), ", ");
        let detail = format!("{}: {all}", RowReason::TwoInvites.text());
        outcome.with_code(RowReason::TwoInvites).with_detail(detail)
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
        let first = self.trace.first_sent.or(self.window.map(|window| window.since.local));
        let mut detail = format!("{what} sent at {}", show(first));
        if self.trace.last_sent != self.trace.first_sent {
            detail.push_str(&format!(" and last at {}", show(self.trace.last_sent)));
        }
        if let Some(answer) = &self.last.detail {
            detail.push_str(&format!(" ({answer})"));
        }
        let outcome = self.outcome(Status::Unknown).with_detail(format!("{detail}; {why}"));
        // Only an invitation must have ended before it is looked up.
        let may_run = matches!(self.request, Request::Create(_));
        let settled_at = may_run.then(|| self.context.settled_at(outcome.finished_at));
        // The run that sent the request may have had a longer delay.
        let settled_at = settled_at.max(self.settled_at.filter(|_| may_run));
        Outcome { settled_at, ..outcome }
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
            settled_at: None,
            http_status: http_status.filter(|_| status != Status::NotSent),
            error_code,
            error_detail: None,
            attempts: self.trace.attempts,
            elapsed: Duration::try_from(elapsed).unwrap_or_default(),
            finished_at: now,
        }
    }
}
