//! `bulk-invite revoke`: takes back the invitations of a run, those that are pending and that it created.

use bulk_invite::atlas::Api;
use bulk_invite::engine::{
    Clock, Input, Organization, RevokePreview, Run, Step, dispatch, preflight_pending, revoke_step,
};
use bulk_invite::model::{Exit, JobKind, NextRun, ObjectId};
use bulk_invite::report::Report;
use bulk_invite::results::{FileLock, Layout, ResultsReader};
use jiff::Timestamp;

use super::job::{self, Opened};
use super::output::{self, Files};
use super::targets::{Target, of_results};
use crate::cli::args::RevokeArgs;
use crate::cli::screen::Screen;
use crate::cli::settings::{Account, UsageError, environment};

/// Runs the command and says how it went.
pub(crate) fn revoke(args: &RevokeArgs) -> Exit {
    job::watched(&args.job, |screen| job::block_on(prepare(args, screen)?.carry_out(args, screen)))
}

/// All that can be known to be wrong before anything is sent has been checked.
struct Prepared<'a> {
    organization: Option<ObjectId>,
    targets: Vec<Target>,
    /// All whose results the results file may hold.
    known: Vec<ObjectId>,
    reading: ResultsReader,
    files: Files<'a>,
    /// No run writes the results that are read.
    _hold: FileLock,
}

fn prepare<'a>(args: &'a RevokeArgs, screen: &Screen) -> Result<Prepared<'a>, UsageError> {
    let account = Account::resolve(&args.account, &environment)?;
    let files = output::of_revocation(args)?;
    let hold = FileLock::take(&args.file).map_err(|in_use| {
        let file = args.file.display();
        UsageError(format!("{in_use} {file}; wait for it, or end it with Ctrl-C there, then revoke"))
    })?;
    let mut reading = ResultsReader::open(&args.file).map_err(UsageError::new)?;
    if reading.kind() == JobKind::Revoke {
        let file = args.file.display();
        return Err(UsageError(format!("{file} was written by revoke; name the results of the run")));
    }
    if reading.is_torn() {
        screen.note(
            "the results end in the middle of a line: their run was killed, and rows it had not come to have none",
        );
    }
    let organization = account.organization;
    let known = account.organizations();
    let targets = of_results(&mut reading, account)?;
    Ok(Prepared { organization, targets, known, reading, files, _hold: hold })
}

impl Prepared<'_> {
    async fn carry_out(self, args: &RevokeArgs, screen: &mut Screen) -> Result<Exit, UsageError> {
        let Prepared { organization, targets, known, mut reading, files, _hold } = self;
        let clock = Clock::starting_at(Timestamp::now());
        let rows = Some(reading.rows());
        let layout = Layout { excel: args.job.excel, ..Layout::of_revocation(reading.carried()) };
        // Of the two endpoints the invites' alone cannot remove whoever has accepted.
        let api = Api::Invites;
        let mut opened = Opened::open(&files, (targets, &known), api, layout, clock, screen)?;

        screen.wait("looking up whose invites are pending");
        let read = opened.look_up(preflight_pending).await;
        let organizations = opened.organizations(&read);
        let mut halt = read.halt.clone();
        screen.stop();
        if args.job.may_ask() && halt.is_none() {
            let preview = preview(&mut reading, &organizations, &opened)?;
            if preview.cancel + preview.find_out > 0 {
                let question = question(preview, args.job.limit, &organizations);
                halt = job::confirm(question, &mut opened.signals).await;
            }
        }

        let Opened { learned, journal, earlier, keys, signals, .. } = opened;
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
        let summary = dispatch(run, Input::Results(reading), signals, &mut |event| screen.on_event(event)).await;
        screen.stop();
        let (job, dry_run, shard) = (JobKind::Revoke, args.job.dry_run, None);
        let report = Report { summary: &summary, results: &files.results, job, dry_run, rehearsal: false, api, shard };
        Ok(job::tell(report, &args.job, screen))
    }
}

/// What will be done, as far as it is known now.
fn preview<G>(
    reading: &mut ResultsReader,
    organizations: &[Organization<'_, G>],
    Opened { keys, earlier, .. }: &Opened,
) -> Result<RevokePreview, UsageError> {
    let mut preview = RevokePreview::default();
    while let Some(line) = reading.next_line().map_err(UsageError::new)? {
        let id = line.org_id.parse().ok();
        let organization = organizations.iter().find(|one| Some(one.id) == id && one.blocked.is_none());
        let Some(organization) = organization else { continue };
        let step = revoke_step(&line, organization.directory, false);
        let left = earlier.place(keys.key(organization.id, &line.email));
        // What was in doubt and has been settled since is not asked about again.
        if step != Step::FindOut || left.is_none_or(|place| place.status.next_run() != NextRun::Keep) {
            preview.add(&step);
        }
    }
    reading.rewind();
    Ok(preview)
}

/// What a revocation is about to do, in a sentence or two.
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
        (_, _) => format!(
            "cancel {most}{}, and up to {find_out} more once it is known what became of them,",
            counted(cancel, "pending invite", "pending invites")
        ),
    };
    let accepted = match accepted {
        0 => String::new(),
        _ => format!("{} accepted and will stay. ", counted(accepted, "person has", "people have")),
    };
    let ids: Vec<String> =
        organizations.iter().filter(|one| one.blocked.is_none()).map(|one| one.id.to_string()).collect();
    format!("about to {what} that this job created in organization {}. {accepted}continue? [y/N] ", ids.join(" and "))
}
