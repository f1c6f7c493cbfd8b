//! The pages of the model's lists. What an answer shows beside its entries is decided here alone.

use bulk_invite::atlas::{NextLink, Page};

use crate::atlas::Atlas;

/// The largest page that the client requests, in entries.
const REQUESTED: usize = 500;

impl Atlas {
    /// Returns the page with this number, from 1, of a list.
    pub(crate) fn page_of<T>(&mut self, all: Vec<T>, number: u32) -> Page<T> {
        let size = self.server.hazards.page_cap.unwrap_or(REQUESTED);
        let before = size * (number as usize - 1);
        let has_next = all.len() > before + size;
        let next = match self.server.hazards.page_cap {
            // The last page may still have a link, to an empty page.
            Some(_) if has_next || self.rng.bool() => NextLink::Present,
            Some(_) => NextLink::Absent,
            None => [NextLink::Present, NextLink::Absent, NextLink::Unstated][self.rng.usize(..3)],
        };
        let next = if all.len() <= before { NextLink::Absent } else { next };
        Page { entries: all.into_iter().skip(before).take(size).collect(), next }
    }

    /// Returns whether a look-up ignores its filter, and returns the first page of all people.
    pub(crate) fn ignores_filter(&mut self) -> bool {
        self.server.hazards.ignored_filters && self.rng.bool()
    }

    /// Returns the answer to a look-up of people.
    pub(crate) fn found<T>(&mut self, found: Vec<T>, ignored: bool) -> Page<T> {
        // A page of all people is short, so that it rarely has the person.
        let size = if ignored { 3 } else { REQUESTED };
        let next = if found.len() > size { NextLink::Present } else { NextLink::Absent };
        Page { entries: found.into_iter().take(size).collect(), next }
    }
}
