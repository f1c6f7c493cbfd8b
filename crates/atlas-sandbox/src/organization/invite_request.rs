//! Reads the body of a request to invite a person, and checks what can be checked without the organization.
//!
//! The two endpoints name the fields differently; the result is the same.

use serde_json::{Map, Value};

use super::roles::{GROUP_ROLES, ORG_ROLES};
use super::user::{Grants, ProjectGrant};
use crate::object_id::is_object_id;
use crate::problem::Problem;

/// A person to invite, with roles and teams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InviteRequest {
    pub(crate) username: String,
    pub(crate) grants: Grants,
}

impl InviteRequest {
    /// Reads the body of `POST /invites`.
    pub(crate) fn from_invites(body: &[u8]) -> Result<Self, Problem> {
        let fields = object(body)?;
        only(&fields, &["groupRoleAssignments", "roles", "teamIds", "username"])?;
        let grants = Grants {
            roles: org_roles(&fields, "roles")?,
            projects: projects(&fields, "roles")?,
            team_ids: team_ids(&fields)?,
        };
        Ok(InviteRequest { username: username(&fields)?, grants })
    }

    /// Reads the body of `POST /users`.
    pub(crate) fn from_users(body: &[u8]) -> Result<Self, Problem> {
        let fields = object(body)?;
        only(&fields, &["roles", "teamIds", "username"])?;
        let username = username(&fields)?;
        let roles = match fields.get("roles") {
            Some(Value::Object(roles)) => roles,
            None | Some(Value::Null) => return Err(Problem::missing_attribute("roles")),
            Some(_) => return Err(Problem::invalid_json_attribute("roles")),
        };
        only(roles, &["groupRoleAssignments", "orgRoles"])?;
        let grants = Grants {
            roles: org_roles(roles, "orgRoles")?,
            projects: projects(roles, "groupRoles")?,
            team_ids: team_ids(&fields)?,
        };
        Ok(InviteRequest { username, grants })
    }
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Problem::invalid_json()),
        Err(_) => Err(Problem::malformed_json()),
    }
}

/// Refuses unknown fields, as Atlas does.
fn only(fields: &Map<String, Value>, known: &[&str]) -> Result<(), Problem> {
    match fields.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(Problem::invalid_attribute(name)),
        None => Ok(()),
    }
}

fn username(fields: &Map<String, Value>) -> Result<String, Problem> {
    match fields.get("username") {
        None | Some(Value::Null) => Err(Problem::missing_attribute("username")),
        Some(Value::String(username)) if is_email(username) => Ok(username.clone()),
        Some(Value::String(username)) => Err(Problem::invalid_username(username)),
        Some(_) => Err(Problem::invalid_json_attribute("username")),
    }
}

/// Returns whether the text is an address. The server's own rule is not known. As a guess, the local part may hold what
/// RFC 5322 allows without quotes: more than the pattern of an official client allows, and no more than the OpenAPI
/// document's `format: email`.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let Some((labels, top)) = domain.rsplit_once('.') else { return false };
    !local.is_empty()
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+-/=?^_`{|}~".contains(&b))
        && !labels.is_empty()
        && labels.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b))
        && top.len() >= 2
        && top.bytes().all(|b| b.is_ascii_alphabetic())
}

fn strings(fields: &Map<String, Value>, name: &str) -> Result<Vec<String>, Problem> {
    let wrong = || Problem::invalid_json_attribute(name);
    match fields.get(name) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => {
            items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
        }
        Some(_) => Err(wrong()),
    }
}

fn org_roles(fields: &Map<String, Value>, name: &str) -> Result<Vec<String>, Problem> {
    let roles = strings(fields, name)?;
    if roles.is_empty() {
        return Err(Problem::missing_attribute(name));
    }
    if let Some(role) = roles.iter().find(|role| !ORG_ROLES.contains(&role.as_str())) {
        let known = GROUP_ROLES.contains(&role.as_str());
        return Err(if known { Problem::group_role_for_org(role) } else { Problem::invalid_enum_value(role) });
    }
    Ok(unique(roles))
}

fn team_ids(fields: &Map<String, Value>) -> Result<Vec<String>, Problem> {
    let ids = strings(fields, "teamIds")?;
    match ids.iter().find(|id| !is_object_id(id)) {
        Some(id) => Err(Problem::invalid_team_id(id)),
        None => Ok(unique(ids)),
    }
}

fn projects(fields: &Map<String, Value>, roles_name: &str) -> Result<Vec<ProjectGrant>, Problem> {
    let wrong = || Problem::invalid_json_attribute("groupRoleAssignments");
    let items = match fields.get("groupRoleAssignments") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(items)) => items,
        Some(_) => return Err(wrong()),
    };
    items.iter().map(|item| project(item.as_object().ok_or_else(wrong)?, roles_name)).collect()
}

fn project(fields: &Map<String, Value>, roles_name: &str) -> Result<ProjectGrant, Problem> {
    only(fields, &["groupId", roles_name])?;
    let group_id = match fields.get("groupId") {
        None | Some(Value::Null) => return Err(Problem::missing_attribute("groupId")),
        Some(Value::String(id)) if is_object_id(id) => id.clone(),
        Some(Value::String(id)) => return Err(Problem::invalid_group_id(id)),
        Some(_) => return Err(Problem::invalid_json_attribute("groupId")),
    };
    let group_roles = strings(fields, roles_name)?;
    if group_roles.is_empty() {
        return Err(Problem::missing_attribute(roles_name));
    }
    if let Some(role) = group_roles.iter().find(|role| !GROUP_ROLES.contains(&role.as_str())) {
        let known = ORG_ROLES.contains(&role.as_str());
        return Err(if known { Problem::org_role_for_group(role) } else { Problem::invalid_enum_value(role) });
    }
    Ok(ProjectGrant { group_id, group_roles: unique(group_roles) })
}

fn unique(mut items: Vec<String>) -> Vec<String> {
    let mut seen = Vec::with_capacity(items.len());
    items.retain(|item| {
        !seen.contains(item) && {
            seen.push(item.clone());
            true
        }
    });
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROJECT: &str = "9c0000000000000000000001";

    #[test]
    fn both_endpoints_name_the_same_grants() {
        let old = format!(
            r#"{{"username":"ada@example.com","roles":["ORG_MEMBER","ORG_MEMBER"],"teamIds":["7ea000000000000000000001"],
                "groupRoleAssignments":[{{"groupId":"{PROJECT}","roles":["GROUP_READ_ONLY"]}}]}}"#
        );
        let new = format!(
            r#"{{"username":"ada@example.com","teamIds":["7ea000000000000000000001"],"roles":{{"orgRoles":["ORG_MEMBER"],
                "groupRoleAssignments":[{{"groupId":"{PROJECT}","groupRoles":["GROUP_READ_ONLY"]}}]}}}}"#
        );
        let request = InviteRequest::from_invites(old.as_bytes()).unwrap();
        assert_eq!(request.grants.roles, ["ORG_MEMBER"]);
        assert_eq!(request.grants.projects[0].group_roles, ["GROUP_READ_ONLY"]);
        assert_eq!(request, InviteRequest::from_users(new.as_bytes()).unwrap());
    }

    #[test]
    fn every_mistake_has_its_code() {
        let invites = [
            ("{", 400, "MALFORMED_JSON"),
            ("[]", 400, "INVALID_JSON"),
            (r#"{"username":"a@example.com","roles":["ORG_MEMBER"],"x":1}"#, 400, "INVALID_ATTRIBUTE"),
            (r#"{"roles":["ORG_MEMBER"]}"#, 400, "MISSING_ATTRIBUTE"),
            (r#"{"username":"a@example.com"}"#, 400, "MISSING_ATTRIBUTE"),
            (r#"{"username":"a@example.com","roles":[]}"#, 400, "MISSING_ATTRIBUTE"),
            (r#"{"username":"a@example","roles":["ORG_MEMBER"]}"#, 400, "INVALID_USERNAME"),
            (r#"{"username":5,"roles":["ORG_MEMBER"]}"#, 400, "INVALID_JSON_ATTRIBUTE"),
            (r#"{"username":"a@example.com","roles":"ORG_MEMBER"}"#, 400, "INVALID_JSON_ATTRIBUTE"),
            (r#"{"username":"a@example.com","roles":["ORG_KING"]}"#, 400, "INVALID_ENUM_VALUE"),
            (r#"{"username":"a@example.com","roles":["GROUP_OWNER"]}"#, 400, "CANNOT_ADD_GROUP_ROLE"),
            (r#"{"username":"a@example.com","roles":["ORG_MEMBER"],"teamIds":["x"]}"#, 404, "INVALID_TEAM_ID"),
        ];
        for (body, status, code) in invites {
            let problem = InviteRequest::from_invites(body.as_bytes()).unwrap_err();
            assert_eq!((problem.status.as_u16(), problem.code.as_str()), (status, code), "{body}");
        }
        let projects = [
            (r#"{"groupId":"x","roles":["GROUP_OWNER"]}"#, 404, "INVALID_GROUP_ID"),
            (r#"{"roles":["GROUP_OWNER"]}"#, 400, "MISSING_ATTRIBUTE"),
            (r#"{"groupId":"9c0000000000000000000001","roles":[]}"#, 400, "MISSING_ATTRIBUTE"),
            (r#"{"groupId":"9c0000000000000000000001","roles":["ORG_OWNER"]}"#, 400, "CANNOT_ADD_ORG_ROLE"),
            (r#"{"groupId":"9c0000000000000000000001","roles":["GROUP_X"]}"#, 400, "INVALID_ENUM_VALUE"),
            (r#"{"groupId":"9c0000000000000000000001","groupRoles":["GROUP_OWNER"]}"#, 400, "INVALID_ATTRIBUTE"),
        ];
        for (item, status, code) in projects {
            let body =
                format!(r#"{{"username":"a@example.com","roles":["ORG_MEMBER"],"groupRoleAssignments":[{item}]}}"#);
            let problem = InviteRequest::from_invites(body.as_bytes()).unwrap_err();
            assert_eq!((problem.status.as_u16(), problem.code.as_str()), (status, code), "{body}");
        }
        let users = [
            (r#"{"username":"a@example.com","roles":["ORG_MEMBER"]}"#, "INVALID_JSON_ATTRIBUTE"),
            (r#"{"username":"a@example.com","roles":{}}"#, "MISSING_ATTRIBUTE"),
            (r#"{"username":"a@example.com"}"#, "MISSING_ATTRIBUTE"),
            (r#"{"username":"a@example.com","roles":{"roles":[]}}"#, "INVALID_ATTRIBUTE"),
        ];
        for (body, code) in users {
            assert_eq!(InviteRequest::from_users(body.as_bytes()).unwrap_err().code, code, "{body}");
        }
    }
}
