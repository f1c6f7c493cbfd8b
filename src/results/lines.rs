//! Cuts a results file into raw lines and says where each begins.
//!
//! A line ends at a line feed outside quotes. What follows the last such end was torn off by a kill and is no line, be it
//! within a quoted cell or not; appending only ever happens at the end of a file that was cut there first.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// A line of this many bytes is no line of ours: the file is not a results file, or damaged.
const LONGEST: usize = 16 << 20;

pub(super) struct RawLines<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Where in `buffer` the next line begins.
    start: usize,
    /// How far `buffer` has been searched for that line's end.
    searched: usize,
    quoted: bool,
    /// Where in the file `buffer` begins.
    offset: u64,
}

impl<R: Read> RawLines<R> {
    /// Reads lines from `reader`, which stands at `offset` in the file.
    pub(super) fn new(reader: R, offset: u64) -> Self {
        Self { reader, buffer: Vec::new(), start: 0, searched: 0, quoted: false, offset }
    }

    /// The next complete line with its line feed, and where it begins. `None` at the end of the file or of its last
    /// complete line.
    pub(super) fn next(&mut self) -> io::Result<Option<(u64, &[u8])>> {
        loop {
            if let Some(end) = self.end_of_line() {
                let line = self.start..end;
                self.start = end;
                return Ok(Some((self.offset + line.start as u64, &self.buffer[line])));
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    fn end_of_line(&mut self) -> Option<usize> {
        while let Some(at) = memchr::memchr2(b'"', b'\n', &self.buffer[self.searched..]) {
            let at = self.searched + at;
            self.searched = at + 1;
            if self.buffer[at] == b'"' {
                self.quoted = !self.quoted;
            } else if !self.quoted {
                return Some(self.searched);
            }
        }
        self.searched = self.buffer.len();
        None
    }

    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.start);
        self.offset += self.start as u64;
        self.searched -= self.start;
        self.start = 0;
        let filled = self.buffer.len();
        if filled > LONGEST {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is longer than any that we write"));
        }
        self.buffer.resize(filled + (64 << 10), 0);
        let read = loop {
            match self.reader.read(&mut self.buffer[filled..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                done => break done,
            }
        };
        self.buffer.truncate(filled + *read.as_ref().unwrap_or(&0));
        Ok(read? > 0)
    }
}

/// Reads raw lines at offsets that mostly rise, in few system calls.
#[derive(Debug)]
pub(super) struct LinesAt {
    reader: BufReader<File>,
    /// Where in the file the reader stands; `None` before the first line.
    position: Option<u64>,
    line: Vec<u8>,
}

impl LinesAt {
    /// Opens the file anew: its place in the file is its own.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        File::open(path).map(Self::new)
    }

    /// Reads from a file whose place in it is free to change.
    pub(super) fn new(file: File) -> Self {
        Self { reader: BufReader::with_capacity(256 << 10, file), position: None, line: Vec::new() }
    }

    pub(super) fn read(&mut self, offset: u64) -> io::Result<&[u8]> {
        match self.position {
            None => drop(self.reader.seek(SeekFrom::Start(offset))?),
            Some(position) => self.reader.seek_relative(offset.wrapping_sub(position).cast_signed())?,
        }
        self.line.clear();
        let mut quotes = 0;
        loop {
            let searched = self.line.len();
            let read = BufRead::read_until(&mut (&mut self.reader).take(LONGEST as u64), b'\n', &mut self.line)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            quotes += memchr::memchr_iter(b'"', &self.line[searched..]).count();
            if quotes % 2 == 0 && self.line.ends_with(b"\n") {
                self.position = Some(offset + self.line.len() as u64);
                return Ok(&self.line);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(u64, String)> {
        let mut lines = RawLines::new(text.as_bytes(), 0);
        let mut all = Vec::new();
        while let Some((offset, line)) = lines.next().unwrap() {
            all.push((offset, String::from_utf8(line.to_vec()).unwrap()));
        }
        all
    }

    #[test]
    fn a_torn_line_is_no_line_wherever_it_was_torn() {
        let whole = "a,b\n\"two\nlines\",\"with \"\"quotes\"\"\"\n";
        let last = "c,\"torn\n\"\n";
        assert_eq!(lines(whole).len(), 2);
        for cut in 0..last.len() {
            assert_eq!(lines(&format!("{whole}{}", &last[..cut])), lines(whole), "cut after {cut} bytes");
        }
        assert_eq!(lines(&format!("{whole}{last}")).len(), 3);
    }

    #[test]
    fn offsets_hold_across_the_buffer() {
        let text: String = (0..50_000).map(|number| format!("line {number},\"x\n\"\n")).collect();
        let all = lines(&text);
        assert_eq!(all.len(), 50_000);
        for (offset, line) in all {
            assert!(text[offset as usize..].starts_with(&line));
        }
    }
}
