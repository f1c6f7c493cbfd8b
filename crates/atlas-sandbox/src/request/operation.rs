//! The operations, with their versions, buckets and query parameters.

use crate::bucket::EndpointSet;
use crate::object_id::is_object_id;
use crate::problem::Problem;

/// An operation of the API.
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

impl Operation {
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

    /// Returns the method and the path, with Atlas's names for its variables.
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

    /// Returns the endpoint set whose bucket the operation uses. As documented, listing the organization's projects uses
    /// the organization's bucket.
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

    /// Returns the versions of the resource, oldest first.
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

    /// Returns whether answers of this version have `Deprecation` and `Sunset`.
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

    /// Checks the form of the id in the path, if the OpenAPI document defines one. The error is a guess.
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
        if id.is_some_and(is_object_id) { Ok(()) } else { Err(Problem::invalid_path_parameter(name)) }
    }

    /// Returns whether the operation creates an invitation.
    pub(crate) fn creates(self) -> bool {
        matches!(self, Operation::CreateInvite | Operation::CreateUser)
    }

    /// Returns whether the operation changes anything.
    pub(crate) fn writes(self) -> bool {
        self.creates() || matches!(self, Operation::DeleteInvite | Operation::DeleteUser)
    }

    /// Returns the names of the query parameters: those of the OpenAPI document, and two that it omits although similar
    /// operations have them, `pretty` for one invite and `includeCount` for the rate limits.
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
