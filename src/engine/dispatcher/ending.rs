//! How a run ends: by a signal, a condemned organization, a spent budget or a file that takes no more, or with its last row.
//!
//! A harder reason replaces a milder one, and whatever the reason, nothing more is sent once it is known.

use std::cmp::Reverse;
use std::io::Read;

use tokio::time::Instant;

use super::super::organization::Branch;
use super::super::{Failures, Halt, Summary};
use super::{Dispatcher, Source};
use crate::atlas::api::Gateway;
use crate::engine::event::Event;
use crate::model::outcome::{Signal, StopReason};
use crate::results::{FailedRows, JournalError};

/// What is said when a signal comes.
const LANDING: &str =
    "interrupted: requests on their way may land, nothing more is sent; interrupt again to give them up";
/// What is said of that once the run is over.
const LANDED: &str = "interrupted";

impl<G: Gateway, R: Read> Dispatcher<'_, '_, G, R> {
    pub(super) fn broke(&mut self, error: JournalError) {
        self.stop(Halt::new(StopReason::ResultsUnwritable, error.to_string()));
        self.broken.get_or_insert_with(|| error.to_string());
        if let JournalError::Broken { unwritten, .. } = &error {
            (self.book.on_event)(Event::Unwritten { lines: unwritten });
        }
    }

    pub(super) fn signalled(&mut self, signal: Signal) {
        let again = self.halt.as_ref().is_some_and(|halt| halt.reason >= StopReason::Signal(Signal::Interrupt));
        let (reason, detail) = if again {
            (StopReason::SecondSignal(signal), "interrupted again: requests on their way are abandoned")
        } else {
            (StopReason::Signal(signal), LANDING)
        };
        self.stop(Halt::new(reason, detail));
    }

    /// Ends the run, or ends it harder; a milder reason than the one in force changes nothing.
    pub(super) fn stop(&mut self, halt: Halt) {
        if self.halt.as_ref().is_some_and(|known| known.reason >= halt.reason) {
            return;
        }
        match halt.reason {
            StopReason::FailureBudget
            | StopReason::Condemned
            | StopReason::InputUnreadable
            | StopReason::ResultsUnwritable
            | StopReason::Signal(_) => self.branches.iter().for_each(|branch| branch.crew.caller.stop.drain()),
            StopReason::SecondSignal(_) => self.branches.iter().for_each(|branch| branch.crew.caller.stop.abandon()),
        }
        (self.book.on_event)(Event::Stopping { reason: halt.reason, detail: &halt.detail });
        self.halt = Some(halt);
    }

    /// Nothing more can be sent to an organization, which ends the run unless there are others.
    pub(super) fn condemn(&mut self, branch: usize, why: String) {
        let condemned = &mut self.branches[branch];
        if condemned.condemned.is_some() {
            return;
        }
        condemned.crew.caller.stop.drain();
        if self.branches.len() > 1 {
            let condemned = &mut self.branches[branch];
            (self.book.on_event)(Event::Condemned { organization: condemned.id, why: &why });
            condemned.condemned = Some(why.clone());
        }
        if self.branches.len() == 1 || self.branches.iter().all(|branch| branch.condemned.is_some()) {
            self.stop(Halt::new(StopReason::Condemned, why));
        }
    }

    pub(super) fn finish(mut self, failed_rows: Option<FailedRows>, start: Instant) -> Summary {
        self.progress();
        if self.broken.is_none()
            && let Err(error) = self.book.journal.finish(failed_rows)
        {
            match &error {
                JournalError::FailedRows { .. } => {
                    let halt = Halt::new(StopReason::ResultsUnwritable, error.to_string());
                    (self.book.on_event)(Event::Stopping { reason: halt.reason, detail: &halt.detail });
                    // The results are complete, so that what ended the run before says more.
                    self.halt.get_or_insert(halt);
                }
                JournalError::Broken { unwritten, .. } => {
                    (self.book.on_event)(Event::Unwritten { lines: unwritten });
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
        // Whatever ended the run, that its results are not all there comes first.
        if let Some(why) = self.broken {
            let halt = Halt::new(StopReason::ResultsUnwritable, why);
            if self.halt.as_ref().is_none_or(|known| known.reason != halt.reason) {
                (self.book.on_event)(Event::Stopping { reason: halt.reason, detail: &halt.detail });
            }
            self.halt = Some(halt);
        }
        if let Some(halt) = self.halt.as_mut().filter(|halt| halt.detail == LANDING) {
            LANDED.clone_into(&mut halt.detail);
        }
        let mut failures: Vec<Failures> = self.book.failures.into_values().collect();
        failures.sort_by_key(|group| (group.status, Reverse(group.count), group.example_row));
        let (blank, elsewhere) = match &self.source {
            Source::Sheet(sheet, _) => (sheet.skipped_blank(), sheet.elsewhere()),
            Source::Results(_) => (0, 0),
        };
        Summary {
            tally: self.book.tally,
            kept: self.book.kept,
            departed: self.book.departed,
            blank,
            elsewhere,
            gone: self.book.gone,
            failures,
            halt: self.halt,
            organizations: self.branches.into_iter().map(Branch::summary).collect(),
            started_at: self.clock.at(start),
            elapsed: start.elapsed(),
        }
    }
}
