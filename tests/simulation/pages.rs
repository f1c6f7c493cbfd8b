//! The pages of the model's lists. What an answer shows beside its entries is decided here alone.

use bulk_invite::atlas::Page;

use crate::atlas::Atlas;

/// The largest page that the client requests, in entries.
const REQUESTED: usize = 500;

impl Atlas {
    /// Returns the page with this number, from 1, of a list.
    pub(crate) fn page_of<T>(&mut self, all: Vec<T>, number: u32, total: Option<u64>) -> Page<T> {
        let cap = self.server.hazards.page_cap;
        let total = match cap {
            Some(_) => [None, Some(self.rng.u64(..=2 * all.len() as u64))][self.rng.usize(..2)],
            None => total,
        };
        let size = cap.unwrap_or(REQUESTED);
        let before = size * (number as usize - 1);
        let has_next = all.len() > before + size;
        page(all.into_iter().skip(before).take(size).collect(), total, has_next)
    }

    /// Returns whether a look-up ignores its filter, and returns the first page of all people.
    pub(crate) fn ignores_filter(&mut self) -> bool {
        self.server.hazards.ignored_filters && self.rng.bool()
    }

    /// Returns the answer to a look-up of people.
    pub(crate) fn found<T>(&mut self, found: Vec<T>, ignored: bool) -> Page<T> {
        // A page of all people is short, so that it rarely has the person.
        let size = if ignored { 3 } else { REQUESTED };
        let has_next = found.len() > size;
        page(found.into_iter().take(size).collect(), None, has_next)
    }
}

/// Creates a page. `has_next` is set if the answer has a `next` link.
fn page<T>(entries: Vec<T>, total: Option<u64>, has_next: bool) -> Page<T> {
    // The client does not read the link yet.
    let _ = has_next;
    Page { entries, total }
}
