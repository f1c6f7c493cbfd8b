//! Parses the token buckets of `GET /rateLimits` (2025-03-12) for the endpoints that this program uses.

use std::time::Duration;

use serde::Deserialize;

use super::loose::{List, Number, Object, Text};
use crate::atlas::api::{EndpointSet, Limit};

/// An endpoint set in the answer.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Bucket<'a> {
    #[serde(borrow)]
    scope: Text<'a>,
    #[serde(borrow)]
    endpoints: List<Object<Endpoint<'a>>>,
    capacity: Object<Amount>,
    refill_rate: Object<Amount>,
    refill_duration_seconds: Object<Amount>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Endpoint<'a> {
    #[serde(borrow)]
    method: Text<'a>,
    #[serde(borrow)]
    path: Text<'a>,
}

/// A number in the answer. `value` is the current one; an additional `defaultValue` means that Atlas's support changed
/// it.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Amount {
    value: Number,
}

/// Returns the valid limits of known endpoint sets, the first of each set.
pub(super) fn limits(buckets: &[Object<Bucket<'_>>]) -> Vec<Limit> {
    let mut limits: Vec<Limit> = Vec::new();
    for limit in buckets.iter().filter_map(|bucket| bucket.0.as_ref()?.limit()) {
        if limits.iter().all(|known| known.set != limit.set) {
            limits.push(limit);
        }
    }
    limits
}

impl Bucket<'_> {
    fn limit(&self) -> Option<Limit> {
        let value =
            |amount: &Object<Amount>| u32::try_from(amount.0.as_ref()?.value.0?).ok().filter(|value| *value > 0);
        Some(Limit {
            set: self.set()?,
            capacity: value(&self.capacity)?,
            refill: value(&self.refill_rate)?,
            period: Duration::from_secs(value(&self.refill_duration_seconds)?.into()),
        })
    }

    /// Returns the set, which is recognised by its endpoints because the names of sets are not documented.
    fn set(&self) -> Option<EndpointSet> {
        let endpoints = self.endpoints.0.iter().flatten().filter_map(|endpoint| endpoint.0.as_ref());
        let set = endpoints.into_iter().find_map(Endpoint::set)?;
        let is_in_scope = match set {
            EndpointSet::Organization | EndpointSet::Users | EndpointSet::Teams => {
                self.scope.0.as_deref() == Some("ORGANIZATION")
            }
            EndpointSet::RateLimits => true,
        };
        is_in_scope.then_some(set)
    }
}

impl Endpoint<'_> {
    fn set(&self) -> Option<EndpointSet> {
        let method = self.method.0.as_deref()?;
        let path = self.path.0.as_deref()?.trim_end_matches('/');
        let path = path.strip_prefix("/api/atlas/v2").unwrap_or(path);
        match (method, path) {
            ("GET" | "POST", "/orgs/{orgId}/invites") => Some(EndpointSet::Organization),
            ("GET" | "POST", "/orgs/{orgId}/users") => Some(EndpointSet::Users),
            ("GET" | "POST", "/orgs/{orgId}/teams") => Some(EndpointSet::Teams),
            ("GET", "/rateLimits") => Some(EndpointSet::RateLimits),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Vec<Limit> {
        let buckets: Vec<Object<Bucket<'_>>> = serde_json::from_str(json).unwrap();
        limits(&buckets)
    }

    fn bucket(scope: &str, method: &str, path: &str, capacity: &str) -> String {
        format!(
            r#"{{"endpointSetId":"x","scope":"{scope}","endpoints":[{{"method":"GET","path":"/api/atlas/v2/other"}},
                {{"method":"{method}","path":"{path}"}}],"capacity":{{"value":{capacity},"defaultValue":500}},
                "refillRate":{{"value":250}},"refillDurationSeconds":{{"value":60}}}}"#
        )
    }

    #[test]
    fn sets_are_recognised_by_their_endpoints() {
        for (scope, method, path, set) in [
            ("ORGANIZATION", "POST", "/api/atlas/v2/orgs/{orgId}/invites", Some(EndpointSet::Organization)),
            ("ORGANIZATION", "GET", "/orgs/{orgId}/users", Some(EndpointSet::Users)),
            ("ORGANIZATION", "GET", "/api/atlas/v2/orgs/{orgId}/teams/", Some(EndpointSet::Teams)),
            ("USER", "GET", "/api/atlas/v2/rateLimits", Some(EndpointSet::RateLimits)),
            ("USER", "POST", "/api/atlas/v2/orgs/{orgId}/invites", None),
            ("ORGANIZATION", "DELETE", "/api/atlas/v2/orgs/{orgId}/invites", None),
            ("ORGANIZATION", "GET", "/api/atlas/v2/groups/{groupId}/invites", None),
        ] {
            let limits = read(&format!("[{}]", bucket(scope, method, path, "700")));
            assert_eq!(limits.first().map(|limit| limit.set), set, "{scope} {method} {path}");
            if let Some(limit) = limits.first() {
                assert_eq!((limit.capacity, limit.refill, limit.period), (700, 250, Duration::from_secs(60)));
            }
        }
    }

    #[test]
    fn the_first_valid_limit_of_a_set_counts() {
        let invites = |capacity| bucket("ORGANIZATION", "POST", "/api/atlas/v2/orgs/{orgId}/invites", capacity);
        for capacity in ["0", "-1", "1.5", "null", "\"500\"", "4294967296", "99999999999999999999"] {
            assert_eq!(read(&format!("[{}]", invites(capacity))), [], "{capacity}");
        }
        let limits = read(&format!("[7,{},{},{}]", invites("0"), invites("10"), invites("20")));
        assert_eq!(limits.iter().map(|limit| limit.capacity).collect::<Vec<_>>(), [10]);
    }
}
