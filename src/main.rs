//! The command line: what was typed, the terminal, and the exit code. All the work is the library's.

mod cli;

use std::io::{self, Write};
use std::process::ExitCode;

use bulk_invite::model::Exit;
use clap::{CommandFactory, FromArgMatches, Parser};

use crate::cli::args::{Cli, Command, ConfigCommand, LogFormat};
use crate::cli::commands;
use crate::cli::settings::{ProfileFile, UsageError, environment};

fn main() -> ExitCode {
    let started = with_profile(Cli::parse()).and_then(|(cli, command)| {
        let json = cli.command.job().is_some_and(|job| job.log_format == LogFormat::Json);
        cli::diagnostics::start(json)?;
        Ok((cli, command))
    });
    let exit = match started {
        Ok((cli, command)) => run(cli, command),
        Err(error) => told(error),
    };
    ExitCode::from(exit as u8)
}

fn told(error: UsageError) -> Exit {
    let _ = writeln!(io::stderr(), "error: {error}");
    Exit::Usage
}

/// Reads what was typed once more, with the profile's settings for defaults.
fn with_profile(cli: Cli) -> Result<(Cli, clap::Command), UsageError> {
    let Some(account) = cli.command.account() else { return Ok((cli, Cli::command())) };
    let file = ProfileFile::load(account, &environment)?;
    let command = cli::args::with_defaults(Cli::command(), &file.settings);
    if file.settings.is_empty() {
        return Ok((cli, command));
    }
    let matches = command.clone().try_get_matches().map_err(|error| file.mistake(&error, account))?;
    Ok((Cli::from_arg_matches(&matches).map_err(UsageError::new)?, command))
}

fn run(cli: Cli, command: clap::Command) -> Exit {
    match cli.command {
        Command::Run(args) => commands::run::run(&args),
        Command::Check(args) => commands::check::check(&args),
        Command::Status(args) => commands::status::status(&args),
        Command::Revoke(args) => commands::revoke::revoke(&args),
        Command::Sandbox(args) => commands::sandbox::run(&args),
        Command::Report(args) => commands::report::report(&args),
        Command::Template { xlsx } => commands::template::template(xlsx.as_deref()),
        Command::Config { command: ConfigCommand::Show { account } } => commands::config::show(&account, command),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "bulk-invite", &mut script);
            commands::stdout::print(&script).map_or_else(told, |()| Exit::Success)
        }
        Command::Man { folder } => commands::man::man(folder.as_deref(), Cli::command()),
    }
}
