//! Looks people and invitations up.

use bytes::Bytes;
use http::{Response, StatusCode};

use super::{list, ok};
use crate::answer::page::{Listing, page};
use crate::call::Call;
use crate::organization::Organization;
use crate::organization::user::{Grants, MembershipStatus, User};
use crate::problem::Problem;
use crate::view::users::{InviteView, OldUserView, UserView};

pub(super) fn list_invites(organization: &Organization, call: &Call) -> Response<Bytes> {
    let views_of = |user| invite_views(organization, user);
    let people = organization.visible();
    let invites: Vec<_> = match username(call) {
        Some(email) => people.find_by_email(email).into_iter().flat_map(views_of).collect(),
        None => people.iter().flat_map(views_of).collect(),
    };
    ok(call, &invites)
}

/// Returns the address that filters a list.
fn username(call: &Call) -> Option<&str> {
    call.query.get("username").filter(|_| !call.alterations.ignore_username)
}

fn invite_views<'a>(organization: &'a Organization, user: &'a User) -> impl Iterator<Item = InviteView<'a>> {
    user.invites.iter().map(move |invite| InviteView::new(organization, user, invite))
}

pub(super) fn read_invite(organization: &Organization, call: &Call) -> Result<Response<Bytes>, Problem> {
    let people = organization.visible();
    let user = people.slot_of_invite(&call.id).and_then(|slot| people.get(slot));
    let found = user.and_then(|user| {
        let invite = user.invites.iter().find(|invite| invite.id == call.id)?;
        Some(ok(call, &InviteView::new(organization, user, invite)))
    });
    found.ok_or_else(|| Problem::no_such_invite(StatusCode::NOT_FOUND))
}

pub(super) fn read_user(organization: &Organization, call: &Call) -> Result<Response<Bytes>, Problem> {
    let people = organization.visible();
    let user = people.slot_of_id(&call.id).and_then(|slot| people.get(slot));
    user.map(|user| ok(call, &UserView::new(user))).ok_or_else(|| Problem::no_such_user(&call.id))
}

/// Lists people. Before 2025-02-19 the list has only members, in another form.
pub(super) fn list_users(organization: &Organization, call: &Call) -> Result<Response<Bytes>, Problem> {
    let href = format!("{}/orgs/{}/users", call.base_url, organization.id);
    let old = call.version == "2023-01-01";
    let statuses = if old { vec![MembershipStatus::Active] } else { statuses(call)? };
    let fits = |user: &&User| statuses.contains(&user.status);
    let people = organization.visible();
    let users: Vec<&User> = match username(call) {
        Some(email) => people.find_by_email(email).into_iter().filter(fits).collect(),
        None => people.iter().filter(fits).collect(),
    };
    if call.alterations.endless && username(call).is_none() && statuses.contains(&MembershipStatus::Active) {
        return endless_page(organization, call, &href, &users);
    }
    if old {
        list(call, &href, users, |user| OldUserView::new(organization, user, &call.base_url))
    } else {
        list(call, &href, users, UserView::new)
    }
}

/// Answers with a page of a list without end: these members, and then ones that do not exist.
fn endless_page(
    organization: &Organization,
    call: &Call,
    href: &str,
    members: &[&User],
) -> Result<Response<Bytes>, Problem> {
    let request = call.query.page(&call.alterations)?;
    let (from, end) = (request.offset(), request.end());
    let invented: Vec<User> = (from.max(members.len())..end).map(|n| invented_member(organization, n)).collect();
    let results = members.iter().copied().skip(from).take(request.len()).chain(&invented);
    let total_count = call.alterations.stated_total(end.saturating_add(1));
    if call.version == "2023-01-01" {
        let results = results.map(|user| OldUserView::new(organization, user, &call.base_url)).collect();
        let listing = Listing { results, more: true, total_count };
        Ok(page(call.version, call.style, href, &call.query, request, &listing))
    } else {
        let listing = Listing { results: results.map(UserView::new).collect(), more: true, total_count };
        Ok(page(call.version, call.style, href, &call.query, request, &listing))
    }
}

fn invented_member(organization: &Organization, n: usize) -> User {
    User {
        id: format!("e4d1e55{n:017x}"),
        username: format!("endless-{n:06}@example.com"),
        status: MembershipStatus::Active,
        created_at: organization.created_at,
        expires_at: organization.created_at,
        inviter_username: String::new(),
        grants: Grants { roles: vec!["ORG_MEMBER".into()], ..Grants::default() },
        invites: Vec::new(),
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
