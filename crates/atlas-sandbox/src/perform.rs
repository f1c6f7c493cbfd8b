//! Performs the operations on the organization.

mod people;

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use serde::Serialize;

use crate::answer;
use crate::answer::page::{Listing, page};
use crate::bucket::EndpointSet;
use crate::call::Call;
use crate::ledger::Created;
use crate::options::Options;
use crate::options::credentials::AuthScheme;
use crate::organization::Organization;
use crate::organization::invite_request::InviteRequest;
use crate::organization::refusal;
use crate::organization::user::InviteEndpoint;
use crate::problem::Problem;
use crate::request::operation::Operation;
use crate::state::ServerState;
use crate::view::limits::RateLimitView;
use crate::view::organization::{OrganizationView, ProjectView, RootView, TeamView};
use crate::view::users::{InviteView, UserView};

/// Performs an operation and answers it.
pub(crate) fn perform(
    state: &mut ServerState,
    options: &Options,
    call: &Call,
    elapsed: Duration,
    now: Timestamp,
) -> Response<Bytes> {
    state.organization.advance(now);
    let organization = &mut state.organization;
    let answered = match call.operation {
        Operation::ReadRoot => Ok(root(organization, options, call)),
        Operation::ListRateLimits => list_rate_limits(options, call),
        Operation::ReadRateLimit => read_rate_limit(options, call),
        Operation::ReadOrganization => Ok(ok(call, &OrganizationView::new(organization, &call.base_url))),
        Operation::ListInvites => Ok(people::list_invites(organization, call)),
        Operation::CreateInvite => InviteRequest::from_invites(&call.body)
            .and_then(|request| create(state, options, call, request, InviteEndpoint::Invites, elapsed, now)),
        Operation::ReadInvite => people::read_invite(organization, call),
        Operation::DeleteInvite => delete_invite(organization, call, now),
        Operation::ListUsers => people::list_users(organization, call),
        Operation::CreateUser => InviteRequest::from_users(&call.body)
            .and_then(|request| create(state, options, call, request, InviteEndpoint::Users, elapsed, now)),
        Operation::ReadUser => people::read_user(organization, call),
        Operation::DeleteUser => delete_user(organization, call, now),
        Operation::ListTeams => list_teams(organization, call),
        Operation::ListProjects => list_projects(organization, call),
    };
    answered.unwrap_or_else(|problem| answer::error(&problem, call.style))
}

fn ok<T: Serialize>(call: &Call, value: &T) -> Response<Bytes> {
    answer::entity(StatusCode::OK, call.version, call.style, value)
}

/// Answers with the requested page of a list.
fn list<T, V: Serialize>(
    call: &Call,
    href: &str,
    entries: Vec<T>,
    view: impl Fn(T) -> V,
) -> Result<Response<Bytes>, Problem> {
    let request = call.query.page(&call.alterations)?;
    let total = entries.len();
    let results = entries.into_iter().skip(request.offset()).take(request.len()).map(view).collect();
    let total_count = call.alterations.stated_total(total);
    let listing = Listing { results, more: request.end() < total, total_count };
    Ok(page(call.version, call.style, href, &call.query, request, &listing))
}

fn create(
    state: &mut ServerState,
    options: &Options,
    call: &Call,
    mut request: InviteRequest,
    endpoint: InviteEndpoint,
    elapsed: Duration,
    now: Timestamp,
) -> Result<Response<Bytes>, Problem> {
    if let Some(limit) = &mut state.invitations
        && !limit.admit(elapsed)
    {
        return Err(Problem::invitations_limited(limit.max(), limit.minutes()));
    }
    let organization = &mut state.organization;
    if let Some(problem) = refusal::configured(options, &request.username, &organization.id) {
        return Err(problem);
    }
    for lacking in &call.alterations.lacking {
        request.grants.remove_last(*lacking);
    }
    let inviter = options.credentials.inviter(call.scheme);
    let (slot, nth) = organization.invite(request, endpoint, inviter, now, call.alterations.created_at(now))?;
    let missing = || Problem::no_such_user(&call.id);
    let user = organization.users.get(slot).ok_or_else(missing)?;
    let (id, response) = match endpoint {
        InviteEndpoint::Invites => {
            let invite = user.invites.get(nth).ok_or_else(missing)?;
            (&invite.id, ok(call, &InviteView::new(organization, user, invite)))
        }
        InviteEndpoint::Users => {
            (&user.id, answer::entity(StatusCode::CREATED, call.version, call.style, &UserView::new(user)))
        }
    };
    state.ledger.record_created(Created { id: id.clone(), email: user.username.clone(), at: now, via: endpoint });
    Ok(response)
}

fn delete_invite(organization: &mut Organization, call: &Call, now: Timestamp) -> Result<Response<Bytes>, Problem> {
    if organization.remove_invite(&call.id, now) {
        Ok(answer::no_content(call.version))
    } else {
        Err(Problem::no_such_invite(StatusCode::BAD_REQUEST))
    }
}

fn delete_user(organization: &mut Organization, call: &Call, now: Timestamp) -> Result<Response<Bytes>, Problem> {
    let slot = organization.users.slot_of_id(&call.id).ok_or_else(|| Problem::no_such_user(&call.id))?;
    organization.remove(slot, now);
    Ok(answer::no_content(call.version))
}

fn list_teams(organization: &Organization, call: &Call) -> Result<Response<Bytes>, Problem> {
    let href = format!("{}/orgs/{}/teams", call.base_url, organization.id);
    list(call, &href, organization.teams.iter().collect(), |team| TeamView::new(team, &href))
}

fn list_projects(organization: &Organization, call: &Call) -> Result<Response<Bytes>, Problem> {
    let href = format!("{}/orgs/{}/groups", call.base_url, organization.id);
    let name = call.query.get("name").unwrap_or_default();
    let projects = organization.projects.iter().filter(|project| project.name.starts_with(name));
    list(call, &href, projects.collect(), |project| ProjectView::new(organization, project, &call.base_url))
}

fn root(organization: &Organization, options: &Options, call: &Call) -> Response<Bytes> {
    let public_key = match call.scheme {
        AuthScheme::Bearer => None,
        AuthScheme::Digest => Some(options.credentials.public_key.as_str()),
    };
    ok(call, &RootView::new(organization, public_key, &call.base_url))
}

/// Lists the limits of the organization that `orgId` names, or else those of the user. This is an interpretation of the
/// documentation.
fn list_rate_limits(options: &Options, call: &Call) -> Result<Response<Bytes>, Problem> {
    let scope = match call.query.get("orgId") {
        Some(id) if id == options.organization.id => "ORGANIZATION",
        Some(id) => return Err(Problem::org_not_found(id)),
        None => "USER",
    };
    let (name, path) = (call.query.get("name"), call.query.get("endpointPath"));
    let limits = EndpointSet::ALL.into_iter().map(|set| RateLimitView::new(set, &options.limits));
    let limits = limits.filter(|view| view.scope == scope);
    let limits = limits.filter(|view| name.is_none_or(|name| view.endpoint_set_name == name));
    let limits = limits.filter(|view| path.is_none_or(|path| view.endpoints.iter().any(|each| each.path == path)));
    list(call, &format!("{}/rateLimits", call.base_url), limits.collect(), |view| view)
}

fn read_rate_limit(options: &Options, call: &Call) -> Result<Response<Bytes>, Problem> {
    let mut limits = EndpointSet::ALL.into_iter().map(|set| RateLimitView::new(set, &options.limits));
    let found = limits.find(|view| view.endpoint_set_id == call.id);
    found.map(|view| ok(call, &view)).ok_or_else(|| Problem::no_such_endpoint_set(&call.id))
}
