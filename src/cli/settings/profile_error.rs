//! Mistakes in the profile file, or in the choice of a profile.
//!
//! They do not quote the errors of the TOML parser, which contain the line, and so may contain a secret.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;
use toml::Table;

use super::profile::{OrganizationProblem, Profile};
use super::profile_file::{ProfilePlace, SETTINGS};

/// The likeness from which a setting is suggested: one wrong letter in four.
const ALIKE: f64 = 0.7;

/// A mistake in the profile file, or in the choice of a profile.
#[derive(Debug, Error)]
pub(crate) enum ProfileError {
    #[error("profile {name:?} was not found: the configuration folder is unknown; set HOME, or pass --config FILE")]
    NoFolder { name: String },
    #[error("profile {name:?} was not found: {} does not exist; create it, or pass --config FILE", path.display())]
    NoFile { name: String, path: PathBuf },
    #[error("cannot read the profile file {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("profile file {}: {problem}", path.display())]
    Malformed { path: PathBuf, problem: Malformed },
    #[error("profile {name:?} was not found in {}, which has {others}", path.display())]
    UnknownProfile { path: PathBuf, name: String, others: ProfileNames },
    #[error("{}; correct {place}", first_line(error))]
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

    /// Returns the setting that the key most resembles, if it resembles one.
    fn suggestion(&self) -> Option<&'static str> {
        let likeness = |name: &&'static str| strsim::normalized_damerau_levenshtein(&self.key, name);
        let nearest = self.allowed().into_iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
        nearest.filter(|name| likeness(name) >= ALIKE)
    }
}

impl fmt::Display for UnknownSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown setting {:?} in profile {:?}", self.key, self.profile)?;
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

/// Returns the first line of an error of clap, which is the mistake; usage follows.
pub(crate) fn first_line(error: &clap::Error) -> String {
    let text = error.to_string();
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

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
