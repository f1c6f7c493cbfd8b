//! Decides which requests are let in: by credential, path, version and the tokens left in their bucket.
//!
//! Nothing is processed here. The order of the checks is a guess where Atlas's order is not known.

use std::mem;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, HeaderValue, RETRY_AFTER};
use http::{Method, Request, Response, StatusCode};
use serde::Deserialize;

use crate::answer::{self, Style};
use crate::auth::oauth::{REVOKE_PATH, TOKEN_PATH};
use crate::bucket::{BucketLevel, Taken};
use crate::call::{Arrival, Call, Peer, base_url};
use crate::fault::kind::FaultKind;
use crate::fault::plan::{Countable, RequestKind};
use crate::object_id::is_object_id;
use crate::options::Options;
use crate::options::policy::Access;
use crate::problem::Problem;
use crate::request::operation::Operation;
use crate::request::query::Query;
use crate::request::route::{self, Route};
use crate::request::version;
use crate::state::ServerState;

/// Records a request, and answers it if it is refused.
pub(crate) fn arrive(state: &mut ServerState, options: &Options, request: &Request<Bytes>, now: Duration) -> Arrival {
    let (method, path) = (request.method(), request.uri().path());
    if path == TOKEN_PATH || path == REVOKE_PATH {
        state.ledger.record_request(method.as_str(), path);
        return Arrival::Token(state.apply_faults(RequestKind::Token, now));
    }
    let route = route::find(path);
    match route.and_then(|route| route.operation(method)).map(Operation::template) {
        Some((method, template)) => state.ledger.record_request(method, template),
        None => state.ledger.record_request(method.as_str(), "elsewhere"),
    }
    admit(state, options, request, route, now).unwrap_or_else(|refusal| Arrival::Answered(*refusal))
}

fn admit(
    state: &mut ServerState,
    options: &Options,
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
    let scheme = state.authenticator.authenticate(request, now)?;
    check_access(options, request).map_err(refuse)?;
    let route = route.ok_or_else(|| refuse(Problem::unknown_path(path)))?;
    if request.method() == Method::OPTIONS {
        return Err(allowed_methods(StatusCode::OK, &route));
    }
    let operation =
        route.operation(request.method()).ok_or_else(|| allowed_methods(StatusCode::METHOD_NOT_ALLOWED, &route))?;
    match route.org {
        Some(id) if !is_object_id(id) => return Err(refuse(Problem::invalid_org_id(id))),
        Some(id) if id != state.organization.id => return Err(refuse(Problem::org_not_found(id))),
        Some(_) | None => {}
    }
    operation.check_id(route.id).map_err(refuse)?;
    let version = version::negotiate(request.headers(), operation.versions()).map_err(refuse)?;
    let bucket = charge(state, options, operation, path, style, now)?;
    let invites = if operation.creates() && state.faults.need_address() { invited(request) } else { None };
    let mut plan = state.apply_faults(Countable { kind: request_kind(operation), invites: invites.as_deref() }, now);
    if plan.fault == Some(FaultKind::Revoke) {
        state.authenticator.authenticate(request, now)?;
    }
    let bucket = bucket.filter(|_| options.limits.headers);
    if let Err(problem) = check_form(state, options, operation, request, &query, now) {
        let mut response = refuse(problem);
        // Recorded 401s have no rate headers.
        if let Some(level) = bucket.filter(|_| response.status() != StatusCode::UNAUTHORIZED) {
            answer::add_rate_limit(&mut response, level);
        }
        return Err(response);
    }
    let id = route.id.unwrap_or_default().to_owned();
    let (base_url, body) = (base_url(request), request.body().clone());
    let alterations = mem::take(&mut plan.alterations);
    let call = Call { operation, id, query, style, version, base_url, scheme, body, bucket, alterations };
    Ok(Arrival::Call(Box::new(call), plan))
}

/// Returns the address that a request invites.
fn invited(request: &Request<Bytes>) -> Option<String> {
    #[derive(Deserialize)]
    struct Invited {
        username: String,
    }
    serde_json::from_slice(request.body()).ok().map(|invited: Invited| invited.username)
}

fn check_access(options: &Options, request: &Request<Bytes>) -> Result<(), Problem> {
    let ip = || {
        let peer = request.extensions().get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
        peer.to_string()
    };
    match options.access {
        Access::Owner | Access::Member => Ok(()),
        Access::AddressNotListed => Err(Problem::address_not_listed(&ip())),
        Access::ListRequired => Err(Problem::access_list_required(&ip())),
        Access::Suspended => Err(Problem::account_suspended()),
        Access::Inactive => Err(Problem::organization_inactive()),
        Access::Outsider => Err(Problem::no_access_to_org(&options.organization.id)),
    }
}

/// Takes a token from the operation's bucket, and returns the bucket's level. That a 429 has `RateLimit-Remaining: 0` is
/// a guess.
fn charge(
    state: &mut ServerState,
    options: &Options,
    operation: Operation,
    path: &str,
    style: Style,
    now: Duration,
) -> Result<Option<BucketLevel>, Box<Response<Bytes>>> {
    let limits = &options.limits;
    if !limits.enforced {
        return Ok(None);
    }
    let set = operation.endpoint_set();
    let rate = set.rate(limits);
    let refill_in = match state.buckets.take(set, now) {
        Taken::Left(remaining) => return Ok(Some(BucketLevel { capacity: rate.capacity, remaining })),
        Taken::Empty { refill_in } => refill_in,
    };
    let mut response = answer::error(&Problem::bucket_empty(path, rate, refill_in), style);
    if limits.headers {
        answer::add_rate_limit(&mut response, BucketLevel { capacity: rate.capacity, remaining: 0 });
    }
    if !limits.retry_after {
        response.headers_mut().remove(RETRY_AFTER);
    }
    Err(Box::new(response))
}

/// Checks permission, content type and query. A request that is refused here has used its token.
fn check_form(
    state: &ServerState,
    options: &Options,
    operation: Operation,
    request: &Request<Bytes>,
    query: &Query,
    now: Duration,
) -> Result<(), Problem> {
    if operation.writes() && options.access == Access::Member {
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

fn request_kind(operation: Operation) -> RequestKind {
    if operation.creates() {
        RequestKind::Create
    } else if operation.writes() {
        RequestKind::Delete
    } else {
        RequestKind::LookUp
    }
}

/// Lists a resource's methods: with a 405 for methods it does not have, as recorded, and with a 200 for `OPTIONS`, which
/// is a guess.
fn allowed_methods(status: StatusCode, route: &Route<'_>) -> Box<Response<Bytes>> {
    let mut response = answer::bare(status);
    if let Ok(allow) = HeaderValue::from_str(&route.allow()) {
        response.headers_mut().insert(ALLOW, allow);
    }
    Box::new(response)
}
