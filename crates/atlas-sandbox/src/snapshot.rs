//! The organization and the ledger as one JSON document, which can be loaded again.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::organization::user::{Named, Person};
use crate::state::State;

/// A document that cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The document is not one that [`Sandbox::state`](crate::Sandbox::state) returned.
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

/// Writes the document.
pub(crate) fn dump(state: &mut State, now: Timestamp) -> String {
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

/// Reads a document and replaces the organization's contents, or nothing if the document cannot be loaded.
pub(crate) fn load(state: &mut State, document: &[u8]) -> Result<(), StateError> {
    let dump: Dump = serde_json::from_slice(document)?;
    let DumpedOrganization { name, teams, projects, people } = dump.organization;
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
