//! Endpoints of the sandbox's own, which Atlas does not have and which need no credential.
//!
//! - `GET /_sandbox/state` returns the organization and the ledger; `PUT` loads people from such a document.
//! - `POST /_sandbox/invites/{id}/accept`, `decline` and `expire` end the invitation with this invite id, user id or
//!   address.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use jiff::Timestamp;
use serde_json::json;

use crate::answer;
use crate::organization::user::InvitationEnd;
use crate::snapshot;
use crate::state::ServerState;

/// The start of these endpoints' paths.
pub(crate) const PREFIX: &str = "/_sandbox/";

/// Answers a request to one of these endpoints.
pub(crate) fn answer(state: &mut ServerState, request: &Request<Bytes>, now: Timestamp) -> Response<Bytes> {
    let path = request.uri().path().strip_prefix(PREFIX).unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    match (request.method(), parts.as_slice()) {
        (&Method::GET, ["state"]) => answer::plain_json(StatusCode::OK, snapshot::dump(state, now)),
        (&Method::PUT, ["state"]) => match snapshot::load(state, request.body()) {
            Ok(()) => answer::bare(StatusCode::NO_CONTENT),
            Err(error) => refuse(StatusCode::BAD_REQUEST, &error.to_string()),
        },
        (&Method::POST, ["invites", id, "accept"]) => end(state, id, InvitationEnd::Accepted, now),
        (&Method::POST, ["invites", id, "decline"]) => end(state, id, InvitationEnd::Declined, now),
        (&Method::POST, ["invites", id, "expire"]) => end(state, id, InvitationEnd::Expired, now),
        _ => refuse(StatusCode::NOT_FOUND, "the sandbox has no such control"),
    }
}

fn end(state: &mut ServerState, invitation: &str, end: InvitationEnd, now: Timestamp) -> Response<Bytes> {
    if end_invitation(state, invitation, end, now) {
        answer::bare(StatusCode::NO_CONTENT)
    } else {
        refuse(StatusCode::NOT_FOUND, "no such invitation is pending")
    }
}

fn refuse(status: StatusCode, text: &str) -> Response<Bytes> {
    answer::plain_json(status, json!({ "error": text }).to_string())
}

/// Ends a pending invitation, named by the invite's id, the user's id or the address. Returns false if there is none.
pub(crate) fn end_invitation(state: &mut ServerState, invitation: &str, end: InvitationEnd, now: Timestamp) -> bool {
    let organization = &mut state.organization;
    organization.advance(now);
    let users = &organization.users;
    let slot = users.slot_of_invite(invitation).or_else(|| users.slot_of_id(invitation));
    let slot = slot.or_else(|| users.slot_of_email(invitation));
    slot.is_some_and(|slot| organization.end_invitation(slot, end, now))
}
