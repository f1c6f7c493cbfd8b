//! Reports how far the run has come, and what a newly learned limit means for the rest.

use std::time::Duration;

use tokio::time::Instant;

use super::Dispatcher;
use crate::atlas::api::Gateway;
use crate::engine::event::{Event, Progress};
use crate::engine::jobs::Job;
use crate::engine::limiter::Learned;

impl<G: Gateway, J: Job> Dispatcher<'_, '_, G, J> {
    pub(super) fn learned(&mut self, learned: Learned) {
        let time_left = self.limits();
        (self.recorder.on_event)(Event::Learned { learned, time_left });
    }

    pub(super) fn progress(&mut self) {
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
