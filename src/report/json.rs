//! The summary for programs (`--summary`). Its fields are documented, and a test compares the two.

use std::time::Duration;

use serde_json::{Map, Value, json as value};

use super::Report;
use super::map::map_json;
use crate::model::reason::{BlockedReason, Halt};
use crate::model::status::Status;

/// The version of the fields: it increases if a field is removed or changes its meaning, but not if one is added.
const SCHEMA: u32 = 1;

/// Returns the summary as one JSON object.
pub fn json(report: Report<'_>) -> Value {
    let Report {
        summary,
        results,
        job,
        api,
        shard,
        planned,
        coverage,
        failed_columns,
        input,
        arguments: _,
        dry_run: _,
        rehearsal: _,
    } = report;
    let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let organizations: Vec<Value> = summary
        .organizations
        .iter()
        .map(|organization| {
            value!({
                "org_id": organization.id,
                "name": organization.name,
                "ended_early": organization.blocked.as_ref().map(ToString::to_string),
                "ended_early_reason": organization.blocked.as_ref().map(|blocked| blocked.reason.code()),
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
                "error_code": failures.code.as_ref().map_or("", |code| code.as_str()),
                "rows": failures.count,
                "example_row": failures.example_row,
            })
        })
        .collect();
    let failed_columns = failed_columns
        .iter()
        .map(|failed| value!({"column": failed.name, "values": failed.values, "error_code": failed.code().code()}))
        .collect::<Vec<Value>>();
    value!({
        "schema": SCHEMA,
        "version": env!("CARGO_PKG_VERSION"),
        "job": job.as_str(),
        "api": api.as_str(),
        "api_version": api.version(),
        "exit_code": summary.exit() as i32,
        "exit_reason": summary.exit_reason(),
        "ended_early": summary.halt.as_ref().map(ToString::to_string),
        "ended_early_reason": summary.halt.as_ref().and_then(blocked_reason).map(BlockedReason::code),
        "input": input,
        "rows": summary.tally.total(),
        "statuses": statuses,
        "planned": planned.map(|planned| value!({
            "people": planned.people, "owners": planned.owners, "unread_addresses": planned.unread_addresses
        })),
        "map": coverage.map(map_json),
        "kept": summary.kept,
        "departed": summary.departed,
        "blank": summary.blank,
        "gone": summary.gone,
        "failures": failures,
        "failed_columns": failed_columns,
        "organizations": organizations,
        "shard": shard.map(|shard| {
            value!({"number": shard.number(), "of": shard.of(), "rows_elsewhere": summary.elsewhere})
        }),
        "started_at": summary.started_at.to_string(),
        "finished_at": summary.finished_at().to_string(),
        "elapsed_ms": millis(summary.elapsed),
        "results": summary.results(results).display().to_string(),
        "results_unchanged": summary.unchanged,
    })
}

/// Returns why no organization accepts requests, if the run ended for that reason.
fn blocked_reason(halt: &Halt) -> Option<BlockedReason> {
    match halt {
        Halt::WaitTooLong(blocked) | Halt::OrganizationBlocked(blocked) => Some(blocked.reason),
        Halt::TooManyFailures(_)
        | Halt::DeadlineReached
        | Halt::InputUnreadable(_)
        | Halt::FailedRowsUnwritable(_)
        | Halt::ResultsUnwritable(_)
        | Halt::ResultsChanged { .. }
        | Halt::Declined
        | Halt::NotStarted(_)
        | Halt::Signal(_)
        | Halt::SecondSignal(_) => None,
    }
}
