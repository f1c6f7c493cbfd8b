//! Opening the spreadsheet.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use bulk_invite::roster::{Roster, RosterOptions};

use crate::cli::SheetArgs;
use crate::settings::UsageError;

/// Where rows come from.
pub(crate) type Input = Box<dyn Read>;

/// Whether the path means standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Opens the spreadsheet and reads its header.
pub(crate) fn open(path: &Path, sheet: &SheetArgs) -> Result<Roster<Input>, UsageError> {
    let named = |error: &dyn std::fmt::Display| UsageError(format!("cannot read {}: {error}", path.display()));
    let input: Input = if is_stdin(path) {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(path).map_err(|error| named(&error))?;
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(named(&"it is a folder; name the spreadsheet in it"));
        }
        Box::new(file)
    };
    let roster = Roster::open(input, &RosterOptions::default()).map_err(|error| named(&error))?;
    if roster.header().roles().is_none() && sheet.default_roles.is_none() {
        return Err(UsageError(format!(
            "{} has no roles column; add one, or say which roles everyone gets with --default-roles ORG_MEMBER",
            path.display()
        )));
    }
    Ok(roster)
}

/// How many rows the spreadsheet has; `None` where it can be read only once.
pub(crate) fn count(path: &Path, sheet: &SheetArgs) -> Result<Option<u64>, UsageError> {
    if !path.is_file() {
        return Ok(None);
    }
    Ok(Some(open(path, sheet)?.count_rows()))
}
