//! An audit for people: one fact a line, the verdict at the end, and the command for what is left to do.

use super::AuditReport;
use crate::engine::audit::{Audit, Finding, Listed};
use crate::model::exit::Exit;
use crate::model::reason::AuditCode;
use crate::model::status::JobKind;
use crate::report::command::command;
use crate::report::escaped;
use crate::report::explain::audit_remedy;
use crate::results::CurrentStatus;

/// Returns the audit as a few lines, without a line feed at the end.
pub fn audit_text(report: AuditReport<'_>) -> String {
    let several = report.organizations.len() + report.unread.len() > 1;
    let mut lines = Vec::new();
    for (id, audit) in report.organizations {
        let of = if several { format!("organization {id}: ") } else { String::new() };
        lines.extend(facts(report.job, audit).into_iter().map(|fact| format!("{of}{fact}")));
    }
    let mut codes =
        AuditCode::ALL.iter().filter(|code| report.findings().any(|(_, found)| found.code == **code)).peekable();
    while let Some(code) = codes.next() {
        lines.extend(findings(report, *code, several));
        // No remedy is printed twice.
        let remedy = audit_remedy(*code);
        if codes.peek().is_none_or(|next| audit_remedy(**next) != remedy) {
            lines.push(format!("    -> {remedy}"));
        }
    }
    if report.without_credentials > 0 {
        let rows = counted(report.without_credentials, "row is", "rows are");
        lines.push(format!("{rows} for organizations without credentials"));
        lines.push("    -> add the credentials of these organizations to the profile".to_owned());
    }
    lines.push(verdict(report));
    lines.extend(next_command(report));
    lines.join("\n")
}

/// Returns the facts about an organization that are no findings.
fn facts(job: JobKind, audit: &Audit) -> Vec<String> {
    let counts = CurrentStatus::ALL.iter().zip(audit.current).filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts.map(|(status, count)| format!("{count} {}", status.as_str())).collect();
    let recorded = match job {
        JobKind::Invite => counted(audit.recorded, "invite on record", "invites on record"),
        JobKind::Revoke => counted(audit.recorded, "cancelled invite on record", "cancelled invites on record"),
    };
    let mut facts = Vec::new();
    // Each invite on record has a current status.
    if !counts.is_empty() {
        facts.push(format!("{recorded}: {}", counts.join(", ")));
    }
    if let Some(period) = audit.period {
        facts.push(format!("the job sent its requests from {:.0} to {:.0}", period.from, period.until));
    }
    if audit.earlier > 0 {
        let people = counted(audit.earlier, "person was", "people were");
        facts.push(format!("{people} invited before the job by the same credential"));
        facts.push("    -> look for the results file that has these invites, which revoke needs".to_owned());
    }
    if audit.unverified > 0 {
        let invites = counted(audit.unverified, "invite", "invites");
        facts.push(format!("{invites} of that time cannot be verified: the inviter may be the job's credential"));
        facts.push("    -> compare the inviters in Atlas".to_owned());
    }
    facts
}

/// Returns the findings with a code: the cause, then a line for each person.
fn findings(report: AuditReport<'_>, code: AuditCode, several: bool) -> Vec<String> {
    let of_code = report.findings().filter(|(_, finding)| finding.code == code);
    let of = |id| if several { format!(" in {id}") } else { String::new() };
    let people: Vec<String> = of_code.map(|(id, found)| format!("  {}{}", finding(found), of(id))).collect();
    let cause = format!("{} {}: {}", people.len(), code.code(), code.text());
    std::iter::once(cause).chain(people).collect()
}

fn finding(finding: &Finding) -> String {
    let email = escaped(&finding.email);
    let mut text = match finding.row {
        Some(row) => format!("row {row} ({email})"),
        None => email.into_owned(),
    };
    if let Some(status) = finding.status {
        text.push_str(&format!(": {}", status.as_str()));
        if let Some(id) = &finding.invite_id {
            text.push_str(&format!(" {}", escaped(id)));
        }
    }
    if !finding.listed.is_empty() {
        let listed: Vec<String> = finding.listed.iter().map(|entry| listed(entry, &finding.email)).collect();
        text.push_str(&format!("; in Atlas: {}", listed.join(", ")));
    }
    text
}

fn listed(Listed { kind: _, id, email, created_at, expires_at: _, invited_by }: &Listed, person: &str) -> String {
    let mut text = escaped(id).into_owned();
    if email != person {
        text.push_str(&format!(" to {}", escaped(email)));
    }
    if let Some(at) = created_at {
        text.push_str(&format!(" of {at:.0}"));
    }
    if let Some(name) = invited_by {
        text.push_str(&format!(" by {}", escaped(name)));
    }
    text
}

fn verdict(report: AuditReport<'_>) -> String {
    let found = report.findings().count() as u64;
    let findings = counted(found, "contradiction", "contradictions");
    let recorded = report.sum(|audit| audit.recorded);
    let verdict = match (report.exit(), report.job) {
        (Exit::RowsNeedALook, _) => format!("{findings} between the results and Atlas"),
        (Exit::Success, _) if report.sum(|audit| audit.unverified) > 0 => {
            "nothing contradicts the results, but some invites cannot be verified".to_owned()
        }
        (Exit::Success, JobKind::Invite) => match recorded {
            0 => "no invite is on record, and Atlas lists none of this job".to_owned(),
            1 => "the invite of this job is on record; no person has two".to_owned(),
            _ => format!("all {recorded} invites of this job are on record; no person has two"),
        },
        (Exit::Success, JobKind::Revoke) => match recorded {
            0 => "no cancelled invite is on record, and none is pending that should not be".to_owned(),
            1 => "the cancelled invite is no longer pending".to_owned(),
            _ => format!("none of the {recorded} cancelled invites is pending"),
        },
        (Exit::Usage | Exit::Halted | Exit::Interrupted | Exit::Terminated, _) => match found {
            0 => "incomplete; nothing contradicts the results that were compared".to_owned(),
            _ => format!("incomplete; {findings} in the results that were compared"),
        },
    };
    format!("audit: {verdict}")
}

/// Returns the command for what is left to do.
fn next_command(report: AuditReport<'_>) -> Option<String> {
    if report.findings().any(|(_, finding)| finding.code == AuditCode::StillUnknown) {
        return Some(match report.job {
            JobKind::Invite => "to resolve unknown outcomes: bulk-invite run SPREADSHEET".to_owned(),
            JobKind::Revoke => "to resolve unknown outcomes: bulk-invite revoke RESULTS".to_owned(),
        });
    }
    let again = ["audit".into(), report.results.into()];
    (report.exit() != Exit::Success).then(|| format!("to compare again afterwards: {}", command(&again, &[], None)))
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
