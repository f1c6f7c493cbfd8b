//! Handles the messages of workers: a request about to be sent, a wait, the end of a row.

use tokio::task::JoinError;

use super::Dispatcher;
use super::pool::InFlight;
use crate::atlas::api::Gateway;
use crate::engine::event::Event;
use crate::engine::jobs::{Entry, Job};
use crate::engine::recorder::Sending;
use crate::engine::worker::{Ending, Notice};
use crate::model::outcome::Outcome;
use crate::model::reason::{Halt, RowReason};
use crate::model::status::Status;
use crate::plan::not_granted;

impl<G: Gateway, J: Job> Dispatcher<'_, '_, G, J> {
    pub(super) fn handle_notice(&mut self, notice: Notice) {
        match notice {
            Notice::Sending { row, trace, invite, recorded } => {
                // Dropping `recorded` means that the request must not be sent.
                let organization = self.pool.organization(row);
                if let Some(index) = organization
                    && self.stopped(organization).is_none()
                {
                    let now = self.clock.now();
                    let settled_at = self.organizations[index].context.settled_at(now);
                    let sending = Sending { trace, invite, settled_at };
                    self.pool.announce(row, sending, recorded, &mut self.recorder, now);
                }
            }
            Notice::Waiting { row, why, delay } => {
                (self.recorder.on_event)(Event::Waiting { row: self.pool.row(row), why: &why, delay });
            }
            Notice::Ended { row, ending, sent } => {
                let Some(InFlight { organization, entry, worker, .. }) = self.pool.remove(row) else { return };
                self.organizations[organization].idle.push(worker);
                let ending = ending.map(|outcome| entry.with_own_id(outcome));
                self.ended(organization, &entry, ending, sent);
            }
        }
    }

    /// Ends the row of a worker that panicked.
    pub(super) fn end_lost_row(&mut self, error: &JoinError) {
        let Some(InFlight { organization, entry, trace, .. }) = self.pool.remove_lost(error) else { return };
        let outcome = trace.outcome(Status::Unknown, self.clock.now()).with_reason(RowReason::ProgramError);
        self.ended(organization, &entry, Ending::Settled(outcome), true);
    }

    fn ended(&mut self, organization: usize, entry: &Entry, ending: Ending, sent: bool) {
        let (outcome, blocked) = match ending {
            Ending::Settled(outcome) => (outcome, None),
            Ending::NotAsAsked(outcome, missing) => {
                let detail = not_granted(&missing, self.organizations[organization].directory);
                (outcome.with_code(RowReason::NotAsAsked).with_detail(detail), None)
            }
            Ending::Blocked(outcome, blocked) => (outcome, Some(blocked)),
            Ending::Stopped(outcome) => {
                let reason = self.stopped(Some(organization)).unwrap_or(RowReason::Interrupted);
                let detail = outcome.error_detail.clone().unwrap_or_else(|| reason.text().to_owned());
                (outcome.or_code(reason).with_detail(detail), None)
            }
        };
        self.settle(Some(organization), entry, &outcome, false);
        if let Some(blocked) = blocked {
            self.block(organization, blocked);
        } else if sent {
            let failed = matches!(outcome.status, Status::Failed | Status::Unknown);
            if let Some(spent) = self.budget.spend(failed) {
                self.stop(Halt::TooManyFailures(spent));
            }
        }
    }

    pub(super) fn settle(&mut self, organization: Option<usize>, entry: &Entry, outcome: &Outcome, kept: bool) {
        self.recorder.settle(entry, outcome, kept);
        if let Some(organization) = organization.filter(|_| entry.slot().is_some()) {
            self.organizations[organization].settled += 1;
        }
    }
}
