//! Parses the answer to an invitation, and compares it with the request.

use serde::Deserialize;

use super::entity::{Assignment, Roles, grants, known, timestamp};
use super::loose::{List, Object, Text};
use super::text::clean;
use crate::atlas::api::{Api, Create, Created, Grants};
use crate::model::email::fold_email;
use crate::model::invitation::ProjectAccess;

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

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::model::invitation::{OrgRole, OrgRoles};

    const TEAM: &str = "32b6e34b3d91647abb20e7b8";
    const PROJECT: &str = "42b6e34b3d91647abb20e7b8";

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

    #[test]
    fn an_answer_without_an_id_is_rejected() {
        assert!(created(r#"{"username":"a@example.com"}"#, Api::Invites, &create(Grants::default())).is_none());
        assert!(created(r#"{"id":7}"#, Api::Invites, &create(Grants::default())).is_none());
        assert!(created(r#"{"id":""}"#, Api::Users, &create(Grants::default())).is_none());
        assert!(created(r#"{"id":"a"}"#, Api::Users, &create(Grants::default())).is_some());
    }
}
