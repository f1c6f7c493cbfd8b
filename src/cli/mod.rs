//! The command line: flags, settings, the terminal and one file per command. All the work is the library's.

pub(crate) mod args;
pub(crate) mod commands;
pub(crate) mod diagnostics;
pub(crate) mod screen;
pub(crate) mod settings;
