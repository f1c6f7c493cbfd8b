//! The answers of the model, decided when a request reaches it.
//!
//! [`crate::network`] decides about latency and lost messages.

use std::time::Duration;

use bulk_invite::atlas::{
    Api, ApiError, Body, Create, Created, EndpointSet, Grants, Invite, Limit, Membership, Named, Person, Request,
    Response,
};

use jiff::SignedDuration;

use crate::atlas::{Account, Atlas, ORGANIZATION};
use crate::bucket::{Bucket, Empty};
use crate::faults::Fault;
use crate::ledger::{Creator, Issued, fold};
use crate::network::InFlight;
use crate::scenario::Duplicates;
use crate::sheet::{OTHER_TEAMS, TEAM, UNJOINABLE_TEAM};

impl Atlas {
    /// Returns the server's answer to a request that has just reached it.
    pub(crate) fn process(&mut self, request: &Request, flight: &InFlight) -> Response {
        let (now, fault) = (self.history.now(), flight.fault);
        if fault == Some(Fault::CredentialExpired) && flight.credential == self.credential {
            self.credential += 1;
        }
        if flight.credential < self.credential {
            return self.error(401, "UNEXPECTED_ERROR", "You are not authorized for this resource.");
        }
        let set = request.endpoint_set(self.server.api);
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
                self.answer(request, flight)
            }
            Some(Fault::Missing) => self.error(404, "TEAM_NOT_FOUND", "No team with that ID exists."),
            _ => {
                let answer = self.answer(request, flight);
                self.unclear(fault).unwrap_or(answer)
            }
        };
        if self.rng.f64() < self.server.limit_headers && response.status < 500 {
            response.limit = Some(self.buckets[set as usize].capacity);
            response.remaining = Some(remaining);
        }
        response
    }

    /// Returns the answer of a fault that leaves open whether the request was processed.
    pub(crate) fn unclear(&mut self, fault: Option<Fault>) -> Option<Response> {
        if let Fault::ErrorAfter(status) = fault? {
            Some(self.failure(status))
        } else if let Fault::PageAfter(status) = fault? {
            Some(self.page(status))
        } else {
            (fault? == Fault::EmptyAfter).then(|| self.respond(201, Body::Unreadable("no id in it".into())))
        }
    }

    fn answer(&mut self, request: &Request, flight: &InFlight) -> Response {
        if self.organization_gone {
            return self.error(404, "ORG_NOT_FOUND", "No organization with that ID exists.");
        }
        let named = |(name, id): (&str, &str)| Named { id: id.parse().expect("an id"), name: name.to_owned() };
        match request {
            Request::Create(create) => self.create(create, flight),
            Request::FindUser(address) => {
                let (exact, all) = (self.server.exact_look_ups, self.ignores_filter());
                let people = self.people(|account| all || same(&account.email, address, exact));
                let page = self.found(people, all);
                self.respond(200, Body::People(page))
            }
            Request::FindInvites(address) => {
                let (exact, all) = (self.server.exact_look_ups, self.ignores_filter());
                let invites = self.pending_invites(|issued| all || same(&issued.email, address, exact));
                self.respond(200, Body::Invites(invites))
            }
            Request::Organization => {
                let organization = named(("Model", ORGANIZATION));
                self.respond(200, Body::Organization(organization))
            }
            Request::Users(page) => {
                let people = self.people(|_| true);
                let page = self.page_of(people, *page);
                self.respond(200, Body::People(page))
            }
            Request::Revoke(revoke) => self.revoke(revoke, flight.fault),
            Request::Lapsed(page) => {
                let page = self.page_of(Vec::new(), *page);
                self.respond(200, Body::People(page))
            }
            Request::Invites => {
                let invites = self.pending_invites(|_| true);
                self.respond(200, Body::Invites(invites))
            }
            Request::Teams(page) => {
                let teams: Vec<Named> = OTHER_TEAMS.into_iter().chain([TEAM, UNJOINABLE_TEAM]).map(named).collect();
                let page = self.page_of(teams, *page);
                self.respond(200, Body::Named(page))
            }
            Request::Projects(page) => {
                let page = self.page_of(Vec::new(), *page);
                self.respond(200, Body::Named(page))
            }
            Request::RateLimits if self.server.shows_limits => {
                let (capacity, refill, period) = self.server.bucket;
                let limits = EndpointSet::ALL.map(|set| Limit { set, capacity, refill, period });
                self.respond(200, Body::Limits(limits.into()))
            }
            Request::RateLimits => self.error(403, "", "This key may not read the limits."),
        }
    }

    /// Returns the answer to a request that changes something while Atlas is being upgraded.
    pub(crate) fn upgrading(&mut self, fault: Option<Fault>) -> Option<Response> {
        let now = self.history.now();
        if fault == Some(Fault::Upgrade) {
            self.upgrade_until = now + Duration::from_secs(self.rng.u64(1..40));
        }
        (now < self.upgrade_until)
            .then(|| self.error(405, "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES", "Writes are disabled."))
    }

    fn create(&mut self, create: &Create, flight: &InFlight) -> Response {
        let now = self.history.now();
        if let Some(upgrading) = self.upgrading(flight.fault) {
            return upgrading;
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
        if create.body.windows(24).any(|part| part == UNJOINABLE_TEAM.1.as_bytes()) {
            return self.error(404, "TEAM_NOT_FOUND", "No team with that ID exists.");
        }
        let address = fold(&create.email);
        if self.blocked.contains(&address) {
            let refusals =
                [(400, "BLOCKED_USERNAME"), (403, "USER_ORGS_RESTRICTED"), (400, "SOMETHING_NEW"), (422, "")];
            let (status, code) = refusals[address.len() % refusals.len()];
            return self.error(status, code, "this person cannot be invited");
        }
        let membership = self.accounts.get(&address).map(|account| account.membership);
        let duplicates = match self.server.duplicates {
            Duplicates::Accepted if self.server.api == Api::Users => Duplicates::Refused(409, "ALREADY_THERE"),
            duplicates @ (Duplicates::Accepted | Duplicates::Refused(..)) => duplicates,
        };
        match (membership, duplicates) {
            (Some(Membership::Pending), Duplicates::Refused(status, code))
            | (Some(Membership::Active), Duplicates::Refused(status, code)) => {
                return self.error(status, code, "a person with this address exists");
            }
            (Some(Membership::Active), Duplicates::Accepted) => {
                return self.error(400, "A_MEMBER_ALREADY", "a member has this address");
            }
            (Some(Membership::Pending), Duplicates::Accepted)
            | (Some(Membership::Expired | Membership::Declined) | None, _) => {}
        }
        let seats = self.accounts.values().filter(|account| account.membership != Membership::Expired).count();
        if self.server.seats.is_some_and(|most| seats >= most) {
            return self.error(400, "MAX_USERS_PER_ORG_EXCEEDED", "Maximum number of users per org exceeded.");
        }
        let creator = if flight.is_of_job { Creator::Job } else { Creator::OtherProcess };
        let at = self.issue(&create.email, creator);
        let Issued { id, shown, inviter, .. } = &self.ledger.issued[at];
        let (id, expires_at, invited_by) = (id.clone(), Some(shown.expires_at), self.invited_by(inviter));
        self.respond(200, Body::Created(Created { id, expires_at, invited_by, for_another: None, missing: None }))
    }

    fn invite(&self, issued: &Issued) -> Invite {
        Invite {
            id: issued.invite.clone(),
            email: issued.email.clone(),
            created_at: self.server.shows_created.then_some(issued.shown.created_at),
            expires_at: Some(issued.shown.expires_at),
            invited_by: self.invited_by(issued.inviter),
            grants: Grants::default(),
        }
    }

    fn pending_invites(&self, wanted: impl Fn(&Issued) -> bool) -> Vec<Invite> {
        let is_listed = |issued: &&Issued| issued.is_pending() && self.is_shown(&issued.shown);
        let open = self.ledger.issued.iter().filter(is_listed).filter(|issued| wanted(issued));
        open.map(|issued| self.invite(issued)).collect()
    }

    /// Returns the people of a list, in the order in which they came, so that new people do not shift its pages.
    fn people(&self, wanted: impl Fn(&Account) -> bool) -> Vec<Person> {
        let is_listed = |account: &&Account| self.is_shown(&account.shown) && wanted(account);
        let mut accounts: Vec<&Account> = self.accounts.values().filter(is_listed).collect();
        accounts.sort_by_key(|account| account.invited);
        accounts.into_iter().map(|account| self.person(account)).collect()
    }

    fn person(&self, account: &Account) -> Person {
        let pending = account.membership == Membership::Pending;
        let is_shown = self.server.shows_created && pending;
        Person {
            id: account.user_id.clone(),
            email: account.email.clone(),
            membership: account.membership,
            invited_at: is_shown.then_some(account.shown.created_at),
            expires_at: pending.then_some(account.shown.expires_at),
            invited_by: self.invited_by(account.inviter).filter(|_| pending),
            grants: Grants::default(),
        }
    }

    fn limited(&mut self, set: EndpointSet, flight: &InFlight, empty: Empty) -> Response {
        let now = self.history.now();
        let refill = self.buckets[set as usize].refill;
        // The client has already received the answer to a late request.
        let counts = flight.is_of_job && !flight.answers_early;
        if counts && let Some(problem) = self.client_rules.refused_by_bucket(set, flight.sent_at, now, refill) {
            self.history.violation(problem);
        }
        if !self.server.retry_after {
            return self.error(429, "RATE_LIMITED_TOKEN_BUCKET", "Rate limit exceeded.");
        }
        let wait = Duration::from_secs((empty.next_step - now).as_secs());
        // An answer that asks for no wait permits a request at once, which may be refused again.
        let announced = (wait > Duration::ZERO).then_some(empty.next_step);
        let Bucket { capacity, refill, period, .. } = self.buckets[set as usize];
        let text = format!(
            "Rate limit exceeded. Please retry after {} seconds. Request capacity: {capacity}. Refill rate: {refill} per {} seconds.",
            wait.as_secs(),
            period.as_secs()
        );
        let mut response = self.error(429, "RATE_LIMITED_TOKEN_BUCKET", &text);
        // The header may be missing; the text has the same number.
        response.retry_after = Some(wait).filter(|_| self.rng.u8(..4) > 0);
        self.announced.extend(announced.map(|at| (flight.number, at)));
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

    pub(crate) fn error(&mut self, status: u16, code: &str, detail: &str) -> Response {
        let code = Some(code.to_owned()).filter(|code| !code.is_empty());
        self.respond(status, Body::Error(ApiError { code, detail: Some(detail.to_owned()) }))
    }

    pub(crate) fn respond(&self, status: u16, body: Body) -> Response {
        let date = self.server.dates.then(|| self.shown(SignedDuration::ZERO));
        Response { status, body, retry_after: None, date, limit: None, remaining: None }
    }
}

fn same(stored: &str, address: &str, exact: bool) -> bool {
    if exact { stored == address } else { fold(stored) == fold(address) }
}
