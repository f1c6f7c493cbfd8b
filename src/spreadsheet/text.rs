//! Bytes to UTF-8 text, a piece at a time, whatever encoding the spreadsheet program saved in.
//!
//! Broken sequences are not repaired here: they come out as bytes that are not UTF-8, so that the row that holds them
//! can say so.

use std::fmt;
use std::io::{self, Cursor, Read};

/// How much is read at a time, and looked at to tell the encoding.
const PIECE: usize = 64 * 1024;

/// Stands for what is no character in the file's encoding; never valid in UTF-8.
const BROKEN: u8 = 0xFF;

/// Something that the user should know of how the file was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// The file is not UTF-8; it was read as Western European text.
    Windows1252,
    /// The file looks like UTF-16, although nothing at its beginning says so.
    UnmarkedUtf16,
    /// The workbook has more sheets than the one that is read.
    Sheet {
        /// The one that is read, quoted.
        sheet: String,
        /// The others, quoted.
        others: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Windows1252 => f.write_str(
                "the file is not UTF-8 and was read as Windows-1252 (Western European); if names look wrong, save it \
                 as CSV UTF-8",
            ),
            Note::UnmarkedUtf16 => {
                f.write_str("the file was read as UTF-16; if names look wrong, save it as CSV UTF-8")
            }
            Note::Sheet { sheet, others } => {
                write!(f, "reading sheet {sheet}; the workbook also has {others}, which --sheet NAME reads")
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16 { big_endian: bool },
    Windows1252,
}

/// The file as UTF-8, piece by piece.
#[derive(Debug)]
pub(super) struct Text<R> {
    reader: R,
    encoding: Encoding,
    note: Option<Note>,
    /// Bytes as read; those from `raw_start` on are still to be decoded or, for UTF-8, handed out.
    raw: Vec<u8>,
    raw_start: usize,
    /// Decoded text, unused for UTF-8; handed out from `out_start` on.
    out: Vec<u8>,
    out_start: usize,
    ended: bool,
}

impl<R: Read> Text<R> {
    /// Reads the first piece and tells the encoding from it.
    pub(super) fn open(mut reader: R) -> io::Result<Self> {
        let mut raw = Vec::with_capacity(PIECE);
        let ended = loop {
            let before = raw.len();
            if read_some(&mut reader, &mut raw, PIECE)? == 0 {
                break true;
            }
            if raw.len() - before == 0 || raw.len() >= PIECE {
                break false;
            }
        };
        let (encoding, raw_start, note) = encoding_of(&raw);
        Ok(Self { reader, encoding, note, raw, raw_start, out: Vec::new(), out_start: 0, ended })
    }

    /// The file's first bytes as they are, before anything was consumed.
    pub(super) fn beginning(&self) -> &[u8] {
        &self.raw
    }

    /// All of the file again, for who reads it otherwise.
    pub(super) fn into_bytes(self) -> impl Read {
        Cursor::new(self.raw).chain(self.reader)
    }

    pub(super) fn note(&self) -> Option<Note> {
        self.note.clone()
    }

    /// The text at hand, more of it if there is none; empty at the end only.
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

    /// Marks text as used.
    pub(super) fn consume(&mut self, len: usize) {
        match self.encoding {
            Encoding::Utf8 => self.raw_start += len,
            Encoding::Utf16 { .. } | Encoding::Windows1252 => self.out_start += len,
        }
    }

    fn decode_piece(&mut self) -> io::Result<()> {
        self.out.clear();
        self.out_start = 0;
        let mut used = decode(self.encoding, &self.raw[self.raw_start..], self.ended, &mut self.out);
        used += self.raw_start;
        self.raw.drain(..used);
        self.raw_start = 0;
        if !self.ended && self.out.is_empty() {
            self.ended = read_some(&mut self.reader, &mut self.raw, PIECE)? == 0;
        }
        Ok(())
    }
}

/// Appends up to `limit` bytes in all; 0 means the end.
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

/// The encoding, the length of the mark that said so, and what to tell the user.
fn encoding_of(beginning: &[u8]) -> (Encoding, usize, Option<Note>) {
    match beginning {
        [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3, None),
        [0xFF, 0xFE, ..] => (Encoding::Utf16 { big_endian: false }, 2, None),
        [0xFE, 0xFF, ..] => (Encoding::Utf16 { big_endian: true }, 2, None),
        [1..=0x7F, 0, 1..=0x7F, 0, ..] => (Encoding::Utf16 { big_endian: false }, 0, Some(Note::UnmarkedUtf16)),
        [0, 1..=0x7F, 0, 1..=0x7F, ..] => (Encoding::Utf16 { big_endian: true }, 0, Some(Note::UnmarkedUtf16)),
        other if is_single_byte_text(other) => (Encoding::Windows1252, 0, Some(Note::Windows1252)),
        _ => (Encoding::Utf8, 0, None),
    }
}

/// Whether there are bytes beyond ASCII and not one of them belongs to a UTF-8 character.
fn is_single_byte_text(beginning: &[u8]) -> bool {
    let mut broken = false;
    let mut rest = beginning;
    while let Some(start) = rest.iter().position(|b| !b.is_ascii()) {
        rest = &rest[start..];
        match std::str::from_utf8(&rest[..rest.len().min(4)]).map_err(|error| (error.valid_up_to(), error.error_len()))
        {
            Ok(_) | Err((1.., _)) => return false,
            Err((0, Some(len))) => {
                broken = true;
                rest = &rest[len..];
            }
            // Cut off by the end of the piece: no evidence either way, unless the file ends there too.
            Err((0, None)) => return broken || beginning.len() < PIECE,
        }
    }
    broken
}

/// Decodes as much as is whole, and returns how many bytes that took.
fn decode(encoding: Encoding, raw: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
    match encoding {
        Encoding::Utf8 => {
            out.extend_from_slice(raw);
            raw.len()
        }
        Encoding::Windows1252 => {
            raw.iter().for_each(|&byte| push(out, windows_1252(byte)));
            raw.len()
        }
        Encoding::Utf16 { big_endian } => decode_utf16(big_endian, raw, last, out),
    }
}

fn decode_utf16(big_endian: bool, raw: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
    let unit = |pair: &[u8]| {
        let pair = [pair[0], pair[1]];
        if big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    };
    let mut whole = raw.len() & !1;
    let ends_within_a_pair = whole >= 2 && (0xD800..0xDC00).contains(&unit(&raw[whole - 2..]));
    if ends_within_a_pair && !last {
        whole -= 2;
    }
    for decoded in char::decode_utf16(raw[..whole].chunks_exact(2).map(unit)) {
        match decoded {
            Ok(c) => push(out, c),
            Err(_) => out.push(BROKEN),
        }
    }
    if last && whole < raw.len() {
        out.push(BROKEN);
        return raw.len();
    }
    whole
}

fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// The WHATWG table: what Windows leaves undefined stays a control character.
fn windows_1252(byte: u8) -> char {
    #[rustfmt::skip]
    const C1: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => C1[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out one byte at a time, so that every boundary is met.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let len = self.0.len().min(into.len()).min(1);
            into[..len].copy_from_slice(&self.0[..len]);
            self.0 = &self.0[len..];
            Ok(len)
        }
    }

    fn read(bytes: &[u8]) -> (Vec<u8>, Option<Note>) {
        read_from(Drip(bytes))
    }

    fn read_from(reader: impl Read) -> (Vec<u8>, Option<Note>) {
        let mut text = Text::open(reader).unwrap();
        let mut all = Vec::new();
        loop {
            let piece = text.fill().unwrap();
            if piece.is_empty() {
                return (all, text.note());
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
        for (bytes, note) in [
            (text.as_bytes().to_vec(), None),
            (format!("\u{feff}{text}").into_bytes(), None),
            (utf16(&format!("\u{feff}{text}"), false), None),
            (utf16(&format!("\u{feff}{text}"), true), None),
        ] {
            assert_eq!(read(&bytes), (text.as_bytes().to_vec(), note), "{bytes:x?}");
        }
        assert_eq!(read(&utf16("email,Zoë", false)), ("email,Zoë".into(), Some(Note::UnmarkedUtf16)));
        assert_eq!(read(&utf16("email,Zoë", true)), ("email,Zoë".into(), Some(Note::UnmarkedUtf16)));
        assert_eq!(read(b"r\xF4le,\x80 5,Zo\xEB"), ("rôle,€ 5,Zoë".into(), Some(Note::Windows1252)));
        assert_eq!(read(b"Zo\xEB"), ("Zoë".into(), Some(Note::Windows1252)));
    }

    #[test]
    fn one_whole_character_of_utf_8_makes_the_file_utf_8() {
        for bytes in [b"r\xC3\xB4le,Zo\xEB", b"Zo\xEB,r\xC3\xB4le"] {
            assert_eq!(read(bytes), (bytes.to_vec(), None));
        }
    }

    #[test]
    fn what_is_no_character_stays_visible_as_broken() {
        assert_eq!(read(b"\xFF\xFEa\0\x00\xD8b\0").0, b"a\xFFb");
        assert_eq!(read(b"\xFF\xFEa\0\x00\xD8").0, b"a\xFF");
        assert_eq!(read(b"\xFF\xFEa\0b").0, b"a\xFF");
    }

    #[test]
    fn a_pair_cut_by_the_end_of_a_piece_is_one_character() {
        // The mark's two bytes shift every pair of four across the boundaries.
        let text = "🎈".repeat(PIECE);
        assert!(read_from(&utf16(&format!("\u{feff}{text}"), false)[..]).0 == text.as_bytes());
    }

    #[test]
    fn a_character_cut_by_the_first_piece_is_no_evidence() {
        let mut bytes = vec![b'a'; PIECE - 1];
        bytes.extend_from_slice("ë".as_bytes());
        assert_eq!(encoding_of(&bytes[..PIECE]).0, Encoding::Utf8);
    }

    #[test]
    fn a_failing_reader_is_an_error_and_an_interrupted_one_is_not() {
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
