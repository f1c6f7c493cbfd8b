//! Reads the spreadsheet, row by row: bytes in, rows of cells out. Text is never in memory as a whole; of a workbook the
//! cells of one sheet are.
//!
//! [`Sheet`] finds out how the file is written (text or `.xlsx`, encoding, separator), which column is which ([`Header`]),
//! and yields [`Row`]s numbered as a spreadsheet shows them. What the cells mean is not decided here; that is [`crate::plan`].

mod columns;
mod delimiter;
mod error;
mod header;
mod not_a_spreadsheet;
mod record;
mod row;
mod source;
pub mod template;
mod text;
mod workbook;

use std::io::Read;

pub(crate) use columns::normalized;
pub use columns::{Column, UnknownColumn};
pub use delimiter::{Delimiter, UnknownDelimiter};
pub use error::SheetError;
pub use header::{Carried, Header};
pub use not_a_spreadsheet::NotASpreadsheet;
pub use row::{Row, RowFault};
pub use text::Note;
pub use workbook::WorkbookError;

use crate::model::quote::quoted;
use crate::model::shard::Claim;
use record::Records;
use source::Source;
use text::Text;
use workbook::TableRecords;

/// What the user may say about the file; by default everything is found out.
#[derive(Clone, Debug, Default)]
pub struct SheetOptions {
    /// The separator of cells, where it should not be guessed from the header.
    pub delimiter: Option<Delimiter>,
    /// The sheet of a workbook, where it is not the first visible one.
    pub sheet: Option<String>,
    /// Columns named by the user, where their names say too little: `email` is in `Contact`.
    pub columns: Vec<(Column, String)>,
}

/// A spreadsheet being read; an iterator of its rows.
#[derive(Debug)]
pub struct Sheet<R> {
    source: Source<R>,
    header: Header,
    notes: Vec<Note>,
    rows: Option<u64>,
    claim: Option<Claim>,
    skipped_blank: u64,
    elsewhere: u64,
    failed: bool,
}

impl<R: Read> Sheet<R> {
    /// Reads the beginning of the file up to its header row; of a workbook, the sheet.
    pub fn from_reader(reader: R, options: &SheetOptions) -> Result<Self, SheetError> {
        let text = Text::open(reader)?;
        if let Some(kind) = not_a_spreadsheet::kind(text.beginning()) {
            Err(SheetError::NoSpreadsheet(kind))
        } else if workbook::is_no_text(text.beginning()) {
            Self::of_workbook(text, options)
        } else {
            Self::of_text(text, options)
        }
    }

    fn of_text(mut text: Text<R>, options: &SheetOptions) -> Result<Self, SheetError> {
        if let Some(name) = &options.sheet {
            return Err(SheetError::NoSheets { name: quoted(name) });
        }
        let delimiter = delimiter::choose(text.fill()?, options);
        text.consume(delimiter.announced_in);
        let has_control = not_a_spreadsheet::has_control(delimiter::first_row(text.fill()?));
        let notes = text.note().into_iter().collect();
        let mut source = Source::Text(Records::new(text, delimiter.byte));
        // A stray one among columns that make sense does no harm.
        let no_text = |error| if has_control { SheetError::NoSpreadsheet(NotASpreadsheet::NotText) } else { error };
        let header = header(&mut source, options).map_err(no_text)?;
        Ok(Self { source, header, notes, rows: None, claim: None, skipped_blank: 0, elsewhere: 0, failed: false })
    }

    fn of_workbook(text: Text<R>, options: &SheetOptions) -> Result<Self, SheetError> {
        if let Some(delimiter) = options.delimiter {
            return Err(SheetError::NoDelimiter { delimiter });
        }
        let workbook::Worksheet { name, others, table } = workbook::read(text.into_bytes(), options.sheet.as_deref())?;
        // The header is not among them; a sheet without one is refused.
        let rows = Some((table.len() as u64).saturating_sub(1));
        let mut source = Source::Workbook(TableRecords::from(table));
        let (sheet, alone) = (quoted(&name), others.is_empty() || options.sheet.is_some());
        match header(&mut source, options) {
            Err(error) if !alone => Err(SheetError::Sheet { sheet, others, error: Box::new(error) }),
            header => {
                let notes = if alone { Vec::new() } else { vec![Note::Sheet { sheet, others }] };
                Ok(Self {
                    source,
                    header: header?,
                    notes,
                    rows,
                    claim: None,
                    skipped_blank: 0,
                    elsewhere: 0,
                    failed: false,
                })
            }
        }
    }

    /// Takes only these rows from here on; the others are passed over and counted.
    pub fn claim(&mut self, claim: Claim) {
        self.claim = Some(claim);
    }

    /// The rows that are taken, where that is not all of them.
    pub fn claimed(&self) -> Option<Claim> {
        self.claim
    }

    /// The header row and what its columns are.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next row that holds anything; `None` after the last, or after an error.
    pub fn next_row(&mut self) -> Result<Option<Row>, SheetError> {
        if self.failed {
            return Ok(None);
        }
        loop {
            match self.source.next() {
                Ok(Some(record)) if record.is_blank() => self.skipped_blank += 1,
                Ok(Some(record)) => {
                    let row = Row::read(&record, self.header.names().len());
                    let organization = self.header.org_id().map_or("", |index| row.cell(index));
                    if self.claim.is_none_or(|claim| claim.takes(organization)) {
                        return Ok(Some(row));
                    }
                    self.elsewhere += 1;
                }
                Ok(None) => return Ok(None),
                Err(error) => {
                    self.failed = true;
                    return Err(error.into());
                }
            }
        }
    }

    /// Another reading of the rows from here on, where that takes no reading of the file.
    pub fn again(&self) -> Option<Self> {
        let Self { source, header, notes, rows, claim, skipped_blank, elsewhere, failed } = self;
        let (header, notes) = (header.clone(), notes.clone());
        Some(Self {
            source: source.again()?,
            header,
            notes,
            rows: *rows,
            claim: *claim,
            skipped_blank: *skipped_blank,
            elsewhere: *elsewhere,
            failed: *failed,
        })
    }

    /// Reads on to the end, or to where reading fails, and says how many rows that hold anything and are taken were left.
    pub fn count_rows(mut self) -> u64 {
        let mut rows = 0;
        if self.claim.is_some() {
            while let Ok(Some(_)) = self.next_row() {
                rows += 1;
            }
            return rows;
        }
        while let Ok(Some(record)) = self.source.next() {
            rows += u64::from(!record.is_blank());
        }
        rows
    }

    /// How many rows follow the header, where that is known before they are read.
    pub fn rows(&self) -> Option<u64> {
        self.rows.filter(|_| self.claim.is_none())
    }

    /// How many rows without any text have been passed over so far.
    pub fn skipped_blank(&self) -> u64 {
        self.skipped_blank
    }

    /// How many rows of other shards have been passed over so far.
    pub fn elsewhere(&self) -> u64 {
        self.elsewhere
    }

    /// What the user should know of how the file was read.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }
}

/// Reads up to the header row, the first with text.
fn header<R: Read>(source: &mut Source<R>, options: &SheetOptions) -> Result<Header, SheetError> {
    loop {
        let record = source.next()?.ok_or(SheetError::Empty)?;
        if !record.is_blank() {
            return Header::read(&record, options);
        }
    }
}

impl<R: Read> Iterator for Sheet<R> {
    type Item = Result<Row, SheetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_row().transpose()
    }
}

#[cfg(test)]
mod tests;
