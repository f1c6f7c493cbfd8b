//! A row's way to its invitation. Where an answer leaves open whether the invite exists, the server is asked before anything
//! is sent again, for an invitation is an email to a person.

use super::outcome::{Fate, LastAnswer};
use super::{LeftOpen, Row, retry_after};
use crate::atlas::api::{Gateway, Request};
use crate::atlas::verdict::{Doubt, Verdict, judge};
use crate::engine::caller::{Found, Unanswered, describe};
use crate::model::outcome::Status;

impl<G: Gateway> Row<'_, G> {
    /// Invites the person, unless what an earlier run left open turns out to have done so.
    pub(super) async fn invite(&mut self, left_open: Option<LeftOpen>, only_ask: Option<&str>) -> Fate {
        if let Some(left_open) = left_open {
            match Box::pin(self.take_up(left_open)).await {
                Ok(Found::Nobody) => {}
                Ok(found) => return self.found(found),
                Err(fate) => return fate,
            }
            if let Some(why) = only_ask {
                return self.end(Status::NotSent, why);
            }
        }
        let mut renewed = false;
        loop {
            let before = self.trace;
            let answer = match self.send().await {
                Ok(answer) => answer,
                Err(fate) => return fate,
            };
            self.last = LastAnswer::of(&answer);
            let unauthorized = std::mem::take(&mut renewed);
            let verdict = judge(&answer);
            tracing::debug!(ticket = self.ticket.0, attempt = self.trace.attempts, verdict = verdict.name(), "judged");
            match verdict {
                Verdict::Created(created) => {
                    return self.end_with(Status::Invited, Some(created.id), created.expires_at, None);
                }
                // No attempt, and whatever was made meanwhile is not ours.
                Verdict::NotProcessed(_) => self.trace = before,
                Verdict::Unauthorized if unauthorized => {
                    return self.condemned(format!("the credentials are refused: {}", describe(&answer)));
                }
                Verdict::Unauthorized => {
                    self.trace = before;
                    renewed = true;
                }
                Verdict::NotSent(why) => {
                    if self.trace.attempts >= self.crew.caller.policy.max_attempts() {
                        return self.failed();
                    }
                    let delay = self.next_delay(None);
                    if self.wait(delay, why).await.is_err() {
                        return self.not_sent();
                    }
                }
                Verdict::InDoubt(doubt) => {
                    self.doubt();
                    let delay = self.next_delay(retry_after(&answer));
                    let delay = match doubt {
                        Doubt::Answered => delay,
                        Doubt::MayStillRun => {
                            // Others may use the place while this row only waits.
                            self.permit = None;
                            delay.max(self.crew.settle)
                        }
                    };
                    let why = self.last.detail.clone().unwrap_or_default();
                    match Box::pin(self.settle(delay, &why)).await {
                        Ok(Found::Nobody) => {}
                        Ok(found) => return self.found(found),
                        Err(fate) => return fate,
                    }
                    if self.trace.attempts >= self.crew.caller.policy.max_attempts() {
                        return self.failed();
                    }
                }
                // Of a cancellation only; its body is read as nothing else.
                Verdict::Revoked => return self.unknown("the answer was not one to an invitation"),
                Verdict::PerhapsThere => return Box::pin(self.find_out_who_is_there()).await,
                Verdict::SomethingMissing => return Box::pin(self.find_out_what_is_missing()).await,
                Verdict::Refused => return self.failed(),
                Verdict::Condemned(why) => return self.condemned(why),
            }
        }
    }

    async fn find_out_who_is_there(&mut self) -> Fate {
        match self.ask().await {
            Ok(Found::Nobody) => self.failed(),
            Ok(found) => self.found(found),
            Err(unanswered) => self.unanswered(unanswered, Self::failed_and),
        }
    }

    /// A 404 may mean the row's team or project, or the organization.
    async fn find_out_what_is_missing(&mut self) -> Fate {
        let caller = &self.crew.caller;
        let ask = || async {
            match caller.ask(&Request::Organization).await {
                Ok(_) => Ok(None),
                Err(Unanswered::Unauthorized(why) | Unanswered::Denied(why)) => Ok(Some(why)),
                Err(unanswered @ (Unanswered::Stopped | Unanswered::Unreachable(_) | Unanswered::GaveUp(_))) => {
                    Err(unanswered)
                }
            }
        };
        match self.crew.organization_missing.get_or_try_init(ask).await {
            Ok(Some(why)) => self.condemned(format!("the organization is not there: {why}")),
            Err(Unanswered::Unreachable(why) | Unanswered::GaveUp(why)) => {
                self.failed_and(&format!("asking for the organization failed: {why}"))
            }
            Ok(None) | Err(Unanswered::Stopped | Unanswered::Unauthorized(_) | Unanswered::Denied(_)) => self.failed(),
        }
    }
}
