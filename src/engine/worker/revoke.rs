//! A row's way to the cancellation of its invite. Cancelling twice is cancelling once, so a lost answer is followed by another
//! request; the server is asked only when it says that no such invite is pending, or when every attempt is used up.
//!
//! The invites' endpoint cancels what is pending and nothing else, so a person who accepts meanwhile stays.

use super::outcome::{Fate, LastAnswer, OpenQuestion};
use super::{LEFT_OPEN, LeftOpen, Row, Trace, retry_after};
use crate::atlas::api::{Gateway, Invite, Request, Revoke};
use crate::atlas::verdict::{Doubt, Verdict, judge};
use crate::engine::caller::{Entries, Unanswered, describe};
use crate::engine::revocation::{ACCEPTED, OTHER, UNCLEAR};
use crate::model::outcome::{Outcome, Status};

/// What is said where the lists contradict each other.
const UNLISTED: &str = "the person is pending, and no invite is listed";

impl<G: Gateway> Row<'_, G> {
    /// Cancels the row's invite, which an earlier revocation may have done already.
    pub(super) async fn revoke(&mut self, left_open: Option<LeftOpen>, tried: Option<Trace>) -> Fate {
        let (mut outcome, condemned) = self.find_and_cancel(left_open, tried).await;
        // The next revocation has to know of those requests too.
        outcome.attempts = outcome.attempts.saturating_add(tried.map_or(0, |trace| trace.attempts));
        (outcome, condemned)
    }

    async fn find_and_cancel(&mut self, left_open: Option<LeftOpen>, tried: Option<Trace>) -> Fate {
        if let Some(left_open) = left_open
            && let Err(fate) = self.find_ours(left_open, tried.is_some()).await
        {
            return fate;
        }
        let since = tried.and_then(|trace| trace.first_sent);
        self.open = since.map(|since| OpenQuestion { since, until: None, absent_at: None });
        let mut renewed = false;
        loop {
            let before = self.trace;
            let answer = match self.send().await {
                Ok(answer) => answer,
                Err((outcome, _)) if outcome.status == Status::NotSent && self.open.is_some() => {
                    return self.unknown("the run was ended before it could be tried again");
                }
                Err(fate) => return fate,
            };
            self.last = LastAnswer::of(&answer);
            let unauthorized = std::mem::take(&mut renewed);
            let verdict = judge(&answer);
            tracing::debug!(ticket = self.ticket.0, attempt = self.trace.attempts, verdict = verdict.name(), "judged");
            let (delay, why) = match verdict {
                Verdict::Revoked => return self.revoked(),
                Verdict::NotProcessed(_) => {
                    self.trace = before;
                    continue;
                }
                Verdict::Unauthorized if unauthorized => {
                    return self.condemned_in_doubt(format!("the credentials are refused: {}", describe(&answer)));
                }
                Verdict::Unauthorized => {
                    self.trace = before;
                    renewed = true;
                    continue;
                }
                Verdict::NotSent(why) => (self.next_delay(None), why),
                Verdict::InDoubt(doubt) => {
                    self.doubt();
                    let delay = self.next_delay(retry_after(&answer));
                    let last = self.trace.attempts >= self.crew.caller.policy.max_attempts();
                    // Only whoever asks has to wait until the last request cannot be running any more.
                    let delay = match doubt {
                        Doubt::MayStillRun if last => {
                            self.permit = None;
                            delay.max(self.crew.settle)
                        }
                        Doubt::MayStillRun | Doubt::Answered => delay,
                    };
                    (delay, self.last.detail.clone().unwrap_or_default())
                }
                // Of an invitation only.
                Verdict::Created(_) => return self.unknown("the answer was not one to a cancellation"),
                Verdict::PerhapsThere | Verdict::SomethingMissing => return self.find_out_what_is_left().await,
                // An earlier request may have come through all the same.
                Verdict::Refused if self.open.is_some() => return self.find_out_what_is_left().await,
                Verdict::Refused => return self.failed(),
                Verdict::Condemned(why) => return self.condemned_in_doubt(why),
            };
            let ended = self.wait(delay, why).await.is_err();
            match (ended, self.open.is_some()) {
                (true, true) => return self.unknown("the run was ended before it could be tried again"),
                (true, false) => return self.not_sent(),
                (false, _) => {}
            }
            if self.trace.attempts >= self.crew.caller.policy.max_attempts() {
                // What never went out has changed nothing.
                return if self.open.is_some() { self.find_out_what_is_left().await } else { self.failed() };
            }
        }
    }

    /// Finds the invite of a request of which the run never learned what came; an error where there is none to cancel.
    async fn find_ours(&mut self, left_open: LeftOpen, tried: bool) -> Result<(), Fate> {
        let there = self.what_is_there(left_open).await;
        // What was sent is the run's; a number would tell the next revocation that a request of its own came through.
        let there = there.map_err(|(outcome, condemned)| (Outcome { attempts: 0, ..outcome }, condemned))?;
        self.trace = Trace::default();
        let nothing = if tried { Status::Revoked } else { Status::Gone };
        let mut ours = there.invites.iter().filter(|invite| self.is_ours(invite));
        let invite = match (there.member, ours.next(), ours.next()) {
            (Some(_), ..) => return Err(self.end(Status::Accepted, ACCEPTED)),
            (None, Some(_), Some(_)) => return Err(self.end(Status::Failed, UNCLEAR)),
            (None, Some(only), None) if !self.is_certainly_ours(only) => return Err(self.end(Status::Failed, UNCLEAR)),
            (None, Some(only), None) => only.id.parse().map_err(|_| &only.id),
            (None, None, _) if there.invites.is_empty() => return Err(self.end_with(nothing, None, None, None)),
            (None, None, _) => return Err(self.end(Status::Gone, OTHER)),
        };
        let invite = invite.map_err(|id| {
            self.end(Status::Failed, &format!("the invite's id {id:?} is none of Atlas's; cancel it there"))
        })?;
        self.request = Request::Revoke(Revoke { email: self.email().to_owned(), invite });
        Ok(())
    }

    /// Asks once the run's request cannot be running any more.
    async fn what_is_there(&mut self, left_open: LeftOpen) -> Result<Entries, Fate> {
        let settle = self.reopen(left_open);
        Box::pin(self.settled(settle, LEFT_OPEN)).await?;
        let there = self.look_up().await.map_err(|unanswered| self.unanswered(unanswered, Self::unknown))?;
        there.ok_or_else(|| self.unknown(UNLISTED))
    }

    /// Asks what is there under the row's address. A person who is pending without an invite has accepted, or been invited,
    /// between the two questions, and is asked about once more; `None` where that does not help.
    async fn look_up(&self) -> Result<Option<Entries>, Unanswered> {
        for _ in 0..2 {
            let there = self.crew.caller.look_up(self.email(), self.sent_as.as_deref()).await?;
            if there.pending.is_empty() || !there.invites.is_empty() {
                return Ok(Some(there));
            }
        }
        Ok(None)
    }

    fn condemned_in_doubt(&self, why: String) -> Fate {
        if self.open.is_none() {
            return self.condemned(why);
        }
        let (outcome, _) = self.unknown("nothing more can be sent");
        (outcome, Some(why))
    }

    fn revoked(&self) -> Fate {
        self.end_with(Status::Revoked, None, None, None)
    }

    async fn find_out_what_is_left(&mut self) -> Fate {
        let in_doubt = self.open.is_some();
        let there = match self.look_up().await {
            Ok(Some(there)) => there,
            Ok(None) if in_doubt => return self.unknown(UNLISTED),
            Ok(None) => return self.failed_and(UNLISTED),
            Err(unanswered) if in_doubt => return self.unanswered(unanswered, Self::unknown),
            Err(unanswered) => return self.unanswered(unanswered, Self::failed_and),
        };
        // Ours is recognised by its id alone.
        let is_own = |invite: &Invite| invite.id.parse().ok() == self.request.own_invite();
        if there.member.is_some() {
            self.end(Status::Accepted, ACCEPTED)
        } else if there.invites.iter().any(is_own) {
            self.failed()
        } else if in_doubt {
            self.revoked()
        } else if there.invites.is_empty() {
            self.end_with(Status::Gone, None, None, None)
        } else {
            self.end(Status::Gone, OTHER)
        }
    }
}
