//! A results file read afterwards, be it finished, of a killed run, or of one that is still under way. It changes nothing
//! and takes no lock.
//!
//! A row's last line wins. Rows come in the order of the input, then people who are no longer in it. In memory is where
//! each row's line begins; lines are read when they are asked for.

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

/// The rows of a results file.
#[derive(Debug)]
pub struct ResultsReader {
    path: PathBuf,
    carried: Vec<String>,
    lines: LinesAt,
    decoder: Decoder,
    rows: Vec<Row>,
    next: usize,
    torn: bool,
}

/// Where the last line of a row begins; ordered as rows are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    /// The row's number; the greatest for people who are no longer in the sheet.
    number: u32,
    offset: u64,
    /// The line's own number in the file, for errors.
    line: u64,
}

/// Why a results file cannot be read.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it; `path` is the results file, `source` the system's reason")]
pub enum ReadError {
    #[error("cannot read the results in {}: {source}; name the file that a run wrote", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{} is not a results file of bulk-invite; name the file that a run wrote", path.display())]
    NotOurs { path: PathBuf },
    #[error("{}, line {line}: {problem}; undo the change to that line", path.display())]
    Damaged { path: PathBuf, line: u64, problem: &'static str },
}

impl ResultsReader {
    /// Finds the rows of the results file at `path`. Each line is read once, so that a damaged one is found here.
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
            // Killed before the header was whole.
            None if metadata.len() > 0 && earlier::is_torn_header(path) => (Vec::new(), 0),
            None => return Err(not_ours()),
        };

        let keys = PersonKeys::default();
        let mut rows: Vec<Row> = Vec::new();
        let mut people = HashMap::new();
        let mut number = 1;
        while let Some((offset, raw)) = lines.next().map_err(unreadable)? {
            number += 1;
            end = offset + raw.len() as u64;
            let line = decoder.line(raw, RESULT_COLUMNS.len() + carried.len());
            let line = line.map_err(|bad| ReadError::Damaged { path: path.into(), line: number, problem: bad.0 })?;
            let row = Row { number: line.row.unwrap_or(u32::MAX), offset, line: number };
            if line.outcome.status.is_of_the_row_alone() {
                rows.push(row);
                continue;
            }
            // Rows move between runs, people do not.
            let organization = line.org_id.parse().unwrap_or(ObjectId::ZERO);
            match people.entry(keys.key(organization, &line.email)) {
                Entry::Occupied(at) => rows[*at.get()] = row,
                Entry::Vacant(free) => {
                    free.insert(rows.len());
                    rows.push(row);
                }
            }
        }
        rows.sort_unstable();
        let torn = end < metadata.len();
        Ok(Self { path: path.into(), carried, lines: LinesAt::new(file), decoder, rows, next: 0, torn })
    }

    /// The names of the input's columns, whose cells each line carries.
    pub fn carried(&self) -> &[String] {
        &self.carried
    }

    /// What kind of job wrote them.
    pub fn kind(&self) -> JobKind {
        super::kind(&self.carried)
    }

    /// Whether the file ends in the middle of a line: its run was killed, or is writing.
    pub fn is_torn(&self) -> bool {
        self.torn
    }

    /// How many rows there are.
    pub fn rows(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Starts again with the first row.
    pub fn rewind(&mut self) {
        self.next = 0;
    }

    /// The next row's last line.
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
        let mut reading = ResultsReader::open(file.path())?;
        let mut told = Vec::new();
        for _ in 0..2 {
            told.clear();
            reading.rewind();
            while let Some(Line { row, email, outcome, cells, .. }) = reading.next_line()? {
                assert_eq!(cells, ["=Ada"], "the apostrophe is off");
                let row = row.map(|row| row.to_string()).unwrap_or_default();
                told.push(format!("{row} {email} {}", outcome.status.as_str()));
            }
        }
        Ok((told, reading.is_torn()))
    }

    #[test]
    fn the_last_line_of_a_row_wins_and_rows_come_in_the_order_of_the_sheet() {
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
        let told = [
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
            assert_eq!((rows, torn), (told.map(str::to_owned).to_vec(), false));
        }
    }

    #[test]
    fn what_a_kill_tore_is_left_out_wherever_it_was_torn() {
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
    fn a_file_that_is_not_ours_or_damaged_is_told_in_plain_words() {
        let good = line("2", "ada@example.com", "invited");
        for (text, says) in [
            (String::new(), "is not a results file of bulk-invite; name the file that a run wrote"),
            ("email,roles\nada@example.com,ORG_MEMBER\n".to_owned(), "is not a results file"),
            ("<!doctype html>".to_owned(), "is not a results file"),
            (
                format!("{HEADER}{good}{}", good.replace("invited", "Invited")),
                "line 3: the status is none of ours; undo",
            ),
            (format!("{HEADER}2,ada@example.com\n"), "line 2: the line has not as many cells as the header; undo"),
        ] {
            let told = read(&text).unwrap_err().to_string();
            assert!(told.contains(says), "{told}");
        }
        for path in [Path::new("missing.csv"), Path::new("src")] {
            let told = ResultsReader::open(path).unwrap_err().to_string();
            assert!(told.starts_with(&format!("cannot read the results in {}: ", path.display())), "{told}");
        }
    }
}
