//! The command line.
//!
//! From the lowest layer up; no module imports one that is listed below it:
//!
//! - [`args`]: the definition of commands and flags;
//! - [`settings`]: flags combined with the environment and the profile file;
//! - [`diagnostics`]: log lines for troubleshooting, enabled by `RUST_LOG`;
//! - [`screen`]: messages and progress on standard error;
//! - [`commands`]: one file per command, and files that several commands share.

pub(crate) mod args;
pub(crate) mod commands;
pub(crate) mod diagnostics;
pub(crate) mod screen;
pub(crate) mod settings;
