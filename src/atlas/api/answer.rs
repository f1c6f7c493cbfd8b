//! What came of one request: whether it went out at all, and what an answer said.

use std::time::Duration;

use jiff::Timestamp;

use super::EndpointSet;
use crate::model::invitation::{ObjectId, OrgRoles, ProjectAccess};
use crate::model::reason::NetworkFault;

/// What came of one request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Nothing of the request can have been processed.
    NotSent(NotSent),
    /// The request went out, or may have, and no whole answer came back.
    NoAnswer(NoAnswer),
    /// An HTTP answer, whole.
    Response(Box<Response>),
}

/// Why a request did not go out: the name was not resolved, the connection or TLS failed, or no token was to be had.
#[derive(Clone, Debug)]
pub struct NotSent {
    /// Which part of the way failed.
    pub fault: NetworkFault,
    /// In words, for the results; holds no secret.
    pub detail: String,
    /// How long the token endpoint asks everyone to wait, where it said so.
    pub retry_after: Option<Duration>,
    /// Whether settings are to blame, here or there, so that the same will happen again.
    pub lasting: bool,
}

/// How an answer was lost after the request may have gone out.
#[derive(Clone, Debug)]
pub struct NoAnswer {
    /// What was lost.
    pub lost: Lost,
    /// In words, for the results; holds no secret.
    pub detail: String,
}

/// The ways in which an answer gets lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// No whole answer within the request's time limit.
    Timeout,
    /// The connection ended before an answer's head.
    Reset,
    /// The connection ended within an answer's body.
    CutOff,
}

/// An HTTP answer whose body arrived whole.
#[derive(Clone, Debug)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The body, as far as it was what such a request is answered with.
    pub body: Body,
    /// `Retry-After`, whole seconds or a date already read against this answer's own `Date`.
    pub retry_after: Option<Duration>,
    /// The server's clock when it answered (`Date`, to the second).
    pub date: Option<Timestamp>,
    /// `RateLimit-Limit`: the bucket's capacity.
    pub limit: Option<u32>,
    /// `RateLimit-Remaining`: the tokens left after this request.
    pub remaining: Option<u32>,
}

/// What an answer's body holds.
#[derive(Clone, Debug)]
pub enum Body {
    /// A 2xx to [`Request::Create`](super::Request::Create) with an id.
    Created(Created),
    /// A 2xx to [`Request::Revoke`](super::Request::Revoke).
    Revoked,
    /// A 2xx to [`Request::FindInvites`](super::Request::FindInvites) or [`Request::Invites`](super::Request::Invites).
    Invites(Vec<Invite>),
    /// A 2xx to [`Request::FindUser`](super::Request::FindUser), [`Request::Users`](super::Request::Users) or [`Request::Lapsed`](super::Request::Lapsed).
    People(Page<Person>),
    /// A 2xx to [`Request::Teams`](super::Request::Teams) or [`Request::Projects`](super::Request::Projects).
    Named(Page<Named>),
    /// A 2xx to [`Request::Organization`](super::Request::Organization).
    Organization(Named),
    /// A 2xx to [`Request::RateLimits`](super::Request::RateLimits), those of the sets we know.
    Limits(Vec<Limit>),
    /// Any other status with a JSON error.
    Error(ApiError),
    /// Not what was asked for: an HTML page, JSON without an id, nothing. The text says so, shortened.
    Unreadable(String),
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The entries.
    pub entries: Vec<T>,
    /// `totalCount`, an estimate that Atlas may leave out.
    pub total: Option<u64>,
}

/// An invitation that was made just now: as much as anybody asks about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// The invite's id (for [`Api::Users`](super::Api::Users), the pending user's).
    pub id: String,
    /// When it lapses.
    pub expires_at: Option<Timestamp>,
}

/// An invitation that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// The invite's id (for [`Api::Users`](super::Api::Users), the pending user's).
    pub id: String,
    /// Its address, as the server has it; empty where the server did not say.
    pub email: String,
    /// When the server created it.
    pub created_at: Option<Timestamp>,
    /// When it lapses.
    pub expires_at: Option<Timestamp>,
    /// What it grants, as far as the answer said.
    pub grants: Grants,
}

/// Someone in the organization's list of users.
#[derive(Clone, Debug)]
pub struct Person {
    /// The user's id.
    pub id: String,
    /// The address, as the server has it.
    pub email: String,
    /// Member, invited, or no longer either.
    pub membership: Membership,
    /// When the pending invitation was created.
    pub invited_at: Option<Timestamp>,
    /// When the pending invitation lapses.
    pub expires_at: Option<Timestamp>,
    /// What the person holds, as far as the answer said.
    pub grants: Grants,
}

/// Atlas's `orgMembershipStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// `ACTIVE`.
    Active,
    /// `PENDING`.
    Pending,
    /// `INVITATION_EXPIRED`: may be invited again.
    Expired,
    /// `INVITATION_REJECTED`: may be invited again.
    Declined,
}

/// Roles, teams and projects that an invite or a person has on the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// Organization roles that we know.
    pub roles: OrgRoles,
    /// Team ids, sorted.
    pub teams: Vec<ObjectId>,
    /// Project roles, sorted by project.
    pub projects: Vec<ProjectAccess>,
}

/// Something with an id and a name: a team, a project, the organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: ObjectId,
    /// Its name; untrusted text.
    pub name: String,
}

/// The token bucket in force for one endpoint set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Which set.
    pub set: EndpointSet,
    /// Tokens that a full bucket holds.
    pub capacity: u32,
    /// Tokens added at once each period.
    pub refill: u32,
    /// The period.
    pub period: Duration,
}

/// Atlas's error body; every field may be missing or wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiError {
    /// `errorCode`.
    pub code: Option<String>,
    /// `detail`, or what else the body had to say; shortened.
    pub detail: Option<String>,
}

impl Response {
    /// The body's error, where it is one.
    pub fn error(&self) -> Option<&ApiError> {
        if let Body::Error(error) = &self.body { Some(error) } else { None }
    }

    /// The body's `errorCode`, where it has one.
    pub fn error_code(&self) -> Option<&str> {
        self.error()?.code.as_deref()
    }

    /// Describes the answer: the status, Atlas's code and what it said. Untrusted text.
    pub fn describe(&self) -> String {
        let mut text = format!("HTTP {}", self.status);
        let (code, detail) = match &self.body {
            Body::Error(error) => (error.code.as_deref(), error.detail.as_deref()),
            Body::Unreadable(text) => (None, Some(text.as_str())),
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
    /// Describes what came of the request. Untrusted text if a server said it.
    pub fn describe(&self) -> String {
        match self {
            Answer::NotSent(not_sent) => not_sent.detail.clone(),
            Answer::NoAnswer(no_answer) => no_answer.detail.clone(),
            Answer::Response(response) => response.describe(),
        }
    }
}
