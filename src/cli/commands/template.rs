//! `bulk-invite template`: a sample spreadsheet, whose people are to be replaced, or a map for a spreadsheet, to fill in.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;

use bulk_invite::model::{Exit, protected};
use bulk_invite::plan::Starter;
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, Workbook, XlsxError,
};

use super::error::CliError;
use super::{input, stdout};
use crate::cli::args::{SheetArgs, TemplateArgs};
use crate::cli::screen::Screen;

pub(crate) fn run(args: &TemplateArgs, screen: &Screen) -> Result<Exit, CliError> {
    let table = match &args.mapped {
        Some(path) => starter(path, &args.sheet, screen)?,
        None => sample(),
    };
    match &args.xlsx {
        Some(path) => write(path, &table)?,
        None => stdout::write(&csv(&table)).map_err(CliError::StandardOutput)?,
    }
    Ok(Exit::Success)
}

/// A table to write.
struct Table {
    sheet: &'static str,
    names: Vec<String>,
    rows: Vec<Vec<String>>,
    /// The column of organization roles.
    roles: usize,
}

fn sample() -> Table {
    let owned = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    Table { sheet: "People", names: owned(COLUMNS), rows: ROWS.map(owned).to_vec(), roles: 1 }
}

/// Returns a rule for each department and each title, without what it grants.
fn starter(path: &Path, args: &SheetArgs, screen: &Screen) -> Result<Table, CliError> {
    let opened = input::open_sheet(path, args, None, false, screen)?;
    opened.how_read.assumptions.iter().for_each(|assumption| screen.note(assumption));
    let Starter { columns, left_out } = Starter::read(opened.sheet)?;
    for name in &left_out {
        screen.note(format_args!("column {name:?} has too many different values and is left out"));
    }
    if columns.is_empty() {
        return Err(CliError::NothingToMap { path: path.to_owned() });
    }
    let grants = &COLUMNS[1..];
    let width = columns.len() + grants.len();
    let rows = columns.iter().enumerate().flat_map(|(column, (_, values))| {
        values.iter().map(move |value| {
            let mut cells = vec![String::new(); width];
            cells[column].clone_from(value);
            cells
        })
    });
    let rows = rows.collect();
    let roles = columns.len();
    let names = columns.into_iter().map(|(name, _)| name).chain(grants.iter().map(|name| (*name).to_owned()));
    Ok(Table { sheet: "Rules", names: names.collect(), rows, roles })
}

fn write(path: &Path, table: &Table) -> Result<(), CliError> {
    if path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("xlsx")) {
        return Err(CliError::NotAWorkbookName { path: path.to_owned() });
    }
    let workbook = xlsx(table)?;
    let written = File::create_new(path).and_then(|mut file| file.write_all(&workbook));
    written.map_err(|source| match source.kind() == ErrorKind::AlreadyExists {
        true => CliError::TemplateExists { path: path.to_owned() },
        false => CliError::TemplateUnwritable { path: path.to_owned(), source },
    })
}

/// The known columns, without `org_id`, which is rarely needed.
const COLUMNS: [&str; 4] = ["email", "roles", "teams", "projects"];

/// The sample people. Their teams and projects exist in the sandbox.
const ROWS: [[&str; 4]; 3] = [
    ["ada@example.com", "Organization Member", "Backend", "billing=GROUP_READ_ONLY"],
    ["bob@example.com", "Organization Member; Organization Billing Viewer", "Backend; Analytics", ""],
    ["Cleo Example <cleo@example.com>", "Organization Owner", "", "billing=GROUP_OWNER; warehouse=GROUP_READ_ONLY"],
];

/// The organization roles, by the names that Atlas shows.
const ROLES: [&str; 7] = [
    "Organization Owner",
    "Organization Member",
    "Organization Project Creator",
    "Organization Billing Admin",
    "Organization Billing Viewer",
    "Organization Stream Processing Admin",
    "Organization Read Only",
];

/// The widths of columns in characters, by their names.
fn width(name: &str) -> f64 {
    match name {
        "email" => 36.0,
        "roles" => 48.0,
        "projects" => 52.0,
        _ => 28.0,
    }
}

/// The last row in which roles can be chosen, counted from 0.
const LAST_ROW: u32 = 10_000;

/// Returns the table as CSV, with a byte order mark if Excel needs it to read the letters.
fn csv(table: &Table) -> Vec<u8> {
    let is_ascii = table.names.iter().chain(table.rows.iter().flatten()).all(|cell| cell.is_ascii());
    let mark = if is_ascii { "" } else { "\u{feff}" };
    let mut out = csv::Writer::from_writer(mark.as_bytes().to_vec());
    for cells in std::iter::once(&table.names).chain(&table.rows) {
        // Writing to memory does not fail.
        _ = out.write_record(cells.iter().map(|cell| protected(cell).as_bytes().to_vec()));
    }
    out.into_inner().unwrap_or_default()
}

/// Returns the table as a workbook, in which organization roles can be chosen from a list.
fn xlsx(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // A fixed date, so that the bytes are always the same.
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2026, 1, 1)?));
    let bold = Format::new().set_bold();
    let sheet = workbook.add_worksheet().set_name(table.sheet)?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, name) in (0..).zip(&table.names) {
        sheet.write_with_format(0, column, name, &bold)?;
        sheet.set_column_width(column, width(name))?;
    }
    for (row, cells) in (1..).zip(&table.rows) {
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row, column, cell)?;
        }
    }
    // Several roles have to be typed, so text that is not on the list is accepted with a hint.
    let choice = DataValidation::new()
        .allow_list_strings(&ROLES)?
        .set_input_title("Organization roles")?
        .set_input_message("Choose one, or type several, separated by semicolons.")?
        .set_error_style(DataValidationErrorStyle::Information)
        .set_error_title("Not on the list")?
        .set_error_message("Separate several roles with semicolons, and check their spelling.")?;
    let roles = u16::try_from(table.roles).unwrap_or_default();
    sheet.add_data_validation(1, roles, LAST_ROW, roles, &choice)?;
    workbook.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use bulk_invite::model::{OrgRole, OrgRoles};
    use bulk_invite::plan::parse_roles;
    use bulk_invite::spreadsheet::{Sheet, SheetOptions};

    use super::*;

    fn read(file: &[u8]) -> Vec<Vec<String>> {
        let mut sheet = Sheet::from_bytes(file, &SheetOptions::default()).unwrap();
        let mut rows = vec![sheet.header().names().to_vec()];
        rows.extend(sheet.by_ref().map(|row| {
            let row = row.unwrap();
            (0..4).map(|cell| row.cell(cell).to_owned()).collect()
        }));
        rows
    }

    #[test]
    fn both_forms_read_back_as_the_same_sheet() {
        let rows = read(&csv(&sample()));
        assert_eq!((rows[0].join(","), rows.len()), ("email,roles,teams,projects".to_owned(), 4));
        assert_eq!(rows, read(&xlsx(&sample()).unwrap()));
    }

    #[test]
    fn the_workbook_offers_the_roles_and_freezes_its_header() {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(xlsx(&sample()).unwrap())).unwrap();
        let mut sheet = String::new();
        std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut sheet).unwrap();
        for what in ["state=\"frozen\"", "type=\"list\"", "sqref=\"B2:B10001\"", &ROLES.join(",")] {
            assert!(sheet.contains(what), "{what}: {sheet}");
        }
    }

    #[test]
    fn every_role_can_be_chosen_by_its_name_in_atlas() {
        let roles: OrgRoles =
            ROLES.iter().flat_map(|name| parse_roles(name).unwrap().iter().collect::<Vec<_>>()).collect();
        assert_eq!(roles, OrgRole::ALL.into_iter().collect());
    }
}
