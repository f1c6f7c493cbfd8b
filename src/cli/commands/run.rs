//! `bulk-invite run`: puts the parts together, asks, runs, and tells what came of it.

use std::path::Path;

use bulk_invite::atlas::Api;
use bulk_invite::engine::{Clock, Input, Run, RunOptions, dispatch, preflight};
use bulk_invite::model::{Exit, JobKind, ObjectId, OrgRoles};
use bulk_invite::plan::{PlanOptions, Planner};
use bulk_invite::report::Report;
use bulk_invite::results::{Cell, FailedRows, Layout};
use bulk_invite::spreadsheet::{self, Header, HowRead};
use jiff::Timestamp;

use super::connection::account;
use super::job::{self, Opened};
use super::output::Files;
use super::preview::{self, Preview};
use super::targets::{self, Target};
use super::{input, output};
use crate::cli::args::RunArgs;
use crate::cli::screen::Screen;
use crate::cli::settings::UsageError;

/// Runs the command and says how it went.
pub(crate) fn run(args: &RunArgs) -> Exit {
    job::watched(&args.job, |screen| job::block_on(prepare(args, screen)?.carry_out(args, screen)))
}

/// All that can be known to be wrong before anything is sent has been checked.
struct Prepared<'a> {
    /// The organization of rows that name none.
    organization: Option<ObjectId>,
    /// Those that rows are for.
    targets: Vec<Target>,
    /// All whose results the results file may hold.
    known: Vec<ObjectId>,
    input: spreadsheet::Opened,
    files: Files<'a>,
    /// Kept while the run lasts.
    _sandbox: Option<atlas_sandbox::Running>,
}

fn prepare<'a>(args: &'a RunArgs, screen: &Screen) -> Result<Prepared<'a>, UsageError> {
    let (account, running) = account(args.sandbox.then_some(&args.sandbox_fault[..]), &args.account)?;
    let input = input::open(&args.file, &args.sheet, account.organization, screen)?;
    if input.rows.as_ref().is_some_and(|rows| rows.total == 0) {
        screen.note("the spreadsheet has no row below its header");
    }
    let files = output::of_run(args)?;
    let (organization, known) = (account.organization, account.organizations());
    let targets = targets::of_sheet(account, &input, args.sheet.shard)?;
    Ok(Prepared { organization, targets, known, input, files, _sandbox: running })
}

impl Prepared<'_> {
    async fn carry_out(self, args: &RunArgs, screen: &mut Screen) -> Result<Exit, UsageError> {
        let Prepared { organization, targets, known, input, files, _sandbox } = self;
        let spreadsheet::Opened { sheet, how_read: HowRead { header, .. }, rows } = input;
        let rows = rows.map(|rows| rows.total);
        let clock = Clock::starting_at(Timestamp::now());
        let api = Api::from(args.account.api);
        let carried = header.carried().iter().map(|carried| carried.name.clone()).collect();
        let layout = Layout { carried, excel: args.job.excel };
        let mut opened = Opened::open(&files, (targets, &known), api, layout, clock, screen)?;
        if api == Api::Invites {
            screen.note("warning: Atlas removes this endpoint on 2027-07-01; --api users is its successor");
        }

        screen.wait("looking up who is there already");
        let read = opened.look_up(preflight).await;
        let organizations = opened.organizations(&read);
        let mut halt = read.halt.clone();
        let default_roles: OrgRoles = args.sheet.default_roles.unwrap_or_default();
        let plan = PlanOptions { default_roles, organization };
        let planner = Planner::new(plan, &header, organizations.iter().map(|one| (one.id, one.directory)).collect());
        let (may_ask, machine) = (args.job.may_ask(), args.job.is_for_machines());
        let sends = halt.is_none() && organizations.iter().any(|one| one.blocked.is_none());
        // Reading the sheet ahead is only for telling somebody.
        let preview = if sends && (may_ask || machine || !args.job.quiet) {
            Preview::read(args, &sheet, planner.clone(), &organizations, &mut opened)
        } else {
            Preview::default()
        };
        screen.stop();
        preview.roles().iter().for_each(|warning| screen.note(warning));
        // A rehearsal asks about nothing but seats, which the real run will lack too.
        let matters = preview.people != Some(0) && (!args.sandbox || !preview.seats.is_empty());
        if may_ask && sends && matters {
            let question = preview::question(rows, args.job.limit, &preview, &organizations);
            halt = job::confirm(question, &mut opened.signals).await;
        } else {
            preview.seats.iter().for_each(|seats| screen.note(&format!("warning: {seats}")));
        }

        let Opened { learned, journal, earlier, keys, signals, .. } = opened;
        let run = Run {
            options: RunOptions { reinvite_expired: args.reinvite_expired, ..args.job.options(organization, rows) },
            clock,
            organizations,
            learned,
            journal,
            earlier,
            keys,
            halt,
            failed_rows: args.failed.as_ref().map(|path| failed_rows(path, &header)),
        };
        screen.start(rows, JobKind::Invite);
        let summary = dispatch(run, Input::Sheet(sheet, planner), signals, &mut |event| screen.on_event(event)).await;
        screen.stop();
        let (job, dry_run, shard) = (JobKind::Invite, args.job.dry_run, args.sheet.shard);
        let report =
            Report { summary: &summary, results: &files.results, job, dry_run, rehearsal: args.sandbox, api, shard };
        Ok(job::tell(report, &args.job, screen))
    }
}

fn failed_rows(path: &Path, header: &Header) -> FailedRows {
    let cell = |index: usize| match header.carried().iter().position(|carried| carried.cell == index) {
        Some(at) => Cell::Carried(at),
        None if header.org_id() == Some(index) => Cell::Organization,
        None if header.email() == index => Cell::Email,
        None => Cell::Nowhere,
    };
    let names = header.names().to_vec();
    FailedRows { path: path.to_owned(), cells: (0..names.len()).map(cell).collect(), names }
}
