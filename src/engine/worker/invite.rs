//! Invites a person. If it is unknown whether a request created the invite, the person is looked up before anything is
//! sent again, because every invitation sends an email.

use std::convert::Infallible;
use std::ops::ControlFlow::{self, Break, Continue};

use super::last_answer::LastAnswer;
use super::ownership::Found;
use super::{ActiveRow, Ending, Unresolved};
use crate::atlas::api::{Created, Gateway};
use crate::atlas::verdict::{Verdict, judge};
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
                    let delay = self.next_delay();
                    if self.wait(delay, why).await.is_err() {
                        return Break(self.not_sent());
                    }
                }
                verdict @ (Verdict::TryAgain | Verdict::InDoubt) => {
                    let mut delay = self.next_delay();
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
                Verdict::PerhapsThere => return Break(Box::pin(self.refused_but_present(false)).await),
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
}
