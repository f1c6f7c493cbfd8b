//! What a method and a path ask for, and what is fixed for each operation: its versions, its bucket, its query.

use http::Method;

use crate::bucket::EndpointSet;
use crate::organization::invite_request::is_id;
use crate::problem::Problem;

/// Where every versioned resource lives.
pub(crate) const ROOT: &str = "/api/atlas/v2";

/// Something that the API does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    ReadRoot,
    ListRateLimits,
    ReadRateLimit,
    ReadOrganization,
    ListInvites,
    CreateInvite,
    ReadInvite,
    DeleteInvite,
    ListUsers,
    CreateUser,
    ReadUser,
    DeleteUser,
    ListTeams,
    ListProjects,
}

/// A resource and the ids in its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route<'p> {
    operations: &'static [(Method, Operation)],
    /// The organization that the path names.
    pub(crate) org: Option<&'p str>,
    /// The id of one invite, user or endpoint set.
    pub(crate) id: Option<&'p str>,
}

/// Finds the resource that a path names.
pub(crate) fn find(path: &str) -> Option<Route<'_>> {
    use Operation::*;
    const GET: Method = Method::GET;
    const POST: Method = Method::POST;
    const DELETE: Method = Method::DELETE;

    let rest = path.strip_prefix(ROOT)?;
    let mut parts = rest.strip_suffix('/').unwrap_or(rest).split('/').skip(1);
    let parts = [parts.next(), parts.next(), parts.next(), parts.next(), parts.next()];
    if !rest.is_empty() && !rest.starts_with('/') {
        return None;
    }
    let (operations, org, id): (&'static [(Method, Operation)], _, _) = match parts {
        [None, ..] => (&[(GET, ReadRoot)], None, None),
        [Some("rateLimits"), None, ..] => (&[(GET, ListRateLimits)], None, None),
        [Some("rateLimits"), id @ Some(_), None, ..] => (&[(GET, ReadRateLimit)], None, id),
        [Some("orgs"), org @ Some(_), None, ..] => (&[(GET, ReadOrganization)], org, None),
        [Some("orgs"), org, Some("invites"), None, ..] => (&[(POST, CreateInvite), (GET, ListInvites)], org, None),
        [Some("orgs"), org, Some("invites"), id, None] => (&[(GET, ReadInvite), (DELETE, DeleteInvite)], org, id),
        [Some("orgs"), org, Some("users"), None, ..] => (&[(POST, CreateUser), (GET, ListUsers)], org, None),
        [Some("orgs"), org, Some("users"), id, None] => (&[(GET, ReadUser), (DELETE, DeleteUser)], org, id),
        [Some("orgs"), org, Some("teams"), None, ..] => (&[(GET, ListTeams)], org, None),
        [Some("orgs"), org, Some("groups"), None, ..] => (&[(GET, ListProjects)], org, None),
        _ => return None,
    };
    Some(Route { operations, org, id })
}

impl Route<'_> {
    /// The operation of this method on the resource.
    pub(crate) fn operation(&self, method: &Method) -> Option<Operation> {
        self.operations.iter().find(|(known, _)| known == method).map(|(_, operation)| *operation)
    }

    /// The value of an `Allow` header, as Atlas writes it.
    pub(crate) fn allow(&self) -> String {
        let methods = self.operations.iter().map(|(method, _)| method.as_str());
        methods.chain(["OPTIONS"]).collect::<Vec<_>>().join(",")
    }
}

impl Operation {
    /// Every operation.
    pub(crate) const ALL: [Operation; 14] = [
        Operation::ReadRoot,
        Operation::ListRateLimits,
        Operation::ReadRateLimit,
        Operation::ReadOrganization,
        Operation::ListInvites,
        Operation::CreateInvite,
        Operation::ReadInvite,
        Operation::DeleteInvite,
        Operation::ListUsers,
        Operation::CreateUser,
        Operation::ReadUser,
        Operation::DeleteUser,
        Operation::ListTeams,
        Operation::ListProjects,
    ];

    /// The method and the path, with Atlas's names for its variables.
    pub(crate) fn template(self) -> (&'static str, &'static str) {
        match self {
            Operation::ReadRoot => ("GET", "/api/atlas/v2"),
            Operation::ListRateLimits => ("GET", "/api/atlas/v2/rateLimits"),
            Operation::ReadRateLimit => ("GET", "/api/atlas/v2/rateLimits/{endpointSetId}"),
            Operation::ReadOrganization => ("GET", "/api/atlas/v2/orgs/{orgId}"),
            Operation::ListInvites => ("GET", "/api/atlas/v2/orgs/{orgId}/invites"),
            Operation::CreateInvite => ("POST", "/api/atlas/v2/orgs/{orgId}/invites"),
            Operation::ReadInvite => ("GET", "/api/atlas/v2/orgs/{orgId}/invites/{invitationId}"),
            Operation::DeleteInvite => ("DELETE", "/api/atlas/v2/orgs/{orgId}/invites/{invitationId}"),
            Operation::ListUsers => ("GET", "/api/atlas/v2/orgs/{orgId}/users"),
            Operation::CreateUser => ("POST", "/api/atlas/v2/orgs/{orgId}/users"),
            Operation::ReadUser => ("GET", "/api/atlas/v2/orgs/{orgId}/users/{userId}"),
            Operation::DeleteUser => ("DELETE", "/api/atlas/v2/orgs/{orgId}/users/{userId}"),
            Operation::ListTeams => ("GET", "/api/atlas/v2/orgs/{orgId}/teams"),
            Operation::ListProjects => ("GET", "/api/atlas/v2/orgs/{orgId}/groups"),
        }
    }

    /// The bucket that the operation drinks from. That the organization's projects drink from its own bucket is as
    /// documented.
    pub(crate) fn endpoint_set(self) -> EndpointSet {
        match self {
            Operation::ReadRoot => EndpointSet::Root,
            Operation::ListRateLimits | Operation::ReadRateLimit => EndpointSet::RateLimits,
            Operation::ReadOrganization
            | Operation::ListInvites
            | Operation::CreateInvite
            | Operation::ReadInvite
            | Operation::DeleteInvite
            | Operation::ListProjects => EndpointSet::Organizations,
            Operation::ListUsers | Operation::CreateUser | Operation::ReadUser | Operation::DeleteUser => {
                EndpointSet::Users
            }
            Operation::ListTeams => EndpointSet::Teams,
        }
    }

    /// The versions of the resource, oldest first.
    pub(crate) fn versions(self) -> &'static [&'static str] {
        match self {
            Operation::ReadRoot
            | Operation::ReadOrganization
            | Operation::ListInvites
            | Operation::CreateInvite
            | Operation::ReadInvite
            | Operation::DeleteInvite
            | Operation::ListTeams
            | Operation::ListProjects => &["2023-01-01"],
            Operation::ListUsers | Operation::DeleteUser => &["2023-01-01", "2025-02-19"],
            Operation::CreateUser | Operation::ReadUser => &["2025-02-19"],
            Operation::ListRateLimits | Operation::ReadRateLimit => &["2025-03-12"],
        }
    }

    /// Whether answers of this version carry `Deprecation` and `Sunset`.
    pub(crate) fn deprecated(self, version: &str) -> bool {
        match self {
            Operation::ListInvites | Operation::CreateInvite | Operation::ReadInvite | Operation::DeleteInvite => true,
            Operation::ListUsers | Operation::DeleteUser => version == "2023-01-01",
            Operation::ReadRoot
            | Operation::ListRateLimits
            | Operation::ReadRateLimit
            | Operation::ReadOrganization
            | Operation::CreateUser
            | Operation::ReadUser
            | Operation::ListTeams
            | Operation::ListProjects => false,
        }
    }

    /// Checks the form of the id in the path, where the document gives it one. The error is our guess.
    pub(crate) fn check_id(self, id: Option<&str>) -> Result<(), Problem> {
        let name = match self {
            Operation::ReadInvite => "invitationId",
            Operation::ReadUser | Operation::DeleteUser => "userId",
            Operation::ReadRoot
            | Operation::ListRateLimits
            | Operation::ReadRateLimit
            | Operation::ReadOrganization
            | Operation::ListInvites
            | Operation::CreateInvite
            | Operation::DeleteInvite
            | Operation::ListUsers
            | Operation::CreateUser
            | Operation::ListTeams
            | Operation::ListProjects => return Ok(()),
        };
        if id.is_some_and(is_id) { Ok(()) } else { Err(Problem::invalid_path_parameter(name)) }
    }

    /// Whether it makes an invitation.
    pub(crate) fn creates(self) -> bool {
        matches!(self, Operation::CreateInvite | Operation::CreateUser)
    }

    /// Whether it changes anything.
    pub(crate) fn writes(self) -> bool {
        self.creates() || matches!(self, Operation::DeleteInvite | Operation::DeleteUser)
    }

    /// The query parameters that it knows: those of the OpenAPI document, and two that it omits where others of the kind
    /// have them, `pretty` of one invite and `includeCount` of the rate limits.
    pub(crate) fn parameters(self) -> &'static [&'static str] {
        match self {
            Operation::ReadRoot
            | Operation::ReadOrganization
            | Operation::CreateInvite
            | Operation::ReadInvite
            | Operation::DeleteInvite
            | Operation::CreateUser
            | Operation::ReadUser
            | Operation::DeleteUser => &["envelope", "pretty"],
            Operation::ListInvites => &["envelope", "pretty", "username"],
            Operation::ListUsers => &[
                "envelope",
                "pretty",
                "includeCount",
                "itemsPerPage",
                "pageNum",
                "username",
                "orgMembershipStatus",
                "orgMembershipStatuses",
            ],
            Operation::ListTeams => &["envelope", "pretty", "includeCount", "itemsPerPage", "pageNum"],
            Operation::ListProjects => &["envelope", "pretty", "includeCount", "itemsPerPage", "pageNum", "name"],
            Operation::ListRateLimits => &[
                "envelope",
                "pretty",
                "includeCount",
                "itemsPerPage",
                "pageNum",
                "groupId",
                "orgId",
                "userId",
                "ipAddress",
                "name",
                "endpointPath",
            ],
            Operation::ReadRateLimit => &["envelope", "pretty", "groupId", "orgId", "userId", "ipAddress"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_leads_back_to_its_operation() {
        for operation in Operation::ALL {
            let (method, path) = operation.template();
            let route = find(path).unwrap();
            assert_eq!(route.operation(&method.parse().unwrap()), Some(operation), "{path}");
            assert_eq!(route.org.is_some(), path.contains("{orgId}"));
            assert_eq!(route.id, path.rsplit('/').next().filter(|last| last.ends_with("Id}") && *last != "{orgId}"));
        }
    }

    #[test]
    fn other_paths_lead_nowhere() {
        for path in
            ["/", "/api/atlas/v1.0", "/api/atlas/v2x", "/api/atlas/v2/orgs/a/b", "/api/atlas/v2/orgs/a/users/b/c"]
        {
            assert_eq!(find(path), None, "{path}");
        }
    }

    #[test]
    fn allow_names_the_methods_of_the_resource() {
        assert_eq!(find("/api/atlas/v2/orgs/a/invites").unwrap().allow(), "POST,GET,OPTIONS");
    }
}
