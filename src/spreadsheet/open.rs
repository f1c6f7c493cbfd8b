//! Opening a sheet: detects the kind of the file and reads up to the header row.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::assumption::Assumption;
use super::delimiter;
use super::error::SheetError;
use super::how_read::{FileKind, HowRead};
use super::not_a_spreadsheet::{self, NotASpreadsheet};
use super::options::{HiddenRows, SheetOptions};
use super::records::Records;
use super::row_count::RowCount;
use super::sheet::Sheet;
use super::source::Source;
use super::text::{Reader, Text};
use super::text_format;
use super::workbook::{self, TableRecords, Workbook};
use crate::model::quote::{quoted, quoted_list};

/// A place from which a spreadsheet is read.
pub enum Input {
    /// A file.
    File(PathBuf),
    /// A stream such as standard input, which can be read only once.
    Stream(Box<dyn Read>),
}

/// A sheet that is ready to be read, with everything that is known before its first row.
pub struct Opened {
    /// The reader of its rows.
    pub sheet: Sheet,
    /// The way in which it is read.
    pub how_read: HowRead,
    /// The number of its rows; `None` for text that can be read only once.
    pub rows: Option<RowCount>,
}

impl Sheet {
    /// Opens a spreadsheet, reads up to its header row, and counts the rows below it if the input can be read twice.
    pub fn open(input: Input, options: &SheetOptions) -> Result<Opened, SheetError> {
        let (reader, path) = match input {
            Input::File(path) => (open_file(&path)?, Some(path)),
            Input::Stream(reader) => (Reader::Stream(reader), None),
        };
        let (mut sheet, mut how_read) = read_from(reader, options)?;
        sheet.path = path;
        sheet.compare_addresses()?;
        let rows = RowCount::of(&sheet)?;
        // Without a first pass it is unknown whether the cells have more text than the addresses.
        if rows.as_ref().is_none_or(|rows| rows.has_decorated_email) && !sheet.header.is_results() {
            sheet.header.carry_email();
            how_read.header.carry_email();
        }
        Ok(Opened { sheet, how_read, rows })
    }

    /// Opens a spreadsheet that is in memory, without counting its rows.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>, options: &SheetOptions) -> Result<Self, SheetError> {
        read_from(Reader::File(Box::new(Cursor::new(bytes.into()))), options).map(|(sheet, _)| sheet)
    }

    /// Opens a file to read it once, without counting its rows.
    pub(crate) fn open_once(path: &Path, options: &SheetOptions) -> Result<Self, SheetError> {
        read_from(open_file(path)?, options).map(|(sheet, _)| sheet)
    }

    /// Opens the same input again, to read its rows from the first; `None` if it can be read only once or no longer.
    pub fn reopen(&self) -> Option<Self> {
        let reopened = match self.source.source() {
            Source::Workbook(table) => Self::below_header(Source::Workbook(table.restart()), &self.options),
            Source::Text(_) => {
                // Anything else, such as a pipe, would continue where it is.
                let path = self.path.as_deref().filter(|path| path.is_file())?;
                let options = SheetOptions { encoding: self.source.source().encoding(), ..self.options.clone() };
                Self::open_once(path, &options)
            }
        };
        let mut sheet = reopened.ok()?;
        sheet.path.clone_from(&self.path);
        sheet.options.encoding = self.options.encoding;
        Some(sheet)
    }

    /// Reads all rows ahead if a second column may hold other addresses than the chosen one and the input can be read
    /// twice. Otherwise that is found when the row is read.
    fn compare_addresses(&self) -> Result<(), SheetError> {
        let Some(mut sheet) = self.header.has_rivals().then(|| self.reopen()).flatten() else { return Ok(()) };
        loop {
            match sheet.next_row() {
                Ok(Some(_)) => {}
                Err(error @ SheetError::DifferentAddresses { .. }) => return Err(error),
                // A sheet that breaks off is reported when its rows are processed.
                Ok(None) | Err(_) => return Ok(()),
            }
        }
    }
}

fn open_file(path: &Path) -> Result<Reader, SheetError> {
    let file = File::open(path).map_err(SheetError::Open)?;
    match file.metadata() {
        Ok(metadata) if metadata.is_dir() => Err(SheetError::Folder),
        Ok(metadata) if metadata.is_file() => Ok(Reader::File(Box::new(file))),
        Ok(_) | Err(_) => Ok(Reader::Stream(Box::new(file))),
    }
}

/// Reads the beginning of a text file, or one sheet of a workbook, from a stream.
#[cfg(test)]
pub(super) fn read(reader: impl Read + 'static, options: &SheetOptions) -> Result<(Sheet, HowRead), SheetError> {
    read_from(Reader::Stream(Box::new(reader)), options)
}

fn read_from(reader: Reader, options: &SheetOptions) -> Result<(Sheet, HowRead), SheetError> {
    let text = Text::open(reader)?;
    if let Some(kind) = not_a_spreadsheet::detect(text.beginning()) {
        Err(SheetError::NoSpreadsheet(kind))
    } else if workbook::is_binary(text.beginning()) {
        read_workbook(text, options)
    } else {
        read_text(text, options)
    }
}

fn read_text(mut text: Text, options: &SheetOptions) -> Result<(Sheet, HowRead), SheetError> {
    if let Some(name) = &options.sheet {
        return Err(SheetError::NoSheets { name: quoted(name) });
    }
    text.decode(options.encoding)?;
    if let Some(format) = text_format::detect(text.fill()?) {
        return Err(SheetError::OtherFormat(format));
    }
    let delimiter = delimiter::choose(text.fill()?, options.delimiter, &options.columns);
    text.consume(delimiter.announced_in);
    let has_control = not_a_spreadsheet::has_control(delimiter::first_row(text.fill()?));
    let kind = FileKind::Text { encoding: text.encoding(), delimiter: delimiter.byte.into() };
    let assumption = text.assumption();
    // One control character among columns that make sense does no harm.
    let not_text = |error| if has_control { SheetError::NoSpreadsheet(NotASpreadsheet::NotText) } else { error };
    let source = Source::Text(Records::new(text, delimiter.byte, u32::from(delimiter.announced_in > 0)));
    let sheet = Sheet::below_header(source, options).map_err(not_text)?;
    let how_read = HowRead::new(kind, &sheet.header, assumption, options);
    Ok((sheet, how_read))
}

/// Reads the named sheet of a workbook, or else the first visible one that has a header row.
fn read_workbook(text: Text, options: &SheetOptions) -> Result<(Sheet, HowRead), SheetError> {
    if let Some(delimiter) = options.delimiter {
        return Err(SheetError::NoDelimiter { delimiter });
    }
    if let Some(encoding) = options.encoding {
        return Err(SheetError::NoEncoding { encoding });
    }
    let mut workbook = Workbook::open(text.into_bytes(workbook::LARGEST_FILE)?)?;
    let mut passed_over = Vec::new();
    let mut first: Option<(usize, SheetError)> = None;
    for index in workbook.candidates(options.sheet.as_deref())? {
        match read_sheet(&mut workbook, index, options) {
            Ok((sheet, mut how_read)) => {
                let name = workbook.name(index).to_owned();
                let without_header = passed_over.iter().map(|sheet| workbook.name(*sheet).to_owned()).collect();
                passed_over.push(index);
                let others = workbook.others(&passed_over);
                if options.sheet.is_none() && (passed_over.len() > 1 || !others.is_empty()) {
                    how_read.assumptions.push(Assumption::FirstSheet { sheet: name, others, without_header });
                }
                return Ok((sheet, how_read));
            }
            Err(error) if is_without_header(&error) => {
                passed_over.push(index);
                // The error of a sheet with text explains more.
                if first.as_ref().is_none_or(|(_, first)| matches!(first, SheetError::Empty)) {
                    first = Some((index, error));
                }
            }
            Err(error) => {
                first = Some((index, error));
                break;
            }
        }
    }
    let Some((index, error)) = first else { return Err(SheetError::Empty) };
    let others = workbook.others(&[index]);
    if options.sheet.is_some() || others.is_empty() {
        return Err(error);
    }
    let sheet = quoted(workbook.name(index));
    Err(SheetError::Sheet { sheet, others: quoted_list(&others), error: Box::new(error) })
}

fn read_sheet(workbook: &mut Workbook, index: usize, options: &SheetOptions) -> Result<(Sheet, HowRead), SheetError> {
    let table = Arc::new(workbook.read(index)?);
    let mut skips_hidden = (options.hidden_rows == Some(HiddenRows::Skip)).then_some(0);
    let below_header = |skips_hidden| {
        Sheet::below_header(Source::Workbook(TableRecords::new(Arc::clone(&table), skips_hidden)), options)
    };
    let mut found = below_header(skips_hidden);
    if let (Err(error), Some(below)) = (&found, &mut skips_hidden)
        && is_without_header(error)
        && let Ok(hidden) = below_header(None)
    {
        // A hidden header row counts, unless there is a visible one.
        *below = hidden.header.number();
        found = Ok(hidden);
    }
    let found = found?;
    // Links and merged cells can be read as they are meant once the column with the addresses is known.
    let records = TableRecords::new(Arc::clone(&table), skips_hidden);
    let records = records.with_header(found.header.number(), found.header.email());
    let sheet = Sheet::below_header(Source::Workbook(records), options)?;
    let header = &sheet.header;
    let kind = FileKind::Workbook { sheet: workbook.name(index).to_owned() };
    let mut how_read = HowRead::new(kind, header, None, options);
    let rows: Vec<u32> = table.hidden_rows(header.number()).collect();
    match options.hidden_rows {
        _ if rows.is_empty() => {}
        None => return Err(SheetError::HiddenRows { rows }),
        Some(treatment) => {
            how_read.skipped_hidden = if treatment == HiddenRows::Skip { rows.len() as u64 } else { 0 };
            how_read.assumptions.push(Assumption::HiddenRows { rows, treatment });
        }
    }
    let ours = [Some(header.email()), header.roles(), header.teams(), header.projects(), header.org_id()];
    let hidden = ours.into_iter().flatten().filter(|column| table.is_column_hidden(*column));
    let names: Vec<String> = hidden.map(|column| header.names()[column].clone()).collect();
    if !names.is_empty() {
        how_read.assumptions.push(Assumption::HiddenColumns { names });
    }
    Ok((sheet, how_read))
}

/// Returns whether a sheet has no header row, so that another sheet may be the one that is meant.
fn is_without_header(error: &SheetError) -> bool {
    match error {
        SheetError::Empty
        | SheetError::NoHeader { .. }
        | SheetError::BlankHeaderRow { .. }
        | SheetError::NoSuchHeaderRow { .. }
        | SheetError::NoEmailColumn { .. }
        | SheetError::NoGrantColumn { .. }
        | SheetError::NoSuchColumn { .. }
        | SheetError::NothingToIgnore { .. } => true,
        SheetError::Open(_)
        | SheetError::Folder
        | SheetError::Read(_)
        | SheetError::NoSpreadsheet(_)
        | SheetError::OtherFormat(_)
        | SheetError::Workbook(_)
        | SheetError::Sheet { .. }
        | SheetError::HiddenRows { .. }
        | SheetError::NoSheets { .. }
        | SheetError::NoDelimiter { .. }
        | SheetError::NoEncoding { .. }
        | SheetError::PersonAsHeaderRow { .. }
        | SheetError::TwoHeaderRows { .. }
        | SheetError::AddressAboveHeader { .. }
        | SheetError::UnknownEmailColumn { .. }
        | SheetError::DifferentAddresses { .. }
        | SheetError::TwoColumns { .. }
        | SheetError::RepeatedName { .. }
        | SheetError::IgnoredAndChosen { .. }
        | SheetError::TwoChoices { .. }
        | SheetError::ColumnGivenTwice { .. }
        | SheetError::UnclosedHeader
        | SheetError::LongHeader
        | SheetError::UnclosedQuote { .. }
        | SheetError::RowsInQuotes { .. } => false,
    }
}
