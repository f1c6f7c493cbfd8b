//! Reports the progress of the run, and the time that is left after a new limit was learned.

use std::time::Duration;

use tokio::time::Instant;

use super::Dispatcher;
use crate::atlas::api::Gateway;
use crate::engine::event::{Event, Progress};
use crate::engine::jobs::Job;
use crate::engine::limiter::Learned;

impl<G: Gateway, J: Job> Dispatcher<'_, '_, G, J> {
    pub(super) fn report_learned(&mut self, learned: Learned) {
        let time_left = self.limits();
        (self.recorder.on_event)(Event::Learned { learned, time_left });
    }

    pub(super) fn report_progress(&mut self) {
        // The run waits only if every organization waits.
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

    /// Returns the minimum time that the rate limits need for the remaining rows.
    fn limits(&self) -> Option<Duration> {
        let left = self.options.rows?.saturating_sub(self.recorder.tally.total()).min(self.sendable);
        self.organizations.iter().map(|organization| organization.limits(left)).max()
    }
}
