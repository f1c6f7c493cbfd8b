//! The model's own record: every invitation with its creator, and every request of the job that may have created one.

use std::collections::BTreeMap;
use std::time::Duration;

use bulk_invite::model::fold_email;

/// Returns an address as the ledger keys it.
pub(crate) fn fold(email: &str) -> String {
    fold_email(email).into_owned()
}

/// The creator of an invitation, and so the cause of an email.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Creator {
    /// The invitation existed before the job.
    Before,
    /// A request of the job under test.
    Job,
    /// Another administrator, during the job.
    Admin,
}

/// An invitation, and so an email.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    /// The id that the endpoint in use returns: that of the invite or of the pending user.
    pub(crate) id: String,
    /// The id of the invite.
    pub(crate) invite: String,
    /// The id of the pending user.
    pub(crate) user_id: String,
    /// The folded address.
    pub(crate) address: String,
    /// The address as the server spells it.
    pub(crate) email: String,
    pub(crate) created: Duration,
    pub(crate) creator: Creator,
    pub(crate) accepted: Option<Duration>,
    /// The one who cancelled it.
    pub(crate) cancelled: Option<Creator>,
}

impl Issued {
    /// Returns whether the invitation is pending.
    pub(crate) fn is_pending(&self) -> bool {
        self.accepted.is_none() && self.cancelled.is_none()
    }
}

/// A request of the job to invite a person.
#[derive(Clone, Copy, Debug)]
struct Sent {
    flight: u64,
    at: Duration,
    /// Set if the job knows that the request was refused or not processed.
    refused: bool,
    /// The time at which the job learned that the request created no invite.
    settled: Option<Duration>,
}

#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) issued: Vec<Issued>,
    sent: BTreeMap<String, Vec<Sent>>,
    /// The time at which a look-up of the job last found no person, by address.
    absent: BTreeMap<String, Duration>,
}

impl Ledger {
    pub(crate) fn of<'a>(&'a self, address: &'a str) -> impl Iterator<Item = &'a Issued> {
        self.issued.iter().filter(move |issued| issued.address == address)
    }

    pub(crate) fn by_job<'a>(&'a self, address: &'a str) -> impl Iterator<Item = &'a Issued> {
        self.of(address).filter(|issued| issued.creator == Creator::Job)
    }

    /// Records that the job sends a request to invite this address.
    pub(crate) fn sent(&mut self, address: &str, flight: u64, at: Duration) {
        let sent = self.sent.entry(address.to_owned()).or_default();
        if let Some(absent) = self.absent.get(address) {
            for earlier in sent.iter_mut().filter(|earlier| earlier.settled.is_none() && earlier.at <= *absent) {
                earlier.settled = Some(*absent);
            }
        }
        sent.push(Sent { flight, at, refused: false, settled: None });
    }

    /// Records that the job knows that the request was refused or not processed.
    pub(crate) fn refused(&mut self, address: &str, flight: u64) {
        let sent = self.sent.get_mut(address).into_iter().flatten();
        sent.filter(|sent| sent.flight == flight).for_each(|sent| sent.refused = true);
    }

    /// Records that the job was killed. It no longer knows the answers that it had not written to the file, and it
    /// writes an answer only when the row ends.
    pub(crate) fn forget(&mut self, mut is_open: impl FnMut(&str) -> bool) {
        for (address, sent) in &mut self.sent {
            if let Some(last) = sent.last_mut().filter(|last| last.refused && is_open(address)) {
                last.refused = false;
            }
        }
    }

    /// Records that a look-up of the job found no person.
    pub(crate) fn found_absent(&mut self, address: &str, at: Duration) {
        self.absent.insert(address.to_owned(), at);
    }

    /// Returns whether a request of the job for this address may have been processed at `at`, as far as the job can
    /// know.
    ///
    /// An invitation that another administrator created in that time cannot be distinguished from the job's own,
    /// because Atlas names no creator to compare. `early` is the time by which an invitation may appear older than the
    /// request; `None` if the server shows no times.
    pub(crate) fn may_come_from_job(&self, address: &str, at: Duration, early: Option<Duration>) -> bool {
        self.sent.get(address).is_some_and(|sent| {
            sent.iter().any(|sent| {
                let begun = early.is_none_or(|early| sent.at <= at + early);
                begun && !sent.refused && sent.settled.is_none_or(|settled| at <= settled)
            })
        })
    }
}
