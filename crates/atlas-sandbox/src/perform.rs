//! Performs the operations on the organization.

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
use crate::organization::user::{InviteEndpoint, MembershipStatus, User};
use crate::organization::users::Slot;
use crate::problem::Problem;
use crate::request::operation::Operation;
use crate::state::ServerState;
use crate::view::limits::RateLimitView;
use crate::view::organization::{OrganizationView, ProjectView, RootView, TeamView};
use crate::view::users::{InviteView, OldUserView, UserView};

/// Performs an operation and answers it.
pub(crate) fn perform(
    state: &mut ServerState,
    options: &Options,
    call: &Call,
    elapsed: Duration,
    now: Timestamp,
) -> Response<Bytes> {
    state.organization.users.expire(now);
    let organization = &mut state.organization;
    let answered = match call.operation {
        Operation::ReadRoot => Ok(root(organization, options, call)),
        Operation::ListRateLimits => list_rate_limits(options, call),
        Operation::ReadRateLimit => read_rate_limit(options, call),
        Operation::ReadOrganization => Ok(ok(call, &OrganizationView::new(organization, &call.base_url))),
        Operation::ListInvites => Ok(list_invites(organization, call)),
        Operation::CreateInvite => InviteRequest::from_invites(&call.body)
            .and_then(|request| create(state, options, call, request, InviteEndpoint::Invites, elapsed, now)),
        Operation::ReadInvite => read_invite(organization, call),
        Operation::DeleteInvite => delete_invite(organization, call),
        Operation::ListUsers => list_users(organization, call),
        Operation::CreateUser => InviteRequest::from_users(&call.body)
            .and_then(|request| create(state, options, call, request, InviteEndpoint::Users, elapsed, now)),
        Operation::ReadUser => read_user(organization, call),
        Operation::DeleteUser => delete_user(organization, call),
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
    let request = call.query.page()?;
    let total = entries.len();
    let results = entries.into_iter().skip(request.offset()).take(request.size).map(view).collect();
    Ok(page(call.version, call.style, href, &call.query, request, &Listing { results, total }))
}

fn create(
    state: &mut ServerState,
    options: &Options,
    call: &Call,
    request: InviteRequest,
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
    let inviter = options.credentials.inviter(call.scheme);
    let (slot, nth) = organization.invite(request, endpoint, inviter, now)?;
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

fn list_invites(organization: &Organization, call: &Call) -> Response<Bytes> {
    let views_of = |user| invite_views(organization, user);
    let invites: Vec<_> = match call.query.get("username") {
        Some(email) => organization.users.find_by_email(email).into_iter().flat_map(views_of).collect(),
        None => organization.users.iter().flat_map(views_of).collect(),
    };
    ok(call, &invites)
}

fn invite_views<'a>(organization: &'a Organization, user: &'a User) -> impl Iterator<Item = InviteView<'a>> {
    user.invites.iter().map(move |invite| InviteView::new(organization, user, invite))
}

fn read_invite(organization: &Organization, call: &Call) -> Result<Response<Bytes>, Problem> {
    let user = organization.users.slot_of_invite(&call.id).and_then(|slot| organization.users.get(slot));
    let found = user.and_then(|user| {
        let invite = user.invites.iter().find(|invite| invite.id == call.id)?;
        Some(ok(call, &InviteView::new(organization, user, invite)))
    });
    found.ok_or_else(|| Problem::no_such_invite(StatusCode::NOT_FOUND))
}

fn delete_invite(organization: &mut Organization, call: &Call) -> Result<Response<Bytes>, Problem> {
    if organization.users.remove_invite(&call.id) {
        Ok(answer::no_content(call.version))
    } else {
        Err(Problem::no_such_invite(StatusCode::BAD_REQUEST))
    }
}

fn slot_of(organization: &Organization, call: &Call) -> Result<Slot, Problem> {
    organization.users.slot_of_id(&call.id).ok_or_else(|| Problem::no_such_user(&call.id))
}

fn read_user(organization: &Organization, call: &Call) -> Result<Response<Bytes>, Problem> {
    let user = organization.users.get(slot_of(organization, call)?);
    user.map(|user| ok(call, &UserView::new(user))).ok_or_else(|| Problem::no_such_user(&call.id))
}

fn delete_user(organization: &mut Organization, call: &Call) -> Result<Response<Bytes>, Problem> {
    let slot = slot_of(organization, call)?;
    organization.users.remove(slot);
    Ok(answer::no_content(call.version))
}

/// Lists people. Before 2025-02-19 the list has only members, in another form.
fn list_users(organization: &Organization, call: &Call) -> Result<Response<Bytes>, Problem> {
    let href = format!("{}/orgs/{}/users", call.base_url, organization.id);
    let old = call.version == "2023-01-01";
    let statuses = if old { vec![MembershipStatus::Active] } else { statuses(call)? };
    let fits = |user: &&User| statuses.contains(&user.status);
    let users: Vec<&User> = match call.query.get("username") {
        Some(email) => organization.users.find_by_email(email).into_iter().filter(fits).collect(),
        None => organization.users.iter().filter(fits).collect(),
    };
    if old {
        list(call, &href, users, |user| OldUserView::new(organization, user, &call.base_url))
    } else {
        list(call, &href, users, UserView::new)
    }
}

/// Returns the statuses that the query asks for; active and pending by default.
fn statuses(call: &Call) -> Result<Vec<MembershipStatus>, Problem> {
    let many: Vec<&str> = call.query.all("orgMembershipStatuses").flat_map(|value| value.split(',')).collect();
    let one = call.query.get("orgMembershipStatus");
    if one.is_some() && !many.is_empty() {
        return Err(Problem::invalid_query_parameter("orgMembershipStatus"));
    }
    let requested: Vec<&str> = one.into_iter().chain(many).collect();
    if requested.is_empty() {
        return Ok(vec![MembershipStatus::Active, MembershipStatus::Pending]);
    }
    let status = |text| match text {
        "ACTIVE" => Ok(MembershipStatus::Active),
        "PENDING" => Ok(MembershipStatus::Pending),
        "INVITATION_EXPIRED" => Ok(MembershipStatus::InvitationExpired),
        "INVITATION_REJECTED" => Ok(MembershipStatus::InvitationRejected),
        _ => Err(Problem::invalid_query_parameter("orgMembershipStatuses")),
    };
    requested.into_iter().map(status).collect()
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
