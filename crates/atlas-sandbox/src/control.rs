//! Endpoints of the sandbox's own, which Atlas does not have and which need no credential.
//!
//! - `GET /_sandbox/state` returns the organization and the ledger; `PUT` loads people from such a document.
//! - `POST /_sandbox/invites/{id}/accept`, `decline` and `expire` end the invitation with this invite id, user id or
//!   address, in place of the person who was invited.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use jiff::Timestamp;
use serde_json::json;

use crate::answer;
use crate::organization::user::Status;
use crate::snapshot;
use crate::state::State;

/// The start of these endpoints' paths.
pub(crate) const PREFIX: &str = "/_sandbox/";

/// How an invitation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The person is a member now.
    Accepted,
    /// The person declined.
    Declined,
    /// The person did not answer in time.
    Expired,
}

/// Answers a request to one of these endpoints.
pub(crate) fn answer(state: &mut State, request: &Request<Bytes>, now: Timestamp) -> Response<Bytes> {
    let path = request.uri().path().strip_prefix(PREFIX).unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let (id, fate) = match (request.method(), parts.as_slice()) {
        (&Method::GET, ["state"]) => return answer::plain_json(StatusCode::OK, snapshot::dump(state, now)),
        (&Method::PUT, ["state"]) => {
            return match snapshot::load(state, request.body()) {
                Ok(()) => answer::bare(StatusCode::NO_CONTENT),
                Err(error) => refusal(StatusCode::BAD_REQUEST, &error.to_string()),
            };
        }
        (&Method::POST, ["invites", id, "accept"]) => (id, Fate::Accepted),
        (&Method::POST, ["invites", id, "decline"]) => (id, Fate::Declined),
        (&Method::POST, ["invites", id, "expire"]) => (id, Fate::Expired),
        _ => return refusal(StatusCode::NOT_FOUND, "the sandbox has no such control"),
    };
    if settle(state, id, fate, now) {
        answer::bare(StatusCode::NO_CONTENT)
    } else {
        refusal(StatusCode::NOT_FOUND, "no such invitation is pending")
    }
}

fn refusal(status: StatusCode, text: &str) -> Response<Bytes> {
    answer::plain_json(status, json!({ "error": text }).to_string())
}

/// Ends a pending invitation, named by the invite's id, the user's id or the address. Returns false if there is none.
pub(crate) fn settle(state: &mut State, invitation: &str, fate: Fate, now: Timestamp) -> bool {
    let organization = &mut state.organization;
    organization.expire(now);
    let slot = organization.slot_of_invite(invitation).or_else(|| organization.slot_of(invitation));
    let slot = slot.or_else(|| organization.slot_of(&organization.find(invitation)?.id));
    let pending = |slot: &usize| organization.person(*slot).is_some_and(|person| person.status == Status::Pending);
    let Some(slot) = slot.filter(pending) else { return false };
    let status = match fate {
        Fate::Accepted => Status::Active,
        Fate::Declined => Status::InvitationRejected,
        Fate::Expired => Status::InvitationExpired,
    };
    organization.settle(slot, status, now);
    true
}
