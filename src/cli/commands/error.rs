//! Errors of commands. Each ends the program with exit code 2.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use atlas_sandbox::ScenarioError;
use bulk_invite::atlas::InvalidBaseUrl;
use bulk_invite::report::html::PageError;
use bulk_invite::results::{InUse, JournalError, ReadError};
use bulk_invite::spreadsheet::SheetError;
use rust_xlsxwriter::XlsxError;
use thiserror::Error;

use super::connection::ConnectionError;
use super::fixed::FixedError;
use super::input::InputError;
use super::map::MapFileError;
use super::output::OutputError;
use super::targets::TargetError;
use super::unread::UnreadOrganization;
use crate::cli::diagnostics::InvalidDirectives;
use crate::cli::settings::{ProfileError, SettingsError};

/// An error that ends a command.
#[derive(Debug, Error)]
pub(crate) enum CliError {
    /// The defaults of the profile do not fit the definition of the command line.
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error("{mistake}; correct the variable {name}")]
    InvalidVariable { name: String, mistake: String },
    #[error(transparent)]
    Directives(#[from] InvalidDirectives),
    #[error(transparent)]
    Input(#[from] InputError),
    #[error(transparent)]
    Map(#[from] MapFileError),
    #[error(transparent)]
    Output(#[from] OutputError),
    #[error(transparent)]
    Fixed(#[from] FixedError),
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    #[error(transparent)]
    Unread(#[from] UnreadOrganization),
    /// The spreadsheet could not be read to its end.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    #[error(transparent)]
    Results(#[from] ReadError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Page(#[from] PageError),
    #[error("cannot start the asynchronous runtime: {0}")]
    Runtime(io::Error),
    #[error("cannot install signal handlers: {0}")]
    Signals(io::Error),
    #[error("cannot write to standard output: {0}")]
    StandardOutput(io::Error),

    // `revoke`
    #[error("{} is in use by another bulk-invite; wait until it has finished, then run again", path.display())]
    ResultsInUse { path: PathBuf, source: InUse },
    #[error("{} was written by revoke; use the results file of the run", path.display())]
    ResultsOfRevoke { path: PathBuf },

    // `status`
    #[error("--output would overwrite the results file; choose another file")]
    StatusOverResults,
    #[error("{} already exists and is not a status file; choose another file with --output", path.display())]
    NotAStatusFile { path: PathBuf },
    #[error("cannot write {}: {source}; choose another file with --output", path.display())]
    StatusUnwritable { path: PathBuf, source: io::Error },

    // `template`
    #[error("--xlsx {}: the name of a workbook must end in .xlsx", path.display())]
    NotAWorkbookName { path: PathBuf },
    #[error("{} already exists; choose another file with --xlsx", path.display())]
    TemplateExists { path: PathBuf },
    #[error("cannot write {}: {source}; choose another file with --xlsx", path.display())]
    TemplateUnwritable { path: PathBuf, source: io::Error },
    #[error(
        "{} has no column of departments or job titles, and none with few different values; write the map by hand, for \
         example: Department,roles,teams,projects",
        path.display()
    )]
    NothingToMap { path: PathBuf },
    #[error("cannot create the workbook: {0}")]
    Workbook(#[from] XlsxError),

    // `man`
    #[error("cannot write manual pages to {}: {source}; choose an existing folder", folder.display())]
    ManUnwritable { folder: PathBuf, source: io::Error },

    // `sandbox`, and `--sandbox` of other commands
    #[error("cannot read --scenario {}: {source}", path.display())]
    ScenarioUnreadable { path: PathBuf, source: io::Error },
    #[error("--scenario {}: {source}", path.display())]
    InvalidScenario { path: PathBuf, source: ScenarioError },
    #[error("cannot listen on {address}: {source}; choose another address with --listen")]
    AddressUnusable { address: SocketAddr, source: io::Error },
    #[error("cannot determine the address of the sandbox: {0}")]
    AddressUnknown(io::Error),
    #[error("cannot start the sandbox: {0}")]
    SandboxNotStarted(io::Error),
    #[error("the address of the sandbox cannot be used: {0}")]
    SandboxUrl(InvalidBaseUrl),
}
