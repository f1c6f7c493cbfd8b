//! Rewrites the results file at the end of a run: one line a row, in the order of the input.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use super::line::Line;
use super::lines::LinesAt;
use super::record::Decoder;
use super::{Journal, NOWHERE, storage};
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

/// The path of the second file, and the error on writing it.
pub(super) type FailedRowsLost = (PathBuf, io::Error);

/// Rewrites the results, and writes the second file. The inner result is that of the second file; if it fails, the
/// results are rewritten all the same.
pub(super) fn rewrite(journal: &Journal, failed: Option<FailedRows>) -> io::Result<Result<(), FailedRowsLost>> {
    let mut lines = LinesAt::open(&journal.path)?;
    let new = storage::beside(&journal.path);
    let mut file = BufWriter::with_capacity(256 << 10, storage::create(&new)?);
    file.write_all(&journal.layout.header())?;
    let mut failed = failed.map(|rows| FailedWriter::create(rows, journal.layout.excel)).transpose();
    let mut decoder = Decoder::new();
    let columns = journal.layout.columns();
    for offset in journal.rows.iter().chain(&journal.gone) {
        if *offset == NOWHERE {
            return Err(io::Error::other("a row has no line"));
        }
        let raw = lines.read(*offset)?;
        file.write_all(raw)?;
        if let Ok(Some(writer)) = &mut failed {
            let line = decoder.line(raw, columns).map_err(|bad| io::Error::other(bad.0))?;
            if let Err(error) = writer.offer(&line) {
                failed = Err((writer.rows.path.clone(), error));
            }
        }
    }
    let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
    storage::replace(file, &new, &journal.path)?;
    Ok(failed.and_then(|failed| failed.map_or(Ok(()), FailedWriter::finish)))
}

struct FailedWriter {
    rows: FailedRows,
    csv: csv::Writer<File>,
}

impl FailedWriter {
    fn create(rows: FailedRows, excel: bool) -> Result<Self, FailedRowsLost> {
        let create = || {
            let mut file = storage::create(&rows.path)?;
            file.write_all(if excel { MARK } else { b"" })?;
            let mut csv = csv::Writer::from_writer(file);
            csv.write_record(&rows.names)?;
            Ok(csv)
        };
        match create() {
            Ok(csv) => Ok(Self { rows, csv }),
            Err(error) => Err((rows.path, error)),
        }
    }

    fn offer(&mut self, line: &Line) -> io::Result<()> {
        if line.outcome.status.needs_a_look() {
            self.csv.write_record(self.rows.cells.iter().map(|cell| protected(cell.of(line)).into_owned()))?;
        }
        Ok(())
    }

    fn finish(self) -> Result<(), FailedRowsLost> {
        let synced = self.csv.into_inner().map_err(|error| error.into_error()).and_then(|file| storage::sync(&file));
        synced.map_err(|error| (self.rows.path, error))
    }
}
