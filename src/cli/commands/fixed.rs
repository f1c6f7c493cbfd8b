//! `check --fixed FILE`: a copy of the sheet with the certain corrections, in a file that does not exist yet.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind};
use std::path::{Path, PathBuf};

use bulk_invite::plan::{CopyError, FixedCopy, Planner};
use bulk_invite::report::escaped;
use bulk_invite::spreadsheet::{Header, Row};
use thiserror::Error;

use super::paths::{is_dash, is_workbook};
use crate::cli::screen::Screen;

/// A copy that cannot be written.
#[derive(Debug, Error)]
pub(crate) enum FixedError {
    #[error("--fixed cannot write to standard output; name a file")]
    StandardOutput,
    #[error("--fixed {}: the file is written as CSV; choose a name that ends in .csv", path.display())]
    WorkbookName { path: PathBuf },
    #[error("--fixed never overwrites a file, and {} exists; choose another file", path.display())]
    Exists { path: PathBuf },
    #[error("cannot write {}: {source}; choose another file with --fixed", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("cannot write {}: {source}", path.display())]
    Copy { path: PathBuf, source: CopyError },
}

/// The copy of a sheet that is being checked. Its file is removed unless it is finished.
pub(crate) struct Fixed<'a> {
    path: &'a Path,
    copy: Option<FixedCopy<BufWriter<File>>>,
    corrected: u64,
}

impl<'a> Fixed<'a> {
    pub(crate) fn create(path: &'a Path, header: &Header) -> Result<Self, FixedError> {
        if is_dash(path) {
            return Err(FixedError::StandardOutput);
        }
        if is_workbook(path) {
            return Err(FixedError::WorkbookName { path: path.to_owned() });
        }
        let file = File::create_new(path).map_err(|source| match source.kind() == ErrorKind::AlreadyExists {
            true => FixedError::Exists { path: path.to_owned() },
            false => FixedError::Unwritable { path: path.to_owned(), source },
        })?;
        let mut fixed = Self { path, copy: None, corrected: 0 };
        let copy = FixedCopy::new(BufWriter::new(file), header);
        fixed.copy = Some(copy.map_err(|source| fixed.failed(source))?);
        Ok(fixed)
    }

    /// Copies a row and prints its corrections.
    pub(crate) fn add(&mut self, row: &Row, planner: &Planner<'_>, screen: &Screen) -> Result<(), FixedError> {
        let Some(copy) = &mut self.copy else { return Ok(()) };
        let corrections = copy.add(row, planner).map_err(|source| self.failed(source))?;
        self.corrected += corrections.len() as u64;
        for correction in corrections {
            let (column, text) = (escaped(&correction.column), escaped(&correction.text));
            screen.note(format_args!("corrected row {}, column {column}: {text}", correction.row));
        }
        Ok(())
    }

    pub(crate) fn finish(mut self, screen: &Screen) -> Result<(), FixedError> {
        if let Some(copy) = self.copy.take() {
            if let Err(source) = copy.finish() {
                let _ = fs::remove_file(self.path);
                return Err(self.failed(source));
            }
            let cells = match self.corrected {
                1 => "1 cell".to_owned(),
                cells => format!("{cells} cells"),
            };
            screen.note(format_args!("{}: a copy of the sheet with {cells} corrected", self.path.display()));
        }
        Ok(())
    }

    fn failed(&self, source: CopyError) -> FixedError {
        FixedError::Copy { path: self.path.to_owned(), source }
    }
}

impl Drop for Fixed<'_> {
    fn drop(&mut self) {
        if self.copy.take().is_some() {
            let _ = fs::remove_file(self.path);
        }
    }
}
