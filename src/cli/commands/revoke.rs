//! `bulk-invite revoke`: cancels the pending invitations that a run created.

use std::env;
use std::ffi::OsString;

use bulk_invite::atlas::Api;
use bulk_invite::engine::{
    Clock, Input, Organization, RevokePreview, Run, Step, dispatch, preflight_pending, revoke_step,
};
use bulk_invite::model::{Exit, JobKind, NextRun, ObjectId};
use bulk_invite::report::Report;
use bulk_invite::results::{FileLock, Layout, ResultsReader};
use jiff::Timestamp;

use super::error::CliError;
use super::finish::finish;
use super::job::OpenJob;
use super::output::{self, Files};
use super::prompt;
use super::runtime::block_on;
use super::targets::{Target, of_results};
use crate::cli::args::RevokeArgs;
use crate::cli::screen::Screen;
use crate::cli::settings::{Account, environment};

/// Runs the command.
pub(crate) fn run(args: &RevokeArgs, screen: &mut Screen) -> Result<Exit, CliError> {
    block_on(prepare(args, screen)?.run(args, screen))
}

/// A job whose arguments, settings and files have been checked.
struct Prepared<'a> {
    organization: Option<ObjectId>,
    targets: Vec<Target>,
    /// The organizations whose results the results file may hold.
    known: Vec<ObjectId>,
    results: ResultsReader,
    files: Files<'a>,
    /// Keeps a run from writing the results meanwhile.
    _lock: FileLock,
}

fn prepare<'a>(args: &'a RevokeArgs, screen: &Screen) -> Result<Prepared<'a>, CliError> {
    let account = Account::resolve(&args.account, &environment)?;
    let files = output::of_revoke(args)?;
    let path = || args.file.clone();
    let lock = FileLock::take(&args.file).map_err(|source| CliError::ResultsInUse { path: path(), source })?;
    let mut results = ResultsReader::open(&args.file)?;
    if results.kind() == JobKind::Revoke {
        return Err(CliError::ResultsOfRevoke { path: path() });
    }
    if results.is_torn() {
        screen.note(
            "the results end in the middle of a line: their run was killed, and rows it had not come to have none",
        );
    }
    let organization = account.organization;
    let known = account.organizations();
    let targets = of_results(&mut results, account)?;
    Ok(Prepared { organization, targets, known, results, files, _lock: lock })
}

impl Prepared<'_> {
    async fn run(self, args: &RevokeArgs, screen: &mut Screen) -> Result<Exit, CliError> {
        let Prepared { organization, targets, known, mut results, files, _lock } = self;
        let clock = Clock::starting_at(Timestamp::now());
        let rows = Some(results.rows());
        let layout = Layout { excel: args.job.excel, ..Layout::of_revocation(results.carried()) };
        // Only this endpoint cannot remove a person who has accepted.
        let api = Api::Invites;
        let mut job = OpenJob::open(&files, (targets, &known), api, layout, clock, screen)?;

        screen.wait("looking up whose invites are pending");
        let read = job.look_up(preflight_pending).await;
        let organizations = job.organizations(&read);
        let mut halt = read.halt.clone();
        screen.stop();
        if args.job.may_ask() && halt.is_none() {
            let preview = preview(&mut results, &organizations, &job)?;
            if preview.cancel + preview.find_out > 0 {
                let question = question(preview, args.job.limit, &organizations);
                halt = prompt::confirm(question, &mut job.signals).await;
            }
        }

        let OpenJob { learned, journal, earlier, keys, signals, .. } = job;
        let run = Run {
            options: args.job.options(organization, rows),
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
            shard,
        };
        Ok(finish(report, &args.job, screen))
    }
}

/// Counts what will be done, as far as that is known now.
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
        let left = earlier.place(keys.key(organization.id, &line.email));
        // A row in doubt that an earlier `revoke` has settled is not looked up again.
        if step != Step::FindOut || left.is_none_or(|place| place.status.next_run() != NextRun::Keep) {
            preview.add(&step);
        }
    }
    results.rewind();
    Ok(preview)
}

/// Returns the question before the job.
fn question<G>(preview: RevokePreview, limit: Option<u64>, organizations: &[Organization<'_, G>]) -> String {
    let RevokePreview { cancel, find_out, accepted } = preview;
    let counted = |count: u64, one: &str, several: &str| format!("{count} {}", if count == 1 { one } else { several });
    let most = limit.filter(|limit| *limit < cancel + find_out);
    let most = most.map(|limit| format!("the first {limit} of ")).unwrap_or_default();
    let what = match (cancel, find_out) {
        (0, _) => format!(
            "find out about {} in doubt, and cancel the invites",
            counted(find_out, "invitation", "invitations")
        ),
        (_, 0) => format!("cancel {most}{}", counted(cancel, "pending invite", "pending invites")),
        (1.., 1..) => format!(
            "cancel {most}{}, and up to {find_out} more once it is known what became of them,",
            counted(cancel, "pending invite", "pending invites")
        ),
    };
    let accepted = match accepted {
        0 => String::new(),
        1.. => format!("{} accepted and will stay. ", counted(accepted, "person has", "people have")),
    };
    let ids: Vec<String> =
        organizations.iter().filter(|one| one.blocked.is_none()).map(|one| one.id.to_string()).collect();
    format!("about to {what} that this job created in organization {}. {accepted}continue? [y/N] ", ids.join(" and "))
}
