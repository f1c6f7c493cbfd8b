//! What the run knows of its rows: the journal first, then the tally, then the event.

use std::collections::HashMap;

use jiff::Timestamp;

use super::Failures;
use crate::engine::event::Event;
use crate::engine::worker::Trace;
use crate::model::invitation::ObjectId;
use crate::model::outcome::{Outcome, Status, Tally};
use crate::results::{Journal, Line, Slot, Subject};
use crate::spreadsheet::{Header, Row};

/// Whom an outcome is about.
#[derive(Debug)]
pub(super) enum Person {
    /// A row of the sheet.
    Row(Slot, Row),
    /// A line of a results file: one of those that are gone through, with a place, or of somebody who is no longer in the
    /// input, without.
    Listed(Option<Slot>, Box<Line>),
}

impl Person {
    /// The row as a spreadsheet shows it.
    pub(super) fn row(&self) -> Option<u32> {
        match self {
            Person::Row(_, row) => Some(row.number),
            Person::Listed(_, line) => line.row,
        }
    }

    /// The outcome under the id by which the results that are gone through know the invite.
    pub(super) fn named_in(&self, outcome: Outcome) -> Outcome {
        match self {
            Person::Row(..) | Person::Listed(None, _) => outcome,
            Person::Listed(Some(_), line) => Outcome {
                invite_id: line.outcome.invite_id.clone().or(outcome.invite_id),
                expires_at: line.outcome.expires_at.or(outcome.expires_at),
                ..outcome
            },
        }
    }

    /// The place in the input.
    pub(super) fn slot(&self) -> Option<Slot> {
        match self {
            Person::Row(slot, _) => Some(*slot),
            Person::Listed(slot, _) => *slot,
        }
    }
}

pub(super) struct Book<'e> {
    pub(super) journal: Journal,
    pub(super) tally: Tally,
    pub(super) kept: u64,
    /// Kept rows of people who are not there any more.
    pub(super) departed: u64,
    pub(super) gone: u64,
    pub(super) failures: HashMap<(Status, String), Failures>,
    pub(super) on_event: &'e mut dyn FnMut(Event<'_>),
    /// Of rows that name none.
    organization: String,
    email: usize,
    org_id: Option<usize>,
    carried: Vec<usize>,
}

impl<'e> Book<'e> {
    /// A book about the rows of a sheet with this header, or about lines that need none.
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
            gone: 0,
            failures: HashMap::new(),
            on_event,
            organization: organization.map(|id| id.to_string()).unwrap_or_default(),
            email: header.map_or(0, Header::email),
            org_id: header.and_then(Header::org_id),
            carried: header.iter().flat_map(|header| header.carried()).map(|carried| carried.cell).collect(),
        }
    }

    /// Notes a line that is not the person's last.
    pub(super) fn append(&mut self, person: &Person, outcome: &Outcome) {
        match person {
            Person::Row(slot, row) => {
                let org_id = self.org_id.map_or("", |cell| row.cell(cell));
                let org_id = if org_id.is_empty() { &self.organization } else { org_id };
                let subject = Subject { row: Some(row.number), email: row.cell(self.email), org_id };
                let cells = self.carried.iter().map(|cell| row.raw(*cell));
                self.journal.append(Some(*slot), subject, outcome, cells);
            }
            Person::Listed(slot, line) => {
                let subject = Subject { row: line.row, email: &line.email, org_id: &line.org_id };
                // A line that is gone through is told with what it said; a line of our own has that already.
                let said = slot.map(|_| line.outcome.status.as_str());
                self.journal.append(
                    *slot,
                    subject,
                    outcome,
                    said.into_iter().chain(line.cells.iter().map(String::as_str)),
                );
            }
        }
    }

    /// Notes that a request is about to go out, the latest of the trace.
    pub(super) fn sending(&mut self, person: &Person, trace: Trace, invite: Option<ObjectId>, now: Timestamp) {
        let invite_id = invite.map(|invite| invite.to_string());
        let outcome = Outcome { invite_id, ..trace.outcome(Status::Sending, now) };
        self.append(person, &person.named_in(outcome));
        (self.on_event)(Event::Sending { row: person.row(), attempt: trace.attempts });
    }

    /// Notes a person's fate; `kept` where an earlier run settled it.
    pub(super) fn settle(&mut self, person: &Person, outcome: &Outcome, kept: bool) {
        let is_gone = person.slot().is_none();
        if is_gone && !outcome.status.stays_on_record() {
            return;
        }
        self.append(person, outcome);
        let email = match person {
            Person::Row(_, row) => row.cell(self.email),
            Person::Listed(_, line) => &line.email,
        };
        if is_gone {
            self.gone += 1;
        } else {
            self.tally.add(outcome.status);
            self.kept += u64::from(kept);
            if outcome.status.needs_a_look() {
                count(&mut self.failures, person.row(), email, outcome);
            }
        }
        (self.on_event)(Event::Settled { row: person.row(), email, outcome, kept });
    }
}

fn count(failures: &mut HashMap<(Status, String), Failures>, row: Option<u32>, email: &str, outcome: &Outcome) {
    let code = outcome.error_code.as_deref().unwrap_or_default();
    let new = || Failures {
        status: outcome.status,
        code: code.to_owned(),
        count: 0,
        example_row: row,
        example_email: email.to_owned(),
        example_detail: outcome.error_detail.clone().unwrap_or_default(),
    };
    failures.entry((outcome.status, code.to_owned())).or_insert_with(new).count += 1;
}
