//! A scripted Atlas: answers each request as its script says, and notes when it came and what the results said then.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use super::world::{email, name, seconds};
use crate::atlas::api::{
    Answer, ApiError, Body, Created, Gateway, Grants, Invite, Lost, Membership, Named, NoAnswer, NotSent, Page, Person,
    Request, Response,
};
use crate::engine::clock::Clock;
use crate::model::reason::NetworkFault;
use crate::model::status::Status;

/// What Atlas does with one request.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    after: Duration,
    /// How often others may go first once the time has come.
    turns: usize,
    what: What,
    status: u16,
    retry_after: Option<Duration>,
}

#[derive(Clone, Debug)]
enum What {
    Answer(Answer),
    Body(Body),
    Nobody,
    Member,
    Pending { id: String, created: Option<Timestamp>, under: Option<String> },
    Panic,
}

impl Reply {
    fn new(status: u16, what: What) -> Self {
        Self { after: Duration::ZERO, turns: 0, what, status, retry_after: None }
    }

    /// The answer comes so many seconds later than it would have.
    pub(super) fn after(mut self, seconds: f64) -> Self {
        self.after = Duration::from_secs_f64(seconds);
        self
    }

    /// The answer comes at the same moment, and after everybody else has gone on so many times.
    pub(super) fn after_turns(mut self, turns: usize) -> Self {
        self.turns = turns;
        self
    }

    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(Duration::from_secs(seconds));
        self
    }

    /// The invite lapses at this time, by the server's clock.
    pub(super) fn expiring_at(mut self, at: Timestamp) -> Self {
        if let What::Body(Body::Created(created)) = &mut self.what {
            created.expires_at = Some(at);
        }
        self
    }

    /// The invite was made at this time, by the server's clock.
    pub(super) fn created_at(mut self, at: Timestamp) -> Self {
        if let What::Pending { created, .. } = &mut self.what {
            *created = Some(at);
        }
        self
    }

    /// The server has the address so.
    pub(super) fn under(mut self, address: &str) -> Self {
        if let What::Pending { under, .. } = &mut self.what {
            *under = Some(address.to_owned());
        }
        self
    }
}

/// A 201 with an id.
pub(super) fn created(id: &str) -> Reply {
    Reply::new(201, What::Body(Body::Created(Created { id: id.to_owned(), expires_at: None })))
}

/// A 204.
pub(super) fn revoked() -> Reply {
    Reply::new(204, What::Body(Body::Revoked))
}

/// A JSON error with a code of Atlas's; an empty one is none.
pub(super) fn refused(status: u16, code: &str) -> Reply {
    refused_saying(status, code, "Atlas said so")
}

pub(super) fn refused_saying(status: u16, code: &str, detail: &str) -> Reply {
    let code = Some(code.to_owned()).filter(|code| !code.is_empty());
    Reply::new(status, What::Body(Body::Error(ApiError { code, detail: Some(detail.to_owned()) })))
}

/// An answer that is not what was asked for.
pub(super) fn page(status: u16) -> Reply {
    Reply::new(status, What::Body(Body::Unreadable("text/html that begins <html>".to_owned())))
}

pub(super) fn never_sent() -> Reply {
    let not_sent = NotSent {
        fault: NetworkFault::Connection,
        detail: "the connection was refused".to_owned(),
        retry_after: None,
        lasting: false,
    };
    Reply::new(0, What::Answer(Answer::NotSent(not_sent)))
}

/// No answer within 30 s.
pub(super) fn timeout() -> Reply {
    lost(Lost::Timeout, "no answer within 30 s").after(30.0)
}

pub(super) fn reset() -> Reply {
    lost(Lost::Reset, "the connection was reset")
}

pub(super) fn cut_off() -> Reply {
    lost(Lost::CutOff, "the answer was cut off")
}

fn lost(lost: Lost, detail: &str) -> Reply {
    Reply::new(0, What::Answer(Answer::NoAnswer(NoAnswer { lost, detail: detail.to_owned() })))
}

/// Nobody has the address.
pub(super) fn nobody() -> Reply {
    Reply::new(200, What::Nobody)
}

/// A member has the address.
pub(super) fn member() -> Reply {
    Reply::new(200, What::Member)
}

/// A pending invite, or a pending user, has the address.
pub(super) fn pending(id: &str) -> Reply {
    Reply::new(200, What::Pending { id: id.to_owned(), created: None, under: None })
}

/// The organization is there.
pub(super) fn organization() -> Reply {
    let id = super::world::ORGANIZATION.parse().unwrap();
    Reply::new(200, What::Body(Body::Organization(Named { id, name: "Example".to_owned() })))
}

pub(super) fn panics() -> Reply {
    Reply::new(0, What::Panic)
}

pub(super) fn an_invite(id: &str, email: &str, created_at: Option<Timestamp>) -> Invite {
    Invite { id: id.to_owned(), email: email.to_owned(), created_at, expires_at: None, grants: Grants::default() }
}

pub(super) fn a_person(id: &str, email: &str, membership: Membership, invited_at: Option<Timestamp>) -> Person {
    let (id, email) = (id.to_owned(), email.to_owned());
    Person { id, email, membership, invited_at, expires_at: None, grants: Grants::default() }
}

/// The server, shared by the run and the test that looks on.
#[derive(Clone, Debug)]
pub(super) struct Server(pub(super) Arc<State>);

#[derive(Debug)]
pub(super) struct State {
    pub(super) clock: Clock,
    pub(super) origin: Instant,
    pub(super) results: PathBuf,
    /// How far the server's clock is ahead of ours, where its answers have a `Date`.
    pub(super) ahead: Option<SignedDuration>,
    pub(super) replies: Mutex<HashMap<String, VecDeque<Reply>>>,
    /// When each request came, and what it was.
    pub(super) requests: Mutex<Vec<String>>,
    /// Creates and cancellations that came without a `sending` line in the file.
    pub(super) unannounced: Mutex<Vec<String>>,
    /// Whether it was told that the run ends.
    pub(super) ended: AtomicBool,
    /// Creates and cancellations that came all the same.
    pub(super) late: Mutex<Vec<String>>,
}

impl Gateway for Server {
    async fn send(&self, request: &Request) -> Answer {
        let state = &self.0;
        let what = match request {
            Request::Create(create) => {
                if !state.is_announced(&create.email) {
                    state.unannounced.lock().unwrap().push(create.email.clone());
                }
                format!("invite {}", name(&create.email))
            }
            Request::Revoke(revoke) => {
                if !state.is_announced(&revoke.email) {
                    state.unannounced.lock().unwrap().push(revoke.email.clone());
                }
                format!("revoke {} of {}", revoke.invite, name(&revoke.email))
            }
            Request::FindUser(email) => format!("find {}", name(email)),
            Request::FindInvites(email) => format!("find invites of {}", name(email)),
            Request::Organization => "get organization".to_owned(),
            Request::Users(_)
            | Request::Lapsed(_)
            | Request::Invites
            | Request::Teams(_)
            | Request::Projects(_)
            | Request::RateLimits => {
                panic!("only a preflight asks {request:?}")
            }
        };
        if state.ended.load(Ordering::Relaxed) && matches!(request, Request::Create(_) | Request::Revoke(_)) {
            state.late.lock().unwrap().push(what.clone());
        }
        state.requests.lock().unwrap().push(format!("{} {what}", seconds(state.origin.elapsed())));
        let scripted = state.replies.lock().unwrap().get_mut(&what).and_then(VecDeque::pop_front);
        let reply = scripted.unwrap_or_else(|| unscripted(request));
        sleep(reply.after).await;
        for _ in 0..reply.turns {
            yield_now().await;
        }
        state.answer(request, reply)
    }
}

/// All goes well and nobody is there.
fn unscripted(request: &Request) -> Reply {
    if let Request::Create(create) = request {
        created(&format!("i-{}", name(&create.email)))
    } else if matches!(request, Request::Revoke(_)) {
        revoked()
    } else if matches!(request, Request::Organization) {
        organization()
    } else {
        nobody()
    }
}

impl State {
    /// Whether the results file says at this moment that a request for the address is on its way.
    fn is_announced(&self, email: &str) -> bool {
        let Ok(csv) = csv::Reader::from_path(&self.results) else { return false };
        let lines = csv.into_records().map_while(Result::ok).filter(|line| line[1].eq_ignore_ascii_case(email));
        let statuses = lines.filter_map(|line| line[3].parse::<Status>().ok());
        statuses.filter(|status| !status.is_of_the_row_alone()).last() == Some(Status::Sending)
    }

    fn answer(&self, request: &Request, reply: Reply) -> Answer {
        let body = match reply.what {
            What::Panic => panic!("scripted"),
            What::Answer(answer) => return answer,
            What::Body(body) => body,
            What::Nobody => listed(request, None),
            What::Member => listed(request, Some((Membership::Active, "user", None, None))),
            What::Pending { id, created, under } => {
                listed(request, Some((Membership::Pending, &id, created, under.as_deref())))
            }
        };
        // A `Date` has whole seconds.
        let date = self.ahead.map(|ahead| Timestamp::from_second((self.clock.now() + ahead).as_second()).unwrap());
        let (status, retry_after) = (reply.status, reply.retry_after);
        Answer::Response(Box::new(Response { status, body, retry_after, date, limit: None, remaining: None }))
    }
}

/// The list that the request asks for, with at most one entry: who, since when, and the address that the server has.
fn listed(request: &Request, entry: Option<(Membership, &str, Option<Timestamp>, Option<&str>)>) -> Body {
    let (Request::FindUser(asked) | Request::FindInvites(asked)) = request else { panic!("nobody was asked for") };
    let address = |under: Option<&str>| under.map_or_else(|| asked.clone(), email);
    if matches!(request, Request::FindUser(_)) {
        let person = entry.map(|(membership, id, created, under)| a_person(id, &address(under), membership, created));
        Body::People(Page { entries: person.into_iter().collect(), total: None })
    } else {
        let invite = entry.map(|(_, id, created, under)| an_invite(id, &address(under), created));
        Body::Invites(invite.into_iter().collect())
    }
}
