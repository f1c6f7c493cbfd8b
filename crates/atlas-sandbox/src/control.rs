//! What is not Atlas's: looking behind the curtain, and playing the people who are invited.
//!
//! - `GET /_sandbox/state`: the organization and the ledger; `PUT` loads people from such a document;
//! - `POST /_sandbox/invites/{id}/accept`, `decline`, `expire`: ends the invitation of this invite id, user id or
//!   address.
//!
//! None of it needs a credential.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::answer;
use super::state::Sandbox;
use super::user::{Named, Person, Status};

/// Where these paths begin.
pub(super) const PREFIX: &str = "/_sandbox/";

/// Answers a request to one of these paths.
pub(super) fn answer(sandbox: &Sandbox, request: &Request<Bytes>) -> Response<Bytes> {
    let path = request.uri().path().strip_prefix(PREFIX).unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    match (request.method(), parts.as_slice()) {
        (&Method::GET, ["state"]) => answer::plain_json(StatusCode::OK, sandbox.state()),
        (&Method::PUT, ["state"]) => match sandbox.load_state(request.body()) {
            Ok(()) => answer::bare(StatusCode::NO_CONTENT),
            Err(error) => refusal(StatusCode::BAD_REQUEST, &error.to_string()),
        },
        (&Method::POST, ["invites", id, fate @ ("accept" | "decline" | "expire")]) => {
            let fate = match *fate {
                "accept" => Fate::Accepted,
                "decline" => Fate::Declined,
                _ => Fate::Expired,
            };
            if sandbox.settle(id, fate) {
                answer::bare(StatusCode::NO_CONTENT)
            } else {
                refusal(StatusCode::NOT_FOUND, "no such invitation is pending")
            }
        }
        _ => refusal(StatusCode::NOT_FOUND, "the sandbox has no such control"),
    }
}

fn refusal(status: StatusCode, text: &str) -> Response<Bytes> {
    answer::plain_json(status, json!({ "error": text }).to_string())
}

/// A state that cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The document is not one that [`Sandbox::state`] wrote.
    #[error("the state cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// Two people have this id or address, or two invites this id.
    #[error("the state cannot be loaded: it has {0:?} twice")]
    Twice(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dump {
    organization: DumpedOrganization,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DumpedOrganization {
    name: Option<String>,
    teams: Option<Vec<Named>>,
    projects: Option<Vec<Named>>,
    #[serde(default)]
    people: Vec<Person>,
}

impl Sandbox {
    /// The organization, everybody in it and the ledger, as JSON.
    pub fn state(&self) -> String {
        let now = self.now();
        let mut state = self.lock();
        state.organization.expire(now);
        let organization = &state.organization;
        json!({
            "now": now,
            "organization": {
                "id": organization.id,
                "name": organization.name,
                "teams": organization.teams,
                "projects": organization.projects,
                "people": organization.people().collect::<Vec<_>>(),
            },
            "ledger": state.ledger,
        })
        .to_string()
    }

    /// Replaces the people, and the name, teams and projects where the document has them, by those of a document that
    /// [`Sandbox::state`] wrote. The id and the ledger stay.
    pub fn load_state(&self, document: &[u8]) -> Result<(), StateError> {
        let dump: Dump = serde_json::from_slice(document)?;
        let DumpedOrganization { name, teams, projects, people } = dump.organization;
        let mut state = self.lock();
        let organization = &mut state.organization;
        if let Some(twice) = organization.twice(&people) {
            return Err(StateError::Twice(twice.to_owned()));
        }
        organization.name = name.unwrap_or_else(|| organization.name.clone());
        organization.teams = teams.unwrap_or_else(|| organization.teams.clone());
        organization.projects = projects.unwrap_or_else(|| organization.projects.clone());
        organization.load(people);
        Ok(())
    }

    /// Ends a pending invitation, named by the invite's id, the user's id or the address. False if there is none.
    pub fn settle(&self, invitation: &str, fate: Fate) -> bool {
        let now = self.now();
        let mut state = self.lock();
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
}

/// What becomes of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The person is a member now.
    Accepted,
    /// The person said no.
    Declined,
    /// The person said nothing for too long.
    Expired,
}
