//! The summary that a person reads at the end of a run.

use std::fmt::Write;
use std::time::Duration;

use super::explain::{blocked_advice, explain, halt_advice};
use super::{Report, escaped};
use crate::engine::{Failures, OrganizationSummary, Summary};
use crate::model::status::{JobKind, Status};

/// Groups of failures shown; the rest is in the results.
const GROUPS_SHOWN: usize = 12;

/// The summary, a few lines without a line feed at the end.
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
        // Groups with the same remedy stand together, and it is said once.
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

/// What may be done next.
fn what_next(report: Report<'_>) -> Option<&'static str> {
    let Report { summary, job, dry_run, .. } = report;
    let count = |status| summary.tally.count(status);
    let open = count(Status::Failed) + count(Status::Unknown) + count(Status::NotSent) > 0;
    // Where it ended early, `not_sent` says nothing of what would have been sent.
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

/// `1 row`, `2 rows`.
pub fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

/// A duration as people say it: `30 ms`, `1.3 s`, `42 s`, `3 min 20 s`, `2 h 5 min`.
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
    use crate::engine::Failures;
    use crate::model::invitation::ObjectId;
    use crate::model::reason::Halt;
    use crate::model::reason::{Blocked, BlockedReason, RejectionCode};
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

    #[test]
    fn the_summary_tells_counts_causes_remedies_and_what_is_next() {
        let summary = summary();
        let text = text(Report {
            summary: &summary,
            results: "people.results.csv".as_ref(),
            job: JobKind::Invite,
            dry_run: false,
            rehearsal: false,
            api: Api::Invites,
            shard: None,
        });
        assert_eq!(
            text,
            "4 rows in 65 s: 2 invited, 1 invalid, 1 not_sent; 1 of them kept from an earlier run\n\
             \x20 invalid UNKNOWN_ROLE: 1 row, for example row 4 (a@example.com): unknown role \\u{1b}[2J\n\
             \x20   -> correct these rows in the spreadsheet and run the same command again\n\
             limit: 500 requests at once, 250 more every 60 s; waited 0 s for it; 0 answers said too many requests\n\
             ended early: this machine's address is not on the access list: HTTP 403 IP_ADDRESS_NOT_ON_ACCESS_LIST\n\
             \x20 -> add this machine's address to the access list of the key or service account\n\
             results: people.results.csv\n\
             to continue: run the same command again; what is settled is kept, the rest is tried"
        );
    }

    #[test]
    fn what_is_next_depends_on_what_was_done_and_on_what_is_left() {
        let next = |job, dry_run, halt, statuses: &[Status], kept| {
            let mut tally = Tally::default();
            statuses.iter().for_each(|status| tally.add(*status));
            let halt = if halt { summary().halt } else { None };
            let summary = Summary { tally, kept, halt, ..summary() };
            what_next(Report {
                summary: &summary,
                results: "r".as_ref(),
                job,
                dry_run,
                rehearsal: false,
                api: Api::Invites,
                shard: None,
            })
        };
        let (invite, revoke) = (JobKind::Invite, JobKind::Revoke);
        for (told, words) in [
            (next(invite, false, false, &[Status::Invited], 0), None),
            (next(invite, false, false, &[Status::Invited, Status::NotSent], 0), Some("to continue")),
            (next(invite, true, false, &[Status::NotSent], 0), Some("would be invited without --dry-run")),
            (
                next(revoke, true, false, &[Status::NotSent], 0),
                Some("would be cancelled, or asked about first, without --dry-run"),
            ),
            (next(revoke, true, true, &[Status::NotSent], 0), Some("to continue")),
            (next(revoke, true, false, &[Status::NotOurs], 0), None),
            (next(revoke, false, false, &[Status::Revoked], 0), Some("run with --fresh")),
            (next(revoke, false, false, &[Status::Revoked], 1), None),
            (next(revoke, false, false, &[Status::Revoked, Status::Failed], 0), Some("to continue")),
        ] {
            assert_eq!(told.is_some(), words.is_some(), "{told:?} {words:?}");
            assert!(told.unwrap_or_default().contains(words.unwrap_or_default()), "{told:?} {words:?}");
        }
    }

    #[test]
    fn durations_are_said_as_people_do() {
        let said =
            [0, 300, 9_000, 42_000, 119_000, 120_000, 200_000, 7_500_000].map(Duration::from_millis).map(duration);
        assert_eq!(said, ["0 s", "300 ms", "9 s", "42 s", "119 s", "2 min", "3 min 20 s", "2 h 5 min"]);
    }
}
