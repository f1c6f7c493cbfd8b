//! The profile file: one TOML table per profile, with credentials and values of flags.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use super::profile::Profile;
use super::profile_access::is_readable_by_others;
use super::profile_error::{Malformed, ProfileError, ProfileNames};
use super::source::Variables;
use crate::cli::args::AccountArgs;

/// Flags of `run` that a profile may set, by their names with underscores. The other flags are for single runs.
pub(crate) const SETTINGS: [&str; 20] = [
    "api",
    "atlas_cli_profile",
    "default_roles",
    "delimiter",
    "map",
    "concurrency",
    "rate",
    "burst",
    "timeout",
    "connect_timeout",
    "ca_cert",
    "settle",
    "max_wait",
    "deadline",
    "max_attempts",
    "max_failures",
    "durability",
    "yes",
    "quiet",
    "log_format",
];

/// The profile that is used if no other is selected. It need not exist.
const DEFAULT: &str = "default";

/// A profile and the file that holds it.
pub(crate) struct ProfileFile {
    pub(crate) place: ProfilePlace,
    /// Values of flags, in the form that the command line has them.
    pub(crate) settings: Vec<(&'static str, String)>,
    pub(super) profile: Profile,
    /// True if it has a secret that other users can read.
    is_exposed: bool,
}

/// The name of a profile, and its file if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProfilePlace {
    pub(crate) name: String,
    pub(crate) path: Option<PathBuf>,
}

impl fmt::Display for ProfilePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "profile {:?}", self.name)?;
        self.path.as_ref().map_or(Ok(()), |path| write!(f, " in {}", path.display()))
    }
}

impl ProfileFile {
    /// Reads the profile that the arguments select. The default profile is empty if it does not exist.
    pub(crate) fn load(args: &AccountArgs, variable: Variables<'_>) -> Result<Self, ProfileError> {
        let name = &args.profile;
        let missing = |error| {
            let place = ProfilePlace { name: name.clone(), path: None };
            if name == DEFAULT {
                Ok(Self { place, settings: Vec::new(), profile: Profile::default(), is_exposed: false })
            } else {
                Err(error)
            }
        };
        let path = match (&args.config, configuration_folder(variable)) {
            (Some(path), _) => path.clone(),
            (None, Some(folder)) => folder.join("bulk-invite").join("config.toml"),
            (None, None) => return missing(ProfileError::NoFolder { name: name.clone() }),
        };
        match read(&path) {
            Ok((text, metadata)) => {
                let is_readable = is_readable_by_others(&path, &metadata)?;
                let file = Self::parse(&text, name, path)?;
                Ok(Self { is_exposed: is_readable && file.profile.has_secret(), ..file })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && args.config.is_none() => {
                missing(ProfileError::NoFile { name: name.clone(), path })
            }
            Err(source) => Err(ProfileError::Unreadable { path, source }),
        }
    }

    fn parse(text: &str, name: &str, path: PathBuf) -> Result<Self, ProfileError> {
        let malformed = |problem| ProfileError::Malformed { path: path.clone(), problem };
        let mut profiles: Table = toml::from_str(text).map_err(|error| {
            let line = |start| text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
            malformed(error.span().map_or(Malformed::Toml, |span| Malformed::Line(line(span.start))))
        })?;
        let mut table = match profiles.remove(name) {
            Some(Value::Table(table)) => table,
            Some(_) => return Err(malformed(Malformed::NotATable(name.to_owned()))),
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
                    return Err(malformed(Malformed::NotAValue { setting, profile: name.to_owned() }));
                }
            };
            settings.push((setting, value));
        }
        let not_text = || malformed(Malformed::NotText { profile: name.to_owned() });
        let profile = Profile::deserialize(table).map_err(|_| not_text())?;
        if let Some(unknown) = profile.unknown_setting(name) {
            return Err(malformed(unknown.into()));
        }
        Ok(Self {
            place: ProfilePlace { name: name.to_owned(), path: Some(path) },
            settings,
            profile,
            is_exposed: false,
        })
    }

    /// Returns a warning if the file has a secret that other users can read.
    pub(crate) fn warning(&self) -> Option<String> {
        let path = self.place.path.as_ref().filter(|_| self.is_exposed)?.display();
        Some(format!("warning: other users can read the secrets in {path}; run: chmod 600 {path}"))
    }

    /// Returns the error for arguments that are invalid only with the settings of this profile.
    pub(crate) fn invalid_setting(&self, error: clap::Error) -> ProfileError {
        ProfileError::InvalidSetting { error, place: self.place.clone() }
    }
}

fn read(path: &Path) -> io::Result<(String, fs::Metadata)> {
    let mut file = fs::File::open(path)?;
    let metadata = file.metadata()?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok((text, metadata))
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

    use super::super::profile_error::UnknownSetting;
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
    fn a_mistake_names_its_place_and_quotes_no_value() {
        let profile = || DEFAULT.to_owned();
        let unknown = |key: &str, organization: Option<&str>| {
            let organization = organization.map(str::to_owned);
            Malformed::from(UnknownSetting { key: key.to_owned(), profile: profile(), organization })
        };
        for (text, expected) in [
            ("[default]\nrate = [1]", Malformed::NotAValue { setting: "rate", profile: profile() }),
            ("[default]\nrat = 'hush'", unknown("rat", None)),
            ("[default.organizations.a]\ntoken = 'hush'", unknown("token", Some("a"))),
            ("default = 'hush'", Malformed::NotATable(profile())),
            ("[default]\n\n\naccess_token = hush", Malformed::Line(4)),
            ("[default]\naccess_token = 1", Malformed::NotText { profile: profile() }),
        ] {
            let error = parse(text).err().unwrap();
            let ProfileError::Malformed { problem, .. } = &error else { panic!("{error}") };
            assert_eq!(*problem, expected);
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
