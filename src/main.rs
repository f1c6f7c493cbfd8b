//! The command line: parses arguments, runs a command and returns the exit code. The library does the work.

mod cli;

use std::process::ExitCode;

use bulk_invite::model::Exit;
use clap::{CommandFactory, FromArgMatches, Parser};

use crate::cli::args::{Cli, Command, ConfigCommand, LogFormat};
use crate::cli::commands;
use crate::cli::commands::error::CliError;
use crate::cli::diagnostics;
use crate::cli::screen::Screen;
use crate::cli::settings::{ProfileFile, environment};

fn main() -> ExitCode {
    let (screen, exit) = match start() {
        Ok((cli, definition, mut screen)) => {
            let exit = run(cli.command, definition, &mut screen);
            (screen, exit)
        }
        Err(error) => (Screen::new(LogFormat::Text, false), Err(error)),
    };
    let exit = exit.unwrap_or_else(|error| {
        screen.error(error);
        Exit::Usage
    });
    ExitCode::from(exit as u8)
}

fn start() -> Result<(Cli, clap::Command, Screen), CliError> {
    let (cli, definition, warning) = with_profile(Cli::parse())?;
    let (format, quiet) = cli.command.messages();
    diagnostics::start(format == LogFormat::Json)?;
    let screen = Screen::new(format, quiet);
    warning.iter().for_each(|warning| screen.note(warning));
    Ok((cli, definition, screen))
}

/// Parses the arguments again, with the profile's settings as defaults. Returns the definition with them too, and a
/// warning about the profile file.
fn with_profile(cli: Cli) -> Result<(Cli, clap::Command, Option<String>), CliError> {
    let Some(account) = cli.command.account() else { return Ok((cli, Cli::command(), None)) };
    let file = ProfileFile::load(account, &environment)?;
    let definition = cli::args::with_defaults(Cli::command(), &file.settings);
    let warning = file.warning();
    if file.settings.is_empty() {
        return Ok((cli, definition, warning));
    }
    let matches = definition.clone().try_get_matches().map_err(|error| file.invalid_setting(error))?;
    Ok((Cli::from_arg_matches(&matches)?, definition, warning))
}

fn run(command: Command, definition: clap::Command, screen: &mut Screen) -> Result<Exit, CliError> {
    match command {
        Command::Run(args) => commands::run::run(&args, screen),
        Command::Check(args) => commands::check::run(&args, screen),
        Command::Status(args) => commands::status::run(&args, screen),
        Command::Audit(args) => commands::audit::run(&args, screen),
        Command::Revoke(args) => commands::revoke::run(&args, screen),
        Command::Sandbox(args) => commands::sandbox::run(&args),
        Command::Report(args) => commands::report::run(&args, screen),
        Command::Template(args) => commands::template::run(&args, screen),
        Command::Config { command: ConfigCommand::Show { account } } => commands::config::run(&account, definition),
        Command::Completions { shell } => commands::completions::run(shell, definition),
        Command::Man { folder } => commands::man::run(folder.as_deref(), definition),
    }
}
