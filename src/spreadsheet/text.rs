//! The text of a file as UTF-8, read in pieces.

use std::io::{self, Read, Seek, SeekFrom};

use super::assumption::Assumption;
use super::detection::{self, Evidence};
use super::encoding::{Decoder, Encoding};

/// The bytes that are read at a time.
const PIECE: usize = 64 * 1024;

/// The bytes that are read ahead to detect the encoding, if they can be read only once.
const AHEAD: usize = 1024 * 1024;

/// The most spaces that are kept back to see what follows them.
const MOST_SPACES: usize = 1024;

/// A place from which bytes are read.
pub(super) enum Reader {
    /// A file, which can be read twice.
    File(Box<dyn Seekable>),
    /// A stream, which can be read only once.
    Stream(Box<dyn Read>),
}

/// A reader that can go back.
pub(super) trait Seekable: Read + Seek {}

impl<T: Read + Seek> Seekable for T {}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Reader::File(file) => file.read(into),
            Reader::Stream(stream) => stream.read(into),
        }
    }
}

/// A file as UTF-8 text, piece by piece.
pub(super) struct Text {
    reader: Reader,
    encoding: Encoding,
    assumption: Option<Assumption>,
    decoder: Option<Decoder>,
    /// Bytes that were read ahead and are still to be decoded.
    ahead: Vec<u8>,
    /// Text that is handed out from `start` to `end`. Spaces may follow, which are handed out with what follows them.
    text: Vec<u8>,
    start: usize,
    end: usize,
    /// The beginning of text that is kept although it has been consumed.
    kept: Option<usize>,
    ended: bool,
    /// The error that ended the reading ahead.
    failed: Option<io::Error>,
}

impl Text {
    /// Reads the first piece.
    pub(super) fn open(mut reader: Reader) -> io::Result<Self> {
        let mut ahead = Vec::with_capacity(PIECE);
        let ended = read_up_to(&mut reader, &mut ahead, PIECE)?;
        Ok(Self {
            reader,
            encoding: Encoding::UTF_8,
            assumption: None,
            decoder: None,
            ahead,
            text: Vec::new(),
            start: 0,
            end: 0,
            kept: None,
            ended,
            failed: None,
        })
    }

    /// Returns the first bytes of the file as they are, provided that the encoding is not known yet.
    pub(super) fn beginning(&self) -> &[u8] {
        &self.ahead
    }

    /// Reads the rest of the file and returns it from its first byte, provided that the encoding is not known yet. A file
    /// of more than `limit` bytes is cut off after one more.
    pub(super) fn into_bytes(mut self, limit: u64) -> io::Result<Vec<u8>> {
        let rest = (limit + 1).saturating_sub(self.ahead.len() as u64);
        self.reader.take(rest).read_to_end(&mut self.ahead)?;
        Ok(self.ahead)
    }

    /// Reads the text in the given encoding, or else in that of its byte order mark, or else in the one detected.
    pub(super) fn decode(&mut self, given: Option<Encoding>) -> io::Result<()> {
        let marked = [Encoding::UTF_8, Encoding::UTF_16_LE, Encoding::UTF_16_BE];
        let marked = marked.into_iter().find(|encoding| self.ahead.starts_with(encoding.mark()));
        self.encoding = match (given, marked) {
            (Some(given), Some(marked)) if given.is_utf_16() && marked.is_utf_16() => marked,
            (Some(given), _) => given,
            (None, Some(marked)) => marked,
            (None, None) => {
                let detected = self.detect()?;
                self.assumption = (detected != Encoding::UTF_8).then_some(Assumption::Encoding(detected));
                detected
            }
        };
        // Text in another encoding may follow the mark of UTF-8, but none begins with that of UTF-16.
        let is_skipped = |marked: &Encoding| *marked == self.encoding || *marked == Encoding::UTF_8;
        self.ahead.drain(..marked.filter(is_skipped).map_or(0, |marked| marked.mark().len()));
        self.decoder = self.encoding.decoder();
        Ok(())
    }

    fn detect(&mut self) -> io::Result<Encoding> {
        if let Some(encoding) = detection::unmarked_utf_16(&self.ahead) {
            return Ok(encoding);
        }
        let mut evidence = Evidence::default();
        evidence.read(&self.ahead);
        let mut is_whole = self.ended;
        match &mut self.reader {
            Reader::File(file) => {
                let mut piece = Vec::with_capacity(PIECE);
                while !is_whole && !evidence.is_enough() {
                    piece.clear();
                    // The error comes again when the rows are read.
                    is_whole = read_up_to(file, &mut piece, PIECE).unwrap_or(true);
                    evidence.read(&piece);
                }
                file.seek(SeekFrom::Start(self.ahead.len() as u64))?;
            }
            Reader::Stream(stream) => {
                while !is_whole && !evidence.is_enough() && self.ahead.len() < AHEAD {
                    let before = self.ahead.len();
                    match read_up_to(stream, &mut self.ahead, before + PIECE) {
                        Ok(ended) => {
                            self.ended = ended;
                            is_whole = ended;
                        }
                        Err(error) => {
                            self.failed = Some(error);
                            is_whole = true;
                        }
                    }
                    evidence.read(&self.ahead[before..]);
                }
            }
        }
        Ok(evidence.conclude(is_whole))
    }

    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    pub(super) fn assumption(&self) -> Option<Assumption> {
        self.assumption.clone()
    }

    /// Returns text that has not been consumed, and reads more if there is none; empty only at the end of the file. Spaces
    /// are never cut off from what follows them, unless they are very many.
    pub(super) fn fill(&mut self) -> io::Result<&[u8]> {
        while self.start == self.end && !(self.ended && self.end == self.text.len() && self.ahead.is_empty()) {
            self.read_piece()?;
        }
        Ok(self.rest())
    }

    /// Returns the text that was filled in and not consumed.
    pub(super) fn rest(&self) -> &[u8] {
        &self.text[self.start..self.end]
    }

    pub(super) fn consume(&mut self, len: usize) {
        self.start += len;
    }

    /// Keeps what is consumed from here on.
    pub(super) fn keep(&mut self) {
        self.kept = Some(self.start);
    }

    /// Keeps nothing longer.
    pub(super) fn release(&mut self) {
        self.kept = None;
    }

    /// Returns what has been consumed since [`Text::keep`], empty after [`Text::release`].
    pub(super) fn kept(&self) -> &[u8] {
        &self.text[self.kept.unwrap_or(self.start)..self.start]
    }

    fn read_piece(&mut self) -> io::Result<()> {
        if let Some(error) = self.failed.take_if(|_| self.ahead.is_empty()) {
            return Err(error);
        }
        let unused = self.kept.unwrap_or(self.start);
        self.text.drain(..unused);
        self.start -= unused;
        self.kept = self.kept.map(|_| 0);
        match &mut self.decoder {
            None if self.ahead.is_empty() => {
                let limit = self.text.len() + PIECE;
                self.ended = read_some(&mut self.reader, &mut self.text, limit)? == 0;
            }
            None => self.text.append(&mut self.ahead),
            Some(decoder) => {
                if self.ahead.is_empty() {
                    self.ended = read_some(&mut self.reader, &mut self.ahead, PIECE)? == 0;
                }
                decoder.decode(&self.ahead, self.ended, &mut self.text);
                self.ahead.clear();
            }
        }
        let spaces = self.text[self.start..].iter().rev().take_while(|byte| **byte == b' ').take(MOST_SPACES).count();
        self.end = self.text.len() - if self.ended || spaces == MOST_SPACES { 0 } else { spaces };
        Ok(())
    }
}

/// Appends up to `limit` bytes in all; returns whether the file has ended.
fn read_up_to(reader: &mut impl Read, into: &mut Vec<u8>, limit: usize) -> io::Result<bool> {
    while into.len() < limit {
        if read_some(reader, into, limit)? == 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Appends what one read yields, up to `limit` bytes in all; returns 0 only at the end of the file.
fn read_some(reader: &mut impl Read, into: &mut Vec<u8>, limit: usize) -> io::Result<usize> {
    let before = into.len();
    into.resize(limit.max(before + 1), 0);
    let outcome = loop {
        match reader.read(&mut into[before..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => break other,
        }
    };
    into.truncate(before + outcome.as_ref().map_or(0, |read| *read));
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that yields one byte at a time, so that every boundary is tested.
    struct Drip(io::Cursor<Vec<u8>>);

    impl Read for Drip {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let len = into.len().min(1);
            self.0.read(&mut into[..len])
        }
    }

    fn drip(bytes: impl Into<Vec<u8>>) -> Drip {
        Drip(io::Cursor::new(bytes.into()))
    }

    fn read(reader: impl Read + 'static) -> (Vec<u8>, Option<Assumption>) {
        let mut text = Text::open(Reader::Stream(Box::new(reader))).unwrap();
        text.decode(None).unwrap();
        let mut all = Vec::new();
        loop {
            let piece = text.fill().unwrap();
            if piece.is_empty() {
                return (all, text.assumption());
            }
            all.extend_from_slice(piece);
            let len = piece.len();
            text.consume(len);
        }
    }

    fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
        let swap = |unit: u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(swap).collect()
    }

    #[test]
    fn each_encoding_comes_out_as_utf_8() {
        let text = "émail,Zoë 🎈\n";
        for bytes in [
            text.as_bytes().to_vec(),
            format!("\u{feff}{text}").into_bytes(),
            utf16(&format!("\u{feff}{text}"), false),
            utf16(&format!("\u{feff}{text}"), true),
        ] {
            assert_eq!(read(drip(&bytes[..])), (text.as_bytes().to_vec(), None), "{bytes:x?}");
        }
        for (bytes, text, encoding) in [
            (&utf16("email,Zoë", false)[..], "email,Zoë", Encoding::UTF_16_LE),
            (&utf16("email,Zoë", true), "email,Zoë", Encoding::UTF_16_BE),
            (b"r\xF4le,\x80 5,Zo\xEB", "rôle,€ 5,Zoë", Encoding::WINDOWS_1252),
            (b"Zo\xEB", "Zoë", Encoding::WINDOWS_1252),
        ] {
            assert_eq!(read(drip(bytes)), (text.into(), Some(Assumption::Encoding(encoding))));
        }
    }

    #[test]
    fn a_mix_of_encodings_comes_out_as_it_is() {
        for bytes in [b"r\xC3\xB4le,Zo\xEB", b"Zo\xEB,r\xC3\xB4le"] {
            assert_eq!(read(drip(bytes)), (bytes.to_vec(), None));
        }
    }

    #[test]
    fn invalid_utf_16_comes_out_as_invalid_utf_8() {
        assert_eq!(read(drip(b"\xFF\xFEa\0\x00\xD8b\0")).0, b"a\xFFb");
        assert_eq!(read(drip(b"\xFF\xFEa\0\x00\xD8")).0, b"a\xFF");
        assert_eq!(read(drip(b"\xFF\xFEa\0b")).0, b"a\xFF");
    }

    #[test]
    fn a_pair_that_the_end_of_a_piece_cuts_is_one_character() {
        // The mark's two bytes shift every pair of four across the boundaries.
        let text = "🎈".repeat(PIECE);
        assert!(read(io::Cursor::new(utf16(&format!("\u{feff}{text}"), false))).0 == text.as_bytes());
    }

    #[test]
    fn a_failed_read_is_an_error_unless_it_was_interrupted() {
        struct Failing(Vec<io::ErrorKind>);
        impl Read for Failing {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                self.0.pop().map_or(Ok(0), |kind| Err(kind.into()))
            }
        }
        let open = |errors| Text::open(Reader::Stream(Box::new(Failing(errors))));
        assert!(open(vec![io::ErrorKind::Interrupted]).is_ok());
        assert!(open(vec![io::ErrorKind::Other]).is_err());
    }
}
