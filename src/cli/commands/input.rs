//! Opens the spreadsheet, or the results file, that the command line names.

use std::io;
use std::path::{Path, PathBuf};

use bulk_invite::model::ObjectId;
use bulk_invite::report::InputFacts;
use bulk_invite::results::{ReadError, ResultsReader};
use bulk_invite::spreadsheet::{Content, Input, Opened, Sheet, SheetError, SheetOptions};
use thiserror::Error;

use super::error::CliError;
use super::file_problem::{FileProblem, Wanted};
use super::map::{self, MapFile};
use super::paths::is_dash;
use super::sheet_question::SheetQuestion;
use crate::cli::args::{MapArgs, SheetArgs};
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
        "{} has no roles column; add one, or set the roles of all rows with --default-roles ORG_MEMBER, or map other columns \
         to roles with --map FILE",
        path.display()
    )]
    NoRoles { path: PathBuf },
}

/// A spreadsheet that is ready to be read, and what it is read with.
pub(crate) struct OpenInput {
    pub(crate) opened: Opened,
    /// The map, if one is set.
    pub(crate) map: Option<MapFile>,
    pub(crate) facts: InputFacts,
}

/// Opens the spreadsheet and the map, and prints how the former is read. `organization` is for rows that name none. If the
/// sheet can be read in several ways, the user is asked, provided that `may_ask`.
pub(crate) fn open(
    path: &Path,
    args: &SheetArgs,
    map: &MapArgs,
    organization: Option<ObjectId>,
    may_ask: bool,
    screen: &Screen,
) -> Result<OpenInput, CliError> {
    let opened = open_sheet(path, args, organization, may_ask, screen)?;
    let header = &opened.how_read.header;
    if header.roles().is_none() && args.default_roles.is_none() && map.map.is_none() {
        return Err(InputError::NoRoles { path: path.to_owned() }.into());
    }
    let file = if is_dash(path) { "standard input".to_owned() } else { path.display().to_string() };
    let map = map::open(map, header, screen)?;
    let facts = InputFacts::new(file, &opened, map.as_ref().map_or(&[], MapFile::conditions));
    screen.input(&facts);
    opened.how_read.assumptions.iter().for_each(|assumption| screen.note(assumption));
    Ok(OpenInput { opened, map, facts })
}

/// Opens the spreadsheet, which may have no roles.
pub(crate) fn open_sheet(
    path: &Path,
    args: &SheetArgs,
    organization: Option<ObjectId>,
    may_ask: bool,
    screen: &Screen,
) -> Result<Opened, InputError> {
    let SheetArgs { default_roles: _, sheet, delimiter, encoding, columns, ignored, header_row, hidden_rows, shard } =
        args;
    let mut options = SheetOptions {
        content: Content::People,
        delimiter: *delimiter,
        encoding: *encoding,
        sheet: sheet.clone(),
        columns: columns.clone(),
        ignored: ignored.clone(),
        header_row: *header_row,
        hidden_rows: hidden_rows.map(Into::into),
        organization,
        shard: *shard,
    };
    let mut asked = Vec::new();
    loop {
        let error = match read(path, &options) {
            Ok(opened) => return Ok(opened),
            Err(error) => error,
        };
        // Standard input can be read only once.
        let question = SheetQuestion::of(&error).filter(|_| may_ask && !is_dash(path));
        let choice = question.filter(|question| !asked.contains(question)).and_then(|question| {
            asked.push(question.clone());
            question.ask(screen)
        });
        let Some(choice) = choice else { return Err(InputError::of_sheet(path, error)) };
        screen.note(format_args!("to answer in advance next time: {}", choice.flag()));
        choice.apply(&mut options);
    }
}

fn read(path: &Path, options: &SheetOptions) -> Result<Opened, SheetError> {
    let input = if is_dash(path) { Input::Stream(Box::new(io::stdin().lock())) } else { Input::File(path.to_owned()) };
    Sheet::open(input, options)
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
        match FileProblem::of_sheet(path, &source) {
            Some(problem) => InputError::File { path: path.to_owned(), problem },
            None => InputError::Unreadable { path: path.to_owned(), source },
        }
    }
}
