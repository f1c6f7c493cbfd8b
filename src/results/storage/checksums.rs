//! Checksums of what was written to a file, by which a change that another program made is found.
//!
//! One checksum covers about 64 KiB of whole lines, so that the parts that are intact can be recovered.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::ops::Range;

use crc32fast::Hasher;

/// The length after which a part ends with the next write.
const ENOUGH: u64 = 64 << 10;

/// The checksums of a file that is written from its beginning to its end.
#[derive(Debug, Default)]
pub(super) struct Checksums {
    /// The end and the checksum of each complete part.
    parts: Vec<(u64, u32)>,
    last: Hasher,
    length: u64,
}

impl Checksums {
    /// Returns the checksums of a file as it is now.
    pub(super) fn of(file: File) -> io::Result<Self> {
        let (mut checksums, mut reader) = (Self::default(), reader(file, 0)?);
        loop {
            let bytes = reader.fill_buf()?;
            let read = bytes.len();
            if read == 0 {
                // What follows begins with a whole line; the buffers of this reader do not.
                checksums.end_part();
                return Ok(checksums);
            }
            checksums.last.update(bytes);
            checksums.length += read as u64;
            reader.consume(read);
        }
    }

    /// Adds what is written next.
    pub(super) fn add(&mut self, lines: &[u8]) {
        self.last.update(lines);
        self.length += lines.len() as u64;
        if self.length - self.last_begin() >= ENOUGH {
            self.end_part();
        }
    }

    fn last_begin(&self) -> u64 {
        self.parts.last().map_or(0, |(end, _)| *end)
    }

    fn end_part(&mut self) {
        if self.length > self.last_begin() {
            self.parts.push((self.length, std::mem::take(&mut self.last).finalize()));
        }
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Reads a file and returns the parts that are as they were written. Adjacent parts are returned as one.
    pub(super) fn intact(&self, file: File) -> io::Result<Vec<Range<u64>>> {
        let mut intact: Vec<Range<u64>> = Vec::new();
        let (mut reader, mut begin) = (reader(file, 0)?, 0);
        let last = (self.length, self.last.clone().finalize());
        for (end, checksum) in self.parts.iter().copied().chain((self.length > self.last_begin()).then_some(last)) {
            let (mut hasher, mut left) = (Hasher::new(), end - begin);
            while left > 0 {
                let bytes = reader.fill_buf()?;
                let read = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
                if read == 0 {
                    return Ok(intact);
                }
                hasher.update(&bytes[..read]);
                reader.consume(read);
                left -= read as u64;
            }
            if hasher.finalize() == checksum {
                match intact.last_mut() {
                    Some(before) if before.end == begin => before.end = end,
                    Some(_) | None => intact.push(begin..end),
                }
            }
            begin = end;
        }
        Ok(intact)
    }

    /// Reads a file and returns whether it is as it was written, with nothing after it.
    pub(super) fn matches(&self, file: File) -> io::Result<bool> {
        if file.metadata()?.len() != self.length {
            return Ok(false);
        }
        Ok(self.length == 0 || self.intact(file)? == [Range { start: 0, end: self.length }])
    }
}

/// Returns a buffered reader that begins at an offset.
pub(super) fn reader(mut file: File, offset: u64) -> io::Result<BufReader<File>> {
    file.seek(SeekFrom::Start(offset))?;
    Ok(BufReader::with_capacity(64 << 10, file))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    #[test]
    fn any_changed_byte_is_found_in_its_part() {
        let line: Vec<u8> = (0..30_000).map(|byte| byte as u8).collect();
        let mut checksums = Checksums::default();
        (0..5).for_each(|_| checksums.add(&line));
        let text = line.repeat(5);
        assert!(checksums.matches(file(&text)).unwrap());
        assert!(!checksums.matches(file(&text[1..])).unwrap());
        assert!(!checksums.matches(file(&[&text[..], b"x"].concat())).unwrap());
        // Three lines are a part; the other two are the rest.
        for (changed, intact) in [(0, 90_000..150_000), (89_999, 90_000..150_000), (90_000, 0..90_000)] {
            let mut text = text.clone();
            text[changed] ^= 1;
            assert!(!checksums.matches(file(&text)).unwrap());
            assert_eq!(checksums.intact(file(&text)).unwrap(), [intact]);
        }
        assert_eq!(checksums.intact(file(&text[..100_000])).unwrap(), [Range { start: 0, end: 90_000 }]);
        assert_eq!(checksums.intact(file(b"")).unwrap(), []);
    }

    #[test]
    fn an_existing_file_can_be_continued() {
        for before in [0, 5, 200_000] {
            let text = vec![b'a'; before];
            let mut checksums = Checksums::of(file(&text)).unwrap();
            assert_eq!(checksums.length(), before as u64);
            assert!(checksums.matches(file(&text)).unwrap());
            checksums.add(b"more");
            assert!(checksums.matches(file(&[&text[..], b"more"].concat())).unwrap());
        }
    }
}
