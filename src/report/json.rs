//! The summary for machines (`--summary`).

use serde_json::{Map, Value, json as value};

use super::Report;
use crate::outcome::Status;

/// The summary as one JSON object.
pub fn json(report: Report<'_>) -> Value {
    let Report { summary, results, bucket } = report;
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
        "limit": bucket.map(|(capacity, refill, period)| {
            value!({"capacity": capacity, "refill": refill, "period_s": period.as_secs()})
        }),
        "too_many_requests": summary.pace.limited,
        "waited_ms": u64::try_from(summary.pace.waited.as_millis()).unwrap_or(u64::MAX),
        "elapsed_ms": u64::try_from(summary.elapsed.as_millis()).unwrap_or(u64::MAX),
        "results": results.display().to_string(),
    })
}
