//! Tests of whole files, from bytes to rows.

mod text;
mod writing;

use std::io::{self, Read};

use proptest::prelude::*;
use proptest::sample::select;

use self::writing::{GIVEN, write, writing};
use super::*;
use crate::model::columns::protected;
use crate::model::invitation::ObjectId;

fn open(text: &[u8]) -> Sheet {
    Sheet::from_bytes(text, &SheetOptions::default()).unwrap()
}

#[test]
fn rows_without_text_are_skipped_and_counted() {
    let mut sheet = open(b"email,roles\n\na@example.com,x\n,\n \xC2\xA0,\t\nb@example.com\n");
    let rows: Vec<Row> = sheet.by_ref().map(Result::unwrap).collect();
    let seen: Vec<_> = rows.iter().map(|row| (row.number, row.cell(0), row.cell(1))).collect();
    assert_eq!(seen, [(3, "a@example.com", "x"), (6, "b@example.com", "")]);
    assert_eq!(sheet.skipped_blank(), 3);
}

#[test]
fn blank_lines_count_as_rows_but_a_sep_line_does_not() {
    let mut sheet = open(b"sep=;\r\n\r\nemail;roles\r\na@example.com;x\r\n");
    assert_eq!(sheet.header().number(), 2);
    let row = sheet.next_row().unwrap().unwrap();
    assert_eq!((row.number, row.cell(1)), (3, "x"));
    assert!(sheet.next_row().unwrap().is_none());
}

#[test]
fn a_reader_that_fails_ends_the_rows_after_one_error() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let text = format!("email\n{}", "a@example.com\n".repeat(10_000));
    let mut sheet =
        Sheet::open(Input::Stream(Box::new(io::Cursor::new(text).chain(Failing))), &SheetOptions::default())
            .unwrap()
            .sheet;
    let failed = sheet.by_ref().find_map(Result::err).unwrap();
    assert!(matches!(&failed, SheetError::Read(error) if error.to_string() == "the disk is gone"), "{failed}");
    assert!(sheet.next_row().unwrap().is_none());
}

#[test]
fn rows_are_read_across_the_boundaries_of_pieces() {
    let mut text = String::from("email,roles\n");
    (0..20_000).for_each(|n| text.push_str(&format!("person{n}@example.com,ORG_MEMBER\n")));
    let rows: Vec<Row> = open(text.as_bytes()).map(Result::unwrap).collect();
    assert_eq!(rows.len(), 20_000);
    for (n, row) in rows.iter().enumerate() {
        assert_eq!(row.cell(0), format!("person{n}@example.com"));
    }
}

/// Returns cells of difficult characters: separators, quotes, line ends, formulas, accents, spaces, pairs of UTF-16.
fn cells(columns: usize) -> impl Strategy<Value = Vec<Vec<String>>> {
    let cell = "[ab ,;|\t\"'\n\r=@+\\-éüñÀÿ\u{a0}佐🎈]{0,8}";
    prop::collection::vec(prop::collection::vec(cell, columns), 0..8)
}

fn workbook(table: &[Vec<String>]) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (row, cells) in (0..).zip(table) {
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row, column, protected(cell)).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

fn header(columns: usize) -> Vec<String> {
    ["email", "Notes", "roles", "Größe"][..columns].iter().map(ToString::to_string).collect()
}

type Numbered = Vec<(u32, Vec<String>)>;

/// Returns all rows with text, the header first.
fn read(bytes: &[u8], options: &SheetOptions) -> Numbered {
    let mut sheet = Sheet::from_bytes(bytes, options).unwrap();
    let header = sheet.header().clone();
    let mut read = vec![(header.number(), header.names().to_vec())];
    while let Some(row) = sheet.next_row().unwrap() {
        assert_eq!(row.fault(), None);
        read.push((row.number, (0..header.names().len()).map(|i| row.raw(i).to_owned()).collect()));
    }
    read
}

fn with_numbers(table: Vec<Vec<String>>) -> Numbered {
    let is_blank = |row: &Vec<String>| row.iter().all(|cell| cell.trim().is_empty());
    (1..).zip(table).filter(|(_, row)| !is_blank(row)).collect()
}

proptest! {
    #[test]
    fn any_table_reads_back_the_same_from_text(
        (columns, rows) in (1..5_usize).prop_flat_map(|columns| (Just(columns), cells(columns))),
        writing in writing(),
        titles in 0..3_usize,
    ) {
        // A title fills one of several cells; above a single column it might be the name of that column.
        let titles = if columns == 1 { 0 } else { titles };
        let mut table = vec![header(columns); titles + 1];
        table[..titles].iter_mut().for_each(|title| {
            title.fill(String::new());
            title[0] = "Onboarding".to_owned();
        });
        table.extend(rows);
        if let Some(encoding) = writing.given() {
            let known = |c: char| if encoding.encode(&c.to_string()).is_some() { c } else { '?' };
            table.iter_mut().flatten().for_each(|cell| *cell = cell.chars().map(known).collect());
        }
        let bytes = write(&table, writing);
        // A header of one column does not show the separator.
        let given = (columns == 1).then_some(writing.delimiter);
        let options = SheetOptions { delimiter: given, encoding: writing.given(), ..SheetOptions::default() };
        prop_assert_eq!(read(&bytes, &options), &with_numbers(table)[titles..]);
    }

    #[test]
    fn any_table_reads_back_the_same_from_a_workbook(
        (columns, rows) in (1..5_usize).prop_flat_map(|columns| (Just(columns), cells(columns))),
        blank_above in 0..3_usize,
    ) {
        let mut table = vec![vec![String::new(); columns]; blank_above];
        table.push(header(columns));
        table.extend(rows);
        prop_assert_eq!(read(&workbook(&table), &SheetOptions::default()), with_numbers(table));
    }

    #[test]
    fn no_bytes_panic_a_decoder(
        name in select(GIVEN.to_vec()),
        bytes in prop::collection::vec(prop_oneof![select(b"\n,\"a\x1b$B".to_vec()), any::<u8>()], 0..200),
    ) {
        let options = SheetOptions { encoding: name.parse().ok(), ..SheetOptions::default() };
        let sheet = Sheet::from_bytes([b"email\n", &bytes[..]].concat(), &options).unwrap();
        prop_assert!(sheet.into_iter().all(|row| row.is_ok()));
    }

    #[test]
    fn no_bytes_panic_the_reader(
        beginning in select(vec![&b""[..], b"email\n", b"\xEF\xBB\xBFemail;", b"\xFF\xFEe\0", b"\xFE\xFF", b"sep=", b"a\0b\0"]),
        rest in prop::collection::vec(prop_oneof![select(b"\n\r,;|\t\"'= @a\0".to_vec()), any::<u8>()], 0..200),
    ) {
        let bytes = [beginning, &rest].concat();
        if let Ok(mut sheet) = Sheet::from_bytes(&bytes[..], &SheetOptions::default()) {
            let mut last = sheet.header().number();
            while let Some(row) = sheet.next_row().unwrap() {
                prop_assert!(row.number > last);
                prop_assert!((0..row.len()).any(|i| !row.cell(i).is_empty()) || row.fault().is_some());
                last = row.number;
            }
        }
    }
}

/// Opens a file with this content.
fn open_file(name: &str, content: &[u8], options: &SheetOptions) -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    let opened = Sheet::open(Input::File(path), options).unwrap();
    let numbers = |sheet: Sheet| sheet.map(|row| row.unwrap().number).collect::<Vec<_>>();
    let (one, other) = (opened.sheet.reopen().unwrap(), opened.sheet.reopen().unwrap().reopen().unwrap());
    assert_eq!(numbers(one), numbers(other), "a sheet can be read as often as needed");
    opened
}

const MINE: &str = "32b6e34b3d91647abb20e7b8";
const OTHER: &str = "42b6e34b3d91647abb20e7b8";

#[test]
fn only_the_rows_of_a_shard_are_read() {
    let text = format!(
        "email,Organization ID\na@example.com,{MINE}\n\nb@example.com,acme\nc@example.com,\n\
         d@example.com,{}\n",
        MINE.to_uppercase()
    );
    let read = |shard: &str| {
        let (shard, organization) = (shard.parse().ok(), OTHER.parse().ok());
        let options = SheetOptions { shard, organization, ..SheetOptions::default() };
        let Opened { mut sheet, rows, .. } = open_file("people.csv", text.as_bytes(), &options);
        let numbers: Vec<u32> = sheet.by_ref().map(|row| row.unwrap().number).collect();
        assert_eq!((numbers.len() as u64 + sheet.elsewhere(), sheet.skipped_blank()), (4, 1), "{shard:?}");
        assert_eq!(rows.unwrap().total, numbers.len() as u64, "{shard:?}");
        numbers
    };
    let (one, other) = (read("1/2"), read("2/2"));
    let mut both = [&one[..], &other[..]].concat();
    both.sort_unstable();
    assert_eq!((both, read("1/1")), (vec![2, 4, 5, 6], vec![2, 4, 5, 6]));
    assert_eq!(one.contains(&2), one.contains(&6), "one organization, however it is written");
}

#[test]
fn rows_are_counted_for_each_organization() {
    let (mine, other): (ObjectId, ObjectId) = (MINE.parse().unwrap(), OTHER.parse().unwrap());
    let table = [
        vec!["email".to_owned(), "org_id".to_owned()],
        vec!["a@example.com".to_owned(), MINE.to_owned()],
        vec!["b@example.com".to_owned(), String::new()],
        vec!["c@example.com".to_owned(), MINE.to_owned()],
        vec!["d@example.com".to_owned(), "acme".to_owned()],
    ];
    let text: String = table.iter().map(|row| row.join(",") + "\n").collect();
    let options = SheetOptions { organization: Some(other), ..SheetOptions::default() };
    let expected = RowCount { total: 4, by_organization: [(mine, 2), (other, 1)].into(), has_decorated_email: false };
    for content in [text.into_bytes(), workbook(&table)] {
        assert_eq!(open_file("people", &content, &options).rows, Some(expected.clone()));
    }
}

#[test]
fn rows_that_cannot_name_an_organization_have_the_given_one() {
    let organization: Option<ObjectId> = MINE.parse().ok();
    let options = SheetOptions { organization, ..SheetOptions::default() };
    let expected =
        RowCount { total: 2, by_organization: [(organization.unwrap(), 2)].into(), has_decorated_email: false };
    let table = ["email", "a@example.com", "b@example.com"].map(|cell| vec![cell.to_owned()]);
    for content in [b"email\na@example.com\n\nb@example.com\n".to_vec(), workbook(&table)] {
        assert_eq!(open_file("people", &content, &options).rows, Some(expected.clone()));
    }
}

#[test]
fn a_stream_is_read_twice_only_if_it_is_a_workbook() {
    let table = ["email", "a@example.com"].map(|cell| vec![cell.to_owned()]);
    for (content, total) in [(b"email\na@example.com\n".to_vec(), None), (workbook(&table), Some(1))] {
        let input = Input::Stream(Box::new(io::Cursor::new(content)));
        let opened = Sheet::open(input, &SheetOptions::default()).unwrap();
        assert_eq!(opened.rows.map(|rows| rows.total), total);
        assert_eq!(opened.sheet.reopen().is_some(), total.is_some());
    }
}

#[test]
fn a_reopened_sheet_begins_with_the_first_row() {
    let table = ["email", "a@example.com", "b@example.com"].map(|cell| vec![cell.to_owned()]);
    for content in [b"email\na@example.com\nb@example.com\n".to_vec(), workbook(&table)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people");
        std::fs::write(&path, content).unwrap();
        let mut sheet = Sheet::open(Input::File(path), &SheetOptions::default()).unwrap().sheet;
        sheet.next_row().unwrap();
        assert_eq!(sheet.reopen().unwrap().next_row().unwrap().unwrap().number, 2);
    }
}

#[test]
fn the_kind_of_a_file_is_returned_with_its_assumptions() {
    let utf_16 = "email\n".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
    let text = |encoding, delimiter| FileKind::Text { encoding, delimiter };
    for (content, kind, assumptions) in [
        (b"email;roles\n".to_vec(), text(Encoding::UTF_8, ';'), vec![]),
        (b"sep=:\nemail:roles\n".to_vec(), text(Encoding::UTF_8, ':'), vec![]),
        (
            b"email,r\xF4le\n".to_vec(),
            text(Encoding::WINDOWS_1252, ','),
            vec![Assumption::Encoding(Encoding::WINDOWS_1252)],
        ),
        (utf_16, text(Encoding::UTF_16_BE, ','), vec![Assumption::Encoding(Encoding::UTF_16_BE)]),
        (workbook(&[vec!["email".to_owned()]]), FileKind::Workbook { sheet: "Sheet1".to_owned() }, vec![]),
    ] {
        let opened = open_file("people", &content, &SheetOptions::default());
        assert_eq!((opened.how_read.kind, opened.how_read.assumptions), (kind, assumptions));
        assert_eq!(opened.how_read.header.names()[0], "email");
    }
}

#[test]
fn a_shard_takes_all_or_nothing_of_a_single_organization() {
    let taken = ["1/2", "2/2"].map(|shard| {
        let shard = shard.parse().ok();
        let options = SheetOptions { organization: MINE.parse().ok(), shard, ..SheetOptions::default() };
        let opened = open_file("people.csv", b"email\na@example.com\n", &options);
        let total = opened.rows.unwrap().total;
        assert_eq!(opened.how_read.assumptions, [Assumption::OneOrganization { is_taken: total == 1 }]);
        total
    });
    assert_eq!(taken.iter().sum::<u64>(), 1);
}

#[test]
fn an_input_that_cannot_be_opened_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let open = |path| Sheet::open(Input::File(path), &SheetOptions::default()).err();
    assert!(matches!(open(folder.path().to_owned()), Some(SheetError::Folder)));
    assert!(matches!(open(folder.path().join("missing.csv")), Some(SheetError::Open(_))));
}
