//! The model's record of cancellations: every request of the job to cancel an invite with the outcome that the job
//! knows, and the invites that the job can know not to be its own.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bulk_invite::atlas::{Answer, Body};

use crate::ledger::{Issued, fold};
use crate::results::Line;
use crate::sheet::address_of;

/// The outcome of a request, as far as the job knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Unknown,
    /// The request was refused or not processed.
    Refused,
    Cancelled,
}

#[derive(Clone, Debug)]
struct Cancel {
    flight: u64,
    invite: String,
    outcome: Known,
}

#[derive(Debug, Default)]
pub(crate) struct Cancellations {
    sent: BTreeMap<String, Vec<Cancel>>,
    /// Addresses for which a killed process had recorded that it was about to send.
    announced: BTreeSet<String>,
    /// The invite or person that the run's results name, by address.
    named: BTreeMap<String, String>,
    /// The time since when the job knows which invite to an address is its own, or that none is, by address.
    known: BTreeMap<String, Duration>,
}

impl Cancellations {
    /// Begins another revoke of these lines of the run.
    pub(crate) fn begin(&mut self, run: &[Line]) {
        let named = run.iter().filter(|line| line.status == "invited" && !line.invite_id.is_empty());
        self.named = named.map(|line| (line.address.clone(), line.invite_id.clone())).collect();
    }

    /// Records that the job sends a request to cancel this invite.
    pub(crate) fn sent(&mut self, address: &str, invite: String, flight: u64, at: Duration) {
        self.known.entry(address.to_owned()).or_insert(at);
        let cancel = Cancel { flight, invite, outcome: Known::Unknown };
        self.sent.entry(address.to_owned()).or_default().push(cancel);
    }

    /// Records that the job invites the person, which may create an invite that it does not know about.
    pub(crate) fn invites(&mut self, address: &str) {
        self.known.remove(address);
    }

    /// Records that the job has received an answer.
    pub(crate) fn answered(&mut self, email: &str, flight: u64, answer: &Answer) {
        let outcome = match answer {
            Answer::NotSent(_) => Known::Refused,
            Answer::NoAnswer(_) => Known::Unknown,
            Answer::Response(response) if matches!(response.body, Body::Revoked) => Known::Cancelled,
            Answer::Response(response) if response.status < 300 || matches!(response.status, 408 | 500..) => {
                Known::Unknown
            }
            Answer::Response(_) => Known::Refused,
        };
        let sent = self.sent.get_mut(&fold(email)).into_iter().flatten();
        sent.filter(|cancel| cancel.flight == flight).for_each(|cancel| cancel.outcome = outcome);
    }

    /// Records that the process was killed. It no longer knows what it had not written to the file.
    pub(crate) fn forget(&mut self, people: usize, is_sending: impl FnMut(&String) -> bool) {
        let sending: Vec<String> = (0..people).map(address_of).filter(is_sending).collect();
        for address in sending {
            if let Some(last) = self.sent.get_mut(&address).and_then(|sent| sent.last_mut()) {
                last.outcome = Known::Unknown;
            }
            self.announced.insert(address);
        }
    }

    /// Records that a revoke ended by itself and wrote these lines.
    pub(crate) fn ended(&mut self, lines: &[Line], at: Duration) {
        for line in lines.iter().filter(|line| line.status == "gone") {
            self.known.entry(line.address.clone()).or_insert(at);
        }
    }

    /// Returns whether the job may have cancelled the invite, as far as it knows.
    pub(crate) fn may_have_cancelled(&self, issued: &Issued) -> bool {
        self.announced.contains(&issued.address) || self.any(issued, |outcome| outcome != Known::Refused)
    }

    /// Returns whether the job knows that it has cancelled the invite.
    pub(crate) fn knows_cancelled(&self, issued: &Issued) -> bool {
        self.any(issued, |outcome| outcome == Known::Cancelled)
    }

    fn any(&self, issued: &Issued, wanted: impl Fn(Known) -> bool) -> bool {
        let sent = self.sent.get(&issued.address).into_iter().flatten();
        sent.filter(|cancel| cancel.invite == issued.invite).any(|cancel| wanted(cancel.outcome))
    }

    /// Returns whether the job can know that an invite is not its own: its results name another, or the invite was
    /// created after the job had learned which one is its own, or that none is.
    pub(crate) fn is_known_not_ours(&self, issued: &Issued) -> bool {
        match self.named.get(&issued.address) {
            Some(named) => !issued.is_named(named, true),
            None => self.known.get(&issued.address).is_some_and(|known| issued.created > *known),
        }
    }
}
