//! The command line: what was typed, the terminal, and the exit code. All the work is the library's.

mod cli;
mod commands;
mod screen;
mod settings;

use std::io::{self, Write};
use std::process::ExitCode;

use bulk_invite::outcome::Exit;
use clap::{CommandFactory, Parser};

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    let exit = match Cli::parse().command {
        Command::Run(args) => commands::run::run(&args),
        Command::Check(args) => commands::check::check(&args),
        Command::Sandbox(args) => commands::sandbox::run(&args),
        Command::Template { xlsx } => commands::template::template(xlsx.as_deref()),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "bulk-invite", &mut script);
            // A reader that has seen enough is no failure.
            let _ = io::stdout().lock().write_all(&script);
            Exit::Success
        }
    };
    ExitCode::from(exit as u8)
}
