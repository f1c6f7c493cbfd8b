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
    let options =
        RosterOptions { delimiter: sheet.delimiter, sheet: sheet.sheet.clone(), columns: sheet.columns.clone() };
    let roster = Roster::open(input, &options).map_err(|error| named(&error))?;
    if roster.header().roles().is_none() && sheet.default_roles.is_none() {
        return Err(UsageError(format!(
            "{} has no roles column; add one, or say which roles everyone gets with --default-roles ORG_MEMBER",
            path.display()
        )));
    }
    Ok(roster)
}

/// How many rows the spreadsheet has that `roster` is about to read; `None` where it can be read only once.
pub(crate) fn count(roster: &Roster<Input>, path: &Path, sheet: &SheetArgs) -> Result<Option<u64>, UsageError> {
    if roster.rows().is_some() || !path.is_file() {
        return Ok(roster.rows());
    }
    let mut roster = open(path, sheet)?;
    let mut rows = 0;
    while let Ok(Some(_)) = roster.next_row() {
        rows += 1;
    }
    Ok(Some(rows))
}
