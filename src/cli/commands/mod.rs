//! The commands, one file each, and the files that several of them share.

pub(crate) mod audit;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod error;
pub(crate) mod man;
pub(crate) mod report;
pub(crate) mod revoke;
pub(crate) mod run;
pub(crate) mod sandbox;
pub(crate) mod status;
pub(crate) mod template;

mod connection;
mod file_problem;
mod finish;
mod fixed;
mod input;
mod job;
mod look_up;
mod map;
mod output;
mod page;
mod paths;
mod preview;
mod printer;
mod prompt;
mod rehearsal;
mod runtime;
mod sheet_question;
mod signals;
mod stdout;
mod targets;
mod unread;
