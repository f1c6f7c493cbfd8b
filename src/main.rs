//! The command line: what was typed, the terminal, and the exit code. All the work is the library's.

mod cli;
mod commands;
mod screen;
mod settings;

use std::io;
use std::process::ExitCode;

use bulk_invite::outcome::Exit;
use clap::{CommandFactory, Parser};

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    let exit = match Cli::parse().command {
        Command::Run(args) => commands::run::run(&args),
        Command::Check(args) => commands::check::check(&args),
        Command::Sandbox(args) => commands::sandbox::run(&args),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "bulk-invite", &mut io::stdout().lock());
            Exit::Success
        }
    };
    ExitCode::from(exit as u8)
}
