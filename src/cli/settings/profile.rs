//! The profile file: a TOML table a profile, with credentials and with what flags would say.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use bulk_invite::atlas::{BaseUrl, Credential};
use secrecy::SecretString;
use serde::Deserialize;

use super::{OtherOrganization, UsageError, pair};
use crate::cli::args::AccountArgs;

/// Flags of `run` that a profile may set, under their names with underscores. The others are for one run at a time.
pub(crate) const SETTINGS: [&str; 16] = [
    "api",
    "atlas_cli_profile",
    "default_roles",
    "delimiter",
    "concurrency",
    "rate",
    "burst",
    "timeout",
    "connect_timeout",
    "ca_cert",
    "settle",
    "max_attempts",
    "max_failures",
    "yes",
    "quiet",
    "log_format",
];

/// A profile, and the file that it is from.
#[derive(Default)]
pub(crate) struct ProfileFile {
    /// The file; none where there is none.
    pub(crate) path: Option<PathBuf>,
    /// What flags would say, as they would say it.
    pub(crate) settings: Vec<(&'static str, String)>,
    pub(super) profile: Profile,
}

/// One table of the profile file, or of the organizations in one, which have no organizations of their own.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
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
}

impl ProfileFile {
    /// Reads the profile that the arguments name, or the default one where there is one.
    pub(crate) fn load(args: &AccountArgs, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, UsageError> {
        let is_default = args.profile == "default";
        let nowhere = |why: &dyn fmt::Display| {
            if is_default {
                return Ok(Self::default());
            }
            let name = &args.profile;
            Err(UsageError(format!(
                "there is no profile {name:?}, since {why}, or name another file with --config, or leave out --profile"
            )))
        };
        let path = match (&args.config, configuration_folder(variable)) {
            (Some(path), _) => path.clone(),
            (None, Some(folder)) => folder.join("bulk-invite").join("config.toml"),
            (None, None) => return nowhere(&"no place is known where the profile file would be; set HOME"),
        };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && args.config.is_none() => {
                return nowhere(&format_args!("there is no profile file {}; write it", path.display()));
            }
            Err(error) => return Err(UsageError(format!("cannot read the profile file {}: {error}", path.display()))),
        };
        let wrong = |at: &dyn fmt::Display| {
            UsageError(format!(
                "the profile file {}{at} is not as expected; write tables such as [default] with org_id, base_url, \
                 access_token, client_id, client_secret, public_api_key, private_api_key, organizations, or {}",
                path.display(),
                SETTINGS.join(", ")
            ))
        };
        // The message of a TOML error quotes the line, which may hold a secret.
        let mut profiles: toml::Table = toml::from_str(&text).map_err(|error| {
            let line = error.span().map(|span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
            wrong(&line.map(|line| format!(", line {line}")).unwrap_or_default())
        })?;
        let mut table = match profiles.remove(&args.profile) {
            Some(toml::Value::Table(table)) => table,
            Some(_) => return Err(wrong(&format_args!(", {}", args.profile))),
            None if is_default => toml::Table::new(),
            None => {
                return Err(UsageError(format!(
                    "the profile file {} has no profile {:?}, {}",
                    path.display(),
                    args.profile,
                    others(&profiles)
                )));
            }
        };
        let mut settings = Vec::new();
        for name in SETTINGS {
            if let Some(value) = table.remove(name) {
                let text = match value {
                    toml::Value::String(text) => text,
                    toml::Value::Integer(number) => number.to_string(),
                    toml::Value::Boolean(flag) => flag.to_string(),
                    toml::Value::Float(_)
                    | toml::Value::Datetime(_)
                    | toml::Value::Array(_)
                    | toml::Value::Table(_) => return Err(wrong(&format_args!(", {name} of {}", args.profile))),
                };
                settings.push((name, text));
            }
        }
        let profile = Profile::deserialize(table).map_err(|error| {
            // Names of fields and types; a value is not told unless it is of another type than a secret has.
            let unknown = error.message().strip_prefix("unknown field ").and_then(|rest| rest.split(',').next());
            wrong(&unknown.map(|name| format!(", {name} of {}", args.profile)).unwrap_or_default())
        })?;
        Ok(Self { path: Some(path), settings, profile })
    }

    /// What is wrong with a setting, where all was well without the profile.
    pub(crate) fn mistake(&self, error: &clap::Error, args: &AccountArgs) -> UsageError {
        let reason = error.to_string();
        let reason = reason.lines().next().unwrap_or_default().trim_start_matches("error: ");
        UsageError(format!("{reason}; correct {}", self.place(args)))
    }

    /// Which profile it is, for messages.
    pub(super) fn place(&self, args: &AccountArgs) -> String {
        let path = self.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        format!("the profile {:?} in {path}", args.profile)
    }
}

impl Profile {
    /// What a table of the profile's organizations says.
    pub(super) fn organization(self, id: &str, base_url: BaseUrl) -> Result<OtherOrganization, UsageError> {
        let at = |error: &dyn fmt::Display| UsageError(format!("the profile's organization {id:?}: {error}"));
        if self.org_id.is_some() || !self.organizations.is_empty() {
            return Err(at(&"it can have base_url and credentials, and nothing else"));
        }
        let parsed = id.parse().map_err(|error| at(&format_args!("the name is {error}")))?;
        let credential = self.credential().map_err(|error| at(&error))?;
        let credential = credential.ok_or_else(|| at(&"it has no credentials; add them, or remove the table"))?;
        Ok(OtherOrganization { id: parsed, base_url, credential })
    }

    pub(super) fn credential(self) -> Result<Option<Credential>, UsageError> {
        if let Some(token) = self.access_token {
            return Ok(Some(Credential::Token(token)));
        }
        if let Some((client_id, client_secret)) =
            pair(("client_id", self.client_id), ("client_secret", self.client_secret))?
        {
            return Ok(Some(Credential::ServiceAccount { client_id, client_secret }));
        }
        let keys = pair(("public_api_key", self.public_api_key), ("private_api_key", self.private_api_key))?;
        Ok(keys.map(|(public, private)| Credential::ApiKey { public, private }))
    }
}

/// The profiles that there are, for a message about one that is not.
pub(super) fn others(profiles: &toml::Table) -> String {
    let tables = profiles.iter().filter(|(_, value)| value.is_table()).map(|(name, _)| name.as_str());
    let known: Vec<&str> = tables.collect();
    if known.is_empty() { "nor any other".to_owned() } else { format!("only {}", known.join(", ")) }
}

/// Where programs keep their configuration on this system.
pub(super) fn configuration_folder(variable: &dyn Fn(&str) -> Option<String>) -> Option<PathBuf> {
    if cfg!(windows) {
        return variable("APPDATA").map(PathBuf::from);
    }
    if cfg!(target_os = "macos") {
        return Some(Path::new(&variable("HOME")?).join("Library/Application Support"));
    }
    variable("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| Some(Path::new(&variable("HOME")?).join(".config")))
}
