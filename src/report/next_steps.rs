//! The end of the summary: the commands that finish the job.

use super::Report;
use super::command::{command, with_results};
use crate::model::reason::Halt;
use crate::model::status::{JobKind, Status};

/// Returns what is left to do, with the command that does it; nothing if the job is done.
pub(super) fn next_steps(report: Report<'_>) -> Vec<String> {
    let mut lines = departed(report);
    lines.extend(rest(report));
    lines
}

/// Returns how to invite people again whose earlier invites no longer exist.
fn departed(report: Report<'_>) -> Vec<String> {
    let (fresh, expired) = ("--fresh", "--reinvite-expired");
    let again = |flag| command(report.arguments, &[], Some(flag));
    let first = match report.summary.departed {
        0 => return Vec::new(),
        1 => "1 person invited earlier is no longer pending or a member".to_owned(),
        people => format!("{people} people invited earlier are no longer pending or members"),
    };
    if report.rehearsal {
        let cause = "each rehearsal starts with a new sandbox, without the invites of earlier rehearsals".to_owned();
        return vec![first, cause, format!("to rehearse from the start: {}", again(fresh))];
    }
    let mut lines = vec![first, format!("to invite them again: {}", again(fresh))];
    if !report.arguments.iter().any(|argument| argument == expired) {
        lines.push(format!("to invite only those whose invite has expired: {}", again(expired)));
    }
    lines
}

/// Returns how to send the rows that are left, or how to undo a revocation.
fn rest(report: Report<'_>) -> Vec<String> {
    let Report { summary, arguments, job, dry_run, .. } = report;
    let count = |status| summary.tally.count(status);
    let is_open = count(Status::Failed) + count(Status::Unknown) + count(Status::NotSent) > 0;
    // If the run stopped early, rows are `not_sent` for other reasons too.
    let is_rehearsed = dry_run && summary.halt.is_none() && count(Status::NotSent) > 0;
    // With --fresh, the command would decide about every row again instead of sending the rest.
    let done: &[&str] = if summary.unchanged { &[] } else { &["--fresh"] };
    let finish = || format!("to finish: {}", command(arguments, done, None));
    let sending = || command(arguments, &["--dry-run"], None);
    if let Some(Halt::ResultsChanged { recovered, .. }) = &summary.halt {
        let arguments = with_results(arguments, recovered);
        return vec![format!("to finish: {}", command(&arguments, &["--fresh"], None))];
    }
    match job {
        JobKind::Invite if is_rehearsed => vec![
            "dry run: nothing was sent; rows that are not_sent would be invited".to_owned(),
            format!("to invite them: {}", sending()),
        ],
        JobKind::Revoke if is_rehearsed => vec![
            "dry run: nothing was sent; pending invites of rows that are not_sent would be cancelled".to_owned(),
            format!("to cancel them: {}", sending()),
        ],
        JobKind::Invite | JobKind::Revoke if is_open => {
            vec![finish()]
        }
        JobKind::Invite if !dry_run && count(Status::Invalid) > 0 => {
            vec![finish()]
        }
        // The results of the run still have the status `invited`, so that a run without --fresh would skip them.
        JobKind::Revoke if count(Status::Revoked) > summary.kept => {
            vec!["to invite them again: bulk-invite run SPREADSHEET --fresh".to_owned()]
        }
        JobKind::Invite | JobKind::Revoke => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;
    use crate::atlas::api::Api;
    use crate::engine::Summary;
    use crate::model::exit::Signal;
    use crate::model::status::Tally;

    /// Returns a summary of rows with these statuses.
    fn summary(statuses: &[Status]) -> Summary {
        let mut tally = Tally::default();
        statuses.iter().for_each(|status| tally.add(*status));
        Summary {
            tally,
            kept: 0,
            departed: 0,
            blank: 0,
            elsewhere: 0,
            gone: 0,
            failures: Vec::new(),
            halt: None,
            organizations: Vec::new(),
            started_at: Timestamp::UNIX_EPOCH,
            unchanged: false,
            elapsed: Duration::ZERO,
        }
    }

    /// Returns the steps after a command with these words.
    fn steps(words: &str, summary: &Summary) -> String {
        let arguments: Vec<OsString> = words.split(' ').map(OsString::from).collect();
        let has = |flag: &str| words.contains(flag);
        let report = Report {
            summary,
            results: "people.results.csv".as_ref(),
            arguments: &arguments,
            job: if has("revoke") { JobKind::Revoke } else { JobKind::Invite },
            dry_run: has("--dry-run"),
            rehearsal: has("--sandbox"),
            api: Api::Invites,
            planned: None,
            coverage: None,
            failed_columns: &[],
            input: None,
            shard: None,
        };
        let steps = next_steps(report);
        let steps = if steps.is_empty() { vec!["(nothing)".to_owned()] } else { steps };
        format!("$ {words}\n  {}", steps.join("\n  "))
    }

    #[test]
    fn the_last_line_is_the_command_for_the_rest() {
        let (run, revoke, results) = ("run people.csv", "revoke people.results.csv", "--results out.csv");
        let halted = Summary { halt: Some(Halt::Signal(Signal::Interrupt)), ..summary(&[Status::NotSent]) };
        let recovered = "out.recovered.csv".into();
        let changed = Halt::ResultsChanged { text: String::new(), recovered };
        let changed = Summary { halt: Some(changed), ..summary(&[Status::Invited]) };
        let all = [
            steps(run, &summary(&[Status::Invited])),
            steps(&format!("{run} {results} --fresh"), &summary(&[Status::Invited, Status::NotSent])),
            steps(&format!("{run} --fresh"), &Summary { unchanged: true, ..halted.clone() }),
            steps(run, &summary(&[Status::Invited, Status::Invalid])),
            steps(&format!("{run} --dry-run --sandbox"), &summary(&[Status::NotSent])),
            steps(&format!("{run} --dry-run"), &summary(&[Status::Invalid])),
            steps(&format!("{revoke} --dry-run"), &summary(&[Status::NotSent])),
            steps(&format!("{revoke} --dry-run"), &halted),
            steps(&format!("{revoke} --dry-run"), &summary(&[Status::NotOurs])),
            steps(revoke, &summary(&[Status::Revoked])),
            steps(revoke, &Summary { kept: 1, ..summary(&[Status::Revoked]) }),
            steps(revoke, &summary(&[Status::Revoked, Status::Failed])),
            steps(&format!("{run} --fresh {results}"), &changed),
        ];
        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn people_whose_invites_no_longer_exist_can_be_invited_again() {
        let departed = |departed| Summary { departed, ..summary(&[Status::Invited]) };
        let all = [
            steps("run people.csv", &departed(16)),
            steps("run people.csv --reinvite-expired", &departed(1)),
            steps("run people.csv --sandbox", &departed(2)),
        ];
        insta::assert_snapshot!(all.join("\n"));
    }
}
