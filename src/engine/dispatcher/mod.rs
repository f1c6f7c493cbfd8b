//! The dispatcher: it alone owns the journal, the tally and the events.
//!
//! One loop over rows, messages from workers, signals and time. Whatever is ready is handled together and written at once
//! before the loop waits again, and before any recorded request is released.

mod ending;
mod intake;
mod notice;
mod pool;
mod progress;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::yield_now;
use tokio::time::{Instant, MissedTickBehavior, interval};

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

    /// Writes what is recorded, then releases the requests. If the write failed, the run has ended and they stay unsent.
    fn write(&mut self) {
        if let Err(error) = self.recorder.journal.flush() {
            self.journal_failed(error);
        }
        self.pool.release();
    }
}
