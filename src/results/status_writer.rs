//! Writes a copy of a results file with one more column, readable by its owner only.
//!
//! The copy is a results file itself, so every command that reads results accepts it. The original is not changed.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::line::Line;
use super::record::{Encoder, Subject};
use super::storage::{Replacement, resolved};

/// A writer of the copy, which gets its final name only when it is complete.
#[derive(Debug)]
pub struct StatusWriter {
    replacement: Replacement,
    file: BufWriter<File>,
    encoder: Encoder,
    text: Vec<u8>,
    /// The indexes of the cells that are copied; an earlier column of the same name is left out.
    cells: Vec<usize>,
}

impl StatusWriter {
    /// Creates the copy at `path`, or in place of the file behind the link there, with the new column and the input's columns in `carried`.
    pub fn create(path: &Path, column: &str, carried: &[String]) -> io::Result<Self> {
        let replacement = Replacement::create(&resolved(path))?;
        let file = BufWriter::new(replacement.file().try_clone()?);
        let cells: Vec<usize> = (0..carried.len()).filter(|cell| carried[*cell] != column).collect();
        let (mut encoder, mut text) = (Encoder::new(), Vec::new());
        let names = cells.iter().map(|cell| carried[*cell].as_str());
        encoder.header(&mut text, std::iter::once(column).chain(names));
        Ok(Self { replacement, file, encoder, text, cells })
    }

    /// Adds a line with its value of the new column.
    pub fn write(&mut self, line: &Line, value: &str) -> io::Result<()> {
        let subject = Subject { row: line.row, email: &line.email, org_id: &line.org_id };
        let cells = self.cells.iter().map(|cell| line.cells.get(*cell).map_or("", String::as_str));
        self.encoder.line(&mut self.text, subject, &line.outcome, std::iter::once(value).chain(cells));
        self.file.write_all(&self.text)?;
        self.text.clear();
        Ok(())
    }

    /// Syncs the file and renames it to its final name.
    pub fn finish(mut self) -> io::Result<()> {
        self.file.write_all(&self.text)?;
        self.file.flush()?;
        self.replacement.finish()
    }
}
