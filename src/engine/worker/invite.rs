//! Invites a person. If it is unknown whether a request created the invite, the person is looked up before anything is
//! sent again, because every invitation sends an email.

use std::convert::Infallible;
use std::ops::ControlFlow::{self, Break, Continue};

use super::last_answer::LastAnswer;
use super::{ActiveRow, Ending, Unresolved};
use crate::atlas::api::{Gateway, Request};
use crate::atlas::verdict::{Doubt, Verdict, judge};
use crate::engine::look_up::Found;
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
                Verdict::Created(created) => {
                    let (invite_id, expires_at) = (Some(created.id), created.expires_at);
                    let outcome = Outcome { invite_id, expires_at, ..self.outcome(Status::Invited) };
                    return Break(Ending::Settled(outcome));
                }
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
                    let delay = self.next_delay();
                    if self.wait(delay, why).await.is_err() {
                        return Break(self.not_sent());
                    }
                }
                Verdict::InDoubt(doubt) => {
                    self.doubt();
                    let delay = self.next_delay();
                    let delay = match doubt {
                        Doubt::Answered => delay,
                        Doubt::MayStillRun => {
                            // Other rows may use the slot while this one only waits.
                            self.slot = None;
                            delay.max(self.context.settle)
                        }
                    };
                    let why = self.last.detail.clone().unwrap_or_default();
                    let found = Box::pin(self.settle(delay, &why)).await?;
                    if found != Found::Absent {
                        return Break(self.found(found));
                    }
                    if self.is_last_attempt() {
                        return Break(self.failed());
                    }
                }
                // Only a cancellation has this answer.
                Verdict::Revoked => return Break(self.left_unknown(RowReason::UnexpectedAnswer)),
                Verdict::PerhapsThere => return Break(Box::pin(self.refused_but_perhaps_present()).await),
                Verdict::SomethingMissing => return Break(Box::pin(self.refused_or_organization_missing()).await),
                Verdict::Refused => return Break(self.failed()),
                Verdict::Blocked(blocked) => return Break(self.blocked(blocked)),
            }
        }
    }

    /// Ends a row that was refused, possibly because the person is present already.
    async fn refused_but_perhaps_present(&mut self) -> Ending {
        match self.find().await {
            Ok(found) => self.found(found),
            Err(unanswered) => self.refused_unanswered(unanswered),
        }
    }

    /// Ends a row that was answered with a 404, which may be about its team, its project or the organization.
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
