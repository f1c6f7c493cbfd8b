//! The base URL of each organization. In order of precedence: flag, environment, the organization's own table, the profile,
//! the Atlas CLI, the default.

use std::fmt;

use bulk_invite::atlas::{BaseUrl, InvalidBaseUrl};
use thiserror::Error;

use super::profile_file::ProfilePlace;
use super::source::{BASE_URL, Source, Variables};

/// A setting that holds a base URL, displayed as its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BaseUrlSetting {
    Flag,
    Environment,
    /// The table of one organization in a profile.
    Organization {
        id: String,
        profile: ProfilePlace,
    },
    Profile(ProfilePlace),
    /// A profile of the Atlas CLI, by its name.
    AtlasCli(String),
    Default,
}

impl BaseUrlSetting {
    fn source(&self) -> Source {
        match self {
            BaseUrlSetting::Flag => Source::Flag,
            BaseUrlSetting::Environment => Source::Environment(BASE_URL),
            BaseUrlSetting::Organization { .. } | BaseUrlSetting::Profile(_) => Source::Profile,
            BaseUrlSetting::AtlasCli(_) => Source::AtlasCli,
            BaseUrlSetting::Default => Source::Default,
        }
    }
}

impl fmt::Display for BaseUrlSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BaseUrlSetting::Flag => f.write_str("--base-url"),
            BaseUrlSetting::Environment => f.write_str(BASE_URL),
            BaseUrlSetting::Organization { id, profile } => write!(f, "base_url of organization {id} in {profile}"),
            BaseUrlSetting::Profile(profile) => write!(f, "base_url of {profile}"),
            BaseUrlSetting::AtlasCli(name) => write!(f, "base_url of the Atlas CLI's profile {name:?}"),
            BaseUrlSetting::Default => f.write_str("the default base URL"),
        }
    }
}

/// A base URL that cannot be used. `url` is `None` if it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{setting}{}: {source}", url.as_ref().map(|url| format!(" {url:?}")).unwrap_or_default())]
pub(crate) struct BaseUrlError {
    setting: BaseUrlSetting,
    url: Option<String>,
    source: InvalidBaseUrl,
}

/// The base URLs that apply to every organization, before parsing.
pub(super) struct BaseUrls {
    /// Overrides what an organization's own table has.
    first: Option<(String, BaseUrlSetting)>,
    last: (String, BaseUrlSetting),
    profile: ProfilePlace,
}

impl BaseUrls {
    /// Collects what is set; `in_atlas_cli` comes with the name of the CLI's profile.
    pub(super) fn new(
        flag: Option<String>,
        variable: Variables<'_>,
        (in_profile, profile): (Option<String>, ProfilePlace),
        in_atlas_cli: Option<(String, String)>,
    ) -> Self {
        let flag = flag.map(|url| (url, BaseUrlSetting::Flag));
        let first = flag.or_else(|| Some((variable(BASE_URL)?, BaseUrlSetting::Environment)));
        let last = in_profile.map(|url| (url, BaseUrlSetting::Profile(profile.clone())));
        let last = last.or(in_atlas_cli.map(|(url, name)| (url, BaseUrlSetting::AtlasCli(name))));
        let last = last.unwrap_or_else(|| (BaseUrl::ATLAS.to_owned(), BaseUrlSetting::Default));
        Self { first, last, profile }
    }

    /// Returns the base URL of an organization that has no table of its own in the profile.
    pub(super) fn default(&self) -> Result<(BaseUrl, Source), BaseUrlError> {
        parse(self.first.as_ref().unwrap_or(&self.last))
    }

    /// Returns the base URL of an organization whose table in the profile has `own`.
    pub(super) fn of(&self, id: &str, own: Option<&str>) -> Result<(BaseUrl, Source), BaseUrlError> {
        match (&self.first, own) {
            (None, Some(url)) => {
                let setting = BaseUrlSetting::Organization { id: id.to_owned(), profile: self.profile.clone() };
                parse(&(url.to_owned(), setting))
            }
            (Some(_), _) | (None, None) => self.default(),
        }
    }
}

fn parse((url, setting): &(String, BaseUrlSetting)) -> Result<(BaseUrl, Source), BaseUrlError> {
    let parsed = url.parse().map_err(|source| {
        // The part before an @ may be a password, and a value in a file may be a secret in the wrong place.
        let is_shown = match setting {
            BaseUrlSetting::Flag | BaseUrlSetting::Environment | BaseUrlSetting::Default => !url.contains('@'),
            BaseUrlSetting::Organization { .. } | BaseUrlSetting::Profile(_) | BaseUrlSetting::AtlasCli(_) => false,
        };
        let url = is_shown.then(|| url.clone());
        BaseUrlError { setting: setting.clone(), url, source }
    })?;
    Ok((parsed, setting.source()))
}
