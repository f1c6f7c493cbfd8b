//! A row's fate in the words of the results: whose an invite is that was found, and what is said of each end.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Row;
use crate::atlas::api::{Answer, Body, Gateway, Invite, Request};
use crate::atlas::verdict;
use crate::engine::caller::Found;
use crate::model::outcome::{Outcome, Status};

/// An invite counts as ours if it is at most this much older than our request: the server's times are whole
/// seconds, rounded down, and so is our knowledge of its clock.
const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_secs(2);

/// What became of the row, and why no other can succeed where the row showed that too.
pub(super) type Fate = (Outcome, Option<String>);

/// The last answer, for the results.
#[derive(Clone, Debug, Default)]
pub(super) struct LastAnswer {
    pub(super) http_status: Option<u16>,
    pub(super) code: Option<String>,
    pub(super) detail: Option<String>,
}

impl LastAnswer {
    pub(super) fn of(answer: &Answer) -> Self {
        match answer {
            Answer::NotSent(not_sent) => Self { detail: Some(not_sent.detail.clone()), ..Self::default() },
            Answer::NoAnswer(no_answer) => Self { detail: Some(no_answer.detail.clone()), ..Self::default() },
            Answer::Response(response) if matches!(response.body, Body::Created(_) | Body::Revoked) => {
                Self { http_status: Some(response.status), ..Self::default() }
            }
            Answer::Response(response) => {
                let error = response.error();
                let detail = error.map_or_else(
                    || Some(verdict::describe(response)),
                    |error| error.detail.clone().or_else(|| Some(verdict::describe(response))),
                );
                let code = error.and_then(|error| error.code.clone());
                Self { http_status: Some(response.status), code, detail }
            }
        }
    }
}

/// Requests of this job that may have created an invite.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenQuestion {
    /// When the first of them was sent.
    pub(super) since: Timestamp,
    /// When the last of them cannot have been running any more by the server's clock, where it was an earlier run's.
    pub(super) until: Option<Timestamp>,
    /// When the server said that nobody is there, should it have been behind.
    pub(super) absent_at: Option<Timestamp>,
}

impl<G: Gateway> Row<'_, G> {
    /// Notes that the latest request may have created an invite.
    pub(super) fn doubt(&mut self) {
        if self.open.is_none_or(|open| open.absent_at.is_some()) {
            self.open = self.trace.last_sent.map(|since| OpenQuestion { since, until: None, absent_at: None });
        }
    }

    /// When the first request was sent that nobody has been asked about.
    pub(super) fn in_doubt_since(&self) -> Option<Timestamp> {
        self.open.filter(|open| open.absent_at.is_none()).map(|open| open.since)
    }

    /// The server's time from which an invite to this person can be ours; `None` where its clock is not known.
    pub(super) fn ours_since(&self) -> Option<Timestamp> {
        self.crew.caller.server_clock.translate(self.open?.since)?.checked_sub(CLOCK_TOLERANCE).ok()
    }

    /// Whether an invite may come from a request of this job: made since then, while it can have been running, and not after
    /// the server was asked in vain.
    pub(super) fn is_ours(&self, invite: &Invite) -> bool {
        let Some(open) = self.open else { return false };
        // Where nobody was there when the server was asked, only its own clock can show that it was behind.
        let Some(created) = invite.created_at else { return open.absent_at.is_none() };
        let asked_in_vain = |at: Timestamp| {
            let asked = self.crew.caller.server_clock.translate(at);
            // The server's times are whole seconds, rounded down.
            let made_by = created.checked_add(SignedDuration::from_secs(1)).ok();
            asked.zip(made_by).is_some_and(|(asked, made_by)| made_by <= asked)
        };
        let too_late = |until: Timestamp| {
            let until = self.crew.caller.server_clock.translate(until);
            until.and_then(|until| until.checked_add(CLOCK_TOLERANCE).ok()).is_some_and(|until| created > until)
        };
        self.ours_since().is_none_or(|since| created >= since)
            && !open.until.is_some_and(too_late)
            && open.absent_at.is_none_or(asked_in_vain)
    }

    /// Whether the server's own clock shows that the invite [is ours](Self::is_ours).
    pub(super) fn is_certainly_ours(&self, invite: &Invite) -> bool {
        invite.created_at.is_some() && self.ours_since().is_some() && self.is_ours(invite)
    }

    pub(super) fn found(&self, found: Found) -> Fate {
        match found {
            Found::Nobody => self.failed(),
            Found::Invited(invite) => {
                let status = if self.is_ours(&invite) { Status::Invited } else { Status::AlreadyInvited };
                self.end_with(status, Some(invite.id), invite.expires_at, None)
            }
            Found::Member(_) if self.in_doubt_since().is_some() => {
                let detail = "the invite was accepted before its id could be read";
                self.end_with(Status::Invited, None, None, Some(detail.to_owned()))
            }
            Found::Member(_) => self.end_with(Status::AlreadyMember, None, None, None),
        }
    }

    pub(super) fn condemned(&self, why: String) -> Fate {
        let (outcome, _) = self.failed();
        (outcome, Some(why))
    }

    pub(super) fn failed(&self) -> Fate {
        self.end_with(Status::Failed, None, None, self.last.detail.clone())
    }

    pub(super) fn failed_and(&self, why: &str) -> Fate {
        let detail = self.last.detail.as_deref().unwrap_or_default();
        self.end(Status::Failed, &format!("{detail}; {why}"))
    }

    pub(super) fn not_sent(&self) -> Fate {
        self.end(Status::NotSent, "the run was ended before this row's turn")
    }

    pub(super) fn unknown(&self, why: &str) -> Fate {
        let show = |at: Option<Timestamp>| at.map(|at| format!("{at:.0}")).unwrap_or_default();
        let what = if matches!(self.request, Request::Revoke(_)) { "a cancellation" } else { "an invitation" };
        let mut detail =
            format!("{what} was sent at {}", show(self.trace.first_sent.or(self.open.map(|open| open.since))));
        if self.trace.last_sent != self.trace.first_sent {
            detail.push_str(&format!(" and last at {}", show(self.trace.last_sent)));
        }
        if let Some(answer) = &self.last.detail {
            detail.push_str(&format!(" ({answer})"));
        }
        self.end(Status::Unknown, &format!("{detail}; {why}"))
    }

    pub(super) fn end(&self, status: Status, detail: &str) -> Fate {
        self.end_with(status, None, None, Some(detail.to_owned()))
    }

    pub(super) fn end_with(
        &self,
        status: Status,
        invite_id: Option<String>,
        expires_at: Option<Timestamp>,
        error_detail: Option<String>,
    ) -> Fate {
        let now = self.crew.caller.clock.now();
        // The next run has to know since when the invite of an unknown row may exist, so that one counts from there.
        let since = if status == Status::Unknown { self.in_doubt_since() } else { self.trace.first_sent };
        let elapsed = since.map(|since| now.duration_since(since)).unwrap_or_default();
        let told = match status {
            Status::Failed | Status::Unknown => true,
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
            | Status::Sending => false,
        };
        // The next revocation has to know which invite it was, where the run's results do not.
        let invite_id = invite_id.or_else(|| self.request.own_invite().map(|invite| invite.to_string()));
        let outcome = Outcome {
            status,
            invite_id,
            expires_at,
            http_status: self.last.http_status.filter(|_| status != Status::NotSent),
            error_code: self.last.code.clone().filter(|_| told).map(Into::into),
            error_detail,
            attempts: self.trace.attempts,
            elapsed: Duration::try_from(elapsed).unwrap_or_default(),
            finished_at: now,
        };
        (outcome, None)
    }
}
