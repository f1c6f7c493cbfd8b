//! What the run knows of its rows: the journal first, then the tally, then the event.

use std::collections::HashMap;

use super::Failures;
use crate::event::Event;
use crate::invitation::ObjectId;
use crate::journal::{Journal, Line, Slot, Subject};
use crate::outcome::{Outcome, Status, Tally};
use crate::roster::{Header, Row};

/// Whom an outcome is about.
#[derive(Debug)]
pub(super) enum Person {
    /// A row of the sheet.
    Row(Slot, Row),
    /// Somebody who is no longer in the sheet, as an earlier run's line has them.
    Gone(Line),
}

impl Person {
    pub(super) fn row(&self) -> Option<u32> {
        match self {
            Person::Row(_, row) => Some(row.number),
            Person::Gone(_) => None,
        }
    }
}

pub(super) struct Book<'e> {
    pub(super) journal: Journal,
    pub(super) tally: Tally,
    pub(super) kept: u64,
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
    pub(super) fn new(
        journal: Journal,
        header: &Header,
        organization: Option<ObjectId>,
        on_event: &'e mut dyn FnMut(Event<'_>),
    ) -> Self {
        Self {
            journal,
            tally: Tally::default(),
            kept: 0,
            gone: 0,
            failures: HashMap::new(),
            on_event,
            organization: organization.map(|id| id.to_string()).unwrap_or_default(),
            email: header.email(),
            org_id: header.org_id(),
            carried: header.carried().iter().map(|carried| carried.cell).collect(),
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
            Person::Gone(line) => {
                let subject = Subject { row: None, email: &line.email, org_id: &line.org_id };
                self.journal.append(None, subject, outcome, line.cells.iter().map(String::as_str));
            }
        }
    }

    /// Notes a person's fate; `kept` where an earlier run settled it.
    pub(super) fn settle(&mut self, person: &Person, outcome: &Outcome, kept: bool) {
        match person {
            Person::Row(_, row) => {
                self.append(person, outcome);
                self.tally.add(outcome.status);
                self.kept += u64::from(kept);
                let email = row.cell(self.email);
                if outcome.status.needs_a_look() {
                    count(&mut self.failures, row.number, email, outcome);
                }
                (self.on_event)(Event::Settled { row: Some(row.number), email, outcome, kept });
            }
            Person::Gone(line) => match outcome.status {
                Status::Invited | Status::Unknown | Status::Sending => {
                    self.append(person, outcome);
                    self.gone += 1;
                    (self.on_event)(Event::Settled { row: None, email: &line.email, outcome, kept });
                }
                // This job's invites and open questions are kept on record, and nobody else's business is.
                Status::AlreadyInvited
                | Status::AlreadyMember
                | Status::Duplicate
                | Status::Invalid
                | Status::Failed
                | Status::NotSent => {}
            },
        }
    }
}

fn count(failures: &mut HashMap<(Status, String), Failures>, row: u32, email: &str, outcome: &Outcome) {
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
