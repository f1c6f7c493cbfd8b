//! The summary that people read at the end of a run: one fact a line, and at the end the command that finishes the job.

use std::time::Duration;

use super::explain::{RERUN, blocked_advice, halt_advice};
use super::failures::{GROUPS_SHOWN, by_remedy, failed_rows};
use super::map::map_line;
use super::next_steps::next_steps;
use super::{Planned, Report, escaped, organization};
use crate::engine::{OrganizationSummary, Summary};
use crate::model::status::{JobKind, Status};

/// The number of organizations that are named; the results have all.
const ORGANIZATIONS_SHOWN: usize = 12;
/// A shorter wait for the rate limit is not worth a line.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);

/// Returns the summary as a few lines, without a line feed at the end.
pub fn text(report: Report<'_>) -> String {
    let Report { summary, results, job, failed_columns, .. } = report;
    let mut lines = vec![nothing_to_do(summary, job).unwrap_or_else(|| counts(summary))];
    lines.extend(other_rows(summary));
    lines.extend(report.planned.and_then(owners));
    lines.extend(report.coverage.and_then(|coverage| map_line(coverage, report.shard.is_some())));
    let mut printed = Vec::new();
    for (remedy, groups) in by_remedy(&summary.failures) {
        // The details of invalid rows contain the remedy.
        let is_in_details = groups.iter().all(|group| group.status == Status::Invalid);
        lines.extend(groups.into_iter().map(|group| failed_rows(group, failed_columns)));
        if !is_in_details {
            lines.push(format!("    -> {remedy}"));
            printed.push(remedy);
        }
    }
    if summary.failures.len() > GROUPS_SHOWN {
        lines.push(format!("  {} more kinds of failures are in the results", summary.failures.len() - GROUPS_SHOWN));
    }
    // The last line of the summary is the command to run again.
    let mut advice = |remedy: &'static str| {
        let is_new = remedy != RERUN && !printed.contains(&remedy);
        printed.push(remedy);
        is_new.then(|| format!("  -> {remedy}"))
    };
    let several = summary.organizations.len() > 1;
    for organization in &summary.organizations {
        let of = if several { format!("{}: ", named(organization)) } else { String::new() };
        lines.extend(rate_limit(organization).into_iter().map(|line| format!("{of}{line}")));
        if let Some(blocked) = &organization.blocked {
            lines.push(format!("{of}stopped early: {}", escaped(&blocked.to_string())));
            lines.extend(advice(blocked_advice(blocked.reason)));
        }
    }
    if let Some(halt) = &summary.halt {
        lines.push(format!("stopped early: {}", escaped(&halt.to_string())));
        lines.extend(halt_advice(halt).and_then(advice));
    }
    lines.extend(organizations(summary));
    let unchanged = if summary.unchanged { " (unchanged: this run sent nothing)" } else { "" };
    lines.push(format!("results: {}{unchanged}", escaped(&summary.results(results).display().to_string())));
    lines.extend(next_steps(report));
    lines.join("\n")
}

/// Returns the first line if earlier runs have finished every row.
fn nothing_to_do(summary: &Summary, job: JobKind) -> Option<String> {
    let total = summary.tally.total();
    let is_blocked = summary.organizations.iter().any(|organization| organization.blocked.is_some());
    if total == 0 || summary.kept < total || summary.departed > 0 || summary.halt.is_some() || is_blocked {
        return None;
    }
    let is_all = |status| summary.tally.count(status) == total;
    let done = match (job, total) {
        (JobKind::Invite, 1) if is_all(Status::Invited) => "the person was invited by an earlier run".to_owned(),
        (JobKind::Invite, _) if is_all(Status::Invited) => format!("all {total} people were invited by earlier runs"),
        (JobKind::Invite, _) => format!("every person is already invited or a member ({})", statuses(summary)),
        (JobKind::Revoke, _) => format!("earlier runs finished every row ({})", statuses(summary)),
    };
    let unsent = match job {
        JobKind::Invite => "no email was sent",
        JobKind::Revoke => "no invite was cancelled",
    };
    Some(format!("nothing to do: {done}; {unsent}"))
}

fn counts(summary: &Summary) -> String {
    let (rows, elapsed) = (rows(summary.tally.total()), duration(summary.elapsed));
    let statuses = statuses(summary);
    if statuses.is_empty() { format!("{rows} in {elapsed}") } else { format!("{rows} in {elapsed}: {statuses}") }
}

fn statuses(summary: &Summary) -> String {
    let counts = Status::ALL.map(|status| (summary.tally.count(status), status.as_str()));
    let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, status)| format!("{count} {status}"));
    counts.collect::<Vec<_>>().join(", ")
}

/// Returns a line for each kind of rows that this run did not have to send.
fn other_rows(summary: &Summary) -> impl Iterator<Item = String> {
    let kept = if summary.kept < summary.tally.total() { summary.kept } else { 0 };
    [
        (kept, "row was finished by an earlier run", "rows were finished by earlier runs"),
        (summary.blank, "blank row was skipped", "blank rows were skipped"),
        (summary.elsewhere, "row belongs to another shard", "rows belong to other shards"),
        (
            summary.gone,
            "person is no longer in the sheet, but still in the results",
            "people are no longer in the sheet, but still in the results",
        ),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, one, several)| format!("  {count} {}", if count == 1 { one } else { several }))
}

/// Returns a line about new owners, if the run was to create any.
fn owners(Planned { people, owners, .. }: Planned) -> Option<String> {
    match (owners, people) {
        (0, _) => None,
        (1, 1) => Some("  the person to invite becomes an owner of the organization".to_owned()),
        (1, _) => Some(format!("  1 of {people} people to invite becomes an owner of the organization")),
        (_, _) => Some(format!("  {owners} of {people} people to invite become owners of the organization")),
    }
}

/// Returns the lines that name the organizations.
fn organizations(summary: &Summary) -> Vec<String> {
    let mut lines: Vec<String> = summary
        .organizations
        .iter()
        .take(ORGANIZATIONS_SHOWN)
        .map(|one| match &one.name {
            Some(_) => format!("organization: {}", named(one)),
            None => format!("organization: {}", one.id),
        })
        .collect();
    if let Some(more @ 1..) = summary.organizations.len().checked_sub(ORGANIZATIONS_SHOWN) {
        lines.push(format!("and {more} more organizations"));
    }
    lines
}

fn named(one: &OrganizationSummary) -> String {
    organization(one.id, one.name.as_deref())
}

/// Returns the lines on the rate limit if it slowed the run down.
fn rate_limit(organization: &OrganizationSummary) -> Vec<String> {
    let pace = &organization.pace;
    let mut limits = match organization.bucket {
        Some((capacity, refill, period)) => vec![format!("{capacity} at once, then {}", per(refill, period))],
        None => vec!["set by --rate".to_owned()],
    };
    limits.extend(pace.invitations.map(|(number, period)| format!("at most {}", per(number, period))));
    let mut lines = Vec::new();
    if pace.waited >= SHORTEST_WAIT {
        lines.push(format!("rate limit: waited {} ({})", duration(pace.waited), limits.join("; ")));
    }
    if pace.limited > 0 {
        let requests = if pace.limited == 1 { "request" } else { "requests" };
        lines.push(format!("rate limit: Atlas rejected {} {requests} as too many", pace.limited));
    }
    lines
}

/// Formats a rate, for example `250 a minute` or `10 every 30 s`.
fn per(number: u32, period: Duration) -> String {
    match period.as_secs() {
        60 => format!("{number} a minute"),
        _ => format!("{number} every {}", duration(period)),
    }
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
    use crate::engine::Failures;
    use crate::engine::limiter::Totals;
    use crate::model::invitation::ObjectId;
    use crate::model::reason::{Blocked, BlockedReason, ErrorCode, Halt, RejectionCode, RowReason};
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
                name: Some("Example\u{1b} Corp".into()),
                bucket: Some((500, 250, Duration::from_secs(60))),
                pace: Default::default(),
                blocked: None,
            }],
            unchanged: false,
            elapsed: Duration::from_millis(65_400),
        }
    }

    fn report(summary: &Summary, job: JobKind, dry_run: bool) -> Report<'_> {
        let (results, api) = ("people.results.csv".as_ref(), Api::Invites);
        Report {
            summary,
            results,
            arguments: &[],
            job,
            dry_run,
            rehearsal: false,
            api,
            planned: None,
            coverage: None,
            failed_columns: &[],
            input: None,
            shard: None,
        }
    }

    #[test]
    fn the_summary_lists_counts_causes_and_remedies() {
        let text = text(report(&summary(), JobKind::Invite, false));
        assert!(!text.contains('\u{1b}'), "text of a sheet or a server is escaped");
        insta::assert_snapshot!(text);
    }

    #[test]
    fn new_owners_are_counted() {
        let line = |people, count| owners(Planned { people, owners: count, unread_addresses: 0 });
        assert_eq!(line(3, 0), None);
        insta::assert_snapshot!(
            [line(1, 1), line(3, 1), line(3, 2)].into_iter().flatten().collect::<Vec<_>>().join("\n")
        );
    }

    #[test]
    fn several_organizations_are_named() {
        let blocked = Blocked::new(BlockedReason::Suspended, "HTTP 402 ACCOUNT_SUSPENDED");
        let unpaced = OrganizationSummary {
            id: ObjectId::ZERO,
            name: None,
            bucket: None,
            blocked: None,
            pace: Default::default(),
        };
        let mut pace = Totals::default();
        (pace.waited, pace.limited) = (Duration::from_secs(250), 1);
        pace.invitations = Some((10, Duration::from_secs(60)));
        let organizations = vec![OrganizationSummary { blocked: Some(blocked), pace, ..unpaced.clone() }, unpaced];
        let summary = Summary { organizations, departed: 2, blank: 1, elsewhere: 3, gone: 4, halt: None, ..summary() };
        insta::assert_snapshot!(text(report(&summary, JobKind::Invite, false)));
    }

    #[test]
    fn a_run_after_a_finished_one_has_nothing_to_do() {
        let texts = [
            (JobKind::Invite, &[Status::Invited; 3][..]),
            (JobKind::Invite, &[Status::Invited]),
            (JobKind::Invite, &[Status::Invited, Status::AlreadyMember]),
            (JobKind::Revoke, &[Status::Revoked, Status::Gone]),
        ]
        .map(|(job, statuses)| {
            let mut tally = Tally::default();
            statuses.iter().for_each(|status| tally.add(*status));
            let summary = Summary { tally, kept: tally.total(), failures: vec![], halt: None, ..summary() };
            nothing_to_do(&summary, job).unwrap()
        });
        insta::assert_snapshot!(texts.join("\n"));
        assert_eq!(nothing_to_do(&summary(), JobKind::Invite), None);
    }

    #[test]
    fn no_remedy_is_printed_twice() {
        let group = |status, code| Failures {
            status,
            code: Some(code),
            count: 2,
            example_row: Some(4),
            example_email: "a@example.com".into(),
            example_detail: String::new(),
        };
        let failures = vec![
            group(Status::Failed, ErrorCode::Row(RowReason::NoAnswer)),
            group(Status::Failed, ErrorCode::Row(RowReason::ConnectionFailed)),
            group(Status::Failed, ErrorCode::Row(RowReason::HttpError)),
        ];
        let blocked = Some(Blocked::new(BlockedReason::Suspended, ""));
        let organization = OrganizationSummary { blocked, ..summary().organizations.remove(0) };
        let organizations = vec![organization.clone(), organization];
        let summary = Summary { failures, halt: None, organizations, ..summary() };
        insta::assert_snapshot!(text(report(&summary, JobKind::Invite, false)));
    }

    #[test]
    fn durations_have_at_most_two_units() {
        let durations =
            [0, 300, 9_000, 42_000, 119_000, 120_000, 200_000, 7_500_000].map(Duration::from_millis).map(duration);
        assert_eq!(durations, ["0 s", "300 ms", "9 s", "42 s", "119 s", "2 min", "3 min 20 s", "2 h 5 min"]);
    }
}
