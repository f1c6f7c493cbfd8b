//! What happens to a request, from its arrival to its answer. Nothing here knows of sockets.
//!
//! The state is decided upon under its lock and every wait is outside it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, HOST, HeaderValue, RETRY_AFTER};
use http::{Request, Response, StatusCode};
use jiff::Timestamp;

use super::answer::{self, Style};
use super::auth::Gate;
use super::bucket::{Buckets, Taken, WindowCount};
use super::clock::Clock;
use super::control;
use super::credentials::Caller;
use super::draft::is_id;
use super::fault::{FaultKind, Faults, Kind, Moment, Plan};
use super::ledger::Ledger;
use super::oauth::{REVOKE_PATH, TOKEN_PATH};
use super::operation;
use super::options::{Access, Options};
use super::organization::Organization;
use super::outcome::{Delivery, Reply, deliver, instead};
use super::problem::Problem;
use super::query::Query;
use super::route::{self, Operation};
use super::version;

/// An organization behind an API like Atlas's, with what it was told of credentials, limits and faults.
#[derive(Debug)]
pub struct Sandbox {
    options: Options,
    clock: Clock,
    state: Mutex<State>,
}

/// Everything that requests change.
#[derive(Debug)]
pub(super) struct State {
    pub(super) organization: Organization,
    pub(super) ledger: Ledger,
    pub(super) invitations: Option<WindowCount>,
    gate: Gate,
    buckets: Buckets,
    faults: Faults,
    maintenance_until: Duration,
}

/// Where a request came from, as an extension of it; loopback where absent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) SocketAddr);

/// A request that was let in.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) operation: Operation,
    pub(super) id: String,
    pub(super) query: Query,
    pub(super) style: Style,
    pub(super) version: &'static str,
    /// Where links lead: scheme, host and the root's path.
    pub(super) base: String,
    pub(super) caller: Caller,
    pub(super) body: Bytes,
    /// What its bucket is left with, where answers say so.
    rate: Option<(u32, u32)>,
}

/// How far a request got on arrival.
enum Arrival {
    /// It has its answer.
    Answered(Response<Bytes>),
    /// It is about tokens.
    Token(Plan),
    /// It is to be processed.
    Call(Box<Call>, Plan),
}

impl Sandbox {
    /// Founds the organization. The clock starts now: with a paused runtime, call this inside it.
    pub fn new(options: Options) -> Self {
        let options = options.compressed();
        let clock = Clock::new(options.start);
        let state = State {
            organization: Organization::new(&options, clock.at(Duration::ZERO)),
            ledger: Ledger::default(),
            invitations: options.limits.invitations.map(WindowCount::new),
            gate: Gate::new(&options),
            buckets: Buckets::new(&options.limits),
            faults: Faults::new(options.faults.clone(), options.seed),
            maintenance_until: Duration::ZERO,
        };
        Sandbox { options, clock, state: Mutex::new(state) }
    }

    /// What the sandbox was told, its periods compressed already.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// What really happened so far.
    pub fn ledger(&self) -> Ledger {
        self.lock().ledger.clone()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time of day.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.at(self.clock.elapsed())
    }

    /// Answers a request. Once begun it must run to its end: a client that goes away does not undo what it asked for.
    pub async fn handle(&self, request: Request<Bytes>) -> Reply {
        if request.uri().path().starts_with(control::PREFIX) {
            return Reply { response: control::answer(self, &request), delivery: Delivery::Whole };
        }
        let arrival = self.arrive(&request);
        let (mut response, plan) = match arrival {
            Arrival::Answered(response) => {
                pause(self.options.latency).await;
                (response, Plan::default())
            }
            Arrival::Token(plan) => {
                pause(self.options.latency + plan.before).await;
                let processed = || self.lock().gate.token(&request, self.clock.elapsed());
                (self.unless(&plan, request.uri().path(), Style::default(), processed), plan)
            }
            Arrival::Call(call, plan) => {
                pause(self.options.latency + plan.before).await;
                let processed = || self.process(&call);
                (self.unless(&plan, request.uri().path(), call.style, processed), plan)
            }
        };
        pause(plan.after).await;
        let now = self.now();
        let delivery = deliver(&plan, &mut response, request.uri().path(), now);
        answer::add_date(&mut response, now);
        if delivery != Delivery::Reset {
            self.lock().ledger.answer(response.status().as_u16());
        }
        Reply { response, delivery }
    }

    fn process(&self, call: &Call) -> Response<Bytes> {
        let (elapsed, now) = (self.clock.elapsed(), self.now());
        let mut response = operation::perform(&mut self.lock(), &self.options, call, elapsed, now);
        if call.operation.deprecated(call.version) {
            answer::add_deprecation(&mut response);
        }
        if let Some((capacity, remaining)) = call.rate {
            answer::add_rate(&mut response, capacity, remaining);
        }
        response
    }

    /// Processes a request, unless a fault answers in its place.
    fn unless(
        &self,
        plan: &Plan,
        path: &str,
        style: Style,
        processed: impl FnOnce() -> Response<Bytes>,
    ) -> Response<Bytes> {
        match plan.fault.as_ref() {
            Some(fault) => instead(fault, Moment::Before, path, style, self.now()).unwrap_or_else(processed),
            None => processed(),
        }
    }

    fn arrive(&self, request: &Request<Bytes>) -> Arrival {
        let now = self.clock.elapsed();
        let path = request.uri().path();
        let mut state = self.lock();
        let state = &mut *state;
        if path == TOKEN_PATH || path == REVOKE_PATH {
            state.ledger.request(request.method().as_str(), path);
            let plan = state.strike(Kind::Token, now);
            return Arrival::Token(plan);
        }
        let query = Query::parse(request.uri().query());
        let style = Style::of(&query);
        let route = route::find(path);
        let operation = route.and_then(|route| route.operation(request.method()));
        match operation.map(Operation::template) {
            Some((method, template)) => state.ledger.request(method, template),
            None => state.ledger.request(request.method().as_str(), "elsewhere"),
        }
        let refuse = |problem: Problem| Arrival::Answered(answer::error(&problem, style));

        if !path.starts_with("/api/") {
            return refuse(Problem::unknown_path(path));
        }
        let caller = match state.gate.admit(request, now) {
            Ok(caller) => caller,
            Err(response) => return Arrival::Answered(*response),
        };
        if let Err(problem) = self.check_access(request) {
            return refuse(problem);
        }
        let Some(route) = route else { return refuse(Problem::unknown_path(path)) };
        let Some(operation) = operation else {
            let mut response = answer::bare(StatusCode::METHOD_NOT_ALLOWED);
            if let Ok(allow) = HeaderValue::from_str(&route.allow()) {
                response.headers_mut().insert(ALLOW, allow);
            }
            return Arrival::Answered(response);
        };
        match route.org {
            Some(id) if !is_id(id) => return refuse(Problem::invalid_org_id(id)),
            Some(id) if id != state.organization.id => return refuse(Problem::org_not_found(id)),
            Some(_) | None => {}
        }
        // That a version is settled before a token is taken is our guess.
        let version = match version::negotiate(request.headers(), operation.versions()) {
            Ok(version) => version,
            Err(problem) => return refuse(problem),
        };
        let rate = match self.charge(state, operation, path, now) {
            Ok(rate) => rate,
            Err(problem) => return Arrival::Answered(self.limited(operation, &problem, style)),
        };
        let kind = if operation.creates() {
            Kind::Create
        } else if operation.writes() {
            Kind::Other
        } else {
            Kind::LookUp
        };
        let plan = state.strike(kind, now);
        if plan.fault == Some(FaultKind::Revoke) {
            return match state.gate.admit(request, now) {
                Err(response) => Arrival::Answered(*response),
                Ok(_) => refuse(Problem::role_missing()),
            };
        }
        let call = Call {
            operation,
            id: route.id.unwrap_or_default().to_owned(),
            query,
            style,
            version,
            base: base(request),
            caller,
            body: request.body().clone(),
            rate: rate.filter(|_| self.options.limits.headers),
        };
        let allowed = if operation.writes() && self.options.access == Access::Member {
            Err(Problem::role_missing())
        } else if operation.writes() && now < state.maintenance_until {
            Err(Problem::upgrade_in_progress())
        } else if operation.creates() {
            version::check_content_type(request.headers(), operation.versions())
        } else {
            Ok(())
        };
        match allowed.and_then(|()| call.query.check(operation.parameters())) {
            Ok(()) => Arrival::Call(Box::new(call), plan),
            Err(problem) => {
                let mut response = answer::error(&problem, style);
                if let Some((capacity, remaining)) = call.rate {
                    answer::add_rate(&mut response, capacity, remaining);
                }
                Arrival::Answered(response)
            }
        }
    }

    fn check_access(&self, request: &Request<Bytes>) -> Result<(), Problem> {
        let ip = || {
            let peer = request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
            peer.to_string()
        };
        match self.options.access {
            Access::Owner | Access::Member => Ok(()),
            Access::AddressNotListed => Err(Problem::address_not_listed(&ip())),
            Access::ListRequired => Err(Problem::access_list_required(&ip())),
            Access::Suspended => Err(Problem::account_suspended()),
        }
    }

    /// Takes a token from the operation's bucket: its capacity and what is left.
    fn charge(
        &self,
        state: &mut State,
        operation: Operation,
        path: &str,
        now: Duration,
    ) -> Result<Option<(u32, u32)>, Problem> {
        if !self.options.limits.enforced {
            return Ok(None);
        }
        let set = operation.endpoint_set();
        let rate = set.rate(&self.options.limits);
        match state.buckets.take(set, now) {
            Taken::Left(left) => Ok(Some((rate.capacity, left))),
            Taken::Empty { refill_in } => Err(Problem::bucket_empty(path, rate, refill_in)),
        }
    }

    /// A 429. What `RateLimit-Remaining` says on one is not known; zero is our guess.
    fn limited(&self, operation: Operation, problem: &Problem, style: Style) -> Response<Bytes> {
        let limits = &self.options.limits;
        let mut response = answer::error(problem, style);
        if limits.headers {
            answer::add_rate(&mut response, operation.endpoint_set().rate(limits).capacity, 0);
        }
        if !limits.retry_after {
            response.headers_mut().remove(RETRY_AFTER);
        }
        response
    }
}

impl State {
    /// Asks the faults, and lets those take effect that outlast the request.
    fn strike(&mut self, kind: Kind, now: Duration) -> Plan {
        let plan = self.faults.plan(kind);
        self.ledger.faults += u64::from(plan != Plan::default());
        match plan.fault {
            Some(FaultKind::Revoke) => self.gate.revoke(),
            Some(FaultKind::Maintenance(lasting)) => self.maintenance_until = now + lasting,
            Some(_) | None => {}
        }
        plan
    }
}

fn base(request: &Request<Bytes>) -> String {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    format!("http://{}{}", host.unwrap_or("localhost"), route::ROOT)
}

/// Spares the timer where there is nothing to wait for.
async fn pause(wait: Duration) {
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
}
