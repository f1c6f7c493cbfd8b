//! The profile file of the official Atlas CLI: `atlascli/config.toml` in the configuration directory, a table a profile.
//!
//! Since its version 1.47 the CLI keeps secrets in the system's keyring, and the file has none.

use bulk_invite::atlas::Credential;
use secrecy::SecretString;
use serde::Deserialize;

use super::profile::{configuration_folder, others};
use super::{UsageError, pair};

/// What a profile of the CLI says that concerns us. Its access token is a person's, for an hour, and not used.
#[derive(Default, Deserialize)]
pub(super) struct AtlasCliProfile {
    #[serde(skip)]
    name: String,
    pub(super) org_id: Option<String>,
    #[serde(alias = "ops_manager_url")]
    pub(super) base_url: Option<String>,
    service: Option<String>,
    client_id: Option<String>,
    client_secret: Option<SecretString>,
    public_api_key: Option<String>,
    private_api_key: Option<SecretString>,
}

/// Reads a profile by its name.
pub(super) fn load(name: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<AtlasCliProfile, UsageError> {
    let path = configuration_folder(variable).map(|folder| folder.join("atlascli").join("config.toml"));
    let path = path.ok_or_else(|| {
        UsageError(
            "where the Atlas CLI keeps its profiles is not known; set HOME, or leave out --atlas-cli-profile".into(),
        )
    })?;
    let shown = path.display();
    let text = std::fs::read_to_string(&path)
        .map_err(|error| UsageError(format!("cannot read the Atlas CLI's profile file {shown}: {error}")))?;
    // The message of a TOML error quotes the line, which may hold a secret.
    let unreadable = || UsageError(format!("the Atlas CLI's profile file {shown} is not as expected"));
    let mut profiles: toml::Table = toml::from_str(&text).map_err(|_| unreadable())?;
    let profile = profiles.remove(&name.to_lowercase()).or_else(|| profiles.remove(name));
    let profile = profile.ok_or_else(|| {
        UsageError(format!("the Atlas CLI's profile file {shown} has no profile {name:?}, {}", others(&profiles)))
    })?;
    let mut profile = AtlasCliProfile::deserialize(profile).map_err(|_| unreadable())?;
    name.clone_into(&mut profile.name);
    if profile.base_url.is_none() && profile.service.as_deref() == Some("cloudgov") {
        profile.base_url = Some("https://cloud.mongodbgov.com".to_owned());
    }
    Ok(profile)
}

impl AtlasCliProfile {
    /// Its credential: a service account, or keys. An error where the file has none, which is so where a keyring has it.
    pub(super) fn credential(self) -> Result<Option<Credential>, UsageError> {
        if self.name.is_empty() {
            return Ok(None);
        }
        let account = pair(("client_id", self.client_id), ("client_secret", self.client_secret));
        let keys = pair(("public_api_key", self.public_api_key), ("private_api_key", self.private_api_key));
        if let Ok(Some((client_id, client_secret))) = account {
            return Ok(Some(Credential::ServiceAccount { client_id, client_secret }));
        }
        if let Ok(Some((public, private))) = keys {
            return Ok(Some(Credential::ApiKey { public, private }));
        }
        Err(UsageError(format!(
            "the Atlas CLI's profile {:?} has no secrets in its file, most likely because they are in this computer's \
             keyring, which only the Atlas CLI reads; set MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET, or \
             put the credentials into a profile of your own",
            self.name
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(text: &str, name: &str) -> Result<AtlasCliProfile, UsageError> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("atlascli")).unwrap();
        std::fs::write(folder.path().join("atlascli/config.toml"), text).unwrap();
        let here = folder.path().to_string_lossy().into_owned();
        let known = ["XDG_CONFIG_HOME", "APPDATA", "HOME"];
        load(name, &|variable| known.contains(&variable).then(|| here.clone()))
    }

    #[test]
    #[cfg(not(target_os = "macos"))]
    fn a_profile_tells_the_organization_the_place_and_the_secrets() {
        let text = "version = 2\n[default]\norg_id = 'a0123456789abcdef012345a'\nservice = 'cloudgov'\noutput = 'json'\n\
                    public_api_key = 'p'\nprivate_api_key = 'hush'\n[work]\nclient_id = 'i'\nclient_secret = 'hush'\n\
                    ops_manager_url = 'https://atlas.example.com/'\n[ring]\norg_id = 'a0123456789abcdef012345a'\n";
        let profile = loaded(text, "default").unwrap();
        assert_eq!(profile.org_id.as_deref(), Some("a0123456789abcdef012345a"));
        assert_eq!(profile.base_url.as_deref(), Some("https://cloud.mongodbgov.com"));
        assert!(matches!(profile.credential(), Ok(Some(Credential::ApiKey { .. }))));
        let profile = loaded(text, "Work").unwrap();
        assert_eq!(profile.base_url.as_deref(), Some("https://atlas.example.com/"));
        assert!(matches!(profile.credential(), Ok(Some(Credential::ServiceAccount { .. }))));
        let error = loaded(text, "ring").unwrap().credential().unwrap_err().0;
        assert!(error.contains("keyring") && error.contains("\"ring\""), "{error}");
        let error = loaded(text, "play").err().unwrap().0;
        assert!(error.contains("has no profile \"play\", only default, ring, work"), "{error}");
        let error = loaded("[default]\nprivate_api_key = hush", "default").err().unwrap().0;
        assert!(error.contains("not as expected") && !error.contains("hush"), "{error}");
    }
}
