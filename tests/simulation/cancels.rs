//! The model's record of cancellations: every request of the job to cancel an invite, what the job was told of it, and
//! which invites the job can know not to be its own.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bulk_invite::atlas::{Answer, Body};

use crate::ledger::{Issued, fold};
use crate::results::Line;
use crate::sheet::address_of;

/// What the job knows of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// Nothing that settles it.
    Nothing,
    /// It was refused, or not processed.
    Refused,
    Cancelled,
}

#[derive(Clone, Debug)]
struct Cancel {
    flight: u64,
    invite: String,
    told: Told,
}

#[derive(Debug, Default)]
pub(crate) struct Cancels {
    sent: BTreeMap<String, Vec<Cancel>>,
    /// Addresses for which a killed process had written down that it was about to send.
    announced: BTreeSet<String>,
    /// By address, the invite or person that the run's results name.
    named: BTreeMap<String, String>,
    /// Since when the job knows which invite to an address is its own, or that none is.
    known: BTreeMap<String, Duration>,
}

impl Cancels {
    /// Another run begins, by these lines of the run.
    pub(crate) fn begin(&mut self, run: &[Line]) {
        let named = run.iter().filter(|line| line.status == "invited" && !line.invite_id.is_empty());
        self.named = named.map(|line| (line.address.clone(), line.invite_id.clone())).collect();
    }

    /// The job sends a request to cancel this invite.
    pub(crate) fn sent(&mut self, address: &str, invite: String, flight: u64, at: Duration) {
        self.known.entry(address.to_owned()).or_insert(at);
        let cancel = Cancel { flight, invite, told: Told::Nothing };
        self.sent.entry(address.to_owned()).or_default().push(cancel);
    }

    /// The job invites the person, so that there may be an invite of its own that it does not know.
    pub(crate) fn invites(&mut self, address: &str) {
        self.known.remove(address);
    }

    /// The job has its answer.
    pub(crate) fn answered(&mut self, email: &str, flight: u64, answer: &Answer) {
        let told = match answer {
            Answer::NotSent(_) => Told::Refused,
            Answer::NoAnswer(_) => Told::Nothing,
            Answer::Response(response) if matches!(response.body, Body::Revoked) => Told::Cancelled,
            Answer::Response(response) if response.status < 300 || matches!(response.status, 408 | 500..) => {
                Told::Nothing
            }
            Answer::Response(_) => Told::Refused,
        };
        let sent = self.sent.get_mut(&fold(email)).into_iter().flatten();
        sent.filter(|cancel| cancel.flight == flight).for_each(|cancel| cancel.told = told);
    }

    /// The process was killed: what it had not written down, it does not know any more.
    pub(crate) fn forget(&mut self, people: usize, is_sending: impl FnMut(&String) -> bool) {
        let sending: Vec<String> = (0..people).map(address_of).filter(is_sending).collect();
        for address in sending {
            if let Some(last) = self.sent.get_mut(&address).and_then(|sent| sent.last_mut()) {
                last.told = Told::Nothing;
            }
            self.announced.insert(address);
        }
    }

    /// A run ended by itself and wrote these lines.
    pub(crate) fn ended(&mut self, lines: &[Line], at: Duration) {
        for line in lines.iter().filter(|line| line.status == "gone") {
            self.known.entry(line.address.clone()).or_insert(at);
        }
    }

    /// Whether the job may have cancelled it, as far as it was told.
    pub(crate) fn may_have(&self, issued: &Issued) -> bool {
        self.announced.contains(&issued.address) || self.any(issued, |told| told != Told::Refused)
    }

    /// Whether the job was told that it has cancelled it.
    pub(crate) fn was_told(&self, issued: &Issued) -> bool {
        self.any(issued, |told| told == Told::Cancelled)
    }

    fn any(&self, issued: &Issued, told: impl Fn(Told) -> bool) -> bool {
        let sent = self.sent.get(&issued.address).into_iter().flatten();
        sent.filter(|cancel| cancel.invite == issued.invite).any(|cancel| told(cancel.told))
    }

    /// Whether the job can know that an invite is not its own: its results name another, or it was created after the job
    /// had learned which is, or that none is.
    pub(crate) fn is_known_to_be_another(&self, issued: &Issued) -> bool {
        match self.named.get(&issued.address) {
            Some(named) => ![&issued.invite, &issued.id, &issued.user_id].contains(&named),
            None => self.known.get(&issued.address).is_some_and(|known| issued.created > *known),
        }
    }
}
