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
    /// Spawns a worker without a row.
    pub(crate) fn spawn<G: Gateway>(tasks: &mut JoinSet<()>, context: Arc<WorkerContext<G>>) -> Self {
        let (assignments, inbox) = mpsc::channel(1);
        let id = tasks.spawn(work(context, inbox)).id();
        Self { id, assignments }
    }

    /// Returns the id of its task.
    pub(crate) fn id(&self) -> Id {
        self.id
    }

    /// Gives a row to the worker, which must be idle.
    pub(crate) fn start(&self, assignment: Box<Assignment>) {
        // An idle worker has room for one message. If it has panicked, the dispatcher ends the row.
        let _ = self.assignments.try_send(assignment);
    }
}
