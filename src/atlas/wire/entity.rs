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
use super::text::clean;
use crate::atlas::api::{Api, Create, Created, Grants, Invite, Membership, Named, Person};
use crate::model::email::fold_email;
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

/// The answer to a create: an invite or a user, with only the fields that are needed.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct NewInvite<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    username: Text<'a>,
    #[serde(borrow)]
    expires_at: Text<'a>,
    #[serde(borrow)]
    invitation_expires_at: Text<'a>,
    #[serde(borrow)]
    inviter_username: Text<'a>,
    #[serde(borrow)]
    roles: Roles<'a>,
    #[serde(borrow)]
    team_ids: List<Text<'a>>,
    #[serde(borrow)]
    group_role_assignments: List<Object<Assignment<'a>>>,
}

/// The field `roles`: a list of organization roles in an invite, an object in a user.
#[derive(Default)]
struct Roles<'a> {
    organization: Vec<Text<'a>>,
    projects: Vec<Object<Assignment<'a>>>,
}

/// A person's roles in one project: `groupRole` in an invite, `groupRoles` in a user, `roles` in a request.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Assignment<'a> {
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

impl NewInvite<'_> {
    /// Returns the invite that was created through `api`, compared with the request, if it has an id.
    pub(super) fn created(self, api: Api, create: &Create) -> Option<Created> {
        let expires_at = match api {
            Api::Invites => &self.expires_at,
            Api::Users => &self.invitation_expires_at,
        };
        let expires_at = timestamp(expires_at);
        let missing = self.missing(&create.grants);
        let is_same = |address: &str| address == create.email || fold_email(address) == fold_email(&create.email);
        let for_another = known(self.username).filter(|address| !is_same(address)).map(|address| clean(&address));
        Some(Created {
            id: known(self.id)?,
            expires_at,
            invited_by: known(self.inviter_username),
            for_another,
            missing,
        })
    }

    /// Returns what was requested and is not in the answer. A list that the answer does not have is not compared.
    fn missing(&self, requested: &Grants) -> Option<Box<Grants>> {
        let listed = grants(&self.roles, &self.team_ids, &self.group_role_assignments);
        let mut missing = Grants::default();
        if !self.roles.organization.is_empty() {
            missing.roles = requested.roles.iter().filter(|role| !listed.roles.contains(*role)).collect();
        }
        if self.team_ids.0.is_some() {
            missing.teams = requested.teams.iter().filter(|team| !listed.teams.contains(team)).copied().collect();
        }
        if self.group_role_assignments.0.is_some() || !self.roles.projects.is_empty() {
            missing.projects =
                requested.projects.iter().filter_map(|access| lacking(access, &listed.projects)).collect();
        }
        (missing != Grants::default()).then(|| Box::new(missing))
    }
}

/// Returns the roles in a project that are not among the listed ones.
fn lacking(requested: &ProjectAccess, listed: &[ProjectAccess]) -> Option<ProjectAccess> {
    let listed = listed.iter().find(|access| access.project == requested.project);
    let has = |role: &String| listed.is_some_and(|access| access.roles.contains(role));
    let roles: Vec<String> = requested.roles.iter().filter(|role| !has(role)).cloned().collect();
    (!roles.is_empty()).then_some(ProjectAccess { project: requested.project, roles })
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

fn grants(roles: &Roles<'_>, team_ids: &List<Text<'_>>, assignments: &List<Object<Assignment<'_>>>) -> Grants {
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

fn known(text: Text<'_>) -> Option<String> {
    text.0.filter(|text| !text.is_empty()).map(Cow::into_owned)
}

fn object_id(text: &Text<'_>) -> Option<ObjectId> {
    text.0.as_deref()?.parse().ok()
}

fn timestamp(text: &Text<'_>) -> Option<Timestamp> {
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
    use bytes::Bytes;

    use super::*;
    use crate::model::invitation::OrgRoles;

    const TEAM: &str = "32b6e34b3d91647abb20e7b8";
    const PROJECT: &str = "42b6e34b3d91647abb20e7b8";

    fn entry(json: &str) -> Entry<'_> {
        serde_json::from_str(json).unwrap()
    }

    fn created(json: &str, api: Api, create: &Create) -> Option<Created> {
        serde_json::from_str::<NewInvite<'_>>(json).unwrap().created(api, create)
    }

    fn create(grants: Grants) -> Create {
        Create { email: "ada@example.com".to_owned(), grants, body: Bytes::new() }
    }

    #[test]
    fn the_expiry_time_has_another_name_in_each_endpoint() {
        let json = r#"{"id":"i","expiresAt":"2026-09-09T03:03:37Z","invitationExpiresAt":"2026-09-10T03:03:37Z"}"#;
        for (api, at) in [(Api::Invites, "2026-09-09T03:03:37Z"), (Api::Users, "2026-09-10T03:03:37Z")] {
            assert_eq!(created(json, api, &create(Grants::default())).unwrap().expires_at, Some(at.parse().unwrap()));
        }
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
        assert_eq!(created(&json, Api::Users, &create(Grants::default())).unwrap().expires_at, person.expires_at);
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
        assert!(created(r#"{"username":"a@example.com"}"#, Api::Invites, &create(Grants::default())).is_none());
        assert!(created(r#"{"id":7}"#, Api::Invites, &create(Grants::default())).is_none());
        assert!(created(r#"{"id":""}"#, Api::Users, &create(Grants::default())).is_none());
        assert!(created(r#"{"id":"a"}"#, Api::Users, &create(Grants::default())).is_some());
        assert!(entry(r#"{"id":"a"}"#).invite().is_none());
        assert!(entry(r#"{"id":"a"}"#).person().is_none());
        let named = |json| serde_json::from_str::<NamedEntry<'_>>(json).unwrap().named();
        assert!(named(r#"{"id":"abc","name":"n"}"#).is_none());
        assert!(named(r#"{"id":"32b6e34b3d91647abb20e7b8"}"#).is_none());
        assert!(named(r#"{"id":"32b6e34b3d91647abb20e7b8","name":"n","links":[]}"#).is_some());
    }

    #[test]
    fn an_answer_for_another_address_is_recognized() {
        let json = |username: &str| format!(r#"{{"id":"i","username":"{username}"}}"#);
        for (username, another) in [
            ("ada@example.com", None),
            ("ADA@Example.COM", None),
            ("bob@example.com", Some("bob@example.com")),
            (r"bob\u001b[31m@example.com", Some("bob [31m@example.com")),
            ("", None),
        ] {
            let created = created(&json(username), Api::Invites, &create(Grants::default())).unwrap();
            assert_eq!(created.for_another.as_deref(), another, "{username}");
        }
    }

    #[test]
    fn what_the_answer_lacks_is_missing() {
        let access = |roles: &[&str]| ProjectAccess {
            project: PROJECT.parse().unwrap(),
            roles: roles.iter().map(|&role| role.to_owned()).collect(),
        };
        let requested = Grants {
            roles: OrgRoles::from_iter([OrgRole::Member, OrgRole::ReadOnly]),
            teams: vec![TEAM.parse().unwrap()],
            projects: vec![access(&["GROUP_OWNER", "GROUP_READ_ONLY"])],
        };
        let missing = |json: &str| created(json, Api::Invites, &create(requested.clone())).unwrap().missing;
        let all = format!(
            r#"{{"id":"i","roles":["ORG_READ_ONLY","ORG_MEMBER","ORG_OWNER"],"teamIds":["{TEAM}","{PROJECT}"],
                "groupRoleAssignments":[{{"groupId":"{PROJECT}","groupRole":"GROUP_OWNER"}},
                {{"groupId":"{PROJECT}","groupRole":"GROUP_READ_ONLY"}}]}}"#
        );
        assert_eq!(missing(&all), None);
        assert_eq!(missing(r#"{"id":"i"}"#), None, "a list that the answer does not have is not compared");
        let some = format!(
            r#"{{"id":"i","roles":["ORG_MEMBER"],"teamIds":[],
                "groupRoleAssignments":[{{"groupId":"{PROJECT}","groupRole":"GROUP_OWNER"}}]}}"#
        );
        let lacking = Grants {
            roles: OrgRoles::from_iter([OrgRole::ReadOnly]),
            teams: vec![TEAM.parse().unwrap()],
            projects: vec![access(&["GROUP_READ_ONLY"])],
        };
        assert_eq!(missing(&some).map(|missing| *missing), Some(lacking));
    }
}
