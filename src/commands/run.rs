//! `bulk-invite run`: puts the parts together, asks, runs, and tells what came of it.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bulk_invite::clock::Clock;
use bulk_invite::directory::Directory;
use bulk_invite::exchange::Api;
use bulk_invite::invitation::OrgRoles;
use bulk_invite::journal::{Cell, FailedRows, Journal, Layout, Start};
use bulk_invite::outcome::{Exit, NextRun, Signal, Status, StopReason};
use bulk_invite::person::PersonKeys;
use bulk_invite::plan::{PlanOptions, Planner};
use bulk_invite::report::{self, Report};
use bulk_invite::roster::{Header, Roster};
use bulk_invite::run::{Halt, Job, RunOptions, dispatch, preflight};
use bulk_invite::sandbox;
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::connection::{Connection, rehearsal, unsigned};
use super::outlook::Outlook;
use super::{input, output, prompt};
use crate::cli::{LogFormat, RunArgs};
use crate::screen::Screen;
use crate::settings::{Account, UsageError, environment};

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
    connection: Connection,
    roster: Roster<input::Input>,
    rows: Option<u64>,
    results: PathBuf,
    /// Kept while the run lasts.
    _sandbox: Option<sandbox::Running>,
}

fn prepare(args: &RunArgs, screen: &Screen) -> Result<Prepared, UsageError> {
    let (account, running) = if args.sandbox {
        let (account, running) = rehearsal(&args.sandbox_fault)?;
        (account, Some(running))
    } else {
        (Account::resolve(&args.account, &environment)?, None)
    };
    let roster = input::open(&args.file, &args.sheet)?;
    let rows = input::count(&args.file, &args.sheet)?;
    roster.notes().iter().for_each(|note| screen.note(&note.to_string()));
    let results = output::results(args)?;
    let connection = Connection::of(account)?;
    Ok(Prepared { connection, roster, rows, results, _sandbox: running })
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
        let Prepared { connection, roster, rows, results, _sandbox } = self;
        let organization = connection.organization;
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
        let (caller, learned) = connection.caller(api, concurrency, &args.pace.calls, clock)?;
        let (journal, earlier) =
            Journal::open(&results, organization, &keys, Layout { carried, excel: args.excel }, start)
                .map_err(UsageError::new)?;
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
            rows,
        };

        let mut halt = None;
        screen.wait("looking up who is there already");
        let directory = tokio::select! {
            directory = preflight(&caller) => directory.unwrap_or_else(|why| {
                halt = Some(why);
                Directory::offline()
            }),
            Some(signal) = signals.recv() => {
                halt = Some(Halt::new(StopReason::Signal(signal), "interrupted before anything was sent"));
                Directory::offline()
            }
        };
        let bucket = caller.limiter.bucket(api.create_set());
        let header = roster.header().clone();
        let default_roles: OrgRoles = args.sheet.default_roles.unwrap_or_default();
        let planner = Planner::new(PlanOptions { default_roles, organization }, &header, &directory);
        let outlook = match halt {
            None => Outlook::read(args, rows, planner.clone(), &keys, &directory, &earlier),
            Some(_) => Outlook::default(),
        };
        screen.stop();
        outlook.roles().iter().for_each(|warning| screen.note(warning));
        let machine = args.log_format == LogFormat::Json;
        let quiet = args.yes || args.dry_run || machine;
        // A rehearsal asks about nothing but seats, which the real run will lack too.
        let matters = outlook.people != Some(0) && (!args.sandbox || outlook.seats.is_some());
        let asks = !quiet && matters && halt.is_none() && prompt::somebody_is_there();
        if let Some(seats) = outlook.seats.as_ref().filter(|_| !asks) {
            screen.note(&format!("warning: {seats}"));
        }
        if asks {
            let question = prompt::question(rows, args.limit, &outlook, organization, &directory);
            let answer = tokio::task::spawn_blocking(move || prompt::ask(&question));
            let refused = tokio::select! {
                answer = answer => (!answer.unwrap_or(false)).then_some(Signal::Interrupt),
                Some(signal) = signals.recv() => Some(signal),
            };
            // Every row gets its line all the same, and what an earlier run settled stays on record.
            halt = refused.map(|signal| Halt::new(StopReason::Signal(signal), "nothing was sent"));
        }

        let failed_rows = args.failed.as_ref().map(|path| failed_rows(path, &header));
        let directory = &directory;
        let job =
            Job { options, caller, learned, roster, planner, directory, journal, earlier, keys, halt, failed_rows };
        screen.start(rows);
        let summary = dispatch(job, signals, &mut |event| screen.on_event(event)).await;
        screen.stop();

        let report = Report { summary: &summary, results: &results, bucket };
        let facts = report::json(report);
        if let Some(path) = &args.summary
            && let Err(error) = write_summary(path, &facts)
        {
            screen.error(&format!("cannot write the summary to {}: {error}", path.display()));
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
