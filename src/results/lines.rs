//! Splits a results file into raw lines with their offsets.
//!
//! A line ends at a line feed outside quotes. Text after the last line end is either a record without its line end, as an
//! editor may leave it, or was torn off when a run was killed; the caller decides. It cannot be mistaken for a part of a
//! later line, because it is cut off or completed before a run appends.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use super::source::Source;

/// The longest line, in bytes. A file with a longer one is damaged or is not a results file.
const LONGEST: usize = 16 << 20;

pub(super) struct RawLines<R> {
    reader: R,
    buffer: Vec<u8>,
    /// The index in `buffer` at which the next line begins.
    start: usize,
    /// The index up to which `buffer` has been searched for the end of that line.
    searched: usize,
    quoted: bool,
    /// The offset of `buffer` in the file.
    offset: u64,
}

impl<R: Read> RawLines<R> {
    /// Creates a splitter for `reader`, which is at `offset` in the file.
    pub(super) fn new(reader: R, offset: u64) -> Self {
        Self { reader, buffer: Vec::new(), start: 0, searched: 0, quoted: false, offset }
    }

    /// Returns the next complete line with its line feed, and its offset. `None` after the last complete line.
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

    /// Returns the text after the last line end, and its offset, once [`next`](Self::next) has returned `None`. It is
    /// empty if the last line is complete.
    pub(super) fn rest(&self) -> (u64, &[u8]) {
        (self.offset + self.start as u64, &self.buffer[self.start..])
    }

    /// Returns whether the rest ends within quotes, so that it is not a whole line.
    pub(super) fn is_in_quotes(&self) -> bool {
        self.quoted
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
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a line is longer than 16 MiB"));
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

/// A reader of raw lines at given offsets. It needs few system calls if the offsets mostly ascend.
#[derive(Debug)]
pub(super) struct LinesAt {
    reader: BufReader<Source>,
    /// The offset of the reader in the file; `None` before the first line.
    position: Option<u64>,
    line: Vec<u8>,
}

impl LinesAt {
    /// Creates a reader of an open file, whose cursor it will move.
    pub(super) fn new(source: impl Into<Source>) -> Self {
        Self { reader: BufReader::with_capacity(256 << 10, source.into()), position: None, line: Vec::new() }
    }

    /// Returns the line at the offset. A last line without its line end gets one.
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
                if self.line.is_empty() || quotes % 2 != 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                self.position = Some(offset + self.line.len() as u64);
                self.line.push(b'\n');
                return Ok(&self.line);
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
    fn a_torn_last_line_is_ignored() {
        let whole = "a,b\n\"two\nlines\",\"with \"\"quotes\"\"\"\n";
        let last = "c,\"torn\n\"\n";
        assert_eq!(lines(whole).len(), 2);
        for cut in 0..last.len() {
            assert_eq!(lines(&format!("{whole}{}", &last[..cut])), lines(whole), "cut after {cut} bytes");
        }
        assert_eq!(lines(&format!("{whole}{last}")).len(), 3);
    }

    #[test]
    fn the_text_after_the_last_line_end_is_the_rest() {
        for (text, rest) in [("a\nb", (2, "b")), ("a\n", (2, "")), ("", (0, "")), ("a\n\"b\n", (2, "\"b\n"))] {
            let mut lines = RawLines::new(text.as_bytes(), 0);
            while lines.next().unwrap().is_some() {}
            assert_eq!(lines.rest(), (rest.0, rest.1.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn a_last_line_without_a_line_end_gets_one() {
        let read = |text: &str, offset| {
            let source = Source::Memory(io::Cursor::new(text.as_bytes().to_vec()));
            LinesAt::new(source).read(offset).map(|line| String::from_utf8(line.to_vec()).unwrap())
        };
        assert_eq!(read("a\nb", 2).unwrap(), "b\n");
        assert_eq!(read("a\n\"b\"", 2).unwrap(), "\"b\"\n");
        assert!(read("a\n", 2).is_err());
        assert!(read("a\n\"b", 2).is_err());
    }

    #[test]
    fn offsets_are_correct_beyond_the_first_buffer() {
        let text: String = (0..50_000).map(|number| format!("line {number},\"x\n\"\n")).collect();
        let all = lines(&text);
        assert_eq!(all.len(), 50_000);
        for (offset, line) in all {
            assert!(text[offset as usize..].starts_with(&line));
        }
    }
}
