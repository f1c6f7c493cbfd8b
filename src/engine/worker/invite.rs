//! Invites a person. If it is unknown whether a request created the invite, the person is looked up before anything is
//! sent again, because every invitation sends an email.

use std::convert::Infallible;
use std::ops::ControlFlow::{self, Break, Continue};

use tokio::time::Instant;

use super::last_answer::LastAnswer;
use super::ownership::Found;
use super::{ActiveRow, Ending, Unresolved, retry_after};
use crate::atlas::api::{Created, Gateway, Request};
use crate::atlas::verdict::{Verdict, judge};
use crate::engine::session::Unanswered;
use crate::model::outcome::Outcome;
use crate::model::reason::RowReason;
use crate::model::status::Status;

impl<G: Gateway> ActiveRow<'_, G> {
    /// Invites the person, unless an unresolved request of an earlier run has done so.
    pub(super) async fn invite(&mut self, unresolved: Option<Unresolved>, only_resolve: Option<RowReason>) -> Ending {
        match self.try_invite(unresolved, only_resolve).await {
            Break(ending) => ending,
            Continue(never) => match never {},
        }
    }

    async fn try_invite(
        &mut self,
        unresolved: Option<Unresolved>,
        only_resolve: Option<RowReason>,
    ) -> ControlFlow<Ending, Infallible> {
        if let Some(unresolved) = unresolved {
            let found = Box::pin(self.resolve(unresolved)).await?;
            if found != Found::Absent {
                return Break(self.found(found));
            }
            if let Some(reason) = only_resolve {
                return Break(self.ended(Status::NotSent, reason));
            }
        }
        let mut renewed = false;
        loop {
            let before = self.trace;
            let answer = self.send().await?;
            self.last = LastAnswer::of(&answer);
            let unauthorized = std::mem::take(&mut renewed);
            let verdict = judge(&answer);
            tracing::debug!(ticket = self.id.0, attempt = self.trace.attempts, verdict = verdict.name(), "judged");
            match verdict {
                Verdict::Created(created) => return Break(self.created(created)),
                // This does not count as an attempt, and an invite created meanwhile is not ours.
                Verdict::NotProcessed(_) => self.trace = before,
                Verdict::Unauthorized(blocked) if unauthorized => return Break(self.blocked(blocked)),
                Verdict::Unauthorized(_) => {
                    self.trace = before;
                    renewed = true;
                }
                Verdict::NotSent(why) => {
                    if self.is_last_attempt() {
                        return Break(self.failed());
                    }
                    let delay = self.next_delay(None);
                    if self.wait(delay, why).await.is_err() {
                        return Break(self.not_sent());
                    }
                }
                verdict @ (Verdict::TryAgain | Verdict::InDoubt) => {
                    let mut delay = self.next_delay(retry_after(&answer));
                    if verdict == Verdict::InDoubt {
                        self.doubt();
                        delay = delay.max(self.context.settle);
                    }
                    // Other rows may use the slot while this one only waits.
                    self.slot = None;
                    let why = self.last.detail.clone().unwrap_or_default();
                    let found = Box::pin(self.settle(delay, &why)).await?;
                    if found != Found::Absent {
                        return Break(self.found(found));
                    }
                    if self.is_last_attempt() {
                        return Break(self.failed());
                    }
                }
                Verdict::CreatedForAnother(address) => {
                    return Break(Box::pin(self.resolve_other_address(&address)).await);
                }
                // Only a cancellation has this answer.
                Verdict::Revoked => return Break(self.left_unknown(RowReason::UnexpectedAnswer)),
                Verdict::Conflict => return Break(Box::pin(self.refused_but_present(true)).await),
                Verdict::PerhapsThere => {
                    let is_in_doubt = self.window.is_some();
                    return Break(Box::pin(self.refused_but_present(is_in_doubt)).await);
                }
                Verdict::RowOrOrganization => return Break(Box::pin(self.refused_or_organization_missing()).await),
                Verdict::Refused => return Break(self.failed()),
                Verdict::Blocked(blocked) => return Break(self.blocked(blocked)),
            }
        }
    }

    /// Ends a row with the invite that was just created.
    fn created(&self, created: Created) -> Ending {
        let Created { id, expires_at, missing, .. } = created;
        let outcome = Outcome { invite_id: Some(id), expires_at, ..self.outcome(Status::Invited) };
        match missing {
            None => Ending::Settled(outcome),
            Some(missing) => Ending::NotAsAsked(outcome, missing),
        }
    }

    /// Ends a row whose answer names another person. A further request could invite that person once more.
    async fn resolve_other_address(&mut self, address: &str) -> Ending {
        self.doubt();
        self.slot = None;
        let why = format!("the answer is about {address}");
        match self.settle(self.context.settle, &why).await {
            Break(ending) => ending,
            Continue(Found::Absent) => {
                let outcome = self.unknown(&why).or_code(RowReason::OtherUsername);
                Ending::Settled(outcome)
            }
            Continue(found) => self.found(found),
        }
    }

    /// Ends a row that was refused because the person is, or may be, present already. If the person must be, but the
    /// lists lag, asks again until the settling delay is over.
    async fn refused_but_present(&mut self, must_be: bool) -> Ending {
        let asked = Instant::now();
        loop {
            let found = match self.find().await {
                Ok(found) => found,
                Err(unanswered) if self.window.is_some() => return self.unanswered(unanswered),
                Err(unanswered) => return self.refused_unanswered(unanswered),
            };
            match found {
                Found::Absent | Found::Inconclusive if !must_be => return self.failed(),
                Found::Absent | Found::Inconclusive if asked.elapsed() < self.context.settle => {}
                Found::Absent => return self.left_unknown(RowReason::PersonNotListed),
                Found::Inconclusive | Found::Ours(_) | Found::Theirs(_) | Found::Member => return self.found(found),
            }
            self.slot = None;
            let delay = self.next_delay(None).min(self.context.settle.saturating_sub(asked.elapsed()));
            if let Break(ending) = self.wait_to_ask(delay, RowReason::PersonNotListed.text()).await {
                return ending;
            }
        }
    }

    /// Ends a row that was answered with a 403 or 404, which may be about the row, its team, its project or the
    /// organization.
    async fn refused_or_organization_missing(&mut self) -> Ending {
        let session = &self.context.session;
        let ask = || async {
            match session.ask(&Request::Organization).await {
                Ok(_) => Ok(None),
                Err(Unanswered::Refused(blocked)) => Ok(Some(blocked)),
                Err(unanswered @ (Unanswered::Stopped | Unanswered::Unreachable(..) | Unanswered::GaveUp(_))) => {
                    Err(unanswered)
                }
            }
        };
        match self.context.organization_missing.get_or_try_init(ask).await {
            Ok(Some(blocked)) => self.blocked(blocked.clone()),
            Err(Unanswered::Unreachable(_, why) | Unanswered::GaveUp(why)) => {
                Ending::Settled(self.failure_and(&format!("looking up the organization failed: {why}")))
            }
            Ok(None) | Err(Unanswered::Stopped | Unanswered::Refused(_)) => self.failed(),
        }
    }
}
