//! Opening the spreadsheet that the command line names.

use std::io;
use std::path::Path;

use bulk_invite::model::ObjectId;
use bulk_invite::spreadsheet::{Input, Opened, Sheet, SheetOptions};

use crate::cli::args::SheetArgs;
use crate::cli::screen::Screen;
use crate::cli::settings::UsageError;

/// Returns whether the path means standard input, or standard output.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Opens the spreadsheet and prints what was assumed in reading it; `organization` is that of rows that name none.
pub(crate) fn open(
    path: &Path,
    args: &SheetArgs,
    organization: Option<ObjectId>,
    screen: &Screen,
) -> Result<Opened, UsageError> {
    let input = if is_stdin(path) { Input::Stream(Box::new(io::stdin().lock())) } else { Input::File(path.to_owned()) };
    let SheetArgs { default_roles, sheet, delimiter, columns, shard } = args;
    let (sheet, columns) = (sheet.clone(), columns.clone());
    let options = SheetOptions { delimiter: *delimiter, sheet, columns, organization, shard: *shard };
    let opened =
        Sheet::open(input, &options).map_err(|error| UsageError(format!("cannot read {}: {error}", path.display())))?;
    if opened.how_read.header.roles().is_none() && default_roles.is_none() {
        return Err(UsageError(format!(
            "{} has no roles column; add one, or say which roles everyone gets with --default-roles ORG_MEMBER",
            path.display()
        )));
    }
    opened.how_read.assumptions.iter().for_each(|assumption| screen.note(&assumption.to_string()));
    Ok(opened)
}
