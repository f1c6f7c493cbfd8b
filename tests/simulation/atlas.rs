//! The model of Atlas: an organization with its people, its invitations and its limits.
//!
//! One value behind one lock, with everything that the checks want to know. What it answers is in [`crate::answers`].

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bulk_invite::atlas::{Api, EndpointSet, Membership};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use crate::bucket::{Bucket, InvitationLimit};
use crate::cancels::Cancels;
use crate::conduct::Conduct;
use crate::history::History;
use crate::ledger::{Creator, Issued, Ledger, fold};
use crate::scenario::Manners;
use crate::weather::Weather;

/// The organization of every seed.
pub(crate) const ORGANIZATION: &str = "32b6e34b3d91647abb20e7b8";
/// When every seed begins, by the job's clock.
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
    pub(crate) manners: Manners,
    pub(crate) weather: Weather,
    pub(crate) rng: Rng,
    pub(crate) history: History,
    pub(crate) ledger: Ledger,
    pub(crate) conduct: Conduct,
    /// The requests of the job to cancel.
    pub(crate) cancels: Cancels,
    /// Addresses that are refused whatever happens.
    pub(crate) blocked: BTreeSet<String>,
    /// Requests that the server has not finished with, whether or not the client still waits.
    pub(crate) in_process: BTreeMap<u64, String>,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) buckets: [Bucket; EndpointSet::ALL.len()],
    pub(crate) invitation_limit: Option<InvitationLimit>,
    pub(crate) upgrade_until: Duration,
    pub(crate) organization_gone: bool,
    /// Which run of the job it is.
    pub(crate) run: u32,
    /// Which credential is good; an older one is refused.
    pub(crate) credential: u64,
    /// Which credential the client uses.
    pub(crate) client_credential: u64,
    /// When the bucket fills, by the request that was refused for it.
    pub(crate) announced: BTreeMap<u64, Duration>,
    flights: u64,
    ids: u64,
}

impl Atlas {
    pub(crate) fn new(manners: Manners, rng: Rng, history: History) -> Self {
        let (capacity, refill, period) = manners.bucket;
        Self {
            weather: Weather::calm(),
            rng,
            history,
            ledger: Ledger::default(),
            conduct: Conduct::default(),
            cancels: Cancels::default(),
            blocked: BTreeSet::new(),
            in_process: BTreeMap::new(),
            accounts: BTreeMap::new(),
            buckets: [Bucket::new(capacity, refill, period); EndpointSet::ALL.len()],
            invitation_limit: manners.invitation_limit.map(|(most, period)| InvitationLimit::new(most, period)),
            upgrade_until: Duration::ZERO,
            organization_gone: false,
            run: 0,
            credential: 0,
            client_credential: 0,
            announced: BTreeMap::new(),
            flights: 0,
            ids: 0,
            manners,
        }
    }

    /// The server's clock.
    fn clock(&self, at: Duration) -> Timestamp {
        let ours = SignedDuration::try_from(at).expect("seeds are short");
        START + ours + SignedDuration::from_millis(self.manners.skew)
    }

    /// When an invitation lapses, as answers show it.
    pub(crate) fn lapses(&self, created: Duration) -> Timestamp {
        self.shown(created + Duration::from_secs(30 * 86_400))
    }

    /// The server's clock as its answers show it: to the second, rounded down.
    pub(crate) fn shown(&self, at: Duration) -> Timestamp {
        Timestamp::from_second(self.clock(at).as_second()).expect("seeds are short")
    }

    fn id(&mut self, kind: char) -> String {
        self.ids += 1;
        format!("{kind}{:023x}", self.ids)
    }

    /// The job begins another run.
    pub(crate) fn begin_run(&mut self) {
        self.run += 1;
        self.organization_gone = false;
    }

    /// The number of the next request.
    pub(crate) fn next_flight(&mut self) -> u64 {
        self.flights += 1;
        self.flights
    }

    pub(crate) fn membership(&self, address: &str) -> Option<Membership> {
        self.accounts.get(address).map(|account| account.membership)
    }

    /// Spends a token as another program would.
    pub(crate) fn drink(&mut self, set: EndpointSet) {
        let _ = self.buckets[set as usize].take(self.history.now());
    }

    /// The people who may accept, in a fixed order.
    ///
    /// Not those whom both the job and somebody else invited: accepted between the question for the person and the one
    /// for the invite, ours has gone from the list, and the pending user is as old as the other invitation. Nothing that
    /// Atlas says could settle that.
    pub(crate) fn accepting(&self) -> Vec<String> {
        let standing = |issued: &&Issued| issued.cancelled.is_none();
        let shared = |address: &str| {
            let ours = self.ledger.by_job(address).filter(standing).count();
            ours > 0 && self.ledger.of(address).filter(standing).count() > ours
        };
        let pending = self.accounts.iter().filter(|(_, account)| account.membership == Membership::Pending);
        pending.map(|(address, _)| address.clone()).filter(|address| !shared(address)).collect()
    }

    /// A pending person follows the link in the email.
    pub(crate) fn accept(&mut self, address: &str) {
        let now = self.history.now();
        self.history.note(|| format!("{address} accepts"));
        if let Some(account) = self.accounts.get_mut(address) {
            account.membership = Membership::Active;
        }
        let open = self.ledger.issued.iter_mut().filter(|issued| issued.address == address && issued.is_open());
        open.for_each(|issued| issued.accepted = Some(now));
    }

    /// Puts somebody there who lapsed before the job.
    pub(crate) fn lapse(&mut self, address: &str) {
        let account = Account {
            user_id: self.id('e'),
            email: address.to_owned(),
            membership: Membership::Expired,
            invited: Duration::ZERO,
        };
        self.accounts.insert(address.to_owned(), account);
    }

    /// Creates an invitation, whoever asked for it; returns its place in the ledger.
    pub(crate) fn issue(&mut self, email: &str, creator: Creator) -> usize {
        let now = self.history.now();
        let address = fold(email);
        let email = if self.manners.lower_cases { address.clone() } else { email.to_owned() };
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
        let id = match self.manners.api {
            Api::Invites => invite.clone(),
            Api::Users => user_id.clone(),
        };
        self.history.note(|| format!("    an email goes out to {address}, by {creator:?}, id {id}"));
        if creator == Creator::Job && self.ledger.by_job(&address).any(|issued| issued.cancelled.is_none()) {
            self.history.violation(format!("{address} got a second invitation from this job"));
        }
        let issued =
            Issued { id, invite, user_id, address, email, created: now, creator, accepted: None, cancelled: None };
        self.ledger.issued.push(issued);
        self.ledger.issued.len() - 1
    }
}
