//! The results file, which is also the journal of a run.
//!
//! Lines are appended: one with the status `sending` before each request, and one with the outcome as soon as it is
//! known. They are buffered until [`Journal::flush`], which the dispatcher calls before a request depends on them and
//! before it waits. With [`Durability::Power`] it syncs them to the disk before a request is sent; a thread syncs the
//! others every half second. [`Journal::finish`] replaces the file with one that has one line a row, in the order of the
//! input. If the run is killed, [`Journal::open`] resumes from the lines that were flushed.
//!
//! The file of an earlier run stays as it is until the first request is about to be sent: until then the lines go to a
//! file beside it.
//!
//! If another program changes the file, what was recorded is written to a new file beside it, and the run ends.
//!
//! The journal needs 8 bytes of memory a row, for the offset of its last line. It decides nothing about a row.

mod broken;
mod earlier;
mod error;
mod failed_rows;
mod layout;
mod ledger;
mod line;
mod lines;
mod pending;
mod reader;
mod record;
mod resaved;
mod rewrite;
mod source;
mod status_writer;
mod storage;

pub(crate) mod status;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub use self::earlier::{Earlier, Place};
pub use self::error::JournalError;
pub use self::failed_rows::{Cell, FailedRows};
pub use self::layout::Layout;
pub use self::line::Line;
pub use self::reader::{ReadError, ResultsReader};
pub use self::record::Subject;
pub use self::status::CurrentStatus;
pub use self::status_writer::StatusWriter;
pub(crate) use self::storage::Replacement;
pub use self::storage::{Disk, Durability, FileLock, InUse, resolved};

use self::earlier::Old;
use self::lines::LinesAt;
use self::pending::{FileState, Pending};
use self::record::{Decoder, Encoder};
use self::rewrite::RewriteError;
use self::storage::{LedgerFile, Lock};
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
    file: LedgerFile,
    /// The new file, until it replaces that of an earlier run.
    pending: Option<Pending>,
    /// Set as long as the file of an earlier run is as it was.
    unchanged: bool,
    encoder: Encoder,
    layout: Layout,
    /// Lines that are not in the file yet.
    buffer: Vec<u8>,
    /// The offset at which the buffer begins: the length of the file, unless writing has failed.
    buffer_at: u64,
    /// Set if the buffer has the line of a request that is about to be sent.
    is_sending: bool,
    /// The offset of each input row's last line, in the order of the input.
    rows: Vec<u64>,
    /// The offsets of the lines of people who are no longer in the sheet.
    gone: Vec<u64>,
    /// A reader of the earlier run's lines; `None` until the first is read.
    earlier: Option<(LinesAt, Decoder)>,
    broken: bool,
    lock: Lock,
}

/// A row of the input, by its index among all rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(u32);

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
        let path = &resolved(path);
        let unwritable = |source| JournalError::Unwritable { path: path.into(), source };
        let locked = || JournalError::Locked { path: path.into() };
        let mut lock = Lock::take(path).map_err(unwritable)?.ok_or_else(locked)?;
        let layout = layout.into();
        let (mut pending, mut earlier) = (None, Earlier::default());
        let mut file = if fs::exists(path).map_err(unwritable)? {
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
            let new = pending.insert(Pending::create(path, state, keep).map_err(unwritable)?);
            match old {
                Some(old) => earlier = old.write(new.file(), &layout).map_err(unwritable)?,
                None => new.file().write_all(&layout.header()).map_err(unwritable)?,
            }
            earlier = if keep.is_some() { earlier.fresh() } else { earlier };
            new.file().try_clone().map_err(unwritable)?
        } else {
            // If the file exists now, another run has created it.
            storage::create_new(path).map_err(|source| {
                if source.kind() == io::ErrorKind::AlreadyExists { locked() } else { unwritable(source) }
            })?
        };
        if !lock.hold(&file).map_err(unwritable)? {
            return Err(locked());
        }
        if pending.is_none() {
            file.write_all(&layout.header()).map_err(unwritable)?;
        }
        let place = pending.as_ref().map_or(path.as_path(), Pending::path).to_owned();
        let file = LedgerFile::open(file, place).map_err(unwritable)?;
        let journal = Self {
            path: path.to_owned(),
            encoder: Encoder::new(),
            layout,
            buffer: Vec::new(),
            buffer_at: file.length(),
            is_sending: false,
            file,
            unchanged: pending.is_some(),
            pending,
            rows: Vec::new(),
            gone: Vec::new(),
            earlier: None,
            broken: false,
            lock,
        };
        Ok((journal, earlier))
    }

    /// Chooses what the lines survive: a power cut unless this is called.
    pub fn set_durability(&mut self, durability: Durability) {
        self.file.set_durability(durability);
    }

    /// Replaces the disk, for tests of one that fails or loses what was not synced.
    pub fn set_disk(&mut self, disk: Box<dyn Disk>) {
        self.file.set_disk(disk);
    }

    /// Returns the number of bytes of the file that are certainly on the disk.
    pub fn synced(&self) -> u64 {
        self.file.synced()
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
        let offset = self.buffer_at + self.buffer.len() as u64;
        self.is_sending |= outcome.status == Status::Sending;
        self.encoder.line(&mut self.buffer, subject, outcome, cells);
        match slot {
            Some(slot) => self.rows[slot.0 as usize] = offset,
            None => self.gone.push(offset),
        }
    }

    /// Returns whether the file of an earlier run is still as it was. It stays so if the journal is dropped now.
    pub fn is_unchanged(&self) -> bool {
        self.unchanged
    }

    /// Replaces the file of an earlier run, unless that has been done.
    fn begin(&mut self) -> io::Result<()> {
        if let Some(pending) = self.pending.take() {
            let placed = pending.put_in_place(&self.path);
            // A failure to sync the folder comes after the file has been replaced.
            self.unchanged = !self.file.is_at(&self.path);
            placed?;
            self.file.has_moved(self.path.clone());
        }
        Ok(())
    }

    /// Returns the number of buffered bytes.
    pub fn unflushed(&self) -> usize {
        self.buffer.len()
    }

    /// Writes all buffered lines to the file, and syncs it if one of them is of a request that is about to be sent.
    /// After a failure nothing more is written, and every call fails.
    pub fn flush(&mut self) -> Result<(), JournalError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        if self.broken {
            return Err(self.break_off(io::Error::other("an earlier write failed"), self.buffer_at));
        }
        if let Some(source) = self.file.failure() {
            return Err(self.break_off(source, self.file.synced()));
        }
        if self.file.is_changed() {
            return Err(self.recover());
        }
        // A request is about to be sent, so its line must be in the file that the next run reads.
        if self.is_sending
            && let Err(source) = self.begin()
        {
            return Err(self.break_off(source, self.buffer_at));
        }
        if let Err(source) = self.file.write(&self.buffer) {
            // On a full disk, a part of the buffer may have been written.
            return Err(self.break_off(source, self.file.length_on_disk()));
        }
        if std::mem::take(&mut self.is_sending)
            && let Err(source) = self.file.sync()
        {
            return Err(self.break_off(source, self.file.synced()));
        }
        self.buffer.clear();
        self.buffer_at = self.file.length();
        Ok(())
    }

    /// Reads a line of an earlier run.
    pub fn read(&mut self, place: Place) -> Result<Line, JournalError> {
        let unreadable = |source| JournalError::Unreadable { path: self.path.clone(), source };
        let columns = self.layout.columns();
        let reader = match self.earlier.take() {
            Some(reader) => reader,
            None => (LinesAt::new(self.file.reader().map_err(unreadable)?), Decoder::new()),
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
            return Err(self.break_off(io::Error::other("an earlier write failed"), self.buffer_at));
        }
        if let Err(source) = self.begin() {
            return Err(self.break_off(source, self.buffer_at));
        }
        let rewritten = rewrite::rewrite(&mut self, failed);
        match rewritten {
            Ok(failed) => failed.map_err(|(path, source)| JournalError::FailedRows { path, source }),
            Err(RewriteError::Changed) => Err(self.recover()),
            Err(RewriteError::Failed(source)) => Err(self.break_off(source, self.buffer_at)),
        }
    }
}

#[cfg(test)]
mod tests;
