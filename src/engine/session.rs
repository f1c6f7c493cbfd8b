//! Sends requests at the pace that the limiter allows, and repeats questions until they are answered.
//!
//! Shared by all workers and by what is read before the first invite. Only questions are repeated here, because repeating
//! them is harmless; what becomes of an invitation is decided by its worker.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::backoff::Policy;
use super::clock::{Clock, ServerClock};
use super::limiter::{Learned, Limiter, Permit};
use super::stop::{Stop, Stopped};
use crate::atlas::api::{Answer, Api, Gateway, Request, Response};
use crate::atlas::verdict::{LookUp, judge_look_up};
use crate::model::reason::{Blocked, BlockedReason, NetworkFault};

/// What requests to one organization need: the gateway, the limiter, and when to give up.
#[derive(Debug)]
pub struct Session<G> {
    /// The way to Atlas.
    pub gateway: G,
    /// Which endpoint creates invitations.
    pub api: Api,
    /// Paces every request.
    pub limiter: Arc<Limiter>,
    /// When to try again and when to give up.
    pub policy: Policy,
    /// Our time.
    pub clock: Clock,
    /// The server's time.
    pub server_clock: ServerClock,
    /// Whether the run ends.
    pub stop: Stop,
    /// Whether any request was answered yet.
    answered: AtomicBool,
    learned: mpsc::UnboundedSender<Learned>,
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// The run ends.
    Stopped,
    /// No attempt reached the server, or only one was made because repeating it cannot help.
    Unreachable(NetworkFault, String),
    /// Every attempt failed; what the last one said.
    GaveUp(String),
    /// The organization answers none of our requests.
    Refused(Blocked),
}

impl From<Stopped> for Unanswered {
    fn from(Stopped: Stopped) -> Self {
        Unanswered::Stopped
    }
}

impl From<Unanswered> for Blocked {
    fn from(unanswered: Unanswered) -> Self {
        match unanswered {
            Unanswered::Stopped => Blocked::new(BlockedReason::Interrupted, ""),
            Unanswered::Unreachable(fault, detail) => Blocked::new(fault.into(), detail),
            Unanswered::GaveUp(detail) => Blocked::new(BlockedReason::NotAnswering, detail),
            Unanswered::Refused(blocked) => blocked,
        }
    }
}

impl<G: Gateway> Session<G> {
    /// Creates a session that reports limits to `learned`. Each limit is reported once, so few reports come.
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

    /// Returns the server's time, or ours if its own is unknown.
    pub fn server_now(&self) -> Timestamp {
        let now = self.clock.now();
        self.server_clock.translate(now).unwrap_or(now)
    }

    /// Waits until the limiter permits the request.
    pub async fn permit(&self, request: &Request) -> Result<Permit, Stopped> {
        let permit = pin!(self.limiter.acquire(request.endpoint_set(self.api), request.is_invitation()));
        self.stop.or(permit).await
    }

    /// Returns a permit for the request if it need not wait.
    pub fn try_permit(&self, request: &Request) -> Option<Permit> {
        self.limiter.try_acquire(request.endpoint_set(self.api), request.is_invitation())
    }

    /// Sends the request. Only a second signal ends the wait for its answer.
    pub async fn send(&self, mut permit: Permit, request: &Request) -> Result<Answer, Stopped> {
        permit.mark_sent();
        // Pinned here, because so large a future is copied whenever it is passed on.
        let answer = pin!(self.gateway.send(request));
        let answer = self.stop.or_abandoned(answer).await?;
        if let Answer::Response(response) = &answer {
            self.answered.store(true, Ordering::Relaxed);
            if let Some(date) = response.date {
                self.server_clock.observe(date, self.clock.now());
            }
        }
        if let Some(news) = permit.observe(&answer) {
            // A receiver that is gone means that the run is over.
            let _ = self.learned.send(news);
        }
        Ok(answer)
    }

    /// Asks until there is an answer, at most as often as the policy allows.
    ///
    /// A mistake in the network's settings is not tried again, unless a request was answered before: then the network
    /// has changed and may change back.
    pub async fn ask(&self, request: &Request) -> Result<Response, Unanswered> {
        let mut delays = self.policy.delays();
        let mut attempts = 0;
        let mut renewed = false;
        loop {
            let permit = self.permit(request).await?;
            let answer = self.send(permit, request).await?;
            let unsent = match &answer {
                Answer::NotSent(not_sent) => {
                    Some((not_sent.fault, not_sent.lasting && !self.answered.load(Ordering::Relaxed)))
                }
                Answer::NoAnswer(_) | Answer::Response(_) => None,
            };
            let why = match (judge_look_up(&answer), answer) {
                (LookUp::Found, Answer::Response(response)) => return Ok(*response),
                (LookUp::Found, answer @ (Answer::NotSent(_) | Answer::NoAnswer(_))) => answer.describe(),
                // The limiter has seen it and holds every request.
                (LookUp::NotProcessed(_), _) => continue,
                (LookUp::Unauthorized(blocked), _) if renewed => return Err(Unanswered::Refused(blocked)),
                (LookUp::Unauthorized(_), _) => {
                    renewed = true;
                    continue;
                }
                (LookUp::Denied(blocked), _) => return Err(Unanswered::Refused(blocked)),
                (LookUp::Again(why), _) => why,
            };
            attempts += 1;
            let last = attempts >= self.policy.max_attempts();
            match unsent {
                Some((fault, lasting)) if lasting || last => return Err(Unanswered::Unreachable(fault, why)),
                None if last => return Err(Unanswered::GaveUp(why)),
                Some(_) | None => {}
            }
            self.stop.or(sleep(delays.next(None))).await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use bytes::Bytes;

    use super::*;
    use crate::atlas::api::{ApiError, Body, Create, Lost, NoAnswer, NotSent};
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
        Answer::NotSent(NotSent { fault: NetworkFault::Dns, detail: "no way".into(), retry_after: None, lasting })
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
        let unreachable = || Unanswered::Unreachable(NetworkFault::Dns, "no way".into());
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
            let session = Session::new(gateway, Api::Invites, limiter, policy, clock, mpsc::unbounded_channel().0);
            assert_eq!(session.ask(&Request::Organization).await.unwrap_err(), told, "{answers:?}");
            assert_eq!(session.gateway.0.lock().unwrap().1, asked, "{answers:?}");
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
        let session = Session::new(Silence, Api::Invites, limiter, policy, clock, mpsc::unbounded_channel().0);
        let invitation = Request::Create(Create { email: "ada@example.com".into(), body: Bytes::new() });
        let limit = ApiError {
            code: Some("INVITATIONS_RATE_LIMITED_IP".into()),
            detail: Some("Rate limit of 1 invitations per 1 minutes exceeded.".into()),
        };
        let Answer::Response(mut refusal) = error() else { panic!() };
        (refusal.status, refusal.body) = (400, Body::Error(limit));
        session.permit(&invitation).await.unwrap().observe(&Answer::Response(refusal));
        sleep(Duration::from_secs(60)).await;

        let permit = session.try_permit(&invitation).unwrap();
        session.stop.abandon();
        assert_eq!(session.send(permit, &invitation).await.unwrap_err(), Stopped);
        assert!(session.try_permit(&invitation).is_none());
    }
}
