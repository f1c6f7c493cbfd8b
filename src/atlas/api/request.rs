//! The requests to Atlas, and the token bucket that each takes a token from.

use std::fmt;

use bytes::Bytes;

use super::Grants;
use crate::model::invitation::ObjectId;

/// An endpoint of Atlas that creates invitations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// `POST /orgs/{orgId}/invites`, version 2023-01-01; Atlas removes it on 2027-07-01.
    Invites,
    /// `POST /orgs/{orgId}/users`, version 2025-02-19, its successor.
    Users,
}

impl Api {
    /// Returns the name that `--api` accepts.
    pub fn as_str(self) -> &'static str {
        match self {
            Api::Invites => "invites",
            Api::Users => "users",
        }
    }

    /// Returns the version of the endpoint that is requested.
    pub fn version(self) -> &'static str {
        match self {
            Api::Invites => "2023-01-01",
            Api::Users => "2025-02-19",
        }
    }

    /// Returns the endpoint set whose bucket limits invitations.
    pub fn create_set(self) -> EndpointSet {
        match self {
            Api::Invites => EndpointSet::Organization,
            Api::Users => EndpointSet::Users,
        }
    }
}

/// A group of endpoints that share one token bucket (Atlas's documentation on API rate limits).
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

/// The largest page that Atlas returns, in entries (its OpenAPI document).
pub(crate) const PAGE_SIZE: usize = 500;

/// The most entries of a list. A longer one is considered endless.
pub(crate) const MOST_ENTRIES: usize = 2_000_000;

/// A request about the organization of a [`Gateway`](super::Gateway).
#[derive(Clone, Debug)]
pub enum Request {
    /// Invites a person.
    Create(Create),
    /// Cancels a pending invite: `DELETE .../invites/{id}`. It does not affect a person who has accepted.
    Revoke(Revoke),
    /// Returns the pending or active person with this address: `GET .../users?username=`.
    FindUser(String),
    /// Returns the invites to this address: `GET .../invites?username=`.
    FindInvites(String),
    /// Returns the organization itself.
    Organization,
    /// Returns a page of the pending and active people. Pages are numbered from 1 and have at most 500 entries.
    Users(u32),
    /// Returns a page of the people whose invite expired or was declined, which [`Request::Users`] leaves out.
    Lapsed(u32),
    /// Returns all pending invites; Atlas does not page these.
    Invites,
    /// Returns a page of the organization's teams.
    Teams(u32),
    /// Returns a page of the organization's projects.
    Projects(u32),
    /// Returns the rate limits of the organization.
    RateLimits,
}

/// An invitation ready to send, serialised once for all attempts.
#[derive(Clone)]
pub struct Create {
    /// The address in the body.
    pub email: String,
    /// The roles, teams and projects in the body.
    pub grants: Grants,
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
    /// The address of the invited person.
    pub email: String,
    /// The id of the invite, not that of the person.
    pub invite: ObjectId,
}

impl Request {
    /// Returns whether the request is an invitation, for which Atlas has an additional limit.
    pub fn is_invitation(&self) -> bool {
        matches!(self, Request::Create(_))
    }

    /// Returns the id of the invite that the request cancels.
    pub fn own_invite(&self) -> Option<ObjectId> {
        if let Request::Revoke(revoke) = self { Some(revoke.invite) } else { None }
    }

    /// Returns the endpoint set whose bucket limits the request.
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
