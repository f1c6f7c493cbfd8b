//! The definition of the command line: commands, flags and the values they take. `settings` combines them with
//! the environment and the profile file.

mod choices;
mod commands;
mod groups;
mod values;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub(crate) use self::choices::{CheckFormat, LogFormat};
pub(crate) use self::commands::{CheckArgs, ReportArgs, RevokeArgs, RunArgs, SandboxArgs, StatusArgs};
pub(crate) use self::groups::{AccountArgs, CallArgs, JobArgs, SheetArgs};

/// Invite a spreadsheet of people to a MongoDB Atlas organization, each exactly once.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Invite everyone in a spreadsheet and write what happened, row by row.
    Run(Box<RunArgs>),
    /// Check a spreadsheet, row by row, and tell what would be sent; sends no invite.
    Check(CheckArgs),
    /// Tell what became of each invite of a results file.
    Status(StatusArgs),
    /// Cancel the pending invites that a run created, and no others.
    ///
    /// It goes by Atlas's invites endpoint, whichever endpoint created them, so that nobody who has accepted is removed. Run
    /// it again to go on where it ended.
    // A profile or the environment may still set the endpoint, for the other commands.
    #[command(mut_arg("api", |api| api.hide(true)))]
    Revoke(Box<RevokeArgs>),
    /// Run the embedded Atlas-like server on its own.
    Sandbox(SandboxArgs),
    /// Make a page that people can read from a results file, finished or not.
    Report(ReportArgs),
    /// Print a sheet to start from, as CSV.
    Template {
        /// Write it to FILE instead, as a workbook in which organization roles can be chosen from a list.
        #[arg(long, value_name = "FILE")]
        xlsx: Option<PathBuf>,
    },
    /// Show the settings and where each comes from.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the program's manual page.
    Man {
        /// A folder to write a page for each command into instead.
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

impl Command {
    /// Returns the flags of a job, if the command is one.
    pub(crate) fn job(&self) -> Option<&JobArgs> {
        match self {
            Command::Run(args) => Some(&args.job),
            Command::Revoke(args) => Some(&args.job),
            Command::Check(_)
            | Command::Status(_)
            | Command::Config { .. }
            | Command::Sandbox(_)
            | Command::Report(_)
            | Command::Template { .. }
            | Command::Completions { .. }
            | Command::Man { .. } => None,
        }
    }

    /// Returns the flags of an account, if the command has them.
    pub(crate) fn account(&self) -> Option<&AccountArgs> {
        match self {
            Command::Run(args) => Some(&args.account),
            Command::Check(args) => Some(&args.account),
            Command::Status(args) => Some(&args.account),
            Command::Revoke(args) => Some(&args.account),
            Command::Config { command: ConfigCommand::Show { account } } => Some(account),
            Command::Sandbox(_)
            | Command::Report(_)
            | Command::Template { .. }
            | Command::Completions { .. }
            | Command::Man { .. } => None,
        }
    }
}

/// Returns the definition with these defaults, by the ids of arguments, in every command that has them.
pub(crate) fn with_defaults(command: clap::Command, defaults: &[(&'static str, String)]) -> clap::Command {
    command.mut_subcommands(|mut command| {
        for (name, value) in defaults {
            if command.get_arguments().any(|argument| argument.get_id() == name) {
                command = command.mut_arg(name, |argument| argument.default_value(value.clone()));
            }
        }
        with_defaults(command, defaults)
    })
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print what `run` would go by, a setting a line; secrets are not shown.
    Show {
        #[command(flatten)]
        account: Box<AccountArgs>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }
}
