//! An audit for programs (`--json`). `docs/audit.schema.json` describes it, and a test compares the two.

use serde_json::{Map, Value, json as value};

use super::AuditReport;
use crate::engine::audit::{Audit, Finding, Listed, ListedAs};
use crate::model::exit::Exit;
use crate::model::invitation::ObjectId;
use crate::model::status::Status;
use crate::results::CurrentStatus;

/// The version of the fields: it increases if a field is removed or changes its meaning, but not if one is added.
const SCHEMA: u32 = 1;

/// Returns the audit as one JSON object.
pub fn audit_json(report: AuditReport<'_>) -> Value {
    let exit = report.exit();
    let read = report.organizations.iter().map(|(id, audit)| organization(*id, audit));
    let unread = report.unread.iter().map(|id| value!({"org_id": id, "read": false}));
    value!({
        "schema": SCHEMA,
        "version": env!("CARGO_PKG_VERSION"),
        "job": report.job.as_str(),
        "exit_code": exit as i32,
        "verdict": verdict(exit),
        "results": report.results.display().to_string(),
        "rows_without_credentials": report.without_credentials,
        "organizations": read.chain(unread).collect::<Vec<_>>(),
        "findings": report.findings().map(|(id, found)| finding(id, found)).collect::<Vec<_>>(),
    })
}

fn verdict(exit: Exit) -> &'static str {
    match exit {
        Exit::Success => "consistent",
        Exit::RowsNeedALook => "findings",
        Exit::Usage | Exit::Halted | Exit::Interrupted | Exit::Terminated => "incomplete",
    }
}

fn organization(id: ObjectId, audit: &Audit) -> Value {
    let counts = CurrentStatus::ALL.iter().zip(audit.current);
    let current: Map<String, Value> = counts.map(|(status, count)| (status.as_str().into(), count.into())).collect();
    value!({
        "org_id": id,
        "read": true,
        "rows": audit.rows,
        "recorded": audit.recorded,
        "current": current,
        "period": audit.period.map(|period| {
            value!({"from": period.from.to_string(), "until": period.until.to_string()})
        }),
        "unverified": audit.unverified,
        "earlier": audit.earlier,
    })
}

fn finding(id: ObjectId, finding: &Finding) -> Value {
    value!({
        "org_id": id,
        "code": finding.code.code(),
        "row": finding.row,
        "email": finding.email,
        "status": finding.status.map(Status::as_str),
        "invite_id": finding.invite_id,
        "listed": finding.listed.iter().map(listed).collect::<Vec<_>>(),
    })
}

fn listed(listed: &Listed) -> Value {
    let state = match listed.kind {
        ListedAs::Invite => "invite",
        ListedAs::Pending => "pending",
        ListedAs::Member => "member",
        ListedAs::Expired => "expired",
        ListedAs::Declined => "declined",
    };
    value!({
        "state": state,
        "id": listed.id,
        "email": listed.email,
        "created_at": listed.created_at.map(|at| at.to_string()),
        "expires_at": listed.expires_at.map(|at| at.to_string()),
        "invited_by": listed.invited_by,
    })
}
