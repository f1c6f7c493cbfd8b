//! A disk that fails while a run writes its results.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

use bulk_invite::results::Disk;
use fastrand::Rng;

/// A disk that fails for good after some operations. The write that fails may have written a part.
#[derive(Clone, Debug)]
pub(crate) struct FailingDisk {
    operations: u32,
    rng: Rng,
}

impl FailingDisk {
    pub(crate) fn pick(rng: &mut Rng) -> Self {
        let most = [3, 30, 300][rng.usize(..3)];
        Self { operations: rng.u32(..most), rng: rng.fork() }
    }

    fn use_up(&mut self) -> io::Result<()> {
        self.operations = self.operations.checked_sub(1).ok_or(io::ErrorKind::StorageFull)?;
        Ok(())
    }
}

impl Disk for FailingDisk {
    fn write(&mut self, mut file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        let usable = self.use_up();
        // Some whole lines, and the beginning of another.
        let whole =
            bytes[..self.rng.usize(..=bytes.len())].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let part = bytes.len().min(whole + self.rng.usize(..8));
        let written = if usable.is_ok() { bytes.len() } else { part };
        file.seek(SeekFrom::Start(offset))?;
        file.write_all(&bytes[..written])?;
        usable
    }

    fn sync(&mut self, _: &File) -> io::Result<()> {
        self.use_up()
    }
}
