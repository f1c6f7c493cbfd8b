//! `bulk-invite template`: a sample spreadsheet, whose people are to be replaced.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;

use bulk_invite::model::Exit;
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, Workbook, XlsxError,
};

use super::error::CliError;
use super::stdout;

pub(crate) fn run(xlsx: Option<&Path>) -> Result<Exit, CliError> {
    match xlsx {
        Some(path) => write(path)?,
        None => stdout::write(csv().as_bytes()).map_err(CliError::StandardOutput)?,
    }
    Ok(Exit::Success)
}

fn write(path: &Path) -> Result<(), CliError> {
    if path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("xlsx")) {
        return Err(CliError::NotAWorkbookName { path: path.to_owned() });
    }
    let workbook = xlsx()?;
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

/// The widths of the columns, in characters.
const WIDTHS: [f64; 4] = [36.0, 48.0, 28.0, 52.0];

/// The last row in which roles can be chosen, counted from 0.
const LAST_ROW: u32 = 10_000;

/// Returns the sample as CSV.
fn csv() -> String {
    let lines = std::iter::once(COLUMNS).chain(ROWS);
    lines.map(|cells| cells.join(",") + "\n").collect()
}

/// Returns the sample as a workbook, in which organization roles can be chosen from a list.
fn xlsx() -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // A fixed date, so that the bytes are always the same.
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2026, 1, 1)?));
    let bold = Format::new().set_bold();
    let sheet = workbook.add_worksheet().set_name("People")?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, (name, width)) in (0..).zip(COLUMNS.into_iter().zip(WIDTHS)) {
        sheet.write_with_format(0, column, name, &bold)?;
        sheet.set_column_width(column, width)?;
    }
    for (row, cells) in (1..).zip(ROWS) {
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write(row, column, cell)?;
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
    sheet.add_data_validation(1, 1, LAST_ROW, 1, &choice)?;
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
        let rows = read(csv().as_bytes());
        assert_eq!((rows[0].join(","), rows.len()), ("email,roles,teams,projects".to_owned(), 4));
        assert_eq!(rows, read(&xlsx().unwrap()));
    }

    #[test]
    fn the_workbook_offers_the_roles_and_freezes_its_header() {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(xlsx().unwrap())).unwrap();
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
