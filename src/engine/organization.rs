//! An organization that rows are for, with its own session, limits and people.
//!
//! Several organizations share a sheet, a dispatcher and a results file, but nothing else. Credentials belong to one
//! organization, so a reason that blocks one does not concern the others.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OnceCell, Semaphore, mpsc};

use super::session::Session;
use super::worker::{Notice, Worker, WorkerContext};
use super::{OrganizationSummary, RunOptions};
use crate::atlas::api::Gateway;
use crate::model::invitation::ObjectId;
use crate::model::reason::Blocked;
use crate::plan::directory::Directory;

/// An organization that rows may be for.
pub struct Organization<'a, G> {
    /// Its id.
    pub id: ObjectId,
    /// The session that read it.
    pub session: Session<G>,
    /// Its people, teams and projects.
    pub directory: &'a Directory,
    /// The reason no request may be sent to it, if that is known before the run starts.
    pub blocked: Option<Blocked>,
    /// The number of rows that are for it, if they have been counted.
    pub rows: Option<u64>,
}

/// The state of one organization in a run.
pub(super) struct OrganizationState<'a, G> {
    pub(super) id: ObjectId,
    pub(super) context: Arc<WorkerContext<G>>,
    pub(super) idle: Vec<Worker>,
    pub(super) directory: &'a Directory,
    /// The reason no more requests are sent to it.
    pub(super) blocked: Option<Blocked>,
    rows: Option<u64>,
    pub(super) settled: u64,
}

impl<'a, G: Gateway> OrganizationState<'a, G> {
    pub(super) fn new(organization: Organization<'a, G>, options: &RunOptions, notices: mpsc::Sender<Notice>) -> Self {
        let Organization { id, session, directory, blocked, rows } = organization;
        let slots = Arc::new(Semaphore::new(options.concurrency.max(1)));
        let context =
            WorkerContext { session, slots, settle: options.settle, notices, organization_missing: OnceCell::new() };
        Self { id, context: Arc::new(context), idle: Vec::new(), directory, blocked, rows, settled: 0 }
    }

    /// Returns whether all its rows are known to have ended.
    pub(super) fn is_done(&self) -> bool {
        self.blocked.is_some() || self.rows.is_some_and(|rows| self.settled >= rows)
    }

    /// Returns the minimum time that the rate limits need for the organization's remaining rows, of which there are at
    /// most `most`.
    pub(super) fn limits(&self, most: u64) -> Duration {
        let left = self.rows.map_or(most, |rows| rows.saturating_sub(self.settled).min(most));
        let session = &self.context.session;
        if self.blocked.is_some() { Duration::ZERO } else { session.limiter.forecast(session.api.create_set(), left) }
    }

    pub(super) fn summary(self) -> OrganizationSummary {
        let Session { limiter, api, .. } = &self.context.session;
        OrganizationSummary {
            id: self.id,
            name: self.directory.name().map(str::to_owned),
            bucket: limiter.bucket(api.create_set()),
            pace: limiter.totals(),
            blocked: self.blocked,
        }
    }
}
