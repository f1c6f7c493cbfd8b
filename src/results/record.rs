//! Writes and parses the lines of the results file.
//!
//! The format is CSV (RFC 4180). A cell that a spreadsheet program would run as a formula is written with a leading
//! apostrophe, which is removed on reading, so every cell is read back unchanged.

use csv_core::{ReadRecordResult, WriteResult};
use jiff::Timestamp;

use super::line::{BadLine, Line};
use crate::model::columns::{RESULT_COLUMNS, protected, unprotected};
use crate::model::outcome::Outcome;
use crate::model::reason::ErrorCode;

/// The columns that identify the row of a line.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The row number as shown by a spreadsheet program; `None` for a person who is no longer in the sheet.
    pub row: Option<u32>,
    /// The cell with the address, as in the sheet.
    pub email: &'a str,
    /// The organization.
    pub org_id: &'a str,
}

/// A writer of lines into memory.
#[derive(Debug)]
pub(super) struct Encoder {
    csv: csv_core::Writer,
    expires: Second,
    finished: Second,
}

impl Encoder {
    pub(super) fn new() -> Self {
        Self { csv: csv_core::Writer::new(), expires: Second::default(), finished: Second::default() }
    }

    pub(super) fn header<'a>(&mut self, out: &mut Vec<u8>, carried: impl IntoIterator<Item = &'a str>) {
        RESULT_COLUMNS.into_iter().chain(carried).for_each(|name| self.cell(out, name));
        self.end(out);
    }

    pub(super) fn line<'a>(
        &mut self,
        out: &mut Vec<u8>,
        subject: Subject<'_>,
        outcome: &Outcome,
        cells: impl IntoIterator<Item = &'a str>,
    ) {
        self.number(out, subject.row);
        self.cell(out, subject.email);
        self.cell(out, subject.org_id);
        plain(out, outcome.status.as_str().as_bytes());
        self.cell(out, outcome.invite_id.as_deref().unwrap_or_default());
        match outcome.expires_at.or(outcome.settled_at) {
            Some(at) => self.expires.time(out, at, true),
            None => plain(out, b""),
        }
        self.number(out, outcome.http_status);
        self.cell(out, outcome.error_code.as_ref().map_or("", ErrorCode::as_str));
        self.cell(out, outcome.error_detail.as_deref().unwrap_or_default());
        self.number(out, Some(outcome.attempts));
        self.number(out, Some(u64::try_from(outcome.elapsed.as_millis()).unwrap_or(u64::MAX)));
        self.finished.time(out, outcome.finished_at, false);
        cells.into_iter().for_each(|cell| self.cell(out, cell));
        self.end(out);
    }

    fn number(&mut self, out: &mut Vec<u8>, number: Option<impl itoa::Integer>) {
        match number {
            Some(number) => plain(out, itoa::Buffer::new().format(number).as_bytes()),
            None => plain(out, b""),
        }
    }

    fn cell(&mut self, out: &mut Vec<u8>, text: &str) {
        let text = protected(text);
        // Checking all bytes is faster than stopping at the first match.
        let special = |any: bool, byte: u8| any | matches!(byte, b'"' | b',' | b'\n' | b'\r');
        if text.bytes().fold(false, special) {
            self.quoted(out, text.as_bytes());
        } else {
            plain(out, text.as_bytes());
        }
    }

    /// Writes a cell that needs quotes, and its separator.
    fn quoted(&mut self, out: &mut Vec<u8>, mut text: &[u8]) {
        let mut end = out.len();
        out.resize(end + text.len() + 3, 0);
        loop {
            let (result, read, written) = self.csv.field(text, &mut out[end..]);
            text = &text[read..];
            end += written;
            match result {
                WriteResult::InputEmpty => break,
                WriteResult::OutputFull => out.resize(out.len() + text.len() + 16, 0),
            }
        }
        loop {
            let (result, written) = self.csv.delimiter(&mut out[end..]);
            end += written;
            match result {
                WriteResult::InputEmpty => break,
                WriteResult::OutputFull => out.resize(out.len() + 4, 0),
            }
        }
        out.truncate(end);
    }

    /// Replaces the last cell's separator with the end of the line.
    fn end(&mut self, out: &mut [u8]) {
        if let Some(last) = out.last_mut() {
            *last = b'\n';
        }
    }
}

/// The text of the second that was written last. The next time is often in the same second, and formatting is slow.
#[derive(Debug, Default)]
struct Second {
    since_epoch: i64,
    /// For example `2026-11-24T10:15:30`; empty before the first.
    text: String,
}

impl Second {
    /// Writes the cell of a time, to the millisecond. If `whole` is set, a fraction of zero is left out.
    fn time(&mut self, out: &mut Vec<u8>, at: Timestamp, whole: bool) {
        let milliseconds = at.as_millisecond();
        let (second, fraction) = (milliseconds.div_euclid(1000), milliseconds.rem_euclid(1000));
        if self.text.is_empty() || self.since_epoch != second {
            self.since_epoch = second;
            self.text = format!("{:.0}", Timestamp::from_second(second).unwrap_or(at));
            self.text.pop();
        }
        out.extend_from_slice(self.text.as_bytes());
        if fraction != 0 || !whole {
            out.push(b'.');
            out.extend_from_slice(&itoa::Buffer::new().format(1000 + fraction).as_bytes()[1..]);
        }
        plain(out, b"Z");
    }
}

/// Writes a cell that needs no quotes, and its separator.
fn plain(out: &mut Vec<u8>, text: &[u8]) {
    out.extend_from_slice(text);
    out.push(b',');
}

/// A parser of complete lines.
#[derive(Debug)]
pub(super) struct Decoder {
    csv: csv_core::Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
}

impl Decoder {
    pub(super) fn new() -> Self {
        Self { csv: csv_core::Reader::new(), text: Vec::new(), ends: Vec::new() }
    }

    /// Parses the cells of one complete line, without removing apostrophes.
    pub(super) fn cells(&mut self, raw: &[u8]) -> Result<Vec<String>, BadLine> {
        self.csv.reset();
        // A cell is never longer than the raw line, and a line never has more cells than bytes.
        self.text.resize(raw.len() + 1, 0);
        self.ends.resize(raw.len() + 1, 0);
        let (result, read, _, count) = self.csv.read_record(raw, &mut self.text, &mut self.ends);
        match result {
            // Another program may have replaced line feeds by carriage returns, between which there are more rows.
            ReadRecordResult::Record if !matches!(&raw[read..], b"" | b"\n") => {
                return Err(BadLine::new("the line has other line ends within it"));
            }
            ReadRecordResult::Record => {}
            ReadRecordResult::InputEmpty
            | ReadRecordResult::OutputFull
            | ReadRecordResult::OutputEndsFull
            | ReadRecordResult::End => return Err(BadLine::new("the line is not complete")),
        }
        let mut start = 0;
        let cell = |end: &usize| {
            let bytes = &self.text[start..*end];
            start = *end;
            std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| BadLine::new("the line is not UTF-8"))
        };
        self.ends[..count].iter().map(cell).collect()
    }

    /// Parses the column names of a header line.
    pub(super) fn header(&mut self, raw: &[u8]) -> Result<Vec<String>, BadLine> {
        let raw = raw.strip_prefix("\u{feff}".as_bytes()).unwrap_or(raw);
        Ok(self.cells(raw)?.into_iter().map(restored).collect())
    }

    /// Parses a line of a file with this number of columns.
    pub(super) fn line(&mut self, raw: &[u8], columns: usize) -> Result<Line, BadLine> {
        let cells = self.cells(raw)?;
        if cells.len() != columns {
            return Err(BadLine::new("the number of cells differs from the header"));
        }
        Line::of(cells.into_iter().map(restored))
    }
}

fn restored(mut cell: String) -> String {
    if unprotected(&cell).len() < cell.len() {
        cell.remove(0);
    }
    cell
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::status::Status;
    use proptest::prelude::*;

    fn written(line: &Line) -> Vec<u8> {
        let mut out = Vec::new();
        let subject = Subject { row: line.row, email: &line.email, org_id: &line.org_id };
        Encoder::new().line(&mut out, subject, &line.outcome, line.cells.iter().map(String::as_str));
        out
    }

    #[test]
    fn a_line_has_the_documented_format() {
        let finished_at = "2026-11-24T10:00:00.25Z".parse().unwrap();
        let mut outcome = Outcome::new(Status::Invited, finished_at).with_detail("=1+1");
        outcome.invite_id = Some("32b6e34b3d91647abb20e7b8".into());
        outcome.attempts = 1;
        outcome.elapsed = Duration::from_millis(330);
        let cells = vec!["a \"quoted\", cell\nof two lines".to_owned(), "+49 30 1".to_owned()];
        let line = Line { row: Some(2), email: "a@example.com".into(), org_id: "o".into(), outcome, cells };
        assert_eq!(
            String::from_utf8(written(&line)).unwrap(),
            "2,a@example.com,o,invited,32b6e34b3d91647abb20e7b8,,,,'=1+1,1,330,2026-11-24T10:00:00.250Z,\
             \"a \"\"quoted\"\", cell\nof two lines\",'+49 30 1\n"
        );
    }

    fn any_text() -> impl Strategy<Value = String> {
        prop_oneof![".*", "['=+@\t\r\n\",-]{0,6}", "[a-z]{0,8}"]
    }

    prop_compose! {
        fn any_line()(
            row in proptest::option::of(any::<u32>()),
            email in any_text(),
            org_id in any_text(),
            status in proptest::sample::select(Status::ALL.to_vec()),
            texts in proptest::collection::vec(proptest::option::of(any_text()), 3),
            expires in proptest::option::of(0_i64..4_000_000_000),
            http_status in proptest::option::of(any::<u16>()),
            attempts in any::<u32>(),
            elapsed in any::<u32>(),
            finished in 0_i64..4_000_000_000_000,
            cells in proptest::collection::vec(any_text(), 0..5),
        ) -> Line {
            let mut texts = texts.into_iter().map(|text| text.filter(|text| !text.is_empty()));
            let mut next = || texts.next().flatten();
            let invite_id = next();
            let at = expires.map(|at| Timestamp::from_second(at).unwrap());
            let is_running = matches!(status, Status::Sending | Status::Unknown) && invite_id.is_none();
            let (expires_at, settled_at) = if is_running { (None, at) } else { (at, None) };
            Line {
                row,
                email,
                org_id,
                outcome: Outcome {
                    status,
                    invite_id,
                    expires_at,
                    settled_at,
                    http_status,
                    error_code: next().map(|code| ErrorCode::parse(status, &code)),
                    error_detail: next(),
                    attempts,
                    elapsed: Duration::from_millis(elapsed.into()),
                    finished_at: Timestamp::from_millisecond(finished).unwrap(),
                },
                cells,
            }
        }
    }

    proptest! {
        #[test]
        fn times_have_the_same_format_as_jiffs(times in proptest::collection::vec(-9_000_000_000_000_i64..9_000_000_000_000, 1..4)) {
            let mut second = Second::default();
            for at in times.into_iter().flat_map(|at| [at, at + 1, at - at % 1000]) {
                let at = Timestamp::from_millisecond(at).unwrap();
                let mut out = Vec::new();
                second.time(&mut out, at, false);
                second.time(&mut out, at, true);
                let shorter = if at.as_millisecond() % 1000 == 0 { format!("{at}") } else { format!("{at:.3}") };
                prop_assert_eq!(String::from_utf8(out).unwrap(), format!("{at:.3},{shorter},"));
            }
        }

        #[test]
        fn a_written_line_is_read_back_unchanged(line in any_line()) {
            let raw = written(&line);
            prop_assert_eq!(Decoder::new().line(&raw, RESULT_COLUMNS.len() + line.cells.len()), Ok(line));
        }

        #[test]
        fn no_written_cell_is_a_formula(line in any_line()) {
            for cell in Decoder::new().cells(&written(&line)).unwrap() {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{}", cell);
            }
        }

        #[test]
        fn no_bytes_panic_the_decoder(raw in proptest::collection::vec(any::<u8>(), 0..200), columns in 0_usize..20) {
            let _ = Decoder::new().line(&raw, columns);
        }
    }
}
