//! The time in which a job sent requests.

use jiff::{SignedDuration, Timestamp};

use super::listed::{Index, Named};
use super::record::Record;

/// The time by which an invite of the job may lie outside the recorded requests: clocks differ, and the server may have
/// finished a request after the program had given it up.
const MARGIN: SignedDuration = SignedDuration::from_secs(10);

/// The time from the first request on record to the last one, by the server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The time of the first request.
    pub from: Timestamp,
    /// The time at which the last row was finished.
    pub until: Timestamp,
}

impl Period {
    /// Returns the period of these lines; `None` if no request was sent.
    ///
    /// It includes the invites that Atlas returned as answers: if the clock that dates invites is wrong, they show it.
    pub(super) fn of(
        records: &[Record],
        index: &Index<'_>,
        server_time: impl Fn(Timestamp) -> Timestamp,
    ) -> Option<Self> {
        let sent = records.iter().filter(|record| record.was_sent());
        let requests = sent.flat_map(|record| [record.first_sent(), record.finished_at]).map(server_time);
        let answered = records.iter().filter(|record| record.was_sent() && record.was_answered());
        let created = answered.filter_map(|record| match index.named(record) {
            Named::Pending(entry) => entry.created_at,
            Named::OtherPerson(_) | Named::Absent | Named::NoId => None,
        });
        requests.chain(created).fold(None, |period, at| match period {
            None => Some(Self { from: at, until: at }),
            Some(Self { from, until }) => Some(Self { from: from.min(at), until: until.max(at) }),
        })
    }

    /// Returns whether an invite of this time may be from the job.
    pub(super) fn includes(&self, created_at: Timestamp) -> bool {
        !self.is_after(created_at) && self.until.duration_since(created_at) >= -MARGIN
    }

    /// Returns whether the period begins after this time.
    pub(super) fn is_after(&self, created_at: Timestamp) -> bool {
        self.from.duration_since(created_at) > MARGIN
    }
}
