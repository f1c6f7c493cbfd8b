//! `bulk-invite completions`: prints a shell completion script.

use bulk_invite::model::Exit;
use clap::Command;
use clap_complete::Shell;

use super::error::CliError;
use super::stdout;

/// Runs the command; `command` is the definition of the whole program.
pub(crate) fn run(shell: Shell, mut command: Command) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "bulk-invite", &mut script);
    stdout::write(&script).map_err(CliError::StandardOutput)?;
    Ok(Exit::Success)
}
