//! Settings: flags, the environment, the profile file and a profile of the Atlas CLI, in this order.
//!
//! The only place that reads secrets. None is ever printed or part of an error.

mod account;
mod atlas_cli;
mod base_url;
mod credential;
mod profile;
mod profile_file;
mod source;

pub(crate) use self::account::{Account, OtherOrganization, SettingsError, Sources};
pub(crate) use self::profile_file::{ProfileError, ProfileFile, SETTINGS};
pub(crate) use self::source::{Source, environment};
