//! `bulk-invite run`: puts the parts together, asks, runs, and tells what came of it.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bulk_invite::clock::Clock;
use bulk_invite::directory::Directory;
use bulk_invite::exchange::Api;
use bulk_invite::invitation::{ObjectId, OrgRoles};
use bulk_invite::journal::{Cell, FailedRows, Journal, Layout, Start};
use bulk_invite::outcome::{Exit, NextRun, Signal, Status, StopReason};
use bulk_invite::person::PersonKeys;
use bulk_invite::plan::{PlanOptions, Planner};
use bulk_invite::report::{self, Report};
use bulk_invite::roster::{Header, Roster};
use bulk_invite::run::{Halt, Job, Organization, RunOptions, dispatch, preflight};
use bulk_invite::sandbox;
use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::connection::{Connection, account, connect, unsigned};
use super::outlook::Outlook;
use super::report::write_page;
use super::targets::{Target, targets};
use super::{input, output, prompt};
use crate::cli::{LogFormat, RunArgs};
use crate::screen::Screen;
use crate::settings::UsageError;

/// Runs the command and says how it went.
pub(crate) fn run(args: &RunArgs) -> Exit {
    let mut screen = Screen::new(args.log_format, args.quiet);
    screen.guard_machines();
    let result = prepare(args, &screen).and_then(|prepared| prepared.run(args, &mut screen));
    result.unwrap_or_else(|error| {
        screen.error(&error.0);
        Exit::Usage
    })
}

/// All that can be known to be wrong before anything is sent has been checked.
struct Prepared {
    /// The organization of rows that name none.
    organization: Option<ObjectId>,
    /// Those that rows are for.
    targets: Vec<Target>,
    /// All whose results the results file may hold.
    known: Vec<ObjectId>,
    roster: Roster<input::Input>,
    rows: Option<u64>,
    results: PathBuf,
    /// Kept while the run lasts.
    _sandbox: Option<sandbox::Running>,
}

fn prepare(args: &RunArgs, screen: &Screen) -> Result<Prepared, UsageError> {
    let (account, running) = account(args.sandbox.then_some(&args.sandbox_fault[..]), &args.account)?;
    let mut roster = input::open(&args.file, &args.sheet)?;
    input::claim(&mut roster, &args.sheet, account.organization, screen);
    let counts = input::count(&roster, &args.file, &args.sheet, account.organization);
    roster.notes().iter().for_each(|note| screen.note(&note.to_string()));
    let results = output::results(args)?;
    let (organization, by_row) = (account.organization, roster.header().org_id().is_some());
    let known = organization.into_iter().chain(account.others.iter().map(|other| other.id)).collect();
    let targets = targets(account, by_row, counts.of, args.sheet.shard)?;
    Ok(Prepared { organization, targets, known, roster, rows: counts.rows, results, _sandbox: running })
}

impl Prepared {
    fn run(self, args: &RunArgs, screen: &mut Screen) -> Result<Exit, UsageError> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(UsageError::new)?;
        let exit = runtime.block_on(self.carry_out(args, screen));
        // An unanswered question may still be waiting for standard input.
        runtime.shutdown_background();
        exit
    }

    async fn carry_out(self, args: &RunArgs, screen: &mut Screen) -> Result<Exit, UsageError> {
        let Prepared { organization, targets, known, roster, rows, results, _sandbox } = self;
        let clock = Clock::starting_at(Timestamp::now());
        let keys = PersonKeys::default();
        let carried = roster.header().carried().iter().map(|carried| carried.name.clone()).collect();
        let start = if args.fresh {
            Start::Fresh(clock.now())
        } else if args.dry_run && args.results.is_none() {
            // An earlier dry run says nothing about this one.
            Start::Replace
        } else {
            Start::Continue
        };
        let api = Api::from(args.account.api);
        let concurrency = args.pace.concurrency.get() as usize;
        let (connections, learned) = connect(targets, api, concurrency, &args.pace.calls, clock)?;
        let layout = Layout { carried, excel: args.excel };
        let (journal, earlier) = Journal::open(&results, &known, &keys, layout, start).map_err(UsageError::new)?;
        tell_of_earlier(&earlier, &results, screen);

        if api == Api::Invites {
            screen.note("warning: Atlas removes this endpoint on 2027-07-01; --api users is its successor");
        }
        let mut signals = signals().map_err(UsageError::new)?;
        let options = RunOptions {
            organization,
            concurrency,
            settle: unsigned(args.pace.settle),
            timeout: unsigned(args.pace.calls.timeout),
            max_failures: args.pace.max_failures,
            limit: args.limit,
            dry_run: args.dry_run,
            reinvite_expired: args.reinvite_expired,
            rows,
        };

        let mut halt = None;
        screen.wait("looking up who is there already");
        let read = tokio::select! {
            read = join_all(connections.iter().map(|connection| preflight(&connection.caller))) => read,
            Some(signal) = signals.recv() => {
                halt = Some(Halt::new(StopReason::Signal(signal), "interrupted before anything was sent"));
                connections.iter().map(|_| Ok(Directory::offline())).collect()
            }
        };
        let (directories, condemned): (Vec<_>, Vec<_>) = read
            .into_iter()
            .map(|read| read.map_or_else(|why| (Directory::offline(), Some(why)), |directory| (directory, None)))
            .unzip();
        let organizations: Vec<_> = connections
            .into_iter()
            .zip(&directories)
            .zip(condemned)
            .map(|((Connection { id, rows, caller }, directory), condemned)| Organization {
                id,
                caller,
                directory,
                condemned,
                rows,
            })
            .collect();
        let header = roster.header().clone();
        let default_roles: OrgRoles = args.sheet.default_roles.unwrap_or_default();
        let plan = PlanOptions { default_roles, organization };
        let planner = Planner::new(plan, &header, organizations.iter().map(|one| (one.id, one.directory)).collect());
        let machine = args.log_format == LogFormat::Json;
        let may_ask = !(args.yes || args.dry_run || machine) && prompt::somebody_is_there();
        let sends = halt.is_none() && organizations.iter().any(|one| one.condemned.is_none());
        // Reading the sheet ahead is only for telling somebody.
        let outlook = if sends && (may_ask || machine || !args.quiet) {
            Outlook::read(args, &roster, planner.clone(), &keys, &earlier)
        } else {
            Outlook::default()
        };
        screen.stop();
        outlook.roles().iter().for_each(|warning| screen.note(warning));
        // A rehearsal asks about nothing but seats, which the real run will lack too.
        let matters = outlook.people != Some(0) && (!args.sandbox || !outlook.seats.is_empty());
        if may_ask && sends && matters {
            let question = prompt::question(rows, args.limit, &outlook, &organizations);
            let answer = tokio::task::spawn_blocking(move || prompt::ask(&question));
            let refused = tokio::select! {
                answer = answer => (!answer.unwrap_or(false)).then_some(Signal::Interrupt),
                Some(signal) = signals.recv() => Some(signal),
            };
            // Every row gets its line all the same, and what an earlier run settled stays on record.
            halt = refused.map(|signal| Halt::new(StopReason::Signal(signal), "nothing was sent"));
        } else {
            outlook.seats.iter().for_each(|seats| screen.note(&format!("warning: {seats}")));
        }

        let failed_rows = args.failed.as_ref().map(|path| failed_rows(path, &header));
        let job =
            Job { options, clock, organizations, learned, roster, planner, journal, earlier, keys, halt, failed_rows };
        screen.start(rows);
        let summary = dispatch(job, signals, &mut |event| screen.on_event(event)).await;
        screen.stop();

        let report = Report { summary: &summary, results: &results, api, shard: args.sheet.shard };
        let facts = report::json(report);
        if let Some(path) = &args.summary
            && let Err(error) = write_summary(path, &facts)
        {
            screen.error(&format!("cannot write the summary to {}: {error}", path.display()));
        }
        if let Some(path) = &args.report {
            match write_page(&results, path) {
                Ok(()) => screen.note(&format!("page: {}", path.display())),
                Err(error) => screen.error(&error.0),
            }
        }
        screen.summary(&report::text(report), facts);
        Ok(summary.exit())
    }
}

fn tell_of_earlier(earlier: &bulk_invite::journal::Earlier, results: &Path, screen: &Screen) {
    let tally = earlier.tally();
    let count = |next: NextRun| -> u64 {
        Status::ALL.iter().filter(|status| status.next_run() == next).map(|status| tally.count(*status)).sum()
    };
    if tally.total() > 0 {
        screen.note(&format!(
            "continuing {}: {} rows are settled and kept, {} will be asked about, {} are worked out again{}",
            results.display(),
            count(NextRun::Keep),
            count(NextRun::Settle),
            count(NextRun::Anew),
            if earlier.was_torn() { "; its last line was cut off and is dropped" } else { "" }
        ));
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

fn write_summary(path: &Path, facts: &serde_json::Value) -> io::Result<()> {
    if input::is_stdin(path) {
        writeln!(io::stdout().lock(), "{facts}")
    } else {
        writeln!(File::create(path)?, "{facts}")
    }
}

/// SIGINT and SIGTERM, as they come.
fn signals() -> io::Result<mpsc::Receiver<Signal>> {
    let (sender, receiver) = mpsc::channel(4);
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::spawn(async move {
            loop {
                let signal = tokio::select! {
                    Some(()) = interrupt.recv() => Signal::Interrupt,
                    Some(()) = terminate.recv() => Signal::Terminate,
                    else => return,
                };
                if sender.send(signal).await.is_err() {
                    return;
                }
            }
        });
    }
    #[cfg(not(unix))]
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if sender.send(Signal::Interrupt).await.is_err() {
                return;
            }
        }
    });
    Ok(receiver)
}
