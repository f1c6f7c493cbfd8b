//! The workers and the rows in flight. A request is recorded, then written to the file, and only then released.
//!
//! Most rows get the permit for their first request without waiting. The dispatcher takes that permit and records the
//! request itself, so that such a row needs one message instead of three. Workers announce all other requests.

use hashbrown::HashMap;
use jiff::Timestamp;
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinSet};

use crate::atlas::api::Gateway;
use crate::engine::jobs::Entry;
use crate::engine::organization::OrganizationState;
use crate::engine::recorder::{Recorder, Sending};
use crate::engine::worker::{Assignment, Preauthorized, RowId, Trace, Work, Worker};

/// A row that a worker works on.
pub(super) struct InFlight {
    pub(super) organization: usize,
    pub(super) entry: Entry,
    pub(super) worker: Worker,
    /// The recorded requests, in case the worker panics.
    pub(super) trace: Trace,
}

/// An action that waits until the recorded lines are in the file.
enum Release {
    /// Give the row to its worker, which may send the first request at once.
    Start(Box<Assignment>),
    /// Let the worker of the row send its next request.
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
    /// Returns the number of rows in flight.
    pub(super) fn len(&self) -> usize {
        self.in_flight.len()
    }

    /// Returns the number of rows assigned so far.
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
        // A row with an unresolved request waits first, and needs no slot for that.
        let slot = if work.unresolved.is_none() { context.slots.clone().try_acquire_owned().ok() } else { None };
        let past = work.past();
        // If earlier runs sent requests for the row, its worker announces the first request together with those.
        let permit = if slot.is_some() && past.is_none() { context.session.try_permit(&work.request) } else { None };
        let trace = if permit.is_some() { Trace::first(now) } else { past.unwrap_or_default() };
        let invite = work.request.own_invite();
        let preauthorized = permit.map(|permit| Preauthorized { permit, trace });
        let is_preauthorized = preauthorized.is_some();
        let assignment = Box::new(Assignment { row, work, slot, preauthorized });
        if is_preauthorized {
            recorder.sending(&entry, Sending { trace, invite, settled_at: context.settled_at(now) }, now);
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
        sending: Sending,
        recorded: oneshot::Sender<()>,
        recorder: &mut Recorder<'_>,
        now: Timestamp,
    ) {
        let Some(in_flight) = self.in_flight.get_mut(&row) else { return };
        in_flight.trace = sending.trace;
        recorder.sending(&in_flight.entry, sending, now);
        self.releases.push(Release::Proceed(recorded));
    }

    /// Releases the recorded requests. Their lines must be in the file.
    pub(super) fn release(&mut self) {
        for release in self.releases.drain(..) {
            match release {
                Release::Start(assignment) => {
                    if let Some(in_flight) = self.in_flight.get(&assignment.row) {
                        in_flight.worker.start(assignment);
                    }
                }
                // The worker may have stopped waiting because the run stops.
                Release::Proceed(recorded) => drop(recorded.send(())),
            }
        }
    }

    /// Removes a row that has ended.
    pub(super) fn remove(&mut self, row: RowId) -> Option<InFlight> {
        self.in_flight.remove(&row)
    }

    /// Removes the row of a worker that panicked.
    pub(super) fn remove_lost(&mut self, error: &JoinError) -> Option<InFlight> {
        let lost = self.in_flight.iter().find(|(_, in_flight)| in_flight.worker.id() == error.id());
        let row = *lost?.0;
        self.remove(row)
    }
}
