//! Workbooks that spreadsheet programs open although they are written in unusual ways.

use super::*;

/// Returns the rows of a workbook in which one part is replaced by a function of its text.
fn read_with(part: &str, change: impl Fn(&str) -> Vec<u8>) -> Vec<String> {
    let cells = format!("{}{}", row(1, &["email"]), row(2, &["ada@example.com"]));
    let file = handmade(&cells, &[]);
    let parts: Vec<_> = parts(&file)
        .into_iter()
        .map(|(name, content)| {
            let text = String::from_utf8(content).unwrap();
            let content = if name == part { change(&text) } else { text.into_bytes() };
            (name, content)
        })
        .collect();
    let parts: Vec<_> = parts.iter().map(|(name, content)| (name.as_str(), &content[..])).collect();
    rows(&archive(&parts)).into_iter().map(|(_, cells)| cells).collect()
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

#[test]
fn the_declared_size_of_a_sheet_does_not_matter() {
    for size in ["A0:AZ48943", "A1", "", "B9:A1", "A1:XFD1048576", "A1:ZZZZZ99999999999", "?"] {
        let read = read_with(SHEET, |sheet| {
            sheet.replace("<sheetData>", &format!(r#"<dimension ref="{size}"/><sheetData>"#)).into_bytes()
        });
        assert_eq!(read, ["ada@example.com"], "{size}");
    }
    let read = read_with(SHEET, |sheet| sheet.replace("<sheetData>", "<dimension/><sheetData>").into_bytes());
    assert_eq!(read, ["ada@example.com"]);
}

#[test]
fn a_part_may_be_utf_16() {
    let little = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
    for part in [SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"] {
        let declared = |text: &str| format!(r#"<?xml version="1.0" encoding="UTF-16"?>{text}"#);
        assert_eq!(read_with(part, |text| little(&format!("\u{feff}{text}"))), ["ada@example.com"], "{part}");
        assert_eq!(read_with(part, |text| big(&format!("\u{feff}{}", declared(text)))), ["ada@example.com"], "{part}");
        assert_eq!(read_with(part, |text| little(&declared(text))), ["ada@example.com"], "{part}");
        assert_eq!(read_with(part, |text| format!("\u{feff}{text}").into_bytes()), ["ada@example.com"], "{part}");
    }
}

#[test]
fn a_target_may_be_written_in_other_ways() {
    for target in [
        "/xl/worksheets/sheet1.xml",
        r"worksheets\sheet1.xml",
        r"\xl\worksheets\sheet1.xml",
        "xl/worksheets/sheet1.xml",
        "/worksheets/sheet1.xml",
        "./worksheets/../worksheets/sheet1.xml",
        "Worksheets/Sheet1.XML",
    ] {
        let changed = |rels: &str| rels.replace("worksheets/sheet1.xml", target).into_bytes();
        assert_eq!(read_with("xl/_rels/workbook.xml.rels", changed), ["ada@example.com"], "{target}");
    }
}

#[test]
fn the_other_edition_of_the_format_is_read() {
    let strict = "http://purl.oclc.org/ooxml/officeDocument/relationships/";
    for part in ["_rels/.rels", "xl/_rels/workbook.xml.rels"] {
        let changed = |rels: &str| rels.replace("x/relationships/", strict).into_bytes();
        assert_eq!(read_with(part, changed), ["ada@example.com"], "{part}");
    }
    let prefixed = |sheet: &str| sheet.replace("</", "</x:").replace('<', "<x:").replace("<x:/x:", "</x:").into_bytes();
    assert_eq!(read_with(SHEET, prefixed), ["ada@example.com"]);
}

#[test]
fn names_of_parts_may_have_backslashes_and_capitals() {
    let cells = format!("{}{}", row(1, &["email"]), row(2, &["ada@example.com"]));
    let parts: Vec<_> = parts(&handmade(&cells, &[]));
    let named = |rename: fn(&str) -> String| {
        let parts: Vec<_> = parts.iter().map(|(name, content)| (rename(name), content.as_slice())).collect();
        archive(&parts.iter().map(|(name, content)| (name.as_str(), *content)).collect::<Vec<_>>())
    };
    for rename in [|name: &str| name.replace('/', "\\"), str::to_uppercase] {
        assert_eq!(rows(&named(rename)), [(2, "ada@example.com".to_owned())]);
    }
}

#[test]
fn rows_and_cells_need_no_place_of_their_own() {
    let bare = |sheet: &str| {
        let sheet = sheet.replace(r#" r="1""#, "").replace(r#" r="2""#, "");
        sheet.replace(r#" r="A1""#, "").replace(r#" r="A2""#, "").into_bytes()
    };
    assert_eq!(read_with(SHEET, bare), ["ada@example.com"]);
    let lower = |sheet: &str| sheet.replace(r#"r="A2""#, r#"r="a2""#).into_bytes();
    assert_eq!(read_with(SHEET, lower), ["ada@example.com"]);
}

#[test]
fn an_inline_text_may_be_the_value() {
    let inline = |sheet: &str| sheet.replace("<is><t>", "<v>").replace("</t></is>", "</v>").into_bytes();
    assert_eq!(read_with(SHEET, inline), ["ada@example.com"]);
    let both = |sheet: &str| sheet.replace("</is>", "</is><v>other</v>").into_bytes();
    assert_eq!(read_with(SHEET, both), ["ada@example.com"]);
    let both = |sheet: &str| sheet.replace("<is>", "<v>other</v><is>").into_bytes();
    assert_eq!(read_with(SHEET, both), ["ada@example.com"]);
}

#[test]
fn a_sheet_is_visible_unless_it_is_hidden() {
    let with = |state: &str| {
        let state = state.to_owned();
        move |book: &str| book.replace("<sheet name", &format!(r#"<sheet state="{state}" name"#)).into_bytes()
    };
    for state in ["visible", "show", ""] {
        assert_eq!(read_with("xl/workbook.xml", with(state)), ["ada@example.com"], "{state}");
    }
}

#[test]
fn shared_texts_are_found_without_a_relationship() {
    let strings: (&str, &[u8]) =
        ("xl/sharedStrings.xml", b"<sst><si><t>email</t></si><si><t>ada@example.com</t></si></sst>");
    let cells = r#"<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row>"#;
    assert_eq!(rows(&handmade(cells, &[strings])), [(2, "ada@example.com".to_owned())]);
}
