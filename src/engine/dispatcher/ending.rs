//! How a run ends: by a signal, a blocked organization, a spent budget or a file that takes no more, or with its last row.
//!
//! A harder reason replaces a milder one. Once any is known, nothing more is sent.

use tokio::time::Instant;

use super::Dispatcher;
use crate::atlas::api::Gateway;
use crate::engine::Summary;
use crate::engine::event::Event;
use crate::engine::jobs::Job;
use crate::engine::organization::OrganizationState;
use crate::model::exit::Signal;
use crate::model::reason::{Blocked, Halt, StopReason};
use crate::results::{FailedRows, JournalError};

impl<G: Gateway, J: Job> Dispatcher<'_, '_, G, J> {
    /// Notes that the results file takes no more.
    pub(super) fn journal_failed(&mut self, error: JournalError) {
        self.stop(Halt::ResultsUnwritable(error.to_string()));
        self.broken.get_or_insert_with(|| error.to_string());
        if let JournalError::Broken { unwritten, .. } = &error {
            (self.recorder.on_event)(Event::Unwritten { lines: unwritten });
        }
    }

    pub(super) fn signalled(&mut self, signal: Signal) {
        let again = self.halt.as_ref().is_some_and(|halt| halt.reason() >= StopReason::Signal(Signal::Interrupt));
        self.stop(if again { Halt::SecondSignal(signal) } else { Halt::Signal(signal) });
    }

    /// Ends the run, or ends it harder; a milder reason than the one in force changes nothing.
    pub(super) fn stop(&mut self, halt: Halt) {
        if self.halt.as_ref().is_some_and(|known| known.reason() >= halt.reason()) {
            return;
        }
        let stops = self.organizations.iter().map(|organization| &organization.context.session.stop);
        match halt.reason() {
            StopReason::FailedRowsUnwritable
            | StopReason::TooManyFailures
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

    /// Sends nothing more to an organization, which ends the run unless there are others.
    pub(super) fn block(&mut self, organization: usize, blocked: Blocked) {
        let state = &mut self.organizations[organization];
        if state.blocked.is_some() {
            return;
        }
        state.context.session.stop.drain();
        if self.organizations.len() > 1 {
            let state = &mut self.organizations[organization];
            (self.recorder.on_event)(Event::Blocked { organization: state.id, blocked: &blocked });
            state.blocked = Some(blocked.clone());
        }
        if self.organizations.len() == 1 || self.organizations.iter().all(|state| state.blocked.is_some()) {
            self.stop(Halt::OrganizationBlocked(blocked));
        }
    }

    pub(super) fn finish(mut self, failed_rows: Option<FailedRows>, start: Instant) -> Summary {
        self.progress();
        let failures = self.recorder.failures();
        if self.broken.is_none()
            && let Err(error) = self.recorder.journal.finish(failed_rows)
        {
            match &error {
                JournalError::FailedRows { .. } => {
                    let halt = Halt::FailedRowsUnwritable(error.to_string());
                    (self.recorder.on_event)(Event::Stopping { halt: &halt });
                    // The results are complete, so that the reason known before is the more important one.
                    self.halt.get_or_insert(halt);
                }
                JournalError::Broken { unwritten, .. } => {
                    (self.recorder.on_event)(Event::Unwritten { lines: unwritten });
                    self.broken = Some(error.to_string());
                }
                JournalError::Locked { .. }
                | JournalError::Unwritable { .. }
                | JournalError::Unreadable { .. }
                | JournalError::NotOurs { .. }
                | JournalError::OtherJob { .. }
                | JournalError::OtherOrganization { .. }
                | JournalError::Damaged { .. } => self.broken = Some(error.to_string()),
            }
        }
        // Incomplete results come before any other reason.
        if let Some(why) = self.broken {
            let halt = Halt::ResultsUnwritable(why);
            if self.halt.as_ref().is_none_or(|known| known.reason() != halt.reason()) {
                (self.recorder.on_event)(Event::Stopping { halt: &halt });
            }
            self.halt = Some(halt);
        }
        let (blank, elsewhere) = self.job.passed_over();
        Summary {
            tally: self.recorder.tally,
            kept: self.recorder.kept,
            departed: self.recorder.departed,
            blank,
            elsewhere,
            gone: self.recorder.unlisted,
            failures,
            halt: self.halt,
            organizations: self.organizations.into_iter().map(OrganizationState::summary).collect(),
            started_at: self.clock.at(start),
            elapsed: start.elapsed(),
        }
    }
}
