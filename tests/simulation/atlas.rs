//! The model of Atlas: an organization with people and invitations, its limits, and what it answers.
//!
//! One value behind one lock, with everything that the checks want to know. It decides at the moment a request reaches
//! it; how long that takes and what is lost on the way is [`crate::wire`]'s business.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use bulk_invite::exchange::{
    Api, ApiError, Body, Create, EndpointSet, Grants, Invite, Limit, Membership, Named, Page, Person, Request, Response,
};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use crate::bucket::{Bucket, Empty, InvitationLimit};
use crate::conduct::Conduct;
use crate::history::History;
use crate::ledger::{Creator, Issued, Ledger, fold};
use crate::scenario::{Duplicates, Manners};
use crate::sheet::{DOOMED_TEAM, TEAM};
use crate::weather::{Fault, Weather};
use crate::wire::Flight;

/// The organization of every seed.
pub(crate) const ORGANIZATION: &str = "32b6e34b3d91647abb20e7b8";
/// When every seed begins, by the job's clock.
pub(crate) const START: Timestamp = Timestamp::constant(1_795_000_000, 123_000_000);

#[derive(Clone, Debug)]
struct Account {
    user_id: String,
    email: String,
    membership: Membership,
    invited: Duration,
}

#[derive(Debug)]
pub(crate) struct Atlas {
    pub(crate) manners: Manners,
    pub(crate) weather: Weather,
    pub(crate) rng: Rng,
    pub(crate) history: History,
    pub(crate) ledger: Ledger,
    pub(crate) conduct: Conduct,
    /// Addresses that are refused whatever happens.
    pub(crate) blocked: BTreeSet<String>,
    /// Requests that the server has not finished with, whether or not the client still waits.
    pub(crate) in_process: BTreeMap<u64, String>,
    accounts: BTreeMap<String, Account>,
    buckets: [Bucket; EndpointSet::ALL.len()],
    invitation_limit: Option<InvitationLimit>,
    upgrade_until: Duration,
    organization_gone: bool,
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

    /// The server's clock as its answers show it: to the second, rounded down.
    fn shown(&self, at: Duration) -> Timestamp {
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

    /// The pending people, in a fixed order.
    pub(crate) fn pending(&self) -> Vec<String> {
        let pending = self.accounts.iter().filter(|(_, account)| account.membership == Membership::Pending);
        pending.map(|(address, _)| address.clone()).collect()
    }

    /// A pending person follows the link in the email.
    pub(crate) fn accept(&mut self, address: &str) {
        let now = self.history.now();
        self.history.note(|| format!("{address} accepts"));
        if let Some(account) = self.accounts.get_mut(address) {
            account.membership = Membership::Active;
        }
        let open =
            self.ledger.issued.iter_mut().filter(|issued| issued.address == address && issued.accepted.is_none());
        open.for_each(|issued| issued.accepted = Some(now));
    }

    /// Puts somebody there who lapsed before the job.
    pub(crate) fn lapse(&mut self, address: &str) {
        let account = Account {
            user_id: self.id('e'),
            email: address.to_owned(),
            membership: Membership::Lapsed,
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
        let id = match self.manners.api {
            Api::Invites => self.id('a'),
            Api::Users => user_id.clone(),
        };
        self.history.note(|| format!("    an email goes out to {address}, by {creator:?}, id {id}"));
        if creator == Creator::Job && self.ledger.by_job(&address).next().is_some() {
            self.history.violation(format!("{address} got a second invitation from this job"));
        }
        self.ledger.issued.push(Issued { id, user_id, address, email, created: now, creator, accepted: None });
        self.ledger.issued.len() - 1
    }

    /// What the server makes of a request that has just reached it with this credential.
    pub(crate) fn process(&mut self, request: &Request, flight: &Flight) -> Response {
        let (now, fault) = (self.history.now(), flight.fault);
        if fault == Some(Fault::CredentialLapsed) && flight.credential == self.credential {
            self.credential += 1;
        }
        if flight.credential < self.credential {
            return self.error(401, "UNEXPECTED_ERROR", "You are not authorized for this resource.");
        }
        let set = request.endpoint_set(self.manners.api);
        let remaining = match self.buckets[set as usize].take(now) {
            Ok(remaining) => remaining,
            Err(empty) => return self.limited(set, flight, empty),
        };
        let mut response = match fault {
            Some(Fault::ErrorBefore(status)) => self.failure(status),
            Some(Fault::PageBefore(status)) => self.page(status),
            Some(Fault::EmptyBefore) => self.respond(200, Body::Unreadable("no id in it".into())),
            Some(Fault::Denied(status)) => self.denied(status),
            Some(Fault::Refused(status, code)) => self.error(status, code, "this row is refused"),
            Some(Fault::OrganizationGone) if flight.run == self.run => {
                self.organization_gone = true;
                self.answer(request, fault)
            }
            Some(Fault::Missing) => self.error(404, "TEAM_NOT_FOUND", "No team with that ID exists."),
            _ => {
                let answer = self.answer(request, fault);
                match fault {
                    Some(Fault::ErrorAfter(status)) => self.failure(status),
                    Some(Fault::PageAfter(status)) => self.page(status),
                    Some(Fault::EmptyAfter) => self.respond(201, Body::Unreadable("no id in it".into())),
                    _ => answer,
                }
            }
        };
        if self.rng.f64() < self.manners.limit_headers && response.status < 500 {
            response.limit = Some(self.buckets[set as usize].capacity);
            response.remaining = Some(remaining);
        }
        response
    }

    fn answer(&mut self, request: &Request, fault: Option<Fault>) -> Response {
        if self.organization_gone {
            return self.error(404, "ORG_NOT_FOUND", "No organization with that ID exists.");
        }
        let named = |(name, id): (&str, &str)| Named { id: id.parse().expect("an id"), name: name.to_owned() };
        match request {
            Request::Create(create) => self.create(create, fault),
            Request::FindUser(asked) => {
                let exact = self.manners.exact_look_ups;
                let found = |account: &&Account| same(&account.email, asked, exact);
                let people = self.accounts.values().filter(found).map(|account| self.person(account)).collect();
                self.respond(200, Body::People(Page { entries: people, total: None }))
            }
            Request::FindInvites(asked) => {
                let exact = self.manners.exact_look_ups;
                let invites = self.open_invites(|issued| same(&issued.email, asked, exact));
                self.respond(200, Body::Invites(invites))
            }
            Request::Organization => {
                let organization = named(("Model", ORGANIZATION));
                self.respond(200, Body::Organization(organization))
            }
            Request::Users(page) => {
                let accounts = self.accounts.values().filter(|_| *page == 1);
                let entries = accounts.map(|account| self.person(account)).collect();
                let total = self.rng.bool().then_some(self.accounts.len() as u64);
                self.respond(200, Body::People(Page { entries, total }))
            }
            Request::Invites => {
                let invites = self.open_invites(|_| true);
                self.respond(200, Body::Invites(invites))
            }
            Request::Teams(page) => {
                let entries = if *page == 1 { vec![named(TEAM), named(DOOMED_TEAM)] } else { Vec::new() };
                self.respond(200, Body::Named(Page { entries, total: Some(2) }))
            }
            Request::Projects(_) => self.respond(200, Body::Named(Page { entries: Vec::new(), total: Some(0) })),
            Request::RateLimits if self.manners.tells_limits => {
                let (capacity, refill, period) = self.manners.bucket;
                let limits = EndpointSet::ALL.map(|set| Limit { set, capacity, refill, period });
                self.respond(200, Body::Limits(limits.into()))
            }
            Request::RateLimits => self.error(403, "", "This key may not read the limits."),
        }
    }

    fn create(&mut self, create: &Create, fault: Option<Fault>) -> Response {
        let now = self.history.now();
        if fault == Some(Fault::Upgrade) {
            self.upgrade_until = now + Duration::from_secs(self.rng.u64(1..40));
        }
        if now < self.upgrade_until {
            return self.error(405, "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES", "Writes are disabled.");
        }
        if let Some(limit) = &mut self.invitation_limit
            && !limit.take(now)
        {
            let text = format!(
                "Rate limit of {} invitations per {} minutes exceeded.",
                limit.most,
                limit.period.as_secs() / 60
            );
            return self.error(400, "INVITATIONS_RATE_LIMITED_IP", &text);
        }
        if create.body.windows(24).any(|part| part == DOOMED_TEAM.1.as_bytes()) {
            return self.error(404, "TEAM_NOT_FOUND", "No team with that ID exists.");
        }
        let address = fold(&create.email);
        if self.blocked.contains(&address) {
            let refusals =
                [(400, "BLOCKED_USERNAME"), (403, "USER_ORGS_RESTRICTED"), (400, "SOMETHING_NEW"), (422, "")];
            let (status, code) = refusals[address.len() % refusals.len()];
            return self.error(status, code, "this person cannot be invited");
        }
        let there = self.accounts.get(&address).map(|account| account.membership);
        match (there, self.manners.duplicates) {
            (Some(Membership::Pending), Duplicates::Refused(status, code))
            | (Some(Membership::Active), Duplicates::Refused(status, code)) => {
                return self.error(status, code, "somebody with this address is there");
            }
            (Some(Membership::Active), Duplicates::Accepted) => {
                return self.error(400, "A_MEMBER_ALREADY", "a member has this address");
            }
            (Some(Membership::Pending), Duplicates::Accepted) | (Some(Membership::Lapsed) | None, _) => {}
        }
        let seats = self.accounts.values().filter(|account| account.membership != Membership::Lapsed).count();
        if self.manners.seats.is_some_and(|most| seats >= most) {
            return self.error(400, "MAX_USERS_PER_ORG_EXCEEDED", "Maximum number of users per org exceeded.");
        }
        let at = self.issue(&create.email, Creator::Job);
        let invite = self.invite(&self.ledger.issued[at]);
        self.respond(200, Body::Created(invite))
    }

    fn invite(&self, issued: &Issued) -> Invite {
        Invite {
            id: issued.id.clone(),
            email: issued.email.clone(),
            created_at: self.manners.tells_created.then(|| self.shown(issued.created)),
            expires_at: None,
            grants: Grants::default(),
        }
    }

    fn open_invites(&self, wanted: impl Fn(&Issued) -> bool) -> Vec<Invite> {
        let open = self.ledger.issued.iter().filter(|issued| issued.accepted.is_none() && wanted(issued));
        open.map(|issued| self.invite(issued)).collect()
    }

    fn person(&self, account: &Account) -> Person {
        let told = self.manners.tells_created && account.membership == Membership::Pending;
        Person {
            id: account.user_id.clone(),
            email: account.email.clone(),
            membership: account.membership,
            invited_at: told.then(|| self.shown(account.invited)),
            expires_at: None,
            grants: Grants::default(),
        }
    }

    fn limited(&mut self, set: EndpointSet, flight: &Flight, empty: Empty) -> Response {
        let now = self.history.now();
        if let Some(problem) = self.conduct.refused_by_bucket(set, flight.departed, now) {
            self.history.violation(problem);
        }
        if !self.manners.retry_after {
            return self.error(429, "RATE_LIMITED_TOKEN_BUCKET", "Rate limit exceeded.");
        }
        let wait = Duration::from_secs((empty.next_step - now).as_secs());
        let Bucket { capacity, refill, period, .. } = self.buckets[set as usize];
        let text = format!(
            "Rate limit exceeded. Please retry after {} seconds. Request capacity: {capacity}. Refill rate: {refill} per {} seconds.",
            wait.as_secs(),
            period.as_secs()
        );
        let mut response = self.error(429, "RATE_LIMITED_TOKEN_BUCKET", &text);
        // The header may be missing; the text says the same.
        response.retry_after = Some(wait).filter(|_| self.rng.u8(..4) > 0);
        self.announced.insert(flight.number, empty.next_step);
        response
    }

    fn failure(&mut self, status: u16) -> Response {
        let mut response = self.error(status, if status == 500 { "UNEXPECTED_ERROR" } else { "" }, "Unexpected error.");
        if status == 503 && self.rng.bool() {
            response.retry_after = Some(Duration::from_secs(self.rng.u64(0..5)));
        }
        response
    }

    fn page(&mut self, status: u16) -> Response {
        self.respond(status, Body::Unreadable("text/html that begins <html>".into()))
    }

    fn denied(&mut self, status: u16) -> Response {
        match status {
            402 => self.error(402, "ACCOUNT_SUSPENDED", "The account is suspended."),
            403 => self.error(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST", "This address is not allowed."),
            _ => self.page(status),
        }
    }

    fn error(&mut self, status: u16, code: &str, detail: &str) -> Response {
        let code = Some(code.to_owned()).filter(|code| !code.is_empty());
        self.respond(status, Body::Error(ApiError { code, detail: Some(detail.to_owned()) }))
    }

    fn respond(&self, status: u16, body: Body) -> Response {
        let date = self.manners.dates.then(|| self.shown(self.history.now()));
        Response { status, body, retry_after: None, date, limit: None, remaining: None }
    }
}

fn same(stored: &str, asked: &str, exact: bool) -> bool {
    if exact { stored == asked } else { fold(stored) == fold(asked) }
}
