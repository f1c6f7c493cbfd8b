//! Cancels an invite. Cancelling twice has the same effect as once, so after a lost answer the request is simply
//! repeated. The person is looked up only if the server answers that no such invite is pending, or after the last
//! attempt.
//!
//! The invites endpoint cancels only pending invites, so a person who accepts meanwhile stays a member.

use std::convert::Infallible;
use std::ops::ControlFlow::{self, Break, Continue};

use super::last_answer::LastAnswer;
use super::ownership::Window;
use super::resolve::UNRESOLVED;
use super::{ActiveRow, Ending, Trace, Unresolved};
use crate::atlas::api::{Gateway, Invite, Request, Revoke};
use crate::atlas::verdict::{Verdict, judge};
use crate::engine::authorship::Author;
use crate::engine::look_up::Entries;
use crate::engine::session::Unanswered;
use crate::model::invitation::ObjectId;
use crate::model::outcome::Outcome;
use crate::model::reason::{Blocked, RowReason};
use crate::model::status::Status;

impl<G: Gateway> ActiveRow<'_, G> {
    /// Cancels the row's invite, unless an earlier attempt has done so, and then the rest of the person's invites.
    pub(super) async fn revoke(
        &mut self,
        unresolved: Option<Unresolved>,
        tried: Option<Trace>,
        mut rest: Vec<ObjectId>,
    ) -> Ending {
        let mut ending = match self.try_revoke(unresolved, tried, &mut rest).await {
            Break(ending) => ending,
            Continue(never) => match never {},
        };
        while let (Ending::Settled(_), Some(invite)) = (&ending, rest.pop()) {
            self.request = Request::Revoke(Revoke { email: self.email().to_owned(), invite });
            let next = match self.try_revoke(None, tried, &mut rest).await {
                Break(next) => next,
                Continue(never) => match never {},
            };
            ending = more_serious(ending, next);
        }
        // The next run must know about the earlier requests too.
        let tried = tried.map_or(0, |trace| trace.attempts);
        ending.map(|outcome| Outcome { attempts: outcome.attempts.saturating_add(tried), ..outcome })
    }

    async fn try_revoke(
        &mut self,
        unresolved: Option<Unresolved>,
        tried: Option<Trace>,
        rest: &mut Vec<ObjectId>,
    ) -> ControlFlow<Ending, Infallible> {
        if let Some(unresolved) = unresolved {
            *rest = self.find_ours(unresolved, tried.is_some()).await?;
        }
        self.window = tried.and_then(|trace| trace.first_sent).map(|since| Window::new(self.moment(since)));
        let mut renewed = false;
        loop {
            let before = self.trace;
            let answer = match self.send().await {
                Continue(answer) => answer,
                Break(Ending::Stopped(_)) if self.window.is_some() => {
                    return Break(self.interrupted("the run ended before the next attempt"));
                }
                Break(ending) => return Break(ending),
            };
            self.last = LastAnswer::of(&answer);
            let unauthorized = std::mem::take(&mut renewed);
            let verdict = judge(&answer);
            tracing::debug!(ticket = self.id.0, attempt = self.trace.attempts, verdict = verdict.name(), "judged");
            let (delay, why) = match verdict {
                Verdict::Revoked => return Break(self.settled(Status::Revoked)),
                Verdict::NotProcessed(_) => {
                    self.trace = before;
                    continue;
                }
                Verdict::Unauthorized(blocked) if unauthorized => return Break(self.blocked_in_doubt(blocked)),
                Verdict::Unauthorized(_) => {
                    self.trace = before;
                    renewed = true;
                    continue;
                }
                Verdict::NotSent(why) => (self.next_delay(), why),
                Verdict::TryAgain => (self.next_delay(), self.last.detail.clone().unwrap_or_default()),
                Verdict::InDoubt => {
                    self.doubt();
                    let mut delay = self.next_delay();
                    // Only a look-up has to wait until the last request has certainly ended.
                    if self.is_last_attempt() {
                        self.slot = None;
                        delay = delay.max(self.context.settle);
                    }
                    (delay, self.last.detail.clone().unwrap_or_default())
                }
                // The answer to an invitation.
                Verdict::Created(_) | Verdict::CreatedForAnother(_) => {
                    return Break(self.left_unknown(RowReason::UnexpectedAnswer));
                }
                Verdict::Conflict | Verdict::PerhapsThere | Verdict::RowOrOrganization => {
                    return Break(self.check_invite().await);
                }
                // An earlier request may have succeeded nevertheless.
                Verdict::Refused if self.window.is_some() => return Break(self.check_invite().await),
                Verdict::Refused => return Break(self.failed()),
                Verdict::Blocked(blocked) => return Break(self.blocked_in_doubt(blocked)),
            };
            if self.wait(delay, why).await.is_err() {
                return Break(match self.window {
                    Some(_) => self.interrupted("the run ended before the next attempt"),
                    None => self.not_sent(),
                });
            }
            if self.is_last_attempt() {
                // A request that was never sent has changed nothing.
                return Break(match self.window {
                    Some(_) => self.check_invite().await,
                    None => self.failed(),
                });
            }
        }
    }

    /// Finds the invites that an unresolved request of the run created, and prepares to cancel the first. Returns the
    /// others. Ends the row if there is none to cancel.
    async fn find_ours(&mut self, unresolved: Unresolved, tried: bool) -> ControlFlow<Ending, Vec<ObjectId>> {
        let entries = match self.entries_once_settled(unresolved).await {
            Continue(entries) => entries,
            // That request was an invitation. Counting it would claim that a cancellation was sent.
            Break(ending) => return Break(ending.map(|outcome| Outcome { attempts: 0, ..outcome })),
        };
        self.trace = Trace::default();
        if entries.member {
            return Break(self.ended(Status::Accepted, RowReason::AlreadyAccepted));
        }
        let ours: Vec<&Invite> = entries.invites.iter().filter(|invite| self.is_ours(invite)).collect();
        if ours.is_empty() {
            return Break(match (entries.invites.is_empty(), tried) {
                (false, _) => self.ended(Status::Gone, RowReason::OtherInvitePending),
                (true, _) if !entries.is_conclusive => self.left_unknown(RowReason::LookUpInconclusive),
                (true, true) => self.settled(Status::Revoked),
                (true, false) => self.ended(Status::Gone, RowReason::InviteGone),
            });
        }
        if !ours.iter().all(|invite| self.is_certainly_ours(invite)) || !self.are_of_one_job(&ours) {
            return Break(self.ended(Status::Failed, RowReason::InviteAmbiguous));
        }
        let Ok(mut ids) = ours.iter().map(|invite| invite.id.parse()).collect::<Result<Vec<ObjectId>, _>>() else {
            return Break(self.ended(Status::Failed, RowReason::InvalidInviteId));
        };
        let invite = ids.remove(0);
        self.request = Request::Revoke(Revoke { email: self.email().to_owned(), invite });
        Continue(ids)
    }

    /// Returns whether all of the invites are from this job: the only one, or several of its own credential.
    fn are_of_one_job(&self, ours: &[&Invite]) -> bool {
        let authorship = &self.context.session.authorship;
        ours.len() == 1 || ours.iter().all(|invite| authorship.author(invite.invited_by.as_deref()) == Author::Own)
    }

    /// Looks the address up once the run's request has certainly ended.
    async fn entries_once_settled(&mut self, unresolved: Unresolved) -> ControlFlow<Ending, Entries> {
        let settle = self.reopen(unresolved);
        Box::pin(self.wait_to_ask(settle, UNRESOLVED)).await?;
        match self.look_up().await {
            Ok(Some(entries)) => Continue(entries),
            Ok(None) => Break(self.left_unknown(RowReason::InviteNotListed)),
            Err(unanswered) => Break(self.unanswered(unanswered)),
        }
    }

    /// Looks the row's address up. A person who is pending without an invite has accepted or been invited between the
    /// two requests, and is looked up once more. Returns `None` if that does not help.
    async fn look_up(&self) -> Result<Option<Entries>, Unanswered> {
        for _ in 0..2 {
            let entries = self.context.session.look_up(self.email(), self.sent_as.as_deref()).await?;
            if entries.pending.is_empty() || !entries.invites.is_empty() {
                return Ok(Some(entries));
            }
        }
        Ok(None)
    }

    fn blocked_in_doubt(&self, blocked: Blocked) -> Ending {
        if self.window.is_none() {
            return self.blocked(blocked);
        }
        let outcome = self.unknown("the organization accepts no more requests").or_code(RowReason::OrganizationBlocked);
        Ending::Blocked(outcome, blocked)
    }

    /// Ends a row after checking whether its invite is still pending.
    async fn check_invite(&mut self) -> Ending {
        let in_doubt = self.window.is_some();
        let entries = match self.look_up().await {
            Ok(Some(entries)) => entries,
            Ok(None) if in_doubt => return self.left_unknown(RowReason::InviteNotListed),
            Ok(None) => return Ending::Settled(self.failure_and(RowReason::InviteNotListed.text())),
            Err(unanswered) if in_doubt => return self.unanswered(unanswered),
            Err(unanswered) => return self.refused_unanswered(unanswered),
        };
        // Our invite is recognised only by its id.
        let is_own = |invite: &Invite| invite.id.parse().ok() == self.request.own_invite();
        if entries.member {
            self.ended(Status::Accepted, RowReason::AlreadyAccepted)
        } else if entries.invites.iter().any(is_own) {
            self.failed()
        } else if !entries.is_conclusive && entries.invites.is_empty() {
            self.left_unknown(RowReason::LookUpInconclusive)
        } else if in_doubt {
            self.settled(Status::Revoked)
        } else if entries.invites.is_empty() {
            self.ended(Status::Gone, RowReason::InviteGone)
        } else {
            self.ended(Status::Gone, RowReason::OtherInvitePending)
        }
    }
}

/// Returns the ending that a user has to know about, of the endings for two invites of the same person.
fn more_serious(first: Ending, second: Ending) -> Ending {
    let rank = |ending: &Ending| match ending {
        Ending::Stopped(_) | Ending::Blocked(..) => 6,
        Ending::NotAsAsked(..) => 0,
        Ending::Settled(outcome) => match outcome.status {
            Status::Unknown | Status::Sending => 5,
            Status::Failed | Status::Invalid => 4,
            Status::NotSent => 3,
            Status::Accepted => 2,
            Status::Revoked => 1,
            Status::Gone
            | Status::NotOurs
            | Status::Invited
            | Status::AlreadyInvited
            | Status::AlreadyMember
            | Status::Duplicate => 0,
        },
    };
    // The second one counts the requests of both.
    if rank(&first) > rank(&second) {
        let attempts = second.outcome().attempts;
        return first.map(|outcome| Outcome { attempts, ..outcome });
    }
    second
}
