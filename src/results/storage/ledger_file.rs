//! The results file of a run that is going on: what was written to it, what of that is on the disk, and what is left of it
//! if another program changes it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::checksums::{self, Checksums};
use super::disk::{self, Disk, Durability, SystemDisk};
use super::path::{beside, is_at};
use super::private::create_new;
use super::replacement::sync_folder;
use super::syncer::Syncer;

/// The length up to which a copy of the file is kept in memory: several thousand rows.
const MOST_COPIED: u64 = 4 << 20;

/// The results file, to which lines are appended.
#[derive(Debug)]
pub(in crate::results) struct LedgerFile {
    file: File,
    path: PathBuf,
    checksums: Checksums,
    /// All that was written, unless that is too much.
    copy: Option<Vec<u8>>,
    durability: Durability,
    is_folder_synced: bool,
    syncer: Syncer,
    /// A disk for tests, which is synced only when that is due.
    disk: Option<Box<dyn Disk>>,
}

/// A file with what could be recovered of a changed one.
#[derive(Debug)]
pub(in crate::results) struct Recovered {
    pub(in crate::results) ledger: LedgerFile,
    /// The parts of the old file that the new file has, one after the other.
    pub(in crate::results) parts: Vec<Range<u64>>,
}

impl LedgerFile {
    /// Continues an open file, which is at `path`. The name has not been synced yet.
    pub(in crate::results) fn open(file: File, path: PathBuf) -> io::Result<Self> {
        let checksums = Checksums::of(disk::reader(&file, &path)?)?;
        let mut copy = None;
        if checksums.length() <= MOST_COPIED {
            let mut bytes = Vec::new();
            checksums::reader(disk::reader(&file, &path)?, 0)?.read_to_end(&mut bytes)?;
            copy = Some(bytes);
        }
        let syncer = Syncer::default();
        let durability = Durability::default();
        Ok(Self { file, path, checksums, copy, durability, is_folder_synced: false, syncer, disk: None })
    }

    pub(in crate::results) fn set_durability(&mut self, durability: Durability) {
        self.durability = durability;
    }

    pub(in crate::results) fn set_disk(&mut self, disk: Box<dyn Disk>) {
        self.disk = Some(disk);
    }

    /// Records that the file has been renamed, and that the new name is on the disk.
    pub(in crate::results) fn has_moved(&mut self, path: PathBuf) {
        self.path = path;
        self.is_folder_synced = true;
        self.syncer.has_synced(self.length());
    }

    pub(in crate::results) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the open file.
    pub(in crate::results) fn file(&self) -> &File {
        &self.file
    }

    /// Returns the number of bytes that were written.
    pub(in crate::results) fn length(&self) -> u64 {
        self.checksums.length()
    }

    /// Returns the number of bytes that are certainly on the disk.
    pub(in crate::results) fn synced(&self) -> u64 {
        self.syncer.synced()
    }

    /// Returns the number of bytes that the file has, which may be more than were written without an error.
    pub(in crate::results) fn length_on_disk(&self) -> u64 {
        self.file.metadata().map_or(0, |metadata| metadata.len())
    }

    /// Returns the error because of which syncing in the background has stopped. Returns it only once.
    pub(in crate::results) fn failure(&self) -> Option<io::Error> {
        self.syncer.failure()
    }

    /// Returns whether the file is at this path.
    pub(in crate::results) fn is_at(&self, path: &Path) -> bool {
        is_at(&self.file, path)
    }

    /// Returns whether another program has changed the length of the file, or replaced, moved or removed it.
    pub(in crate::results) fn is_changed(&self) -> bool {
        self.length_on_disk() != self.length() || !is_at(&self.file, &self.path)
    }

    /// Reads the file once and returns whether another program has changed it.
    pub(in crate::results) fn is_content_changed(&self) -> io::Result<bool> {
        Ok(self.is_changed() || !self.checksums.matches(self.reader()?)?)
    }

    /// Returns the open file for reading. Only one such reader can be used at a time.
    pub(in crate::results) fn reader(&self) -> io::Result<File> {
        disk::reader(&self.file, &self.path)
    }

    /// Returns the text at an offset from the copy in memory, if there is one.
    pub(in crate::results) fn copied(&self, offset: u64) -> Option<&[u8]> {
        self.copy.as_deref()?.get(usize::try_from(offset).ok()?..)
    }

    /// Appends whole lines. After an error the file may have a part of them.
    pub(in crate::results) fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        let length = self.length();
        match &mut self.disk {
            None => {
                self.syncer.start(&self.file)?;
                SystemDisk.write(&self.file, lines, length)?;
            }
            Some(disk) => disk.write(&self.file, lines, length)?,
        }
        self.checksums.add(lines);
        self.copy = self.copy.take().filter(|_| self.length() <= MOST_COPIED);
        self.copy.iter_mut().for_each(|copy| copy.extend_from_slice(lines));
        self.syncer.wrote(self.length());
        Ok(())
    }

    /// Syncs all lines, and the name of the file, if they have to survive a power cut.
    pub(in crate::results) fn sync(&mut self) -> io::Result<()> {
        match self.durability {
            Durability::Power => {}
            Durability::Process => return Ok(()),
        }
        match &mut self.disk {
            None => SystemDisk.sync(&self.file)?,
            Some(disk) => disk.sync(&self.file)?,
        }
        if !self.is_folder_synced {
            sync_folder(&self.path)?;
            self.is_folder_synced = true;
        }
        self.syncer.has_synced(self.length());
        Ok(())
    }

    /// Writes what is known of a file that another program has changed, and `lines`, to a new file beside the results.
    pub(in crate::results) fn recover(&self, results: &Path, lines: &[u8]) -> io::Result<Recovered> {
        let parts = match &self.copy {
            Some(_) => Vec::from([Range { start: 0, end: self.length() }]),
            None => self.checksums.intact(self.reader()?)?,
        };
        // The first part has the header, without which no program can read the others.
        if parts.first().is_none_or(|first| first.start > 0) {
            return Err(io::Error::other("another program has overwritten it"));
        }
        let (mut file, path) = create_recovered(results)?;
        let written = (|| {
            for part in &parts {
                match &self.copy {
                    Some(copy) => file.write_all(copy)?,
                    None => {
                        let length = part.end - part.start;
                        io::copy(&mut checksums::reader(self.reader()?, part.start)?.take(length), &mut file)?;
                    }
                }
            }
            file.write_all(lines)?;
            file.sync_all()?;
            sync_folder(&path)?;
            Self::open(file, path.clone())
        })();
        match written {
            Ok(mut ledger) => {
                ledger.durability = self.durability;
                ledger.is_folder_synced = true;
                ledger.syncer.has_synced(ledger.length());
                Ok(Recovered { ledger, parts })
            }
            Err(error) => {
                let _ = std::fs::remove_file(path);
                Err(error)
            }
        }
    }
}

fn create_recovered(results: &Path) -> io::Result<(File, PathBuf)> {
    for attempt in 1..1000 {
        let number = if attempt == 1 { String::new() } else { format!("-{attempt}") };
        let path = beside(results, &format!("recovered{number}"));
        match create_new(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            created => return Ok((created?, path)),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "no free name for the recovered lines"))
}
