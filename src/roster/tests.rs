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
