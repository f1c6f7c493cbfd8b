//! One profile: an organization, its credential, and tables of other organizations.

use std::collections::BTreeMap;

use bulk_invite::atlas::Credential;
use bulk_invite::model::{NotAnObjectId, ObjectId};
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::IgnoredAny;
use thiserror::Error;

use super::credential::{HalfPair, pair};

/// A table of the profile file, or of the organizations in one, which have no organizations of their own.
#[derive(Default, Deserialize)]
pub(super) struct Profile {
    pub(super) org_id: Option<String>,
    pub(super) base_url: Option<String>,
    access_token: Option<SecretString>,
    client_id: Option<String>,
    client_secret: Option<SecretString>,
    public_api_key: Option<String>,
    private_api_key: Option<SecretString>,
    #[serde(default)]
    pub(super) organizations: BTreeMap<String, Profile>,
    #[serde(flatten)]
    unknown: BTreeMap<String, IgnoredAny>,
}

/// A mistake in the table of one of a profile's organizations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum OrganizationProblem {
    #[error("it can have base_url and credentials, and nothing else")]
    OtherSettings,
    #[error("the name is {0}")]
    InvalidName(NotAnObjectId),
    #[error(transparent)]
    Credential(#[from] HalfPair),
    #[error("it has no credentials; add them, or remove the table")]
    NoCredential,
}

impl Profile {
    /// Returns a key that no profile has, of this table or of its organizations' tables.
    pub(super) fn unknown_key(&self) -> Option<&str> {
        let of_organizations = || self.organizations.values().find_map(Profile::unknown_key);
        self.unknown.keys().next().map(String::as_str).or_else(of_organizations)
    }

    /// Returns the organization and the credential of a table of the profile's organizations, which is named `id`.
    pub(super) fn organization(self, id: &str) -> Result<(ObjectId, Credential), OrganizationProblem> {
        if self.org_id.is_some() || !self.organizations.is_empty() {
            return Err(OrganizationProblem::OtherSettings);
        }
        let id = id.parse().map_err(OrganizationProblem::InvalidName)?;
        let credential = self.credential()?.ok_or(OrganizationProblem::NoCredential)?;
        Ok((id, credential))
    }

    /// Returns the first credential that is set: token, service account, keys.
    pub(super) fn credential(self) -> Result<Option<Credential>, HalfPair> {
        if let Some(token) = self.access_token {
            return Ok(Some(Credential::Token(token)));
        }
        let account = pair(("client_id", self.client_id), ("client_secret", self.client_secret))?;
        if let Some((client_id, client_secret)) = account {
            return Ok(Some(Credential::ServiceAccount { client_id, client_secret }));
        }
        let keys = pair(("public_api_key", self.public_api_key), ("private_api_key", self.private_api_key))?;
        Ok(keys.map(|(public, private)| Credential::ApiKey { public, private }))
    }
}
