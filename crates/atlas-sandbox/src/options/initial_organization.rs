//! What an organization holds before the first request.

use serde::Deserialize;

/// The sandbox's organization, an id that Atlas would not give out.
pub const ORGANIZATION: &str = "5a4db0c5a4db0c5a4db0c5a4";

/// An organization as it starts.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Seed {
    /// Its id, 24 hex digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its teams.
    pub teams: Vec<NamedSeed>,
    /// Ids of teams of other organizations: naming one is another mistake than naming none that exists.
    pub other_teams: Vec<String>,
    /// Its projects.
    pub projects: Vec<NamedSeed>,
    /// Addresses of members.
    pub members: Vec<String>,
    /// Addresses invited before.
    pub pending: Vec<String>,
}

/// A team or project.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedSeed {
    /// Its id, 24 hex digits.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl NamedSeed {
    /// One of this id and name.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        NamedSeed { id: id.into(), name: name.into() }
    }
}

impl Default for Seed {
    fn default() -> Self {
        let named = |prefix: &str, names: &[&str]| {
            names.iter().zip(1..).map(|(name, n)| NamedSeed::new(format!("{prefix}{n:018x}"), *name)).collect()
        };
        Seed {
            id: ORGANIZATION.into(),
            name: "Sandbox".into(),
            teams: named("7ea000", &["Data Platform", "Backend", "Analytics", "Customer Success", "Security"]),
            other_teams: vec!["7ea0000000000000000000ff".into()],
            projects: named("9c0000", &["billing", "warehouse", "mobile-app", "sandbox-staging"]),
            members: ["grace.hopper@example.com", "alan.turing@example.com", "owner@example.com"]
                .map(Into::into)
                .into(),
            pending: vec!["ada.lovelace@example.com".into()],
        }
    }
}

impl Seed {
    /// The default teams and projects, and nobody in it.
    pub fn without_people() -> Self {
        Seed { members: Vec::new(), pending: Vec::new(), ..Seed::default() }
    }
}
