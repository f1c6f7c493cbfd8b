//! What an organization is made of: people, their invitations, teams and projects. `/_sandbox/state` dumps and loads
//! these very shapes, which are the sandbox's own and not Atlas's.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::organization::invite_request::Grants;

/// Someone who is or was to be in the organization.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) username: String,
    pub(crate) status: Status,
    /// When the invitation was made or, of a member, when the membership began.
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) inviter_username: String,
    pub(crate) grants: Grants,
    /// The pending invitations as `/invites` lists them, with ids of their own.
    pub(crate) invites: Vec<Invite>,
}

/// An invitation as `/invites` lists it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invite {
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) grants: Grants,
}

/// `orgMembershipStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    Active,
    Pending,
    InvitationExpired,
    InvitationRejected,
}

impl Status {
    /// Whether it takes one of the organization's seats.
    pub(crate) fn seated(self) -> bool {
        matches!(self, Status::Active | Status::Pending)
    }
}

/// The endpoint that an invitation came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Via {
    /// `POST /orgs/{orgId}/invites`.
    Invites,
    /// `POST /orgs/{orgId}/users`.
    Users,
}

/// A team or a project.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Named {
    pub(crate) id: String,
    pub(crate) name: String,
}
