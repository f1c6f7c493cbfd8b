//! The workers and the rows in flight. Every request is recorded, written to the file, and only then released.
//!
//! Most rows need not wait for the permit of their first request. The dispatcher takes that permit and records the request
//! itself, so that such a row costs one message instead of three; any other request is announced by its worker.

use hashbrown::HashMap;
use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinSet};

use crate::atlas::api::Gateway;
use crate::engine::jobs::Entry;
use crate::engine::organization::OrganizationState;
use crate::engine::recorder::Recorder;
use crate::engine::worker::{Assignment, Preauthorized, RowId, Trace, Work, Worker};
use crate::model::invitation::ObjectId;

/// A row that a worker has.
pub(super) struct InFlight {
    pub(super) organization: usize,
    pub(super) entry: Entry,
    pub(super) worker: Worker,
    /// What the file says was sent, in case the worker panics.
    pub(super) trace: Trace,
}

/// What waits until the recorded lines are in the file.
enum Release {
    /// A worker gets the row, and may send its first request at once.
    Start(Box<Assignment>),
    /// A worker that has the row may send its next request.
    Proceed(oneshot::Sender<()>),
}

#[derive(Default)]
pub(super) struct Pool {
    in_flight: HashMap<RowId, InFlight>,
    assigned: u64,
    pub(super) workers: JoinSet<()>,
    releases: Vec<Release>,
}

impl Pool {
    /// Returns how many rows are in flight.
    pub(super) fn len(&self) -> usize {
        self.in_flight.len()
    }

    /// Returns how many rows have been assigned so far.
    pub(super) fn assigned(&self) -> u64 {
        self.assigned
    }

    pub(super) fn row(&self, row: RowId) -> Option<u32> {
        self.in_flight.get(&row).and_then(|in_flight| in_flight.entry.row())
    }

    pub(super) fn organization(&self, row: RowId) -> Option<usize> {
        self.in_flight.get(&row).map(|in_flight| in_flight.organization)
    }

    /// Gives a row to an idle worker, or to a new one.
    pub(super) fn assign<G: Gateway>(
        &mut self,
        organization: usize,
        state: &mut OrganizationState<'_, G>,
        recorder: &mut Recorder<'_>,
        (entry, work): (Entry, Work),
        now: Timestamp,
    ) {
        self.assigned += 1;
        let row = RowId(self.assigned);
        let worker = state.idle.pop().unwrap_or_else(|| Worker::spawn(&mut self.workers, state.context.clone()));
        let context = &state.context;
        // An unresolved row only waits at first, and needs no slot for that.
        let slot = if work.unresolved.is_none() { context.slots.clone().try_acquire_owned().ok() } else { None };
        let past = work.past();
        // A request of a row with a past is recorded together with that, which its worker does.
        let permit = if slot.is_some() && past.is_none() { context.session.try_permit(&work.request) } else { None };
        let trace = if permit.is_some() { Trace::first(now) } else { past.unwrap_or_default() };
        let invite = work.request.own_invite();
        let preauthorized = permit.map(|permit| Preauthorized { permit, trace });
        let is_preauthorized = preauthorized.is_some();
        let assignment = Box::new(Assignment { row, work, slot, preauthorized });
        if is_preauthorized {
            recorder.sending(&entry, trace, invite, now);
            self.releases.push(Release::Start(assignment));
        } else {
            worker.start(assignment);
        }
        self.in_flight.insert(row, InFlight { organization, entry, worker, trace });
    }

    /// Records that a worker is about to send.
    pub(super) fn announce(
        &mut self,
        row: RowId,
        trace: Trace,
        invite: Option<ObjectId>,
        recorded: oneshot::Sender<()>,
        recorder: &mut Recorder<'_>,
        now: Timestamp,
    ) {
        let Some(in_flight) = self.in_flight.get_mut(&row) else { return };
        in_flight.trace = trace;
        recorder.sending(&in_flight.entry, trace, invite, now);
        self.releases.push(Release::Proceed(recorded));
    }

    /// Releases the requests that are recorded. To be called once their lines are in the file.
    pub(super) fn release(&mut self) {
        for release in self.releases.drain(..) {
            match release {
                Release::Start(assignment) => {
                    if let Some(in_flight) = self.in_flight.get(&assignment.row) {
                        in_flight.worker.start(assignment);
                    }
                }
                // A worker that is gone has been stopped.
                Release::Proceed(recorded) => drop(recorded.send(())),
            }
        }
    }

    /// Takes out a row that has ended.
    pub(super) fn remove(&mut self, row: RowId) -> Option<InFlight> {
        self.in_flight.remove(&row)
    }

    /// Takes out the row of a worker that panicked.
    pub(super) fn remove_lost(&mut self, error: &JoinError) -> Option<InFlight> {
        let lost = self.in_flight.iter().find(|(_, in_flight)| in_flight.worker.id() == error.id());
        let row = *lost?.0;
        self.remove(row)
    }
}
