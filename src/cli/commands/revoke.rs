//! `bulk-invite revoke`: cancels the pending invitations that a run created.

use std::env;
use std::ffi::OsString;

use bulk_invite::atlas::Api;
use bulk_invite::engine::{
    Clock, Input, Organization, RevokePreview, Run, Step, dispatch, preflight_pending, revoke_step,
};
use bulk_invite::model::{Exit, JobKind, NextRun, ObjectId, Status};
use bulk_invite::report::{self, Report};
use bulk_invite::results::{FileLock, Layout, Place, ResultsReader};

use super::error::CliError;
use super::finish::finish;
use super::input::open_results;
use super::job::OpenJob;
use super::output::{self, Files};
use super::runtime::block_on;
use super::targets::{Target, of_results};
use crate::cli::args::RevokeArgs;
use crate::cli::screen::Screen;
use crate::cli::settings::{Account, environment};

pub(crate) fn run(args: &RevokeArgs, screen: &mut Screen) -> Result<Exit, CliError> {
    // The deadline counts from here.
    let clock = Clock::system();
    block_on(prepare(args, screen)?.run(args, clock, screen))
}

/// A job whose arguments, settings and files have been checked.
struct Prepared<'a> {
    organization: Option<ObjectId>,
    targets: Vec<Target>,
    /// The organizations whose results the results file may hold.
    known: Vec<ObjectId>,
    results: ResultsReader,
    files: Files<'a>,
    /// Prevents a run from writing the results at the same time.
    _lock: FileLock,
}

fn prepare<'a>(args: &'a RevokeArgs, screen: &Screen) -> Result<Prepared<'a>, CliError> {
    let account = Account::resolve(&args.account, &environment)?;
    let files = output::of_revoke(args)?;
    let path = || args.file.clone();
    let lock = FileLock::take(&args.file).map_err(|source| CliError::ResultsInUse { path: path(), source })?;
    let mut results = open_results(&args.file)?;
    if results.kind() == JobKind::Revoke {
        return Err(CliError::ResultsOfRevoke { path: path() });
    }
    if results.is_torn() {
        screen.note(format_args!("the last line of {} is incomplete, because its run was killed", args.file.display()));
    }
    let organization = account.organization;
    let known = account.organizations();
    let targets = of_results(&mut results, account)?;
    Ok(Prepared { organization, targets, known, results, files, _lock: lock })
}

impl Prepared<'_> {
    async fn run(self, args: &RevokeArgs, clock: Clock, screen: &mut Screen) -> Result<Exit, CliError> {
        let Prepared { organization, targets, known, mut results, files, _lock } = self;
        let rows = Some(results.rows());
        let layout = Layout { excel: args.job.excel, ..Layout::for_revoke(results.carried()) };
        // This endpoint cannot remove a person who has accepted; the other one can.
        let api = Api::Invites;
        let mut job = OpenJob::open(&files, (targets, &known), rows, api, layout, clock, screen)?;

        screen.wait("reading pending invites");
        let read = job.look_up(preflight_pending).await;
        let organizations = job.organizations(&read);
        let mut halt = read.halt.clone();
        screen.stop();
        if args.job.may_ask() && halt.is_none() {
            let preview = preview(&mut results, &organizations, &job)?;
            if preview.cancel + preview.look_up > 0 {
                let question = question(preview, args.job.limit, &organizations);
                halt = job.confirm(question, screen).await;
            }
        }

        let OpenJob { learned, journal, earlier, keys, signals, deadline, .. } = job;
        let run = Run {
            options: args.job.options(organization, rows, deadline),
            clock,
            organizations,
            learned,
            journal,
            earlier,
            keys,
            halt,
            failed_rows: None,
        };
        screen.start(rows, JobKind::Revoke);
        let summary = dispatch(run, Input::Results(results), signals, &mut |event| screen.on_event(event)).await;
        screen.stop();
        let (job, dry_run, shard) = (JobKind::Revoke, args.job.dry_run, None);
        let arguments: Vec<OsString> = env::args_os().skip(1).collect();
        let report = Report {
            summary: &summary,
            results: &files.results,
            arguments: &arguments,
            job,
            dry_run,
            rehearsal: false,
            api,
            planned: None,
            coverage: None,
            failed_columns: &[],
            input: None,
            shard,
        };
        Ok(finish(report, &args.job, screen))
    }
}

/// Counts the invitations to cancel and to look up, as far as they are known before the job.
fn preview<G>(
    results: &mut ResultsReader,
    organizations: &[Organization<'_, G>],
    OpenJob { keys, earlier, .. }: &OpenJob,
) -> Result<RevokePreview, CliError> {
    let mut preview = RevokePreview::default();
    while let Some(line) = results.next_line()? {
        let id = line.org_id.parse().ok();
        let organization = organizations.iter().find(|one| Some(one.id) == id && one.blocked.is_none());
        let Some(organization) = organization else { continue };
        let step = revoke_step(&line, organization.directory, false);
        let place = earlier.place(keys.key(organization.id, &line.email));
        // An invitation with an unknown outcome is not looked up again if an earlier `revoke` has finished it.
        let is_finished = |place: Place| match place.status.next_run() {
            NextRun::Keep => !earlier.is_fresh() || place.status == Status::Revoked,
            NextRun::Settle | NextRun::PlanAgain => false,
        };
        if step != Step::LookUp || !place.is_some_and(is_finished) {
            preview.add(&step);
        }
    }
    results.rewind();
    Ok(preview)
}

/// Returns the question before the job, below lines about invitations that are not simply cancelled.
fn question<G>(preview: RevokePreview, limit: Option<u64>, organizations: &[Organization<'_, G>]) -> String {
    let RevokePreview { cancel, look_up, accepted } = preview;
    let counted = |count: u64, one: &str, several: &str| format!("{count} {}", if count == 1 { one } else { several });
    let mut lines = Vec::new();
    if accepted > 0 {
        lines.push(counted(accepted, "person has accepted and stays", "people have accepted and stay"));
    }
    let unknown = || counted(look_up, "invite with an unknown outcome", "invites with an unknown outcome");
    if cancel > 0 && look_up > 0 {
        lines.push(format!("{}: each is looked up, and cancelled if pending", unknown()));
    }
    let most = limit.filter(|limit| *limit < cancel + look_up);
    let most = most.map(|limit| format!("the first {limit} of ")).unwrap_or_default();
    let action = match cancel {
        0 => format!("look up {most}{}, and cancel those that are pending,", unknown()),
        1.. => format!("cancel {most}{}", counted(cancel, "pending invite", "pending invites")),
    };
    let named = |one: &Organization<'_, G>| report::organization(one.id, one.directory.name());
    let named: Vec<String> = organizations.iter().filter(|one| one.blocked.is_none()).map(named).collect();
    lines.push(format!("{action} of this run in {}? [y/N] ", named.join(" and ")));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_counts_what_is_cancelled_and_looked_up() {
        let question =
            |cancel, look_up, accepted, limit| question::<()>(RevokePreview { cancel, look_up, accepted }, limit, &[]);
        insta::assert_snapshot!(question(1, 0, 0, None), @"cancel 1 pending invite of this run in ? [y/N]");
        insta::assert_snapshot!(question(9, 2, 1, Some(5)), @"
        1 person has accepted and stays
        2 invites with an unknown outcome: each is looked up, and cancelled if pending
        cancel the first 5 of 9 pending invites of this run in ? [y/N]
        ");
        insta::assert_snapshot!(question(0, 2, 0, None), @"look up 2 invites with an unknown outcome, and cancel those that are pending, of this run in ? [y/N]");
    }
}
