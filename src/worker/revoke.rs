//! A row's way to the cancellation of its invite. Cancelling twice is cancelling once, so a lost answer is followed by another
//! request; the server is asked only when it says that no such invite is pending, or when every attempt is used up.
//!
//! The invites' endpoint cancels what is pending and nothing else, so a person who accepts meanwhile stays.

use super::fate::{Fate, LastAnswer, OpenQuestion};
use super::{LeftOpen, Row, Trace, retry_after};
use crate::caller::{Found, Unanswered, describe};
use crate::exchange::{Gateway, Request, Revoke};
use crate::invitation::ObjectId;
use crate::outcome::Status;
use crate::retry::{Doubt, Verdict, judge};
use crate::revocation::{ACCEPTED, OTHER, UNCLEAR};

impl<G: Gateway> Row<'_, G> {
    /// Cancels the row's invite, which an earlier attempt may have done already.
    pub(super) async fn revoke(&mut self, left_open: Option<LeftOpen>, tried: Option<Trace>) -> Fate {
        let (mut outcome, condemned) = self.find_and_cancel(left_open, tried).await;
        // By these the next revocation knows that one of them may have come through.
        outcome.attempts += tried.map_or(0, |trace| trace.attempts);
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
                    return self.refused(Some(format!("the credentials are refused: {}", describe(&answer))));
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
                Verdict::Refused => return self.refused(None),
                Verdict::Condemned(why) => return self.refused(Some(why)),
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
        let invite = match found {
            Found::Invited(invite) if self.is_certainly_ours(&invite) => invite.id.parse().map_err(|_| invite.id),
            Found::Invited(invite) if self.is_ours(&invite) => return Err(self.end(Status::Failed, UNCLEAR)),
            Found::Invited(_) => return Err(self.end(Status::Gone, OTHER)),
            Found::Member(_) => return Err(self.end(Status::Accepted, ACCEPTED)),
            Found::Nobody if tried => return Err(self.end_with(Status::Revoked, None, None, None)),
            Found::Nobody => return Err(self.end_with(Status::Gone, None, None, None)),
        };
        let invite = invite.map_err(|id| {
            self.end(Status::Failed, &format!("the invite's id {id:?} is none of Atlas's; cancel it there"))
        })?;
        self.request = Request::Revoke(Revoke { email: self.email().to_owned(), invite });
        self.trace = Trace::default();
        Ok(())
    }

    fn revoked(&self) -> Fate {
        self.end_with(Status::Revoked, self.own_invite().map(|invite| invite.to_string()), None, None)
    }

    /// The request was refused, and perhaps every other would be; an earlier one may have come through all the same.
    fn refused(&self, condemned: Option<String>) -> Fate {
        let (outcome, _) = if self.open.is_some() { self.unknown("the next was refused") } else { self.failed() };
        (outcome, condemned)
    }

    async fn find_out_what_is_left(&mut self) -> Fate {
        match self.what_is_left().await {
            Ok(fate) => fate,
            Err(unanswered) if self.open.is_some() => self.unanswered(unanswered, Self::unknown),
            Err(unanswered) => self.unanswered(unanswered, Self::failed_and),
        }
    }

    async fn what_is_left(&self) -> Result<Fate, Unanswered> {
        let caller = &self.crew.caller;
        // Somebody else may have invited the person since, so that only the id can tell.
        let invites = caller.invites_to(self.email(), self.sent_as.as_deref()).await?;
        if invites.iter().any(|invite| invite.id.parse().ok() == self.own_invite()) {
            return Ok(self.failed());
        }
        Ok(match caller.who_is_there(self.email(), self.sent_as.as_deref(), None).await? {
            Found::Member(_) => self.end(Status::Accepted, ACCEPTED),
            Found::Nobody | Found::Invited(_) if self.open.is_some() => self.revoked(),
            Found::Nobody => self.end_with(Status::Gone, None, None, None),
            Found::Invited(_) => self.end(Status::Gone, OTHER),
        })
    }

    fn own_invite(&self) -> Option<ObjectId> {
        if let Request::Revoke(revoke) = &self.request { Some(revoke.invite) } else { None }
    }
}
