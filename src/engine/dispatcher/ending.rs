//! Ends a run: after its last row, or early because of a signal, a blocked organization, too many failures, or a file
//! that cannot be read or written.
//!
//! A more severe reason replaces a milder one. From the first reason on, nothing more is sent.

use jiff::Timestamp;
use tokio::time::Instant;

use super::Dispatcher;
use crate::atlas::api::Gateway;
use crate::engine::Summary;
use crate::engine::event::Event;
use crate::engine::jobs::Job;
use crate::engine::organization::OrganizationState;
use crate::model::exit::Signal;
use crate::model::reason::{Blocked, BlockedReason, Halt, StopReason};
use crate::results::{FailedRows, JournalError};

impl<G: Gateway, J: Job> Dispatcher<'_, '_, G, J> {
    /// Ends the run because the results file cannot be read or written.
    pub(super) fn journal_failed(&mut self, error: JournalError) {
        let halt = results_lost(&error);
        self.stop(halt.clone());
        self.broken.get_or_insert(halt);
        if let JournalError::Broken { unwritten, .. } = &error {
            (self.recorder.on_event)(Event::Unwritten { lines: unwritten });
        }
    }

    pub(super) fn handle_signal(&mut self, signal: Signal) {
        let again = self.halt.as_ref().is_some_and(|halt| halt.reason() >= StopReason::Signal(Signal::Interrupt));
        self.stop(if again { Halt::SecondSignal(signal) } else { Halt::Signal(signal) });
    }

    /// Ends the run early, unless it already ends for a reason that is at least as severe.
    pub(super) fn stop(&mut self, halt: Halt) {
        if self.halt.as_ref().is_some_and(|known| known.reason() >= halt.reason()) {
            return;
        }
        let stops = self.organizations.iter().map(|organization| &organization.context.session.stop);
        match halt.reason() {
            StopReason::FailedRowsUnwritable
            | StopReason::DeadlineReached
            | StopReason::TooManyFailures
            | StopReason::WaitTooLong
            | StopReason::OrganizationBlocked
            | StopReason::InputUnreadable
            | StopReason::ResultsUnwritable
            | StopReason::Declined
            | StopReason::Signal(_) => stops.for_each(|stop| stop.drain()),
            StopReason::SecondSignal(_) => stops.for_each(|stop| stop.abandon()),
        }
        self.replace_halt(halt);
    }

    fn replace_halt(&mut self, halt: Halt) {
        (self.recorder.on_event)(Event::Stopping { halt: &halt });
        self.halt = Some(halt);
    }

    /// Stops sending to an organization. This ends the run unless others remain.
    pub(super) fn block(&mut self, organization: usize, mut blocked: Blocked) {
        let state = &mut self.organizations[organization];
        if state.blocked.is_some() {
            return;
        }
        if blocked.reason == BlockedReason::Unauthorized && state.context.session.is_effective() {
            blocked.reason = BlockedReason::Revoked;
        }
        state.context.session.stop.drain();
        if self.organizations.len() > 1 {
            let state = &mut self.organizations[organization];
            (self.recorder.on_event)(Event::Blocked { organization: state.id, blocked: &blocked });
            state.blocked = Some(blocked.clone());
        }
        if self.organizations.len() == 1 || self.organizations.iter().all(|state| state.blocked.is_some()) {
            let is_wait = blocked.reason == BlockedReason::WaitTooLong;
            self.stop(if is_wait { Halt::WaitTooLong(blocked) } else { Halt::OrganizationBlocked(blocked) });
        }
    }

    pub(super) fn finish(mut self, failed_rows: Option<FailedRows>, start: Instant, started_at: Timestamp) -> Summary {
        self.report_progress();
        let failures = self.recorder.failures();
        // A run that ended early without having sent anything leaves the file of an earlier run as it is.
        let unchanged = self.halt.is_some() && self.recorder.journal.is_unchanged();
        if unchanged {
            drop(self.recorder.journal);
        } else if self.broken.is_none()
            && let Err(error) = self.recorder.journal.finish(failed_rows)
        {
            match &error {
                JournalError::FailedRows { .. } => {
                    let halt = Halt::FailedRowsUnwritable(error.to_string());
                    (self.recorder.on_event)(Event::Stopping { halt: &halt });
                    // The results are complete, so an earlier reason is more important.
                    self.halt.get_or_insert(halt);
                }
                JournalError::Broken { unwritten, .. } => {
                    (self.recorder.on_event)(Event::Unwritten { lines: unwritten });
                    self.broken = Some(results_lost(&error));
                }
                JournalError::Locked { .. }
                | JournalError::Unwritable { .. }
                | JournalError::Unreadable { .. }
                | JournalError::NotOurs { .. }
                | JournalError::OtherJob { .. }
                | JournalError::OtherOrganization { .. }
                | JournalError::OnRecord { .. }
                | JournalError::Foreign { .. }
                | JournalError::Damaged { .. }
                | JournalError::Changed { .. } => self.broken = Some(results_lost(&error)),
            }
        }
        // Incomplete results are more important than any other reason.
        if let Some(halt) = self.broken {
            if self.halt.as_ref().is_none_or(|known| known.reason() != halt.reason()) {
                (self.recorder.on_event)(Event::Stopping { halt: &halt });
            }
            self.halt = Some(halt);
        }
        let (blank, elsewhere) = self.job.skipped();
        Summary {
            tally: self.recorder.tally,
            kept: self.recorder.kept,
            departed: self.recorder.departed,
            blank,
            elsewhere,
            gone: self.recorder.unlisted,
            failures,
            halt: self.halt,
            unchanged,
            organizations: self.organizations.into_iter().map(OrganizationState::summary).collect(),
            started_at,
            elapsed: start.elapsed(),
        }
    }
}

/// Returns the reason to end a run whose results are incomplete.
fn results_lost(error: &JournalError) -> Halt {
    let text = error.to_string();
    match error {
        JournalError::Changed { recovered, .. } => Halt::ResultsChanged { text, recovered: recovered.clone() },
        JournalError::Locked { .. }
        | JournalError::Unwritable { .. }
        | JournalError::Unreadable { .. }
        | JournalError::NotOurs { .. }
        | JournalError::OtherJob { .. }
        | JournalError::OtherOrganization { .. }
        | JournalError::OnRecord { .. }
        | JournalError::Foreign { .. }
        | JournalError::Damaged { .. }
        | JournalError::Broken { .. }
        | JournalError::FailedRows { .. } => Halt::ResultsUnwritable(text),
    }
}
