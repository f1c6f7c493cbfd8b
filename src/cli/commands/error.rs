//! Errors of commands. Each ends the program with exit code 2.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use atlas_sandbox::ScenarioError;
use bulk_invite::atlas::InvalidBaseUrl;
use bulk_invite::report::html::{PageError, WriteError};
use bulk_invite::results::{InUse, JournalError, ReadError};
use bulk_invite::spreadsheet::SheetError;
use rust_xlsxwriter::XlsxError;
use thiserror::Error;

use super::connection::ConnectionError;
use super::input::InputError;
use super::output::OutputError;
use super::targets::TargetError;
use super::unread::UnreadOrganization;
use crate::cli::diagnostics::InvalidDirectives;
use crate::cli::settings::{ProfileError, SettingsError};

/// An error because of which a command does nothing, or stops.
#[derive(Debug, Error)]
pub(crate) enum CliError {
    /// The profile's defaults do not fit the definition of the command line.
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error(transparent)]
    Directives(#[from] InvalidDirectives),
    #[error(transparent)]
    Input(#[from] InputError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    #[error(transparent)]
    Unread(#[from] UnreadOrganization),
    /// The spreadsheet broke off.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    #[error(transparent)]
    Results(#[from] ReadError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Page(#[from] PageError),
    /// The asynchronous runtime could not be built.
    #[error(transparent)]
    Runtime(io::Error),
    /// The handlers of signals could not be installed.
    #[error(transparent)]
    Signals(io::Error),
    #[error("cannot write to standard output: {0}")]
    StandardOutput(io::Error),
    #[error("cannot write to standard output: {0}")]
    PageToStandardOutput(WriteError),

    // `revoke`
    #[error("{source} {}; wait for it, or end it with Ctrl-C there, then revoke", path.display())]
    ResultsInUse { path: PathBuf, source: InUse },
    #[error("{} was written by revoke; name the results of the run", path.display())]
    ResultsOfRevoke { path: PathBuf },

    // `status`
    #[error("--output would overwrite the results; name another file")]
    StatusOverResults,
    #[error(
        "{} is there and was not written by this command; move it away, or name another file with --output",
        path.display()
    )]
    NotAStatusFile { path: PathBuf },
    #[error("cannot write {}: {source}; correct --output", path.display())]
    StatusUnwritable { path: PathBuf, source: io::Error },

    // `template`
    #[error("{} is no name for a workbook; name a file that ends in .xlsx", path.display())]
    NotAWorkbookName { path: PathBuf },
    #[error("{} is there already and is left as it is; name another file with --xlsx", path.display())]
    TemplateExists { path: PathBuf },
    #[error("cannot write {}: {source}; name another file with --xlsx", path.display())]
    TemplateUnwritable { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Workbook(#[from] XlsxError),

    // `man`
    #[error("cannot write pages to {}: {source}; name a folder that is there", folder.display())]
    ManUnwritable { folder: PathBuf, source: io::Error },

    // `sandbox`, and `--sandbox` of other commands
    #[error("scenario {}: {source}", path.display())]
    ScenarioUnreadable { path: PathBuf, source: io::Error },
    #[error("scenario {}: {source}", path.display())]
    InvalidScenario { path: PathBuf, source: ScenarioError },
    #[error("cannot listen on {address}: {source}; choose another --listen")]
    AddressUnusable { address: SocketAddr, source: io::Error },
    #[error(transparent)]
    AddressUnknown(io::Error),
    #[error("the sandbox cannot listen on this machine: {0}")]
    SandboxNotStarted(io::Error),
    #[error(transparent)]
    SandboxUrl(InvalidBaseUrl),
}
