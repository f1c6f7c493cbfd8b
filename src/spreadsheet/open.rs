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
use super::record::Records;
use super::row_count::RowCount;
use super::sheet::Sheet;
use super::source::Source;
use super::text::Text;
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
            Input::Stream(reader) => (reader, None),
        };
        let (mut sheet, how_read) = read(reader, options)?;
        sheet.path = path;
        let rows = RowCount::of(&sheet);
        Ok(Opened { sheet, how_read, rows })
    }

    /// Opens a spreadsheet that is in memory, without counting its rows.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>, options: &SheetOptions) -> Result<Self, SheetError> {
        read(Cursor::new(bytes.into()), options).map(|(sheet, _)| sheet)
    }

    /// Opens the same input again, to read its rows from the first; `None` if it can be read only once or no longer.
    pub fn reopen(&self) -> Option<Self> {
        let reopened = match &self.source {
            Source::Workbook(table) => Self::below_header(Source::Workbook(table.restart()), &self.options),
            Source::Text(_) => {
                // Anything else, such as a pipe, would continue where it is.
                let path = self.path.as_deref().filter(|path| path.is_file())?;
                open_file(path).and_then(|reader| Ok(read(reader, &self.options)?.0))
            }
        };
        let mut sheet = reopened.ok()?;
        sheet.path.clone_from(&self.path);
        Some(sheet)
    }
}

fn open_file(path: &Path) -> Result<Box<dyn Read>, SheetError> {
    let file = File::open(path).map_err(SheetError::Open)?;
    if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
        return Err(SheetError::Folder);
    }
    Ok(Box::new(file))
}

/// Reads the beginning of a text file, or one sheet of a workbook.
pub(super) fn read(reader: impl Read + 'static, options: &SheetOptions) -> Result<(Sheet, HowRead), SheetError> {
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
    let delimiter = delimiter::choose(text.fill()?, options.delimiter, &options.columns);
    text.consume(delimiter.announced_in);
    let has_control = not_a_spreadsheet::has_control(delimiter::first_row(text.fill()?));
    let kind = FileKind::Text { encoding: text.encoding(), delimiter: delimiter.byte.into() };
    let assumption = text.assumption();
    // One control character among columns that make sense does no harm.
    let not_text = |error| if has_control { SheetError::NoSpreadsheet(NotASpreadsheet::NotText) } else { error };
    let source = Source::Text(Records::new(text, delimiter.byte));
    let sheet = Sheet::below_header(source, options).map_err(not_text)?;
    let how_read = HowRead::new(kind, &sheet.header, assumption, options);
    Ok((sheet, how_read))
}

/// Reads the named sheet of a workbook, or else the first visible one that has a header row.
fn read_workbook(text: Text, options: &SheetOptions) -> Result<(Sheet, HowRead), SheetError> {
    if let Some(delimiter) = options.delimiter {
        return Err(SheetError::NoDelimiter { delimiter });
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
        Some(treatment) => how_read.assumptions.push(Assumption::HiddenRows { rows, treatment }),
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
        | SheetError::NoEmailColumn { .. }
        | SheetError::NoSuchColumn { .. } => true,
        SheetError::Open(_)
        | SheetError::Folder
        | SheetError::Read(_)
        | SheetError::NoSpreadsheet(_)
        | SheetError::Workbook(_)
        | SheetError::Sheet { .. }
        | SheetError::HiddenRows { .. }
        | SheetError::NoSheets { .. }
        | SheetError::NoDelimiter { .. }
        | SheetError::TwoColumns { .. }
        | SheetError::TwoChoices { .. }
        | SheetError::ColumnGivenTwice { .. }
        | SheetError::UnclosedHeader => false,
    }
}
