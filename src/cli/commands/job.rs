//! What `run` and `revoke` have in common around the library's job: the way to the organizations, the results file, the
//! signals, the question before anything is sent, and what is told at the end.

use std::fs;
use std::io;
use std::path::Path;

use bulk_invite::atlas::{Api, Client};
use bulk_invite::engine::{Clock, Learned, Organization, RunOptions, Session};
use bulk_invite::model::{Blocked, Exit, Halt, ObjectId, PersonKeys, Signal};

use bulk_invite::model::NextRun;
use bulk_invite::plan::Directory;
use bulk_invite::report::{self, Report};
use bulk_invite::results::{Earlier, Journal, Layout};
use futures_util::future::join_all;
use tokio::sync::mpsc;

use super::connection::{Connection, connect, unsigned};
use super::output::Files;
use super::report::write_page;
use super::targets::Target;
use super::{input, prompt, stdout};
use crate::cli::args::{JobArgs, LogFormat};
use crate::cli::screen::Screen;
use crate::cli::settings::UsageError;

/// A job that is ready to ask who is there.
pub(crate) struct Opened {
    pub(crate) connections: Vec<Connection>,
    pub(crate) learned: mpsc::UnboundedReceiver<Learned>,
    pub(crate) journal: Journal,
    pub(crate) earlier: Earlier,
    pub(crate) keys: PersonKeys,
    pub(crate) signals: mpsc::Receiver<Signal>,
}

/// Who is there, as far as that could be read; `blocked` says why not, one per organization.
pub(crate) struct LookedUp {
    pub(crate) directories: Vec<Directory>,
    blocked: Vec<Option<Blocked>>,
    /// That somebody wanted an end to it.
    pub(crate) halt: Option<Halt>,
}

/// Has a job tell how it goes in the way that was asked for, and why it could not begin.
pub(crate) fn watched(args: &JobArgs, job: impl FnOnce(&mut Screen) -> Result<Exit, UsageError>) -> Exit {
    let mut screen = Screen::new(args.log_format, args.quiet);
    screen.guard_machines();
    job(&mut screen).unwrap_or_else(|error| {
        screen.error(&error.0);
        Exit::Usage
    })
}

/// Carries a job out on this thread.
pub(crate) fn block_on(job: impl Future<Output = Result<Exit, UsageError>>) -> Result<Exit, UsageError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(UsageError::new)?;
    let exit = runtime.block_on(job);
    // An unanswered question may still be waiting for standard input.
    runtime.shutdown_background();
    exit
}

impl Opened {
    /// Opens the results file and the way to the organizations; `known` are all whose results the file may hold.
    pub(crate) fn open(
        files: &Files<'_>,
        (targets, known): (Vec<Target>, &[ObjectId]),
        api: Api,
        layout: Layout,
        clock: Clock,
        screen: &Screen,
    ) -> Result<Self, UsageError> {
        let keys = PersonKeys::default();
        let (pace, start) = (&files.job.pace, files.start(clock.now()));
        let (connections, learned) = connect(targets, api, pace.concurrency.get() as usize, &pace.calls, clock)?;
        let (journal, earlier) = Journal::open(&files.results, known, &keys, layout, start).map_err(UsageError::new)?;
        tell_of_earlier(&earlier, &files.results, screen);
        let signals = signals().map_err(UsageError::new)?;
        Ok(Self { connections, learned, journal, earlier, keys, signals })
    }

    /// Reads each organization, unless a signal comes first.
    pub(crate) async fn look_up(
        &mut self,
        read: impl AsyncFn(&Session<Client>) -> Result<Directory, Blocked>,
    ) -> LookedUp {
        let mut halt = None;
        let read = tokio::select! {
            read = join_all(self.connections.iter().map(|connection| read(&connection.session))) => read,
            Some(signal) = self.signals.recv() => {
                halt = Some(Halt::NotStarted(signal));
                self.connections.iter().map(|_| Ok(Directory::offline())).collect()
            }
        };
        let (directories, blocked) = read
            .into_iter()
            .map(|read| read.map_or_else(|why| (Directory::offline(), Some(why)), |directory| (directory, None)))
            .unzip();
        LookedUp { directories, blocked, halt }
    }

    /// The organizations for the job, with what was read of them.
    pub(crate) fn organizations<'a>(&mut self, read: &'a LookedUp) -> Vec<Organization<'a, Client>> {
        let connections = std::mem::take(&mut self.connections).into_iter();
        connections
            .zip(read.directories.iter().zip(&read.blocked))
            .map(|(Connection { id, rows, session }, (directory, blocked))| Organization {
                id,
                session,
                directory,
                blocked: blocked.clone(),
                rows,
            })
            .collect()
    }
}

impl JobArgs {
    /// Whether there is somebody to ask, and asking is wanted.
    pub(crate) fn may_ask(&self) -> bool {
        !(self.yes || self.dry_run || self.is_for_machines()) && prompt::somebody_is_there()
    }

    /// Whether machines read what is told.
    pub(crate) fn is_for_machines(&self) -> bool {
        self.log_format == LogFormat::Json
    }

    /// How the job goes about its rows, of which there are so many, as far as that is known.
    pub(crate) fn options(&self, organization: Option<ObjectId>, rows: Option<u64>) -> RunOptions {
        RunOptions {
            organization,
            concurrency: self.pace.concurrency.get() as usize,
            settle: unsigned(self.pace.settle),
            timeout: unsigned(self.pace.calls.timeout),
            max_failures: self.pace.max_failures,
            limit: self.limit,
            dry_run: self.dry_run,
            reinvite_expired: false,
            rows,
        }
    }
}

/// Asks; a halt where the answer was not yes, or a signal.
pub(crate) async fn confirm(question: String, signals: &mut mpsc::Receiver<Signal>) -> Option<Halt> {
    let answer = tokio::task::spawn_blocking(move || prompt::ask(&question));
    // After a no every row gets its line all the same, and what an earlier run settled stays on record.
    tokio::select! {
        answer = answer => (!answer.unwrap_or(false)).then_some(Halt::Declined),
        Some(signal) = signals.recv() => {
            prompt::unanswered();
            Some(Halt::NotStarted(signal))
        }
    }
}

/// Tells what came of a job, in every way that was asked for.
pub(crate) fn tell(report: Report<'_>, args: &JobArgs, screen: &Screen) -> Exit {
    let mut facts = report::json(report);
    let mut exit = report.summary.exit();
    if let Some(path) = &args.report {
        match write_page(report.results, path) {
            Ok(()) => screen.note(&format!("page: {}", path.display())),
            Err(error) => {
                screen.error(&error.0);
                exit = untold(exit, &mut facts);
            }
        }
    }
    // The last to be written, so that it holds the exit code.
    if let Some(path) = &args.summary
        && let Err(error) = write_summary(path, &facts)
    {
        screen.error(&format!("cannot write the summary to {}: {error}", path.display()));
        exit = untold(exit, &mut facts);
    }
    screen.summary(&report::text(report), facts);
    exit
}

/// The exit code where something that was asked for could not be written: whoever reads it would find an earlier run's.
fn untold(exit: Exit, facts: &mut serde_json::Value) -> Exit {
    match exit {
        Exit::Success => {
            facts["exit_code"] = (Exit::RowsNeedALook as i32).into();
            facts["exit_reason"] = "output_unwritable".into();
            Exit::RowsNeedALook
        }
        Exit::RowsNeedALook | Exit::Usage | Exit::Halted | Exit::Interrupted | Exit::Terminated => exit,
    }
}

fn tell_of_earlier(earlier: &Earlier, results: &Path, screen: &Screen) {
    if earlier.tally().total() > 0 {
        let (kept, anew) = (earlier.count(NextRun::Keep), earlier.count(NextRun::Anew));
        let is = |count| if count == 1 { "is" } else { "are" };
        screen.note(&format!(
            "continuing {}: {} {} settled and kept, {} will be asked about, {anew} {} worked out again{}",
            results.display(),
            report::rows(kept),
            is(kept),
            earlier.count(NextRun::Settle),
            is(anew),
            if earlier.was_torn() { "; its last line was cut off and is dropped" } else { "" }
        ));
    }
}

fn write_summary(path: &Path, facts: &serde_json::Value) -> io::Result<()> {
    let line = format!("{facts}\n");
    if input::is_stdin(path) { stdout::write(line.as_bytes()) } else { fs::write(path, line) }
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
