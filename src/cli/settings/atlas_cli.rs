//! The profile file of the official Atlas CLI: `atlascli/config.toml` in the configuration directory, with a table for each
//! profile.
//!
//! Since version 1.47 the CLI keeps secrets in the system's keyring, and the file has none.

use std::fs;
use std::io;
use std::path::PathBuf;

use bulk_invite::atlas::Credential;
use secrecy::SecretString;
use serde::Deserialize;
use thiserror::Error;

use super::credential::pair;
use super::profile_error::ProfileNames;
use super::profile_file::configuration_folder;
use super::source::Variables;

/// A profile of the CLI. Its access token is not read, because it belongs to a person and lasts an hour.
#[derive(Deserialize)]
pub(super) struct AtlasCliProfile {
    #[serde(skip)]
    pub(super) name: String,
    pub(super) org_id: Option<String>,
    #[serde(alias = "ops_manager_url")]
    pub(super) base_url: Option<String>,
    service: Option<String>,
    client_id: Option<String>,
    client_secret: Option<SecretString>,
    public_api_key: Option<String>,
    private_api_key: Option<SecretString>,
}

/// A mistake in the choice of a profile of the CLI, or in its file. TOML errors are left out: they quote the line, which
/// may hold a secret.
#[derive(Debug, Error)]
pub(crate) enum AtlasCliError {
    #[error("the folder of the Atlas CLI's profile file is unknown; set HOME, or remove --atlas-cli-profile")]
    NoFolder,
    #[error("cannot read the Atlas CLI's profile file {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("the Atlas CLI's profile file {} is malformed; correct it, or remove --atlas-cli-profile", path.display())]
    Malformed { path: PathBuf },
    #[error("the Atlas CLI's profile {name:?} was not found in {}, which has {others}", path.display())]
    UnknownProfile { path: PathBuf, name: String, others: ProfileNames },
    #[error(
        "the Atlas CLI's profile {name:?} has no secrets in its file, probably because they are in the system's keyring; \
         set MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET, or put credentials into a profile of bulk-invite"
    )]
    NoSecrets { name: String },
}

/// Returns the path of the CLI's profile file.
pub(crate) fn atlas_cli_file(variable: Variables<'_>) -> Option<PathBuf> {
    Some(configuration_folder(variable)?.join("atlascli").join("config.toml"))
}

impl AtlasCliProfile {
    /// Reads a profile by its name.
    pub(super) fn load(name: &str, variable: Variables<'_>) -> Result<Self, AtlasCliError> {
        let path = atlas_cli_file(variable).ok_or(AtlasCliError::NoFolder)?;
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(source) => return Err(AtlasCliError::Unreadable { path, source }),
        };
        let Ok(mut profiles) = toml::from_str::<toml::Table>(&text) else {
            return Err(AtlasCliError::Malformed { path });
        };
        let Some(profile) = profiles.remove(&name.to_lowercase()).or_else(|| profiles.remove(name)) else {
            let others = ProfileNames::of(&profiles);
            return Err(AtlasCliError::UnknownProfile { path, name: name.to_owned(), others });
        };
        let Ok(mut profile) = Self::deserialize(profile) else {
            return Err(AtlasCliError::Malformed { path });
        };
        name.clone_into(&mut profile.name);
        if profile.base_url.is_none() && profile.service.as_deref() == Some("cloudgov") {
            profile.base_url = Some("https://cloud.mongodbgov.com".to_owned());
        }
        Ok(profile)
    }

    /// Returns the credential: a service account or keys. Fails if they are in a keyring and not in the file.
    pub(super) fn credential(self) -> Result<Credential, AtlasCliError> {
        let account = pair(("client_id", self.client_id), ("client_secret", self.client_secret));
        let keys = pair(("public_api_key", self.public_api_key), ("private_api_key", self.private_api_key));
        if let Ok(Some((client_id, client_secret))) = account {
            return Ok(Credential::ServiceAccount { client_id, client_secret });
        }
        if let Ok(Some((public, private))) = keys {
            return Ok(Credential::ApiKey { public, private });
        }
        Err(AtlasCliError::NoSecrets { name: self.name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(text: &str, name: &str) -> Result<AtlasCliProfile, AtlasCliError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("atlascli")).unwrap();
        std::fs::write(folder.path().join("atlascli/config.toml"), text).unwrap();
        let here = folder.path().to_string_lossy().into_owned();
        let known = ["XDG_CONFIG_HOME", "APPDATA", "HOME"];
        AtlasCliProfile::load(name, &|variable| known.contains(&variable).then(|| here.clone()))
    }

    #[test]
    #[cfg(not(target_os = "macos"))]
    fn a_profile_has_an_organization_a_base_url_and_a_credential() {
        let text = "version = 2\n[default]\norg_id = 'a0123456789abcdef012345a'\nservice = 'cloudgov'\noutput = 'json'\n\
                    public_api_key = 'p'\nprivate_api_key = 'hush'\n[work]\nclient_id = 'i'\nclient_secret = 'hush'\n\
                    ops_manager_url = 'https://atlas.example.com/'\n[ring]\norg_id = 'a0123456789abcdef012345a'\n";
        let profile = loaded(text, "default").unwrap();
        assert_eq!(profile.org_id.as_deref(), Some("a0123456789abcdef012345a"));
        assert_eq!(profile.base_url.as_deref(), Some("https://cloud.mongodbgov.com"));
        assert!(matches!(profile.credential(), Ok(Credential::ApiKey { .. })));
        let profile = loaded(text, "Work").unwrap();
        assert_eq!(profile.base_url.as_deref(), Some("https://atlas.example.com/"));
        assert!(matches!(profile.credential(), Ok(Credential::ServiceAccount { .. })));
        let error = loaded(text, "ring").unwrap().credential().unwrap_err();
        assert!(matches!(error, AtlasCliError::NoSecrets { name } if name == "ring"));
        let error = loaded(text, "play").err().unwrap();
        let AtlasCliError::UnknownProfile { name, others, .. } = error else { panic!("{error}") };
        assert_eq!((name.as_str(), others.0.join(" ").as_str()), ("play", "default ring work"));
    }

    #[test]
    #[cfg(not(target_os = "macos"))]
    fn a_malformed_file_is_not_quoted() {
        let error = loaded("[default]\nprivate_api_key = hush", "default").err().unwrap();
        assert!(matches!(error, AtlasCliError::Malformed { .. }), "{error}");
        assert!(!format!("{error} {error:?}").contains("hush"));
    }
}
