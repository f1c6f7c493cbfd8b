//! Opening the spreadsheet.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use bulk_invite::model::invitation::ObjectId;
use bulk_invite::model::shard::Claim;
use bulk_invite::spreadsheet::{Sheet, SheetOptions};

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
pub(crate) fn open(path: &Path, args: &SheetArgs) -> Result<Sheet<Input>, UsageError> {
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
    let options = SheetOptions { delimiter: args.delimiter, sheet: args.sheet.clone(), columns: args.columns.clone() };
    let sheet = Sheet::from_reader(input, &options).map_err(|error| named(&error))?;
    if sheet.header().roles().is_none() && args.default_roles.is_none() {
        return Err(UsageError(format!(
            "{} has no roles column; add one, or say which roles everyone gets with --default-roles ORG_MEMBER",
            path.display()
        )));
    }
    Ok(sheet)
}

/// Has only the shard's rows read, where there is one.
pub(crate) fn claim(sheet: &mut Sheet<Input>, args: &SheetArgs, organization: Option<ObjectId>, screen: &Screen) {
    let Some(shard) = args.shard else { return };
    let claim = Claim { shard, organization };
    if sheet.header().org_id().is_none() {
        let whose = if claim.takes("") { "this" } else { "another" };
        screen.note(&format!(
            "the spreadsheet has no org_id column, so all rows are one organization's, and that one is {whose} shard's"
        ));
    }
    sheet.claim(claim);
}

/// A second reading of the rows that `sheet` is about to read; `None` where they can be read only once.
pub(crate) fn again(sheet: &Sheet<Input>, path: &Path, args: &SheetArgs) -> Option<Sheet<Input>> {
    sheet.again().or_else(|| {
        let mut again = if path.is_file() { open(path, args).ok()? } else { return None };
        sheet.claimed().into_iter().for_each(|claim| again.claim(claim));
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

/// How many rows the spreadsheet has that `sheet` is about to read, as far as it can be read twice.
pub(crate) fn count(sheet: &Sheet<Input>, path: &Path, args: &SheetArgs, organization: Option<ObjectId>) -> Counts {
    let by_row = sheet.header().org_id().is_some();
    let known = |rows| Counts { rows: Some(rows), of: organization.filter(|_| !by_row).map(|id| [(id, rows)].into()) };
    if let Some(rows) = sheet.rows().filter(|_| !by_row) {
        return known(rows);
    }
    let Some(mut sheet) = again(sheet, path, args) else { return Counts::default() };
    let Some(column) = sheet.header().org_id() else { return known(sheet.count_rows()) };
    let (mut rows, mut of) = (0, HashMap::new());
    while let Ok(Some(row)) = sheet.next_row() {
        rows += 1;
        let text = row.cell(column);
        if let Some(id) = if text.is_empty() { organization } else { text.parse().ok() } {
            *of.entry(id).or_default() += 1;
        }
    }
    Counts { rows: Some(rows), of: Some(of) }
}
