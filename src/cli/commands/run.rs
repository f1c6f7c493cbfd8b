//! `bulk-invite run`: invites the people of a spreadsheet.

use std::env;
use std::ffi::OsString;
use std::path::Path;

use bulk_invite::atlas::Api;
use bulk_invite::engine::{Clock, Input, Run, RunOptions, dispatch, preflight};
use bulk_invite::model::{Exit, JobKind, ObjectId, OrgRoles};
use bulk_invite::plan::{PlanOptions, Planner};
use bulk_invite::report::{self, InputFacts, Report};
use bulk_invite::results::{Cell, FailedRows, Layout};
use bulk_invite::spreadsheet::{self, Header, HowRead};

use super::error::CliError;
use super::finish::finish;
use super::input::OpenInput;
use super::job::OpenJob;
use super::map::MapFile;
use super::output::Files;
use super::preview::Preview;
use super::runtime::block_on;
use super::targets::{self, Target};
use super::{input, output, prompt, rehearsal};
use crate::cli::args::RunArgs;
use crate::cli::screen::Screen;

pub(crate) fn run(args: &RunArgs, screen: &mut Screen) -> Result<Exit, CliError> {
    // The deadline counts from here.
    let clock = Clock::system();
    block_on(prepare(args, screen)?.run(args, clock, screen))
}

/// A run whose arguments, settings and files have been checked.
struct Prepared<'a> {
    /// The organization of rows that name none.
    organization: Option<ObjectId>,
    /// The organizations that rows are for.
    targets: Vec<Target>,
    /// The organizations whose results the results file may hold.
    known: Vec<ObjectId>,
    input: spreadsheet::Opened,
    map: Option<MapFile>,
    facts: InputFacts,
    files: Files<'a>,
    /// The sandbox, which stops when this is dropped.
    _sandbox: Option<atlas_sandbox::Running>,
}

fn prepare<'a>(args: &'a RunArgs, screen: &Screen) -> Result<Prepared<'a>, CliError> {
    let (account, sandbox) = rehearsal::account(&args.account, args.sandbox, &args.sandbox_fault)?;
    let may_ask = !args.job.yes && prompt::is_interactive();
    let OpenInput { opened: input, map, facts } =
        input::open(&args.file, &args.sheet, &args.map, account.organization, may_ask, screen)?;
    if input.rows.as_ref().is_some_and(|rows| rows.total == 0) {
        screen.note("the spreadsheet has no rows below its header");
    }
    let files = output::of_run(args)?;
    let (organization, known) = (account.organization, account.organizations());
    let targets = targets::of_sheet(account, &input, args.sheet.shard)?;
    Ok(Prepared { organization, targets, known, input, map, facts, files, _sandbox: sandbox })
}

impl Prepared<'_> {
    async fn run(self, args: &RunArgs, clock: Clock, screen: &mut Screen) -> Result<Exit, CliError> {
        let Prepared { organization, targets, known, input, map, facts, files, _sandbox } = self;
        let spreadsheet::Opened { sheet, how_read: HowRead { header, .. }, rows } = input;
        let rows = rows.map(|rows| rows.total);
        let api = Api::from(args.account.api);
        let carried = header.carried().iter().map(|carried| carried.name.clone()).collect();
        let layout = Layout { carried, excel: args.job.excel };
        let mut job = OpenJob::open(&files, (targets, &known), rows, api, layout, clock, screen)?;
        if api == Api::Invites {
            screen.note("warning: Atlas removes the invites endpoint on 2027-07-01; its successor is --api users");
        }

        screen.wait("reading members and invites");
        let read = job.look_up(preflight).await;
        let organizations = job.organizations(&read);
        let mut halt = read.halt.clone();
        let default_roles: OrgRoles = args.sheet.default_roles.unwrap_or_default();
        let plan = PlanOptions { default_roles, organization };
        let directories: Vec<_> = organizations.iter().map(|one| (one.id, one.directory)).collect();
        let rules = map.as_ref().map(|map| map.bind(&header, &directories)).transpose()?;
        let planner = Planner::new(plan, &header, directories).with_rules(rules.as_ref());
        let may_ask = args.job.may_ask();
        let is_printed = args.job.is_for_machines() || !args.job.quiet || args.job.summary.is_some();
        let sends = halt.is_none() && organizations.iter().any(|one| one.blocked.is_none());
        // The preview is only printed.
        let preview = if sends && (may_ask || is_printed) {
            Preview::read(args, &sheet, planner.clone(), &organizations, &mut job)
        } else {
            Preview::default()
        };
        screen.stop();
        for failed in &preview.failed_columns {
            screen.note(format_args!("warning: {}", report::failed_column(failed)));
        }
        report::unread_addresses(&preview.addresses).iter().for_each(|line| screen.note(line));
        preview.map_notes(args.sheet.shard.is_some()).iter().for_each(|note| screen.note(note));
        preview.role_warnings().iter().for_each(|warning| screen.note(warning));
        // A run against the sandbox asks only if seats are missing, since they will be missing in the real run too.
        let matters = preview.people != Some(0) && (!args.sandbox || !preview.shortages.is_empty());
        if may_ask && sends && matters {
            let question = preview.question(rows, args.job.limit, &organizations);
            halt = job.confirm(question, screen).await;
        } else {
            preview.shortages.iter().for_each(|shortage| screen.note(format_args!("warning: {shortage}")));
        }

        let OpenJob { learned, journal, earlier, keys, signals, deadline, .. } = job;
        let run = Run {
            options: RunOptions {
                reinvite_expired: args.reinvite_expired,
                ..args.job.options(organization, rows, deadline)
            },
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
        let arguments: Vec<OsString> = env::args_os().skip(1).collect();
        let report = Report {
            summary: &summary,
            results: &files.results,
            arguments: &arguments,
            job,
            dry_run,
            rehearsal: args.sandbox,
            api,
            planned: preview.planned(),
            coverage: preview.coverage.as_ref(),
            failed_columns: &preview.failed_columns,
            input: Some(&facts),
            shard,
        };
        Ok(finish(report, &args.job, screen))
    }
}

/// Returns the form of the rows of `--failed`, which have the columns of the spreadsheet.
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
