//! Opening the spreadsheet.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use bulk_invite::invitation::ObjectId;
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

/// How many rows a spreadsheet has.
pub(crate) struct Counts {
    pub(crate) rows: u64,
    /// Of each organization that rows name, and of the one of those that name none.
    pub(crate) of: HashMap<ObjectId, u64>,
}

/// How many rows the spreadsheet has; `None` where it can be read only once.
pub(crate) fn count(
    path: &Path,
    sheet: &SheetArgs,
    organization: Option<ObjectId>,
) -> Result<Option<Counts>, UsageError> {
    if !path.is_file() {
        return Ok(None);
    }
    let mut roster = open(path, sheet)?;
    let Some(column) = roster.header().org_id() else {
        let rows = roster.count_rows();
        return Ok(Some(Counts { rows, of: organization.map(|id| (id, rows)).into_iter().collect() }));
    };
    let mut counts = Counts { rows: 0, of: HashMap::new() };
    while let Ok(Some(row)) = roster.next_row() {
        counts.rows += 1;
        let text = row.cell(column);
        if let Some(id) = if text.is_empty() { organization } else { text.parse().ok() } {
            *counts.of.entry(id).or_default() += 1;
        }
    }
    Ok(Some(counts))
}
