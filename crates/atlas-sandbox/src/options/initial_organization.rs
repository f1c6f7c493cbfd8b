//! The organization before the first request.

use serde::{Deserialize, Serialize};

/// The default organization's id, which Atlas would not give out.
pub const ORGANIZATION: &str = "5a4db0c5a4db0c5a4db0c5a4";

/// An organization before the first request.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct InitialOrganization {
    /// The id, 24 hex digits.
    pub id: String,
    /// The name.
    pub name: String,
    /// The teams.
    pub teams: Vec<NamedResource>,
    /// Ids of teams of other organizations, which are refused with another error than unknown ids.
    pub other_teams: Vec<String>,
    /// The projects.
    pub projects: Vec<NamedResource>,
    /// Addresses of members.
    pub members: Vec<String>,
    /// Addresses whose invitation is pending.
    pub pending: Vec<String>,
    /// The number of further members, `member-000001@example.com` and so on.
    pub generated_members: usize,
    /// The number of further people whose invitation is pending, `pending-000001@example.com` and so on.
    pub generated_pending: usize,
}

/// A team or a project.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedResource {
    /// The id, 24 hex digits.
    pub id: String,
    /// The name.
    pub name: String,
}

impl NamedResource {
    /// Creates a team or a project.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        NamedResource { id: id.into(), name: name.into() }
    }
}

impl Default for InitialOrganization {
    fn default() -> Self {
        let named = |prefix: &str, names: &[&str]| {
            names.iter().zip(1..).map(|(name, n)| NamedResource::new(format!("{prefix}{n:018x}"), *name)).collect()
        };
        InitialOrganization {
            id: ORGANIZATION.into(),
            name: "Sandbox".into(),
            teams: named("7ea000", &["Data Platform", "Backend", "Analytics", "Customer Success", "Security"]),
            other_teams: vec!["7ea0000000000000000000ff".into()],
            projects: named("9c0000", &["billing", "warehouse", "mobile-app", "sandbox-staging"]),
            members: ["grace.hopper@example.com", "alan.turing@example.com", "owner@example.com"]
                .map(Into::into)
                .into(),
            pending: vec!["ada.lovelace@example.com".into()],
            generated_members: 0,
            generated_pending: 0,
        }
    }
}

impl InitialOrganization {
    /// Returns the default organization without members and pending invitations.
    pub fn without_people() -> Self {
        InitialOrganization { members: Vec::new(), pending: Vec::new(), ..InitialOrganization::default() }
    }
}
