//! What the program's commands do with the library.

pub(crate) mod answers;
pub(crate) mod check;
pub(crate) mod config;
pub(crate) mod connection;
pub(crate) mod input;
pub(crate) mod job;
pub(crate) mod man;
pub(crate) mod output;
pub(crate) mod preview;
pub(crate) mod printer;
pub(crate) mod prompt;
pub(crate) mod report;
pub(crate) mod revoke;
pub(crate) mod run;
pub(crate) mod sandbox;
pub(crate) mod status;
pub(crate) mod stdout;
pub(crate) mod targets;
pub(crate) mod template;
