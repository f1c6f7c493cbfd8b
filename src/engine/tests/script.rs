//! A scripted Atlas. It answers each request by its script, and records its time and whether it was in the results
//! file.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use super::world::{email, name, seconds};
use crate::atlas::api::{
    Answer, ApiError, Body, Created, Gateway, Grants, Invite, InviterName, Lost, Membership, Named, NextLink, NoAnswer,
    NotSent, Page, Person, Request, Response,
};
use crate::engine::clock::Clock;
use crate::model::reason::NetworkFault;
use crate::model::status::Status;
use crate::results::Disk;

/// The scripted reply to one request.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    after: Duration,
    /// The number of times that other tasks go first after the delay.
    yields: usize,
    content: Content,
    status: u16,
    retry_after: Option<Duration>,
    is_repeated: bool,
}

#[derive(Clone, Debug)]
enum Content {
    Answer(Answer),
    Body(Body),
    Absent,
    Member,
    Pending { id: String, created: Option<Timestamp>, under: Option<String>, invited_by: Option<String> },
    Panic,
}

impl Reply {
    fn new(status: u16, content: Content) -> Self {
        Self { after: Duration::ZERO, yields: 0, content, status, retry_after: None, is_repeated: false }
    }

    /// Delays the answer by this number of seconds.
    pub(super) fn after(mut self, seconds: f64) -> Self {
        self.after = Duration::from_secs_f64(seconds);
        self
    }

    /// Delays the answer until all other tasks have run this number of times.
    pub(super) fn after_yields(mut self, yields: usize) -> Self {
        self.yields = yields;
        self
    }

    pub(super) fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(Duration::from_secs(seconds));
        self
    }

    /// Gives this reply to every further request of its kind.
    pub(super) fn without_end(mut self) -> Self {
        self.is_repeated = true;
        self
    }

    /// Returns whether the reply was scripted for one request.
    pub(super) fn is_single(&self) -> bool {
        !self.is_repeated
    }

    /// Sets the expiry of the invite, by the server's clock.
    pub(super) fn expiring_at(mut self, at: Timestamp) -> Self {
        if let Content::Body(Body::Created(created)) = &mut self.content {
            created.expires_at = Some(at);
        }
        self
    }

    /// Sets the address that the answer names.
    pub(super) fn for_another(mut self, name: &str) -> Self {
        if let Content::Body(Body::Created(created)) = &mut self.content {
            created.for_another = Some(email(name));
        }
        self
    }

    /// Sets what the invite lacks.
    pub(super) fn lacking(mut self, missing: Grants) -> Self {
        if let Content::Body(Body::Created(created)) = &mut self.content {
            created.missing = Some(Box::new(missing));
        }
        self
    }

    /// Sets the creation time of the invite, by the server's clock.
    pub(super) fn created_at(mut self, at: Timestamp) -> Self {
        if let Content::Pending { created, .. } = &mut self.content {
            *created = Some(at);
        }
        self
    }

    /// Sets the inviter of the invite.
    pub(super) fn invited_by(mut self, name: &str) -> Self {
        if let Content::Pending { invited_by, .. } = &mut self.content {
            *invited_by = Some(name.to_owned());
        }
        self
    }

    /// Sets the server's spelling of the address.
    pub(super) fn under(mut self, address: &str) -> Self {
        if let Content::Pending { under, .. } = &mut self.content {
            *under = Some(address.to_owned());
        }
        self
    }
}

/// Returns a 201 with an id.
pub(super) fn created(id: &str) -> Reply {
    Reply::new(
        201,
        Content::Body(Body::Created(Created {
            id: id.to_owned(),
            expires_at: None,
            invited_by: None,
            for_another: None,
            missing: None,
        })),
    )
}

/// Returns a 204.
pub(super) fn revoked() -> Reply {
    Reply::new(204, Content::Body(Body::Revoked))
}

/// Returns a JSON error with a code from Atlas, or without one if it is empty.
pub(super) fn refused(status: u16, code: &str) -> Reply {
    refused_saying(status, code, "Atlas said so")
}

pub(super) fn refused_saying(status: u16, code: &str, detail: &str) -> Reply {
    let code = Some(code.to_owned()).filter(|code| !code.is_empty());
    Reply::new(status, Content::Body(Body::Error(ApiError { code, detail: Some(detail.to_owned()) })))
}

/// Returns an HTML page, which is never a valid answer.
pub(super) fn page(status: u16) -> Reply {
    Reply::new(status, Content::Body(Body::Page("text/html that begins <html>".to_owned())))
}

pub(super) fn never_sent() -> Reply {
    let not_sent = NotSent {
        fault: NetworkFault::Connection,
        detail: "the connection was refused".to_owned(),
        retry_after: None,
        lasting: false,
    };
    Reply::new(0, Content::Answer(Answer::NotSent(not_sent)))
}

/// Returns a lost answer, after a timeout of 30 s.
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
    Reply::new(0, Content::Answer(Answer::NoAnswer(NoAnswer { lost, detail: detail.to_owned() })))
}

/// Returns a list without a person.
pub(super) fn absent() -> Reply {
    Reply::new(200, Content::Absent)
}

/// Returns a list with a member.
pub(super) fn member() -> Reply {
    Reply::new(200, Content::Member)
}

/// Returns a list with a pending invite or a pending user.
pub(super) fn pending(id: &str) -> Reply {
    Reply::new(200, Content::Pending { id: id.to_owned(), created: None, under: None, invited_by: None })
}

/// Returns the organization.
pub(super) fn organization() -> Reply {
    let id = super::world::ORGANIZATION.parse().unwrap();
    Reply::new(200, Content::Body(Body::Organization(Named { id, name: "Example".to_owned() })))
}

pub(super) fn panics() -> Reply {
    Reply::new(0, Content::Panic)
}

pub(super) fn an_invite(id: &str, email: &str, created_at: Option<Timestamp>) -> Invite {
    Invite {
        id: id.to_owned(),
        email: email.to_owned(),
        created_at,
        expires_at: None,
        invited_by: None,
        grants: Grants::default(),
    }
}

pub(super) fn a_person(id: &str, email: &str, membership: Membership, invited_at: Option<Timestamp>) -> Person {
    let (id, email) = (id.to_owned(), email.to_owned());
    Person { id, email, membership, invited_at, expires_at: None, invited_by: None, grants: Grants::default() }
}

/// A disk that a power cut would leave as it was at the last sync.
#[derive(Debug)]
pub(super) struct SyncedDisk(pub(super) Arc<AtomicU64>);

impl Disk for SyncedDisk {
    fn sync(&mut self, file: &File) -> io::Result<()> {
        self.0.store(file.metadata()?.len(), Ordering::Relaxed);
        Ok(())
    }
}

/// The server, shared by the run and the test.
#[derive(Clone, Debug)]
pub(super) struct Server(pub(super) Arc<State>);

#[derive(Debug)]
pub(super) struct State {
    pub(super) clock: Clock,
    pub(super) origin: Instant,
    pub(super) results: PathBuf,
    pub(super) inviter: InviterName,
    /// The time by which the server's clock is ahead of ours. `None` if its answers have no `Date`.
    pub(super) ahead: Option<SignedDuration>,
    pub(super) replies: Mutex<HashMap<String, VecDeque<Reply>>>,
    /// The requests, each with its time.
    pub(super) requests: Mutex<Vec<String>>,
    /// The length of the part of the file that a power cut would leave.
    pub(super) synced: Arc<AtomicU64>,
    /// Invitations and cancellations without a `sending` line in that part.
    pub(super) unrecorded: Mutex<Vec<String>>,
    /// Set once the run has reported that it stops.
    pub(super) ended: AtomicBool,
    /// Invitations and cancellations that arrived after that.
    pub(super) sent_after_end: Mutex<Vec<String>>,
}

impl Gateway for Server {
    async fn send(&self, request: &Request) -> Answer {
        let state = &self.0;
        let shown = match request {
            Request::Create(create) => {
                if !state.is_recorded(&create.email) {
                    state.unrecorded.lock().unwrap().push(create.email.clone());
                }
                format!("invite {}", name(&create.email))
            }
            Request::Revoke(revoke) => {
                if !state.is_recorded(&revoke.email) {
                    state.unrecorded.lock().unwrap().push(revoke.email.clone());
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
                panic!("only a preflight sends {request:?}")
            }
        };
        if state.ended.load(Ordering::Relaxed) && matches!(request, Request::Create(_) | Request::Revoke(_)) {
            state.sent_after_end.lock().unwrap().push(shown.clone());
        }
        state.requests.lock().unwrap().push(format!("{} {shown}", seconds(state.origin.elapsed())));
        let scripted = state.replies.lock().unwrap().get_mut(&shown).and_then(|replies| {
            let next = replies.pop_front()?;
            if next.is_repeated {
                replies.push_front(next.clone());
            }
            Some(next)
        });
        let reply = scripted.unwrap_or_else(|| unscripted(request));
        sleep(reply.after).await;
        for _ in 0..reply.yields {
            yield_now().await;
        }
        state.answer(request, reply)
    }

    fn inviter(&self) -> InviterName {
        self.0.inviter.clone()
    }
}

/// Returns the reply without a script: success, or a list without a person.
fn unscripted(request: &Request) -> Reply {
    if let Request::Create(create) = request {
        created(&format!("i-{}", name(&create.email)))
    } else if matches!(request, Request::Revoke(_)) {
        revoked()
    } else if matches!(request, Request::Organization) {
        organization()
    } else {
        absent()
    }
}

impl State {
    /// Returns whether the results file has a `sending` line for the address at this moment.
    /// Returns whether the next run would know of the request, even after a power cut.
    fn is_recorded(&self, email: &str) -> bool {
        let Ok(mut file) = std::fs::read(&self.results) else { return false };
        file.truncate(self.synced.load(Ordering::Relaxed) as usize);
        let csv = csv::Reader::from_reader(file.as_slice());
        let lines = csv.into_records().map_while(Result::ok).filter(|line| line[1].eq_ignore_ascii_case(email));
        let statuses = lines.filter_map(|line| line[3].parse::<Status>().ok());
        statuses.filter(|status| !status.is_of_the_row_alone()).last() == Some(Status::Sending)
    }

    /// Returns the `Date` of an answer, which has whole seconds.
    pub(super) fn date(&self) -> Option<Timestamp> {
        self.ahead.map(|ahead| Timestamp::from_second((self.clock.now() + ahead).as_second()).unwrap())
    }

    fn answer(&self, request: &Request, reply: Reply) -> Answer {
        let body = match reply.content {
            Content::Panic => panic!("scripted"),
            Content::Answer(answer) => return answer,
            Content::Body(body) => body,
            Content::Absent => listed(request, None),
            Content::Member => listed(request, Some((Membership::Active, "user", None, None, None))),
            Content::Pending { id, created, under, invited_by } => {
                listed(request, Some((Membership::Pending, &id, created, under.as_deref(), invited_by)))
            }
        };
        let (date, status, retry_after) = (self.date(), reply.status, reply.retry_after);
        Answer::Response(Box::new(Response { status, body, retry_after, date, limit: None, remaining: None }))
    }
}

/// An entry of a list: membership, id, creation time, the server's spelling of the address, and the inviter.
type ListedPerson<'a> = (Membership, &'a str, Option<Timestamp>, Option<&'a str>, Option<String>);

/// Returns the list that was requested, with at most one entry.
fn listed(request: &Request, entry: Option<ListedPerson<'_>>) -> Body {
    let (Request::FindUser(address) | Request::FindInvites(address)) = request else {
        panic!("{request:?} is not a look-up")
    };
    let address = |under: Option<&str>| under.map_or_else(|| address.clone(), email);
    if matches!(request, Request::FindUser(_)) {
        let person = entry.map(|(membership, id, created, under, invited_by)| Person {
            invited_by,
            ..a_person(id, &address(under), membership, created)
        });
        Body::People(Page { entries: person.into_iter().collect(), next: NextLink::Absent })
    } else {
        let invite = entry.map(|(_, id, created, under, invited_by)| Invite {
            invited_by,
            ..an_invite(id, &address(under), created)
        });
        Body::Invites(invite.into_iter().collect())
    }
}
