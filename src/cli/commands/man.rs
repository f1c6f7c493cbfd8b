//! `bulk-invite man`: manual pages, from the definition of the command line.

use std::path::Path;

use bulk_invite::model::Exit;
use clap::Command;
use clap_mangen::Man;

use super::error::CliError;
use super::stdout;

/// Runs the command. `command` is the definition of the whole program.
pub(crate) fn run(folder: Option<&Path>, command: Command) -> Result<Exit, CliError> {
    match folder {
        Some(folder) => clap_mangen::generate_to(command, folder)
            .map_err(|source| CliError::ManUnwritable { folder: folder.to_owned(), source })?,
        None => {
            let mut page = Vec::new();
            let page = Man::new(command).render(&mut page).map(|()| page);
            page.and_then(|page| stdout::write(&page)).map_err(CliError::StandardOutput)?;
        }
    }
    Ok(Exit::Success)
}
