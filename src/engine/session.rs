//! Sends requests at the pace that the limiter allows, and retries look-ups until they are answered.
//!
//! The workers and the preflight share a session. It retries only look-ups, because repeating those is harmless. A
//! worker decides whether an invitation is sent again.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::authorship::Authorship;
use super::backoff::Policy;
use super::clock::{Clock, ServerClock, signed};
use super::limiter::{Learned, Limiter, Permit, WaitTooLong};
use super::stop::{Stop, Stopped};
use crate::atlas::api::{Answer, Api, Body, Gateway, Request, Response};
use crate::atlas::verdict::{LookUp, judge_look_up};
use crate::model::reason::{Blocked, BlockedReason, NetworkFault};

/// The access to one organization: the gateway, the limiter and the retry policy.
#[derive(Debug)]
pub struct Session<G> {
    /// The connection to Atlas.
    pub gateway: G,
    /// The endpoint that creates invitations.
    pub api: Api,
    /// Paces every request.
    pub limiter: Arc<Limiter>,
    /// The retry policy.
    pub policy: Policy,
    /// The local clock.
    pub clock: Clock,
    /// The server's clock.
    pub server_clock: ServerClock,
    /// The name of this session's credential as the author of invites.
    pub authorship: Authorship,
    /// Stops the requests of this session.
    pub stop: Stop,
    /// Set once any request has been answered.
    answered: AtomicBool,
    /// Set once an invitation or a cancellation has succeeded.
    effective: AtomicBool,
    learned: mpsc::UnboundedSender<Learned>,
}

/// The reason a look-up has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unanswered {
    /// The run stops.
    Stopped,
    /// No attempt reached Atlas. Only one was made if retrying cannot help.
    Unreachable(NetworkFault, String),
    /// Every attempt failed; the description of the last failure.
    GaveUp(String),
    /// The organization refuses every request, or cannot be read.
    Refused(Blocked),
}

/// The reason a request may not be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPermit {
    /// The run stops.
    Stopped,
    /// The request would have to wait for too long.
    WaitTooLong(Blocked),
}

impl From<Stopped> for NoPermit {
    fn from(Stopped: Stopped) -> Self {
        NoPermit::Stopped
    }
}

impl From<WaitTooLong> for NoPermit {
    fn from(wait: WaitTooLong) -> Self {
        NoPermit::WaitTooLong(Blocked::new(BlockedReason::WaitTooLong, wait.to_string()))
    }
}

impl From<NoPermit> for Unanswered {
    fn from(none: NoPermit) -> Self {
        match none {
            NoPermit::Stopped => Unanswered::Stopped,
            NoPermit::WaitTooLong(blocked) => Unanswered::Refused(blocked),
        }
    }
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
    /// Creates a session that reports newly learned limits to `learned`, each once.
    pub fn new(
        gateway: G,
        api: Api,
        limiter: Limiter,
        policy: Policy,
        clock: Clock,
        learned: mpsc::UnboundedSender<Learned>,
    ) -> Self {
        let (server_clock, stop) = (ServerClock::default(), Stop::default());
        let (limiter, answered, effective) = (Arc::new(limiter), AtomicBool::default(), AtomicBool::default());
        let authorship = Authorship::new(gateway.inviter());
        Self { gateway, api, limiter, policy, clock, server_clock, authorship, stop, answered, effective, learned }
    }

    /// Returns the server's time, or the local time if the server's is unknown.
    pub fn server_now(&self) -> Timestamp {
        self.server_time(self.clock.now())
    }

    /// Converts a local time to the server's; unchanged if the server's clock is unknown.
    pub fn server_time(&self, local: Timestamp) -> Timestamp {
        self.server_clock.translate(local).unwrap_or(local)
    }

    /// Waits until the limiter permits the request.
    ///
    /// # Errors
    ///
    /// The reason it may not be sent.
    pub async fn permit(&self, request: &Request) -> Result<Permit, NoPermit> {
        let permit = pin!(self.limiter.acquire(request.endpoint_set(self.api), request.is_invitation()));
        Ok(self.stop.or(permit).await??)
    }

    /// Returns a permit for the request, unless it would have to wait.
    pub fn try_permit(&self, request: &Request) -> Option<Permit> {
        self.limiter.try_acquire(request.endpoint_set(self.api), request.is_invitation())
    }

    /// Sends the request and waits for its answer.
    ///
    /// # Errors
    ///
    /// `Stopped` if the requests in flight are abandoned, which is what a second signal does.
    pub async fn send(&self, mut permit: Permit, request: &Request) -> Result<Answer, Stopped> {
        permit.mark_sent();
        let (sent_at, began) = (self.clock.now(), Instant::now());
        // The future is large and would be copied whenever it is passed on, so it is pinned here.
        let answer = pin!(self.gateway.send(request));
        let answer = self.stop.or_abandoned(answer).await?;
        if let Answer::Response(response) = &answer {
            self.answered.store(true, Ordering::Relaxed);
            if matches!(response.body, Body::Created(_) | Body::Revoked) {
                self.effective.store(true, Ordering::Relaxed);
            }
            if let Body::Created(created) = &response.body {
                self.authorship.learn(created.invited_by.as_deref());
            }
            if let Some(date) = response.date {
                let received = self.clock.now();
                let skipped = received.duration_since(sent_at) - signed(began.elapsed());
                self.server_clock.observe(date, received, skipped);
            }
        }
        if let Some(learned) = permit.observe(&answer) {
            // The receiver is dropped when the run is over.
            let _ = self.learned.send(learned);
        }
        Ok(answer)
    }

    /// Returns whether an invitation or a cancellation has succeeded, which shows that the credential had every right.
    pub(super) fn is_effective(&self) -> bool {
        self.effective.load(Ordering::Relaxed)
    }

    /// Sends a look-up and retries it as often as the policy allows.
    ///
    /// A fault of the network's settings is not retried, unless an earlier request was answered: then the network has
    /// changed and may change back.
    ///
    /// # Errors
    ///
    /// The reason there is no answer.
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
                Answer::Response(response) if response.is_foreign() => Some((NetworkFault::ForeignAnswer, false)),
                Answer::NoAnswer(_) | Answer::Response(_) => None,
            };
            let why = match (judge_look_up(&answer), answer) {
                (LookUp::Found, Answer::Response(response)) => return Ok(*response),
                (LookUp::Found, answer @ (Answer::NotSent(_) | Answer::NoAnswer(_))) => answer.describe(),
                // The limiter has observed the answer and holds every request.
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
            self.stop.or(sleep(delays.next())).await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use bytes::Bytes;

    use super::*;
    use crate::atlas::api::{ApiError, Create, Grants, Lost, NoAnswer, NotSent};
    use crate::engine::limiter::Pace;

    /// A gateway that gives these answers in order, then repeats the last one, and counts the requests.
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

    fn page() -> Answer {
        let Answer::Response(mut response) = error() else { panic!() };
        (response.status, response.body) = (200, Body::Unreadable("a page".into()));
        Answer::Response(response)
    }

    fn timeout() -> Answer {
        Answer::NoAnswer(NoAnswer { lost: Lost::Timeout, detail: "no answer".into() })
    }

    #[tokio::test(start_paused = true)]
    async fn a_settings_fault_is_retried_only_after_an_answer() {
        let unreachable = || Unanswered::Unreachable(NetworkFault::Dns, "no way".into());
        for (answers, requests, expected) in [
            (vec![not_sent(true)], 1, unreachable()),
            (vec![not_sent(false)], 3, unreachable()),
            (vec![not_sent(false), not_sent(true)], 2, unreachable()),
            (vec![error(), not_sent(true)], 3, unreachable()),
            (
                vec![page(), page(), page()],
                3,
                Unanswered::Unreachable(NetworkFault::ForeignAnswer, "HTTP 200: a page".into()),
            ),
            (vec![page(), timeout()], 3, Unanswered::GaveUp("no answer".into())),
            (vec![not_sent(false), timeout()], 3, Unanswered::GaveUp("no answer".into())),
        ] {
            let gateway = Script(Mutex::new((answers.clone(), 0)));
            let (limiter, policy) = (Limiter::new(Pace::Unlimited), Policy::new(3, 7));
            let clock = Clock::starting_at(Timestamp::UNIX_EPOCH);
            let session = Session::new(gateway, Api::Invites, limiter, policy, clock, mpsc::unbounded_channel().0);
            assert_eq!(session.ask(&Request::Organization).await.unwrap_err(), expected, "{answers:?}");
            assert_eq!(session.gateway.0.lock().unwrap().1, requests, "{answers:?}");
        }
    }

    /// A gateway that never answers.
    struct Silence;

    impl Gateway for Silence {
        async fn send<'a>(&'a self, _: &'a Request) -> Answer {
            std::future::pending().await
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_abandoned_invitation_counts_against_its_limit() {
        let limiter = Limiter::new(Pace::Unlimited);
        let (policy, clock) = (Policy::new(3, 7), Clock::starting_at(Timestamp::UNIX_EPOCH));
        let session = Session::new(Silence, Api::Invites, limiter, policy, clock, mpsc::unbounded_channel().0);
        let invitation =
            Request::Create(Create { email: "ada@example.com".into(), grants: Grants::default(), body: Bytes::new() });
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
