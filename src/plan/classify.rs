//! The first three questions about a row: is it sound, whom does it name, has an earlier row named the same person.
//!
//! The one way from a row to an invitation, shared by the run, its [`crate::plan::forecast`] and [`crate::plan::check`], so that none
//! of them can judge a row otherwise than the others. Who is there already is the next question, and not asked here.

use crate::model::invitation::Invitation;
use crate::model::person::{EarlierRow, PersonKey, PersonKeys, Seen};
use crate::plan::{Planner, Rejection, digest};
use crate::spreadsheet::Row;

/// What a row turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Classified {
    /// The first row that names this person.
    Person(PersonKey, Invitation),
    /// An earlier row, this one, asks for the same.
    Duplicate(u32),
    /// It fails our checks, or asks for something else than an earlier row for the same person.
    Invalid(Rejection),
}

/// Takes the rows of one sheet, in their order.
#[derive(Debug)]
pub struct Classifier<'a> {
    planner: Planner<'a>,
    keys: PersonKeys,
    seen: Seen,
}

impl<'a> Classifier<'a> {
    /// Before the first of about so many rows. `keys` must be the ones by which an earlier run's people are known.
    pub fn new(planner: Planner<'a>, keys: PersonKeys, rows: usize) -> Self {
        Self { planner, keys, seen: Seen::with_capacity(rows) }
    }

    /// Classifies the next row.
    pub fn classify(&mut self, row: &Row) -> Classified {
        let invitation = match self.planner.plan(row) {
            Ok(invitation) => invitation,
            Err(rejection) => return Classified::Invalid(rejection),
        };
        let key = self.keys.key(invitation.organization, &invitation.email);
        match self.seen.insert(key, digest(&invitation), row.number) {
            None => Classified::Person(key, invitation),
            Some(EarlierRow { number, same: true }) => Classified::Duplicate(number),
            Some(EarlierRow { number, same: false }) => Classified::Invalid(Rejection::conflicting_duplicate(number)),
        }
    }

    /// What plans the rows.
    pub fn planner(&self) -> &Planner<'a> {
        &self.planner
    }
}
