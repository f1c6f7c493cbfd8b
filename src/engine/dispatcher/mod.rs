//! The dispatcher: it alone owns the journal, the tally and the events.
//!
//! One loop over rows, messages from workers, signals and time. Whatever is ready is handled together and written at once
//! before the loop waits again, and before any recorded request is released.

mod ending;
mod intake;
mod pool;

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinError, yield_now};
use tokio::time::{Instant, MissedTickBehavior, interval};

pub(super) use self::pool::Worker;

use self::pool::{InFlight, Pool};
use super::budget::Budget;
use super::clock::Clock;
use super::event::{Event, Progress};
use super::jobs::{Entry, InviteJob, Job, RevokeJob};
use super::limiter::Learned;
use super::organization::OrganizationState;
use super::recorder::Recorder;
use super::worker::{Ending, Notice};
use super::{Input, Run, RunOptions, Summary};
use crate::atlas::api::{Api, Gateway};
use crate::model::exit::Signal;
use crate::model::outcome::Outcome;
use crate::model::reason::{Halt, RowReason};
use crate::model::status::Status;
use crate::plan::classify::Classifier;
use crate::results::{Earlier, Place};

/// Rows that may wait without a slot, or for their organization, before no more rows are taken.
const MOST_WAITING: usize = 1000;
/// How often the loop looks for more before it writes.
const ROUNDS: usize = 4;
/// How often progress is reported.
const TICK: Duration = Duration::from_millis(200);

struct Dispatcher<'a, 'e, G, J> {
    options: RunOptions,
    api: Api,
    clock: Clock,
    organizations: Vec<OrganizationState<'a, G>>,
    job: J,
    /// Lines of earlier runs that no row has claimed yet.
    earlier: Earlier,
    phase: Phase,
    recorder: Recorder<'e>,
    pool: Pool,
    /// Rows that may still be sent.
    sendable: u64,
    budget: Budget,
    halt: Option<Halt>,
    /// Why the results are incomplete.
    broken: Option<String>,
}

/// Where the next row comes from.
enum Phase {
    Rows,
    /// The input is read; people of an earlier version of it follow.
    Unlisted(std::vec::IntoIter<Place>),
    Done,
}

/// Runs a job until every row has a line, and leaves the results file in order.
///
/// `signals` ask for an end. `on_event` is called synchronously: while it runs, nothing new starts.
pub async fn dispatch<G: Gateway, R: Read>(
    run: Run<'_, G>,
    input: Input<'_, R>,
    signals: mpsc::Receiver<Signal>,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Summary {
    let organizations = run.organizations.iter().map(|organization| organization.id).collect();
    let keys = run.keys.clone();
    match input {
        Input::Sheet(sheet, planner) => {
            let classifier = Classifier::new(planner, keys, run.expected_rows());
            drive(run, InviteJob::new(sheet, classifier, organizations), signals, on_event).await
        }
        Input::Results(results) => drive(run, RevokeJob::new(results, keys, organizations), signals, on_event).await,
    }
}

async fn drive<G: Gateway, J: Job>(
    run: Run<'_, G>,
    job: J,
    mut signals: mpsc::Receiver<Signal>,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Summary {
    let start = Instant::now();
    let rows = run.expected_rows();
    let Run { options, clock, organizations, mut learned, mut journal, earlier, halt, failed_rows, .. } = run;
    journal.expect_rows(rows);
    let (notices, mut inbox) = mpsc::channel(256);
    let mut dispatcher = Dispatcher {
        api: organizations.first().map_or(Api::Invites, |organization| organization.session.api),
        clock,
        organizations: organizations
            .into_iter()
            .map(|organization| OrganizationState::new(organization, &options, notices.clone()))
            .collect(),
        recorder: Recorder::new(journal, job.header(), options.organization, on_event),
        job,
        earlier,
        phase: Phase::Rows,
        pool: Pool::default(),
        sendable: options.limit.unwrap_or(u64::MAX),
        budget: Budget::new(options.max_failures),
        halt: None,
        broken: None,
        options,
    };
    dispatcher.begin(halt);
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while dispatcher.goes_on() {
        let (wants_rows, slots) = (dispatcher.wants_rows(), dispatcher.slots());
        let mut assigned = dispatcher.pool.assigned();
        tokio::select! {
            biased;
            Some(signal) = signals.recv() => dispatcher.signalled(signal),
            Some(notice) = inbox.recv() => dispatcher.noticed(notice),
            Some(Err(error)) = dispatcher.pool.workers.join_next() => dispatcher.lost(&error),
            Some(news) = learned.recv() => dispatcher.learned(news),
            () = room(slots.as_deref()), if wants_rows => dispatcher.take_rows(),
            _ = tick.tick() => dispatcher.progress(),
        }
        // Whatever is ready, or becomes ready meanwhile, is handled before one write serves it all.
        for _ in 0..ROUNDS {
            dispatcher.gather(&mut inbox);
            if dispatcher.pool.assigned() == assigned {
                break;
            }
            assigned = dispatcher.pool.assigned();
            yield_now().await;
        }
        dispatcher.write();
    }
    dispatcher.take_rest();
    dispatcher.finish(failed_rows, start)
}

/// Waits for a free slot.
async fn room(slots: Option<&Semaphore>) {
    if let Some(slots) = slots {
        // Given back at once: the row that needs the slot takes it. The semaphore is never closed.
        drop(slots.acquire().await);
    }
}

impl<G: Gateway, J: Job> Dispatcher<'_, '_, G, J> {
    /// Applies what was known before the start.
    fn begin(&mut self, halt: Option<Halt>) {
        for organization in 0..self.organizations.len() {
            if let Some(blocked) = self.organizations[organization].blocked.take() {
                self.block(organization, blocked);
            }
        }
        if let Some(halt) = halt {
            self.stop(halt);
        }
    }

    /// Handles all that is ready and fills the free slots.
    fn gather(&mut self, inbox: &mut mpsc::Receiver<Notice>) {
        while let Ok(notice) = inbox.try_recv() {
            self.noticed(notice);
        }
        self.take_rows();
    }

    /// Returns whether anything is left to wait for.
    fn goes_on(&self) -> bool {
        self.pool.len() > 0 || self.wants_rows()
    }

    /// Returns the slots of the only organization. With several, rows are taken ahead of a free slot, because the next
    /// may be for an organization that has one.
    fn slots(&self) -> Option<Arc<Semaphore>> {
        match self.organizations.as_slice() {
            [only] => Some(only.context.slots.clone()),
            _ => None,
        }
    }

    fn takes_rows(&self) -> bool {
        self.wants_rows() && self.slots().is_none_or(|slots| slots.available_permits() > 0)
    }

    fn wants_rows(&self) -> bool {
        let more = match &self.phase {
            Phase::Rows => true,
            Phase::Unlisted(places) => places.len() > 0,
            Phase::Done => false,
        };
        let most = self.options.concurrency.saturating_mul(self.organizations.len()).saturating_add(MOST_WAITING);
        more && self.halt.is_none() && self.pool.len() < most
    }

    fn noticed(&mut self, notice: Notice) {
        match notice {
            Notice::Sending { row, trace, invite, recorded } => {
                // Dropping `recorded` means that the request must not leave.
                let organization = self.pool.organization(row);
                if organization.is_some() && self.stopped(organization).is_none() {
                    self.pool.announce(row, trace, invite, recorded, &mut self.recorder, self.clock.now());
                }
            }
            Notice::Waiting { row, why, delay } => {
                (self.recorder.on_event)(Event::Waiting { row: self.pool.row(row), why: &why, delay });
            }
            Notice::Ended { row, ending, sent } => {
                let Some(InFlight { organization, entry, worker, .. }) = self.pool.remove(row) else { return };
                self.organizations[organization].idle.push(worker);
                let ending = ending.map(|outcome| entry.with_own_id(outcome));
                self.ended(organization, &entry, ending, sent);
            }
        }
    }

    /// Ends the row of a worker that panicked.
    fn lost(&mut self, error: &JoinError) {
        let Some(InFlight { organization, entry, trace, .. }) = self.pool.remove_lost(error) else { return };
        let outcome = trace.outcome(Status::Unknown, self.clock.now()).with_reason(RowReason::ProgramError);
        self.ended(organization, &entry, Ending::Settled(outcome), true);
    }

    fn ended(&mut self, organization: usize, entry: &Entry, ending: Ending, sent: bool) {
        let (outcome, blocked) = match ending {
            Ending::Settled(outcome) => (outcome, None),
            Ending::Blocked(outcome, blocked) => (outcome, Some(blocked)),
            Ending::Stopped(outcome) => {
                let reason = self.stopped(Some(organization)).unwrap_or(RowReason::Interrupted);
                let detail = outcome.error_detail.clone().unwrap_or_else(|| reason.text().to_owned());
                (outcome.or_code(reason).with_detail(detail), None)
            }
        };
        self.settle(Some(organization), entry, &outcome, false);
        if let Some(blocked) = blocked {
            self.block(organization, blocked);
        } else if sent {
            let failed = matches!(outcome.status, Status::Failed | Status::Unknown);
            if let Some(spent) = self.budget.spend(failed) {
                self.stop(Halt::TooManyFailures(spent));
            }
        }
    }

    fn settle(&mut self, organization: Option<usize>, entry: &Entry, outcome: &Outcome, kept: bool) {
        self.recorder.settle(entry, outcome, kept);
        if let Some(organization) = organization.filter(|_| entry.slot().is_some()) {
            self.organizations[organization].settled += 1;
        }
    }

    /// Writes what is recorded, then releases the requests. If the write failed, the run has ended and they stay unsent.
    fn write(&mut self) {
        if let Err(error) = self.recorder.journal.flush() {
            self.journal_failed(error);
        }
        self.pool.release();
    }

    fn learned(&mut self, learned: Learned) {
        let time_left = self.limits();
        (self.recorder.on_event)(Event::Learned { learned, time_left });
    }

    fn progress(&mut self) {
        // As long as one organization need not wait, the run does not.
        let open = self.organizations.iter().filter(|organization| !organization.is_done());
        let waiting: Option<Vec<Instant>> =
            open.map(|organization| organization.context.session.limiter.waiting_until()).collect();
        let waiting = waiting.and_then(|all| all.into_iter().min());
        let progress = Progress {
            tally: self.recorder.tally,
            in_flight: self.pool.len(),
            waiting: waiting.map(|until| until.saturating_duration_since(Instant::now())),
            limits: self.limits(),
        };
        (self.recorder.on_event)(Event::Progress(progress));
    }

    /// Returns how long the limits hold the remaining rows, at least.
    fn limits(&self) -> Option<Duration> {
        let left = self.options.rows?.saturating_sub(self.recorder.tally.total()).min(self.sendable);
        self.organizations.iter().map(|organization| organization.limits(left)).max()
    }
}
