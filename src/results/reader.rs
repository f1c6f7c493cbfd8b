//! Reads a results file without changing or locking it. The run may be finished, killed or still running.
//!
//! The last line of a row counts. Rows are returned in the order of the input, followed by people who are no longer in
//! it. Memory holds only the offset of each row's line; the line itself is read when it is returned.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::lines::{LinesAt, RawLines};
use super::record::{Decoder, Line};
use super::{earlier, is_ours};
use crate::model::columns::RESULT_COLUMNS;
use crate::model::invitation::ObjectId;
use crate::model::person::PersonKeys;
use crate::model::status::JobKind;

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
    /// True if the lines are in the order of the input, as a finished run leaves them.
    in_order: bool,
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
    Damaged { path: PathBuf, line: u64, problem: &'static str },
}

impl ResultsReader {
    /// Opens the results file at `path` and finds its rows. Reads each line once, so that a damaged one is found here.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let unreadable = |source| ReadError::Unreadable { path: path.into(), source };
        let not_ours = || ReadError::NotOurs { path: path.into() };
        let file = File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(unreadable(io::Error::other("it is a folder")));
        }
        let mut lines = RawLines::new(&file, 0);
        let mut decoder = Decoder::new();
        let (carried, mut end) = match lines.next().map_err(unreadable)? {
            Some((_, raw)) => {
                let mut header = decoder.header(raw).map_err(|_| not_ours())?;
                if !is_ours(&header) {
                    return Err(not_ours());
                }
                (header.split_off(RESULT_COLUMNS.len()), raw.len() as u64)
            }
            // The run was killed before it wrote the whole header.
            None if metadata.len() > 0 && earlier::is_torn_header(path) => (Vec::new(), 0),
            None => return Err(not_ours()),
        };

        let keys = PersonKeys::default();
        let mut rows: Vec<Row> = Vec::new();
        let mut people = HashMap::new();
        let (mut replaced, mut in_order, mut last_number) = (Vec::new(), true, 0);
        let mut number = 1;
        while let Some((offset, raw)) = lines.next().map_err(unreadable)? {
            number += 1;
            end = offset + raw.len() as u64;
            let line = decoder.line(raw, RESULT_COLUMNS.len() + carried.len());
            let line = line.map_err(|bad| ReadError::Damaged { path: path.into(), line: number, problem: bad.0 })?;
            let row = Row { number: line.row.unwrap_or(u32::MAX), offset, line: number };
            in_order &= row.number > last_number || row.number == u32::MAX;
            last_number = row.number;
            if line.outcome.status.is_of_the_row_alone() {
                rows.push(row);
                continue;
            }
            // Row numbers may change between runs, so lines are matched by person.
            let organization = line.org_id.parse().unwrap_or(ObjectId::ZERO);
            match people.entry(keys.key(organization, &line.email)) {
                Entry::Occupied(at) => replaced.push(std::mem::replace(&mut rows[*at.get()], row)),
                Entry::Vacant(free) => {
                    free.insert(rows.len());
                    rows.push(row);
                }
            }
        }
        rows.sort_unstable();
        let torn = end < metadata.len();
        let lines = LinesAt::new(file);
        Ok(Self { path: path.into(), carried, lines, decoder, rows, next: 0, torn, replaced, in_order })
    }

    /// Also returns lines of the same person as another one, and starts again with the first row.
    ///
    /// Only a finished file is changed by this. While a run is going, its later lines replace earlier ones.
    pub fn keep_repeated(&mut self) {
        if self.in_order {
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
        super::kind(&self.carried)
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
    fn a_finished_file_can_list_a_person_twice() {
        let (ada, again) = (line("2", "ada@example.com", "invited"), line("3", "Ada@example.com", "failed"));
        let rows = |lines: &[&String]| {
            let file = tempfile::NamedTempFile::new().unwrap();
            let lines: String = lines.iter().map(|line| line.as_str()).collect();
            std::fs::write(file.path(), format!("{HEADER}{lines}")).unwrap();
            let mut reader = ResultsReader::open(file.path()).unwrap();
            reader.keep_repeated();
            std::iter::from_fn(|| reader.next_line().unwrap()).map(|line| line.row).collect::<Vec<_>>()
        };
        let departed = line("", "ada@example.com", "invited");
        assert_eq!(rows(&[&ada, &again]), [Some(2), Some(3)]);
        assert_eq!(rows(&[&ada, &departed, &departed]), [Some(2), None, None]);
        // A run that was killed, after it had resumed.
        assert_eq!(rows(&[&again, &ada]), [Some(2)]);
        assert_eq!(rows(&[&ada, &ada]), [Some(2)]);
    }

    #[test]
    fn a_torn_last_line_is_left_out() {
        let whole = format!("{HEADER}{}", line("2", "ada@example.com", "invited"));
        let last = line("3", "bob@example.com", "sending");
        for cut in 1..last.len() {
            let (rows, torn) = read(&format!("{whole}{}", &last[..cut])).unwrap();
            assert_eq!((rows.len(), torn), (1, true), "cut after {cut} bytes");
        }
        for cut in 1..HEADER.len() {
            assert_eq!(read(&HEADER[..cut]).unwrap(), (vec![], true), "cut after {cut} bytes");
        }
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
            ReadError::Damaged { path: path(), line: 3, problem: "the status is unknown" },
            @"people.results.csv, line 3: the status is unknown; undo the edit to that line"
        );
    }
}
