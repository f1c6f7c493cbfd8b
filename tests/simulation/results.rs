//! A reader of the results file, while it grows and when it is finished. It shares no code with the journal.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::sheet::address_in;

/// A line of the results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) row: Option<u32>,
    pub(crate) cell: String,
    pub(crate) address: String,
    pub(crate) status: String,
    pub(crate) invite_id: String,
    pub(crate) code: String,
}

impl Line {
    /// Returns whether the line is only about its row, and not about the person.
    fn is_of_the_row_alone(&self) -> bool {
        matches!(self.status.as_str(), "duplicate" | "invalid" | "not_ours")
    }

    /// Returns whether the line has a code, or is about a row that succeeded and needs none.
    fn has_its_code(&self) -> bool {
        let needs_none = matches!(
            self.status.as_str(),
            "invited" | "revoked" | "already_invited" | "already_member" | "duplicate" | "sending"
        );
        needs_none || !self.code.is_empty()
    }

    fn read(record: &csv::StringRecord) -> Self {
        Self {
            row: record[0].parse().ok(),
            cell: record[1].to_owned(),
            address: address_in(&record[1]),
            status: record[3].to_owned(),
            invite_id: record[4].to_owned(),
            code: record[7].to_owned(),
        }
    }
}

/// Returns all lines of a finished file.
pub(crate) fn read(path: &Path) -> Vec<Line> {
    let mut csv = csv::Reader::from_path(path).expect("the results file exists");
    let lines: Vec<Line> =
        csv.records().map(|record| Line::read(&record.expect("the results file is complete"))).collect();
    for line in &lines {
        assert!(line.has_its_code(), "a row that did not succeed has a code: {line:?}");
    }
    lines
}

/// Returns the current lines of a file, finished or not: the last line about each person, and every line that is only
/// about its row.
pub(crate) fn current(path: &Path) -> Vec<Line> {
    let mut written = std::fs::read(path).expect("the results file exists");
    // A line that a kill cut off has no line end.
    written.truncate(written.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1));
    let mut csv = csv::Reader::from_reader(written.as_slice());
    let mut current: Vec<(u32, usize, Line)> = Vec::new();
    for (at, record) in csv.records().enumerate() {
        let line = Line::read(&record.expect("lines are written whole"));
        if !line.is_of_the_row_alone() {
            current.retain(|(_, _, known)| known.is_of_the_row_alone() || known.address != line.address);
        }
        current.push((line.row.unwrap_or(u32::MAX), at, line));
    }
    current.sort_by_key(|(row, at, _)| (*row, *at));
    current.into_iter().map(|(_, _, line)| line).collect()
}

/// Returns what distinguishes a file from one that takes its place.
fn identity(file: &File) -> (u64, u64) {
    let metadata = file.metadata().expect("it can be read");
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        (metadata.dev(), metadata.ino())
    }
    #[cfg(not(unix))]
    {
        let created = metadata.created().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        (0, created.map_or(0, |since| since.as_nanos() as u64))
    }
}

/// A reader that follows a results file while lines are appended.
#[derive(Debug)]
pub(crate) struct Tail {
    path: PathBuf,
    /// The file that is followed, until another takes its place.
    file: Option<(u64, u64)>,
    read: u64,
    last: BTreeMap<String, String>,
}

impl Tail {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, file: None, read: 0, last: BTreeMap::new() }
    }

    /// Returns the status of the last line about the address.
    pub(crate) fn last_status(&mut self, address: &str) -> Option<String> {
        let mut file = File::open(&self.path).expect("the results file exists");
        let identity = identity(&file);
        if self.file != Some(identity) {
            (self.file, self.read) = (Some(identity), 0);
            self.last.clear();
        }
        file.seek(SeekFrom::Start(self.read)).expect("it can be read");
        let mut new = Vec::new();
        file.read_to_end(&mut new).expect("it can be read");
        // A line that a kill cut off has no line end.
        new.truncate(new.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1));
        self.read += new.len() as u64;
        let mut csv = csv::ReaderBuilder::new().has_headers(false).from_reader(new.as_slice());
        for record in csv.records() {
            let line = Line::read(&record.expect("lines are written whole"));
            if !line.is_of_the_row_alone() {
                self.last.insert(line.address, line.status);
            }
        }
        self.last.get(address).cloned()
    }
}
