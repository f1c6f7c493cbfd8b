//! Reads a results file without changing or locking it. The run may be finished, killed or still running.
//!
//! The last line of a row counts. Rows are returned in the order of the input, followed by people who are no longer in
//! it. Memory holds only the offset of each row's line; the line itself is read when it is returned.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::path::{Path, PathBuf};

use super::ledger::{self, At, Ledger, Unusable};
use super::line::Line;
use super::lines::LinesAt;
use super::record::Decoder;
use super::source::Source;
use crate::model::columns::RESULT_COLUMNS;
use crate::model::invitation::ObjectId;
use crate::model::person::{PersonKey, PersonKeys};
use crate::model::status::JobKind;
use crate::spreadsheet::SheetError;

/// A reader of the rows of a results file.
#[derive(Debug)]
pub struct ResultsReader {
    path: PathBuf,
    carried: Vec<String>,
    lines: LinesAt,
    decoder: Decoder,
    rows: Vec<Row>,
    next: usize,
    torn: bool,
    /// Lines that a later one of the same person replaces.
    replaced: Vec<Row>,
    /// Set if the lines are not in the order of the input, as a finished run leaves them.
    out_of_order: bool,
}

/// The position of the last line of a row, in the order in which rows are returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    /// The row's number; [`u32::MAX`] for people who are no longer in the sheet.
    number: u32,
    offset: u64,
    /// The number of the line in the file, for errors.
    line: u64,
}

/// An error on reading a results file.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "see the messages; `path` is the results file, `source` the system's error")]
pub enum ReadError {
    #[error("cannot read the results in {}: {source}; pass the results file of a run", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is not a results file of bulk-invite; pass the results file of a run", path.display())]
    NotOurs { path: PathBuf },
    #[error("{}, line {line}: {problem}; undo the edit to that line", path.display())]
    Damaged { path: PathBuf, line: u64, problem: Cow<'static, str> },
    #[error("cannot read the results in {}: {source}", path.display())]
    Foreign { path: PathBuf, source: SheetError },
}

impl ResultsReader {
    /// Opens the results file at `path` and finds its rows. Reads each line once, so that a damaged one is found here.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let keys = PersonKeys::default();
        let read = ledger::read(path, |found: &mut Found, at, line| found.add(&keys, at, &line));
        let (Ledger { source, mut header, torn, resaved: _ }, found) = match read {
            Ok(read) => read,
            Err(Unusable::NoHeader { is_empty: false }) => {
                let ledger = Ledger {
                    source: Source::Memory(io::Cursor::default()),
                    header: RESULT_COLUMNS.map(str::to_owned).to_vec(),
                    torn: true,
                    resaved: false,
                };
                (ledger, Found::default())
            }
            Err(unusable) => return Err(ReadError::of(path, unusable)),
        };
        let carried = header.split_off(RESULT_COLUMNS.len());
        let Found { mut rows, replaced, out_of_order, .. } = found;
        rows.sort_unstable();
        let (lines, decoder) = (LinesAt::new(source), Decoder::new());
        Ok(Self { path: path.into(), carried, lines, decoder, rows, next: 0, torn, replaced, out_of_order })
    }

    /// Also returns lines of the same person as another one, and starts again with the first row.
    ///
    /// Only a finished file is changed by this. While a run is going, its later lines replace earlier ones.
    pub fn keep_repeated(&mut self) {
        if !self.out_of_order {
            self.rows.append(&mut self.replaced);
            self.rows.sort_unstable();
        }
        self.rewind();
    }

    /// Returns the names of the input's columns that each line contains.
    pub fn carried(&self) -> &[String] {
        &self.carried
    }

    /// Returns the kind of job that wrote the file.
    pub fn kind(&self) -> JobKind {
        ledger::kind(&self.carried)
    }

    /// Returns whether the file ends in the middle of a line, because its run was killed or is still writing.
    pub fn is_torn(&self) -> bool {
        self.torn
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Starts again with the first row.
    pub fn rewind(&mut self) {
        self.next = 0;
    }

    /// Returns the last line of the next row.
    pub fn next_line(&mut self) -> Result<Option<Line>, ReadError> {
        let Some(row) = self.rows.get(self.next) else { return Ok(None) };
        self.next += 1;
        let raw = self.lines.read(row.offset);
        let raw = raw.map_err(|source| ReadError::Unreadable { path: self.path.clone(), source })?;
        match self.decoder.line(raw, RESULT_COLUMNS.len() + self.carried.len()) {
            Ok(line) => Ok(Some(line)),
            Err(bad) => Err(ReadError::Damaged { path: self.path.clone(), line: row.line, problem: bad.0 }),
        }
    }
}

/// The rows that have been found so far.
#[derive(Default)]
struct Found {
    rows: Vec<Row>,
    people: HashMap<PersonKey, usize>,
    /// Lines that a later line of the same person replaces.
    replaced: Vec<Row>,
    last: u32,
    out_of_order: bool,
}

impl Found {
    fn add(&mut self, keys: &PersonKeys, At { number, offset }: At, line: &Line) {
        let row = Row { number: line.row.unwrap_or(u32::MAX), offset, line: number };
        self.out_of_order |= row.number <= self.last && row.number != u32::MAX;
        self.last = row.number;
        if line.outcome.status.is_of_the_row_alone() {
            self.rows.push(row);
            return;
        }
        // Row numbers may change between runs, so lines are matched by person.
        let organization = line.org_id.parse().unwrap_or(ObjectId::ZERO);
        match self.people.entry(keys.key(organization, &line.email)) {
            Entry::Occupied(at) => self.replaced.push(std::mem::replace(&mut self.rows[*at.get()], row)),
            Entry::Vacant(free) => {
                free.insert(self.rows.len());
                self.rows.push(row);
            }
        }
    }
}

impl ReadError {
    fn of(path: &Path, unusable: Unusable) -> Self {
        let path = path.into();
        match unusable {
            Unusable::Unreadable(source) => ReadError::Unreadable { path, source },
            Unusable::NoHeader { .. } | Unusable::NotOurs => ReadError::NotOurs { path },
            Unusable::Damaged { line, problem } => ReadError::Damaged { path, line, problem: problem.0 },
            Unusable::Foreign(source) => ReadError::Foreign { path, source },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "row,email,org_id,status,invite_id,expires_at,http_status,error_code,error_detail,attempts,\
                          elapsed_ms,finished_at,name\n";

    fn line(row: &str, email: &str, status: &str) -> String {
        format!("{row},{email},32b6e34b3d91647abb20e7b8,{status},,,,,,1,5,2026-11-24T10:00:00.000Z,'=Ada\n")
    }

    fn read(text: &str) -> Result<(Vec<String>, bool), ReadError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let mut reader = ResultsReader::open(file.path())?;
        let mut rows = Vec::new();
        for _ in 0..2 {
            rows.clear();
            reader.rewind();
            while let Some(Line { row, email, outcome, cells, .. }) = reader.next_line()? {
                assert_eq!(cells, ["=Ada"], "the apostrophe is removed");
                let row = row.map(|row| row.to_string()).unwrap_or_default();
                rows.push(format!("{row} {email} {}", outcome.status.as_str()));
            }
        }
        Ok((rows, reader.is_torn()))
    }

    #[test]
    fn the_last_line_of_a_row_counts() {
        let lines = [
            line("2", "ada@example.com", "invited"),
            line("3", "bob@example.com", "sending"),
            line("4", "cleo@example.com", "sending"),
            // The second run, of a sheet in another order.
            line("4", "Ada@example.com", "invited"),
            line("2", "cleo@example.com", "sending"),
            line("2", "cleo@example.com", "failed"),
            line("5", "ada@example.com", "duplicate"),
            line("6", "ada@example.com", "invalid"),
            line("", "dan@example.com", "invited"),
            line("3", "eve@example.com", "sending"),
        ];
        let in_order_of_the_sheet = [
            "2 cleo@example.com failed",
            "3 bob@example.com sending",
            "3 eve@example.com sending",
            "4 Ada@example.com invited",
            "5 ada@example.com duplicate",
            "6 ada@example.com invalid",
            " dan@example.com invited",
        ];
        for mark in ["", "\u{feff}"] {
            let (rows, torn) = read(&format!("{mark}{HEADER}{}", lines.concat())).unwrap();
            assert_eq!((rows, torn), (in_order_of_the_sheet.map(str::to_owned).to_vec(), false));
        }
    }

    #[test]
    fn a_torn_last_line_is_left_out() {
        let whole = format!("{HEADER}{}", line("2", "ada@example.com", "invited"));
        let last = line("3", "bob@example.com", "sending");
        for cut in 1..last.len() - "'=Ada\n".len() {
            let (rows, torn) = read(&format!("{whole}{}", &last[..cut])).unwrap();
            assert_eq!((rows.len(), torn), (1, true), "cut after {cut} bytes");
        }
        for cut in 1..HEADER.len() {
            assert_eq!(read(&HEADER[..cut]).unwrap(), (vec![], true), "cut after {cut} bytes");
        }
    }

    #[test]
    fn a_last_line_without_its_line_end_counts() {
        let text = format!("{HEADER}{}", line("2", "ada@example.com", "invited"));
        let expected = (vec!["2 ada@example.com invited".to_owned()], false);
        assert_eq!(read(text.trim_end()).unwrap(), expected);
        assert_eq!(read(&text.replace('\n', "\r")).unwrap(), expected);
        assert_eq!(read(text.replace('\n', "\r").trim_end()).unwrap(), expected);
        assert_eq!(read(&text.replacen('\n', "\r", 1)).unwrap(), expected);
    }

    #[test]
    fn a_file_without_the_columns_of_results_is_rejected() {
        for text in ["", "email,roles\nada@example.com,ORG_MEMBER\n", "<!doctype html>"] {
            let error = read(text).unwrap_err();
            assert!(matches!(error, ReadError::NotOurs { .. }), "{error}");
        }
    }

    #[test]
    fn a_damaged_line_is_named_by_its_number() {
        let good = line("2", "ada@example.com", "invited");
        let other_status = good.replace("invited", "Invited");
        for (text, number) in [
            (format!("{HEADER}{good}{other_status}"), 3),
            (format!("{HEADER}2,ada@example.com\n"), 2),
            (format!("{HEADER}{good}{good}{}", good.replace("2026-11-24", "today")), 4),
        ] {
            let error = read(&text).unwrap_err();
            assert!(matches!(error, ReadError::Damaged { line, .. } if line == number), "{error}");
        }
    }

    #[test]
    fn a_missing_file_or_a_folder_cannot_be_read() {
        for path in [Path::new("missing.csv"), Path::new("src")] {
            let error = ResultsReader::open(path).unwrap_err();
            assert!(matches!(error, ReadError::Unreadable { .. }), "{error}");
        }
    }

    #[test]
    fn read_errors_name_the_file_and_one_action() {
        let path = || PathBuf::from("people.results.csv");
        let unreadable = ReadError::Unreadable { path: path(), source: io::Error::other("permission denied") };
        insta::assert_snapshot!(
            unreadable,
            @"cannot read the results in people.results.csv: permission denied; pass the results file of a run"
        );
        insta::assert_snapshot!(
            ReadError::NotOurs { path: path() },
            @"people.results.csv is not a results file of bulk-invite; pass the results file of a run"
        );
        insta::assert_snapshot!(
            ReadError::Damaged { path: path(), line: 3, problem: "the status is unknown".into() },
            @"people.results.csv, line 3: the status is unknown; undo the edit to that line"
        );
    }
}
