//! The people of an organization and their invitations. `/_sandbox/state` returns and loads these shapes, which are the
//! sandbox's own and not Atlas's.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fault::kind::Lacking;

/// A person who is, was or may become a member of the organization.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) username: String,
    pub(crate) status: MembershipStatus,
    /// The time of the invitation or, for a member, the start of the membership.
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

/// The roles and teams of a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Grants {
    pub(crate) roles: Vec<String>,
    pub(crate) projects: Vec<ProjectGrant>,
    pub(crate) team_ids: Vec<String>,
}

impl Grants {
    pub(crate) fn project_ids(&self) -> impl Iterator<Item = &String> {
        self.projects.iter().map(|grant| &grant.group_id)
    }

    /// Removes the last role, team or project.
    pub(crate) fn remove_last(&mut self, lacking: Lacking) {
        match lacking {
            Lacking::Role => drop(self.roles.pop()),
            Lacking::Team => drop(self.team_ids.pop()),
            Lacking::Project => drop(self.projects.pop()),
        }
    }
}

/// The roles of a person in one project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProjectGrant {
    pub(crate) group_id: String,
    pub(crate) group_roles: Vec<String>,
}

/// Atlas's `orgMembershipStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum MembershipStatus {
    Active,
    Pending,
    InvitationExpired,
    InvitationRejected,
}

impl MembershipStatus {
    /// Returns whether a person with this status takes one of the organization's seats.
    pub(crate) fn takes_seat(self) -> bool {
        matches!(self, MembershipStatus::Active | MembershipStatus::Pending)
    }
}

/// The end of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvitationEnd {
    /// The person became a member.
    Accepted,
    /// The person declined.
    Declined,
    /// The person did not answer in time.
    Expired,
}

impl InvitationEnd {
    pub(crate) fn status(self) -> MembershipStatus {
        match self {
            InvitationEnd::Accepted => MembershipStatus::Active,
            InvitationEnd::Declined => MembershipStatus::InvitationRejected,
            InvitationEnd::Expired => MembershipStatus::InvitationExpired,
        }
    }
}

/// An endpoint that creates invitations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum InviteEndpoint {
    /// `POST /orgs/{orgId}/invites`.
    Invites,
    /// `POST /orgs/{orgId}/users`.
    Users,
}
