//! The reader of a sheet's rows.

use std::path::PathBuf;

use super::candidate::with_examples;
use super::error::SheetError;
use super::header::Header;
use super::options::{Content, SheetOptions};
use super::row::Row;
use super::source::Source;

/// A spreadsheet that is being read; an iterator over its rows.
pub struct Sheet {
    pub(super) source: Source,
    pub(super) header: Header,
    pub(super) options: SheetOptions,
    /// The file that is read, unless the bytes come from elsewhere.
    pub(super) path: Option<PathBuf>,
    skipped_blank: u64,
    elsewhere: u64,
    failed: bool,
}

impl Sheet {
    /// Reads up to the header, which is the first row with text.
    pub(super) fn below_header(mut source: Source, options: &SheetOptions) -> Result<Self, SheetError> {
        let header = loop {
            let record = source.next()?.ok_or(SheetError::Empty)?;
            if !record.is_blank() {
                break match options.content {
                    Content::People => {
                        Header::read(&record, options).map_err(|error| with_examples(error, &mut source))?
                    }
                    Content::Rules => Header::of_rules(&record)?,
                };
            }
        };
        let options = options.clone();
        Ok(Self { source, header, options, path: None, skipped_blank: 0, elsewhere: 0, failed: false })
    }

    /// Returns the header row and what its columns mean.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Reads the next row that has text and belongs to the shard; `None` after the last row or after an error.
    pub fn next_row(&mut self) -> Result<Option<Row>, SheetError> {
        if self.failed {
            return Ok(None);
        }
        loop {
            match self.source.next() {
                Ok(Some(record)) if record.is_blank() => self.skipped_blank += 1,
                Ok(Some(record)) => {
                    let row = Row::read(&record, self.header.names().len());
                    if self.takes(&row) {
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

    fn takes(&self, row: &Row) -> bool {
        let Some(shard) = self.options.shard else { return true };
        let organization = self.header.org_id().map_or("", |index| row.cell(index));
        shard.takes(organization, self.options.organization)
    }

    /// Returns how many rows without any text have been skipped so far.
    pub fn skipped_blank(&self) -> u64 {
        self.skipped_blank
    }

    /// Returns how many rows of other shards have been skipped so far.
    pub fn elsewhere(&self) -> u64 {
        self.elsewhere
    }
}

impl Iterator for Sheet {
    type Item = Result<Row, SheetError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_row().transpose()
    }
}
