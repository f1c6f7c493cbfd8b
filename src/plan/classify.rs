//! Classifies a row: a person to invite, a duplicate of an earlier row, or invalid.
//!
//! The run, [`crate::plan::forecast`] and [`crate::plan::check`] all use this module, so that they never disagree about a
//! row. Whether the person is in the organization already is decided later.

use crate::model::invitation::Invitation;
use crate::model::person::{EarlierRow, PersonKey, PersonKeys, Seen};
use crate::plan::{Planner, Rejection, digest};
use crate::spreadsheet::Row;

/// The class of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Classified {
    /// The first row for this person.
    Person(PersonKey, Invitation),
    /// A row that asks for the same as an earlier one, whose number this is.
    Duplicate(u32),
    /// A row that fails a check, or that conflicts with an earlier row for the same person.
    Invalid(Rejection),
}

/// A classifier for the rows of one sheet, in their order.
#[derive(Debug)]
pub struct Classifier<'a> {
    planner: Planner<'a>,
    keys: PersonKeys,
    seen: Seen,
}

impl<'a> Classifier<'a> {
    /// Creates a classifier for about `rows` rows. `keys` must be those that the journal of earlier runs uses.
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

    /// Returns the planner of the rows.
    pub fn planner(&self) -> &Planner<'a> {
        &self.planner
    }
}
