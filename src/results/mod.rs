//! The results file, which is also the journal of a run.
//!
//! Lines are appended: one with the status `sending` before each request, and one with the outcome as soon as it is
//! known. They are buffered until [`Journal::flush`], which the dispatcher calls before a request depends on them and
//! before it waits. A thread syncs the file to disk every half second. [`Journal::finish`] replaces the file with one
//! that has one line a row, in the order of the input. If the run is killed, [`Journal::open`] resumes from the lines
//! that were flushed.
//!
//! The file of an earlier run stays as it is until the first request is about to be sent: until then the lines go to a
//! file beside it.
//!
//! The journal needs 8 bytes of memory a row, for the offset of its last line. It decides nothing about a row.

mod earlier;
mod error;
mod ledger;
mod line;
mod lines;
mod reader;
mod record;
mod replacement;
mod resaved;
mod rewrite;
mod source;
mod status_writer;
mod storage;

pub(crate) mod status;

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub use self::earlier::{Earlier, Place};
pub use self::error::JournalError;
pub use self::line::Line;
pub use self::reader::{ReadError, ResultsReader};
pub use self::record::Subject;
pub use self::rewrite::{Cell, FailedRows};
pub use self::status::CurrentStatus;
pub use self::status_writer::StatusWriter;
pub use self::storage::{FileLock, InUse};
pub(crate) use self::storage::{beside, create, replace};

use self::earlier::Old;
use self::lines::{LinesAt, RawLines};
use self::record::{Decoder, Encoder};
use self::replacement::{FileState, Replacement};
use self::storage::{Lock, Syncer};
use crate::model::columns::{MARK, RESULT_COLUMNS, RUN_STATUS};
use crate::model::invitation::ObjectId;
use crate::model::outcome::Outcome;
use crate::model::person::PersonKeys;
use crate::model::status::Status;

/// The offset of a row that has no line yet.
const NOWHERE: u64 = u64::MAX;

/// The results file of one run.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// The new file, until it replaces that of an earlier run.
    replacement: Option<Replacement>,
    /// Set if the buffer has a line about a request that is about to be sent.
    announces: bool,
    encoder: Encoder,
    layout: Layout,
    /// Lines that are not in the file yet.
    buffer: Vec<u8>,
    /// The length of the file, at which the buffer will begin.
    written: u64,
    /// The offset of each input row's last line, in the order of the input.
    rows: Vec<u64>,
    /// The offsets of the lines of people who are no longer in the sheet.
    gone: Vec<u64>,
    /// A reader of the earlier run's lines; `None` until the first is read.
    earlier: Option<(LinesAt, Decoder)>,
    syncer: Syncer,
    broken: bool,
    _lock: Lock,
}

/// A row of the input, by its index among all rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(u32);

/// The format of a results file apart from its fixed columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The names of the input's columns, which follow `RESULT_COLUMNS`.
    pub carried: Vec<String>,
    /// True if the file begins with a byte order mark, without which Excel shows accents incorrectly. Earlier results
    /// are read with and without one.
    pub excel: bool,
}

impl From<Vec<String>> for Layout {
    fn from(carried: Vec<String>) -> Self {
        Self { carried, ..Self::default() }
    }
}

impl Layout {
    /// Returns the layout of the results of `revoke`, for results that have these columns after `RESULT_COLUMNS`.
    pub fn for_revoke(carried: &[String]) -> Self {
        [RUN_STATUS.to_owned()].into_iter().chain(carried.iter().cloned()).collect::<Vec<_>>().into()
    }

    fn columns(&self) -> usize {
        RESULT_COLUMNS.len() + self.carried.len()
    }

    fn header(&self) -> Vec<u8> {
        let mut header = if self.excel { MARK.to_vec() } else { Vec::new() };
        Encoder::new().header(&mut header, self.carried.iter().map(String::as_str));
        header
    }
}

/// The treatment of an existing results file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Resumes from the file.
    Continue,
    /// Decides about every row again, but keeps the lines that show which invites are this job's. The old file is kept
    /// under a name with this time.
    Fresh(Timestamp),
    /// Starts over without the file, which must not record anything that a run has sent.
    Replace,
}

impl Journal {
    /// Opens the results file at `path`. A list of carried columns can be passed as its layout.
    ///
    /// The second value has the lines of an earlier run. `keys` must be the same as for the rows of this run.
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
        let (mut file, replacement, earlier) = if fs::exists(path).map_err(unwritable)? {
            let state = FileState::of(path).map_err(unwritable)?;
            let old = Old::read(path, organizations, keys, &layout)?;
            let (keep, old) = match start {
                Start::Continue => (None, old),
                Start::Fresh(now) => (Some(now), old),
                Start::Replace if old.is_some_and(|old| old.is_on_record()) => {
                    return Err(JournalError::OnRecord { path: path.into() });
                }
                Start::Replace => (None, None),
            };
            let (replacement, mut file) = Replacement::create(path, state, keep).map_err(unwritable)?;
            let earlier = match old {
                Some(old) => old.write(&file, &layout).map_err(unwritable)?,
                None => {
                    file.write_all(&layout.header()).map_err(unwritable)?;
                    Earlier::default()
                }
            };
            (file, Some(replacement), if keep.is_some() { earlier.fresh() } else { earlier })
        } else {
            let mut file = storage::create(path).map_err(unwritable)?;
            file.write_all(&layout.header()).map_err(unwritable)?;
            (file, None, Earlier::default())
        };
        let written = file.seek(SeekFrom::End(0)).map_err(unwritable)?;
        let place = replacement.as_ref().map_or(path, Replacement::path).to_owned();
        let syncer = Syncer::start(file.try_clone().map_err(unwritable)?, place).map_err(unwritable)?;
        let journal = Self {
            path: path.to_owned(),
            file,
            replacement,
            announces: false,
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

    /// Makes room for this number of rows, because growing would briefly need twice the memory.
    pub fn expect_rows(&mut self, rows: usize) {
        self.rows.reserve_exact(rows);
    }

    /// Adds the next row of the input. Each row must get a line before the end.
    pub fn next_slot(&mut self) -> Slot {
        self.rows.push(NOWHERE);
        Slot((self.rows.len() - 1) as u32)
    }

    /// Appends a line for a row of the input, or for a person who is no longer in it. It replaces the row's last line.
    pub fn append<'a>(
        &mut self,
        slot: Option<Slot>,
        subject: Subject<'_>,
        outcome: &Outcome,
        cells: impl IntoIterator<Item = &'a str>,
    ) {
        let offset = self.written + self.buffer.len() as u64;
        self.encoder.line(&mut self.buffer, subject, outcome, cells);
        self.announces |= outcome.status == Status::Sending;
        match slot {
            Some(slot) => self.rows[slot.0 as usize] = offset,
            None => self.gone.push(offset),
        }
    }

    /// Returns the path of the open file.
    fn place(&self) -> &Path {
        self.waiting().map_or(&self.path, Replacement::path)
    }

    /// Returns the new file while that of an earlier run is still as it was.
    fn waiting(&self) -> Option<&Replacement> {
        self.replacement.as_ref().filter(|replacement| !replacement.is_in_place())
    }

    /// Returns whether the file of an earlier run is still as it was. It stays so if the journal is dropped now.
    pub fn is_unchanged(&self) -> bool {
        self.waiting().is_some()
    }

    /// Replaces the file of an earlier run, unless that has been done.
    fn begin(&mut self) -> Result<(), JournalError> {
        let Some(replacement) = &mut self.replacement else { return Ok(()) };
        let replaced = replacement.put_in_place(&self.file, &self.path).and_then(|()| self.file.try_clone());
        match replaced.and_then(|file| Syncer::start(file, self.path.clone())) {
            Ok(syncer) => (self.replacement, self.syncer) = (None, syncer),
            Err(source) => return Err(self.break_off(source, 0)),
        }
        Ok(())
    }

    /// Returns the number of buffered bytes.
    pub fn unflushed(&self) -> usize {
        self.buffer.len()
    }

    /// Writes all buffered lines to the file. After a failure nothing more is written, and every call fails.
    pub fn flush(&mut self) -> Result<(), JournalError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let failure =
            if self.broken { Some(io::Error::other("an earlier write failed")) } else { self.syncer.failure() };
        if let Some(source) = failure {
            return Err(self.break_off(source, 0));
        }
        // A request is about to be sent, so its line must be in the file that the next run reads.
        if std::mem::take(&mut self.announces) {
            self.begin()?;
        }
        if let Err(source) = self.file.write_all(&self.buffer) {
            // On a full disk, a part of the buffer may have been written.
            let length = self.file.metadata().map_or(0, |metadata| metadata.len());
            return Err(self.break_off(source, length.saturating_sub(self.written)));
        }
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        self.syncer.wrote();
        Ok(())
    }

    /// Gives up writing. The file contains the first `written` bytes of the buffer. Returns an error with the lines
    /// that are not in the file, each only once.
    fn break_off(&mut self, source: io::Error, mut written: u64) -> JournalError {
        let mut decoder = Decoder::new();
        let columns = self.layout.columns();
        let mut unwritten = Vec::new();
        // A file that was moved or removed is still readable, but only by this process.
        if !self.broken && !storage::is_at(&self.file, self.place()) {
            written = 0;
            let mut lines = self.file.try_clone().map(LinesAt::new).ok();
            for offset in self.rows.iter().chain(&self.gone).filter(|offset| **offset < self.written) {
                let raw = lines.as_mut().and_then(|lines| lines.read(*offset).ok());
                unwritten.extend(raw.and_then(|raw| decoder.line(raw, columns).ok()));
            }
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        if self.is_unchanged() {
            // Nothing was sent, and the file of the earlier run has everything that was sent before.
            buffer.clear();
            unwritten.clear();
        }
        let mut lines = RawLines::new(buffer.as_slice(), 0);
        while let Ok(Some((begin, raw))) = lines.next() {
            if begin + raw.len() as u64 > written {
                unwritten.extend(decoder.line(raw, columns).ok());
            }
        }
        self.broken = true;
        JournalError::Broken { path: self.path.clone(), source, unwritten }
    }

    /// Reads a line of an earlier run.
    pub fn read(&mut self, place: Place) -> Result<Line, JournalError> {
        let unreadable = |source| JournalError::Unreadable { path: self.path.clone(), source };
        let columns = self.layout.columns();
        let reader = match self.earlier.take() {
            Some(reader) => reader,
            None => (LinesAt::open(self.place()).map_err(unreadable)?, Decoder::new()),
        };
        let (lines, decoder) = self.earlier.insert(reader);
        let raw = lines.read(place.offset).map_err(unreadable)?;
        decoder.line(raw, columns).map_err(|bad| unreadable(io::Error::other(bad.0)))
    }

    /// Replaces the file with one that has exactly one line a row, in the order of the input, followed by the lines of
    /// people who are no longer in the sheet. Also writes the rows that need attention to `failed`.
    ///
    /// # Errors
    ///
    /// On failure the journal stays as it is, and a later run can resume from it. With [`JournalError::FailedRows`] the
    /// results are complete.
    pub fn finish(mut self, failed: Option<FailedRows>) -> Result<(), JournalError> {
        self.flush()?;
        if self.broken {
            return Err(self.break_off(io::Error::other("an earlier write failed"), 0));
        }
        self.begin()?;
        if !storage::is_at(&self.file, &self.path) {
            return Err(self.break_off(io::Error::new(io::ErrorKind::NotFound, "the file was moved or removed"), 0));
        }
        let failed = rewrite::rewrite(&self, failed).map_err(|source| self.break_off(source, 0))?;
        failed.map_err(|(path, source)| JournalError::FailedRows { path, source })
    }
}

#[cfg(test)]
mod tests;
