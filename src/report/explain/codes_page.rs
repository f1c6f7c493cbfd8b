//! Keeps the tables of `docs/codes.md` in step with the reasons and their explanations.

use std::fs;
use std::path::PathBuf;

use super::{atlas_code, audit_remedy, blocked_advice, explain, halt_advice, row_reason};
use crate::model::exit::Signal;
use crate::model::reason::{
    AuditCode, Blocked, BlockedReason, ErrorCode, Halt, RejectionCode, RowReason, SpentBudget, StopReason,
};
use crate::model::status::Status;

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/codes.md")
}

fn page() -> String {
    fs::read_to_string(path()).expect("docs/codes.md").replace("\r\n", "\n")
}

/// Returns the page with a new table below each marker.
fn updated(page: &str) -> String {
    let mut updated = String::new();
    let mut is_table = false;
    for line in page.split_inclusive('\n') {
        is_table &= line.starts_with('|') || line.trim().is_empty();
        if is_table {
            continue;
        }
        updated.push_str(line);
        let marker = line.trim_end().strip_prefix("<!-- table: ").and_then(|rest| rest.strip_suffix(" -->"));
        if let Some(name) = marker {
            updated.push_str(&format!("\n{}\n", table(name)));
            is_table = true;
        }
    }
    format!("{}\n", updated.trim_end())
}

fn table(name: &str) -> String {
    let (head, rows): (&[&str], Vec<Vec<String>>) = match name {
        "reasons" => (
            &["code", "status", "cause", "what to do"],
            RowReason::ALL.iter().map(|reason| reason_row(*reason)).collect(),
        ),
        "checks" => {
            (&["code", "cause", "what to do"], RejectionCode::ALL.iter().map(|code| check_row(*code)).collect())
        }
        "atlas" => (&["code", "cause", "what to do"], atlas_code::KNOWN.iter().map(atlas_row).collect()),
        "organizations" => (
            &["reason", "cause", "what to do"],
            BlockedReason::ALL.iter().map(|reason| organization_row(*reason)).collect(),
        ),
        "audit" => (&["code", "cause", "what to do"], AuditCode::ALL.iter().map(|code| audit_row(*code)).collect()),
        "runs" => (&["reason", "exit code", "cause", "what to do"], halts().iter().map(run_row).collect()),
        unknown => panic!("no table is named {unknown}"),
    };
    let rule = "| --- ".repeat(head.len());
    let rows: String = rows.iter().map(|cells| format!("| {} |\n", cells.join(" | "))).collect();
    format!("| {} |\n{rule}|\n{rows}", head.join(" | "))
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn reason_row(reason: RowReason) -> Vec<String> {
    let statuses = statuses(reason);
    let remedies: Vec<&str> =
        statuses.iter().map(|status| explain(*status, Some(&ErrorCode::Row(reason))).remedy).collect();
    let remedy = if remedies.iter().all(|remedy| *remedy == remedies[0]) {
        remedies[0].to_owned()
    } else {
        let each = statuses.iter().zip(&remedies);
        each.map(|(status, remedy)| format!("{}: {remedy}", code(status.as_str()))).collect::<Vec<_>>().join("; ")
    };
    let statuses: Vec<String> = statuses.iter().map(|status| code(status.as_str())).collect();
    vec![code(reason.code()), statuses.join(", "), reason.text().to_owned(), remedy]
}

/// Returns the statuses of rows with this reason.
fn statuses(reason: RowReason) -> &'static [Status] {
    match reason {
        RowReason::DryRun | RowReason::BeyondLimit | RowReason::Declined | RowReason::NoLongerListed => {
            &[Status::NotSent]
        }
        RowReason::OrganizationBlocked
        | RowReason::Interrupted
        | RowReason::TooManyFailures
        | RowReason::WaitTooLong
        | RowReason::DeadlineReached
        | RowReason::InputUnreadable
        | RowReason::ResultsUnwritable => &[Status::NotSent, Status::Unknown],
        RowReason::HttpError
        | RowReason::NoAnswer
        | RowReason::DnsFailed
        | RowReason::CertificateRejected
        | RowReason::TlsFailed
        | RowReason::ProxyRefused
        | RowReason::ConnectionFailed
        | RowReason::NoToken
        | RowReason::InviteAmbiguous
        | RowReason::InvalidInviteId => &[Status::Failed],
        RowReason::InviteNotListed => &[Status::Failed, Status::Unknown],
        RowReason::LookUpFailed
        | RowReason::LookUpInconclusive
        | RowReason::PersonNotListed
        | RowReason::OtherUsername
        | RowReason::NotLookedUp
        | RowReason::UnexpectedAnswer
        | RowReason::Abandoned
        | RowReason::ProgramError => &[Status::Unknown],
        RowReason::AlreadyAccepted => &[Status::Accepted],
        RowReason::TwoInvites | RowReason::NotAsAsked => &[Status::Invited],
        RowReason::InviteGone | RowReason::OtherInvitePending => &[Status::Gone],
        RowReason::InviteExpired => &[Status::Invited, Status::AlreadyInvited],
        RowReason::PersonGone | RowReason::Differs => &[Status::Invited, Status::AlreadyInvited, Status::AlreadyMember],
        RowReason::NotCreatedByJob => &[Status::NotOurs],
    }
}

fn check_row(rejection: RejectionCode) -> Vec<String> {
    let remedy = explain(Status::Invalid, Some(&rejection.into())).remedy;
    vec![code(rejection.code()), rejection.text().to_owned(), remedy.to_owned()]
}

fn atlas_row(known: &atlas_code::Known) -> Vec<String> {
    let codes: Vec<String> = known.codes.iter().map(|known| code(known)).collect();
    vec![codes.join(", "), known.explanation.heading.to_owned(), known.explanation.remedy.to_owned()]
}

fn organization_row(reason: BlockedReason) -> Vec<String> {
    // The texts of these reasons do not name the cause; in the summary the detail does.
    let cause = match reason {
        BlockedReason::Dns => RowReason::DnsFailed.text(),
        BlockedReason::Certificate => RowReason::CertificateRejected.text(),
        BlockedReason::Tls => RowReason::TlsFailed.text(),
        BlockedReason::Proxy => RowReason::ProxyRefused.text(),
        BlockedReason::Unauthorized
        | BlockedReason::Revoked
        | BlockedReason::Forbidden
        | BlockedReason::AccessList
        | BlockedReason::NotFound
        | BlockedReason::Full
        | BlockedReason::Suspended
        | BlockedReason::Inactive
        | BlockedReason::Unreachable
        | BlockedReason::NotAnswering
        | BlockedReason::EndpointGone
        | BlockedReason::UnexpectedAnswer
        | BlockedReason::EndlessList
        | BlockedReason::WaitTooLong
        | BlockedReason::Interrupted => reason.text(),
    };
    vec![code(reason.code()), cause.to_owned(), blocked_advice(reason).to_owned()]
}

fn audit_row(finding: AuditCode) -> Vec<String> {
    vec![code(finding.code()), finding.text().to_owned(), audit_remedy(finding).to_owned()]
}

/// Returns a halt for each reason of a run.
fn halts() -> [Halt; 11] {
    let text = String::new;
    [
        Halt::TooManyFailures(SpentBudget::Count { failed: 1, limit: 1 }),
        Halt::OrganizationBlocked(Blocked::new(BlockedReason::Unauthorized, "")),
        Halt::WaitTooLong(Blocked::new(BlockedReason::WaitTooLong, "")),
        Halt::DeadlineReached,
        Halt::InputUnreadable(text()),
        Halt::ResultsUnwritable(text()),
        Halt::FailedRowsUnwritable(text()),
        Halt::Declined,
        Halt::Signal(Signal::Interrupt),
        Halt::Signal(Signal::Terminate),
        Halt::SecondSignal(Signal::Interrupt),
    ]
}

fn run_row(halt: &Halt) -> Vec<String> {
    let reason = halt.reason();
    let cause = match reason {
        StopReason::TooManyFailures => "more rows failed than `--max-failures` allows",
        StopReason::OrganizationBlocked => "an organization accepts no more requests",
        StopReason::WaitTooLong => "the wait for Atlas would have been longer than `--max-wait`",
        StopReason::DeadlineReached => "`--deadline` was reached",
        StopReason::InputUnreadable => "the spreadsheet could not be read to its end",
        StopReason::ResultsUnwritable => "the results could not be written",
        StopReason::FailedRowsUnwritable => "the file of `--failed` could not be written",
        StopReason::Declined => "the run was not confirmed",
        StopReason::Signal(Signal::Interrupt) => "Ctrl-C or SIGINT",
        StopReason::Signal(Signal::Terminate) => "SIGTERM",
        StopReason::SecondSignal(Signal::Interrupt | Signal::Terminate) => {
            "a second signal; requests in flight were abandoned"
        }
    };
    let remedy = match reason {
        StopReason::OrganizationBlocked => "see the reasons of organizations above",
        StopReason::TooManyFailures
        | StopReason::WaitTooLong
        | StopReason::DeadlineReached
        | StopReason::InputUnreadable
        | StopReason::ResultsUnwritable
        | StopReason::FailedRowsUnwritable
        | StopReason::Declined
        | StopReason::Signal(_)
        | StopReason::SecondSignal(_) => {
            halt_advice(halt).unwrap_or_else(|| row_reason::explanation(reason.into()).remedy)
        }
    };
    vec![code(reason.as_str()), (reason.exit() as i32).to_string(), cause.to_owned(), remedy.to_owned()]
}

#[test]
fn the_documented_codes_are_those_of_the_program() {
    let page = page();
    for name in ["reasons", "checks", "atlas", "organizations", "runs", "audit"] {
        assert_eq!(page.matches(&format!("<!-- table: {name} -->")).count(), 1, "{name}");
    }
    assert!(
        page == updated(&page),
        "docs/codes.md is out of date; update it with `cargo test --lib -- --ignored write_docs`"
    );
}

#[test]
#[ignore = "writes docs/codes.md"]
fn write_docs() {
    fs::write(path(), updated(&page())).expect("docs/codes.md");
}
