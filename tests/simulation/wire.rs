//! The network between the job and the model: how long a request takes, what is lost, and what goes on at the server
//! when the client has gone.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bulk_invite::atlas::{Answer, Body, Gateway, Lost, NoAnswer, NotSent, Request, Response};
use bulk_invite::model::NetworkFault;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, sleep_until};

use crate::atlas::Atlas;
use crate::ledger::fold;
use crate::weather::{Fault, span};

/// The one model of a seed, shared by whoever acts on it.
pub(crate) type Shared = Arc<Mutex<Atlas>>;

pub(crate) fn locked(atlas: &Shared) -> MutexGuard<'_, Atlas> {
    atlas.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Carries the requests of one run.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) atlas: Shared,
    pub(crate) timeout: Duration,
    pub(crate) settle: Duration,
}

/// What is decided about a request when it departs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flight {
    pub(crate) number: u64,
    /// Which run sent it.
    pub(crate) run: u32,
    pub(crate) departed: Duration,
    pub(crate) fault: Option<Fault>,
    /// How long it takes to the server.
    there: Duration,
    /// How long the answer takes.
    back: Duration,
    /// How long the server goes on at most when the client has gone.
    late: Duration,
    /// When the client gives up or is cut off, where it does not get an answer.
    given_up: Duration,
    pub(crate) credential: u64,
}

impl Gateway for Wire {
    async fn send(&self, request: &Request) -> Answer {
        let flight = self.depart(request);
        let answer = self.carry(request, flight).await;
        self.deliver(request, flight, &answer);
        answer
    }
}

impl Wire {
    fn depart(&self, request: &Request) -> Flight {
        let mut atlas = locked(&self.atlas);
        let atlas = &mut *atlas;
        let now = atlas.history.now();
        let fault = atlas.weather.draw(request, &mut atlas.rng);
        let latency = atlas.manners.latency;
        let least = Duration::from_millis(1);
        let flight = Flight {
            number: atlas.next_flight(),
            run: atlas.run,
            departed: now,
            fault,
            there: span(&mut atlas.rng, least, latency),
            back: span(&mut atlas.rng, least, latency),
            // A little less than the settling delay: that much is the one assumption of the promise.
            late: span(&mut atlas.rng, Duration::ZERO, self.settle - Duration::from_millis(50)),
            given_up: span(&mut atlas.rng, least, self.timeout),
            credential: atlas.client_credential,
        };
        atlas.history.note(|| {
            format!(
                "#{} sends {}{}",
                flight.number,
                shown(request),
                fault.map_or(String::new(), |fault| format!(", and {fault:?}"))
            )
        });
        let set = request.endpoint_set(atlas.manners.api);
        let mut problem = atlas.conduct.departs(set, now);
        if let Request::Create(create) = request {
            let address = fold(&create.email);
            problem = problem.or(atlas.conduct.changes(&address));
            atlas.ledger.sent(&address, flight.number, now);
            atlas.cancels.invites(&address);
        } else if let Request::Revoke(revoke) = request {
            let address = fold(&revoke.email);
            problem = problem.or(atlas.conduct.changes(&address)).or(atlas.not_to_be_cancelled(revoke));
            atlas.cancels.sent(&address, revoke.invite.to_string(), flight.number, now);
        }
        if let Some(problem) = problem {
            atlas.history.violation(problem);
        }
        flight
    }

    async fn carry(&self, request: &Request, flight: Flight) -> Answer {
        let lost = match flight.fault {
            Some(Fault::NeverSent) => {
                sleep(flight.there).await;
                return Answer::NotSent(NotSent {
                    fault: NetworkFault::Connection,
                    detail: "could not connect".into(),
                    retry_after: None,
                    lasting: false,
                });
            }
            Some(Fault::LostBefore(lost)) => return self.give_up(flight, lost).await,
            Some(Fault::LostAfter(lost) | Fault::StillRunning(lost)) => Some(lost),
            _ => None,
        };
        let (answer, answered) = oneshot::channel();
        let (_here, gone) = oneshot::channel();
        tokio::spawn(serve(self.atlas.clone(), request.clone(), flight, gone, answer));
        if let Some(Fault::StillRunning(lost)) = flight.fault {
            return self.give_up(flight, lost).await;
        }
        let response = answered.await;
        sleep(flight.back).await;
        match (lost, response) {
            (None, Ok(response)) => Answer::Response(Box::new(response)),
            (Some(Lost::Timeout), _) => self.give_up(flight, Lost::Timeout).await,
            (lost, _) => no_answer(lost.unwrap_or(Lost::Reset)),
        }
    }

    async fn give_up(&self, flight: Flight, lost: Lost) -> Answer {
        let after = if lost == Lost::Timeout { self.timeout } else { flight.given_up };
        let spent = locked(&self.atlas).history.now() - flight.departed;
        sleep(after.saturating_sub(spent)).await;
        no_answer(lost)
    }

    /// The client has the answer, and with it what the answer teaches.
    fn deliver(&self, request: &Request, flight: Flight, answer: &Answer) {
        let mut atlas = locked(&self.atlas);
        let now = atlas.history.now();
        atlas.history.note(|| format!("#{} is answered {}", flight.number, told(answer)));
        if let Request::Revoke(revoke) = request {
            atlas.cancels.answered(&revoke.email, flight.number, answer);
        }
        let Answer::Response(response) = answer else {
            if let (Request::Create(create), Answer::NotSent(_)) = (request, answer) {
                atlas.ledger.came_to_nothing(&fold(&create.email), flight.number);
            }
            return;
        };
        if response.status == 401 && flight.credential == atlas.client_credential {
            atlas.client_credential = atlas.credential;
        }
        if let Some(next_step) = atlas.announced.remove(&flight.number) {
            let set = request.endpoint_set(atlas.manners.api);
            atlas.conduct.told(set, now, next_step);
        }
        if matches!(request, Request::Create(_) | Request::Revoke(_)) && is_condemning(response) {
            atlas.conduct.stopped(now, "an answer had condemned the run");
        }
        match (request, &response.body) {
            (Request::FindUser(asked), Body::People(page)) if page.entries.is_empty() => {
                atlas.ledger.told_nobody(&fold(asked), now);
            }
            (Request::Create(create), _) if response.status >= 300 && !matches!(response.status, 408 | 500..) => {
                atlas.ledger.came_to_nothing(&fold(&create.email), flight.number);
            }
            _ => {}
        }
    }
}

/// What the server does with a request, whoever still waits for the answer.
async fn serve(
    atlas: Shared,
    request: Request,
    flight: Flight,
    gone: oneshot::Receiver<()>,
    answer: oneshot::Sender<Response>,
) {
    if let Request::Create(create) = &request {
        locked(&atlas).in_process.insert(flight.number, fold(&create.email));
    }
    let arrival = Instant::now() + flight.there;
    let never = Instant::now() + Duration::from_secs(86_400);
    let arrival = if matches!(flight.fault, Some(Fault::StillRunning(_))) { never } else { arrival };
    tokio::select! {
        biased;
        () = sleep_until(arrival) => {}
        _ = gone => sleep_until(arrival.min(Instant::now() + flight.late)).await,
    }
    let mut atlas = locked(&atlas);
    atlas.history.note(|| format!("  #{} reaches the server", flight.number));
    let response = atlas.process(&request, &flight);
    atlas.in_process.remove(&flight.number);
    // A client that has gone does not hear it.
    let _ = answer.send(response);
}

/// Whether no row can succeed after this answer to an invitation or its cancellation, by the verdict table.
fn is_condemning(response: &Response) -> bool {
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

fn shown(request: &Request) -> String {
    if let Request::Create(create) = request {
        format!("invite {}", create.email)
    } else if let Request::Revoke(revoke) = request {
        format!("cancel {} of {}", revoke.invite, revoke.email)
    } else {
        format!("{request:?}")
    }
}

fn told(answer: &Answer) -> String {
    match answer {
        Answer::NotSent(_) => "nothing: it never left".to_owned(),
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
                | Body::Unreadable(_) => String::new(),
            };
            let wait = response.retry_after.map_or(String::new(), |wait| format!(", wait {} s", wait.as_secs()));
            format!("{}{found}{wait}", response.describe())
        }
    }
}
