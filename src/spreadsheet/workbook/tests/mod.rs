//! Tests of whole workbooks: as programs write them, damaged, and too large.

mod hidden;
mod sheets;
mod shown;
mod tables;
mod variants;

use std::io::{Cursor, Read, Write};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use zip::write::SimpleFileOptions;

use super::*;
use crate::model::columns::unprotected;
use crate::spreadsheet::{Assumption, CellFault, HiddenRows, HowRead, Input, Sheet, SheetError, SheetOptions, open};

fn options(sheet: Option<&str>, hidden_rows: Option<HiddenRows>) -> SheetOptions {
    SheetOptions { sheet: sheet.map(ToOwned::to_owned), hidden_rows, ..SheetOptions::default() }
}

fn open(file: &[u8], sheet: Option<&str>) -> Result<Sheet, SheetError> {
    read(file, sheet).map(|(sheet, _)| sheet)
}

fn read(file: &[u8], sheet: Option<&str>) -> Result<(Sheet, HowRead), SheetError> {
    open::read(Cursor::new(file.to_vec()), &options(sheet, Some(HiddenRows::Include)))
}

fn error_of(file: &[u8], sheet: Option<&str>) -> SheetError {
    open(file, sheet).err().unwrap()
}

/// Returns why the file is refused as a workbook.
fn refusal(file: &[u8]) -> WorkbookError {
    let Err(SheetError::Workbook(error)) = open(file, None) else { panic!("it is not refused") };
    error
}

/// Returns the rows with their numbers, with cells joined by `|`.
fn rows(file: &[u8]) -> Vec<(u32, String)> {
    let sheet = open(file, None).unwrap();
    let columns = sheet.header().names().len();
    let joined =
        |row: super::super::Row| (0..columns).map(|cell| row.raw(cell).to_owned()).collect::<Vec<_>>().join("|");
    sheet.map(Result::unwrap).map(|row| (row.number, joined(row))).collect()
}

/// Returns an archive with these parts.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const PACKAGE: &str = r#"<Relationships><Relationship Id="r1" Type="x/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const PARTS: &str = r#"<Relationships><Relationship Id="r1" Type="x/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook><sheets><sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>"#;

/// Returns a workbook with one sheet of this content, and with more parts.
fn handmade(sheet_data: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{sheet_data}</sheetData></worksheet>");
    let mut parts = vec![("xl/worksheets/sheet1.xml", sheet.as_bytes())];
    parts.extend(more);
    book(&parts)
}

/// Returns a workbook with one sheet, whose part is among these.
fn book(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut all = vec![
        ("_rels/.rels", PACKAGE.as_bytes()),
        ("xl/_rels/workbook.xml.rels", PARTS.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
    ];
    all.extend(parts);
    archive(&all)
}

/// Returns the markup of a row of texts.
fn row(number: u32, cells: &[&str]) -> String {
    let cells = cells
        .iter()
        .zip('A'..)
        .map(|(text, column)| format!(r#"<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>"#));
    format!(r#"<row r="{number}">{}</row>"#, cells.collect::<String>())
}

#[test]
fn cells_read_as_people_see_them_in_numbered_rows() {
    let mut workbook = Workbook::new();
    let date = Format::new().set_num_format("dd/mm/yyyy");
    let bold = Format::new().set_bold();
    let sheet = workbook.add_worksheet();
    for (column, name) in ["Name", "E-Mail", "Start", "Number", "Ready", "Manager"].iter().enumerate() {
        sheet.write(1, column as u16, *name).unwrap();
    }
    sheet.write_rich_string(2, 0, &[(&bold, "Ada"), (&Format::default(), " L.")]).unwrap();
    sheet.write_url_with_text(2, 1, "mailto:ada@example.com", "ada@example.com").unwrap();
    sheet.write_with_format(2, 2, ExcelDateTime::from_ymd(2026, 12, 1).unwrap(), &date).unwrap();
    sheet.write(2, 3, 1.0).unwrap();
    sheet.write(2, 4, true).unwrap();
    sheet.write(2, 5, Formula::new("NA()").set_result("#N/A")).unwrap();
    sheet.write(4, 0, " Bob\nB. ").unwrap();
    sheet.write(4, 1, Formula::new("B3").set_result("bob@example.com")).unwrap();
    sheet.write(4, 3, 0.1 + 0.2).unwrap();
    sheet.set_row_hidden(4).unwrap();
    sheet.merge_range(5, 0, 5, 5, "cleo", &bold).unwrap();
    let file = workbook.save_to_buffer().unwrap();
    let expected = [
        (3, "Ada L.|ada@example.com|2026-12-01|1|TRUE|#N/A"),
        (5, " Bob\nB. |bob@example.com||0.3||"),
        (6, "cleo|||||"),
    ];
    assert_eq!(rows(&file), expected.map(|(number, cells)| (number, cells.to_owned())));
    let (mut sheet, how_read) = read(&file, None).unwrap();
    let hidden = Assumption::HiddenRows { rows: vec![5], treatment: HiddenRows::Include };
    assert_eq!((how_read.header.number(), how_read.assumptions), (2, vec![hidden]));
    assert_eq!((sheet.by_ref().count(), sheet.skipped_blank()), (3, 1));
}

#[test]
fn an_option_for_the_other_kind_of_file_is_an_error() {
    let file = handmade(&row(1, &["email"]), &[]);
    let options = SheetOptions { delimiter: Some(crate::spreadsheet::Delimiter::Tab), ..SheetOptions::default() };
    let error = Sheet::from_bytes(&file[..], &options).err().unwrap();
    assert!(matches!(error, SheetError::NoDelimiter { .. }), "{error}");
    let error = error_of(b"email\n", Some("People"));
    assert!(matches!(error, SheetError::NoSheets { .. }), "{error}");
}

#[test]
fn files_of_other_programs_are_recognised() {
    let ole = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    let protected: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let of = |names: &[&str]| archive(&names.iter().map(|name| (*name, &b"x"[..])).collect::<Vec<_>>());
    for (file, expected) in [
        (ole.clone(), WorkbookError::OtherFormat(OfficeFormat::Old)),
        ([ole, protected].concat(), WorkbookError::Protected),
        (of(&["mimetype", "content.xml"]), WorkbookError::OtherFormat(OfficeFormat::OpenDocument)),
        (
            of(&["[Content_Types].xml", "xl/workbook.bin", "xl/worksheets/sheet1.bin"]),
            WorkbookError::OtherFormat(OfficeFormat::BinaryWorkbook),
        ),
        (of(&["[Content_Types].xml", "word/document.xml"]), WorkbookError::OtherFormat(OfficeFormat::Document)),
        (of(&["ppt/presentation.xml"]), WorkbookError::OtherFormat(OfficeFormat::Presentation)),
        (of(&["Index/Document.iwa"]), WorkbookError::OtherFormat(OfficeFormat::Numbers)),
        (of(&["people.csv"]), WorkbookError::NoWorkbook),
    ] {
        assert_eq!(refusal(&file), expected);
    }
}

#[test]
fn a_workbook_beyond_a_limit_is_refused() {
    let header = row(1, &["email"]);
    let long = "x".repeat(2 << 20);
    let hidden = format!("{header}<!--{}-->", "<".repeat(2 << 20));
    let styles = format!("<styleSheet>{}</styleSheet>", format!("{}<font/>", " ".repeat(1_000_000)).repeat(34));
    let with = |name, content: &str| handmade(&header, &[(name, content.as_bytes())]);
    let shared = format!("<sst><si><t>{}</t></si></sst>", "x".repeat(1_000_000));
    let repeated: String = (1..=300).map(|row| format!(r#"<row><c r="A{row}" t="s"><v>0</v></c></row>"#)).collect();
    for (file, limit) in [
        (handmade(&row(1, &[&long]), &[]), Oversize::Stretch),
        (handmade(&hidden, &[]), Oversize::Stretch),
        (with("xl/styles.xml", &styles), Oversize::Part),
        (
            handmade(
                &format!(r#"<row>{}</row>"#, r#"<c t="s"><v>0</v></c>"#.repeat(300)),
                &[("xl/sharedStrings.xml", shared.as_bytes())],
            ),
            Oversize::Cells,
        ),
        (handmade(&repeated, &[("xl/sharedStrings.xml", shared.as_bytes())]), Oversize::Cells),
        (vec![b'P', b'K', 3, 4].into_iter().chain(vec![0; 65 << 20]).collect(), Oversize::File),
        (b"PK\x03\x04".iter().copied().chain(b"PK\x01\x02".repeat(20_000)).collect(), Oversize::Parts),
    ] {
        assert_eq!(refusal(&file), WorkbookError::TooLarge(limit));
    }
}

#[test]
fn a_single_row_at_the_very_end_costs_no_memory() {
    let last = row(1_048_576, &["ada@example.com"]);
    let file = handmade(&format!("{}{last}", row(1, &["email"])), &[]);
    assert_eq!(rows(&file), [(1_048_576, "ada@example.com".to_owned())]);
    let mut sheet = open(&file, None).unwrap();
    assert_eq!((sheet.by_ref().count(), sheet.skipped_blank()), (1, 1_048_574));
}

#[test]
fn a_damaged_workbook_is_refused_as_a_whole() {
    let whole = handmade(&format!("{}{}", row(1, &["email"]), row(2, &["ada@example.com"])), &[]);
    let with = |sheet: &str| handmade(sheet, &[]);
    for file in [whole[..whole.len() - 30].to_vec(), b"PK\x03\x04rest".to_vec()] {
        let error = refusal(&file);
        assert!(matches!(error, WorkbookError::Damaged(Damage::Unreadable(_))), "{error}");
    }
    let missing = with(r#"<row r="1"><c r="A1" t="s"><v>7</v></c></row>"#);
    assert_eq!(refusal(&missing), WorkbookError::Damaged(Damage::NoText));
    let book = BOOK.replace("</sheets></workbook>", "<sheet");
    let cut = archive(&[("_rels/.rels", PACKAGE.as_bytes()), ("xl/workbook.xml", book.as_bytes())]);
    assert!(matches!(refusal(&cut), WorkbookError::Damaged(Damage::Unreadable(_))));
}

#[test]
fn a_cell_out_of_place_is_damage() {
    let with = |sheet: &str| refusal(&handmade(sheet, &[]));
    let swapped = with(&format!("{}{}", row(3, &["email"]), row(2, &["ada@example.com"])));
    assert_eq!(swapped, WorkbookError::Damaged(Damage::RowOrder { row: 2, after: 3 }));
    for cell in ["A1048577", "XFE1", "A99999999999999"] {
        let beyond = with(&format!(r#"<row><c r="{cell}"><v>1</v></c></row>"#));
        assert_eq!(beyond, WorkbookError::Damaged(Damage::CellOutOfRange), "{cell}");
    }
}

/// Returns the parts of an archive, unpacked.
fn parts(file: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut part = |index| {
        let mut part = zip.by_index(index).unwrap();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        (part.name().unwrap().into_owned(), content)
    };
    (0..zip::ZipArchive::new(Cursor::new(file)).unwrap().len()).map(&mut part).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_workbook_panics_the_reader(
        edits in prop::collection::vec(
            (any::<Index>(), any::<Index>(), 0..12_usize, select(vec![
                "", "0", "9999999999", "-1", "<", ">", "\"", "&#x110000;", "</c>", "<c>", "<row r=\"0\">", "s", "\u{0}", "/",
                "<c r=\"A1:B0\"/>", "<dimension ref=\"B9:A1\"/>", "</sheetData>", "NaN", "1e999", "..", "\u{feff}",
            ])),
            1..6,
        ),
    ) {
        let mut workbook = Workbook::new();
        let date = Format::new().set_num_format("yyyy-mm-dd hh:mm");
        let sheet = workbook.add_worksheet();
        for (at, name) in ["email", "roles", "start"].iter().enumerate() {
            sheet.write(0, at as u16, *name).unwrap();
        }
        sheet.write(1, 0, "ada@example.com").unwrap();
        sheet.write(1, 1, Formula::new("NA()").set_result("#N/A")).unwrap();
        sheet.write_with_format(1, 2, 46_000.5, &date).unwrap();
        let mut parts = parts(&workbook.save_to_buffer().unwrap());
        for (part, at, len, text) in edits {
            let content = part.get(&parts).1.clone();
            let at = at.index(content.len() + 1);
            let end = (at + len).min(content.len());
            let part = part.index(parts.len());
            parts[part].1.splice(at..end, text.bytes());
        }
        let parts: Vec<_> = parts.iter().map(|(name, content)| (name.as_str(), &content[..])).collect();
        if let Ok(mut sheet) = open(&archive(&parts), None) {
            while let Some(row) = sheet.next_row().unwrap() {
                prop_assert!((0..row.len()).any(|cell| !row.cell(cell).is_empty()));
            }
        }
    }
}
