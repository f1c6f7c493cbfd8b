//! Reads the spreadsheet, row by row: bytes in, rows of cells out, never the whole file in memory.
//!
//! [`Roster`] finds out how the file is written (encoding, separator), which column is which ([`Header`]), and yields
//! [`Row`]s numbered as a spreadsheet shows them. What the cells mean is not decided here; that is [`crate::plan`].

mod columns;
mod delimiter;
mod error;
mod header;
mod quote;
mod record;
mod row;
mod text;

use std::io::Read;

pub use columns::{Column, UnknownColumn};
pub use delimiter::{Delimiter, UnknownDelimiter};
pub use error::RosterError;
pub use header::{Carried, Header};
pub(crate) use quote::{is_invisible, quoted};
pub use row::{Row, RowFault};
pub use text::Note;

use record::Records;
use text::Text;

/// What the user may say about the file; by default everything is found out.
#[derive(Clone, Debug, Default)]
pub struct RosterOptions {
    /// The separator of cells, where it should not be guessed from the header.
    pub delimiter: Option<Delimiter>,
    /// Columns named by the user, where their names say too little: `email` is in `Contact`.
    pub columns: Vec<(Column, String)>,
}

/// A spreadsheet being read; an iterator of its rows.
#[derive(Debug)]
pub struct Roster<R> {
    records: Records<R>,
    header: Header,
    notes: Vec<Note>,
    skipped_blank: u64,
    failed: bool,
}

impl<R: Read> Roster<R> {
    /// Reads the beginning of the file up to its header row.
    pub fn open(reader: R, options: &RosterOptions) -> Result<Self, RosterError> {
        let mut text = Text::open(reader)?;
        let delimiter = delimiter::choose(text.fill()?, options);
        text.consume(delimiter.announced_in);
        let notes = text.note().into_iter().collect();

        let mut records = Records::new(text, delimiter.byte);
        let header = loop {
            let record = records.next()?.ok_or(RosterError::Empty)?;
            if !record.is_blank() {
                break Header::read(&record, options)?;
            }
        };
        Ok(Self { records, header, notes, skipped_blank: 0, failed: false })
    }

    /// The header row and what its columns are.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next row that holds anything; `None` after the last, or after an error.
    pub fn next_row(&mut self) -> Result<Option<Row>, RosterError> {
        if self.failed {
            return Ok(None);
        }
        loop {
            match self.records.next() {
                Ok(Some(record)) if record.is_blank() => self.skipped_blank += 1,
                Ok(Some(record)) => return Ok(Some(Row::read(&record, self.header.names().len()))),
                Ok(None) => return Ok(None),
                Err(error) => {
                    self.failed = true;
                    return Err(error.into());
                }
            }
        }
    }

    /// Reads on to the end, or to where reading fails, and says how many rows that hold anything were left.
    pub fn count_rows(mut self) -> u64 {
        let mut rows = 0;
        while let Ok(Some(record)) = self.records.next() {
            rows += u64::from(!record.is_blank());
        }
        rows
    }

    /// How many rows without any text have been passed over so far.
    pub fn skipped_blank(&self) -> u64 {
        self.skipped_blank
    }

    /// What the user should know of how the file was read.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }
}

impl<R: Read> Iterator for Roster<R> {
    type Item = Result<Row, RosterError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_row().transpose()
    }
}

#[cfg(test)]
mod tests;
