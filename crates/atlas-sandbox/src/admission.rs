//! Lets requests in: who asks, for what, in which version, and whether there is a token left for it.
//!
//! Nothing is processed here. Where Atlas's order of checks is not known, the one below is our guess.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, HOST, HeaderValue, RETRY_AFTER};
use http::{Method, Request, Response, StatusCode};

use super::answer::{self, Style};
use super::bucket::Taken;
use super::credentials::Caller;
use super::fault::{FaultKind, Kind, Plan};
use super::invite_request::is_id;
use super::oauth::{REVOKE_PATH, TOKEN_PATH};
use super::options::Access;
use super::problem::Problem;
use super::query::Query;
use super::route::{self, Operation, Route};
use super::state::{Sandbox, State};
use super::version;

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
    pub(super) rate: Option<(u32, u32)>,
}

/// How far a request got on arrival.
pub(super) enum Arrival {
    /// It has its answer.
    Answered(Response<Bytes>),
    /// It is about tokens.
    Token(Plan),
    /// It is to be processed.
    Call(Box<Call>, Plan),
}

impl Sandbox {
    /// Takes a request in, as far as its answer or as far as its processing.
    pub(super) fn arrive(&self, request: &Request<Bytes>) -> Arrival {
        let now = self.clock.elapsed();
        let path = request.uri().path();
        let mut state = self.lock();
        if path == TOKEN_PATH || path == REVOKE_PATH {
            state.ledger.request(request.method().as_str(), path);
            return Arrival::Token(state.strike(Kind::Token, now));
        }
        let route = route::find(path);
        match route.and_then(|route| route.operation(request.method())).map(Operation::template) {
            Some((method, template)) => state.ledger.request(method, template),
            None => state.ledger.request(request.method().as_str(), "elsewhere"),
        }
        self.admit(&mut state, request, route, now).unwrap_or_else(|refusal| Arrival::Answered(*refusal))
    }

    fn admit(
        &self,
        state: &mut State,
        request: &Request<Bytes>,
        route: Option<Route<'_>>,
        now: Duration,
    ) -> Result<Arrival, Box<Response<Bytes>>> {
        let path = request.uri().path();
        let query = Query::parse(request.uri().query());
        let style = Style::of(&query);
        let refuse = |problem: Problem| Box::new(answer::error(&problem, style));

        if !path.starts_with("/api/") {
            return Err(refuse(Problem::unknown_path(path)));
        }
        let caller = state.gate.admit(request, now)?;
        self.check_access(request).map_err(refuse)?;
        let route = route.ok_or_else(|| refuse(Problem::unknown_path(path)))?;
        if request.method() == Method::OPTIONS {
            return Err(allowed_methods(StatusCode::OK, &route));
        }
        let operation =
            route.operation(request.method()).ok_or_else(|| allowed_methods(StatusCode::METHOD_NOT_ALLOWED, &route))?;
        match route.org {
            Some(id) if !is_id(id) => return Err(refuse(Problem::invalid_org_id(id))),
            Some(id) if id != state.organization.id => return Err(refuse(Problem::org_not_found(id))),
            Some(_) | None => {}
        }
        operation.check_id(route.id).map_err(refuse)?;
        let version = version::negotiate(request.headers(), operation.versions()).map_err(refuse)?;
        let rate = self.charge(state, operation, path, style, now)?;
        let plan = state.strike(kind(operation), now);
        if plan.fault == Some(FaultKind::Revoke) {
            state.gate.admit(request, now)?;
        }
        let allowed = self.check_form(state, operation, request, &query, now);
        let rate = rate.filter(|_| self.options.limits.headers);
        if let Err(problem) = allowed {
            let mut response = refuse(problem);
            // A 401 was never seen with them.
            if let Some((capacity, remaining)) = rate.filter(|_| response.status() != StatusCode::UNAUTHORIZED) {
                answer::add_rate(&mut response, capacity, remaining);
            }
            return Err(response);
        }
        let id = route.id.unwrap_or_default().to_owned();
        let (base, body) = (base(request), request.body().clone());
        Ok(Arrival::Call(Box::new(Call { operation, id, query, style, version, base, caller, body, rate }), plan))
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
            Access::Inactive => Err(Problem::organization_inactive()),
            Access::Outsider => Err(Problem::no_access_to_org(&self.options.organization.id)),
        }
    }

    /// What costs a token even where it is refused.
    fn check_form(
        &self,
        state: &State,
        operation: Operation,
        request: &Request<Bytes>,
        query: &Query,
        now: Duration,
    ) -> Result<(), Problem> {
        if operation.writes() && self.options.access == Access::Member {
            return Err(Problem::role_missing());
        }
        if operation.writes() && now < state.maintenance_until {
            return Err(Problem::upgrade_in_progress());
        }
        if operation.creates() {
            version::check_content_type(request.headers(), operation.versions())?;
        }
        query.check(operation.parameters())
    }

    /// Takes a token from the operation's bucket: its capacity and what is left. What `RateLimit-Remaining` says on a
    /// 429 is not known; zero is our guess.
    fn charge(
        &self,
        state: &mut State,
        operation: Operation,
        path: &str,
        style: Style,
        now: Duration,
    ) -> Result<Option<(u32, u32)>, Box<Response<Bytes>>> {
        let limits = &self.options.limits;
        if !limits.enforced {
            return Ok(None);
        }
        let set = operation.endpoint_set();
        let rate = set.rate(limits);
        let refill_in = match state.buckets.take(set, now) {
            Taken::Left(left) => return Ok(Some((rate.capacity, left))),
            Taken::Empty { refill_in } => refill_in,
        };
        let mut response = answer::error(&Problem::bucket_empty(path, rate, refill_in), style);
        if limits.headers {
            answer::add_rate(&mut response, rate.capacity, 0);
        }
        if !limits.retry_after {
            response.headers_mut().remove(RETRY_AFTER);
        }
        Err(Box::new(response))
    }
}

fn kind(operation: Operation) -> Kind {
    if operation.creates() {
        Kind::Create
    } else if operation.writes() {
        Kind::Delete
    } else {
        Kind::LookUp
    }
}

/// Which methods a resource has: with a 405, as recorded, to methods that it has not, `HEAD` and `PATCH` among them; with
/// a 200 to `OPTIONS`, which is our guess.
fn allowed_methods(status: StatusCode, route: &Route<'_>) -> Box<Response<Bytes>> {
    let mut response = answer::bare(status);
    if let Ok(allow) = HeaderValue::from_str(&route.allow()) {
        response.headers_mut().insert(ALLOW, allow);
    }
    Box::new(response)
}

fn base(request: &Request<Bytes>) -> String {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(|authority| authority.as_str()));
    format!("http://{}{}", host.unwrap_or("localhost"), route::ROOT)
}
