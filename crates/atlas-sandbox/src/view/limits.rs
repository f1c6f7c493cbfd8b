//! The JSON of the token buckets in answers of `/rateLimits`.

use serde::Serialize;

use crate::bucket::EndpointSet;
use crate::options::limits::Limits;
use crate::problem::whole_seconds;
use crate::request::operation::Operation;

/// A token bucket.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RateLimitView {
    capacity: Setting,
    pub(crate) endpoint_set_id: &'static str,
    pub(crate) endpoint_set_name: &'static str,
    pub(crate) endpoints: Vec<EndpointView>,
    refill_duration_seconds: Setting,
    refill_rate: Setting,
    pub(crate) scope: &'static str,
}

#[derive(Serialize)]
pub(crate) struct EndpointView {
    method: &'static str,
    pub(crate) path: &'static str,
}

/// A value, and the default if support has changed it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Setting {
    #[serde(skip_serializing_if = "Option::is_none")]
    default_value: Option<u64>,
    value: u64,
}

impl RateLimitView {
    pub(crate) fn new(set: EndpointSet, limits: &Limits) -> Self {
        let (rate, default) = (set.rate(limits), set.rate(&Limits::default()));
        let setting =
            |value: u64, default: u64| Setting { default_value: (value != default).then_some(default), value };
        // The ids follow the one sample that is documented, `rateLimitsInspection_group`.
        let (endpoint_set_id, endpoint_set_name, scope) = match set {
            EndpointSet::Organizations => ("organizations_organization", "Organizations", "ORGANIZATION"),
            EndpointSet::Users => ("mongoDBCloudUsers_organization", "MongoDB Cloud Users", "ORGANIZATION"),
            EndpointSet::Teams => ("teams_organization", "Teams", "ORGANIZATION"),
            EndpointSet::RateLimits => ("rateLimitsInspection_user", "Rate Limits Inspection", "USER"),
            EndpointSet::Root => ("root_user", "Root", "USER"),
        };
        let operations = Operation::ALL.into_iter().filter(|operation| operation.endpoint_set() == set);
        RateLimitView {
            capacity: setting(rate.capacity.into(), default.capacity.into()),
            endpoint_set_id,
            endpoint_set_name,
            endpoints: operations
                .map(Operation::template)
                .map(|(method, path)| EndpointView { method, path })
                .collect(),
            refill_duration_seconds: setting(whole_seconds(rate.period), whole_seconds(default.period)),
            refill_rate: setting(rate.refill.into(), default.refill.into()),
            scope,
        }
    }
}
