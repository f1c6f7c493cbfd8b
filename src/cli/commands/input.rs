//! Opening the spreadsheet.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use bulk_invite::model::invitation::ObjectId;
use bulk_invite::model::shard::Claim;
use bulk_invite::spreadsheet::{Roster, RosterOptions};

use crate::cli::args::SheetArgs;
use crate::cli::screen::Screen;
use crate::cli::settings::UsageError;

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

/// Has only the shard's rows read, where there is one.
pub(crate) fn claim(roster: &mut Roster<Input>, sheet: &SheetArgs, organization: Option<ObjectId>, screen: &Screen) {
    let Some(shard) = sheet.shard else { return };
    let claim = Claim { shard, organization };
    if roster.header().org_id().is_none() {
        let whose = if claim.takes("") { "this" } else { "another" };
        screen.note(&format!(
            "the spreadsheet has no org_id column, so all rows are one organization's, and that one is {whose} shard's"
        ));
    }
    roster.claim(claim);
}

/// A second reading of the rows that `roster` is about to read; `None` where they can be read only once.
pub(crate) fn again(roster: &Roster<Input>, path: &Path, sheet: &SheetArgs) -> Option<Roster<Input>> {
    roster.again().or_else(|| {
        let mut again = if path.is_file() { open(path, sheet).ok()? } else { return None };
        roster.claimed().into_iter().for_each(|claim| again.claim(claim));
        Some(again)
    })
}

/// How many rows a spreadsheet has.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) rows: Option<u64>,
    /// Of each organization that rows name, and of the one of those that name none.
    pub(crate) of: Option<HashMap<ObjectId, u64>>,
}

/// How many rows the spreadsheet has that `roster` is about to read, as far as it can be read twice.
pub(crate) fn count(roster: &Roster<Input>, path: &Path, sheet: &SheetArgs, organization: Option<ObjectId>) -> Counts {
    let by_row = roster.header().org_id().is_some();
    let known = |rows| Counts { rows: Some(rows), of: organization.filter(|_| !by_row).map(|id| [(id, rows)].into()) };
    if let Some(rows) = roster.rows().filter(|_| !by_row) {
        return known(rows);
    }
    let Some(mut roster) = again(roster, path, sheet) else { return Counts::default() };
    let Some(column) = roster.header().org_id() else { return known(roster.count_rows()) };
    let (mut rows, mut of) = (0, HashMap::new());
    while let Ok(Some(row)) = roster.next_row() {
        rows += 1;
        let text = row.cell(column);
        if let Some(id) = if text.is_empty() { organization } else { text.parse().ok() } {
            *of.entry(id).or_default() += 1;
        }
    }
    Counts { rows: Some(rows), of: Some(of) }
}
