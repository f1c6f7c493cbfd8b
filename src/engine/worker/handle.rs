//! The dispatcher's handle of a worker.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::{Id, JoinSet};

use super::{Assignment, WorkerContext, work};
use crate::atlas::api::Gateway;

/// A tokio task that works on one row after another.
pub(crate) struct Worker {
    id: Id,
    assignments: mpsc::Sender<Box<Assignment>>,
}

impl Worker {
    /// Spawns a worker that has no row yet.
    pub(crate) fn spawn<G: Gateway>(tasks: &mut JoinSet<()>, context: Arc<WorkerContext<G>>) -> Self {
        let (assignments, inbox) = mpsc::channel(1);
        let id = tasks.spawn(work(context, inbox)).id();
        Self { id, assignments }
    }

    /// Returns the id of its task.
    pub(crate) fn id(&self) -> Id {
        self.id
    }

    /// Gives the worker, which has none, a row.
    pub(crate) fn start(&self, assignment: Box<Assignment>) {
        // It waits for nothing else. If it is gone, its row ends like that of any worker that panicked.
        let _ = self.assignments.try_send(assignment);
    }
}
