//! The file of the rows that need attention, with exactly the columns of the input.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::line::Line;
use super::storage::{self, Replacement};
use crate::model::columns::{MARK, protected};

/// A second file with the rows that need attention, with exactly the input's columns.
#[derive(Debug)]
pub struct FailedRows {
    /// The path of the file.
    pub path: PathBuf,
    /// The input's column names, as in the input.
    pub names: Vec<String>,
    /// The position of each of the input's cells in a line of the results.
    pub cells: Vec<Cell>,
}

/// The position of a cell of the input in a line of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// The column `email`.
    Email,
    /// The column `org_id`.
    Organization,
    /// The carried column with this index.
    Carried(usize),
    /// No column: the input is a results file itself, and the cell is part of its outcome.
    Nowhere,
}

impl Cell {
    fn of(self, line: &Line) -> &str {
        match self {
            Cell::Email => &line.email,
            Cell::Organization => &line.org_id,
            Cell::Carried(at) => line.cells.get(at).map_or("", String::as_str),
            Cell::Nowhere => "",
        }
    }
}

/// The path of the file, and the error on writing it.
pub(super) type FailedRowsLost = (PathBuf, io::Error);

/// A writer of the file.
pub(super) struct FailedWriter {
    rows: FailedRows,
    csv: csv::Writer<File>,
    /// The file under another name, unless it is a pipe or a device.
    replacement: Option<Replacement>,
}

impl FailedWriter {
    pub(super) fn create(rows: FailedRows, excel: bool) -> Result<Self, FailedRowsLost> {
        match Self::open(&rows, excel) {
            Ok((csv, replacement)) => Ok(Self { rows, csv, replacement }),
            Err(error) => Err((rows.path, error)),
        }
    }

    fn open(rows: &FailedRows, excel: bool) -> io::Result<(csv::Writer<File>, Option<Replacement>)> {
        let path = storage::resolved(&rows.path);
        let (mut file, replacement) = if is_replaceable(&path) {
            let replacement = Replacement::create(&path)?;
            (replacement.file().try_clone()?, Some(replacement))
        } else {
            (storage::overwrite(&path)?, None)
        };
        file.write_all(if excel { MARK } else { b"" })?;
        let mut csv = csv::Writer::from_writer(file);
        csv.write_record(&rows.names)?;
        Ok((csv, replacement))
    }

    pub(super) fn path(&self) -> &Path {
        &self.rows.path
    }

    /// Adds the line if its row needs attention.
    pub(super) fn offer(&mut self, line: &Line) -> io::Result<()> {
        if line.outcome.status.needs_a_look() {
            self.csv.write_record(self.rows.cells.iter().map(|cell| protected(cell.of(line)).into_owned()))?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<(), FailedRowsLost> {
        let Self { rows, csv, replacement } = self;
        let written = csv.into_inner().map_err(|error| error.into_error());
        let finished = written.and_then(|_| replacement.map_or(Ok(()), Replacement::finish));
        finished.map_err(|error| (rows.path, error))
    }
}

/// Returns whether a new file can take the place of what is at a path.
fn is_replaceable(path: &Path) -> bool {
    fs::metadata(path).map_or(true, |metadata| metadata.is_file())
}
