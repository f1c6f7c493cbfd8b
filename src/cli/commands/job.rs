//! The part that `run` and `revoke` share: connections, the results file, signals, and reading the organizations.

use std::path::Path;

use bulk_invite::atlas::{Api, Client};
use bulk_invite::engine::{Clock, Learned, Organization, RunOptions, Session, reached};
use bulk_invite::model::{Blocked, Halt, NextRun, ObjectId, PersonKeys, Signal};
use bulk_invite::plan::Directory;
use bulk_invite::report;
use bulk_invite::results::{Earlier, Journal, Layout};
use futures_util::future::join_all;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::connection::{Connection, connect};
use super::error::CliError;
use super::output::Files;
use super::targets::Target;
use super::{prompt, signals};
use crate::cli::args::{JobArgs, LogFormat};
use crate::cli::screen::Screen;

/// A job with its results file and connections open.
pub(crate) struct OpenJob {
    connections: Vec<Connection>,
    pub(crate) learned: mpsc::UnboundedReceiver<Learned>,
    pub(crate) journal: Journal,
    pub(crate) earlier: Earlier,
    pub(crate) keys: PersonKeys,
    pub(crate) signals: mpsc::Receiver<Signal>,
    /// The time after which nothing is sent.
    pub(crate) deadline: Option<Instant>,
}

/// The organizations of a job, and the reasons why some could not be read.
pub(crate) struct Directories {
    directories: Vec<Directory>,
    /// One per organization: the reason if it could not be read.
    blocked: Vec<Option<Blocked>>,
    /// Set if a signal arrived, or the deadline was reached, while they were read.
    pub(crate) halt: Option<Halt>,
}

impl OpenJob {
    /// Opens the connections and the results file, which may hold results of the organizations in `known`. `rows` is the
    /// number of rows of the job, if known.
    pub(crate) fn open(
        files: &Files<'_>,
        (targets, known): (Vec<Target>, &[ObjectId]),
        rows: Option<u64>,
        api: Api,
        layout: Layout,
        clock: Clock,
        screen: &Screen,
    ) -> Result<Self, CliError> {
        let keys = PersonKeys::default();
        let (pace, start) = (&files.job.pace, files.start(clock.now()));
        let (connections, learned) = connect(targets, api, pace.concurrency.get() as usize, &pace.calls, clock)?;
        let (mut journal, earlier) = Journal::open(&files.results, known, &keys, layout, start)?;
        journal.set_durability(files.job.durability.into());
        if pace.settle.is_zero() && !files.job.dry_run {
            screen.note("warning: --settle 0s: a request that Atlas is still processing can cause a second email");
        }
        print_earlier(&earlier, rows, &files.results, screen);
        let signals = signals::receive().map_err(CliError::Signals)?;
        let deadline = pace.deadline.and_then(|time| clock.after(time));
        Ok(Self { connections, learned, journal, earlier, keys, signals, deadline })
    }

    /// Reads each organization, unless a signal arrives or the deadline is reached first.
    pub(crate) async fn look_up(
        &mut self,
        read: impl AsyncFn(&Session<Client>) -> Result<Directory, Blocked>,
    ) -> Directories {
        let unread = |halt| (self.connections.iter().map(|_| Ok(Directory::offline())).collect(), Some(halt));
        let (read, halt): (Vec<_>, _) = tokio::select! {
            read = join_all(self.connections.iter().map(|connection| read(&connection.session))) => (read, None),
            Some(signal) = self.signals.recv() => unread(Halt::NotStarted(signal)),
            () = reached(self.deadline) => unread(Halt::DeadlineReached),
        };
        let (directories, blocked) = read
            .into_iter()
            .map(|read| {
                read.map_or_else(|blocked| (Directory::offline(), Some(blocked)), |directory| (directory, None))
            })
            .unzip();
        Directories { directories, blocked, halt }
    }

    /// Asks for confirmation before anything is sent. Returns a halt unless the answer is yes.
    pub(crate) async fn confirm(&mut self, question: String, screen: &Screen) -> Option<Halt> {
        tokio::select! {
            halt = prompt::confirm(question, screen, &mut self.signals) => halt,
            () = reached(self.deadline) => Some(Halt::DeadlineReached),
        }
    }

    /// Takes the connections and returns the organizations for the engine.
    pub(crate) fn organizations<'a>(&mut self, read: &'a Directories) -> Vec<Organization<'a, Client>> {
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
    /// Returns whether to ask for confirmation before anything is sent.
    pub(crate) fn may_ask(&self) -> bool {
        !(self.yes || self.dry_run) && prompt::is_interactive()
    }

    /// Returns whether machines read standard error.
    pub(crate) fn is_for_machines(&self) -> bool {
        self.log_format == LogFormat::Json
    }

    /// Returns the options of the engine; `rows` is the number of rows, if known.
    pub(crate) fn options(
        &self,
        organization: Option<ObjectId>,
        rows: Option<u64>,
        deadline: Option<Instant>,
    ) -> RunOptions {
        RunOptions {
            organization,
            concurrency: self.pace.concurrency.get() as usize,
            settle: self.pace.settle,
            timeout: self.pace.calls.timeout,
            max_failures: self.pace.max_failures,
            deadline,
            limit: self.limit,
            dry_run: self.dry_run,
            reinvite_expired: false,
            rows,
        }
    }
}

/// Prints how many rows earlier runs have finished, unless this is the first.
fn print_earlier(earlier: &Earlier, rows: Option<u64>, results: &Path, screen: &Screen) {
    if earlier.tally().total() == 0 {
        return;
    }
    let done = earlier.count(NextRun::Keep);
    let left = rows.map_or(0, |rows| rows.saturating_sub(done));
    let results = results.display();
    let recorded = done + earlier.count(NextRun::Settle);
    screen.note(match (done, left) {
        _ if earlier.is_fresh() && recorded > 0 => {
            format!("deciding about every row again; the invites in {results} stay on record")
        }
        _ if earlier.is_fresh() => format!("starting over; {results} records no invites"),
        (0, 0) => format!("resuming {results}"),
        (0, left) => format!("resuming {results}: {} to go", report::rows(left)),
        (done, 0) => format!("resuming {results}: {} done", report::rows(done)),
        (done, left) => format!("resuming {results}: {} done, {left} to go", report::rows(done)),
    });
    if earlier.was_resaved() {
        screen.note(format_args!("{results} was saved by another program; a run that sends restores its format"));
    }
    if earlier.was_torn() {
        screen.note(format_args!("dropped the incomplete last line of {results}"));
    }
}
