//! The dispatcher. It alone owns the journal, the tally and the events.
//!
//! It is one loop over rows, messages from workers, signals and time. Everything that is ready is handled and then
//! written at once, before any recorded request is released and before the loop waits again.

mod ending;
mod intake;
mod notice;
mod pool;
mod progress;

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::yield_now;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use self::pool::Pool;
use super::budget::Budget;
use super::clock::Clock;
use super::event::Event;
use super::jobs::{InviteJob, Job, RevokeJob};
use super::organization::OrganizationState;
use super::recorder::Recorder;
use super::worker::Notice;
use super::{Input, Run, RunOptions, Summary};
use crate::atlas::api::{Api, Gateway};
use crate::model::exit::Signal;
use crate::model::reason::Halt;
use crate::plan::classify::Classifier;
use crate::results::{Earlier, Place};

/// The maximum number of rows that wait without a slot.
const MOST_WAITING: usize = 1000;
/// The number of times that the loop collects more before it writes.
const ROUNDS: usize = 4;
/// The interval of progress reports.
const TICK: Duration = Duration::from_millis(200);

struct Dispatcher<'a, 'e, G, J> {
    options: RunOptions,
    api: Api,
    clock: Clock,
    organizations: Vec<OrganizationState<'a, G>>,
    job: J,
    /// Lines of earlier runs that have not been matched to a row yet.
    earlier: Earlier,
    phase: Phase,
    recorder: Recorder<'e>,
    pool: Pool,
    /// The number of rows that may still be sent.
    sendable: u64,
    budget: Budget,
    halt: Option<Halt>,
    /// The reason the results are incomplete.
    broken: Option<Halt>,
}

/// The source of the next row.
enum Phase {
    Rows,
    /// The input has been read. People of earlier runs who are no longer in it follow.
    Unlisted(std::vec::IntoIter<Place>),
    Done,
}

/// Runs a job until every row has a line, and finishes the results file.
///
/// The first of the `signals` stops the run, the second abandons the requests in flight. `on_event` is called
/// synchronously: the run waits until it returns.
pub async fn dispatch<G: Gateway>(
    run: Run<'_, G>,
    input: Input<'_>,
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
    let (start, started_at) = (Instant::now(), run.clock.now());
    let (rows, deadline) = (run.expected_rows(), run.options.deadline);
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
    while dispatcher.is_running() {
        let (wants_rows, slots) = (dispatcher.wants_rows(), dispatcher.slots());
        let mut assigned = dispatcher.pool.assigned();
        tokio::select! {
            biased;
            Some(signal) = signals.recv() => dispatcher.handle_signal(signal),
            () = reached(deadline), if dispatcher.halt.is_none() => dispatcher.stop(Halt::DeadlineReached),
            Some(notice) = inbox.recv() => dispatcher.handle_notice(notice),
            Some(Err(error)) = dispatcher.pool.workers.join_next() => dispatcher.end_lost_row(&error),
            Some(limit) = learned.recv() => dispatcher.report_learned(limit),
            () = free_slot(slots.as_deref()), if wants_rows => dispatcher.take_rows(),
            _ = tick.tick() => dispatcher.report_progress(),
        }
        // Everything that is ready, or becomes ready meanwhile, is handled before a single write.
        for _ in 0..ROUNDS {
            dispatcher.handle_ready(&mut inbox);
            if dispatcher.pool.assigned() == assigned {
                break;
            }
            assigned = dispatcher.pool.assigned();
            yield_now().await;
        }
        dispatcher.write();
    }
    dispatcher.record_remaining();
    dispatcher.finish(failed_rows, start, started_at)
}

/// Waits for the deadline, if there is one.
pub async fn reached(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => pending().await,
    }
}

/// Waits for a free slot.
async fn free_slot(slots: Option<&Semaphore>) {
    if let Some(slots) = slots {
        // The slot is released at once; the row that needs it takes it. The semaphore is never closed.
        drop(slots.acquire().await);
    }
}

impl<G: Gateway, J: Job> Dispatcher<'_, '_, G, J> {
    /// Applies the reasons to stop that were known before the start.
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

    /// Handles all messages that are ready and fills the free slots.
    fn handle_ready(&mut self, inbox: &mut mpsc::Receiver<Notice>) {
        while let Ok(notice) = inbox.try_recv() {
            self.handle_notice(notice);
        }
        self.take_rows();
    }

    /// Returns whether anything is left to wait for.
    fn is_running(&self) -> bool {
        self.pool.len() > 0 || self.wants_rows()
    }

    /// Returns the slots of the only organization. With several organizations, rows are taken before a slot is free,
    /// because the next row may be for an organization that has one.
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

    /// Writes the recorded lines, then releases their requests. If the write fails, the run ends and they are not sent.
    fn write(&mut self) {
        if let Err(error) = self.recorder.journal.flush() {
            self.journal_failed(error);
        }
        self.pool.release();
    }
}
