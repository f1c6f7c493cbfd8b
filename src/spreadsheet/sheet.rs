//! The reader of a sheet's rows.

use std::path::PathBuf;

use super::error::SheetError;
use super::header::Header;
use super::look_ahead::LookAhead;
use super::options::{Content, SheetOptions};
use super::row::Row;
use super::source::Source;

/// A spreadsheet that is being read; an iterator over its rows.
pub struct Sheet {
    pub(super) source: LookAhead,
    pub(super) header: Header,
    pub(super) options: SheetOptions,
    /// The file that is read, unless the bytes come from elsewhere.
    pub(super) path: Option<PathBuf>,
    skipped_blank: u64,
    elsewhere: u64,
    failed: bool,
}

impl Sheet {
    /// Reads up to the header, and chooses the columns by its names and by the cells of the first rows.
    pub(super) fn below_header(source: Source, options: &SheetOptions) -> Result<Self, SheetError> {
        let mut source = LookAhead::new(source);
        let header = match options.content {
            Content::People => Header::read(&mut source, options)?,
            Content::Rules => Header::of_rules(&mut source)?,
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
                    if let Err(error) = self.header.compare_addresses(&row) {
                        self.failed = true;
                        return Err(error);
                    }
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

    pub(super) fn takes(&self, row: &Row) -> bool {
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
