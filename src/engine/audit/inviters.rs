//! The names under which the credentials of the job create invites.

use std::collections::HashSet;

use super::listed::{Index, Listed, Named};
use super::record::Record;
use crate::engine::authorship::Author;

/// Recognizes the invites of the job by their inviter.
///
/// The best evidence is an invite that Atlas returned as the answer to a request on record, because its inviter is the
/// credential of that run. It may be another one than the audit uses. Without such an invite, the audit's own
/// credential counts.
pub(super) struct Inviters<'a, A> {
    proven: HashSet<&'a str>,
    author: A,
}

impl<'a, A: Fn(Option<&str>) -> Author> Inviters<'a, A> {
    pub(super) fn new(records: &[Record], index: &Index<'a>, author: A) -> Self {
        let answered = records.iter().filter(|record| record.was_answered());
        let inviter = |record| match index.named(record) {
            Named::Pending(entry) => entry.invited_by.as_deref(),
            Named::OtherPerson(_) | Named::Absent | Named::NoId => None,
        };
        Self { proven: answered.filter_map(inviter).collect(), author }
    }

    /// Returns whether an invite on record was certainly not created by the job.
    pub(super) fn is_foreign(&self, entry: &Listed) -> bool {
        // A 2xx without an id is followed by a look-up, which may have found another's invite. The proven names then
        // include that of another.
        self.author(entry) == Author::Other && (self.author)(entry.invited_by.as_deref()) != Author::Own
    }

    pub(super) fn author(&self, entry: &Listed) -> Author {
        match entry.invited_by.as_deref() {
            None => Author::Unknown,
            name if self.proven.is_empty() => (self.author)(name),
            Some(name) if self.proven.contains(name) => Author::Own,
            Some(_) => Author::Other,
        }
    }
}
