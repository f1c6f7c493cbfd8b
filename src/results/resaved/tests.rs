//! Tests of whole files as spreadsheet programs save them.

use super::super::ResultsReader;
use super::super::reader::ReadError;
use super::*;

const HEADER: &str = "row,email,org_id,status,invite_id,expires_at,http_status,error_code,error_detail,attempts,\
                      elapsed_ms,finished_at,roles,Note";

const HERE: &str = "32b6e34b3d91647abb20e7b8";
const INVITE: &str = "6b0dce785a4db00000000009";

/// Returns a file of these rows, with each cell separated by `|`.
fn text(rows: &[&str]) -> String {
    let rows = rows.iter().map(|row| row.replace("HERE", HERE).replace("INVITE", INVITE));
    std::iter::once(HEADER.replace(',', "|")).chain(rows).map(|row| row + "\n").collect()
}

/// Returns the lines of a file: row, address, status, id, expiry, attempts, elapsed, end, and the last cell.
fn read(bytes: impl AsRef<[u8]>) -> Result<Vec<String>, ReadError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let mut reader = ResultsReader::open(file.path())?;
    let mut lines = Vec::new();
    while let Some(Line { row, email, outcome, cells, .. }) = reader.next_line()? {
        let row = row.map(|row| row.to_string()).unwrap_or_default();
        let expires = outcome.expires_at.map(|at| at.to_string()).unwrap_or_default();
        let (status, invite) = (outcome.status.as_str(), outcome.invite_id.unwrap_or_default());
        let (attempts, elapsed, end) = (outcome.attempts, outcome.elapsed.as_millis(), outcome.finished_at);
        let last = cells.last().cloned().unwrap_or_default();
        lines.push(format!("{row} {email} {status} {invite} {expires} x{attempts} {elapsed} {end} {last}"));
    }
    Ok(lines)
}

const GERMAN: [&str; 3] = [
    "2|ada@example.com|HERE|invited|INVITE|24.12.2026 10:15|201|||1|1.234|24.11.2026 10:15|ORG_MEMBER|Zoë",
    "3|bob@example.com|HERE|sending|||||||0|24.11.2026 10:15|ORG_MEMBER|'=1",
    "|cy@example.com|HERE|invited|INVITE|24.12.2026 10:15:30|201|||1|5|24.11.2026 10:15:30|ORG_MEMBER|",
];

const GERMAN_READ: [&str; 3] = [
    "2 ada@example.com invited 6b0dce785a4db00000000009  x1 1234 2026-11-24T10:15:00Z Zoë",
    "3 bob@example.com sending   x0 59999 2026-11-24T10:15:59.999Z =1",
    " cy@example.com invited 6b0dce785a4db00000000009 2026-12-24T10:15:30Z x1 5 2026-11-24T10:15:30Z ",
];

#[test]
fn any_separator_encoding_or_line_end_is_read() {
    let rows: Vec<&str> = GERMAN.to_vec();
    let text = text(&rows);
    let utf16 = |text: &str| format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let quoted: String = text
        .lines()
        .map(|line| line.split('|').map(|cell| format!("\"{cell}\"")).collect::<Vec<_>>().join(";") + "\r\n")
        .collect();
    let blank_rows = text.replace('|', ";") + &";".repeat(13) + "\n" + &";".repeat(13) + "\n";
    for bytes in [
        text.replace('|', ";").into_bytes(),
        text.replace('|', "\t").into_bytes(),
        format!("\u{feff}{}", text.replace('|', ";").replace('\n', "\r\n")).into_bytes(),
        utf16(&text.replace('|', "\t").replace('\n', "\r\n")),
        text.replace('|', ",").replace('\n', "\r").into_bytes(),
        text.replace('|', ",").replace('\n', "\r").trim_end().as_bytes().to_vec(),
        format!("sep=;\r\n{}", text.replace('|', ";")).into_bytes(),
        quoted.into_bytes(),
        blank_rows.into_bytes(),
        text.replace('|', ",").into_bytes(),
        text.replace('|', ";").chars().map(|c| c as u32 as u8).collect(),
    ] {
        assert_eq!(read(&bytes).unwrap(), GERMAN_READ, "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn a_workbook_is_read() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    let date = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd hh:mm");
    for (row, line) in text(&GERMAN[..1]).lines().enumerate() {
        for (column, cell) in line.split('|').enumerate() {
            let (row, column) = (row as u32, column as u16);
            match cell.parse::<f64>() {
                Ok(number) if column != 10 => sheet.write_number(row, column, number).unwrap(),
                Err(_) if cell == "24.11.2026 10:15" => {
                    let time = rust_xlsxwriter::ExcelDateTime::parse_from_str("2026-11-24T10:15:30.250").unwrap();
                    sheet.write_datetime_with_format(row, column, &time, &date).unwrap()
                }
                Ok(_) | Err(_) => sheet.write_string(row, column, cell).unwrap(),
            };
        }
    }
    // A filter may hide the line.
    sheet.set_row_hidden(1).unwrap();
    let lines = read(workbook.save_to_buffer().unwrap()).unwrap();
    assert_eq!(lines, [GERMAN_READ[0].replace("10:15:00Z", "10:15:30.25Z")]);
}

#[test]
fn moved_columns_are_found_by_their_names() {
    let text = "Note;status;run_status;email;row;org_id;invite_id;expires_at;http_status;error_code;error_detail;\
                attempts;elapsed_ms;finished_at\nmine;revoked;invited;ada@example.com;2;HERE;INVITE;;;;;1;5;\
                2026-11-24T10:15:30Z\n";
    assert_eq!(
        read(text.replace("HERE", HERE).replace("INVITE", INVITE)).unwrap(),
        ["2 ada@example.com revoked 6b0dce785a4db00000000009  x1 5 2026-11-24T10:15:30Z mine"]
    );
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    assert_eq!(ResultsReader::open(file.path()).unwrap().carried(), ["run_status", "Note"]);
}

#[test]
fn an_id_that_became_a_number_stays_in_its_row() {
    let row = GERMAN[0].replace("INVITE", "6,1E+23");
    assert!(read(text(&[&row]).replace('|', ";")).unwrap()[0].contains("invited 6,1E+23  x1"));
}

#[test]
fn an_american_date_is_read_by_the_others_of_the_file() {
    let row = |finished: &str, expires: &str, status: &str| {
        GERMAN[0].replace("24.11.2026 10:15", finished).replace("24.12.2026 10:15", expires).replace("invited", status)
    };
    let read = |rows: &[String]| {
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        read(text(&rows).replace('|', ","))
    };
    let known = read(&[row("12/1/26 10:15", "12/31/26 10:15", "unknown")]).unwrap();
    assert!(known[0].contains("x1 61233 2026-12-01T10:15:59.999Z"), "{known:?}");
    let settled = read(&[row("11/12/26 10:15", "12/12/26 10:15:30", "invited")]).unwrap();
    assert!(settled[0].contains("2026-12-12T10:15:30Z x1 1234 2026-11-12T10:15:00Z"), "{settled:?}");
    let ambiguous = read(&[row("11/12/26 10:15:30", "11/12/26 10:15:30", "invited")]).unwrap();
    assert!(ambiguous[0].contains("00000009  x1"), "{ambiguous:?}");
    let error = read(&[row("11/12/26 10:15", "", "sending")]).unwrap_err();
    assert!(matches!(error, ReadError::Damaged { line: 2, .. }), "{error}");
}

#[test]
fn a_line_that_is_not_valid_rejects_the_file() {
    let german = |change: fn(String) -> String| {
        read(text(&[GERMAN[0], &change(GERMAN[1].to_owned()), GERMAN[2]]).replace('|', ";"))
    };
    for change in [
        |row: String| row.replace("sending", "Sending"),
        |row: String| row.replace("24.11.2026", "yesterday"),
        |row: String| row.replace("24.11.2026 10:15", ""),
        |row: String| row.replace("|0|", "|few|"),
        |row: String| row + "|more",
    ] {
        let error = german(change).unwrap_err();
        assert!(matches!(error, ReadError::Damaged { line: 3, .. }), "{error}");
    }
    let missing = text(&GERMAN).replace("invite_id|", "").replace('|', ";");
    let error = read(missing).unwrap_err();
    assert!(matches!(&error, ReadError::Damaged { line: 1, problem, .. } if problem.contains("invite_id")), "{error}");
    let error = read(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1").unwrap_err();
    assert!(matches!(error, ReadError::Foreign { .. }), "{error}");
}

#[test]
fn a_torn_last_line_is_left_out_of_a_file_with_other_line_ends() {
    let whole = text(&GERMAN).replace('|', ",").replace('\n', "\r");
    let torn = &whole[..whole.len() - 30];
    assert_eq!(read(torn).unwrap(), GERMAN_READ[..2]);
    let error = read(format!("{torn}\r")).unwrap_err();
    assert!(matches!(error, ReadError::Damaged { line: 4, .. }), "{error}");
}
