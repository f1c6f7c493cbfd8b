//! The model's own record: every invitation that exists with who created it, and every request of the job that may have
//! created one.

use std::collections::BTreeMap;
use std::time::Duration;

use bulk_invite::model::fold_email;

/// An address as the ledger keys it.
pub(crate) fn fold(email: &str) -> String {
    fold_email(email).into_owned()
}

/// Who caused an invitation, and so an email.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Creator {
    /// It was there before the job.
    Before,
    /// A request of the job under test.
    Job,
    /// Another administrator, meanwhile.
    Admin,
}

/// One invitation, one email.
#[derive(Clone, Debug)]
pub(crate) struct Issued {
    /// What the endpoint in use calls it: the invite's own id, or the pending user's.
    pub(crate) id: String,
    /// The invite's own id.
    pub(crate) invite: String,
    /// The id of the pending user that it made.
    pub(crate) user_id: String,
    /// The address, folded.
    pub(crate) address: String,
    /// The address as the server has it.
    pub(crate) email: String,
    pub(crate) created: Duration,
    pub(crate) creator: Creator,
    pub(crate) accepted: Option<Duration>,
    /// Who cancelled it.
    pub(crate) cancelled: Option<Creator>,
}

impl Issued {
    /// Whether it is pending.
    pub(crate) fn is_open(&self) -> bool {
        self.accepted.is_none() && self.cancelled.is_none()
    }
}

/// A request of the job that was not certainly refused.
#[derive(Clone, Copy, Debug)]
struct Sent {
    flight: u64,
    at: Duration,
    /// Whether the job was told that it was refused or not processed.
    refused: bool,
    /// When the server told that nothing had come of it.
    settled: Option<Duration>,
}

#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) issued: Vec<Issued>,
    sent: BTreeMap<String, Vec<Sent>>,
    /// When the job was last told that nobody is there.
    nobody: BTreeMap<String, Duration>,
}

impl Ledger {
    pub(crate) fn of<'a>(&'a self, address: &'a str) -> impl Iterator<Item = &'a Issued> {
        self.issued.iter().filter(move |issued| issued.address == address)
    }

    pub(crate) fn by_job<'a>(&'a self, address: &'a str) -> impl Iterator<Item = &'a Issued> {
        self.of(address).filter(|issued| issued.creator == Creator::Job)
    }

    /// The job sends a request to invite this address.
    pub(crate) fn sent(&mut self, address: &str, flight: u64, at: Duration) {
        let sent = self.sent.entry(address.to_owned()).or_default();
        if let Some(nobody) = self.nobody.get(address) {
            for earlier in sent.iter_mut().filter(|earlier| earlier.settled.is_none() && earlier.at <= *nobody) {
                earlier.settled = Some(*nobody);
            }
        }
        sent.push(Sent { flight, at, refused: false, settled: None });
    }

    /// The request was certainly not processed, or refused, and the job was told.
    pub(crate) fn came_to_nothing(&mut self, address: &str, flight: u64) {
        let sent = self.sent.get_mut(address).into_iter().flatten();
        sent.filter(|sent| sent.flight == flight).for_each(|sent| sent.refused = true);
    }

    /// The job was killed. What it was told of a request and had not written down, it does not know any more; and it
    /// writes down an answer only when it settles the row.
    pub(crate) fn forget(&mut self, mut is_open: impl FnMut(&str) -> bool) {
        for (address, sent) in &mut self.sent {
            if let Some(last) = sent.last_mut().filter(|last| last.refused && is_open(address)) {
                last.refused = false;
            }
        }
    }

    /// The job was told that nobody is there.
    pub(crate) fn told_nobody(&mut self, address: &str, at: Duration) {
        self.nobody.insert(address.to_owned(), at);
    }

    /// Whether a request of the job for this address may have been processed at `at`, as far as the job could know.
    ///
    /// An invitation of somebody else that was created in such a span cannot be told from the job's own by anything that
    /// Atlas says: it names no creator that we could compare with. `early` is how much older than the request an
    /// invitation may look; `None` where the server shows no times at all.
    pub(crate) fn is_in_doubt(&self, address: &str, at: Duration, early: Option<Duration>) -> bool {
        self.sent.get(address).is_some_and(|sent| {
            sent.iter().any(|sent| {
                let begun = early.is_none_or(|early| sent.at <= at + early);
                begun && !sent.refused && sent.settled.is_none_or(|settled| at <= settled)
            })
        })
    }
}
