//! What each operation does to the organization, and its answer.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use jiff::Timestamp;
use serde::Serialize;

use crate::answer::{self, Listing};
use crate::bucket::EndpointSet;
use crate::call::Call;
use crate::ledger::Created;
use crate::options::Options;
use crate::options::credentials::Caller;
use crate::organization::invite_request::{self as draft, Draft};
use crate::organization::refusal;
use crate::organization::user::{Person, Status, Via};
use crate::organization::{Organization, Slot};
use crate::problem::Problem;
use crate::request::route::Operation;
use crate::state::State;
use crate::view::limits::RateLimitView;
use crate::view::users::{InviteView, OldUserView, OrganizationView, ProjectView, RootView, TeamView, UserView};

/// Performs an operation, whole, and answers it.
pub(crate) fn perform(
    state: &mut State,
    options: &Options,
    call: &Call,
    elapsed: Duration,
    now: Timestamp,
) -> Response<Bytes> {
    state.organization.expire(now);
    let answered = match call.operation {
        Operation::ReadRoot => Ok(root(&state.organization, options, call)),
        Operation::ListRateLimits => list_rate_limits(options, call),
        Operation::ReadRateLimit => read_rate_limit(options, call),
        Operation::ReadOrganization => Ok(ok(call, &OrganizationView::new(&state.organization, &call.base))),
        Operation::ListInvites => Ok(list_invites(&state.organization, call)),
        Operation::CreateInvite => {
            draft::from_invites(&call.body).and_then(|draft| create(state, options, call, draft, elapsed, now))
        }
        Operation::ReadInvite => read_invite(&state.organization, call),
        Operation::DeleteInvite => delete_invite(&mut state.organization, call),
        Operation::ListUsers => list_users(&state.organization, call),
        Operation::CreateUser => {
            draft::from_users(&call.body).and_then(|draft| create(state, options, call, draft, elapsed, now))
        }
        Operation::ReadUser => user(&state.organization, call)
            .and_then(|slot| state.organization.person(slot).ok_or_else(|| Problem::no_such_user(&call.id)))
            .map(|person| ok(call, &UserView::new(person))),
        Operation::DeleteUser => user(&state.organization, call).map(|slot| {
            state.organization.remove(slot);
            answer::no_content(call.version)
        }),
        Operation::ListTeams => {
            let href = format!("{}/orgs/{}/teams", call.base, state.organization.id);
            let teams: Vec<_> = state.organization.teams.iter().map(|team| TeamView::new(team, &href)).collect();
            page(call, &href, teams)
        }
        Operation::ListProjects => {
            let href = format!("{}/orgs/{}/groups", call.base, state.organization.id);
            let name = call.query.get("name");
            let projects = state.organization.projects.iter();
            let projects = projects.filter(|project| name.is_none_or(|name| project.name.starts_with(name)));
            let projects: Vec<_> =
                projects.map(|project| ProjectView::new(&state.organization, project, &call.base)).collect();
            page(call, &href, projects)
        }
    };
    answered.unwrap_or_else(|problem| answer::error(&problem, call.style))
}

fn ok<T: Serialize>(call: &Call, value: &T) -> Response<Bytes> {
    answer::entity(StatusCode::OK, call.version, call.style, value)
}

/// Cuts a page out of a list that is at hand as a whole.
fn page<T: Serialize>(call: &Call, href: &str, all: Vec<T>) -> Result<Response<Bytes>, Problem> {
    let request = call.query.page()?;
    let total = all.len();
    let results = all.into_iter().skip(request.offset()).take(request.size).collect();
    Ok(answer::page(call.version, call.style, href, &call.query, request, &Listing { results, total }))
}

fn create(
    state: &mut State,
    options: &Options,
    call: &Call,
    draft: Draft,
    elapsed: Duration,
    now: Timestamp,
) -> Result<Response<Bytes>, Problem> {
    if let Some(limiter) = &mut state.invitations
        && !limiter.admit(elapsed)
    {
        return Err(Problem::invitations_limited(limiter.max(), limiter.minutes()));
    }
    if let Some(problem) = refusal::of(options, &draft.username, &state.organization.id) {
        return Err(problem);
    }
    let via = if call.operation == Operation::CreateInvite { Via::Invites } else { Via::Users };
    let by = options.credentials.inviter(call.caller);
    let organization = &mut state.organization;
    let (slot, nth) = organization.create(draft, via, by, now)?;
    let gone = || Problem::no_such_user(&call.id);
    let person = organization.person(slot).ok_or_else(gone)?;
    let (id, response) = match via {
        Via::Invites => {
            let invite = person.invites.get(nth).ok_or_else(gone)?;
            (&invite.id, ok(call, &InviteView::new(organization, person, invite)))
        }
        Via::Users => {
            let view = UserView::new(person);
            (&person.id, answer::entity(StatusCode::CREATED, call.version, call.style, &view))
        }
    };
    state.ledger.create(Created { id: id.clone(), email: person.username.clone(), at: now, via });
    Ok(response)
}

fn list_invites(organization: &Organization, call: &Call) -> Response<Bytes> {
    let views_of = |person| views(organization, person);
    let invites: Vec<_> = match call.query.get("username") {
        Some(email) => organization.find(email).into_iter().flat_map(views_of).collect(),
        None => organization.people().flat_map(views_of).collect(),
    };
    ok(call, &invites)
}

fn views<'a>(organization: &'a Organization, person: &'a Person) -> impl Iterator<Item = InviteView<'a>> {
    person.invites.iter().map(move |invite| InviteView::new(organization, person, invite))
}

fn read_invite(organization: &Organization, call: &Call) -> Result<Response<Bytes>, Problem> {
    let person = organization.slot_of_invite(&call.id).and_then(|slot| organization.person(slot));
    let found = person.and_then(|person| {
        let invite = person.invites.iter().find(|invite| invite.id == call.id)?;
        Some(ok(call, &InviteView::new(organization, person, invite)))
    });
    found.ok_or_else(|| Problem::no_such_invite(StatusCode::NOT_FOUND))
}

fn delete_invite(organization: &mut Organization, call: &Call) -> Result<Response<Bytes>, Problem> {
    if organization.remove_invite(&call.id) {
        Ok(answer::no_content(call.version))
    } else {
        Err(Problem::no_such_invite(StatusCode::BAD_REQUEST))
    }
}

fn user(organization: &Organization, call: &Call) -> Result<Slot, Problem> {
    organization.slot_of(&call.id).ok_or_else(|| Problem::no_such_user(&call.id))
}

/// Before 2025-02-19 only members are listed, and in another shape.
fn list_users(organization: &Organization, call: &Call) -> Result<Response<Bytes>, Problem> {
    let href = format!("{}/orgs/{}/users", call.base, organization.id);
    let old = call.version == "2023-01-01";
    let statuses = if old { vec![Status::Active] } else { statuses(call)? };
    let fits = |person: &&Person| statuses.contains(&person.status);
    let people: Vec<&Person> = match call.query.get("username") {
        Some(email) => organization.find(email).into_iter().filter(fits).collect(),
        None => organization.people().filter(fits).collect(),
    };
    let request = call.query.page()?;
    let total = people.len();
    let people = people.into_iter().skip(request.offset()).take(request.size);
    let (query, style) = (&call.query, call.style);
    Ok(if old {
        let results = people.map(|person| OldUserView::new(organization, person, &call.base)).collect();
        answer::page(call.version, style, &href, query, request, &Listing { results, total })
    } else {
        let results = people.map(UserView::new).collect();
        answer::page(call.version, style, &href, query, request, &Listing { results, total })
    })
}

fn statuses(call: &Call) -> Result<Vec<Status>, Problem> {
    let many: Vec<&str> = call.query.all("orgMembershipStatuses").flat_map(|value| value.split(',')).collect();
    let one = call.query.get("orgMembershipStatus");
    if one.is_some() && !many.is_empty() {
        return Err(Problem::invalid_query_parameter("orgMembershipStatus"));
    }
    let asked: Vec<&str> = one.into_iter().chain(many).collect();
    if asked.is_empty() {
        return Ok(vec![Status::Active, Status::Pending]);
    }
    let status = |text| match text {
        "ACTIVE" => Ok(Status::Active),
        "PENDING" => Ok(Status::Pending),
        "INVITATION_EXPIRED" => Ok(Status::InvitationExpired),
        "INVITATION_REJECTED" => Ok(Status::InvitationRejected),
        _ => Err(Problem::invalid_query_parameter("orgMembershipStatuses")),
    };
    asked.into_iter().map(status).collect()
}

fn root(organization: &Organization, options: &Options, call: &Call) -> Response<Bytes> {
    let public_key = (call.caller == Caller::Key).then_some(options.credentials.public_key.as_str());
    ok(call, &RootView::new(organization, public_key, &call.base))
}

/// With `orgId` the limits of the organization, else those of the caller: our reading of the documentation.
fn list_rate_limits(options: &Options, call: &Call) -> Result<Response<Bytes>, Problem> {
    let scope = match call.query.get("orgId") {
        Some(id) if id == options.organization.id => "ORGANIZATION",
        Some(id) => return Err(Problem::org_not_found(id)),
        None => "USER",
    };
    let sets = EndpointSet::ALL.into_iter().map(|set| RateLimitView::new(set, &options.limits));
    let sets = sets.filter(|view| view.scope == scope);
    let sets = sets.filter(|view| call.query.get("name").is_none_or(|name| view.endpoint_set_name == name));
    let path = call.query.get("endpointPath");
    let sets = sets.filter(|view| path.is_none_or(|path| view.endpoints.iter().any(|endpoint| endpoint.path == path)));
    page(call, &format!("{}/rateLimits", call.base), sets.collect())
}

fn read_rate_limit(options: &Options, call: &Call) -> Result<Response<Bytes>, Problem> {
    let mut sets = EndpointSet::ALL.into_iter().map(|set| RateLimitView::new(set, &options.limits));
    let set = sets.find(|view| view.endpoint_set_id == call.id);
    set.map(|view| ok(call, &view)).ok_or_else(|| Problem::no_such_endpoint_set(&call.id))
}
