//! Opens the spreadsheet, or the results file, that the command line names.

use std::io;
use std::path::{Path, PathBuf};

use bulk_invite::model::ObjectId;
use bulk_invite::report::InputFacts;
use bulk_invite::results::{ReadError, ResultsReader};
use bulk_invite::spreadsheet::{Input, Opened, Sheet, SheetError, SheetOptions};
use thiserror::Error;

use super::error::CliError;
use super::file_problem::{FileProblem, Wanted};
use super::paths::is_dash;
use crate::cli::args::SheetArgs;
use crate::cli::screen::Screen;

/// A spreadsheet that cannot be used.
#[derive(Debug, Error)]
pub(crate) enum InputError {
    #[error("cannot read {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: SheetError },
    /// As [`InputError::Unreadable`], and the path shows why.
    #[error("cannot read {}: {problem}", path.display())]
    File { path: PathBuf, problem: FileProblem },
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
    let opened = Sheet::open(input, &options).map_err(|source| InputError::of_sheet(path, source))?;
    if opened.how_read.header.roles().is_none() && default_roles.is_none() {
        return Err(InputError::NoRoles { path: path.to_owned() });
    }
    let file = if is_dash(path) { "standard input".to_owned() } else { path.display().to_string() };
    let facts = InputFacts::new(file, &opened);
    screen.input(&facts);
    opened.how_read.assumptions.iter().for_each(|assumption| screen.note(assumption));
    Ok((opened, facts))
}

/// Opens the results file of a run or of revoke.
pub(crate) fn open_results(path: &Path) -> Result<ResultsReader, CliError> {
    ResultsReader::open(path).map_err(|error| {
        let system = match &error {
            ReadError::Unreadable { source, .. } => Some(source),
            ReadError::NotOurs { .. } | ReadError::Damaged { .. } | ReadError::Foreign { .. } => None,
        };
        match FileProblem::find(path, system, Wanted::Results) {
            Some(problem) => InputError::File { path: path.to_owned(), problem }.into(),
            None => error.into(),
        }
    })
}

impl InputError {
    fn of_sheet(path: &Path, source: SheetError) -> Self {
        let system = if let SheetError::Open(error) | SheetError::Read(error) = &source { Some(error) } else { None };
        let problem = if is_dash(path) { None } else { FileProblem::find(path, system, Wanted::Sheet) };
        match problem {
            Some(problem) => InputError::File { path: path.to_owned(), problem },
            None => InputError::Unreadable { path: path.to_owned(), source },
        }
    }
}
