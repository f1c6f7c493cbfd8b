//! The summary for machines (`--summary`).

use std::time::Duration;

use serde_json::{Map, Value, json as value};

use super::Report;
use crate::outcome::Status;

/// The summary as one JSON object.
pub fn json(report: Report<'_>) -> Value {
    let Report { summary, results } = report;
    let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let organizations: Vec<Value> = summary
        .organizations
        .iter()
        .map(|organization| {
            value!({
                "org_id": organization.id,
                "ended_early": organization.condemned,
                "limit": organization.bucket.map(|(capacity, refill, period)| {
                    value!({"capacity": capacity, "refill": refill, "period_s": period.as_secs()})
                }),
                "invitations": organization.pace.invitations.map(|(limit, period)| {
                    value!({"limit": limit, "period_s": period.as_secs()})
                }),
                "too_many_requests": organization.pace.limited,
                "waited_ms": millis(organization.pace.waited),
            })
        })
        .collect();
    let statuses: Map<String, Value> =
        Status::ALL.iter().map(|status| (status.as_str().to_owned(), summary.tally.count(*status).into())).collect();
    let failures: Vec<Value> = summary
        .failures
        .iter()
        .map(|failures| {
            value!({
                "status": failures.status.as_str(),
                "error_code": failures.code,
                "rows": failures.count,
                "example_row": failures.example_row,
            })
        })
        .collect();
    value!({
        "version": env!("CARGO_PKG_VERSION"),
        "exit_code": summary.exit() as i32,
        "ended_early": summary.halt.as_ref().map(|halt| halt.detail.as_str()),
        "rows": summary.tally.total(),
        "statuses": statuses,
        "kept": summary.kept,
        "blank": summary.blank,
        "gone": summary.gone,
        "failures": failures,
        "organizations": organizations,
        "elapsed_ms": millis(summary.elapsed),
        "results": results.display().to_string(),
    })
}
