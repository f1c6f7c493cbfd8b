//! Whole files, from bytes to rows.

use super::*;

fn open(text: &[u8]) -> Roster<&[u8]> {
    Roster::open(text, &RosterOptions::default()).unwrap()
}

#[test]
fn rows_without_text_are_counted_and_passed_over() {
    let mut roster = open(b"email,roles\n\na@example.com,x\n,\n \xC2\xA0,\t\nb@example.com\n");
    let rows: Vec<Row> = roster.by_ref().map(Result::unwrap).collect();
    let seen: Vec<_> = rows.iter().map(|row| (row.number, row.cell(0), row.cell(1))).collect();
    assert_eq!(seen, [(3, "a@example.com", "x"), (6, "b@example.com", "")]);
    assert_eq!(roster.skipped_blank(), 3);
}

#[test]
fn a_sep_line_is_no_row_and_blank_lines_above_the_header_are() {
    let mut roster = open(b"sep=;\r\n\r\nemail;roles\r\na@example.com;x\r\n");
    assert_eq!(roster.header().number(), 2);
    let row = roster.next_row().unwrap().unwrap();
    assert_eq!((row.number, row.cell(1)), (3, "x"));
    assert!(roster.next_row().unwrap().is_none());
}

#[test]
fn rows_are_read_across_every_boundary_of_what_is_read_at_a_time() {
    let mut sheet = String::from("email,roles\n");
    (0..20_000).for_each(|n| sheet.push_str(&format!("person{n}@example.com,ORG_MEMBER\n")));
    let rows: Vec<Row> = open(sheet.as_bytes()).map(Result::unwrap).collect();
    assert_eq!(rows.len(), 20_000);
    for (n, row) in rows.iter().enumerate() {
        assert_eq!(row.cell(0), format!("person{n}@example.com"));
    }
}
