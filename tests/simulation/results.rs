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
    pub(crate) detail: String,
    pub(crate) attempts: usize,
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
        needs_none || (!self.code.is_empty() && (self.status != "unknown" || !self.detail.is_empty()))
    }

    fn read(record: &csv::StringRecord) -> Self {
        Self {
            row: record[0].parse().ok(),
            cell: record[1].to_owned(),
            address: address_in(&record[1]),
            status: record[3].to_owned(),
            invite_id: record[4].to_owned(),
            code: record[7].to_owned(),
            detail: record[8].to_owned(),
            attempts: record[9].parse().unwrap_or_default(),
        }
    }
}

/// Returns all lines of a finished file.
pub(crate) fn read(path: &Path) -> Vec<Line> {
    let mut csv = reader(&std::fs::read(path).expect("the results file exists"));
    let lines: Vec<Line> =
        csv.records().map(|record| Line::read(&record.expect("the results file is complete"))).collect();
    for line in &lines {
        assert!(line.has_its_code(), "a row that did not succeed has a code, and if unknown a reason: {line:?}");
    }
    lines
}

/// Returns the current lines of a file, finished or not: the last line about each person, and every line that is only
/// about its row.
pub(crate) fn current(path: &Path) -> Vec<Line> {
    let mut written = std::fs::read(path).expect("the results file exists");
    // A line that a kill cut off has no line end.
    written.truncate(complete(&written));
    let mut csv = reader(&written);
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

/// Returns a reader of a file that this program or another one has saved.
fn reader(written: &[u8]) -> csv::Reader<std::io::Cursor<Vec<u8>>> {
    let written = written.strip_prefix(b"\xef\xbb\xbf").unwrap_or(written);
    let delimiter = if written.starts_with(b"row;") { b';' } else { b',' };
    csv::ReaderBuilder::new().delimiter(delimiter).from_reader(std::io::Cursor::new(written.to_vec()))
}

/// Returns the length of the complete lines, each of which ends outside of quotes.
pub(crate) fn complete(written: &[u8]) -> usize {
    let (mut quoted, mut end) = (false, 0);
    for (at, byte) in written.iter().enumerate() {
        quoted ^= *byte == b'"';
        if !quoted && matches!(byte, b'\n' | b'\r') {
            end = at + 1;
        }
    }
    end
}

/// Saves a finished file as another program would: with other line ends, or with semicolons.
pub(crate) fn save_again(path: &Path, rng: &mut fastrand::Rng) {
    let Ok(written) = std::fs::read(path) else { return };
    let (terminator, delimiter) = [
        (csv::Terminator::CRLF, b','),
        (csv::Terminator::Any(b'\r'), b','),
        (csv::Terminator::Any(b'\n'), b','),
        (csv::Terminator::CRLF, b';'),
    ][rng.usize(..4)];
    let mut saved = csv::WriterBuilder::new().terminator(terminator).delimiter(delimiter).from_writer(Vec::new());
    let mut records = csv::ReaderBuilder::new().has_headers(false).from_reader(written.as_slice());
    for record in records.records() {
        saved.write_record(&record.expect("the results file is complete")).expect("memory takes it");
    }
    let mut saved = saved.into_inner().expect("memory takes it");
    if delimiter == b';' {
        saved.splice(0..0, *b"\xef\xbb\xbf");
    } else if rng.bool() {
        saved.truncate(saved.trim_ascii_end().len());
    }
    std::fs::write(path, saved).expect("the results can be written");
}

/// A reader that follows a results file while lines are appended.
#[derive(Debug)]
pub(crate) struct Tail {
    path: PathBuf,
    /// The file that is followed, until another takes its place.
    file: Option<(u64, u64)>,
    read: u64,
    /// The status in the last line about each person, and the end of that line in the file.
    last: BTreeMap<String, (String, u64)>,
    /// The end of the last line whose request was sent.
    pub(crate) durable: u64,
    /// The file at the time of the first request, and what was in it.
    first: Option<(File, Vec<u8>)>,
}

impl Tail {
    pub(crate) fn new(path: PathBuf) -> Self {
        let durable = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
        Self { path, file: None, read: 0, last: BTreeMap::new(), durable, first: None }
    }

    /// Returns the status of the last line about the address.
    pub(crate) fn last_status(&mut self, address: &str) -> Option<String> {
        let mut file = File::open(&self.path).expect("the results file exists");
        let identity = identity(&file);
        if self.file != Some(identity) {
            let is_replaced = self.file.is_some();
            (self.file, self.read) = (Some(identity), 0);
            self.last.clear();
            if is_replaced {
                self.durable = 0;
            }
        }
        file.seek(SeekFrom::Start(self.read)).expect("it can be read");
        let mut new = Vec::new();
        file.read_to_end(&mut new).expect("it can be read");
        new.truncate(complete(&new));
        let mut csv = csv::ReaderBuilder::new().has_headers(false).from_reader(new.as_slice());
        let mut record = csv::StringRecord::new();
        while csv.read_record(&mut record).expect("lines are written whole") {
            let line = Line::read(&record);
            if !line.is_of_the_row_alone() {
                self.last.insert(line.address, (line.status, self.read + csv.position().byte()));
            }
        }
        self.read += new.len() as u64;
        if self.first.is_none() {
            file.seek(SeekFrom::Start(0)).expect("it can be read");
            let mut written = Vec::new();
            file.read_to_end(&mut written).expect("it can be read");
            self.first = Some((file, written));
        }
        self.last.get(address).map(|(status, _)| status.clone())
    }

    /// Records that the request of the last line about the address is sent.
    pub(crate) fn sending(&mut self, address: &str) {
        let end = self.last.get(address).map_or(0, |(_, end)| *end);
        self.durable = self.durable.max(end);
    }

    pub(crate) fn is_overwritten(&self) -> bool {
        self.first.as_ref().is_some_and(|(file, written)| {
            let mut now = Vec::new();
            let mut file = file;
            let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut now));
            read.is_err() || !now.starts_with(written)
        })
    }
}
