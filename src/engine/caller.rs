//! Makes requests: waits for a turn, sends, lets the limiter learn; and asks questions until they are answered.
//!
//! Shared by all workers and by what comes before the first invite. An invitation's fate is the worker's to decide; here
//! a question is only repeated where repeating it is harmless.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::sleep;

use crate::atlas::api::{Answer, Api, Body, Gateway, Invite, Membership, Request, Response};
use crate::atlas::verdict::{LookUp, judge_look_up};
use crate::engine::backoff::Policy;
use crate::engine::clock::{Clock, ServerClock};
use crate::engine::limiter::{Learned, Limiter, Turn};
use crate::engine::stop::{Stop, Stopped};
use crate::model::email::fold_email;

/// What requests need: the way to Atlas, its pace, and when to give up.
#[derive(Debug)]
pub struct Caller<G> {
    /// The way to Atlas.
    pub gateway: G,
    /// Which endpoint creates invitations.
    pub api: Api,
    /// The turnstile.
    pub limiter: Arc<Limiter>,
    /// When to try again and when to give up.
    pub policy: Policy,
    /// The wall's time.
    pub clock: Clock,
    /// The server's time.
    pub server_clock: ServerClock,
    /// Whether the run ends.
    pub stop: Stop,
    /// Whether there was an answer yet.
    answered: AtomicBool,
    learned: mpsc::UnboundedSender<Learned>,
}

/// A question without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// The run ends.
    Stopped,
    /// No attempt got as far as the server; the last one so, or the only one where that cannot change.
    Unreachable(String),
    /// Every attempt failed; the last one so.
    GaveUp(String),
    /// The credential is refused, a fresh one too.
    Unauthorized(String),
    /// There is no such thing, or not for us.
    Denied(String),
}

impl From<Stopped> for Unanswered {
    fn from(Stopped: Stopped) -> Self {
        Unanswered::Stopped
    }
}

/// Who is there under an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nobody: nothing of ours was processed.
    Nobody,
    /// Someone with a pending invite.
    Invited(Invite),
    /// A member of the organization; the user's id.
    Member(String),
}

/// All that is there under an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// The user's id, where the person is a member; of what else there is, nothing is told then.
    pub member: Option<String>,
    /// The person as a pending user.
    pub pending: Vec<Invite>,
    /// The pending invites, where that endpoint is in use.
    pub invites: Vec<Invite>,
}

impl<G: Gateway> Caller<G> {
    /// A caller that tells `learned` its news about limits. Each limit is learnt once, so few come.
    pub fn new(
        gateway: G,
        api: Api,
        limiter: Limiter,
        policy: Policy,
        clock: Clock,
        learned: mpsc::UnboundedSender<Learned>,
    ) -> Self {
        let (server_clock, stop) = (ServerClock::default(), Stop::default());
        let (limiter, answered) = (Arc::new(limiter), AtomicBool::new(false));
        Self { gateway, api, limiter, policy, clock, server_clock, stop, answered, learned }
    }

    /// The server's time, or ours where its own is not known.
    pub fn server_now(&self) -> Timestamp {
        let now = self.clock.now();
        self.server_clock.translate(now).unwrap_or(now)
    }

    /// Waits for the request's turn.
    pub async fn turn(&self, request: &Request) -> Result<Turn, Stopped> {
        let turn = pin!(self.limiter.turn(request.endpoint_set(self.api), request.is_invitation()));
        self.stop.or(turn).await
    }

    /// The request's turn, where it need not wait.
    pub fn try_turn(&self, request: &Request) -> Option<Turn> {
        self.limiter.try_turn(request.endpoint_set(self.api), request.is_invitation())
    }

    /// Sends the request whose turn it is. Stops only when the wire is abandoned.
    pub async fn send(&self, mut turn: Turn, request: &Request) -> Result<Answer, Stopped> {
        turn.leaves();
        // Pinned here, because so large a future is copied whenever it is passed on.
        let answer = pin!(self.gateway.send(request));
        let answer = self.stop.or_abandoned(answer).await?;
        if let Answer::Response(response) = &answer {
            self.answered.store(true, Ordering::Relaxed);
            if let Some(date) = response.date {
                self.server_clock.observe(date, self.clock.now());
            }
        }
        if let Some(news) = turn.answered(&answer) {
            // Nobody listening means that the run is over.
            let _ = self.learned.send(news);
        }
        Ok(answer)
    }

    /// Asks until there is an answer, as often as the policy says.
    ///
    /// A mistake in the settings of the network is not tried again, unless there was an answer before: then it comes from
    /// a network that changes.
    pub async fn ask(&self, request: &Request) -> Result<Response, Unanswered> {
        let mut delays = self.policy.delays();
        let mut attempts = 0;
        let mut renewed = false;
        loop {
            let turn = self.turn(request).await?;
            let answer = self.send(turn, request).await?;
            let unsent = match &answer {
                Answer::NotSent(not_sent) => Some(not_sent.lasting && !self.answered.load(Ordering::Relaxed)),
                Answer::NoAnswer(_) | Answer::Response(_) => None,
            };
            let why = match judge_look_up(&answer) {
                LookUp::Told => match answer {
                    Answer::Response(response) => return Ok(*response),
                    Answer::NotSent(_) | Answer::NoAnswer(_) => "no answer".to_owned(),
                },
                // The limiter has heard it and holds everybody.
                LookUp::NotProcessed(_) => continue,
                LookUp::Unauthorized if renewed => return Err(Unanswered::Unauthorized(describe(&answer))),
                LookUp::Unauthorized => {
                    renewed = true;
                    continue;
                }
                LookUp::Denied(why) => return Err(Unanswered::Denied(why)),
                LookUp::Again(why) => why,
            };
            attempts += 1;
            let last = attempts >= self.policy.max_attempts();
            match unsent {
                Some(lasting) if lasting || last => return Err(Unanswered::Unreachable(why)),
                None if last => return Err(Unanswered::GaveUp(why)),
                Some(_) | None => {}
            }
            self.stop.or(sleep(delays.next(None))).await?;
        }
    }

    /// Asks who is there under an address, as [`Caller::look_up`] does.
    ///
    /// Of several invites to the address the latest one not older than `since` (the server's time) is told, for only that
    /// can be ours.
    pub async fn who_is_there(
        &self,
        email: &str,
        sent_as: Option<&str>,
        since: Option<Timestamp>,
    ) -> Result<Found, Unanswered> {
        let Entries { member, pending, invites } = self.look_up(email, sent_as).await?;
        let recent = |invite: &Invite| invite.created_at.is_none_or(|at| since.is_none_or(|since| at >= since));
        let rank = |invite: &Invite| (recent(invite), invite.created_at);
        let later = |found: Invite, invite: Invite| if rank(&invite) > rank(&found) { invite } else { found };
        let latest = |invites: Vec<Invite>| invites.into_iter().reduce(later);
        Ok(match member {
            Some(id) => Found::Member(id),
            None => latest(invites).or_else(|| latest(pending)).map_or(Found::Nobody, Found::Invited),
        })
    }

    /// Asks what is there under an address: among the organization's people, then among the invites where that endpoint
    /// is in use, as the address is written, as an earlier run sent it, and in lower case.
    pub async fn look_up(&self, email: &str, sent_as: Option<&str>) -> Result<Entries, Unanswered> {
        let folded = fold_email(email);
        let sent_as = sent_as.filter(|sent_as| ![email, &folded].contains(sent_as));
        let spellings = [Some(email), sent_as, Some(folded.as_ref()).filter(|folded| *folded != email)];
        let same = |theirs: &str| fold_email(theirs) == folded;
        // The same entry may be found under several spellings.
        let add = |entries: &mut Vec<Invite>, invite: Invite| {
            if entries.iter().all(|known| known.id != invite.id) {
                entries.push(invite);
            }
        };

        let mut there = Entries::default();
        for spelling in spellings.into_iter().flatten() {
            let response = self.ask(&Request::FindUser(spelling.to_owned())).await?;
            let Body::People(page) = response.body else { return Err(unexpected("the list of users")) };
            for person in page.entries.into_iter().filter(|person| same(&person.email)) {
                match person.membership {
                    Membership::Active => return Ok(Entries { member: Some(person.id), ..Entries::default() }),
                    Membership::Pending => add(
                        &mut there.pending,
                        Invite {
                            id: person.id,
                            email: person.email,
                            created_at: person.invited_at,
                            expires_at: person.expires_at,
                            grants: person.grants,
                        },
                    ),
                    Membership::Expired | Membership::Declined => {}
                }
            }
        }
        if self.api == Api::Invites {
            for spelling in spellings.into_iter().flatten() {
                let response = self.ask(&Request::FindInvites(spelling.to_owned())).await?;
                let Body::Invites(found) = response.body else { return Err(unexpected("the list of invites")) };
                let found = found.into_iter().filter(|invite| same(&invite.email));
                found.for_each(|invite| add(&mut there.invites, invite));
            }
        }
        Ok(there)
    }
}

fn unexpected(what: &str) -> Unanswered {
    Unanswered::GaveUp(format!("the answer was not {what}"))
}

/// An answer in words.
pub(crate) fn describe(answer: &Answer) -> String {
    match answer {
        Answer::NotSent(not_sent) => not_sent.detail.clone(),
        Answer::NoAnswer(no_answer) => no_answer.detail.clone(),
        Answer::Response(response) => crate::atlas::verdict::describe(response),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use bytes::Bytes;

    use super::*;
    use crate::atlas::api::{ApiError, Create, Lost, NoAnswer, NotSent};
    use crate::engine::limiter::Pace;

    /// Answers in this order, the last one for ever, and counts.
    struct Script(Mutex<(Vec<Answer>, usize)>);

    impl Gateway for Script {
        async fn send<'a>(&'a self, _: &'a Request) -> Answer {
            let mut script = self.0.lock().unwrap();
            script.1 += 1;
            let next = (script.1 - 1).min(script.0.len() - 1);
            script.0[next].clone()
        }
    }

    fn not_sent(lasting: bool) -> Answer {
        Answer::NotSent(NotSent { detail: "no way".into(), retry_after: None, lasting })
    }

    fn error() -> Answer {
        let body = Body::Error(ApiError::default());
        Answer::Response(Box::new(Response {
            status: 500,
            body,
            retry_after: None,
            date: None,
            limit: None,
            remaining: None,
        }))
    }

    fn timeout() -> Answer {
        Answer::NoAnswer(NoAnswer { lost: Lost::Timeout, detail: "no answer".into() })
    }

    #[tokio::test(start_paused = true)]
    async fn a_mistake_in_the_settings_is_not_tried_again_unless_there_was_an_answer_before() {
        let unreachable = || Unanswered::Unreachable("no way".into());
        for (answers, asked, told) in [
            (vec![not_sent(true)], 1, unreachable()),
            (vec![not_sent(false)], 3, unreachable()),
            (vec![not_sent(false), not_sent(true)], 2, unreachable()),
            (vec![error(), not_sent(true)], 3, unreachable()),
            (vec![not_sent(false), timeout()], 3, Unanswered::GaveUp("no answer".into())),
        ] {
            let gateway = Script(Mutex::new((answers.clone(), 0)));
            let (limiter, policy) = (Limiter::new(Pace::Unlimited), Policy::new(3, 7));
            let clock = Clock::starting_at(Timestamp::UNIX_EPOCH);
            let caller = Caller::new(gateway, Api::Invites, limiter, policy, clock, mpsc::unbounded_channel().0);
            assert_eq!(caller.ask(&Request::Organization).await.unwrap_err(), told, "{answers:?}");
            assert_eq!(caller.gateway.0.lock().unwrap().1, asked, "{answers:?}");
        }
    }
    /// Answers nothing.
    struct Silence;

    impl Gateway for Silence {
        async fn send<'a>(&'a self, _: &'a Request) -> Answer {
            std::future::pending().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_invitation_that_was_abandoned_on_its_way_counts_under_the_limit_on_invitations() {
        let limiter = Limiter::new(Pace::Unlimited);
        let (policy, clock) = (Policy::new(3, 7), Clock::starting_at(Timestamp::UNIX_EPOCH));
        let caller = Caller::new(Silence, Api::Invites, limiter, policy, clock, mpsc::unbounded_channel().0);
        let invitation = Request::Create(Create { email: "ada@example.com".into(), body: Bytes::new() });
        let limit = ApiError {
            code: Some("INVITATIONS_RATE_LIMITED_IP".into()),
            detail: Some("Rate limit of 1 invitations per 1 minutes exceeded.".into()),
        };
        let Answer::Response(mut refusal) = error() else { panic!() };
        (refusal.status, refusal.body) = (400, Body::Error(limit));
        caller.turn(&invitation).await.unwrap().answered(&Answer::Response(refusal));
        sleep(Duration::from_secs(60)).await;

        let turn = caller.try_turn(&invitation).unwrap();
        caller.stop.abandon();
        assert_eq!(caller.send(turn, &invitation).await.unwrap_err(), Stopped);
        assert!(caller.try_turn(&invitation).is_none());
    }
}
