//! The one dispatcher: it alone owns the journal, the tally and the events, and touches them in that order.
//!
//! A single loop over rows, workers' notices, signals and time. A row that needs no request is settled on the spot; any
//! other gets a worker, an idle one where there is one. Whatever is ready is handled together and written in one go before the loop
//! waits again, and before any request that was announced goes out.

mod ending;
mod intake;
mod revoking;
mod sending;

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use hashbrown::HashMap;
use jiff::Timestamp;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinError, JoinSet, yield_now};
use tokio::time::{Instant, MissedTickBehavior, interval};

use self::sending::Word;
use super::budget::Budget;
use super::organization::{Branch, Organization, Worker};
use super::recorder::{Book, Person};
use super::{Halt, RunOptions, Summary};
use crate::atlas::api::Gateway;
use crate::engine::clock::Clock;
use crate::engine::event::{Event, Progress};
use crate::engine::limiter::Learned;
use crate::engine::worker::{Notice, Settled, Ticket, Trace};
use crate::model::outcome::{Outcome, Signal, Status, StopReason};
use crate::model::person::PersonKeys;
use crate::plan::Planner;
use crate::plan::classify::Triage;
use crate::results::{Earlier, FailedRows, Journal, Place, Reading};
use crate::spreadsheet::Sheet;

/// Rows that may settle, or wait for their organization, holding no place, before no more rows are taken.
const MOST_WAITING: usize = 1000;
/// Rows that are settled without a request before the loop looks up again.
const ROWS_AT_ONCE: usize = 256;
/// How often the loop looks for more before it writes.
const ROUNDS: usize = 4;
/// How often whoever watches is told how far the run has come.
const TICK: Duration = Duration::from_millis(200);
/// Unwritten bytes before rows that need no request are written.
const ENOUGH_TO_WRITE: usize = 256 << 10;

/// All that a run works on.
pub struct Job<'a, G, R> {
    /// How to go about it.
    pub options: RunOptions,
    /// The wall's time.
    pub clock: Clock,
    /// The organizations that rows may be for.
    pub organizations: Vec<Organization<'a, G>>,
    /// News about limits from their callers.
    pub learned: mpsc::UnboundedReceiver<Learned>,
    /// The rows, and what is done about them.
    pub task: Task<'a, R>,
    /// The results file.
    pub journal: Journal,
    /// What an earlier run left in it.
    pub earlier: Earlier,
    /// The keys that the journal was opened with.
    pub keys: PersonKeys,
    /// Why nothing may be sent, if that is known before it starts.
    pub halt: Option<Halt>,
    /// A second file for the rows that need another look.
    pub failed_rows: Option<FailedRows>,
}

/// What a job goes through.
pub enum Task<'a, R> {
    /// A spreadsheet, whose people are invited. The planner, for the same organizations, makes invitations of its rows.
    Invite(Sheet<R>, Planner<'a>),
    /// The results of a run, whose invites are cancelled. The organizations' callers must use [`Api::Invites`].
    ///
    /// [`Api::Invites`]: crate::atlas::api::Api::Invites
    Revoke(Reading),
}

/// A row at work.
struct AtWork {
    branch: usize,
    person: Person,
    worker: Worker,
    /// What the file says was sent, should the worker never say.
    trace: Trace,
}

struct Dispatcher<'a, 'e, G, R> {
    options: RunOptions,
    clock: Clock,
    branches: Vec<Branch<'a, G>>,
    source: Source<'a, R>,
    book: Book<'e>,
    keys: PersonKeys,
    earlier: Earlier,
    at_work: HashMap<Ticket, AtWork>,
    tickets: u64,
    workers: JoinSet<()>,
    /// Given as soon as what is noted is in the file.
    words: Vec<Word>,
    /// Rows that may still be sent.
    sendable: u64,
    input: Input,
    budget: Budget,
    halt: Option<Halt>,
    /// Why the results are not all in the file.
    broken: Option<String>,
}

/// What is gone through.
enum Source<'a, R> {
    Sheet(Sheet<R>, Triage<'a>),
    Results(Reading),
}

/// Where the next row comes from.
enum Input {
    Rows,
    /// The source is read; people of an earlier version of it follow.
    Gone(std::vec::IntoIter<Place>),
    Exhausted,
}

/// Runs the job until every row has a line, and leaves the results file in order.
///
/// `signals` ask for an end. `on_event` is called synchronously: while it runs, nothing new starts.
pub async fn dispatch<G: Gateway, R: Read>(
    job: Job<'_, G, R>,
    mut signals: mpsc::Receiver<Signal>,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Summary {
    let start = Instant::now();
    let (notices, mut inbox) = mpsc::channel(256);
    let Job { options, clock, organizations, mut learned, task, mut journal, earlier, keys, .. } = job;
    let rows = usize::try_from(options.rows.unwrap_or_default()).unwrap_or_default();
    journal.expect_rows(rows);
    let branch = |organization| Branch::new(organization, &options, notices.clone());
    let header = if let Task::Invite(sheet, _) = &task { Some(sheet.header()) } else { None };
    let book = Book::new(journal, header, options.organization, on_event);
    let source = match task {
        Task::Invite(sheet, planner) => Source::Sheet(sheet, Triage::new(planner, keys.clone(), rows)),
        Task::Revoke(reading) => Source::Results(reading),
    };
    let mut dispatcher = Dispatcher {
        clock,
        branches: organizations.into_iter().map(branch).collect(),
        book,
        source,
        keys,
        earlier,
        at_work: HashMap::new(),
        tickets: 0,
        workers: JoinSet::new(),
        words: Vec::new(),
        sendable: options.limit.unwrap_or(u64::MAX),
        input: Input::Rows,
        budget: Budget::new(options.max_failures),
        halt: None,
        broken: None,
        options,
    };
    for branch in 0..dispatcher.branches.len() {
        if let Some(why) = dispatcher.branches[branch].condemned.take() {
            dispatcher.condemn(branch, why);
        }
    }
    if let Some(halt) = job.halt {
        dispatcher.stop(halt);
    }
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while dispatcher.goes_on() {
        let (wants_rows, slots) = (dispatcher.wants_rows(), dispatcher.slots());
        let mut assigned = dispatcher.tickets;
        tokio::select! {
            biased;
            Some(signal) = signals.recv() => dispatcher.signalled(signal),
            Some(notice) = inbox.recv() => dispatcher.noticed(notice),
            Some(Err(error)) = dispatcher.workers.join_next() => dispatcher.lost(&error),
            Some(news) = learned.recv() => dispatcher.learned(news),
            () = room(slots.as_deref()), if wants_rows => dispatcher.take_rows(),
            _ = tick.tick() => dispatcher.progress(),
        }
        // Whoever is ready comes along, and whoever gets ready meanwhile, so that one write serves them all.
        for _ in 0..ROUNDS {
            dispatcher.gather(&mut inbox);
            if dispatcher.tickets == assigned {
                break;
            }
            assigned = dispatcher.tickets;
            yield_now().await;
        }
        dispatcher.write();
    }
    dispatcher.take_rest();
    dispatcher.finish(job.failed_rows, start)
}

/// Waits for a free place.
async fn room(slots: Option<&Semaphore>) {
    if let Some(slots) = slots {
        // Given back at once: whoever needs the place takes it. A closed semaphore is none of ours.
        drop(slots.acquire().await);
    }
}

impl<G: Gateway, R: Read> Dispatcher<'_, '_, G, R> {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Handles all that is ready and fills the places that are free.
    fn gather(&mut self, inbox: &mut mpsc::Receiver<Notice>) {
        while let Ok(notice) = inbox.try_recv() {
            self.noticed(notice);
        }
        self.take_rows();
    }

    /// Whether there is anything left to wait for.
    fn goes_on(&self) -> bool {
        !self.at_work.is_empty() || self.wants_rows()
    }

    /// The places of the only organization. With several, rows are taken ahead of a free place, because the next may be
    /// for an organization that has one.
    fn slots(&self) -> Option<Arc<Semaphore>> {
        match self.branches.as_slice() {
            [only] => Some(only.crew.slots.clone()),
            _ => None,
        }
    }

    fn takes_rows(&self) -> bool {
        self.wants_rows() && self.slots().is_none_or(|slots| slots.available_permits() > 0)
    }

    fn wants_rows(&self) -> bool {
        let more = match &self.input {
            Input::Rows => true,
            Input::Gone(places) => places.len() > 0,
            Input::Exhausted => false,
        };
        let at_once = self.options.concurrency.saturating_mul(self.branches.len()).saturating_add(MOST_WAITING);
        more && self.halt.is_none() && self.at_work.len() < at_once
    }

    fn noticed(&mut self, notice: Notice) {
        match notice {
            Notice::Sending { ticket, trace, invite, written } => self.announce(ticket, trace, invite, written),
            Notice::Waiting { ticket, why, delay } => {
                let row = self.at_work.get(&ticket).and_then(|at_work| at_work.person.row());
                (self.book.on_event)(Event::Waiting { row, why: &why, delay });
            }
            Notice::Settled(settled) => {
                let Some(AtWork { branch, person, worker, .. }) = self.at_work.remove(&settled.ticket) else { return };
                self.branches[branch].idle.push(worker);
                let outcome = person.named_in(settled.outcome);
                self.settled(branch, &person, Settled { outcome, ..settled });
            }
        }
    }

    /// A worker panicked.
    fn lost(&mut self, error: &JoinError) {
        let Some((&ticket, at_work)) = self.at_work.iter().find(|(_, at_work)| at_work.worker.id == error.id()) else {
            return;
        };
        let detail = "the program failed on this row, which is a bug; whether the invite exists is not known";
        let outcome = at_work.trace.outcome(Status::Unknown, self.now()).with_detail(detail);
        if let Some(AtWork { branch, person, .. }) = self.at_work.remove(&ticket) {
            self.settled(branch, &person, Settled { ticket, outcome, sent: true, condemned: None });
        }
    }

    fn settled(&mut self, branch: usize, person: &Person, settled: Settled) {
        self.settle(branch, person, &settled.outcome, false);
        if let Some(why) = settled.condemned {
            self.condemn(branch, why);
        } else if settled.sent {
            let failed = matches!(settled.outcome.status, Status::Failed | Status::Unknown);
            if let Some(why) = self.budget.spend(failed) {
                self.stop(Halt::new(StopReason::FailureBudget, why));
            }
        }
    }

    fn settle(&mut self, branch: usize, person: &Person, outcome: &Outcome, kept: bool) {
        self.book.settle(person, outcome, kept);
        self.branches[branch].settled += u64::from(person.slot().is_some());
    }

    fn learned(&mut self, learned: Learned) {
        let time_left = self.limits();
        (self.book.on_event)(Event::Learned { learned, time_left });
    }

    fn progress(&mut self) {
        // As long as one organization does not wait, the run does not.
        let open = self.branches.iter().filter(|branch| !branch.is_done());
        let waiting: Option<Vec<Instant>> = open.map(|branch| branch.crew.caller.limiter.waiting_until()).collect();
        let waiting = waiting.and_then(|all| all.into_iter().min());
        let progress = Progress {
            tally: self.book.tally,
            in_flight: self.at_work.len(),
            waiting: waiting.map(|until| until.saturating_duration_since(Instant::now())),
            limits: self.limits(),
        };
        (self.book.on_event)(Event::Progress(progress));
    }

    /// How long the limits hold the rows that are left, at least.
    fn limits(&self) -> Option<Duration> {
        let left = self.options.rows?.saturating_sub(self.book.tally.total()).min(self.sendable);
        self.branches.iter().map(|branch| branch.limits(left)).max()
    }
}
