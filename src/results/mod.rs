//! The results file, which is also the journal of a run.
//!
//! Lines are appended: one with the status `sending` before each request, and one with the outcome as soon as it is
//! known. They are buffered until [`Journal::flush`], which the dispatcher calls before a request depends on them and
//! before it waits. With [`Durability::Power`] it syncs them to the disk before a request is sent; a thread syncs the
//! others every half second. [`Journal::finish`] replaces the file with one that has one line a row, in the order of the
//! input. If the run is killed, [`Journal::open`] resumes from the lines that were flushed.
//!
//! If another program changes the file, what was recorded is written to a new file beside it, and the run ends.
//!
//! The journal needs 8 bytes of memory a row, for the offset of its last line. It decides nothing about a row.

mod broken;
mod earlier;
mod failed_rows;
mod layout;
mod lines;
mod reader;
mod record;
mod rewrite;
mod status_writer;
mod storage;

pub(crate) mod status;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub use self::earlier::{Earlier, Place};
pub use self::failed_rows::{Cell, FailedRows};
pub use self::layout::Layout;
pub use self::reader::{ReadError, ResultsReader};
pub use self::record::{Line, Subject};
pub use self::status::CurrentStatus;
pub use self::status_writer::StatusWriter;
pub(crate) use self::storage::Replacement;
pub use self::storage::{Disk, Durability, FileLock, InUse, resolved};

use self::lines::LinesAt;
use self::record::{Decoder, Encoder};
use self::rewrite::RewriteError;
use self::storage::{LedgerFile, Lock};
use crate::model::columns::{RESULT_COLUMNS, RUN_STATUS};
use crate::model::invitation::ObjectId;
use crate::model::outcome::Outcome;
use crate::model::person::PersonKeys;
use crate::model::status::{JobKind, Status};

/// The offset of a row that has no line yet.
const NOWHERE: u64 = u64::MAX;

/// The results file of one run.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: LedgerFile,
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
    /// Starts over, and renames the old file to a name with this time.
    Fresh(Timestamp),
    /// Starts over, and replaces the old file if it is a results file.
    Replace,
}

/// An error on opening or writing a results file.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "see the messages; `path` is the results file, `source` the system's error")]
pub enum JournalError {
    #[error("another bulk-invite is using {}; wait until it has finished", path.display())]
    Locked { path: PathBuf },
    #[error("cannot write the results to {}: {source}; choose another file with --results", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("cannot read the earlier results in {}: {source}; choose another file with --results", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error(
        "{} already exists and is not a results file of bulk-invite; move it, or choose another file with --results",
        path.display()
    )]
    NotOurs { path: PathBuf },
    #[error("{} contains the results of another command; choose another file with --results", path.display())]
    OtherJob { path: PathBuf },
    #[error(
        "{} contains results of another organization ({organization}); choose another file with --results, or start over \
         with --fresh",
        path.display()
    )]
    OtherOrganization { path: PathBuf, organization: String },
    #[error(
        "{}, line {line}: {problem}; undo the edit to that line, or start over with --fresh",
        path.display()
    )]
    Damaged { path: PathBuf, line: u64, problem: &'static str },
    /// Another program has changed the file. The journal continues in `recovered`.
    #[error(
        "another program has changed {} during the run; {} in {}",
        path.display(),
        if *lost == 0 { "all recorded lines are".to_owned() } else { format!("the recorded lines, except those of {lost} rows, are") },
        recovered.display()
    )]
    Changed { path: PathBuf, recovered: PathBuf, lost: u64 },
    /// Writing failed; `unwritten` are the lines that are not in the file.
    #[error("cannot write the results to {}: {source}", path.display())]
    Broken { path: PathBuf, source: io::Error, unwritten: Vec<Line> },
    /// The file of `--failed` at `path` could not be written; the results are complete.
    #[error("cannot write the failed rows to {} (--failed): {source}", path.display())]
    FailedRows { path: PathBuf, source: io::Error },
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
        let exists = fs::exists(path).map_err(unwritable)?;
        let earlier = match start {
            Start::Continue if exists => earlier::take_over(path, organizations, keys, &layout, &mut lock)?,
            Start::Fresh(now) if exists => keep_aside(path, now).map(|()| None).map_err(unwritable)?,
            Start::Replace if exists => {
                earlier::take_over(path, organizations, keys, &layout, &mut lock)?;
                None
            }
            Start::Continue | Start::Fresh(_) | Start::Replace => None,
        };
        let file = match &earlier {
            Some(_) => fs::OpenOptions::new().read(true).write(true).open(path).map_err(unwritable)?,
            None => {
                // Earlier results were taken over, or they had no lines.
                if fs::exists(path).map_err(unwritable)? {
                    fs::remove_file(path).map_err(unwritable)?;
                }
                // If the file exists now, another run has created it.
                let mut file = storage::create_new(path).map_err(|source| {
                    if source.kind() == io::ErrorKind::AlreadyExists { locked() } else { unwritable(source) }
                })?;
                if !lock.hold(&file).map_err(unwritable)? {
                    return Err(locked());
                }
                file.write_all(&layout.header()).map_err(unwritable)?;
                file
            }
        };
        let earlier = earlier.unwrap_or_default();
        let file = LedgerFile::open(file, path.clone()).map_err(unwritable)?;
        let journal = Self {
            path: path.to_owned(),
            encoder: Encoder::new(),
            layout,
            buffer: Vec::new(),
            buffer_at: file.length(),
            is_sending: false,
            file,
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
        let rewritten = rewrite::rewrite(&mut self, failed);
        match rewritten {
            Ok(failed) => failed.map_err(|(path, source)| JournalError::FailedRows { path, source }),
            Err(RewriteError::Changed) => Err(self.recover()),
            Err(RewriteError::Failed(source)) => Err(self.break_off(source, self.buffer_at)),
        }
    }
}

/// Returns the kind of job whose results have these columns after [`RESULT_COLUMNS`].
fn kind(carried: &[String]) -> JobKind {
    if carried.first().is_some_and(|name| name == RUN_STATUS) { JobKind::Revoke } else { JobKind::Invite }
}

/// Returns whether the header is that of a results file.
fn is_ours(header: &[String]) -> bool {
    header.len() >= RESULT_COLUMNS.len() && header.iter().zip(RESULT_COLUMNS).all(|(name, ours)| name == ours)
}

/// Renames the file, for example from `people.results.csv` to `people.results.2026-11-24T101530Z.csv`.
fn keep_aside(path: &Path, now: Timestamp) -> io::Result<()> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map(|extension| format!(".{}", extension.to_string_lossy())).unwrap_or_default();
    let time = now.strftime("%Y-%m-%dT%H%M%SZ");
    for attempt in 0..1000 {
        let number = if attempt == 0 { String::new() } else { format!("-{attempt}") };
        let aside = path.with_file_name(format!("{stem}.{time}{number}{extension}"));
        if !fs::exists(&aside)? {
            return fs::rename(path, aside);
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "no free name for the old file"))
}

#[cfg(test)]
mod tests;
