//! The network between the job and the model: latencies, lost messages, and requests that the server still processes
//! after the client has abandoned them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bulk_invite::atlas::{Answer, Body, Gateway, InviterName, Lost, NoAnswer, NotSent, Request, Response};
use bulk_invite::model::NetworkFault;
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, sleep, sleep_until};

use crate::atlas::Atlas;
use crate::client_rules::Refusal;
use crate::faults::{Fault, random_duration};
use crate::ledger::{Ledger, OUR_NAME, fold};
use crate::user_run::is_locked;

/// The model of a seed, shared by all tasks.
pub(crate) type Shared = Arc<Mutex<Atlas>>;

pub(crate) fn locked(atlas: &Shared) -> MutexGuard<'_, Atlas> {
    atlas.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The gateway of one run.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) atlas: Shared,
    pub(crate) timeout: Duration,
    pub(crate) settle: Duration,
    /// Set for the job under test, and not for another process that runs the same sheet.
    pub(crate) is_of_job: bool,
}

/// A request in flight, with everything that is decided about it when it is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InFlight {
    pub(crate) number: u64,
    /// The number of the run that sent it.
    pub(crate) run: u32,
    /// See [`Network::is_of_job`].
    pub(crate) is_of_job: bool,
    /// Set if the answer precedes the commit of the request.
    pub(crate) answers_early: bool,
    pub(crate) sent_at: Duration,
    pub(crate) fault: Option<Fault>,
    /// The time for which the request waits for a token.
    token_wait: Duration,
    /// The latency of the request.
    request_latency: Duration,
    /// The latency of the answer.
    answer_latency: Duration,
    /// The longest time that the server continues after the client has abandoned the request.
    late: Duration,
    /// The time after which the client abandons the request, or is disconnected, if it receives no answer.
    abandoned_after: Duration,
    pub(crate) credential: u64,
}

impl Gateway for Network {
    fn inviter(&self) -> InviterName {
        let named = locked(&self.atlas).server.hazards.named_inviters;
        if named { InviterName::Known(OUR_NAME.to_owned()) } else { InviterName::Unknown }
    }

    async fn send(&self, request: &Request) -> Answer {
        let flight = self.register(request);
        let suspension = locked(&self.atlas).suspension.clone();
        wait_until_suspended(&suspension, Instant::now() + flight.token_wait).await;
        let answer = self.transmit(request, flight).await;
        self.receive(request, flight, &answer);
        answer
    }
}

impl Network {
    fn register(&self, request: &Request) -> InFlight {
        let mut atlas = locked(&self.atlas);
        let atlas = &mut *atlas;
        let now = atlas.history.now();
        let fault = atlas.faults.draw(request, &mut atlas.rng);
        let latency = atlas.server.latency;
        let least = Duration::from_millis(1);
        let hazards = atlas.server.hazards.clone();
        let is_change = matches!(request, Request::Create(_) | Request::Revoke(_));
        let is_unclear = matches!(fault, Some(Fault::ErrorAfter(_) | Fault::PageAfter(_) | Fault::EmptyAfter));
        let waits = hazards.slow_tokens && is_change && atlas.rng.u8(..3) == 0;
        let flight = InFlight {
            number: atlas.next_flight(),
            run: atlas.run,
            is_of_job: self.is_of_job,
            answers_early: hazards.early_answers && is_change && is_unclear && atlas.rng.u8(..4) > 0,
            sent_at: now,
            fault,
            token_wait: if waits { random_duration(&mut atlas.rng, least, self.timeout) } else { Duration::ZERO },
            request_latency: random_duration(&mut atlas.rng, least, latency),
            answer_latency: random_duration(&mut atlas.rng, least, latency),
            // Less than the settle delay, which is the one assumption of the guarantee.
            late: random_duration(
                &mut atlas.rng,
                Duration::ZERO,
                (self.settle - Duration::from_millis(50)).saturating_sub(hazards.lag),
            ),
            abandoned_after: random_duration(&mut atlas.rng, least, self.timeout),
            credential: atlas.client_credential,
        };
        atlas.history.note(|| {
            format!(
                "#{}{} sends {}{}",
                flight.number,
                if self.is_of_job { "" } else { " of the other process" },
                shown_request(request),
                fault.map_or(String::new(), |fault| format!(", and {fault:?}"))
            )
        });
        if !self.is_of_job {
            if let Request::Create(create) = request {
                atlas.other_ledger.sent(&fold(&create.email), flight.number, now);
            }
            return flight;
        }
        let set = request.endpoint_set(atlas.server.api);
        let mut problem = atlas.client_rules.check_send(set, now);
        if let Request::Create(_) | Request::FindUser(_) | Request::Revoke(_) = request {
            problem = problem.or(atlas.client_rules.check_retry_after(&fold(address_of(request)), now));
        }
        if let Request::Create(create) = request {
            let address = fold(&create.email);
            problem = problem.or(atlas.client_rules.check_recorded(&address)).or(atlas.known_present(create));
            if let Some(results) = atlas.client_rules.tries_second_run() {
                problem = problem.or(is_locked(&results, &mut atlas.rng).err());
            }
            atlas.ledger.sent(&address, flight.number, now);
            atlas.cancellations.invites(&address);
        } else if let Request::Revoke(revoke) = request {
            let address = fold(&revoke.email);
            problem = problem.or(atlas.client_rules.check_recorded(&address)).or(atlas.forbidden_cancellation(revoke));
            atlas.cancellations.sent(&address, revoke.invite.to_string(), flight.number, now);
        }
        if let Some(problem) = problem {
            atlas.history.violation(problem);
        }
        flight
    }

    async fn transmit(&self, request: &Request, flight: InFlight) -> Answer {
        let lost = match flight.fault {
            Some(Fault::NeverSent) => {
                sleep(flight.request_latency).await;
                return Answer::NotSent(NotSent {
                    fault: NetworkFault::Connection,
                    detail: "could not connect".into(),
                    retry_after: None,
                    lasting: false,
                });
            }
            Some(Fault::LostBefore(lost)) => return self.abandon(flight, lost).await,
            Some(Fault::LostAfter(lost) | Fault::StillRunning(lost)) => Some(lost),
            _ => None,
        };
        let (answer, answered) = oneshot::channel();
        let (_client, client_left) = oneshot::channel();
        tokio::spawn(serve(self.atlas.clone(), request.clone(), flight, client_left, answer));
        if let Some(Fault::StillRunning(lost)) = flight.fault {
            return self.abandon(flight, lost).await;
        }
        let response = answered.await;
        sleep(flight.answer_latency).await;
        match (lost, response) {
            (None, Ok(response)) => Answer::Response(Box::new(response)),
            (Some(Lost::Timeout), _) => self.abandon(flight, Lost::Timeout).await,
            (lost, _) => no_answer(lost.unwrap_or(Lost::Reset)),
        }
    }

    async fn abandon(&self, flight: InFlight, lost: Lost) -> Answer {
        let after = if lost == Lost::Timeout { self.timeout } else { flight.abandoned_after } + flight.token_wait;
        let spent = locked(&self.atlas).history.now() - flight.sent_at;
        sleep(after.saturating_sub(spent)).await;
        no_answer(lost)
    }

    /// Records that the client has the answer, and what it can learn from it.
    fn receive(&self, request: &Request, flight: InFlight, answer: &Answer) {
        let mut atlas = locked(&self.atlas);
        let now = atlas.history.now();
        atlas.history.note(|| format!("#{} is answered with {}", flight.number, shown_answer(answer)));
        if let Request::Revoke(revoke) = request {
            atlas.cancellations.answered(&revoke.email, flight.number, answer);
        }
        let ledger = if self.is_of_job { &mut atlas.ledger } else { &mut atlas.other_ledger };
        learn_outcome(ledger, request, flight, answer, now);
        let Answer::Response(response) = answer else { return };
        if response.status == 401 && flight.credential == atlas.client_credential {
            atlas.client_credential = atlas.credential;
        }
        if !self.is_of_job {
            return;
        }
        if response.status == 503
            && let Some(wait) = response.retry_after
        {
            atlas.client_rules.learned_retry_after(fold(address_of(request)), now + wait);
        }
        if let Some(next_step) = atlas.announced.remove(&flight.number) {
            let set = request.endpoint_set(atlas.server.api);
            atlas.client_rules.learned_step(set, now, next_step);
        }
        if matches!(request, Request::Create(_) | Request::Revoke(_)) && is_blocking(response) {
            atlas.client_rules.stopped(now, "an answer had blocked the organization");
        }
        if let Request::Create(create) = request
            && let Some(refusal) = refusal(response)
        {
            if refusal == Refusal::NoAttempt {
                atlas.ledger.postponed(&fold(&create.email), flight.number);
            }
            atlas.client_rules.refused(fold(&create.email), refusal);
        }
    }
}

/// Records what a process can learn from an answer about its requests to invite a person. A 409 may be about an earlier
/// request of the job.
fn learn_outcome(ledger: &mut Ledger, request: &Request, flight: InFlight, answer: &Answer, now: Duration) {
    match (request, answer) {
        (Request::Create(create), Answer::NotSent(_)) => ledger.refused(&fold(&create.email), flight.number),
        (Request::Create(create), Answer::Response(response))
            if response.status >= 300 && !matches!(response.status, 408 | 409 | 500..) =>
        {
            ledger.refused(&fold(&create.email), flight.number);
        }
        (Request::FindUser(address), Answer::Response(response)) => {
            if let Body::People(page) = &response.body
                && page.entries.is_empty()
            {
                ledger.found_absent(&fold(address), now);
            }
        }
        _ => {}
    }
}

/// Returns the person that a request is about, if it is about one.
fn address_of(request: &Request) -> &str {
    match request {
        Request::Create(create) => &create.email,
        Request::Revoke(revoke) => &revoke.email,
        Request::FindUser(address) | Request::FindInvites(address) => address,
        Request::Organization
        | Request::Users(_)
        | Request::Lapsed(_)
        | Request::Invites
        | Request::Teams(_)
        | Request::Projects(_)
        | Request::RateLimits => "",
    }
}

/// Returns the rule of the verdict table by which an answer to an invitation is not the end of its row.
fn refusal(response: &Response) -> Option<Refusal> {
    let code = response.error_code().unwrap_or_default();
    if response.status == 429 || code.contains("RATE_LIMITED") || code.starts_with("WRITES_") {
        Some(Refusal::NoAttempt)
    } else if DUPLICATES.contains(&code) {
        Some(Refusal::Duplicate)
    } else {
        None
    }
}

/// The codes by which the model refuses a person who is present.
const DUPLICATES: [&str; 3] = ["ALREADY_THERE", "USER_ALREADY_SOMEWHERE", "A_MEMBER_ALREADY"];

/// Processes a request at the server, even if the client no longer waits for the answer.
async fn serve(
    atlas: Shared,
    request: Request,
    flight: InFlight,
    mut client_left: oneshot::Receiver<()>,
    answer: oneshot::Sender<Response>,
) {
    if let Request::Create(create) = &request
        && flight.is_of_job
    {
        locked(&atlas).in_process.insert(flight.number, fold(&create.email));
    }
    let suspension = locked(&atlas).suspension.clone();
    let arrival = Instant::now() + flight.request_latency;
    let never = Instant::now() + Duration::from_secs(86_400);
    let arrival = if matches!(flight.fault, Some(Fault::StillRunning(_))) { never } else { arrival };
    let has_left = tokio::select! {
        biased;
        () = sleep_until(arrival) => false,
        () = suspension.notified() => false,
        _ = &mut client_left => {
            wait_until_suspended(&suspension, arrival.min(Instant::now() + flight.late)).await;
            true
        }
    };
    let answer = if flight.answers_early {
        if let Some(response) = locked(&atlas).unclear(flight.fault) {
            let _ = answer.send(response);
        }
        if !has_left {
            // The client has the answer, or was killed.
            let _ = client_left.await;
        }
        wait_until_suspended(&suspension, Instant::now() + flight.late).await;
        None
    } else {
        Some(answer)
    };
    let mut atlas = locked(&atlas);
    atlas.history.note(|| format!("  #{} reaches the server", flight.number));
    let response = atlas.process(&request, &flight);
    atlas.in_process.remove(&flight.number);
    // The client may have abandoned the request.
    if let Some(answer) = answer {
        let _ = answer.send(response);
    }
}

/// Waits until `end`, at most until the job's machine is suspended: that takes longer than any request or token.
async fn wait_until_suspended(suspension: &Notify, end: Instant) {
    tokio::select! {
        biased;
        () = sleep_until(end) => {}
        () = suspension.notified() => {}
    }
}

/// Returns whether this answer to an invitation or a cancellation blocks the organization, by the verdict table.
fn is_blocking(response: &Response) -> bool {
    match response.status {
        402 | 406 | 407 | 410 | 300..=399 => true,
        405 => response.error_code().is_none(),
        403 => response.error_code() != Some("USER_ORGS_RESTRICTED"),
        400 => response.error_code() == Some("MAX_USERS_PER_ORG_EXCEEDED"),
        _ => false,
    }
}

fn no_answer(lost: Lost) -> Answer {
    Answer::NoAnswer(NoAnswer { lost, detail: format!("{lost:?}") })
}

fn shown_request(request: &Request) -> String {
    if let Request::Create(create) = request {
        format!("invite {}", create.email)
    } else if let Request::Revoke(revoke) = request {
        format!("cancel {} of {}", revoke.invite, revoke.email)
    } else {
        format!("{request:?}")
    }
}

fn shown_answer(answer: &Answer) -> String {
    match answer {
        Answer::NotSent(_) => "nothing: it was never sent".to_owned(),
        Answer::NoAnswer(no_answer) => format!("nothing: {:?}", no_answer.lost),
        Answer::Response(response) => {
            let found = match &response.body {
                Body::Created(created) => format!(", created {}", created.id),
                Body::People(page) => {
                    let entries = page.entries.iter().map(|person| format!("{} {:?}", person.id, person.membership));
                    format!(", people [{}]", entries.collect::<Vec<_>>().join(", "))
                }
                Body::Invites(invites) => {
                    let ids = invites.iter().map(|invite| invite.id.as_str());
                    format!(", invites [{}]", ids.collect::<Vec<_>>().join(", "))
                }
                Body::Revoked
                | Body::Named(_)
                | Body::Organization(_)
                | Body::Limits(_)
                | Body::Error(_)
                | Body::Page(_)
                | Body::Unreadable(_) => String::new(),
            };
            let wait = response.retry_after.map_or(String::new(), |wait| format!(", wait {} s", wait.as_secs()));
            format!("{}{found}{wait}", response.describe())
        }
    }
}
