//! The JSON body of an invitation, in the format of either endpoint.

use bytes::Bytes;
use serde::{Serialize, Serializer};

use crate::atlas::api::Api;
use crate::model::invitation::{Invitation, ObjectId, OrgRole, OrgRoles, ProjectAccess};

/// Returns the JSON body of the invitation for `api`. Empty lists are left out.
pub fn body(api: Api, invitation: &Invitation) -> Bytes {
    let Invitation { organization: _, email, roles, teams, projects } = invitation;
    let mut json = Vec::with_capacity(256);
    let written = match api {
        Api::Invites => serde_json::to_writer(
            &mut json,
            &InvitesBody {
                username: email,
                roles: RoleNames(*roles),
                team_ids: teams,
                group_role_assignments: Projects(projects, |access| InvitesProject {
                    group_id: access.project,
                    roles: &access.roles,
                }),
            },
        ),
        Api::Users => serde_json::to_writer(
            &mut json,
            &UsersBody {
                username: email,
                roles: UsersRoles {
                    org_roles: RoleNames(*roles),
                    group_role_assignments: Projects(projects, |access| UsersProject {
                        group_id: access.project,
                        group_roles: &access.roles,
                    }),
                },
                team_ids: teams,
            },
        ),
    };
    // Writing strings and lists to memory cannot fail, and Atlas would reject an empty body.
    written.map(|()| json.into()).unwrap_or_default()
}

/// The body of `POST …/invites`, version 2023-01-01.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InvitesBody<'a> {
    username: &'a str,
    #[serde(skip_serializing_if = "RoleNames::is_empty")]
    roles: RoleNames,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    team_ids: &'a [ObjectId],
    #[serde(skip_serializing_if = "Projects::is_empty")]
    group_role_assignments: Projects<'a, InvitesProject<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InvitesProject<'a> {
    group_id: ObjectId,
    roles: &'a [String],
}

/// The body of `POST …/users`, version 2025-02-19.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UsersBody<'a> {
    username: &'a str,
    roles: UsersRoles<'a>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    team_ids: &'a [ObjectId],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UsersRoles<'a> {
    #[serde(skip_serializing_if = "RoleNames::is_empty")]
    org_roles: RoleNames,
    #[serde(skip_serializing_if = "Projects::is_empty")]
    group_role_assignments: Projects<'a, UsersProject<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UsersProject<'a> {
    group_id: ObjectId,
    group_roles: &'a [String],
}

struct RoleNames(OrgRoles);

impl RoleNames {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for RoleNames {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(OrgRole::as_str))
    }
}

/// Projects, each converted to the format of the endpoint.
struct Projects<'a, T>(&'a [ProjectAccess], fn(&'a ProjectAccess) -> T);

impl<T> Projects<'_, T> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Serialize> Serialize for Projects<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Invitation {
        Invitation {
            organization: ObjectId::ZERO,
            email: "ada+\"x\"@example.com".into(),
            roles: [OrgRole::Member, OrgRole::ReadOnly].into_iter().collect(),
            teams: vec!["32b6e34b3d91647abb20e7b8".parse().unwrap()],
            projects: vec![ProjectAccess {
                project: "42b6e34b3d91647abb20e7b8".parse().unwrap(),
                roles: vec!["GROUP_OWNER".into(), "GROUP_READ_ONLY".into()],
            }],
        }
    }

    #[test]
    fn each_endpoint_gets_its_own_format() {
        assert_eq!(
            body(Api::Invites, &full()),
            concat!(
                r#"{"username":"ada+\"x\"@example.com","roles":["ORG_MEMBER","ORG_READ_ONLY"],"#,
                r#""teamIds":["32b6e34b3d91647abb20e7b8"],"groupRoleAssignments":"#,
                r#"[{"groupId":"42b6e34b3d91647abb20e7b8","roles":["GROUP_OWNER","GROUP_READ_ONLY"]}]}"#
            )
        );
        assert_eq!(
            body(Api::Users, &full()),
            concat!(
                r#"{"username":"ada+\"x\"@example.com","roles":{"orgRoles":["ORG_MEMBER","ORG_READ_ONLY"],"#,
                r#""groupRoleAssignments":"#,
                r#"[{"groupId":"42b6e34b3d91647abb20e7b8","groupRoles":["GROUP_OWNER","GROUP_READ_ONLY"]}]},"#,
                r#""teamIds":["32b6e34b3d91647abb20e7b8"]}"#
            )
        );
    }

    #[test]
    fn empty_lists_are_left_out() {
        let invitation = Invitation { teams: Vec::new(), projects: Vec::new(), ..full() };
        for (api, expected) in [
            (Api::Invites, r#"{"username":"ada+\"x\"@example.com","roles":["ORG_MEMBER","ORG_READ_ONLY"]}"#),
            (Api::Users, r#"{"username":"ada+\"x\"@example.com","roles":{"orgRoles":["ORG_MEMBER","ORG_READ_ONLY"]}}"#),
        ] {
            assert_eq!(body(api, &invitation), expected);
        }
    }
}
