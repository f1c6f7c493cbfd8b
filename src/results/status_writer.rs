//! A results file told again with one more column after its own, for its owner alone to read.
//!
//! It is a results file itself, so whatever reads one reads it. The one that it is told from stays as it is.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::record::{Encoder, Line, Subject};
use super::storage;

/// The file while it is written: beside its place, so that there is a whole one or none.
#[derive(Debug)]
pub struct StatusWriter {
    path: PathBuf,
    new: PathBuf,
    file: BufWriter<File>,
    encoder: Encoder,
    text: Vec<u8>,
    /// Which of a line's cells are told; an earlier annotation of the same name is not.
    cells: Vec<usize>,
}

impl StatusWriter {
    /// Begins the file at `path`, whose lines carry the input's columns of these names.
    pub fn create(path: &Path, column: &str, carried: &[String]) -> io::Result<Self> {
        let new = storage::beside(path);
        let file = BufWriter::new(storage::create(&new)?);
        let cells: Vec<usize> = (0..carried.len()).filter(|cell| carried[*cell] != column).collect();
        let (mut encoder, mut text) = (Encoder::new(), Vec::new());
        let names = cells.iter().map(|cell| carried[*cell].as_str());
        encoder.header(&mut text, std::iter::once(column).chain(names));
        Ok(Self { path: path.to_owned(), new, file, encoder, text, cells })
    }

    /// Adds a line with what the new column says of it.
    pub fn write(&mut self, line: &Line, value: &str) -> io::Result<()> {
        let subject = Subject { row: line.row, email: &line.email, org_id: &line.org_id };
        let cells = self.cells.iter().map(|cell| line.cells.get(*cell).map_or("", String::as_str));
        self.encoder.line(&mut self.text, subject, &line.outcome, std::iter::once(value).chain(cells));
        self.file.write_all(&self.text)?;
        self.text.clear();
        Ok(())
    }

    /// Puts the file in its place.
    pub fn finish(mut self) -> io::Result<()> {
        self.file.write_all(&self.text)?;
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        storage::replace(file, &self.new, &self.path)
    }
}
