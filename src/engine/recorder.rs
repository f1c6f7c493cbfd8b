//! Records what happens to each row: the journal first, then the tally, then the event.

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::Timestamp;

use super::Failures;
use super::event::Event;
use super::jobs::Entry;
use super::worker::Trace;
use crate::model::email::address_or_cell;
use crate::model::invitation::ObjectId;
use crate::model::outcome::Outcome;
use crate::model::reason::ErrorCode;
use crate::model::status::{Status, Tally};
use crate::results::{Journal, Subject};
use crate::spreadsheet::Header;

/// A request that is about to be sent.
#[derive(Clone, Copy)]
pub(super) struct Sending {
    /// The requests for the row, of which this is the latest.
    pub(super) trace: Trace,
    /// The invite that it cancels, unless it is an invitation.
    pub(super) invite: Option<ObjectId>,
    /// The server's time at which it has certainly ended.
    pub(super) settled_at: Timestamp,
}

pub(super) struct Recorder<'e> {
    pub(super) journal: Journal,
    pub(super) tally: Tally,
    pub(super) kept: u64,
    /// Kept rows whose person is no longer invited or a member.
    pub(super) departed: u64,
    /// Recorded people who are no longer in the input.
    pub(super) unlisted: u64,
    failures: HashMap<(Status, Option<ErrorCode>), Failures>,
    pub(super) on_event: &'e mut dyn FnMut(Event<'_>),
    /// The organization of rows that name none.
    organization: String,
    email: usize,
    org_id: Option<usize>,
    carried: Vec<usize>,
}

impl<'e> Recorder<'e> {
    /// Creates a recorder for the rows of a sheet with this header, or for lines of results, which need no header.
    pub(super) fn new(
        journal: Journal,
        header: Option<&Header>,
        organization: Option<ObjectId>,
        on_event: &'e mut dyn FnMut(Event<'_>),
    ) -> Self {
        Self {
            journal,
            tally: Tally::default(),
            kept: 0,
            departed: 0,
            unlisted: 0,
            failures: HashMap::new(),
            on_event,
            organization: organization.map(|id| id.to_string()).unwrap_or_default(),
            email: header.map_or(0, Header::email),
            org_id: header.and_then(Header::org_id),
            carried: header.iter().flat_map(|header| header.carried()).map(|carried| carried.cell).collect(),
        }
    }

    fn append(&mut self, entry: &Entry, outcome: &Outcome) {
        match entry {
            Entry::Row(slot, row) => {
                let org_id = self.org_id.map_or("", |cell| row.cell(cell));
                let org_id = if org_id.is_empty() { &self.organization } else { org_id };
                let subject = Subject { row: Some(row.number), email: address_or_cell(row.cell(self.email)), org_id };
                let cells = self.carried.iter().map(|cell| row.raw(*cell));
                self.journal.append(Some(*slot), subject, outcome, cells);
            }
            Entry::Line(slot, line) => {
                let subject = Subject { row: line.row, email: &line.email, org_id: &line.org_id };
                // A line of the input gets the run's status as its first cell; an earlier line of this job has it
                // already.
                let run_status = slot.map(|_| line.outcome.status.as_str());
                let cells = run_status.into_iter().chain(line.cells.iter().map(String::as_str));
                self.journal.append(*slot, subject, outcome, cells);
            }
        }
    }

    /// Records that a request is about to be sent.
    pub(super) fn sending(&mut self, entry: &Entry, sending: Sending, now: Timestamp) {
        let Sending { trace, invite, settled_at } = sending;
        let settled_at = invite.is_none().then_some(settled_at);
        let invite_id = invite.map(|invite| invite.to_string());
        let outcome = Outcome { invite_id, settled_at, ..trace.outcome(Status::Sending, now) };
        self.append(entry, &entry.with_own_id(outcome));
        (self.on_event)(Event::Sending { row: entry.row(), attempt: trace.attempts });
    }

    /// Records the outcome of a row. `kept` is set if it is that of an earlier run.
    pub(super) fn settle(&mut self, entry: &Entry, outcome: &Outcome, kept: bool) {
        let is_unlisted = entry.slot().is_none();
        if is_unlisted && !outcome.status.stays_on_record() {
            return;
        }
        self.append(entry, outcome);
        let email = match entry {
            Entry::Row(_, row) => address_or_cell(row.cell(self.email)),
            Entry::Line(_, line) => &line.email,
        };
        if is_unlisted {
            self.unlisted += 1;
        } else {
            self.tally.add(outcome.status);
            self.kept += u64::from(kept);
            if outcome.needs_a_look() {
                let group = (outcome.status, outcome.error_code.clone());
                let failures = self.failures.entry(group).or_insert_with(|| Failures::new(entry.row(), email, outcome));
                failures.count += 1;
            }
        }
        (self.on_event)(Event::Settled { row: entry.row(), email, outcome, kept });
    }

    /// Returns the rows that need a look, grouped by code and in the order of the summary.
    pub(super) fn failures(&mut self) -> Vec<Failures> {
        let mut failures: Vec<Failures> = self.failures.drain().map(|(_, group)| group).collect();
        failures.sort_by_key(|group| (group.status, Reverse(group.count), group.example_row));
        failures
    }
}
