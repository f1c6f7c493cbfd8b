//! The JSON of invites and users.

use jiff::Timestamp;
use serde::Serialize;

use crate::answer::page::Link;
use crate::organization::Organization;
use crate::organization::user::{Invite, MembershipStatus, ProjectGrant, User};

/// An invitation in answers of `/invites`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InviteView<'a> {
    created_at: Timestamp,
    expires_at: Timestamp,
    group_role_assignments: Vec<GroupRole<'a>>,
    id: &'a str,
    inviter_username: &'a str,
    org_id: &'a str,
    org_name: &'a str,
    roles: &'a [String],
    team_ids: &'a [String],
    username: &'a str,
}

/// One role in a project; `/invites` lists each role by itself.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupRole<'a> {
    group_id: &'a str,
    group_role: &'a str,
}

impl<'a> InviteView<'a> {
    pub(crate) fn new(organization: &'a Organization, user: &'a User, invite: &'a Invite) -> Self {
        let roles_of = |grant: &'a ProjectGrant| {
            grant.group_roles.iter().map(|role| GroupRole { group_id: &grant.group_id, group_role: role })
        };
        InviteView {
            created_at: invite.created_at,
            expires_at: invite.expires_at,
            group_role_assignments: invite.grants.projects.iter().flat_map(roles_of).collect(),
            id: &invite.id,
            inviter_username: &user.inviter_username,
            org_id: &organization.id,
            org_name: &organization.name,
            roles: &invite.grants.roles,
            team_ids: &invite.grants.team_ids,
            username: &user.username,
        }
    }
}

/// A person in answers of `/users` since 2025-02-19.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum UserView<'a> {
    Active(ActiveUser<'a>),
    Pending(PendingUser<'a>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActiveUser<'a> {
    country: &'static str,
    created_at: Timestamp,
    first_name: String,
    id: &'a str,
    last_auth: Timestamp,
    last_name: String,
    org_membership_status: MembershipStatus,
    roles: Roles<'a>,
    team_ids: &'a [String],
    username: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PendingUser<'a> {
    id: &'a str,
    invitation_created_at: Timestamp,
    invitation_expires_at: Timestamp,
    inviter_username: &'a str,
    org_membership_status: MembershipStatus,
    roles: Roles<'a>,
    team_ids: &'a [String],
    username: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Roles<'a> {
    group_role_assignments: &'a [ProjectGrant],
    org_roles: &'a [String],
}

impl<'a> UserView<'a> {
    pub(crate) fn new(user: &'a User) -> Self {
        let grants = &user.grants;
        let roles = Roles { group_role_assignments: &grants.projects, org_roles: &grants.roles };
        if user.status == MembershipStatus::Active {
            let (first_name, last_name) = names(&user.username);
            UserView::Active(ActiveUser {
                country: "US",
                created_at: user.created_at,
                first_name,
                id: &user.id,
                last_auth: user.created_at,
                last_name,
                org_membership_status: user.status,
                roles,
                team_ids: &grants.team_ids,
                username: &user.username,
            })
        } else {
            UserView::Pending(PendingUser {
                id: &user.id,
                invitation_created_at: user.created_at,
                invitation_expires_at: user.expires_at,
                inviter_username: &user.inviter_username,
                org_membership_status: user.status,
                roles,
                team_ids: &grants.team_ids,
                username: &user.username,
            })
        }
    }
}

/// A member in answers of `/users` before 2025-02-19.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OldUserView<'a> {
    country: &'static str,
    created_at: Timestamp,
    email_address: &'a str,
    first_name: String,
    id: &'a str,
    last_auth: Timestamp,
    last_name: String,
    links: [Link; 1],
    roles: Vec<OldRole<'a>>,
    team_ids: &'a [String],
    username: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OldRole<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    org_id: Option<&'a str>,
    role_name: &'a str,
}

impl<'a> OldRole<'a> {
    pub(super) fn in_org(org_id: &'a str, role_name: &'a str) -> Self {
        OldRole { group_id: None, org_id: Some(org_id), role_name }
    }
}

impl<'a> OldUserView<'a> {
    pub(crate) fn new(organization: &'a Organization, user: &'a User, base: &str) -> Self {
        let (first_name, last_name) = names(&user.username);
        let grants = &user.grants;
        let in_org = |role: &'a String| OldRole::in_org(&organization.id, role);
        let in_groups = grants.projects.iter().flat_map(|grant| {
            let role_in = |role| OldRole { group_id: Some(&grant.group_id), org_id: None, role_name: role };
            grant.group_roles.iter().map(move |role: &String| role_in(role))
        });
        OldUserView {
            country: "US",
            created_at: user.created_at,
            email_address: &user.username,
            first_name,
            id: &user.id,
            last_auth: user.created_at,
            last_name,
            links: [Link::new(format!("{base}/users/{}", user.id), "self")],
            roles: grants.roles.iter().map(in_org).chain(in_groups).collect(),
            team_ids: &grants.team_ids,
            username: &user.username,
        }
    }
}

/// Returns a first and a last name, derived from an address.
fn names(username: &str) -> (String, String) {
    let local = username.split('@').next().unwrap_or_default();
    let (first, last) = local.split_once('.').unwrap_or((local, "Sandbox"));
    let capital = |name: &str| {
        let mut chars = name.chars();
        chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
    };
    (capital(first), capital(last))
}
