//! Mistakes in the profile file, or in the choice of a profile.
//!
//! They do not quote the errors of the TOML parser, which contain the line, and so may contain a secret.

use std::fmt;
use std::io;
use std::path::PathBuf;

use clap::error::{ContextKind, ContextValue};
use thiserror::Error;
use toml::Table;

use super::profile::{OrganizationProblem, Profile};
use super::profile_file::{ProfilePlace, SETTINGS};

/// The likeness from which a setting is suggested: one wrong letter in four.
const ALIKE: f64 = 0.7;

/// The longest unknown key that is shown.
const LONGEST_NAME: usize = 24;

/// A mistake in the profile file, or in the choice of a profile.
#[derive(Debug, Error)]
pub(crate) enum ProfileError {
    #[error("profile {name:?} was not found: the configuration folder is unknown; set HOME, or pass --config FILE")]
    NoFolder { name: String },
    #[error("profile {name:?} was not found: {} does not exist; create it, or pass --config FILE", path.display())]
    NoFile { name: String, path: PathBuf },
    #[error("cannot read the profile file {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error(
        "other users can change the profile file {0}, and with it where credentials are sent; run: chmod 600 {0}",
        path.display()
    )]
    WritableByOthers { path: PathBuf },
    #[error("every user can replace the profile file, because its folder {0} lets them; run: chmod o-w {0}", folder.display())]
    FolderWritableByAll { folder: PathBuf },
    #[error("profile file {}: {problem}", path.display())]
    Malformed { path: PathBuf, problem: Malformed },
    #[error("profile {name:?} was not found in {}, which has {others}", path.display())]
    UnknownProfile { path: PathBuf, name: String, others: ProfileNames },
    #[error("{}; correct {place}", without_value(error))]
    InvalidSetting { error: clap::Error, place: ProfilePlace },
    #[error("organization {id:?} of the profile: {problem}")]
    Organization { id: String, problem: OrganizationProblem },
}

/// A mistake in the text of a profile file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Malformed {
    #[error("it is not valid TOML")]
    Toml,
    #[error("line {0} is not valid TOML")]
    Line(usize),
    #[error("{0:?} must be a table that begins with [{0}]")]
    NotATable(String),
    #[error("{setting} of profile {profile:?} must be a string, a number, true or false")]
    NotAValue { setting: &'static str, profile: String },
    #[error("the organization, the base URL and the credentials of profile {profile:?} must be strings")]
    NotText { profile: String },
    #[error(transparent)]
    UnknownSetting(#[from] UnknownSetting),
}

/// A key in a profile that is not a setting.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) struct UnknownSetting {
    pub(super) key: String,
    pub(super) profile: String,
    /// The organization, if the key is in the table of one.
    pub(super) organization: Option<String>,
}

impl UnknownSetting {
    /// Returns the settings that are allowed in the key's place.
    fn allowed(&self) -> Vec<&'static str> {
        match self.organization {
            Some(_) => Profile::OF_ORGANIZATION.to_vec(),
            None => [&["org_id", "organizations"], &Profile::OF_ORGANIZATION[..], &SETTINGS].concat(),
        }
    }

    /// Returns whether the key may be shown. A secret in its place would be longer, or of other characters.
    fn looks_like_a_name(&self) -> bool {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || b"_-".contains(&byte);
        self.key.len() <= LONGEST_NAME && self.key.bytes().all(is_plain)
    }

    /// Returns the setting that the key most resembles, if it resembles one.
    fn suggestion(&self) -> Option<&'static str> {
        let likeness = |name: &&'static str| strsim::normalized_damerau_levenshtein(&self.key, name);
        let nearest = self.allowed().into_iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
        nearest.filter(|name| likeness(name) >= ALIKE)
    }
}

impl fmt::Display for UnknownSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.looks_like_a_name() {
            true => write!(f, "unknown setting {:?} in profile {:?}", self.key, self.profile)?,
            false => write!(f, "unknown setting in profile {:?}", self.profile)?,
        }
        if let Some(id) = &self.organization {
            write!(f, ", organization {id:?}")?;
        }
        match self.suggestion() {
            Some(name) => write!(f, "; did you mean {name:?}?"),
            None => write!(f, "; use {}", self.allowed().join(", ")),
        }
    }
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
        if self.0.is_empty() { f.write_str("no profiles") } else { f.write_str(&self.0.join(", ")) }
    }
}

/// Returns the first line of an error of clap about a value of a profile, without the value: it may be a secret in the
/// wrong place, and it is easy to find.
fn without_value(error: &clap::Error) -> String {
    let line = first_line(error);
    let Some(ContextValue::String(value)) = error.get(ContextKind::InvalidValue) else { return line };
    let line = line.replacen(&format!("'{value}' "), "", 1);
    match line.split_once("': ") {
        // A reason that quotes may quote a part of the value.
        Some((what, reason)) if reason.contains(['"', '\'']) => format!("{what}'"),
        Some(_) | None => line,
    }
}

/// Returns the first line of an error of clap, which is the mistake; usage follows.
pub(crate) fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_place_of_a_key_is_not_shown() {
        for key in ["5a4db0c5-0000-4000-8000-5a4db0c50000", "mdb_sa_sk_abcdefghijklmnopqrstuvwxyz", "Hush"] {
            let (profile, organization) = ("default".to_owned(), None);
            let error = UnknownSetting { key: key.to_owned(), profile, organization }.to_string();
            assert!(!error.contains(key), "{error}");
        }
    }

    #[test]
    fn a_misspelt_setting_gets_a_suggestion_of_its_table() {
        let suggestion = |key: &str, organization: Option<&str>| {
            let (key, profile) = (key.to_owned(), "default".to_owned());
            UnknownSetting { key, profile, organization: organization.map(str::to_owned) }.suggestion()
        };
        for (key, meant) in [
            ("rat", Some("rate")),
            ("max-attempts", Some("max_attempts")),
            ("orgid", Some("org_id")),
            ("organisations", Some("organizations")),
            ("colour", None),
        ] {
            assert_eq!(suggestion(key, None), meant, "{key}");
        }
        assert_eq!(suggestion("client-id", Some("a")), Some("client_id"));
        assert_eq!(suggestion("rat", Some("a")), None, "organizations have no rate");
    }
}
