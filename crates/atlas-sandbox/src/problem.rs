//! Atlas's errors: status, `errorCode`, text and parameters.
//!
//! Statuses and codes are as recorded or documented; if only the code is known, the text is the sandbox's own. For
//! functions marked as guesses even the code is not known: a client must not depend on them.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use crate::options::limits::Rate;

/// An error answer before it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: String,
    pub(crate) detail: String,
    pub(crate) parameters: Vec<Value>,
    /// The `Retry-After` header, which only an empty bucket sets.
    pub(crate) retry_after: Option<u64>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &str, detail: impl Into<String>, parameters: Vec<Value>) -> Self {
        Problem { status, code: code.into(), detail: detail.into(), parameters, retry_after: None }
    }

    fn bad_request(code: &str, detail: impl Into<String>, parameters: Vec<Value>) -> Self {
        Problem::new(StatusCode::BAD_REQUEST, code, detail, parameters)
    }

    fn not_found(code: &str, detail: impl Into<String>, parameters: Vec<Value>) -> Self {
        Problem::new(StatusCode::NOT_FOUND, code, detail, parameters)
    }

    // Permissions.

    pub(crate) fn role_missing() -> Self {
        let detail = "Current user is not authorized to perform this action.";
        Problem::new(StatusCode::UNAUTHORIZED, "USER_UNAUTHORIZED", detail, vec![])
    }

    pub(crate) fn address_not_listed(ip: &str) -> Self {
        let detail = format!("IP address {ip} is not allowed to access this resource.");
        Problem::new(StatusCode::FORBIDDEN, "IP_ADDRESS_NOT_ON_ACCESS_LIST", detail, vec![json!(ip)])
    }

    pub(crate) fn access_list_required(ip: &str) -> Self {
        let detail = "This organization requires access through an access list of ip ranges.";
        Problem::new(StatusCode::FORBIDDEN, "ORG_REQUIRES_ACCESS_LIST", detail, vec![json!(ip)])
    }

    pub(crate) fn account_suspended() -> Self {
        let detail = "The account of this organization is suspended.";
        Problem::new(StatusCode::PAYMENT_REQUIRED, "ACCOUNT_SUSPENDED", detail, vec![])
    }

    pub(crate) fn organization_inactive() -> Self {
        Problem::bad_request("INACTIVE_ORG", "The organization is inactive.", vec![])
    }

    pub(crate) fn no_access_to_org(id: &str) -> Self {
        let detail = format!("The current user cannot access organization {id}.");
        Problem::new(StatusCode::UNAUTHORIZED, "USER_CANNOT_ACCESS_ORG", detail, vec![json!(id)])
    }

    // Path, version and query.

    pub(crate) fn unknown_path(path: &str) -> Self {
        Problem::not_found("RESOURCE_NOT_FOUND", format!("Cannot find resource {path}."), vec![json!(path)])
    }

    pub(crate) fn invalid_version() -> Self {
        let detail = "Invalid accept header or version date.";
        Problem::new(StatusCode::NOT_ACCEPTABLE, "INVALID_VERSION_DATE", detail, vec![])
    }

    /// A guess.
    pub(crate) fn unsupported_media_type(content_type: &str) -> Self {
        let detail = format!("The content type {content_type:?} is not supported.");
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", detail, vec![json!(content_type)])
    }

    pub(crate) fn invalid_query_parameter(name: &str) -> Self {
        let detail = format!("Invalid query parameter {name} specified.");
        Problem::bad_request("INVALID_QUERY_PARAMETER", detail, vec![json!(name)])
    }

    pub(crate) fn invalid_path_parameter(name: &str) -> Self {
        let detail = format!("Invalid path parameter {name} specified.");
        Problem::bad_request("INVALID_PATH_PARAMETER", detail, vec![json!(name)])
    }

    pub(crate) fn invalid_org_id(id: &str) -> Self {
        Problem::not_found("INVALID_ORG_ID", format!("An invalid organization ID {id} was specified."), vec![json!(id)])
    }

    pub(crate) fn org_not_found(id: &str) -> Self {
        Problem::not_found("ORG_NOT_FOUND", format!("No organization with ID {id} exists."), vec![json!(id)])
    }

    /// The code is known for DELETE; for GET it is a guess.
    pub(crate) fn no_such_invite(status: StatusCode) -> Self {
        let detail = "The invitation does not exist or was already accepted.";
        Problem::new(status, "INVALID_INVITATION_ID", detail, vec![])
    }

    /// A guess.
    pub(crate) fn no_such_user(id: &str) -> Self {
        Problem::not_found("USER_NOT_FOUND", format!("No user with ID {id} exists."), vec![json!(id)])
    }

    /// A guess.
    pub(crate) fn no_such_endpoint_set(id: &str) -> Self {
        Problem::not_found("RESOURCE_NOT_FOUND", format!("Cannot find resource {id}."), vec![json!(id)])
    }

    // The body.

    pub(crate) fn malformed_json() -> Self {
        Problem::bad_request("MALFORMED_JSON", "Received JSON is malformed.", vec![])
    }

    pub(crate) fn invalid_json() -> Self {
        Problem::bad_request("INVALID_JSON", "Received JSON does not match expected format.", vec![])
    }

    pub(crate) fn invalid_json_attribute(name: &str) -> Self {
        let detail = format!("Received JSON for the {name} attribute does not match expected format.");
        Problem::bad_request("INVALID_JSON_ATTRIBUTE", detail, vec![json!(name)])
    }

    pub(crate) fn invalid_attribute(name: &str) -> Self {
        Problem::bad_request("INVALID_ATTRIBUTE", format!("Invalid attribute {name} specified."), vec![json!(name)])
    }

    pub(crate) fn missing_attribute(name: &str) -> Self {
        let detail = format!("The required attribute {name} was not specified.");
        Problem::bad_request("MISSING_ATTRIBUTE", detail, vec![json!(name)])
    }

    pub(crate) fn invalid_username(username: &str) -> Self {
        let detail = "The specified username is not a valid email address.";
        Problem::bad_request("INVALID_USERNAME", detail, vec![json!(username)])
    }

    pub(crate) fn invalid_enum_value(value: &str) -> Self {
        let detail = format!("An invalid enumeration value {value} was specified.");
        Problem::bad_request("INVALID_ENUM_VALUE", detail, vec![json!(value)])
    }

    pub(crate) fn group_role_for_org(role: &str) -> Self {
        let detail = format!("The project role {role} cannot be given in an organization.");
        Problem::bad_request("CANNOT_ADD_GROUP_ROLE", detail, vec![json!(role)])
    }

    pub(crate) fn org_role_for_group(role: &str) -> Self {
        let detail = format!("The organization role {role} cannot be given in a project.");
        Problem::bad_request("CANNOT_ADD_ORG_ROLE", detail, vec![json!(role)])
    }

    pub(crate) fn invalid_team_id(id: &str) -> Self {
        Problem::not_found("INVALID_TEAM_ID", format!("An invalid team ID {id} was specified."), vec![json!(id)])
    }

    pub(crate) fn team_not_found(id: &str) -> Self {
        Problem::not_found("TEAM_NOT_FOUND", format!("No team with ID {id} exists."), vec![json!(id)])
    }

    pub(crate) fn team_not_in_org(id: &str, org: &str) -> Self {
        let detail = format!("Team {id} is not in Organization {org}.");
        Problem::not_found("TEAM_NOT_IN_ORG", detail, vec![json!(id), json!(org)])
    }

    pub(crate) fn invalid_group_id(id: &str) -> Self {
        Problem::not_found("INVALID_GROUP_ID", format!("An invalid group ID {id} was specified."), vec![json!(id)])
    }

    pub(crate) fn group_not_found(id: &str) -> Self {
        Problem::not_found("GROUP_NOT_FOUND", format!("No group with ID {id} exists."), vec![json!(id)])
    }

    // The state of the organization.

    /// A guess: neither the code nor the text is documented.
    pub(crate) fn already_in_org(status: StatusCode, username: &str, org: &str) -> Self {
        let detail = format!("User {username} is already in organization {org}.");
        Problem::new(status, "USER_ALREADY_IN_ORG", detail, vec![json!(username), json!(org)])
    }

    pub(crate) fn organization_full(seats: usize, org: &str) -> Self {
        let detail = format!("Maximum number of users per org ({seats}) in {org} exceeded while trying to add users.");
        Problem::bad_request("MAX_USERS_PER_ORG_EXCEEDED", detail, vec![json!(seats.to_string()), json!(org)])
    }

    pub(crate) fn team_full(cap: usize, team: &str) -> Self {
        let detail = format!("Maximum number of users per team ({cap}) in {team} exceeded while trying to add users.");
        Problem::bad_request("MAX_USERS_PER_TEAM_EXCEEDED", detail, vec![json!(cap.to_string()), json!(team)])
    }

    pub(crate) fn too_many_teams(cap: usize, username: &str) -> Self {
        let detail = format!("Maximum number of teams per user ({cap}) exceeded for {username}.");
        Problem::bad_request("MAX_TEAMS_PER_USER_EXCEEDED", detail, vec![json!(cap.to_string()), json!(username)])
    }

    /// A guess.
    pub(crate) fn project_full(cap: usize, project: &str) -> Self {
        let detail = format!("Maximum number of users per project ({cap}) in {project} exceeded.");
        Problem::bad_request("MAX_USERS_PER_GROUP_EXCEEDED", detail, vec![json!(cap.to_string()), json!(project)])
    }

    // Limits and maintenance.

    /// The path is the requested one, not its template.
    pub(crate) fn bucket_empty(path: &str, rate: Rate, refill_in: Duration) -> Self {
        let path = path.trim_start_matches('/');
        let (Rate { capacity, refill, period }, wait) = (rate, refill_in.as_secs());
        let seconds = whole_seconds(period);
        let detail = format!(
            "Rate limit exceeded for {path}. Please retry after {wait} seconds. Request capacity: {capacity}. Refill \
             rate: {refill} per {seconds} seconds. For more information, see: \
             http://dochub.mongodb.org/core/atlas-api-rate-limit."
        );
        let parameters = vec![json!(path), json!(wait), json!(capacity), json!(refill), json!(seconds)];
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED_TOKEN_BUCKET", detail, parameters);
        Problem { retry_after: Some(wait), ..problem }
    }

    /// The older kind of limit, which the token endpoint still has.
    pub(crate) fn resource_limited(path: &str, max: u32, minutes: u64) -> Self {
        let detail = format!("Resource {path} is limited to {max} requests every {minutes} minutes.");
        let parameters = vec![json!(path), json!(max), json!(minutes)];
        Problem::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", detail, parameters)
    }

    pub(crate) fn invitations_limited(max: u32, minutes: u64) -> Self {
        let detail = format!("Rate limit of {max} invitations per {minutes} minutes exceeded.");
        Problem::bad_request("INVITATIONS_RATE_LIMITED_IP", detail, vec![json!(max), json!(minutes)])
    }

    pub(crate) fn upgrade_in_progress() -> Self {
        let detail = "Writes are not allowed while the application is being upgraded.";
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES", detail, vec![])
    }
}

/// Returns a period in seconds, rounded up, as Atlas states it.
pub(crate) fn whole_seconds(period: Duration) -> u64 {
    period.as_secs() + u64::from(period.subsec_nanos() > 0)
}
