//! The organization and the ledger as one JSON document, which can be loaded again.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::options::initial_organization::NamedResource;
use crate::organization::user::User;
use crate::state::ServerState;

/// A document that cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadStateError {
    /// The document is not one that [`Sandbox::state`](crate::Sandbox::state) returned.
    #[error("the state cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// Two people have this id or address, or two invites this id.
    #[error("the state cannot be loaded: it has {0:?} twice")]
    Duplicate(String),
}

#[derive(Deserialize)]
struct Snapshot {
    organization: OrganizationSnapshot,
}

#[derive(Deserialize)]
struct OrganizationSnapshot {
    name: Option<String>,
    teams: Option<Vec<NamedResource>>,
    projects: Option<Vec<NamedResource>>,
    #[serde(default)]
    people: Vec<User>,
}

/// Writes the document.
pub(crate) fn dump(state: &mut ServerState, now: Timestamp) -> String {
    state.organization.advance(now);
    let organization = &state.organization;
    json!({
        "now": now,
        "organization": {
            "id": organization.id,
            "name": organization.name,
            "teams": organization.teams,
            "projects": organization.projects,
            "people": organization.users.iter().collect::<Vec<_>>(),
        },
        "ledger": state.ledger,
    })
    .to_string()
}

/// Replaces the organization's contents by the document's, or nothing if the document cannot be loaded.
pub(crate) fn load(state: &mut ServerState, document: &[u8]) -> Result<(), LoadStateError> {
    let snapshot: Snapshot = serde_json::from_slice(document)?;
    let OrganizationSnapshot { name, teams, projects, people } = snapshot.organization;
    let organization = &mut state.organization;
    if let Some(duplicate) = organization.users.first_duplicate(&people) {
        return Err(LoadStateError::Duplicate(duplicate.to_owned()));
    }
    organization.name = name.unwrap_or_else(|| organization.name.clone());
    organization.teams = teams.unwrap_or_else(|| organization.teams.clone());
    organization.projects = projects.unwrap_or_else(|| organization.projects.clone());
    organization.replace_people(people);
    Ok(())
}
