//! Opens the spreadsheet that the command line names.

use std::io;
use std::path::{Path, PathBuf};

use bulk_invite::model::ObjectId;
use bulk_invite::report::InputFacts;
use bulk_invite::spreadsheet::{Input, Opened, Sheet, SheetError, SheetOptions};
use thiserror::Error;

use super::paths::is_dash;
use crate::cli::args::SheetArgs;
use crate::cli::screen::Screen;

/// A spreadsheet that cannot be used.
#[derive(Debug, Error)]
pub(crate) enum InputError {
    #[error("cannot read {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: SheetError },
    #[error(
        "{} has no roles column; add one, or set the roles of all rows with --default-roles ORG_MEMBER",
        path.display()
    )]
    NoRoles { path: PathBuf },
}

/// Opens the spreadsheet and prints how it is read. `organization` is for rows that name none.
pub(crate) fn open(
    path: &Path,
    args: &SheetArgs,
    organization: Option<ObjectId>,
    screen: &Screen,
) -> Result<(Opened, InputFacts), InputError> {
    let input = if is_dash(path) { Input::Stream(Box::new(io::stdin().lock())) } else { Input::File(path.to_owned()) };
    let SheetArgs { default_roles, sheet, delimiter, columns, shard } = args;
    let (sheet, columns) = (sheet.clone(), columns.clone());
    let options = SheetOptions { delimiter: *delimiter, sheet, columns, organization, shard: *shard };
    let opened =
        Sheet::open(input, &options).map_err(|source| InputError::Unreadable { path: path.to_owned(), source })?;
    if opened.how_read.header.roles().is_none() && default_roles.is_none() {
        return Err(InputError::NoRoles { path: path.to_owned() });
    }
    let file = if is_dash(path) { "standard input".to_owned() } else { path.display().to_string() };
    let facts = InputFacts::new(file, &opened);
    screen.input(&facts);
    opened.how_read.assumptions.iter().for_each(|assumption| screen.note(assumption));
    Ok((opened, facts))
}
