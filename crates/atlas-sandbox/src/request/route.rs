//! The resource that a path names, and the operations on it.

use http::Method;

use super::operation::Operation;

/// The start of every versioned resource's path.
pub(crate) const ROOT: &str = "/api/atlas/v2";

/// A resource and the ids in its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route<'p> {
    operations: &'static [(Method, Operation)],
    /// The id of the organization.
    pub(crate) org: Option<&'p str>,
    /// The id of one invite, user or endpoint set.
    pub(crate) id: Option<&'p str>,
}

/// Returns the resource that a path names.
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
    /// Returns the operation of this method on the resource.
    pub(crate) fn operation(&self, method: &Method) -> Option<Operation> {
        self.operations.iter().find(|(known, _)| known == method).map(|(_, operation)| *operation)
    }

    /// Returns the value of the `Allow` header, as Atlas writes it.
    pub(crate) fn allow(&self) -> String {
        let methods = self.operations.iter().map(|(method, _)| method.as_str());
        methods.chain(["OPTIONS"]).collect::<Vec<_>>().join(",")
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
