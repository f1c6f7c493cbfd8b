//! Tests of text files as a whole: quotes, encodings and other formats.

use std::io;

use super::super::*;
use super::{open_file, workbook};

#[test]
fn a_file_whose_quotes_swallow_rows_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let open = |text: &str| {
        let path = folder.path().join("people.csv");
        std::fs::write(&path, text).unwrap();
        Sheet::open(Input::File(path), &SheetOptions::default()).map(|opened| opened.rows).unwrap_err()
    };
    for (columns, id) in [("email,name", ""), ("email,name,org_id", ",32b6e34b3d91647abb20e7b8")] {
        let beginning =
            format!("{columns}\na@example.com,\"A\nB\"{id}\nb@example.com,\"Bob{id}\nc@example.com,Cyd{id}\n");
        assert!(matches!(open(&beginning), SheetError::UnclosedQuote { row: 3, line: 4 }));
        let closed = format!("{beginning}d@example.com,\"Dan\"{id}\n");
        assert!(matches!(open(&closed), SheetError::RowsInQuotes { row: 3, line: 4 }));
    }
}

#[test]
fn a_stream_whose_quotes_swallow_rows_has_a_faulty_row() {
    let text =
        "email,name\na@example.com,A\nb@example.com,\"Bob\nc@example.com,Cyd\nd@example.com,\"Dan\"\ne@example.com,E\n";
    let input = Input::Stream(Box::new(io::Cursor::new(text)));
    let sheet = Sheet::open(input, &SheetOptions::default()).unwrap().sheet;
    let faults: Vec<_> = sheet.map(|row| row.unwrap()).map(|row| (row.number, row.fault())).collect();
    assert_eq!(faults, [(2, None), (3, Some(RowFault::RowsInQuotes)), (4, None)]);
}

#[test]
fn the_first_letter_that_shows_the_encoding_may_come_late() {
    let mut text = b"email,name\n".to_vec();
    (0..60_000).for_each(|n| text.extend(format!("person{n}@example.com,Anna Berg\n").bytes()));
    text.extend(b"zoe@example.com,Zo\xEB\n");
    let opened = open_file("people.csv", &text, &SheetOptions::default());
    assert_eq!(opened.how_read.assumptions, [Assumption::Encoding(Encoding::WINDOWS_1252)]);
    assert_eq!(opened.sheet.last().unwrap().unwrap().cell(1), "Zoë");

    // A stream cannot be read ahead to its end, so the cell is not trusted.
    let stream = Sheet::open(Input::Stream(Box::new(io::Cursor::new(text))), &SheetOptions::default()).unwrap();
    assert_eq!(stream.sheet.last().unwrap().unwrap().cell_fault(1), Some(&CellFault::InvalidEncoding));
}

#[test]
fn a_given_encoding_wins_over_the_detected_one() {
    for (given, bytes, name) in [
        ("windows-1250", &b"email,name\na@example.com,Plze\xF2\n"[..], "Plzeň"),
        ("windows-1252", b"email,name\na@example.com,Zo\xC3\xAB\n", "ZoÃ«"),
        ("windows-1252", b"\xEF\xBB\xBFemail,name\na@example.com,Zo\xEB\n", "Zoë"),
        ("utf-16", b"\xFE\xFF\0e\0m\0a\0i\0l\0,\0x\0\n\0a\0,\0Z\0\xEB", "Zë"),
    ] {
        let options = SheetOptions { encoding: given.parse().ok(), ..SheetOptions::default() };
        let opened = open_file("people.csv", bytes, &options);
        assert_eq!(opened.how_read.assumptions, []);
        assert_eq!(opened.sheet.last().unwrap().unwrap().cell(1), name);
    }
}

#[test]
fn a_given_encoding_does_not_fit_a_workbook() {
    let options = SheetOptions { encoding: Some(Encoding::UTF_8), ..SheetOptions::default() };
    let error = Sheet::from_bytes(workbook(&[vec!["email".to_owned()]]), &options).err();
    assert!(matches!(error, Some(SheetError::NoEncoding { .. })), "{error:?}");
}

#[test]
fn text_in_another_format_is_refused_in_any_encoding() {
    let text = "<html><table><tr><td>email</td></tr></table></html>";
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [text.as_bytes().to_vec(), utf_16] {
        let error = Sheet::from_bytes(bytes, &SheetOptions::default()).err();
        assert!(matches!(error, Some(SheetError::OtherFormat(TextFormat::WebPage))), "{error:?}");
    }
}
