//! The profile file: a TOML table for each profile, with credentials and with values of flags.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;
use toml::{Table, Value};

use super::profile::{OrganizationProblem, Profile};
use super::source::Variables;
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

/// The profile that is used if none is named; it need not exist.
const DEFAULT: &str = "default";

/// A profile and the file that holds it.
pub(crate) struct ProfileFile {
    pub(crate) place: ProfilePlace,
    /// Values of flags, as they would be typed.
    pub(crate) settings: Vec<(&'static str, String)>,
    pub(super) profile: Profile,
}

/// A profile's name and its file, if there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProfilePlace {
    pub(crate) name: String,
    pub(crate) path: Option<PathBuf>,
}

impl fmt::Display for ProfilePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.as_deref().unwrap_or(Path::new(""));
        write!(f, "the profile {:?} in {}", self.name, path.display())
    }
}

/// A mistake in the profile file, or in the choice of a profile. TOML errors are left out: they quote the line, which may
/// hold a secret.
#[derive(Debug, Error)]
pub(crate) enum ProfileError {
    #[error(
        "there is no profile {name:?}, since no place is known where the profile file would be; set HOME, or name another \
         file with --config, or leave out --profile"
    )]
    NoFolder { name: String },
    #[error(
        "there is no profile {name:?}, since there is no profile file {}; write it, or name another file with --config, \
         or leave out --profile",
        path.display()
    )]
    NoFile { name: String, path: PathBuf },
    #[error("cannot read the profile file {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error(
        "the profile file {}{at} is not as expected; write tables such as [default] with org_id, base_url, access_token, \
         client_id, client_secret, public_api_key, private_api_key, organizations, or {}",
        path.display(),
        SETTINGS.join(", ")
    )]
    Malformed { path: PathBuf, at: Position },
    #[error("the profile file {} has no profile {name:?}, {others}", path.display())]
    UnknownProfile { path: PathBuf, name: String, others: ProfileNames },
    #[error("{}; correct {place}", first_line(error))]
    InvalidSetting { error: clap::Error, place: ProfilePlace },
    #[error("the profile's organization {id:?}: {problem}")]
    Organization { id: String, problem: OrganizationProblem },
}

/// The part of a profile file that is malformed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Position {
    #[error("")]
    Unknown,
    #[error(", line {0}")]
    Line(usize),
    #[error(", {0}")]
    Profile(String),
    #[error(", {setting} of {profile}")]
    Setting { setting: &'static str, profile: String },
    #[error(", `{key}` of {profile}")]
    UnknownKey { key: String, profile: String },
}

/// The names of the profiles in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProfileNames(pub(super) Vec<String>);

impl ProfileNames {
    pub(super) fn of(profiles: &Table) -> Self {
        Self(profiles.iter().filter(|(_, value)| value.is_table()).map(|(name, _)| name.clone()).collect())
    }
}

impl fmt::Display for ProfileNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { f.write_str("nor any other") } else { write!(f, "only {}", self.0.join(", ")) }
    }
}

impl ProfileFile {
    /// Reads the profile that the arguments name. The default one is empty if it does not exist.
    pub(crate) fn load(args: &AccountArgs, variable: Variables<'_>) -> Result<Self, ProfileError> {
        let name = &args.profile;
        let missing = |error| {
            let place = ProfilePlace { name: name.clone(), path: None };
            if name == DEFAULT {
                Ok(Self { place, settings: Vec::new(), profile: Profile::default() })
            } else {
                Err(error)
            }
        };
        let path = match (&args.config, configuration_folder(variable)) {
            (Some(path), _) => path.clone(),
            (None, Some(folder)) => folder.join("bulk-invite").join("config.toml"),
            (None, None) => return missing(ProfileError::NoFolder { name: name.clone() }),
        };
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text, name, path),
            Err(error) if error.kind() == io::ErrorKind::NotFound && args.config.is_none() => {
                missing(ProfileError::NoFile { name: name.clone(), path })
            }
            Err(source) => Err(ProfileError::Unreadable { path, source }),
        }
    }

    fn parse(text: &str, name: &str, path: PathBuf) -> Result<Self, ProfileError> {
        let malformed = |at| ProfileError::Malformed { path: path.clone(), at };
        let mut profiles: Table = toml::from_str(text).map_err(|error| {
            let line = |start| text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
            malformed(error.span().map_or(Position::Unknown, |span| Position::Line(line(span.start))))
        })?;
        let mut table = match profiles.remove(name) {
            Some(Value::Table(table)) => table,
            Some(_) => return Err(malformed(Position::Profile(name.to_owned()))),
            None if name == DEFAULT => Table::new(),
            None => {
                let others = ProfileNames::of(&profiles);
                return Err(ProfileError::UnknownProfile { path, name: name.to_owned(), others });
            }
        };
        let mut settings = Vec::new();
        for setting in SETTINGS {
            let Some(value) = table.remove(setting) else { continue };
            let value = match value {
                Value::String(text) => text,
                Value::Integer(number) => number.to_string(),
                Value::Boolean(flag) => flag.to_string(),
                Value::Float(_) | Value::Datetime(_) | Value::Array(_) | Value::Table(_) => {
                    return Err(malformed(Position::Setting { setting, profile: name.to_owned() }));
                }
            };
            settings.push((setting, value));
        }
        let profile = Profile::deserialize(table).map_err(|_| malformed(Position::Unknown))?;
        if let Some(key) = profile.unknown_key() {
            return Err(malformed(Position::UnknownKey { key: key.to_owned(), profile: name.to_owned() }));
        }
        Ok(Self { place: ProfilePlace { name: name.to_owned(), path: Some(path) }, settings, profile })
    }

    /// Blames this profile's settings for an error in the arguments that occurs only with them.
    pub(crate) fn invalid_setting(&self, error: clap::Error) -> ProfileError {
        ProfileError::InvalidSetting { error, place: self.place.clone() }
    }
}

/// Returns the first line of a message of clap, which is the mistake; usage follows.
fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

/// Returns the folder in which programs keep their configuration on this system.
pub(super) fn configuration_folder(variable: Variables<'_>) -> Option<PathBuf> {
    if cfg!(windows) {
        return variable("APPDATA").map(PathBuf::from);
    }
    if cfg!(target_os = "macos") {
        return Some(Path::new(&variable("HOME")?).join("Library/Application Support"));
    }
    variable("XDG_CONFIG_HOME").map(PathBuf::from).or_else(|| Some(Path::new(&variable("HOME")?).join(".config")))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::args::Cli;

    fn parse(text: &str) -> Result<ProfileFile, ProfileError> {
        ProfileFile::parse(text, DEFAULT, "config.toml".into())
    }

    #[test]
    fn a_profile_can_set_only_flags_of_run() {
        let command = Cli::command();
        let run = command.find_subcommand("run").unwrap();
        for name in SETTINGS {
            assert!(run.get_arguments().any(|argument| argument.get_id() == name), "{name}");
        }
    }

    #[test]
    fn a_mistake_is_placed_as_exactly_as_possible() {
        let profile = || DEFAULT.to_owned();
        for (text, position) in [
            ("[default]\nrate = [1]", Position::Setting { setting: "rate", profile: profile() }),
            ("[default]\nrat = 'hush'", Position::UnknownKey { key: "rat".to_owned(), profile: profile() }),
            (
                "[default.organizations.a]\ntoken = 'hush'",
                Position::UnknownKey { key: "token".to_owned(), profile: profile() },
            ),
            ("default = 'hush'", Position::Profile(profile())),
            ("[default]\n\n\naccess_token = hush", Position::Line(4)),
            ("[default]\naccess_token = 1", Position::Unknown),
        ] {
            let error = parse(text).err().unwrap();
            let ProfileError::Malformed { at, .. } = &error else { panic!("{error}") };
            assert_eq!(*at, position);
            assert!(!format!("{error} {error:?}").contains("hush"));
        }
    }

    #[test]
    fn settings_keep_the_form_in_which_flags_are_typed() {
        let file = parse("[default]\nyes = true\nburst = 5\nrate = '5/s'").unwrap();
        let expected = [("rate", "5/s"), ("burst", "5"), ("yes", "true")];
        assert_eq!(file.settings, expected.map(|(name, value)| (name, value.to_owned())));
    }
}
