//! Settings from flags, the environment, the profile file and a profile of the Atlas CLI, in order of precedence.
//!
//! Secrets are read only here, and are never printed or part of an error.

mod account;
mod atlas_cli;
mod base_url;
mod credential;
mod profile;
mod profile_access;
mod profile_error;
mod profile_file;
mod source;

pub(crate) use self::account::{Account, OtherOrganization, SettingsError, Sources};
pub(crate) use self::atlas_cli::atlas_cli_file;
pub(crate) use self::profile_error::{ProfileError, first_line};
pub(crate) use self::profile_file::{ProfileFile, SETTINGS};
pub(crate) use self::source::{ACCOUNT_VARIABLES, Source, Variables, environment};
