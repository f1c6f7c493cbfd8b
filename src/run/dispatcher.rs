//! The one dispatcher: it alone owns the journal, the tally and the events, and touches them in that order.
//!
//! A single loop over rows, workers' notices, finished workers, signals and time. A row that needs no request is settled
//! on the spot; any other gets a worker. Whatever is ready is handled together and written in one go before the loop
//! waits again, and before any request that was announced goes out.

use std::cmp::Reverse;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hashbrown::HashMap;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::{Id, JoinError, JoinSet, yield_now};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::book::{Book, Person};
use super::budget::Budget;
use super::{Failures, Halt, RunOptions, Summary};
use crate::atlas;
use crate::caller::Caller;
use crate::clock::signed;
use crate::directory::{Directory, Presence};
use crate::event::{Event, Progress};
use crate::exchange::{Create, Gateway, Request};
use crate::invitation::Invitation;
use crate::journal::{Earlier, FailedRows, Journal, JournalError, Line, Place};
use crate::limiter::Learned;
use crate::outcome::{NextRun, Outcome, Signal, Status, StopReason};
use crate::person::{PersonKeys, Seen, Sighting};
use crate::plan::{Planner, Rejection, bare_address, differences, digest};
use crate::roster::{Roster, Row};
use crate::worker::{Assignment, Crew, LeftOpen, Notice, Settled, Ticket, Trace, carry};

/// Rows that may settle, holding no place, before no more rows are taken.
const MOST_SETTLING: usize = 1000;
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
    /// The way to Atlas, shared with what came before.
    pub caller: Caller<G>,
    /// News about limits, from [`Caller::new`].
    pub learned: mpsc::UnboundedReceiver<Learned>,
    /// The rows.
    pub roster: Roster<R>,
    /// What makes invitations of them.
    pub planner: Planner<'a>,
    /// Who is there already.
    pub directory: &'a Directory,
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

/// A row at work.
struct AtWork {
    person: Person,
    worker: Id,
    /// What the file says was sent, should the worker never say.
    trace: Trace,
}

struct Dispatcher<'a, 'e, G, R> {
    options: RunOptions,
    crew: Arc<Crew<G>>,
    roster: Roster<R>,
    planner: Planner<'a>,
    directory: &'a Directory,
    book: Book<'e>,
    earlier: Earlier,
    keys: PersonKeys,
    seen: Seen,
    at_work: HashMap<Ticket, AtWork>,
    tickets: u64,
    workers: JoinSet<Settled>,
    /// Requests that go out once their `sending` lines are in the file.
    announced: Vec<oneshot::Sender<()>>,
    /// Rows that may still be sent.
    sendable: u64,
    input: Input,
    budget: Budget,
    halt: Option<Halt>,
    /// Why the results are not all in the file.
    broken: Option<String>,
}

/// Where the next row comes from.
enum Input {
    Rows,
    /// The sheet is read; people of an earlier version of it follow.
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
    let Job { options, caller, mut learned, roster, planner, directory, mut journal, earlier, keys, halt, failed_rows } =
        job;
    let rows = usize::try_from(options.rows.unwrap_or_default()).unwrap_or_default();
    journal.expect_rows(rows);
    let slots = Arc::new(Semaphore::new(options.concurrency.max(1)));
    let crew = Crew { caller, slots, settle: options.settle, notices, organization_missing: OnceCell::new() };
    let mut dispatcher = Dispatcher {
        crew: Arc::new(crew),
        book: Book::new(journal, roster.header(), options.organization.to_string(), on_event),
        roster,
        planner,
        directory,
        earlier,
        keys,
        seen: Seen::with_capacity(rows),
        at_work: HashMap::new(),
        tickets: 0,
        workers: JoinSet::new(),
        announced: Vec::new(),
        sendable: options.limit.unwrap_or(u64::MAX),
        input: Input::Rows,
        budget: Budget::new(options.max_failures),
        halt: None,
        broken: None,
        options,
    };
    if let Some(halt) = halt {
        dispatcher.stop(halt);
    }
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while dispatcher.goes_on() {
        let takes_rows = dispatcher.takes_rows();
        let slots = dispatcher.crew.slots.clone();
        tokio::select! {
            biased;
            Some(signal) = signals.recv() => dispatcher.signalled(signal),
            Some(notice) = inbox.recv() => dispatcher.noticed(notice),
            Some(done) = dispatcher.workers.join_next_with_id() => dispatcher.finished(done),
            Some(news) = learned.recv() => dispatcher.learned(news),
            Ok(permit) = slots.acquire_owned(), if takes_rows => dispatcher.take_rows(permit),
            _ = tick.tick() => dispatcher.progress(),
        }
        // Whoever is ready, or soon will be, comes along, so that one write serves them all.
        for _ in 0..ROUNDS {
            yield_now().await;
            if !dispatcher.gather(&mut inbox) {
                break;
            }
        }
        dispatcher.write();
    }
    dispatcher.take_rest();
    dispatcher.finish(failed_rows, start)
}

impl<G: Gateway, R: Read> Dispatcher<'_, '_, G, R> {
    fn now(&self) -> Timestamp {
        self.crew.caller.clock.now()
    }

    /// Handles all that is ready and fills the places that are free; says whether there was anything.
    fn gather(&mut self, inbox: &mut mpsc::Receiver<Notice>) -> bool {
        let mut any = false;
        while let Ok(notice) = inbox.try_recv() {
            self.noticed(notice);
            any = true;
        }
        while let Some(done) = self.workers.try_join_next_with_id() {
            self.finished(done);
            any = true;
        }
        while self.takes_rows()
            && let Ok(permit) = self.crew.slots.clone().try_acquire_owned()
        {
            self.take_rows(permit);
            any = true;
        }
        any
    }

    /// Whether there is anything left to wait for.
    fn goes_on(&self) -> bool {
        !self.workers.is_empty() || self.takes_rows()
    }

    fn takes_rows(&self) -> bool {
        let more = match &self.input {
            Input::Rows => true,
            Input::Gone(places) => places.len() > 0,
            Input::Exhausted => false,
        };
        more && self.halt.is_none() && self.at_work.len() < self.options.concurrency + MOST_SETTLING
    }

    /// Settles rows until one needs the place that is free.
    fn take_rows(&mut self, permit: OwnedSemaphorePermit) {
        let mut permit = Some(permit);
        for _ in 0..ROWS_AT_ONCE {
            self.take_next(&mut permit);
            if permit.is_none() || !self.takes_rows() {
                break;
            }
        }
        if self.book.journal.unflushed() > ENOUGH_TO_WRITE {
            self.write();
        }
    }

    /// After a halt: gives every row that is left its line without sending anything.
    fn take_rest(&mut self) {
        while self.broken.is_none() && !matches!(self.input, Input::Exhausted) {
            self.take_next(&mut None);
            if self.book.journal.unflushed() > ENOUGH_TO_WRITE {
                self.write();
            }
        }
        self.write();
    }

    fn take_next(&mut self, permit: &mut Option<OwnedSemaphorePermit>) {
        match &mut self.input {
            Input::Rows => match self.roster.next_row() {
                Ok(Some(row)) => self.take(row, permit),
                Ok(None) => self.input = Input::Gone(self.earlier.leave().into_iter()),
                Err(error) => {
                    self.input = Input::Gone(self.earlier.leave().into_iter());
                    self.stop(Halt::new(StopReason::InputUnreadable, error.to_string()));
                }
            },
            Input::Gone(places) => match places.next() {
                Some(place) => self.take_gone(place),
                None => self.input = Input::Exhausted,
            },
            Input::Exhausted => {}
        }
    }

    /// Settles a row on the spot or gives it a worker, which takes the place.
    fn take(&mut self, row: Row, permit: &mut Option<OwnedSemaphorePermit>) {
        let number = row.number;
        let planned = self.planner.plan(&row);
        let person = Person::Row(self.book.journal.next_slot(), row);
        let invitation = match planned {
            Ok(invitation) => invitation,
            Err(rejection) => return self.reject(&person, rejection),
        };
        let key = self.keys.key(self.options.organization, &invitation.email);
        match self.seen.meet(key, digest(&invitation), number) {
            Sighting::First => {}
            Sighting::Same(earlier) => {
                let outcome = Outcome::new(Status::Duplicate, self.now());
                let outcome = outcome.with_detail(format!("row {earlier} says the same"));
                return self.book.settle(&person, &outcome, false);
            }
            Sighting::Other(earlier) => return self.reject(&person, Rejection::conflicting_duplicate(earlier)),
        }
        if let Some(place) = self.earlier.take(key) {
            let line = match self.book.journal.read(place) {
                Ok(line) => line,
                Err(error) => return self.broke(error),
            };
            match place.status.next_run() {
                NextRun::Keep => return self.book.settle(&person, &line.outcome, true),
                NextRun::Settle => return self.settle_left_open(person, &line, Some(invitation)),
                NextRun::Anew => {}
            }
        }
        if let Some(presence) = self.directory.presence(&invitation.email) {
            let outcome = self.already(&invitation, presence);
            return self.book.settle(&person, &outcome, false);
        }
        if let Some(why_not) = self.why_not_sent() {
            let outcome = Outcome::new(Status::NotSent, self.now()).with_detail(why_not);
            return self.book.settle(&person, &outcome, false);
        }
        self.sendable -= 1;
        self.assign(person, self.create(invitation), None, None, permit.take());
    }

    fn why_not_sent(&self) -> Option<&'static str> {
        if self.halt.is_some() {
            Some("the run was ended before this row's turn")
        } else if self.options.dry_run {
            Some("dry run")
        } else if self.sendable == 0 {
            Some("beyond --limit")
        } else {
            None
        }
    }

    fn create(&self, invitation: Invitation) -> Create {
        let body = atlas::body(self.crew.caller.api, &invitation);
        Create { email: invitation.email, body }
    }

    fn assign(
        &mut self,
        person: Person,
        create: Create,
        left_open: Option<LeftOpen>,
        only_ask: Option<&'static str>,
        permit: Option<OwnedSemaphorePermit>,
    ) {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        let trace = left_open.as_ref().map(|open| open.trace).unwrap_or_default();
        let assignment = Assignment { ticket, create, left_open, only_ask };
        let crew = self.crew.clone();
        let worker = self.workers.spawn(Box::pin(carry(crew, assignment, permit))).id();
        self.at_work.insert(ticket, AtWork { person, worker, trace });
    }

    fn reject(&mut self, person: &Person, rejection: Rejection) {
        let outcome = Outcome::new(Status::Invalid, self.now());
        let outcome = outcome.with_code(rejection.code.as_str()).with_detail(rejection.detail);
        self.book.settle(person, &outcome, false);
    }

    fn already(&self, invitation: &Invitation, presence: &Presence) -> Outcome {
        let now = self.now();
        let mut outcome = match presence {
            Presence::Member { .. } => Outcome::new(Status::AlreadyMember, now),
            Presence::Invited { invite_id, expires_at, .. } => Outcome {
                invite_id: Some(invite_id.clone()),
                expires_at: *expires_at,
                ..Outcome::new(Status::AlreadyInvited, now)
            },
        };
        outcome.error_detail = differences(invitation, presence.grants(), self.directory);
        outcome
    }

    /// People of an earlier version of the sheet: their invites stay on record, and open questions are settled.
    fn take_gone(&mut self, place: Place) {
        let line = match self.book.journal.read(place) {
            Ok(line) => Line { row: None, ..line },
            Err(error) => return self.broke(error),
        };
        let person = Person::Gone(line.clone());
        match place.status.next_run() {
            NextRun::Keep => self.book.settle(&person, &line.outcome, true),
            NextRun::Settle => self.settle_left_open(person, &line, None),
            NextRun::Anew => {}
        }
    }

    /// Has the server asked what became of a request of an earlier run.
    fn settle_left_open(&mut self, person: Person, line: &Line, invitation: Option<Invitation>) {
        let open = &line.outcome;
        if self.halt.is_some() || self.options.dry_run {
            let mut outcome = open.clone();
            if open.status == Status::Sending {
                outcome.status = Status::Unknown;
                outcome.error_detail = Some(format!(
                    "an invitation was sent at {:.0} by a run that was killed; the server has not been asked yet",
                    open.finished_at
                ));
                // A line that is not `sending` says when its request was given up.
                outcome.finished_at = self.given_up(open);
                let since = outcome.finished_at.duration_since(open.finished_at);
                outcome.elapsed += Duration::try_from(since).unwrap_or_default();
            }
            return self.book.settle(&person, &outcome, false);
        }
        let sent_as = bare_address(&line.email).to_owned();
        let (create, only_ask) = match invitation {
            Some(invitation) => (self.create(invitation), self.why_not_sent()),
            None => {
                let create = Create { email: sent_as.clone(), body: Bytes::new() };
                (create, Some("nobody was invited, and the row is no longer in the sheet"))
            }
        };
        // It may have to be sent, which is not known before the rows after it are.
        self.sendable -= u64::from(only_ask.is_none());
        let left_open = Some(self.left_open(open, sent_as));
        self.assign(person, create, left_open, only_ask, None);
    }

    /// When an earlier run gave up its request, at the latest.
    fn given_up(&self, open: &Outcome) -> Timestamp {
        if open.status != Status::Sending {
            return open.finished_at;
        }
        // After it wrote the line, a killed run may have waited a whole timeout for a token and another for its answer.
        let timeouts = signed(self.options.timeout.saturating_mul(2));
        let timed_out = open.finished_at.saturating_add(timeouts).unwrap_or(open.finished_at);
        timed_out.min(self.now()).max(open.finished_at)
    }

    /// What an earlier run's line says was sent, and how long that may still be running.
    fn left_open(&self, open: &Outcome, sent_as: String) -> LeftOpen {
        let (settle, finished) = (signed(self.options.settle), open.finished_at);
        let first_sent = finished.checked_sub(signed(open.elapsed)).unwrap_or(finished);
        let settled = self.given_up(open).saturating_add(settle).unwrap_or(finished);
        let rest = settled.duration_since(self.now()).clamp(SignedDuration::ZERO, settle);
        let trace = Trace { attempts: open.attempts, first_sent: Some(first_sent), last_sent: Some(finished) };
        LeftOpen { sent_as, trace, settle: Duration::try_from(rest).unwrap_or(self.options.settle) }
    }

    /// An outcome as of now, of what has been sent so far.
    fn traced(&self, status: Status, trace: Trace) -> Outcome {
        let now = self.now();
        let elapsed = trace.first_sent.map(|first| now.duration_since(first)).unwrap_or_default();
        Outcome {
            attempts: trace.attempts,
            elapsed: Duration::try_from(elapsed).unwrap_or_default(),
            ..Outcome::new(status, now)
        }
    }

    fn noticed(&mut self, notice: Notice) {
        match notice {
            Notice::Sending { ticket, trace, written } => {
                let outcome = self.traced(Status::Sending, trace);
                // Nothing goes out once the run ends; the worker learns it by the dropped sender.
                let Some(at_work) = self.at_work.get_mut(&ticket).filter(|_| self.halt.is_none()) else { return };
                at_work.trace = trace;
                self.book.append(&at_work.person, &outcome);
                let row = at_work.person.row();
                (self.book.on_event)(Event::Sending { row, attempt: trace.attempts });
                self.announced.push(written);
            }
            Notice::Waiting { ticket, why, delay } => {
                let row = self.at_work.get(&ticket).and_then(|at_work| at_work.person.row());
                (self.book.on_event)(Event::Waiting { row, why: &why, delay });
            }
        }
    }

    fn finished(&mut self, done: Result<(Id, Settled), JoinError>) {
        let settled = match done {
            Ok((_, settled)) => settled,
            Err(error) => {
                let mut at_work = self.at_work.iter();
                let Some((ticket, at_work)) = at_work.find(|(_, at_work)| at_work.worker == error.id()) else { return };
                let detail = "the program failed on this row, which is a bug; whether the invite exists is not known";
                let outcome = self.traced(Status::Unknown, at_work.trace).with_detail(detail);
                Settled { ticket: *ticket, outcome, sent: true, condemned: None }
            }
        };
        let Some(AtWork { person, .. }) = self.at_work.remove(&settled.ticket) else { return };
        self.book.settle(&person, &settled.outcome, false);
        if let Some(why) = settled.condemned {
            self.stop(Halt::new(StopReason::Condemned, why));
        } else if settled.sent {
            let failed = matches!(settled.outcome.status, Status::Failed | Status::Unknown);
            if let Some(why) = self.budget.spend(failed) {
                self.stop(Halt::new(StopReason::FailureBudget, why));
            }
        }
    }

    /// Brings what is noted into the file, then lets the announced requests go.
    fn write(&mut self) {
        match self.book.journal.flush() {
            Ok(()) => self.announced.drain(..).for_each(|written| {
                // A worker that is gone has been stopped.
                let _ = written.send(());
            }),
            Err(error) => self.broke(error),
        }
    }

    fn broke(&mut self, error: JournalError) {
        self.announced.clear();
        self.stop(Halt::new(StopReason::ResultsUnwritable, error.to_string()));
        self.broken.get_or_insert_with(|| error.to_string());
        if let JournalError::Broken { unwritten, .. } = &error {
            (self.book.on_event)(Event::Unwritten { lines: unwritten });
        }
    }

    fn signalled(&mut self, signal: Signal) {
        let again = self.halt.as_ref().is_some_and(|halt| halt.reason >= StopReason::Signal(Signal::Interrupt));
        let (reason, detail) = if again {
            (StopReason::SecondSignal(signal), "interrupted again: requests on their way are abandoned")
        } else {
            (StopReason::Signal(signal), "interrupted: requests on their way may land, nothing more is sent")
        };
        self.stop(Halt::new(reason, detail));
    }

    /// Ends the run, or ends it harder; a milder reason than the one in force changes nothing.
    fn stop(&mut self, halt: Halt) {
        if self.halt.as_ref().is_some_and(|known| known.reason >= halt.reason) {
            return;
        }
        match halt.reason {
            StopReason::FailureBudget
            | StopReason::Condemned
            | StopReason::InputUnreadable
            | StopReason::ResultsUnwritable
            | StopReason::Signal(_) => self.crew.caller.stop.drain(),
            StopReason::SecondSignal(_) => self.crew.caller.stop.abandon(),
        }
        self.announced.clear();
        (self.book.on_event)(Event::Stopping { reason: halt.reason, detail: &halt.detail });
        self.halt = Some(halt);
    }

    fn learned(&mut self, learned: Learned) {
        let time_left = self.limits();
        (self.book.on_event)(Event::Learned { learned, time_left });
    }

    fn progress(&mut self) {
        let waiting = self.crew.caller.limiter.waiting_until();
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
        let create = Request::Create(Create { email: String::new(), body: Bytes::new() });
        Some(self.crew.caller.limiter.forecast(create.endpoint_set(self.crew.caller.api), left))
    }

    fn finish(mut self, failed_rows: Option<FailedRows>, start: Instant) -> Summary {
        self.progress();
        if self.broken.is_none()
            && let Err(error) = self.book.journal.finish(failed_rows)
        {
            if let JournalError::Broken { unwritten, .. } = &error {
                (self.book.on_event)(Event::Unwritten { lines: unwritten });
            }
            self.broken = Some(error.to_string());
        }
        // Whatever ended the run, that its results are not all there comes first.
        if let Some(why) = self.broken {
            let halt = Halt::new(StopReason::ResultsUnwritable, why);
            if self.halt.as_ref().is_none_or(|known| known.reason != halt.reason) {
                (self.book.on_event)(Event::Stopping { reason: halt.reason, detail: &halt.detail });
            }
            self.halt = Some(halt);
        }
        let mut failures: Vec<Failures> = self.book.failures.into_values().collect();
        failures.sort_by_key(|group| (group.status, Reverse(group.count), group.example_row));
        Summary {
            tally: self.book.tally,
            kept: self.book.kept,
            blank: self.roster.skipped_blank(),
            gone: self.book.gone,
            failures,
            halt: self.halt,
            pace: self.crew.caller.limiter.totals(),
            elapsed: start.elapsed(),
        }
    }
}
