//! An organization that rows are for, with its own way to Atlas, its own limits and its own people.
//!
//! Several share one sheet, one dispatcher and one results file, and nothing else: credentials belong to one
//! organization, so what condemns one says nothing of the others.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OnceCell, Semaphore, mpsc};
use tokio::task::Id;

use super::{OrganizationSummary, RunOptions};
use crate::atlas::api::Gateway;
use crate::engine::caller::Caller;
use crate::engine::worker::{Assignment, Crew, Notice};
use crate::model::invitation::ObjectId;
use crate::plan::directory::Directory;

/// An organization that rows may be for.
pub struct Organization<'a, G> {
    /// Its id.
    pub id: ObjectId,
    /// The way to it, shared with what came before the run.
    pub caller: Caller<G>,
    /// Who is there already.
    pub directory: &'a Directory,
    /// Why nothing may be sent to it, if that is known before the run starts.
    pub condemned: Option<String>,
    /// Rows of the input that are for it, where they have been counted.
    pub rows: Option<u64>,
}

/// An organization at work.
pub(super) struct Branch<'a, G> {
    pub(super) id: ObjectId,
    pub(super) crew: Arc<Crew<G>>,
    pub(super) idle: Vec<Worker>,
    pub(super) directory: &'a Directory,
    /// Why nothing more is sent to it.
    pub(super) condemned: Option<String>,
    rows: Option<u64>,
    pub(super) settled: u64,
}

/// A task that carries one row after another.
pub(super) struct Worker {
    pub(super) id: Id,
    pub(super) assignments: mpsc::Sender<Box<Assignment>>,
}

impl Worker {
    /// Has the worker, which has no other, carry a row.
    pub(super) fn begin(&self, assignment: Box<Assignment>) {
        // It waits for nothing else; should it be gone, its end is told like any row's failure.
        let _ = self.assignments.try_send(assignment);
    }
}

impl<'a, G: Gateway> Branch<'a, G> {
    pub(super) fn new(organization: Organization<'a, G>, options: &RunOptions, notices: mpsc::Sender<Notice>) -> Self {
        let Organization { id, caller, directory, condemned, rows } = organization;
        let slots = Arc::new(Semaphore::new(options.concurrency.max(1)));
        let crew = Crew { caller, slots, settle: options.settle, notices, organization_missing: OnceCell::new() };
        Self { id, crew: Arc::new(crew), idle: Vec::new(), directory, condemned, rows, settled: 0 }
    }

    /// Whether nothing is left to do for it, as far as that is known.
    pub(super) fn is_done(&self) -> bool {
        self.condemned.is_some() || self.rows.is_some_and(|rows| self.settled >= rows)
    }

    /// How long the limits hold the organization's rows, of which no more than `most` are left, at least.
    pub(super) fn limits(&self, most: u64) -> Duration {
        let left = self.rows.map_or(most, |rows| rows.saturating_sub(self.settled).min(most));
        let caller = &self.crew.caller;
        if self.condemned.is_some() { Duration::ZERO } else { caller.limiter.forecast(caller.api.create_set(), left) }
    }

    pub(super) fn summary(self) -> OrganizationSummary {
        let Caller { limiter, api, .. } = &self.crew.caller;
        OrganizationSummary {
            id: self.id,
            bucket: limiter.bucket(api.create_set()),
            pace: limiter.totals(),
            condemned: self.condemned,
        }
    }
}
