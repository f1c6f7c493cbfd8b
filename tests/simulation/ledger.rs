//! The model's own record: every invitation with its creator, and every request of the job that may have created one.

use std::collections::BTreeMap;
use std::time::Duration;

use bulk_invite::model::fold_email;
use jiff::Timestamp;

/// The name of the job's credential, as answers show it.
pub(crate) const OUR_NAME: &str = "modelkey";
/// The names of other administrators.
pub(crate) const OTHER_NAMES: [&str; 2] = ["ada@example.com", "otherkey"];

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
    /// Another job with the same credential, during the job.
    OtherJob,
    /// Another process that runs the same sheet with the same credential.
    OtherProcess,
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
    /// The name of the creator.
    pub(crate) inviter: &'static str,
    /// The times as answers show them.
    pub(crate) shown: Shown,
    pub(crate) accepted: Option<Duration>,
    /// The one who cancelled it.
    pub(crate) cancelled: Option<Creator>,
    pub(crate) expired: bool,
}

/// The times of an invitation as answers show them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    /// The time from which on lists and look-ups have the invitation.
    pub(crate) from: Duration,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

impl Issued {
    /// Returns whether the invitation can no longer be accepted.
    pub(crate) fn is_over(&self) -> bool {
        self.cancelled.is_some() || self.expired
    }

    /// Returns whether an id in the results may name the invitation. If the endpoint may differ from run to run, that is
    /// the id of the invite or of the person.
    pub(crate) fn is_named(&self, id: &str, by_any_endpoint: bool) -> bool {
        // A row with two invitations names both.
        id.split(';').any(|id| self.id == id || (by_any_endpoint && (self.invite == id || self.user_id == id)))
    }

    /// Returns whether the invitation is pending.
    pub(crate) fn is_pending(&self) -> bool {
        self.accepted.is_none() && !self.is_over()
    }
}

/// A request of the job to invite a person.
#[derive(Clone, Copy, Debug)]
struct Sent {
    flight: u64,
    at: Duration,
    /// Set if the job knows that the request was refused or not processed.
    refused: bool,
    /// Set if the job knows that the request is no attempt.
    postponed: bool,
    /// The time at which the job learned that the request created no invite.
    settled: Option<Duration>,
}

/// The deviations with which an invitation may count as the job's.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tolerance {
    /// The time by which it may appear older than the request; `None` for any age.
    pub(crate) early: Option<Duration>,
    /// The time by which it may be younger than the answer that the person is absent.
    pub(crate) late: Duration,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) issued: Vec<Issued>,
    sent: BTreeMap<String, Vec<Sent>>,
    /// The time at which a look-up of the job last found no person, by address.
    absent: BTreeMap<String, Duration>,
    /// See [`Ledger::new`].
    no_times: bool,
    /// The kills, each of which may have prevented a request that was recorded.
    kills: usize,
}

impl Ledger {
    /// Creates a ledger. `no_times` is set if no time that the job knows can be compared with another.
    pub(crate) fn new(no_times: bool) -> Self {
        Self { no_times, ..Self::default() }
    }

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
        sent.push(Sent { flight, at, refused: false, postponed: false, settled: None });
    }

    /// Records that the job knows that the request was refused or not processed.
    pub(crate) fn refused(&mut self, address: &str, flight: u64) {
        let sent = self.sent.get_mut(address).into_iter().flatten();
        sent.filter(|sent| sent.flight == flight).for_each(|sent| sent.refused = true);
    }

    /// Records that the job was killed. It no longer knows the answers that it had not written to the file, and it
    /// writes an answer only when the row ends.
    pub(crate) fn forget(&mut self, mut is_open: impl FnMut(&str) -> bool) {
        self.kills += 1;
        for (address, sent) in &mut self.sent {
            if let Some(last) = sent.last_mut().filter(|last| last.refused && is_open(address)) {
                last.refused = false;
            }
        }
    }

    /// Records that nothing was processed for a reason that is not the row's, so that the request is no attempt.
    pub(crate) fn postponed(&mut self, address: &str, flight: u64) {
        let sent = self.sent.get_mut(address).into_iter().flatten();
        sent.filter(|sent| sent.flight == flight).for_each(|sent| sent.postponed = true);
    }

    /// Returns the number of requests to invite this address that may count as attempts.
    pub(crate) fn attempts(&self, address: &str) -> usize {
        self.sent.get(address).into_iter().flatten().filter(|sent| !sent.postponed).count() + self.kills
    }

    /// Records that a look-up of the job found no person.
    pub(crate) fn found_absent(&mut self, address: &str, at: Duration) {
        self.absent.insert(address.to_owned(), at);
    }

    /// Returns whether a request of the job for this address may have been processed at `at`, as far as the job can
    /// know.
    ///
    /// An invitation that another administrator created in that time cannot be distinguished from the job's own,
    /// because Atlas names no creator to compare.
    pub(crate) fn may_come_from_job(&self, address: &str, at: Duration, tolerance: Tolerance) -> bool {
        let Tolerance { early, late } = tolerance;
        self.sent.get(address).is_some_and(|sent| {
            sent.iter().any(|sent| {
                let begun = early.is_none_or(|early| sent.at <= at + early);
                begun && !sent.refused && (self.no_times || sent.settled.is_none_or(|settled| at <= settled + late))
            })
        })
    }
}
