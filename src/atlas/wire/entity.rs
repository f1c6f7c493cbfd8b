//! Parses invites, people, and entries with a name, such as teams.
//!
//! Invites and people share most of their fields, so one type parses both. An entry without an id or name is an error:
//! if it were left out, a person would look absent.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::loose::{List, Object, Text, ignore_types};
use crate::atlas::api::{Grants, Invite, Membership, Named, Person};
use crate::model::invitation::{ObjectId, OrgRole, ProjectAccess};

/// An invite (2023-01-01) or a user (2025-02-19) in a list.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Entry<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    username: Text<'a>,
    #[serde(borrow)]
    created_at: Text<'a>,
    #[serde(borrow)]
    expires_at: Text<'a>,
    #[serde(borrow)]
    invitation_created_at: Text<'a>,
    #[serde(borrow)]
    invitation_expires_at: Text<'a>,
    #[serde(borrow)]
    inviter_username: Text<'a>,
    #[serde(borrow)]
    org_membership_status: Text<'a>,
    #[serde(borrow)]
    roles: Roles<'a>,
    #[serde(borrow)]
    team_ids: List<Text<'a>>,
    #[serde(borrow)]
    group_role_assignments: List<Object<Assignment<'a>>>,
}

/// The field `roles`: a list of organization roles in an invite, an object in a user.
#[derive(Default)]
pub(super) struct Roles<'a> {
    pub(super) organization: Vec<Text<'a>>,
    pub(super) projects: Vec<Object<Assignment<'a>>>,
}

/// A person's roles in one project: `groupRole` in an invite, `groupRoles` in a user, `roles` in a request.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Assignment<'a> {
    #[serde(borrow)]
    group_id: Text<'a>,
    #[serde(borrow)]
    group_role: Text<'a>,
    #[serde(borrow)]
    group_roles: List<Text<'a>>,
    #[serde(borrow)]
    roles: List<Text<'a>>,
}

/// A team, a project or the organization.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct NamedEntry<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
}

impl Entry<'_> {
    /// Returns an entry of a list of invites.
    pub(super) fn invite(self) -> Option<Invite> {
        let grants = grants(&self.roles, &self.team_ids, &self.group_role_assignments);
        Some(Invite {
            id: known(self.id)?,
            email: known(self.username)?,
            created_at: timestamp(&self.created_at),
            expires_at: timestamp(&self.expires_at),
            invited_by: known(self.inviter_username),
            grants,
        })
    }

    /// Returns an entry of a list of users.
    pub(super) fn person(self) -> Option<Person> {
        let grants = grants(&self.roles, &self.team_ids, &self.group_role_assignments);
        let membership = match self.org_membership_status.0.as_deref() {
            Some("PENDING") => Membership::Pending,
            Some("INVITATION_EXPIRED") => Membership::Expired,
            Some("INVITATION_REJECTED") => Membership::Declined,
            // A listed person with an unknown status counts as a member.
            Some(_) | None => Membership::Active,
        };
        Some(Person {
            id: known(self.id)?,
            email: known(self.username)?,
            membership,
            invited_at: timestamp(&self.invitation_created_at),
            expires_at: timestamp(&self.invitation_expires_at),
            invited_by: known(self.inviter_username),
            grants,
        })
    }
}

/// Returns the grants of an invite or a user.
pub(super) fn grants(
    roles: &Roles<'_>,
    team_ids: &List<Text<'_>>,
    assignments: &List<Object<Assignment<'_>>>,
) -> Grants {
    let org_role = |name: &Text<'_>| OrgRole::ALL.into_iter().find(|role| Some(role.as_str()) == name.0.as_deref());
    let mut teams: Vec<ObjectId> = team_ids.0.iter().flatten().filter_map(object_id).collect();
    teams.sort_unstable();
    teams.dedup();
    let mut projects = Vec::new();
    let assignments = assignments.0.iter().flatten().chain(&roles.projects);
    for assignment in assignments.filter_map(|object| object.0.as_ref()) {
        assignment.merge_into(&mut projects);
    }
    for access in &mut projects {
        access.roles.sort_unstable();
        access.roles.dedup();
    }
    Grants { roles: roles.organization.iter().filter_map(org_role).collect(), teams, projects }
}

impl Assignment<'_> {
    /// Adds the roles to those of the same project, because an invite has one entry for each role.
    fn merge_into(&self, projects: &mut Vec<ProjectAccess>) {
        let Some(project) = object_id(&self.group_id) else { return };
        let lists = [&self.group_roles, &self.roles].into_iter().flat_map(|list| list.0.iter().flatten());
        let roles = lists.chain([&self.group_role]).filter_map(|role| Some(role.0.as_deref()?.to_owned()));
        let index = projects.binary_search_by_key(&project, |access| access.project).unwrap_or_else(|index| {
            projects.insert(index, ProjectAccess { project, roles: Vec::new() });
            index
        });
        projects[index].roles.extend(roles);
    }
}

impl NamedEntry<'_> {
    pub(super) fn named(self) -> Option<Named> {
        Some(Named { id: object_id(&self.id)?, name: known(self.name)? })
    }
}

pub(super) fn known(text: Text<'_>) -> Option<String> {
    text.0.filter(|text| !text.is_empty()).map(Cow::into_owned)
}

fn object_id(text: &Text<'_>) -> Option<ObjectId> {
    text.0.as_deref()?.parse().ok()
}

pub(super) fn timestamp(text: &Text<'_>) -> Option<Timestamp> {
    text.0.as_deref()?.parse().ok()
}

impl<'de: 'a, 'a> Deserialize<'de> for Roles<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize, Default)]
        #[serde(default, rename_all = "camelCase")]
        struct UsersRoles<'a> {
            #[serde(borrow)]
            org_roles: List<Text<'a>>,
            #[serde(borrow)]
            group_role_assignments: List<Object<Assignment<'a>>>,
        }

        struct Either<'a>(std::marker::PhantomData<&'a ()>);

        impl<'de: 'a, 'a> Visitor<'de> for Either<'a> {
            type Value = Roles<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("anything")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut roles = Roles::default();
                while let Some(role) = seq.next_element()? {
                    roles.organization.push(role);
                }
                Ok(roles)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let roles = UsersRoles::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Roles {
                    organization: roles.org_roles.0.unwrap_or_default(),
                    projects: roles.group_role_assignments.0.unwrap_or_default(),
                })
            }

            ignore_types!(bool u64 str);
        }

        deserializer.deserialize_any(Either(std::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEAM: &str = "32b6e34b3d91647abb20e7b8";
    const PROJECT: &str = "42b6e34b3d91647abb20e7b8";

    fn entry(json: &str) -> Entry<'_> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_roles_of_an_invite_are_grouped_by_project() {
        let json = format!(
            r#"{{"id":"a","username":"ada@example.com","createdAt":"2026-08-10T03:03:37Z","expiresAt":"whenever",
                "inviterUsername":"abcdefgh",
                "roles":["ORG_READ_ONLY","ORG_NOVELTY",7,"ORG_MEMBER"],"teamIds":["{TEAM}","nope","{TEAM}"],
                "groupRoleAssignments":[{{"groupId":"{PROJECT}","groupRole":"GROUP_READ_ONLY"}},
                {{"groupId":"{TEAM}","groupRole":"GROUP_OWNER"}},
                {{"groupId":"{PROJECT}","groupRole":"GROUP_OWNER"}},{{"groupRole":"GROUP_OWNER"}},"x"]}}"#
        );
        let invite = entry(&json).invite().unwrap();
        assert_eq!(invite.created_at, Some("2026-08-10T03:03:37Z".parse().unwrap()));
        assert_eq!((invite.expires_at, invite.invited_by.as_deref()), (None, Some("abcdefgh")));
        assert_eq!(invite.grants.roles, [OrgRole::Member, OrgRole::ReadOnly].into_iter().collect());
        assert_eq!(invite.grants.teams, [TEAM.parse().unwrap()]);
        let access = |project: &str, roles: &[&str]| ProjectAccess {
            project: project.parse().unwrap(),
            roles: roles.iter().map(|&role| role.to_owned()).collect(),
        };
        assert_eq!(
            invite.grants.projects,
            [access(TEAM, &["GROUP_OWNER"]), access(PROJECT, &["GROUP_OWNER", "GROUP_READ_ONLY"])]
        );
    }

    #[test]
    fn the_roles_of_a_user_are_parsed_from_an_object() {
        let json = format!(
            r#"{{"id":"u","username":"ada@example.com","orgMembershipStatus":"PENDING",
                "invitationCreatedAt":"2026-08-10T03:03:37Z","invitationExpiresAt":"2026-09-09T03:03:37Z",
                "createdAt":"2020-01-01T00:00:00Z","roles":{{"orgRoles":["ORG_OWNER"],
                "groupRoleAssignments":[{{"groupId":"{PROJECT}","groupRoles":["GROUP_OWNER"]}}]}},"teamIds":null}}"#
        );
        let person = entry(&json).person().unwrap();
        assert_eq!(person.membership, Membership::Pending);
        assert_eq!(person.invited_at, Some("2026-08-10T03:03:37Z".parse().unwrap()));
        assert_eq!(person.grants.roles, [OrgRole::Owner].into_iter().collect());
        assert_eq!(person.grants.projects[0].roles, ["GROUP_OWNER"]);
        assert_eq!(person.expires_at, Some("2026-09-09T03:03:37Z".parse().unwrap()));
    }

    #[test]
    fn an_unknown_membership_status_counts_as_a_member() {
        for (status, membership) in [
            (r#""ACTIVE""#, Membership::Active),
            (r#""PENDING""#, Membership::Pending),
            (r#""INVITATION_EXPIRED""#, Membership::Expired),
            (r#""INVITATION_REJECTED""#, Membership::Declined),
            (r#""SOMETHING_NEW""#, Membership::Active),
            ("null", Membership::Active),
        ] {
            let json = format!(r#"{{"id":"u","username":"a@example.com","orgMembershipStatus":{status}}}"#);
            assert_eq!(entry(&json).person().unwrap().membership, membership, "{status}");
        }
    }

    #[test]
    fn an_entry_without_an_id_or_name_is_rejected() {
        assert!(entry(r#"{"id":"a"}"#).invite().is_none());
        assert!(entry(r#"{"id":"a"}"#).person().is_none());
        let named = |json| serde_json::from_str::<NamedEntry<'_>>(json).unwrap().named();
        assert!(named(r#"{"id":"abc","name":"n"}"#).is_none());
        assert!(named(r#"{"id":"32b6e34b3d91647abb20e7b8"}"#).is_none());
        assert!(named(r#"{"id":"32b6e34b3d91647abb20e7b8","name":"n","links":[]}"#).is_some());
    }
}
