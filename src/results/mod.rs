//! The results file, which is the run's journal while it lasts.
//!
//! Lines are appended: `sending` before each request for a row, the row's fate the moment it is known. They gather in
//! memory until [`Journal::flush`], which the dispatcher calls before anyone relies on them and whenever it is about to
//! wait; a thread syncs the file to disk every half second. [`Journal::finish`] replaces the file by one with a line a
//! row, in the order of the input. After a kill, [`Journal::open`] finds what was flushed and goes on from there.
//!
//! It holds 8 bytes a row in memory: where the row's last line begins. Not for deciding anything about a row.

mod earlier;
mod lines;
mod reader;
mod record;
mod rewrite;
mod status_writer;
mod storage;

pub(crate) mod status;

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub use self::earlier::{Earlier, Place};
pub use self::reader::{ReadError, ResultsReader};
pub use self::record::{Line, Subject};
pub use self::rewrite::{Cell, FailedRows};
pub use self::status::CurrentStatus;
pub use self::status_writer::StatusWriter;
pub use self::storage::{FileLock, InUse};
pub(crate) use self::storage::{beside, create, replace};

use self::lines::{LinesAt, RawLines};
use self::record::{Decoder, Encoder};
use self::storage::{Lock, Syncer};
use crate::model::columns::{MARK, RESULT_COLUMNS, RUN_STATUS};
use crate::model::invitation::ObjectId;
use crate::model::outcome::Outcome;
use crate::model::person::PersonKeys;
use crate::model::status::JobKind;

/// Where a row without a line yet points.
const NOWHERE: u64 = u64::MAX;

/// The results file of one run.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    encoder: Encoder,
    layout: Layout,
    /// Lines that are not in the file yet, and where in the file they will begin.
    buffer: Vec<u8>,
    written: u64,
    /// Where each input row's last line begins, in input order.
    rows: Vec<u64>,
    /// Where the lines of people who are no longer in the sheet begin.
    gone: Vec<u64>,
    /// Reads the lines of an earlier run, once one is asked for.
    earlier: Option<(LinesAt, Decoder)>,
    syncer: Syncer,
    broken: bool,
    _lock: Lock,
}

/// A row of the input, by its place among all rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(u32);

/// What the file looks like beyond our own columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The input's columns that follow `RESULT_COLUMNS`, by name.
    pub carried: Vec<String>,
    /// Whether the file begins with a byte order mark, without which Excel shows accents as something else. What an
    /// earlier run left is read with and without one.
    pub excel: bool,
}

impl From<Vec<String>> for Layout {
    fn from(carried: Vec<String>) -> Self {
        Self { carried, ..Self::default() }
    }
}

impl Layout {
    /// What a revocation's looks like, of results with these columns after `RESULT_COLUMNS`.
    pub fn of_revocation(carried: &[String]) -> Self {
        [RUN_STATUS.to_owned()].into_iter().chain(carried.iter().cloned()).collect::<Vec<_>>().into()
    }

    /// How many columns a line has.
    fn columns(&self) -> usize {
        RESULT_COLUMNS.len() + self.carried.len()
    }

    /// What the file begins with.
    fn header(&self) -> Vec<u8> {
        let mut header = if self.excel { MARK.to_vec() } else { Vec::new() };
        Encoder::new().header(&mut header, self.carried.iter().map(String::as_str));
        header
    }
}

/// Whether to go on from a results file that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Go on.
    Continue,
    /// Start over, and keep the old file under a name with this time.
    Fresh(Timestamp),
    /// Start over, and keep nothing of a file of ours.
    Replace,
}

/// Why there can be no results file, or no more of it.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it; `path` is the results file, `source` the system's reason")]
pub enum JournalError {
    #[error("another bulk-invite is using {}; wait for it", path.display())]
    Locked { path: PathBuf },
    #[error("cannot write the results to {}: {source}; name another file with --results", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("cannot read the earlier results in {}: {source}; name another file with --results", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error(
        "{} is there and is not a results file of bulk-invite; move it away, or name another file with --results",
        path.display()
    )]
    NotOurs { path: PathBuf },
    #[error("{} has the results of another command; name another file with --results", path.display())]
    OtherJob { path: PathBuf },
    #[error(
        "{} has the results of another organization ({theirs}); name another file with --results, or start over with --fresh",
        path.display()
    )]
    OtherOrganization { path: PathBuf, theirs: String },
    #[error(
        "{}, line {line}: {problem}; undo the change to that line, or start over with --fresh",
        path.display()
    )]
    Damaged { path: PathBuf, line: u64, problem: &'static str },
    /// The file took no more; `unwritten` are the lines that are not in it.
    #[error("cannot write the results to {}: {source}", path.display())]
    Broken { path: PathBuf, source: io::Error, unwritten: Vec<Line> },
    /// The second file could not be written, by the `path` that was asked for; the results are complete.
    #[error("cannot write the rows that need another look to {} (--failed): {source}", path.display())]
    FailedRows { path: PathBuf, source: io::Error },
}

impl Journal {
    /// Opens the results file at `path`, which will be laid out so; the carried columns' names alone do for a layout.
    ///
    /// What an earlier run left is in the second value. `keys` must be the run's own.
    pub fn open(
        path: &Path,
        organizations: &[ObjectId],
        keys: &PersonKeys,
        layout: impl Into<Layout>,
        start: Start,
    ) -> Result<(Self, Earlier), JournalError> {
        let unwritable = |source| JournalError::Unwritable { path: path.into(), source };
        let lock = Lock::take(path).map_err(unwritable)?;
        let lock = lock.ok_or_else(|| JournalError::Locked { path: path.into() })?;
        let layout = layout.into();
        let there = fs::exists(path).map_err(unwritable)?;
        let earlier = match start {
            Start::Continue if there => earlier::take_over(path, organizations, keys, &layout)?,
            Start::Fresh(now) if there => keep_aside(path, now).map(|()| None).map_err(unwritable)?,
            Start::Replace if there => {
                earlier::take_over(path, organizations, keys, &layout)?;
                None
            }
            Start::Continue | Start::Fresh(_) | Start::Replace => None,
        };
        let mut file = if earlier.is_some() {
            fs::OpenOptions::new().read(true).write(true).open(path).map_err(unwritable)?
        } else {
            let mut file = storage::create(path).map_err(unwritable)?;
            file.write_all(&layout.header()).map_err(unwritable)?;
            file
        };
        let earlier = earlier.unwrap_or_default();
        let written = file.seek(SeekFrom::End(0)).map_err(unwritable)?;
        let syncer = Syncer::start(file.try_clone().map_err(unwritable)?, path.into()).map_err(unwritable)?;
        let journal = Self {
            path: path.to_owned(),
            file,
            encoder: Encoder::new(),
            layout,
            buffer: Vec::new(),
            written,
            rows: Vec::new(),
            gone: Vec::new(),
            earlier: None,
            syncer,
            broken: false,
            _lock: lock,
        };
        Ok((journal, earlier))
    }

    /// Makes room for so many rows: growing costs twice the memory for a moment.
    pub fn expect_rows(&mut self, rows: usize) {
        self.rows.reserve_exact(rows);
    }

    /// The next row of the input; each must get a line before the end.
    pub fn next_slot(&mut self) -> Slot {
        self.rows.push(NOWHERE);
        Slot((self.rows.len() - 1) as u32)
    }

    /// Notes a line about a row of the input, or about someone who is no longer in it. It replaces the row's last.
    pub fn append<'a>(
        &mut self,
        slot: Option<Slot>,
        subject: Subject<'_>,
        outcome: &Outcome,
        cells: impl IntoIterator<Item = &'a str>,
    ) {
        let offset = self.written + self.buffer.len() as u64;
        self.encoder.line(&mut self.buffer, subject, outcome, cells);
        match slot {
            Some(slot) => self.rows[slot.0 as usize] = offset,
            None => self.gone.push(offset),
        }
    }

    /// Bytes noted and not in the file yet.
    pub fn unflushed(&self) -> usize {
        self.buffer.len()
    }

    /// Brings every noted line into the file. After a failure nothing more is written, and every call fails.
    pub fn flush(&mut self) -> Result<(), JournalError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let failure =
            if self.broken { Some(io::Error::other("an earlier write failed")) } else { self.syncer.failure() };
        if let Some(source) = failure {
            return Err(self.break_off(source, 0));
        }
        if let Err(source) = self.file.write_all(&self.buffer) {
            // A full disk takes what it has room for.
            let length = self.file.metadata().map_or(0, |metadata| metadata.len());
            return Err(self.break_off(source, length.saturating_sub(self.written)));
        }
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        self.syncer.wrote();
        Ok(())
    }

    /// Gives the file up, which has so many bytes of the buffer. Lines that nobody will find in it come with the error, and
    /// only once.
    fn break_off(&mut self, source: io::Error, mut taken: u64) -> JournalError {
        let mut decoder = Decoder::new();
        let columns = self.layout.columns();
        let mut unwritten = Vec::new();
        // A file that was moved or removed still has its lines, for this process alone.
        if !self.broken && !storage::is_at(&self.file, &self.path) {
            taken = 0;
            let mut lines = self.file.try_clone().map(LinesAt::new).ok();
            for offset in self.rows.iter().chain(&self.gone).filter(|offset| **offset < self.written) {
                let raw = lines.as_mut().and_then(|lines| lines.read(*offset).ok());
                unwritten.extend(raw.and_then(|raw| decoder.line(raw, columns).ok()));
            }
        }
        let buffer = std::mem::take(&mut self.buffer);
        let mut lines = RawLines::new(buffer.as_slice(), 0);
        while let Ok(Some((begin, raw))) = lines.next() {
            if begin + raw.len() as u64 > taken {
                unwritten.extend(decoder.line(raw, columns).ok());
            }
        }
        self.broken = true;
        JournalError::Broken { path: self.path.clone(), source, unwritten }
    }

    /// Reads a line that an earlier run left.
    pub fn read(&mut self, place: Place) -> Result<Line, JournalError> {
        let unreadable = |source| JournalError::Unreadable { path: self.path.clone(), source };
        let columns = self.layout.columns();
        let reader = match self.earlier.take() {
            Some(reader) => reader,
            None => (LinesAt::open(&self.path).map_err(unreadable)?, Decoder::new()),
        };
        let (lines, decoder) = self.earlier.insert(reader);
        let raw = lines.read(place.offset).map_err(unreadable)?;
        decoder.line(raw, columns).map_err(|bad| unreadable(io::Error::other(bad.0)))
    }

    /// Replaces the file by one with exactly one line a row, in input order, then those of people no longer in the sheet.
    /// Writes the rows that need another look to `failed` too.
    ///
    /// On failure the journal stays as it is and can be continued from; [`JournalError::FailedRows`] alone says nothing of
    /// the results, which are complete then.
    pub fn finish(mut self, failed: Option<FailedRows>) -> Result<(), JournalError> {
        self.flush()?;
        if self.broken {
            return Err(self.break_off(io::Error::other("an earlier write failed"), 0));
        }
        if !storage::is_at(&self.file, &self.path) {
            return Err(self.break_off(io::Error::new(io::ErrorKind::NotFound, "the file was moved or removed"), 0));
        }
        let failed = rewrite::rewrite(&self, failed).map_err(|source| self.break_off(source, 0))?;
        failed.map_err(|(path, source)| JournalError::FailedRows { path, source })
    }
}

/// What kind of job writes results with these columns after [`RESULT_COLUMNS`].
fn kind(carried: &[String]) -> JobKind {
    if carried.first().is_some_and(|name| name == RUN_STATUS) { JobKind::Revoke } else { JobKind::Invite }
}

/// Whether a header is that of a results file.
fn is_ours(header: &[String]) -> bool {
    header.len() >= RESULT_COLUMNS.len() && header.iter().zip(RESULT_COLUMNS).all(|(name, ours)| name == ours)
}

/// `people.results.csv` becomes `people.results.2026-11-24T101530Z.csv`.
fn keep_aside(path: &Path, now: Timestamp) -> io::Result<()> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    let time = now.strftime("%Y-%m-%dT%H%M%SZ");
    for attempt in 0..1000 {
        let again = if attempt == 0 { String::new() } else { format!("-{attempt}") };
        let aside = path.with_file_name(format!("{stem}.{time}{again}{extension}"));
        if !fs::exists(&aside)? {
            return fs::rename(path, aside);
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "no free name for the old file"))
}

#[cfg(test)]
mod tests;
