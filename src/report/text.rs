//! The summary that people read at the end of a run.

use std::fmt::Write;
use std::time::Duration;

use super::explain::{blocked_advice, explain, halt_advice};
use super::{Report, escaped};
use crate::engine::{Failures, OrganizationSummary, Summary};
use crate::model::status::{JobKind, Status};

/// The number of groups of failures shown; the results have all.
const GROUPS_SHOWN: usize = 12;

/// Returns the summary as a few lines, without a line feed at the end.
pub fn text(report: Report<'_>) -> String {
    let Report { summary, results, rehearsal, .. } = report;
    let mut lines = vec![counts(summary)];
    let groups = &summary.failures[..summary.failures.len().min(GROUPS_SHOWN)];
    for (index, failures) in groups.iter().enumerate() {
        let code = failures.code.as_ref().map(|code| format!(" {}", escaped(code.as_str()))).unwrap_or_default();
        let example = match (failures.example_row, escaped(&failures.example_email)) {
            (Some(row), email) if email.is_empty() => format!("row {row}"),
            (Some(row), email) => format!("row {row} ({email})"),
            (None, email) => email.into_owned(),
        };
        lines.push(format!(
            "  {}{code}: {}, for example {example}: {}",
            failures.status.as_str(),
            rows(failures.count),
            escaped(&failures.example_detail),
        ));
        // Groups with the same remedy follow each other, and it is printed once.
        let remedy_of = |group: &Failures| explain(group.status, group.code.as_ref()).remedy;
        let remedy = remedy_of(failures);
        if groups.get(index + 1).is_none_or(|next| remedy_of(next) != remedy) {
            lines.push(format!("    -> {remedy}"));
        }
    }
    if summary.failures.len() > GROUPS_SHOWN {
        lines.push(format!("  and {} more kinds, see the results", summary.failures.len() - GROUPS_SHOWN));
    }
    let several = summary.organizations.len() > 1;
    for organization in &summary.organizations {
        let of = if several { format!("organization {}: ", organization.id) } else { String::new() };
        lines.extend(limit(summary, organization).map(|line| format!("{of}{line}")));
        if let Some(blocked) = &organization.blocked {
            lines.push(format!("{of}nothing more was sent to it: {}", escaped(&blocked.to_string())));
            lines.push(format!("  -> {}", blocked_advice(blocked.reason)));
        }
    }
    if let Some(halt) = &summary.halt {
        lines.push(format!("ended early: {}", escaped(&halt.to_string())));
        lines.extend(halt_advice(halt).map(|remedy| format!("  -> {remedy}")));
    }
    if summary.departed > 0 {
        lines.push(format!("kept, but neither invited nor members any more: {}", rows(summary.departed)));
        let remedy = if rehearsal {
            "each rehearsal begins with a new sandbox, which knows nothing of the last; rehearse with --fresh"
        } else {
            "run with --fresh to invite everybody anew who is not there, or with --reinvite-expired to invite those whose \
             invite has expired; error_detail says which"
        };
        lines.push(format!("  -> {remedy}"));
    }
    lines.push(format!("results: {}", escaped(&results.display().to_string())));
    lines.extend(what_next(report).map(str::to_owned));
    lines.join("\n")
}

/// Returns what may be done next.
fn what_next(report: Report<'_>) -> Option<&'static str> {
    let Report { summary, job, dry_run, .. } = report;
    let count = |status| summary.tally.count(status);
    let open = count(Status::Failed) + count(Status::Unknown) + count(Status::NotSent) > 0;
    // If the run ended early, rows are `not_sent` for other reasons too.
    let rehearsed = dry_run && summary.halt.is_none() && count(Status::NotSent) > 0;
    match job {
        JobKind::Invite if rehearsed => Some("a dry run: not_sent are those who would be invited without --dry-run"),
        JobKind::Revoke if rehearsed => Some(
            "a dry run: not_sent are those whose invites would be cancelled, or asked about first, without --dry-run",
        ),
        JobKind::Invite | JobKind::Revoke if open => {
            Some("to continue: run the same command again; what is settled is kept, the rest is tried")
        }
        JobKind::Revoke if count(Status::Revoked) > summary.kept => {
            Some("to invite any of them again: run with --fresh, since the results of the run still say invited")
        }
        JobKind::Invite | JobKind::Revoke => None,
    }
}

fn counts(summary: &Summary) -> String {
    let mut line = format!("{} in {}", rows(summary.tally.total()), duration(summary.elapsed));
    let mut separator = ": ";
    for status in Status::ALL {
        let count = summary.tally.count(status);
        if count > 0 {
            // Writing to a String cannot fail.
            let _ = write!(line, "{separator}{count} {}", status.as_str());
            separator = ", ";
        }
    }
    for (count, what) in [
        (summary.kept, "of them kept from an earlier run"),
        (summary.blank, "blank and skipped"),
        (summary.elsewhere, "left to other shards"),
        (summary.gone, "listed who are no longer in the sheet"),
    ] {
        if count > 0 {
            let _ = write!(line, "; {count} {what}");
        }
    }
    line
}

fn limit(summary: &Summary, organization: &OrganizationSummary) -> Option<String> {
    let pace = &organization.pace;
    let mut line = match organization.bucket {
        Some((capacity, refill, period)) => {
            format!("limit: {capacity} requests at once, {refill} more every {}", duration(period))
        }
        None => "limit: your own --rate".to_owned(),
    };
    if let Some((number, period)) = pace.invitations {
        let _ = write!(line, "; {number} invitations in {}", duration(period));
    }
    let waited = if pace.waited < Duration::from_millis(100) { Duration::ZERO } else { pace.waited };
    let answers = if pace.limited == 1 { "answer" } else { "answers" };
    let _ = write!(line, "; waited {} for it; {} {answers} said too many requests", duration(waited), pace.limited);
    let done = summary.tally.count(Status::Invited) + summary.tally.count(Status::Revoked);
    (!waited.is_zero() || pace.limited > 0 || done > summary.kept).then_some(line)
}

/// Formats a number of rows: `1 row`, `2 rows`.
pub fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

/// Formats a duration for people: `30 ms`, `1.3 s`, `42 s`, `3 min 20 s`, `2 h 5 min`.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 if duration.subsec_millis() > 0 => format!("{} ms", duration.subsec_millis()),
        0..=9 if duration.subsec_millis() == 0 => format!("{seconds} s"),
        0..=9 => format!("{:.1} s", duration.as_secs_f64()),
        10..=119 => format!("{seconds} s"),
        120..=7199 if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        120..=7199 => format!("{} min {} s", seconds / 60, seconds % 60),
        7200.. => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::api::Api;
    use crate::engine::limiter::Totals;
    use crate::model::invitation::ObjectId;
    use crate::model::reason::{Blocked, BlockedReason, Halt, RejectionCode};
    use crate::model::status::Tally;
    use jiff::Timestamp;

    fn summary() -> Summary {
        let mut tally = Tally::default();
        for status in [Status::Invited, Status::Invited, Status::Invalid, Status::NotSent] {
            tally.add(status);
        }
        Summary {
            tally,
            kept: 1,
            departed: 0,
            blank: 0,
            elsewhere: 0,
            gone: 0,
            started_at: Timestamp::UNIX_EPOCH,
            failures: vec![Failures {
                status: Status::Invalid,
                code: Some(RejectionCode::UnknownRole.into()),
                count: 1,
                example_row: Some(4),
                example_email: "a@example.com".into(),
                example_detail: "unknown role \u{1b}[2J".into(),
            }],
            halt: Some(Halt::OrganizationBlocked(Blocked::new(
                BlockedReason::AccessList,
                "HTTP 403 IP_ADDRESS_NOT_ON_ACCESS_LIST",
            ))),
            organizations: vec![OrganizationSummary {
                id: ObjectId::ZERO,
                bucket: Some((500, 250, Duration::from_secs(60))),
                pace: Default::default(),
                blocked: None,
            }],
            elapsed: Duration::from_millis(65_400),
        }
    }

    fn report(summary: &Summary, job: JobKind, dry_run: bool) -> Report<'_> {
        let (results, api) = ("people.results.csv".as_ref(), Api::Invites);
        Report { summary, results, job, dry_run, rehearsal: false, api, shard: None }
    }

    #[test]
    fn the_summary_lists_counts_causes_and_remedies() {
        let text = text(report(&summary(), JobKind::Invite, false));
        assert!(!text.contains('\u{1b}'), "what a sheet or a server says is escaped");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn several_organizations_are_named() {
        let blocked = Blocked::new(BlockedReason::Suspended, "HTTP 402 ACCOUNT_SUSPENDED");
        let unpaced = OrganizationSummary { id: ObjectId::ZERO, bucket: None, blocked: None, pace: Default::default() };
        let mut pace = Totals::default();
        (pace.waited, pace.limited) = (Duration::from_secs(250), 1);
        pace.invitations = Some((10, Duration::from_secs(60)));
        let organizations = vec![OrganizationSummary { blocked: Some(blocked), pace, ..unpaced.clone() }, unpaced];
        let summary = Summary { organizations, departed: 2, blank: 1, elsewhere: 3, gone: 4, halt: None, ..summary() };
        insta::assert_snapshot!(text(report(&summary, JobKind::Invite, false)));
    }

    #[test]
    fn the_next_step_depends_on_the_job_and_what_is_left() {
        let (invite, revoke) = (JobKind::Invite, JobKind::Revoke);
        let mut steps = Vec::new();
        for (job, dry_run, halts, statuses, kept) in [
            (invite, false, false, &[Status::Invited][..], 0),
            (invite, false, false, &[Status::Invited, Status::NotSent], 0),
            (invite, true, false, &[Status::NotSent], 0),
            (revoke, true, false, &[Status::NotSent], 0),
            (revoke, true, true, &[Status::NotSent], 0),
            (revoke, true, false, &[Status::NotOurs], 0),
            (revoke, false, false, &[Status::Revoked], 0),
            (revoke, false, false, &[Status::Revoked], 1),
            (revoke, false, false, &[Status::Revoked, Status::Failed], 0),
        ] {
            let mut tally = Tally::default();
            statuses.iter().for_each(|status| tally.add(*status));
            let halt = summary().halt.filter(|_| halts);
            let summary = Summary { tally, kept, halt, ..summary() };
            let next = what_next(report(&summary, job, dry_run)).unwrap_or("-");
            steps.push(format!("{} dry_run={dry_run} halts={halts} {statuses:?} kept={kept}: {next}", job.as_str()));
        }
        insta::assert_snapshot!(steps.join("\n"));
    }

    #[test]
    fn durations_have_at_most_two_units() {
        let durations =
            [0, 300, 9_000, 42_000, 119_000, 120_000, 200_000, 7_500_000].map(Duration::from_millis).map(duration);
        assert_eq!(durations, ["0 s", "300 ms", "9 s", "42 s", "119 s", "2 min", "3 min 20 s", "2 h 5 min"]);
    }
}
