//! What can be typed. What it means is [`crate::cli::settings`]' business.

mod groups;
mod values;

use std::path::PathBuf;

use atlas_sandbox::Fault;
use clap::{Args, Parser, Subcommand};
use jiff::SignedDuration;

pub(crate) use self::groups::{AccountArgs, CallArgs, JobArgs, SheetArgs};
pub(crate) use self::values::{CheckFormat, DuplicatesArg, LogFormat};

use self::values::{speed, time};

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
    /// How the command, where it is a job, goes about its rows.
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

    /// The account that the command is about.
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

/// The definition with these defaults, by the names of the arguments, wherever a command has them.
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

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The spreadsheet: a header row, then a row a person. `-` reads standard input.
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) account: AccountArgs,

    #[command(flatten)]
    pub(crate) sheet: SheetArgs,

    /// Rehearse against an embedded Atlas: no account, no network, no email.
    #[arg(long, conflicts_with_all = ["org_id", "base_url"], help_heading = "Rehearsing")]
    pub(crate) sandbox: bool,

    /// Make the embedded Atlas misbehave, for example `500@0.1` or `reset-after@#3`; may be repeated.
    #[arg(long, value_name = "FAULT", requires = "sandbox", help_heading = "Rehearsing")]
    pub(crate) sandbox_fault: Vec<Fault>,

    /// Where the results go [default: FILE with `.results.csv` instead of its ending].
    #[arg(long, value_name = "FILE", env = "BULK_INVITE_RESULTS", help_heading = "Results")]
    pub(crate) results: Option<PathBuf>,

    /// Write the rows that need another look to FILE too, with exactly the input's columns.
    #[arg(long, value_name = "FILE", env = "BULK_INVITE_FAILED", help_heading = "Results")]
    pub(crate) failed: Option<PathBuf>,

    /// Invite again those whose invite has expired.
    #[arg(long, env = "BULK_INVITE_REINVITE_EXPIRED", help_heading = "Results")]
    pub(crate) reinvite_expired: bool,

    #[command(flatten)]
    pub(crate) job: JobArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RevokeArgs {
    /// The results file of the run whose invites are to be cancelled.
    #[arg(value_name = "RESULTS")]
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) account: AccountArgs,

    /// Where the results of the revocation go [default: `people.revoked.csv` beside `people.results.csv`].
    #[arg(long, value_name = "FILE", help_heading = "Results")]
    pub(crate) results: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) job: JobArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The spreadsheet: a header row, then a row a person. `-` reads standard input.
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) account: AccountArgs,

    #[command(flatten)]
    pub(crate) sheet: SheetArgs,

    /// Check against an embedded Atlas: no account, no network.
    #[arg(long, conflicts_with_all = ["org_id", "base_url", "offline"], help_heading = "Rehearsing")]
    pub(crate) sandbox: bool,

    /// Make the embedded Atlas misbehave, for example `500@0.1`; may be repeated.
    #[arg(long, value_name = "FAULT", requires = "sandbox", help_heading = "Rehearsing")]
    pub(crate) sandbox_fault: Vec<Fault>,

    /// Ask nobody, whatever credentials are set: names are believed, and who is there already is not known.
    #[arg(long, env = "BULK_INVITE_OFFLINE", help_heading = "Account")]
    pub(crate) offline: bool,

    #[command(flatten)]
    pub(crate) calls: CallArgs,

    /// How to tell what is found, on standard output.
    #[arg(long, value_enum, default_value_t = CheckFormat::Text, env = "BULK_INVITE_FORMAT", help_heading = "Output")]
    pub(crate) format: CheckFormat,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// The results file of a run.
    pub(crate) results: PathBuf,

    /// Where to write the results with the column `current_status` [default: `people.status.csv` beside
    /// `people.results.csv`].
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) account: AccountArgs,

    #[command(flatten)]
    pub(crate) calls: CallArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The results file.
    pub(crate) results: PathBuf,

    /// Where the page goes, `-` for standard output [default: RESULTS with `.html` instead of its ending].
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// Where to listen.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", env = "BULK_INVITE_SANDBOX_LISTEN")]
    pub(crate) listen: std::net::SocketAddr,

    /// A TOML file that says what the sandbox holds and how it behaves.
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<PathBuf>,

    /// A way to misbehave, for example `500@0.1` or `reset-after@#3`; may be repeated.
    #[arg(long, value_name = "FAULT")]
    pub(crate) fault: Vec<Fault>,

    /// How long every request takes at least.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) latency: Option<SignedDuration>,

    /// Make the minutes of limits and tokens shorter: 60 makes each a second.
    #[arg(long, value_name = "FACTOR", value_parser = speed)]
    pub(crate) speed: Option<f64>,

    /// Enforce no rate limits and no seats.
    #[arg(long)]
    pub(crate) no_limits: bool,

    /// Let 10 invitations through a minute and answer the others 400, as Atlas once did.
    #[arg(long)]
    pub(crate) invitation_limiter: bool,

    /// What `POST .../invites` says of an address that is there already [default: 409].
    #[arg(long, value_enum)]
    pub(crate) duplicates: Option<DuplicatesArg>,

    /// Repeat the random choices of a run.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_profile_can_set_only_what_run_has() {
        let command = Cli::command();
        let run = command.find_subcommand("run").unwrap();
        for name in crate::cli::settings::SETTINGS {
            assert!(run.get_arguments().any(|argument| argument.get_id() == name), "{name}");
        }
    }
}
