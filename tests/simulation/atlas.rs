//! The model of Atlas: an organization with its people, its invitations and its limits.
//!
//! It is one value behind one lock, with everything that the checks need. [`crate::answers`] has its answers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bulk_invite::atlas::{Api, EndpointSet, Membership};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use crate::bucket::{Bucket, InvitationLimit};
use crate::cancellations::Cancellations;
use crate::client_rules::ClientRules;
use crate::faults::Faults;
use crate::history::History;
use crate::ledger::{Creator, Issued, Ledger, fold};
use crate::scenario::ServerOptions;

/// The organization of every seed.
pub(crate) const ORGANIZATION: &str = "32b6e34b3d91647abb20e7b8";
/// The time at which every seed begins, on the job's clock.
pub(crate) const START: Timestamp = Timestamp::constant(1_795_000_000, 123_000_000);

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) user_id: String,
    pub(crate) email: String,
    pub(crate) membership: Membership,
    pub(crate) invited: Duration,
}

#[derive(Debug)]
pub(crate) struct Atlas {
    pub(crate) server: ServerOptions,
    pub(crate) faults: Faults,
    pub(crate) rng: Rng,
    pub(crate) history: History,
    pub(crate) ledger: Ledger,
    pub(crate) client_rules: ClientRules,
    /// The job's requests to cancel invites.
    pub(crate) cancellations: Cancellations,
    /// Addresses that are always refused.
    pub(crate) blocked: BTreeSet<String>,
    /// Requests that the server has not finished, even if the client no longer waits.
    pub(crate) in_process: BTreeMap<u64, String>,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) buckets: [Bucket; EndpointSet::ALL.len()],
    pub(crate) invitation_limit: Option<InvitationLimit>,
    pub(crate) upgrade_until: Duration,
    pub(crate) organization_gone: bool,
    /// The number of the job's run.
    pub(crate) run: u32,
    /// The number of the valid credential. Older ones are refused.
    pub(crate) credential: u64,
    /// The number of the credential that the client uses.
    pub(crate) client_credential: u64,
    /// The times at which buckets fill, by the request that was refused.
    pub(crate) announced: BTreeMap<u64, Duration>,
    flights: u64,
    ids: u64,
}

impl Atlas {
    pub(crate) fn new(server: ServerOptions, rng: Rng, history: History) -> Self {
        let (capacity, refill, period) = server.bucket;
        Self {
            faults: Faults::none(),
            rng,
            history,
            ledger: Ledger::default(),
            client_rules: ClientRules::default(),
            cancellations: Cancellations::default(),
            blocked: BTreeSet::new(),
            in_process: BTreeMap::new(),
            accounts: BTreeMap::new(),
            buckets: [Bucket::new(capacity, refill, period); EndpointSet::ALL.len()],
            invitation_limit: server.invitation_limit.map(|(most, period)| InvitationLimit::new(most, period)),
            upgrade_until: Duration::ZERO,
            organization_gone: false,
            run: 0,
            credential: 0,
            client_credential: 0,
            announced: BTreeMap::new(),
            flights: 0,
            ids: 0,
            server,
        }
    }

    /// Returns a time on the server's clock.
    fn clock(&self, at: Duration) -> Timestamp {
        let ours = SignedDuration::try_from(at).expect("seeds are short");
        START + ours + SignedDuration::from_millis(self.server.skew)
    }

    /// Returns the expiry of an invitation, as answers show it.
    pub(crate) fn expires_at(&self, created: Duration) -> Timestamp {
        self.shown(created + Duration::from_secs(30 * 86_400))
    }

    /// Returns a time as answers show it: on the server's clock, rounded down to the second.
    pub(crate) fn shown(&self, at: Duration) -> Timestamp {
        Timestamp::from_second(self.clock(at).as_second()).expect("seeds are short")
    }

    fn id(&mut self, kind: char) -> String {
        self.ids += 1;
        format!("{kind}{:023x}", self.ids)
    }

    /// Begins another run of the job.
    pub(crate) fn begin_run(&mut self) {
        self.run += 1;
        self.organization_gone = false;
    }

    /// Returns the number of the next request.
    pub(crate) fn next_flight(&mut self) -> u64 {
        self.flights += 1;
        self.flights
    }

    pub(crate) fn membership(&self, address: &str) -> Option<Membership> {
        self.accounts.get(address).map(|account| account.membership)
    }

    /// Spends a token, as another program would.
    pub(crate) fn spend_token(&mut self, set: EndpointSet) {
        let _ = self.buckets[set as usize].take(self.history.now());
    }

    /// Returns the people who may accept, in a fixed order.
    ///
    /// People whom both the job and another administrator invited are left out. If such a person accepts between the
    /// look-up of the person and that of the invite, the job's invite is no longer listed, and the pending user is as
    /// old as the other invitation. No answer of Atlas could resolve that.
    pub(crate) fn accepting(&self) -> Vec<String> {
        let is_valid = |issued: &&Issued| issued.cancelled.is_none();
        let shared = |address: &str| {
            let ours = self.ledger.by_job(address).filter(is_valid).count();
            ours > 0 && self.ledger.of(address).filter(is_valid).count() > ours
        };
        let pending = self.accounts.iter().filter(|(_, account)| account.membership == Membership::Pending);
        pending.map(|(address, _)| address.clone()).filter(|address| !shared(address)).collect()
    }

    /// Lets a pending person accept the invitation.
    pub(crate) fn accept(&mut self, address: &str) {
        let now = self.history.now();
        self.history.note(|| format!("{address} accepts"));
        if let Some(account) = self.accounts.get_mut(address) {
            account.membership = Membership::Active;
        }
        let open = self.ledger.issued.iter_mut().filter(|issued| issued.address == address && issued.is_pending());
        open.for_each(|issued| issued.accepted = Some(now));
    }

    /// Adds a person whose invitation expired before the job.
    pub(crate) fn add_expired(&mut self, address: &str) {
        let account = Account {
            user_id: self.id('e'),
            email: address.to_owned(),
            membership: Membership::Expired,
            invited: Duration::ZERO,
        };
        self.accounts.insert(address.to_owned(), account);
    }

    /// Creates an invitation. Returns its index in the ledger.
    pub(crate) fn issue(&mut self, email: &str, creator: Creator) -> usize {
        let now = self.history.now();
        let address = fold(email);
        let email = if self.server.lowercases { address.clone() } else { email.to_owned() };
        let pending = self.accounts.get(&address).filter(|account| account.membership == Membership::Pending);
        let user_id = match pending {
            Some(account) => account.user_id.clone(),
            None => {
                let user_id = self.id('b');
                let membership = Membership::Pending;
                let account = Account { user_id: user_id.clone(), email: email.clone(), membership, invited: now };
                self.accounts.insert(address.clone(), account);
                user_id
            }
        };
        let invite = self.id('a');
        let id = match self.server.api {
            Api::Invites => invite.clone(),
            Api::Users => user_id.clone(),
        };
        self.history.note(|| format!("    an email is sent to {address}, by {creator:?}, id {id}"));
        if creator == Creator::Job && self.ledger.by_job(&address).any(|issued| issued.cancelled.is_none()) {
            self.history.violation(format!("{address} received a second invitation from this job"));
        }
        let issued =
            Issued { id, invite, user_id, address, email, created: now, creator, accepted: None, cancelled: None };
        self.ledger.issued.push(issued);
        self.ledger.issued.len() - 1
    }
}
