//! One profile: an organization, its credential, and tables of other organizations.

use std::collections::BTreeMap;

use bulk_invite::atlas::Credential;
use bulk_invite::model::{NotAnObjectId, ObjectId};
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::IgnoredAny;
use thiserror::Error;

use super::credential::{HalfPair, pair};
use super::profile_error::UnknownSetting;

/// A table of the profile file. The tables of its organizations have the same form, without further organizations.
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
    #[error("its table may have only base_url and credentials")]
    OtherSettings,
    #[error("its name is invalid: {0}")]
    InvalidName(NotAnObjectId),
    #[error(transparent)]
    Credential(#[from] HalfPair),
    #[error("its table has no credentials; add them, or remove it")]
    NoCredential,
}

impl Profile {
    /// The keys of the table of one of a profile's organizations.
    pub(super) const OF_ORGANIZATION: [&str; 6] =
        ["base_url", "access_token", "client_id", "client_secret", "public_api_key", "private_api_key"];

    /// Returns a key that is not a setting, of this table, which is named `profile`, or of its organizations' tables.
    pub(super) fn unknown_setting(&self, profile: &str) -> Option<UnknownSetting> {
        let own = self.unknown.keys().next().map(|key| (key, None));
        let of_others = || self.organizations.iter().find_map(|(id, one)| Some((one.unknown.keys().next()?, Some(id))));
        let (key, organization) = own.or_else(of_others)?;
        Some(UnknownSetting { key: key.clone(), profile: profile.to_owned(), organization: organization.cloned() })
    }

    /// Returns whether this table, or one of its organizations' tables, has a secret.
    pub(super) fn has_secret(&self) -> bool {
        let own = [&self.access_token, &self.client_secret, &self.private_api_key];
        own.into_iter().any(Option::is_some) || self.organizations.values().any(Self::has_secret)
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
