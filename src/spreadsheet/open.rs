//! Opening a sheet: detects the kind of the file and reads up to the header row.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use super::assumption::Assumption;
use super::delimiter;
use super::error::SheetError;
use super::how_read::{FileKind, HowRead};
use super::not_a_spreadsheet::{self, NotASpreadsheet};
use super::options::SheetOptions;
use super::record::Records;
use super::row_count::RowCount;
use super::sheet::Sheet;
use super::source::Source;
use super::text::Text;
use super::workbook::{self, TableRecords, Worksheet};
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
        let (mut sheet, mut how_read) = read(reader, options)?;
        sheet.path = path;
        let rows = RowCount::of(&sheet);
        // Without a first pass it is unknown whether the cells have more text than the addresses.
        if rows.as_ref().is_none_or(|rows| rows.has_decorated_email) && !sheet.header.is_results() {
            sheet.header.carry_email();
            how_read.header.carry_email();
        }
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

fn read_workbook(text: Text, options: &SheetOptions) -> Result<(Sheet, HowRead), SheetError> {
    if let Some(delimiter) = options.delimiter {
        return Err(SheetError::NoDelimiter { delimiter });
    }
    let Worksheet { name, others, table } =
        workbook::read(text.into_bytes(workbook::LARGEST_FILE)?, options.sheet.as_deref())?;
    let is_assumed = !others.is_empty() && options.sheet.is_none();
    let source = Source::Workbook(TableRecords::from(table));
    let sheet = Sheet::below_header(source, options).map_err(|error| {
        if is_assumed {
            SheetError::Sheet { sheet: quoted(&name), others: quoted_list(&others), error: Box::new(error) }
        } else {
            error
        }
    })?;
    let assumption = is_assumed.then(|| Assumption::FirstSheet { sheet: name.clone(), others });
    let how_read = HowRead::new(FileKind::Workbook { sheet: name }, &sheet.header, assumption, options);
    Ok((sheet, how_read))
}
