//! The result of one request: not sent, no answer, or a response.

use std::time::Duration;

use jiff::Timestamp;

use super::EndpointSet;
use crate::model::invitation::{ObjectId, OrgRoles, ProjectAccess};
use crate::model::reason::NetworkFault;

/// The result of one request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// The server cannot have processed the request.
    NotSent(NotSent),
    /// The request was sent, or may have been, and no complete answer arrived.
    NoAnswer(NoAnswer),
    /// A complete HTTP answer arrived.
    Response(Box<Response>),
}

/// A failure before a request was sent: the name was not resolved, the connection or TLS failed, or no token was
/// issued.
#[derive(Clone, Debug)]
pub struct NotSent {
    /// The kind of failure.
    pub fault: NetworkFault,
    /// The failure in plain words, for the results; contains no secret.
    pub detail: String,
    /// The delay that the token endpoint requested for all requests, if it did.
    pub retry_after: Option<Duration>,
    /// True if a retry cannot help, because the settings of the client or the server are wrong.
    pub lasting: bool,
}

/// A failure after a request may have been sent.
#[derive(Clone, Debug)]
pub struct NoAnswer {
    /// The kind of failure.
    pub lost: Lost,
    /// The failure in plain words, for the results; contains no secret.
    pub detail: String,
}

/// A way in which an answer is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// No complete answer arrived within the request's time limit.
    Timeout,
    /// The connection was closed before the answer's head.
    Reset,
    /// The connection was closed within the answer's body.
    CutOff,
}

/// A complete HTTP answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The parsed body.
    pub body: Body,
    /// `Retry-After`; a date in it is already relative to this answer's own `Date`.
    pub retry_after: Option<Duration>,
    /// `Date`: the server's clock when it answered, to the second.
    pub date: Option<Timestamp>,
    /// `RateLimit-Limit`: the bucket's capacity.
    pub limit: Option<u32>,
    /// `RateLimit-Remaining`: the tokens left after this request.
    pub remaining: Option<u32>,
}

/// The parsed body of an answer.
#[derive(Clone, Debug)]
pub enum Body {
    /// A 2xx to [`Request::Create`](super::Request::Create) with an id.
    Created(Created),
    /// A 2xx to [`Request::Revoke`](super::Request::Revoke).
    Revoked,
    /// A 2xx to [`Request::FindInvites`](super::Request::FindInvites) or [`Request::Invites`](super::Request::Invites).
    /// A list of more than 2,000,000 entries is not complete.
    Invites(Vec<Invite>),
    /// A 2xx to [`Request::FindUser`](super::Request::FindUser), [`Request::Users`](super::Request::Users) or
    /// [`Request::Lapsed`](super::Request::Lapsed).
    People(Page<Person>),
    /// A 2xx to [`Request::Teams`](super::Request::Teams) or [`Request::Projects`](super::Request::Projects).
    Named(Page<Named>),
    /// A 2xx to [`Request::Organization`](super::Request::Organization).
    Organization(Named),
    /// A 2xx to [`Request::RateLimits`](super::Request::RateLimits), with the limits of known endpoint sets.
    Limits(Vec<Limit>),
    /// Any other status with a JSON error.
    Error(ApiError),
    /// An HTML page, which comes from a gateway or a proxy. The text describes it.
    Page(String),
    /// Any other body, such as JSON without an id, or an empty one. The text describes it.
    Unreadable(String),
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The entries.
    pub entries: Vec<T>,
    /// The page's statement about a page after it.
    pub next: NextLink,
}

/// A page's statement about a page after it: its link with the relation `next`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextLink {
    /// Another page follows.
    Present,
    /// The page has links, and none to a next page.
    Absent,
    /// The page has no links, as Atlas's pages do.
    Unstated,
}

impl<T> Page<T> {
    /// Returns whether no page follows. Neither the number of entries nor `totalCount` shows that: a server may return
    /// fewer entries than were requested, and Atlas's counts are often too large.
    pub fn is_last(&self) -> bool {
        self.entries.is_empty() || self.next == NextLink::Absent
    }
}

/// An invite that was just created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// The invite's id (for [`Api::Users`](super::Api::Users), the pending user's).
    pub id: String,
    /// The time at which the invite expires.
    pub expires_at: Option<Timestamp>,
    /// `inviterUsername`: the name that the server gives our credential. Untrusted text.
    pub invited_by: Option<String>,
    /// The address that was invited, if it is not the one in the request. Untrusted text.
    pub for_another: Option<String>,
    /// The roles, teams and projects of the request that the answer does not list.
    pub missing: Option<Box<Grants>>,
}

/// A pending invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// The invite's id (for [`Api::Users`](super::Api::Users), the pending user's).
    pub id: String,
    /// The address, as the server has it; may be empty.
    pub email: String,
    /// The time at which the server created the invite.
    pub created_at: Option<Timestamp>,
    /// The time at which the invite expires.
    pub expires_at: Option<Timestamp>,
    /// `inviterUsername`: who sent the invite. Untrusted text.
    pub invited_by: Option<String>,
    /// The roles, teams and projects in the answer.
    pub grants: Grants,
}

/// A person in the organization's list of users.
#[derive(Clone, Debug)]
pub struct Person {
    /// The user's id.
    pub id: String,
    /// The address, as the server has it.
    pub email: String,
    /// The membership status.
    pub membership: Membership,
    /// The time at which the pending invite was created.
    pub invited_at: Option<Timestamp>,
    /// The time at which the pending invite expires.
    pub expires_at: Option<Timestamp>,
    /// `inviterUsername`: who sent the pending invite. Untrusted text.
    pub invited_by: Option<String>,
    /// The roles, teams and projects in the answer.
    pub grants: Grants,
}

/// The value of Atlas's `orgMembershipStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// `ACTIVE`.
    Active,
    /// `PENDING`.
    Pending,
    /// `INVITATION_EXPIRED`: the person can be invited again.
    Expired,
    /// `INVITATION_REJECTED`: the person can be invited again.
    Declined,
}

/// The roles, teams and projects that an invite or a person has on the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Grants {
    /// Organization roles, without unknown ones.
    pub roles: OrgRoles,
    /// Team ids, sorted.
    pub teams: Vec<ObjectId>,
    /// Project roles, sorted by project.
    pub projects: Vec<ProjectAccess>,
}

/// A team, a project or the organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The id.
    pub id: ObjectId,
    /// The name; untrusted text.
    pub name: String,
}

/// The token bucket of one endpoint set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The endpoint set.
    pub set: EndpointSet,
    /// The number of tokens in a full bucket.
    pub capacity: u32,
    /// The number of tokens that are added at once each period.
    pub refill: u32,
    /// The period.
    pub period: Duration,
}

/// An error body of Atlas; every field may be missing or wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiError {
    /// `errorCode`.
    pub code: Option<String>,
    /// `detail`, or another explanation in the body; shortened.
    pub detail: Option<String>,
}

impl Response {
    /// Returns the body's error, if it is one.
    pub fn error(&self) -> Option<&ApiError> {
        if let Body::Error(error) = &self.body { Some(error) } else { None }
    }

    /// Returns the body's `errorCode`, if it has one.
    pub fn error_code(&self) -> Option<&str> {
        self.error()?.code.as_deref()
    }

    /// Returns whether the answer is a success with content that Atlas does not send, such as a log-in page.
    pub fn is_foreign(&self) -> bool {
        (200..300).contains(&self.status) && matches!(self.body, Body::Page(_) | Body::Unreadable(_))
    }

    /// Describes the answer: the status, Atlas's code and its explanation. Untrusted text.
    pub fn describe(&self) -> String {
        let mut text = format!("HTTP {}", self.status);
        let (code, detail) = match &self.body {
            Body::Error(error) => (error.code.as_deref(), error.detail.as_deref()),
            Body::Page(text) | Body::Unreadable(text) => (None, Some(text.as_str())),
            Body::Created(_)
            | Body::Revoked
            | Body::Invites(_)
            | Body::People(_)
            | Body::Named(_)
            | Body::Organization(_)
            | Body::Limits(_) => (None, None),
        };
        if let Some(code) = code {
            text.push(' ');
            text.push_str(code);
        }
        if let Some(detail) = detail {
            text.push_str(": ");
            text.push_str(detail);
        }
        text
    }
}

impl Answer {
    /// Describes the result. Untrusted text if it comes from a server.
    pub fn describe(&self) -> String {
        match self {
            Answer::NotSent(not_sent) => not_sent.detail.clone(),
            Answer::NoAnswer(no_answer) => no_answer.detail.clone(),
            Answer::Response(response) => response.describe(),
        }
    }
}
