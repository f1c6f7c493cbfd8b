//! Hidden rows and columns.

use super::*;
use crate::spreadsheet::RowCount;

/// Returns the markup of a row with an address and attributes.
fn person(number: u32, attributes: &str) -> String {
    row(number, &[&format!("p{number}@example.com")]).replacen("<row ", &format!("<row {attributes} "), 1)
}

fn rows_read(file: &[u8], hidden_rows: HiddenRows) -> (Vec<u32>, Vec<Assumption>) {
    let (mut sheet, how_read) = open::read(Cursor::new(file.to_vec()), &options(None, Some(hidden_rows))).unwrap();
    let counted = RowCount::of(&sheet).unwrap().map(|rows| rows.total);
    let rows: Vec<u32> = sheet.by_ref().map(|row| row.unwrap().number).collect();
    assert_eq!((counted, sheet.skipped_blank()), (Some(rows.len() as u64), 0));
    (rows, how_read.assumptions)
}

#[test]
fn a_sheet_with_hidden_rows_is_refused_with_their_numbers() {
    let attributes = [
        r#"hidden="0""#,
        r#"hidden="1""#,
        r#"hidden="false""#,
        r#"hidden="TRUE""#,
        r#"ht="0" customHeight="1""#,
        r#"ht="0""#,
        "",
    ];
    let people: String = (2..).zip(attributes).map(|(number, attributes)| person(number, attributes)).collect();
    let file = handmade(&format!("{}{people}", row(1, &["email"])), &[]);
    let options = SheetOptions::default();
    let error = Sheet::from_bytes(&file[..], &options).err().unwrap();
    let SheetError::HiddenRows { rows } = error else { panic!("{error}") };
    assert_eq!(rows, [3, 5, 6]);
    let assumed = |treatment| vec![Assumption::HiddenRows { rows: rows.clone(), treatment }];
    assert_eq!(rows_read(&file, HiddenRows::Skip), (vec![2, 4, 7, 8], assumed(HiddenRows::Skip)));
    assert_eq!(rows_read(&file, HiddenRows::Include), ((2..=8).collect(), assumed(HiddenRows::Include)));
}

#[test]
fn hidden_rows_without_people_do_no_harm() {
    let title = row(1, &["Internal"]).replacen("<row ", r#"<row hidden="1" "#, 1);
    let blank = r#"<row r="4" hidden="1"><c r="A4" s="1"/><c r="B4" t="inlineStr"><is><t> </t></is></c></row>"#;
    // The header is the first row with text, so the title needs its name.
    let file = handmade(&format!("{}{}{blank}", title.replace("Internal", "email"), person(3, "")), &[]);
    let sheet = Sheet::from_bytes(&file[..], &SheetOptions::default()).unwrap();
    assert_eq!(sheet.map(|row| row.unwrap().number).collect::<Vec<_>>(), [3]);
}

#[test]
fn a_hidden_header_is_one_if_no_visible_row_is() {
    let header = row(1, &["email"]).replacen("<row ", r#"<row hidden="1" "#, 1);
    let file = handmade(&format!("{header}{}{}", person(2, r#"hidden="1""#), person(3, "")), &[]);
    assert_eq!(rows_read(&file, HiddenRows::Skip).0, [3]);
    assert_eq!(rows_read(&file, HiddenRows::Include).0, [2, 3]);
    let hidden = row(1, &["mail", "role"]).replacen("<row ", r#"<row hidden="1" "#, 1);
    let both = format!("{hidden}{}{}", row(2, &["email", "role"]), person(3, ""));
    let read = |hidden_rows| {
        let options = options(None, Some(hidden_rows));
        open::read(Cursor::new(handmade(&both, &[])), &options).unwrap().0.header().number()
    };
    assert_eq!([HiddenRows::Skip, HiddenRows::Include].map(read), [2, 1]);
}

#[test]
fn rows_are_skipped_in_every_pass() {
    let file = handmade(&format!("{}{}{}", row(1, &["email"]), person(2, r#"hidden="1""#), person(3, "")), &[]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.xlsx");
    std::fs::write(&path, file).unwrap();
    let opened = Sheet::open(Input::File(path), &options(None, Some(HiddenRows::Skip))).unwrap();
    assert_eq!(opened.rows.map(|rows| rows.total), Some(1));
    let again = opened.sheet.reopen().unwrap();
    assert_eq!(again.map(|row| row.unwrap().number).collect::<Vec<_>>(), [3]);
}

#[test]
fn a_hidden_column_of_ours_is_read_and_reported() {
    let with = |columns: &str| {
        let cells = format!("{}{}", row(1, &["email", "roles", "x"]), row(2, &["ada@example.com", "member", "y"]));
        let sheet = format!("<worksheet>{columns}<sheetData>{cells}</sheetData></worksheet>");
        let (sheet, how_read) = read(&book(&[("xl/worksheets/sheet1.xml", sheet.as_bytes())]), None).unwrap();
        assert_eq!(sheet.header().roles(), Some(1));
        how_read.assumptions
    };
    let hidden =
        |names: &[&str]| vec![Assumption::HiddenColumns { names: names.iter().map(ToString::to_string).collect() }];
    assert_eq!(with(r#"<cols><col min="1" max="2" hidden="true"/></cols>"#), hidden(&["email", "roles"]));
    assert_eq!(with(r#"<cols><col min="2" max="16384" width="0"/></cols>"#), hidden(&["roles"]));
    assert_eq!(with(r#"<cols><col min="3" max="3" hidden="1"/><col min="1" max="2" width="9"/></cols>"#), []);
}
