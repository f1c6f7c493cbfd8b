//! What Atlas is asked for, and which of its buckets that drinks from.

use std::fmt;

use bytes::Bytes;

use crate::model::invitation::ObjectId;

/// Which of Atlas's two endpoints creates invitations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// `POST /orgs/{orgId}/invites`, version 2023-01-01; Atlas removes it on 2027-07-01.
    Invites,
    /// `POST /orgs/{orgId}/users`, version 2025-02-19, its successor.
    Users,
}

impl Api {
    /// Its name, as `--api` has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Api::Invites => "invites",
            Api::Users => "users",
        }
    }

    /// The version of it that is asked for.
    pub fn version(self) -> &'static str {
        match self {
            Api::Invites => "2023-01-01",
            Api::Users => "2025-02-19",
        }
    }

    /// The bucket that invitations drink from.
    pub fn create_set(self) -> EndpointSet {
        match self {
            Api::Invites => EndpointSet::Organization,
            Api::Users => EndpointSet::Users,
        }
    }
}

/// A group of endpoints that drink from one token bucket (Atlas's documentation on API rate limits).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointSet {
    /// The organization, its invites and its list of projects.
    Organization,
    /// The organization's users.
    Users,
    /// The organization's teams.
    Teams,
    /// Reading the rate limits themselves.
    RateLimits,
}

impl EndpointSet {
    /// Every set.
    pub const ALL: [EndpointSet; 4] =
        [EndpointSet::Organization, EndpointSet::Users, EndpointSet::Teams, EndpointSet::RateLimits];
}

/// The most entries that Atlas lists on one page (its OpenAPI document).
pub(crate) const PAGE_SIZE: usize = 500;

/// A request about the one organization that a [`Gateway`](super::Gateway) serves.
#[derive(Clone, Debug)]
pub enum Request {
    /// Invite a person.
    Create(Create),
    /// Cancel a pending invite: `DELETE .../invites/{id}`, which leaves alone whoever has accepted.
    Revoke(Revoke),
    /// Who has this address, pending or active: `GET .../users?username=`.
    FindUser(String),
    /// The invites to this address: `GET .../invites?username=`.
    FindInvites(String),
    /// The organization itself.
    Organization,
    /// A page of the pending and active people; pages count from 1 and hold at most 500.
    Users(u32),
    /// A page of the people whose invitation expired or was declined, whom [`Request::Users`] leaves out.
    Lapsed(u32),
    /// All pending invites; Atlas does not page these.
    Invites,
    /// A page of the organization's teams.
    Teams(u32),
    /// A page of the organization's projects.
    Projects(u32),
    /// The limits in force for the organization.
    RateLimits,
}

/// An invitation ready to send, serialised once and sent as often as it takes.
#[derive(Clone)]
pub struct Create {
    /// The address that the body names.
    pub email: String,
    /// The JSON body for the [`Api`] in use.
    pub body: Bytes,
}

impl fmt::Debug for Create {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Create").field("email", &self.email).finish_non_exhaustive()
    }
}

/// The cancellation of one invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoke {
    /// Whom the invite is for.
    pub email: String,
    /// The invite's own id, not that of the person.
    pub invite: ObjectId,
}

impl Request {
    /// Whether it is an invitation, of which Atlas has a limit of its own.
    pub fn is_invitation(&self) -> bool {
        matches!(self, Request::Create(_))
    }

    /// The invite that the request cancels.
    pub fn own_invite(&self) -> Option<ObjectId> {
        if let Request::Revoke(revoke) = self { Some(revoke.invite) } else { None }
    }

    /// The bucket that the request drinks from.
    pub fn endpoint_set(&self, api: Api) -> EndpointSet {
        match self {
            Request::Create(_) => api.create_set(),
            Request::FindUser(_) | Request::Users(_) | Request::Lapsed(_) => EndpointSet::Users,
            Request::Revoke(_)
            | Request::FindInvites(_)
            | Request::Invites
            | Request::Organization
            | Request::Projects(_) => EndpointSet::Organization,
            Request::Teams(_) => EndpointSet::Teams,
            Request::RateLimits => EndpointSet::RateLimits,
        }
    }
}
