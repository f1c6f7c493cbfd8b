//! The faults that change how one request is processed. Unlike others they combine.

use std::num::NonZeroUsize;

use jiff::{SignedDuration, Timestamp};

use super::kind::{Lacking, ListFault};

/// The changes to the processing of one request.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Alterations {
    /// The difference between `createdAt` and the time of the creation.
    pub(crate) created_by: SignedDuration,
    pub(crate) lacking: Vec<Lacking>,
    pub(crate) page_cap: Option<NonZeroUsize>,
    pub(crate) short_pages: bool,
    pub(crate) total_count: isize,
    pub(crate) no_total_count: bool,
    pub(crate) ignore_username: bool,
    pub(crate) endless: bool,
}

impl Alterations {
    pub(super) fn add_list_fault(&mut self, fault: ListFault) {
        match fault {
            ListFault::PageCap(cap) => {
                self.page_cap.get_or_insert(cap);
            }
            ListFault::ShortPages => self.short_pages = true,
            ListFault::TotalCount(by) => self.total_count = self.total_count.saturating_add(by),
            ListFault::NoTotalCount => self.no_total_count = true,
            ListFault::IgnoreUsername => self.ignore_username = true,
            ListFault::Endless => self.endless = true,
        }
    }

    /// Returns the time that a creation at this time states.
    pub(crate) fn created_at(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.created_by).unwrap_or(now)
    }

    /// Returns the `totalCount` of a list with this many entries.
    pub(crate) fn stated_total(&self, total: usize) -> Option<usize> {
        (!self.no_total_count).then(|| total.saturating_add_signed(self.total_count))
    }
}
