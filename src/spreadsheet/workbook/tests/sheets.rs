//! The choice of the sheet that is read.

use super::*;

#[test]
fn the_first_visible_sheet_is_read_by_default() {
    let mut workbook = Workbook::new();
    for (name, hidden) in [("Old", true), ("People", false), ("Contractors", false), ("Info", false)] {
        let sheet = workbook.add_worksheet().set_name(name).unwrap();
        sheet.write(0, 0, if name == "Info" { "Author" } else { "email" }).unwrap();
        sheet.write(1, 0, format!("{name}@example.com")).unwrap();
        // The first sheet stays hidden only if another is active.
        if hidden {
            sheet.set_hidden(true)
        } else {
            sheet.set_active(name == "People")
        };
    }
    let file = workbook.save_to_buffer().unwrap();
    for (wanted, email) in [
        (None, "People@example.com"),
        (Some("Contractors"), "Contractors@example.com"),
        (Some(" contractors"), "Contractors@example.com"),
        (Some("Old"), "Old@example.com"),
    ] {
        let (mut sheet, how_read) = read(&file, wanted).unwrap();
        assert_eq!(sheet.next_row().unwrap().unwrap().cell(0), email, "{wanted:?}");
        let others = ["Old", "Contractors", "Info"].map(str::to_owned).to_vec();
        let (sheet, without_header) = ("People".to_owned(), Vec::new());
        let assumed = wanted.is_none().then_some(Assumption::FirstSheet { sheet, others, without_header });
        assert_eq!(how_read.assumptions, assumed.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn a_sheet_that_does_not_exist_is_an_error_with_all_names() {
    let error = error_of(&handmade(&row(1, &["email"]), &[]), Some("Staff"));
    let SheetError::Workbook(WorkbookError::NoSuchSheet { name, found }) = error else { panic!("{error}") };
    assert_eq!((name.as_str(), found.as_str()), ("\"Staff\"", "\"People\""));
}

#[test]
fn the_error_of_an_assumed_sheet_names_the_others() {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Empty").unwrap();
    workbook.add_worksheet().set_name("Read me").unwrap().write(0, 0, "Hello").unwrap();
    workbook.add_worksheet().set_name("People").unwrap().set_hidden(true).write(0, 0, "email").unwrap();
    let file = workbook.save_to_buffer().unwrap();
    let error = error_of(&file, None);
    let SheetError::Sheet { sheet, others, error } = error else { panic!("{error}") };
    assert_eq!((sheet.as_str(), others.as_str()), ("\"Read me\"", "\"People\""));
    assert!(matches!(*error, SheetError::NoEmailColumn { .. }), "{error}");
    assert!(matches!(error_of(&file, Some("Empty")), SheetError::Empty), "a sheet that was named");
}

/// Returns a workbook of sheets, each with its name, its kind, its state and its first row.
fn book_of_sheets(sheets: &[(&str, &str, &str, &[&str])]) -> Vec<u8> {
    let (mut list, mut related, mut parts) = (String::new(), String::new(), Vec::new());
    for (number, (name, kind, state, cells)) in (1..).zip(sheets) {
        list += &format!(r#"<sheet name="{name}" state="{state}" r:id="r{number}"/>"#);
        if kind.is_empty() {
            continue;
        }
        related +=
            &format!(r#"<Relationship Id="r{number}" Type="x/relationships/{kind}" Target="sheet{number}.xml"/>"#);
        let cells = if cells.is_empty() { String::new() } else { row(1, cells) };
        parts.push((format!("xl/sheet{number}.xml"), format!("<worksheet><sheetData>{cells}</sheetData></worksheet>")));
    }
    let list = format!("<workbook><sheets>{list}</sheets></workbook>");
    let related = format!("<Relationships>{related}</Relationships>");
    let mut all = vec![
        ("_rels/.rels", PACKAGE.as_bytes()),
        ("xl/_rels/workbook.xml.rels", related.as_bytes()),
        ("xl/workbook.xml", list.as_bytes()),
    ];
    all.extend(parts.iter().map(|(name, content)| (name.as_str(), content.as_bytes())));
    archive(&all)
}

/// Returns the sheet that is read, the others that are offered, and those without a header row.
fn chosen(sheets: &[(&str, &str, &str, &[&str])]) -> (String, Vec<String>, Vec<String>) {
    let (_, how_read) = read(&book_of_sheets(sheets), None).unwrap();
    match how_read.assumptions.first() {
        Some(Assumption::FirstSheet { sheet, others, without_header }) => {
            (sheet.clone(), others.clone(), without_header.clone())
        }
        other => panic!("{other:?}"),
    }
}

fn list(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn the_first_sheet_with_a_header_is_read() {
    let people: &[&str] = &["email"];
    let sheets = [
        ("Cover", "worksheet", "", &[][..]),
        ("Hidden", "worksheet", "hidden", people),
        ("Contact", "worksheet", "", &["Questions?", "hr@example.com"]),
        ("People", "worksheet", "", people),
        ("Later", "worksheet", "", people),
        ("Empty", "worksheet", "", &[]),
    ];
    let expected = ("People".to_owned(), list(&["Hidden", "Later"]), list(&["Cover", "Contact"]));
    assert_eq!(chosen(&sheets), expected);
}

#[test]
fn sheets_without_cells_are_not_offered() {
    let people: &[&str] = &["email"];
    let sheets = [
        ("Chart", "chartsheet", "", people),
        ("Dialog", "dialogsheet", "", people),
        ("Macros", "xlMacrosheet", "veryHidden", people),
        ("Module1", "", "veryHidden", people),
        ("People", "worksheet", "", people),
        ("Chart 2", "chartsheet", "", people),
    ];
    let (sheet, how_read) = read(&book_of_sheets(&sheets), None).unwrap();
    assert_eq!((sheet.header().names(), how_read.assumptions), (&["email".to_owned()][..], vec![]));
    let error = error_of(&book_of_sheets(&sheets), Some("Chart"));
    let SheetError::Workbook(WorkbookError::NoSuchSheet { found, .. }) = error else { panic!("{error}") };
    assert_eq!(found, "\"People\"");
}

#[test]
fn a_named_sheet_is_read_although_others_have_a_header() {
    let people: &[&str] = &["email"];
    let file = book_of_sheets(&[("A", "worksheet", "", people), ("B", "worksheet", "hidden", &["mail"])]);
    assert_eq!(open(&file, Some("b")).unwrap().header().names(), ["mail"]);
    let file = book_of_sheets(&[("A", "worksheet", "", people), ("B", "worksheet", "", &["Name"])]);
    assert!(matches!(error_of(&file, Some("B")), SheetError::NoEmailColumn { .. }));
}

#[test]
fn a_header_that_is_not_clear_is_not_passed_over() {
    let file =
        book_of_sheets(&[("A", "worksheet", "", &["email", "roles", "role"]), ("B", "worksheet", "", &["email"])]);
    let error = error_of(&file, None);
    let SheetError::Sheet { error, others, .. } = error else { panic!("{error}") };
    assert!(matches!(*error, SheetError::TwoColumns { .. }), "{error}");
    assert_eq!(others, "\"B\"");
}

#[test]
fn a_workbook_of_empty_sheets_is_empty() {
    let file = book_of_sheets(&[("A", "worksheet", "", &[]), ("B", "worksheet", "", &[])]);
    assert!(matches!(error_of(&file, None), SheetError::Empty));
    let file = book_of_sheets(&[("A", "chartsheet", "", &[]), ("B", "worksheet", "hidden", &["email"])]);
    let error = error_of(&file, None);
    let SheetError::Workbook(WorkbookError::NoVisibleSheet { found }) = error else { panic!("{error}") };
    assert_eq!(found, "\"B\"");
}
