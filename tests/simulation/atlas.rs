//! The model of Atlas: an organization with its people, its invitations and its limits.
//!
//! It is one value behind one lock, with everything that the checks need. [`crate::answers`] has its answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use bulk_invite::atlas::{Api, Create, EndpointSet, Membership};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use crate::bucket::{Bucket, InvitationLimit};
use crate::cancellations::Cancellations;
use crate::client_rules::ClientRules;
use crate::faults::{Faults, random_duration};
use crate::history::History;
use crate::ledger::{Creator, Issued, Ledger, OTHER_NAMES, OUR_NAME, Shown, Tolerance, fold};
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
    pub(crate) inviter: &'static str,
    pub(crate) shown: Shown,
}

#[derive(Debug)]
pub(crate) struct Atlas {
    pub(crate) server: ServerOptions,
    pub(crate) faults: Faults,
    pub(crate) rng: Rng,
    pub(crate) history: History,
    pub(crate) ledger: Ledger,
    /// The requests of another process that runs the same sheet with results of its own.
    pub(crate) other_ledger: Ledger,
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
    /// The time by which the clocks of the server and the machine are ahead of the time that the simulation counts, because
    /// the machine was suspended or the user came back later.
    pub(crate) slept: SignedDuration,
    /// The seconds of suspensions, for the clock of the current run.
    pub(crate) suspended: &'static AtomicI64,
    /// Ends the waiting of requests that the server still processes when the machine is suspended.
    pub(crate) suspension: Arc<Notify>,
    /// The time by which the machine's clock is wrong in the current run.
    pub(crate) clock_error: SignedDuration,
    /// The beginning of the current run.
    pub(crate) run_began: Duration,
    /// The time at which a person was last removed.
    pub(crate) last_removal: Option<Duration>,
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
            ledger: Ledger::new(server.hazards.wrong_clocks),
            other_ledger: Ledger::new(server.hazards.wrong_clocks),
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
            slept: SignedDuration::ZERO,
            suspended: Box::leak(Box::default()),
            suspension: Arc::default(),
            clock_error: SignedDuration::ZERO,
            run_began: Duration::ZERO,
            last_removal: None,
            flights: 0,
            ids: 0,
            server,
        }
    }

    /// Returns the time on a correct clock.
    fn clock(&self) -> Timestamp {
        let now = SignedDuration::try_from(self.history.now()).expect("seeds are short");
        START + now + self.slept
    }

    /// Returns the time on the machine's clock.
    pub(crate) fn machine_clock(&self) -> Timestamp {
        self.clock() + self.clock_error
    }

    /// Returns the time as answers show it, `ahead` of the server's clock: rounded down to the second.
    pub(crate) fn shown(&self, ahead: SignedDuration) -> Timestamp {
        let time = self.clock() + SignedDuration::from_millis(self.server.skew) + ahead;
        Timestamp::from_second(time.as_second()).expect("seeds are short")
    }

    /// Picks the times of a new invitation as answers show them.
    fn new_shown(&mut self, creator: Creator) -> Shown {
        let hazards = self.server.hazards.clone();
        let now = self.history.now();
        let lags = hazards.lag > Duration::ZERO && creator != Creator::Before;
        let lag = if lags { random_duration(&mut self.rng, Duration::ZERO, hazards.lag) } else { Duration::ZERO };
        let jitter = if hazards.wrong_clocks { self.rng.i64(-5000..5000) } else { 0 };
        Shown {
            from: now + lag,
            created_at: self.shown(SignedDuration::from_millis(hazards.created_offset + jitter)),
            expires_at: self.shown(SignedDuration::from_hours(30 * 24)),
        }
    }

    /// Returns whether lists and look-ups have what they show from then on.
    pub(crate) fn is_shown(&self, shown: &Shown) -> bool {
        self.server.hazards.lag == Duration::ZERO || shown.from <= self.history.now()
    }

    /// Returns the name of the creator of a new invitation. An earlier one may come from another job with the same
    /// credential.
    fn new_inviter(&mut self, creator: Creator) -> &'static str {
        match creator {
            Creator::Job | Creator::OtherJob | Creator::OtherProcess => OUR_NAME,
            Creator::Before if self.server.hazards.named_inviters && self.rng.bool() => OUR_NAME,
            Creator::Before => OTHER_NAMES[0],
            Creator::Admin => OTHER_NAMES[1],
        }
    }

    /// Returns the name of a creator as answers show it.
    pub(crate) fn invited_by(&self, inviter: &str) -> Option<String> {
        self.server.hazards.named_inviters.then(|| inviter.to_owned())
    }

    /// Returns whether answers name another creator of the invitation than the job's credential.
    pub(crate) fn is_named_otherwise(&self, issued: &Issued) -> bool {
        self.server.hazards.named_inviters && issued.inviter != OUR_NAME
    }

    /// Returns the deviations with which an invitation may count as the job's. They are larger if it has the job's
    /// inviter: the job's credential created it.
    pub(crate) fn tolerance(&self, issued: &Issued) -> Tolerance {
        let is_own = self.server.hazards.named_inviters && issued.inviter == OUR_NAME;
        let late = if is_own { Duration::from_secs(300) } else { Duration::ZERO };
        Tolerance { early: self.server.early().map(|early| early + late), late }
    }

    fn id(&mut self, kind: char) -> String {
        self.ids += 1;
        format!("{kind}{:023x}", self.ids)
    }

    /// Begins another run of the job.
    pub(crate) fn begin_run(&mut self) {
        self.run += 1;
        self.run_began = self.history.now();
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

    /// Returns whether the person is a member or pending.
    pub(crate) fn is_present(&self, address: &str) -> bool {
        matches!(self.membership(address), Some(Membership::Active | Membership::Pending))
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
        let is_valid = |issued: &&Issued| !issued.is_over();
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
            inviter: OTHER_NAMES[0],
            shown: self.new_shown(Creator::Before),
        };
        self.accounts.insert(address.to_owned(), account);
    }

    /// Creates an invitation. Returns its index in the ledger.
    pub(crate) fn issue(&mut self, email: &str, creator: Creator) -> usize {
        let now = self.history.now();
        let address = fold(email);
        let email = if self.server.lowercases { address.clone() } else { email.to_owned() };
        let (shown, inviter) = (self.new_shown(creator), self.new_inviter(creator));
        let pending = self.accounts.get(&address).filter(|account| account.membership == Membership::Pending);
        let user_id = match pending {
            Some(account) => account.user_id.clone(),
            None => {
                let user_id = self.id('b');
                let membership = Membership::Pending;
                let account = Account {
                    user_id: user_id.clone(),
                    email: email.clone(),
                    membership,
                    invited: now,
                    inviter,
                    shown,
                };
                self.accounts.insert(address.clone(), account);
                user_id
            }
        };
        let invite = self.id('a');
        let id = match self.server.api {
            Api::Invites => invite.clone(),
            Api::Users => user_id.clone(),
        };
        self.history.note(|| format!("    an email is sent to {address}, by {creator:?} ({inviter}), id {id}"));
        if creator == Creator::Job && self.ledger.by_job(&address).any(|issued| !issued.is_over()) {
            self.history.violation(format!("{address} received a second invitation from this job"));
        }
        let issued = Issued {
            id,
            invite,
            user_id,
            address,
            email,
            created: now,
            creator,
            inviter,
            shown,
            accepted: None,
            cancelled: None,
            expired: false,
        };
        self.ledger.issued.push(issued);
        self.ledger.issued.len() - 1
    }

    /// Lets all pending invitations expire, as after a month.
    pub(crate) fn expire_all(&mut self) {
        self.history.note(|| "a month passes".to_owned());
        self.slept += SignedDuration::from_hours(31 * 24);
        self.ledger.issued.iter_mut().filter(|issued| issued.is_pending()).for_each(|issued| issued.expired = true);
        let accounts = self.accounts.values_mut().filter(|account| account.membership == Membership::Pending);
        accounts.for_each(|account| account.membership = Membership::Expired);
    }

    /// Returns the rule that a request to invite this person breaks, if the person was present when the run began.
    ///
    /// The lists of the run had the person then, unless the removal of another shifted their pages.
    pub(crate) fn known_present(&self, create: &Create) -> Option<String> {
        let account = self.accounts.get(&fold(&create.email))?;
        let is_present = self.is_present(&fold(&create.email));
        let was_listed = account.shown.from < self.run_began && self.last_removal.is_none_or(|at| at < self.run_began);
        // Such an account is found only by another spelling.
        let is_hidden = self.server.exact_look_ups && account.email != create.email;
        (is_present && was_listed && !is_hidden)
            .then(|| format!("{} is invited, who was present when the run began", create.email))
    }
}
