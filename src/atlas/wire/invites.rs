//! Parses the list of invites while it arrives. Atlas does not page it, so it may be long.

use bytes::Bytes;

use super::answer::parse;
use super::elements::Elements;
use super::entity::Entry;
use super::loose::Object;
use crate::atlas::api::{Invite, MOST_ENTRIES};
use crate::atlas::reply::Malformed;

/// The beginning of a body that is kept to describe it, in bytes.
const START: usize = 400;

/// A list of invites, as far as it has arrived.
#[derive(Default)]
pub(in crate::atlas) struct InviteList {
    elements: Elements,
    invites: Vec<Invite>,
    start: Vec<u8>,
    problem: Option<&'static str>,
}

impl InviteList {
    /// Parses the next part of the body. Returns whether to read on: a malformed list is not read to its end, and
    /// neither is one that is too long.
    pub(in crate::atlas) fn push(&mut self, chunk: &[u8]) -> bool {
        let room = START.saturating_sub(self.start.len()).min(chunk.len());
        self.start.extend_from_slice(&chunk[..room]);
        let invites = &mut self.invites;
        let taken = self.elements.push(chunk, |element| {
            let entry = parse::<Object<Entry<'_>>>(element)?.0.and_then(Entry::invite);
            invites.push(entry.ok_or("an entry without an id or name")?);
            Ok(())
        });
        self.problem = taken.err();
        self.problem.is_none() && !self.is_too_long()
    }

    /// Returns the invites. A list that is too long has more than [`MOST_ENTRIES`] of them, and is not complete.
    ///
    /// # Errors
    ///
    /// The list is malformed or cut off.
    pub(in crate::atlas) fn finish(self) -> Result<Vec<Invite>, Malformed> {
        let complete = if self.is_too_long() { Ok(()) } else { self.elements.finish() };
        match self.problem.map_or(complete, Err) {
            Ok(()) => Ok(self.invites),
            Err(problem) => Err(Malformed { problem, start: Bytes::from(self.start) }),
        }
    }

    fn is_too_long(&self) -> bool {
        self.invites.len() > MOST_ENTRIES
    }
}
