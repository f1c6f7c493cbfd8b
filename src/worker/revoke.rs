//! A row's way to the cancellation of its invite. Cancelling twice is cancelling once, so a lost answer is followed by another
//! request; the server is asked only when it says that no such invite is pending, or when every attempt is used up.
//!
//! The invites' endpoint cancels what is pending and nothing else, so a person who accepts meanwhile stays.

use super::fate::{Fate, LastAnswer, OpenQuestion};
use super::{LeftOpen, Row, Trace, retry_after};
use crate::caller::{Found, describe};
use crate::exchange::{Gateway, Request, Revoke};
use crate::invitation::ObjectId;
use crate::outcome::Status;
use crate::retry::{Doubt, Verdict, judge};
use crate::revocation::{ACCEPTED, OTHER};

impl<G: Gateway> Row<'_, G> {
    /// Cancels the row's invite, which an earlier attempt may have done already (`tried`).
    pub(super) async fn revoke(&mut self, left_open: Option<LeftOpen>, tried: bool) -> Fate {
        if let Some(left_open) = left_open
            && let Err(fate) = self.find_ours(left_open, tried).await
        {
            return fate;
        }
        if tried {
            self.open = Some(OpenQuestion { since: self.crew.caller.clock.now(), absent_at: None });
        }
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
                    return self.condemned(format!("the credentials are refused: {}", describe(&answer)));
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
                    let settle = match doubt {
                        Doubt::Answered => delay,
                        Doubt::MayStillRun => delay.max(self.crew.settle),
                    };
                    // Only whoever asks has to wait until the last request cannot be running any more.
                    (if last { settle } else { delay }, self.last.detail.clone().unwrap_or_default())
                }
                // Of an invitation only.
                Verdict::Created(_) => return self.unknown("the answer was not one to a cancellation"),
                Verdict::PerhapsThere | Verdict::SomethingMissing => return self.find_out_what_is_left().await,
                Verdict::Refused => return self.failed(),
                Verdict::Condemned(why) => return self.condemned(why),
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
        let found = self.take_up(left_open).await.map_err(|(mut outcome, condemned)| {
            // These were the run's; a number would tell the next revocation that one of its own came through.
            outcome.attempts = 0;
            (outcome, condemned)
        })?;
        let nothing = if tried { Status::Revoked } else { Status::Gone };
        let (ours, in_doubt) = (|invite| self.is_ours(invite), self.in_doubt_since().is_some());
        let invite = match found {
            Found::Invited(invite) if ours(&invite) => invite.id.parse().map_err(|_| invite.id),
            Found::Invited(_) => return Err(self.end(Status::Gone, OTHER)),
            Found::Member(_) if in_doubt => return Err(self.end(Status::Accepted, ACCEPTED)),
            Found::Member(_) | Found::Nobody => return Err(self.end_with(nothing, None, None, None)),
        };
        let invite =
            invite.map_err(|id| self.end(Status::Failed, &format!("the invite's id {id:?} is none of Atlas's")))?;
        self.request = Request::Revoke(Revoke { email: self.email().to_owned(), invite });
        (self.trace, self.open) = (Trace::default(), None);
        Ok(())
    }

    fn revoked(&self) -> Fate {
        self.end_with(Status::Revoked, self.own_invite().map(|invite| invite.to_string()), None, None)
    }

    async fn find_out_what_is_left(&mut self) -> Fate {
        let in_doubt = self.open.is_some();
        // Of several invites to the address the latest is told; ours is recognised by its id alone.
        match self.crew.caller.who_is_there(self.email(), self.sent_as.as_deref(), None).await {
            Ok(Found::Member(_)) => self.end(Status::Accepted, ACCEPTED),
            Ok(Found::Nobody) if in_doubt => self.revoked(),
            Ok(Found::Nobody) => self.end_with(Status::Gone, None, None, None),
            Ok(Found::Invited(invite)) if invite.id.parse().ok() == self.own_invite() => self.failed(),
            Ok(Found::Invited(_)) if in_doubt => self.unknown(OTHER),
            Ok(Found::Invited(_)) => self.end(Status::Gone, OTHER),
            Err(unanswered) if in_doubt => self.unanswered(unanswered, Self::unknown),
            Err(unanswered) => self.unanswered(unanswered, Self::failed_and),
        }
    }

    fn own_invite(&self) -> Option<ObjectId> {
        if let Request::Revoke(revoke) = &self.request { Some(revoke.invite) } else { None }
    }
}
