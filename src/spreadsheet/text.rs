//! The text of a file as UTF-8, read in pieces.

use std::io::{self, Read};

use super::assumption::Assumption;
use super::encoding::{Detected, Encoding};

/// The bytes that are read at a time; the encoding is detected from the first piece.
const PIECE: usize = 64 * 1024;

/// A file as UTF-8 text, piece by piece.
pub(super) struct Text {
    reader: Box<dyn Read>,
    encoding: Encoding,
    assumption: Option<Assumption>,
    /// Bytes as read; those from `raw_start` on are still to be decoded or, for UTF-8, handed out.
    raw: Vec<u8>,
    raw_start: usize,
    /// Decoded text, unused for UTF-8; handed out from `out_start` on.
    out: Vec<u8>,
    out_start: usize,
    ended: bool,
}

impl Text {
    /// Reads the first piece and detects the encoding.
    pub(super) fn open(reader: impl Read + 'static) -> io::Result<Self> {
        let mut reader: Box<dyn Read> = Box::new(reader);
        let mut raw = Vec::with_capacity(PIECE);
        let mut ended = false;
        while !ended && raw.len() < PIECE {
            ended = read_some(&mut reader, &mut raw, PIECE)? == 0;
        }
        let Detected { encoding, mark, assumption } = Encoding::detect(&raw, ended);
        Ok(Self { reader, encoding, assumption, raw, raw_start: mark, out: Vec::new(), out_start: 0, ended })
    }

    /// Returns the first bytes of the file as they are, provided that nothing has been consumed.
    pub(super) fn beginning(&self) -> &[u8] {
        &self.raw
    }

    /// Reads the rest of the file and returns it from its first byte, provided that nothing has been consumed. A file of
    /// more than `limit` bytes is cut off after one more.
    pub(super) fn into_bytes(mut self, limit: u64) -> io::Result<Vec<u8>> {
        let rest = (limit + 1).saturating_sub(self.raw.len() as u64);
        self.reader.take(rest).read_to_end(&mut self.raw)?;
        Ok(self.raw)
    }

    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    pub(super) fn assumption(&self) -> Option<Assumption> {
        self.assumption.clone()
    }

    /// Returns text that has not been consumed, and reads more if there is none; empty only at the end of the file.
    pub(super) fn fill(&mut self) -> io::Result<&[u8]> {
        if self.encoding == Encoding::Utf8 {
            if self.raw_start == self.raw.len() && !self.ended {
                self.raw.clear();
                self.raw_start = 0;
                self.ended = read_some(&mut self.reader, &mut self.raw, PIECE)? == 0;
            }
            return Ok(&self.raw[self.raw_start..]);
        }
        while self.out_start == self.out.len() && !(self.ended && self.raw_start == self.raw.len()) {
            self.decode_piece()?;
        }
        Ok(&self.out[self.out_start..])
    }

    pub(super) fn consume(&mut self, len: usize) {
        match self.encoding {
            Encoding::Utf8 => self.raw_start += len,
            Encoding::Utf16Le | Encoding::Utf16Be | Encoding::Windows1252 => self.out_start += len,
        }
    }

    fn decode_piece(&mut self) -> io::Result<()> {
        self.out.clear();
        self.out_start = 0;
        let used = self.encoding.decode(&self.raw[self.raw_start..], self.ended, &mut self.out);
        self.raw.drain(..self.raw_start + used);
        self.raw_start = 0;
        if !self.ended && self.out.is_empty() {
            self.ended = read_some(&mut self.reader, &mut self.raw, PIECE)? == 0;
        }
        Ok(())
    }
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
        let mut text = Text::open(reader).unwrap();
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
        for (bytes, text, assumption) in [
            (&utf16("email,Zoë", false)[..], "email,Zoë", Assumption::UnmarkedUtf16),
            (&utf16("email,Zoë", true), "email,Zoë", Assumption::UnmarkedUtf16),
            (b"r\xF4le,\x80 5,Zo\xEB", "rôle,€ 5,Zoë", Assumption::Windows1252),
            (b"Zo\xEB", "Zoë", Assumption::Windows1252),
        ] {
            assert_eq!(read(drip(bytes)), (text.into(), Some(assumption)));
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
        assert!(Text::open(Failing(vec![io::ErrorKind::Interrupted])).is_ok());
        assert!(Text::open(Failing(vec![io::ErrorKind::Other])).is_err());
    }
}
