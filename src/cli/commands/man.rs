//! `bulk-invite man`: manual pages, from the definition that the arguments are read by.

use std::io::{self, Write};
use std::path::Path;

use bulk_invite::model::Exit;
use clap::Command;
use clap_mangen::Man;

use super::stdout::print;
use crate::cli::settings::UsageError;

/// Runs the command and says how it went. `command` is the definition of the whole program.
pub(crate) fn man(folder: Option<&Path>, command: Command) -> Exit {
    let done = match folder {
        Some(folder) => clap_mangen::generate_to(command, folder).map_err(|error| {
            UsageError(format!("cannot write pages to {}: {error}; name a folder that is there", folder.display()))
        }),
        None => page(command).map_err(UsageError::new).and_then(|page| print(&page)),
    };
    match done {
        Ok(()) => Exit::Success,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            Exit::Usage
        }
    }
}

fn page(command: Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    Ok(page)
}
