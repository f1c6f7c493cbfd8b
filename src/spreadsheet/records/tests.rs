use super::super::text::Reader;
use super::*;

fn records_of(text: &[u8]) -> Records {
    let mut text = Text::open(Reader::File(Box::new(std::io::Cursor::new(text.to_vec())))).unwrap();
    text.decode(None).unwrap();
    Records::new(text, b',', 0)
}

fn read(text: &[u8]) -> Vec<(u32, Vec<String>, Option<Cut>)> {
    let mut records = records_of(text);
    let mut all = Vec::new();
    while let Some(record) = records.next().unwrap() {
        let cells = record.cells().map(|cell| String::from_utf8(cell.to_vec()).unwrap());
        all.push((record.number, cells.collect(), record.cut));
    }
    all
}

#[test]
fn rows_are_numbered_as_a_spreadsheet_shows_them() {
    for (text, expected) in [
        ("a\nb", vec![(1, "a"), (2, "b")]),
        ("a\r\nb\r\n", vec![(1, "a"), (2, "b")]),
        ("a\rb\r", vec![(1, "a"), (2, "b")]),
        ("\na\n\n\nb", vec![(1, ""), (2, "a"), (3, ""), (4, ""), (5, "b")]),
        ("a\r\n\r\nb", vec![(1, "a"), (2, ""), (3, "b")]),
        ("a\r\rb", vec![(1, "a"), (2, ""), (3, "b")]),
        ("\r\na\n\rb", vec![(1, ""), (2, "a"), (3, ""), (4, "b")]),
        ("\"a\n\r\n\"\nb", vec![(1, "a\n\r\n"), (2, "b")]),
        ("", vec![]),
    ] {
        let rows: Vec<_> = read(text.as_bytes()).into_iter().map(|(n, cells, _)| (n, cells.concat())).collect();
        let expected: Vec<_> = expected.into_iter().map(|(n, cell)| (n, cell.to_owned())).collect();
        assert_eq!(rows, expected, "{text:?}");
    }
}

#[test]
fn cells_are_split_and_unquoted() {
    let rows = read(b"a,\"b, \"\"c\"\"\",,d\n");
    assert_eq!(rows, [(1, ["a", "b, \"c\"", "", "d"].map(str::to_owned).to_vec(), None)]);
}

#[test]
fn empty_cells_beyond_the_limit_do_no_harm() {
    assert_eq!(read((",".repeat(3 * MOST_CELLS) + "\nb").as_bytes())[0].2, None);
}

#[test]
fn spaces_before_a_quote_are_no_text() {
    for (text, cells) in [
        ("a, \"b, c\"", vec!["a", "b, c"]),
        ("  \"a\", \"b\nc\"  ,d", vec!["a", "b\nc  ", "d"]),
        ("a,   \"\",  \"b\"", vec!["a", "", "b"]),
        ("\"a, \"\"b\"\", \"", vec!["a, \"b\", "]),
        ("a \"b, c\"", vec!["a \"b", " c\""]),
        (" a \"b\", \"c\"", vec![" a \"b\"", "c"]),
        ("a, b", vec!["a", " b"]),
        ("a, ", vec!["a", " "]),
    ] {
        assert_eq!(read(text.as_bytes())[0].1, cells, "{text}");
    }
}

#[test]
fn a_mark_of_the_end_of_a_file_is_no_text() {
    let cells = |text: &str| read(text.as_bytes()).into_iter().map(|(_, cells, _)| cells.concat()).collect::<Vec<_>>();
    assert_eq!(cells("a,b\n\u{1a}"), ["ab", ""]);
    assert_eq!(cells("a,b\u{1a}"), ["ab"]);
    assert_eq!(cells("a,\"b\"\u{1a}\u{1a}\0 \r\n"), ["ab"]);
    assert_eq!(cells("a,b\n\u{1a}\n\u{1a}c"), ["ab", "", "\u{1a}c"]);
    assert_eq!(cells("a,b \n"), ["ab "]);
}

#[test]
fn forced_text_is_the_bare_value() {
    for (text, cells) in [
        ("=\"a\",\"=\"\"b\"\"\",c", vec!["a", "b", "c"]),
        ("x,=\"007\"", vec!["x", "007"]),
        ("\"=\"\"a\"\"\"\"b\"\"\"", vec!["a\"b"]),
        ("=\"\",b\"", vec!["", "b\""]),
        ("=\"a\"&\"b\",=\",'=\"\"", vec!["=\"a\"&\"b\"", "=\"", "'=\"\""]),
    ] {
        assert_eq!(read(text.as_bytes())[0].1, cells, "{text}");
    }
}

#[test]
fn a_cell_that_swallows_rows_names_its_line() {
    let text =
        b"email,name\n\"a@example.com\",\"A\nB\"\n\nb@example.com,\"Bob\nc@example.com,\"Cyd\"\nd@example.com,D\n";
    let rows = read(text);
    let cuts: Vec<_> = rows.iter().map(|(number, _, cut)| (*number, *cut)).collect();
    assert_eq!(cuts, [(1, None), (2, None), (3, None), (4, Some(Cut::RowsInQuotes { line: 5 })), (5, None)]);
}

#[test]
fn rows_that_a_very_long_cell_swallows_are_found() {
    let many = "c@example.com,member,Cyd\n".repeat(2 * LONGEST_ROW / 25);
    for (end, cut) in [("\"", Cut::RowsInQuotes { line: 2 }), ("", Cut::UnclosedQuote { line: 2 })] {
        let rows = read(format!("email,roles,name\nb@example.com,member,\"Bob\n{many}{end}").as_bytes());
        assert_eq!(rows[1].2, Some(cut));
    }
}

#[test]
fn only_a_quote_that_never_closes_cuts_a_record() {
    assert_eq!(read(b"a\n\"b,c\nd")[1].2, Some(Cut::UnclosedQuote { line: 2 }));
    for text in ["a\n\"b\"", "a\n\"b\"\"\"", "a\nb\"", "a\nb,", "a\n\"\""] {
        assert_eq!(read(text.as_bytes())[1].2, None, "{text:?}");
    }
}

#[test]
fn a_row_beyond_the_limit_is_cut_and_the_next_is_whole() {
    let long = "x".repeat(3 * LONGEST_ROW);
    let many = ",".repeat(3 * LONGEST_ROW) + "x";
    let rows = read(format!("{long}\nb\n{many}\nd").as_bytes());
    let numbers_and_cuts: Vec<_> = rows.iter().map(|(number, _, cut)| (*number, *cut)).collect();
    assert_eq!(numbers_and_cuts, [(1, Some(Cut::TooLong)), (2, None), (3, Some(Cut::TooLong)), (4, None)]);
    assert_eq!(rows[3].1, ["d"]);
}
