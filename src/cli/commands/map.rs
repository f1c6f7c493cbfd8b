//! Opens the map that the command line or the profile names.

use std::path::{Path, PathBuf};

use bulk_invite::model::ObjectId;
use bulk_invite::plan::{ANY, Directory, MapError, RoleMap, Rules};
use bulk_invite::spreadsheet::{Assumption, Content, Header, Input, Sheet, SheetOptions};
use thiserror::Error;

use super::file_problem::FileProblem;
use crate::cli::args::MapArgs;
use crate::cli::screen::Screen;

/// A map that cannot be used.
#[derive(Debug, Error)]
pub(crate) enum MapFileError {
    #[error("--map {}: {source}", path.display())]
    Map { path: PathBuf, source: MapError },
    /// The file cannot be read, and the path shows why.
    #[error("--map {}: {problem}", path.display())]
    File { path: PathBuf, problem: FileProblem },
}

/// A map with its path.
pub(crate) struct MapFile {
    path: PathBuf,
    map: RoleMap,
    /// The cells of the sheet that conditions are about.
    conditions: Vec<usize>,
}

/// Opens the map if one is set, and checks all that can be checked without an organization.
pub(crate) fn open(args: &MapArgs, header: &Header, screen: &Screen) -> Result<Option<MapFile>, MapFileError> {
    let Some(path) = &args.map else { return Ok(None) };
    let map = read(path, screen).map_err(|source| MapFileError::new(path, source))?;
    let mut map = MapFile { path: path.clone(), map, conditions: Vec::new() };
    map.conditions = map.bind(header, &[(ANY, &Directory::offline())])?.cells().collect();
    if !args.map_owners {
        map.map.without_owners().map_err(|source| map.error(source))?;
    }
    Ok(Some(map))
}

fn read(path: &Path, screen: &Screen) -> Result<RoleMap, MapError> {
    let options = SheetOptions { content: Content::Rules, ..SheetOptions::default() };
    let opened = Sheet::open(Input::File(path.to_owned()), &options)?;
    for assumption in &opened.how_read.assumptions {
        if let Assumption::FirstSheet { sheet, .. } = assumption {
            screen.note(format_args!("{}: reading the rules of sheet {sheet:?}", path.display()));
        } else {
            screen.note(format_args!("{}: {assumption}", path.display()));
        }
    }
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    RoleMap::read(opened.sheet, name)
}

impl MapFile {
    /// Returns the rules for the rows below this header.
    pub(crate) fn bind(&self, header: &Header, directories: &[(ObjectId, &Directory)]) -> Result<Rules, MapFileError> {
        self.map.bind(header, directories).map_err(|source| self.error(source))
    }

    /// Returns the cells of the sheet that conditions are about.
    pub(crate) fn conditions(&self) -> &[usize] {
        &self.conditions
    }

    fn error(&self, source: MapError) -> MapFileError {
        MapFileError::new(&self.path, source)
    }
}

impl MapFileError {
    fn new(path: &Path, source: MapError) -> Self {
        let problem = if let MapError::Sheet(error) = &source { FileProblem::of_sheet(path, error) } else { None };
        let path = path.to_owned();
        match problem {
            Some(problem) => MapFileError::File { path, problem },
            None => MapFileError::Map { path, source },
        }
    }
}
