//! The JSON of each resource, key by key in the order in which Atlas writes it.

use jiff::Timestamp;
use serde::Serialize;

use crate::answer::Link;
use crate::organization::Organization;
use crate::organization::invite_request::ProjectGrant;
use crate::organization::user::{Invite, Named, Person, Status};

/// An invitation, as `/invites` has it.
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

/// In answers of `/invites`, each role of a project stands alone.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupRole<'a> {
    group_id: &'a str,
    group_role: &'a str,
}

impl<'a> InviteView<'a> {
    pub(crate) fn new(organization: &'a Organization, person: &'a Person, invite: &'a Invite) -> Self {
        let roles_of = |grant: &'a ProjectGrant| {
            grant.group_roles.iter().map(|role| GroupRole { group_id: &grant.group_id, group_role: role })
        };
        InviteView {
            created_at: invite.created_at,
            expires_at: invite.expires_at,
            group_role_assignments: invite.grants.projects.iter().flat_map(roles_of).collect(),
            id: &invite.id,
            inviter_username: &person.inviter_username,
            org_id: &organization.id,
            org_name: &organization.name,
            roles: &invite.grants.roles,
            team_ids: &invite.grants.team_ids,
            username: &person.username,
        }
    }
}

/// A person, as `/users` has it since 2025-02-19.
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
    org_membership_status: Status,
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
    org_membership_status: Status,
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
    pub(crate) fn new(person: &'a Person) -> Self {
        let grants = &person.grants;
        let roles = Roles { group_role_assignments: &grants.projects, org_roles: &grants.roles };
        if person.status == Status::Active {
            let (first_name, last_name) = names(&person.username);
            UserView::Active(ActiveUser {
                country: "US",
                created_at: person.created_at,
                first_name,
                id: &person.id,
                last_auth: person.created_at,
                last_name,
                org_membership_status: person.status,
                roles,
                team_ids: &grants.team_ids,
                username: &person.username,
            })
        } else {
            UserView::Pending(PendingUser {
                id: &person.id,
                invitation_created_at: person.created_at,
                invitation_expires_at: person.expires_at,
                inviter_username: &person.inviter_username,
                org_membership_status: person.status,
                roles,
                team_ids: &grants.team_ids,
                username: &person.username,
            })
        }
    }
}

/// A member, as `/users` had it before 2025-02-19.
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
struct OldRole<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    org_id: Option<&'a str>,
    role_name: &'a str,
}

impl<'a> OldUserView<'a> {
    pub(crate) fn new(organization: &'a Organization, person: &'a Person, base: &str) -> Self {
        let (first_name, last_name) = names(&person.username);
        let grants = &person.grants;
        let in_org = |role: &'a String| OldRole { group_id: None, org_id: Some(&organization.id), role_name: role };
        let in_groups = grants.projects.iter().flat_map(|grant| {
            let role_in = |role| OldRole { group_id: Some(&grant.group_id), org_id: None, role_name: role };
            grant.group_roles.iter().map(move |role: &String| role_in(role))
        });
        OldUserView {
            country: "US",
            created_at: person.created_at,
            email_address: &person.username,
            first_name,
            id: &person.id,
            last_auth: person.created_at,
            last_name,
            links: [Link::new(format!("{base}/users/{}", person.id), "self")],
            roles: grants.roles.iter().map(in_org).chain(in_groups).collect(),
            team_ids: &grants.team_ids,
            username: &person.username,
        }
    }
}

/// First and last name, as far as an address tells.
fn names(username: &str) -> (String, String) {
    let local = username.split('@').next().unwrap_or_default();
    let (first, last) = local.split_once('.').unwrap_or((local, "Sandbox"));
    let capital = |name: &str| {
        let mut chars = name.chars();
        chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
    };
    (capital(first), capital(last))
}

/// The organization itself.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OrganizationView<'a> {
    id: &'a str,
    is_deleted: bool,
    links: [Link; 4],
    name: &'a str,
    skip_default_alerts_settings: bool,
}

impl<'a> OrganizationView<'a> {
    pub(crate) fn new(organization: &'a Organization, base: &str) -> Self {
        let own = format!("{base}/orgs/{}", organization.id);
        OrganizationView {
            id: &organization.id,
            is_deleted: false,
            links: [
                Link::new(own.clone(), "self"),
                Link::new(format!("{own}/groups"), "https://cloud.mongodb.com/groups"),
                Link::new(format!("{own}/teams"), "https://cloud.mongodb.com/teams"),
                Link::new(format!("{own}/users"), "https://cloud.mongodb.com/users"),
            ],
            name: &organization.name,
            skip_default_alerts_settings: false,
        }
    }
}

/// A team.
#[derive(Serialize)]
pub(crate) struct TeamView<'a> {
    id: &'a str,
    links: [Link; 1],
    name: &'a str,
}

impl<'a> TeamView<'a> {
    pub(crate) fn new(team: &'a Named, list: &str) -> Self {
        TeamView { id: &team.id, links: [Link::new(format!("{list}/{}", team.id), "self")], name: &team.name }
    }
}

/// A project.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProjectView<'a> {
    cluster_count: u32,
    created: Timestamp,
    id: &'a str,
    links: [Link; 1],
    name: &'a str,
    org_id: &'a str,
    with_default_alerts_settings: bool,
}

impl<'a> ProjectView<'a> {
    pub(crate) fn new(organization: &'a Organization, project: &'a Named, base: &str) -> Self {
        ProjectView {
            cluster_count: 1,
            created: organization.founded,
            id: &project.id,
            links: [Link::new(format!("{base}/groups/{}", project.id), "self")],
            name: &project.name,
            org_id: &organization.id,
            with_default_alerts_settings: true,
        }
    }
}

/// What the root says of the service and of the key that asks.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RootView<'a> {
    api_key: Option<KeyView<'a>>,
    app_name: &'static str,
    build: &'static str,
    links: [Link; 1],
    throttling: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyView<'a> {
    access_list: [&'static str; 0],
    id: &'static str,
    public_key: &'a str,
    roles: [OldRole<'a>; 1],
}

impl<'a> RootView<'a> {
    pub(crate) fn new(organization: &'a Organization, public_key: Option<&'a str>, base: &str) -> Self {
        RootView {
            api_key: public_key.map(|public_key| KeyView {
                access_list: [],
                id: "5a4db0c5a4db0c5a4db00e70",
                public_key,
                roles: [OldRole { group_id: None, org_id: Some(&organization.id), role_name: "ORG_OWNER" }],
            }),
            app_name: "MongoDB Atlas",
            build: "sandbox",
            links: [Link::new(base, "self")],
            throttling: false,
        }
    }
}
