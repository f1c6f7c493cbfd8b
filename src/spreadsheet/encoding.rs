//! Encodings of text files: detected from a file's first bytes, and decoded to UTF-8.
//!
//! Sequences that are not valid in the encoding come out as bytes that are not UTF-8, so that only the row that holds
//! them is rejected.

use std::fmt;

use super::assumption::Assumption;

/// Replaces what is not a character in the file's encoding; never valid in UTF-8.
const BROKEN: u8 = 0xFF;

/// An encoding of a text file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252, for Western European text.
    Windows1252,
}

/// An encoding as it was detected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Detected {
    pub(super) encoding: Encoding,
    /// The length of the byte order mark, 0 without one.
    pub(super) mark: usize,
    pub(super) assumption: Option<Assumption>,
}

impl Encoding {
    /// Detects the encoding from the beginning of a file; `is_whole` if that is all of it.
    pub(super) fn detect(beginning: &[u8], is_whole: bool) -> Detected {
        let (encoding, mark, assumption) = match beginning {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3, None),
            [0xFF, 0xFE, ..] => (Encoding::Utf16Le, 2, None),
            [0xFE, 0xFF, ..] => (Encoding::Utf16Be, 2, None),
            [1..=0x7F, 0, 1..=0x7F, 0, ..] => (Encoding::Utf16Le, 0, Some(Assumption::UnmarkedUtf16)),
            [0, 1..=0x7F, 0, 1..=0x7F, ..] => (Encoding::Utf16Be, 0, Some(Assumption::UnmarkedUtf16)),
            other if is_single_byte_text(other, is_whole) => (Encoding::Windows1252, 0, Some(Assumption::Windows1252)),
            _ => (Encoding::Utf8, 0, None),
        };
        Detected { encoding, mark, assumption }
    }

    /// Decodes the whole characters in `raw`, the last bytes of the file if `is_last`; returns how many bytes they took.
    pub(super) fn decode(self, raw: &[u8], is_last: bool, out: &mut Vec<u8>) -> usize {
        match self {
            Encoding::Utf8 => {
                out.extend_from_slice(raw);
                raw.len()
            }
            Encoding::Windows1252 => {
                raw.iter().for_each(|&byte| push(out, windows_1252(byte)));
                raw.len()
            }
            Encoding::Utf16Le => decode_utf16(u16::from_le_bytes, raw, is_last, out),
            Encoding::Utf16Be => decode_utf16(u16::from_be_bytes, raw, is_last, out),
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16Le | Encoding::Utf16Be => "UTF-16",
            Encoding::Windows1252 => "Windows-1252",
        })
    }
}

/// Returns whether there are bytes beyond ASCII and none of them belongs to a character of UTF-8.
fn is_single_byte_text(beginning: &[u8], is_whole: bool) -> bool {
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
            // A sequence that the end cuts off proves nothing, unless the file ends there too.
            Err((0, None)) => return broken || is_whole,
        }
    }
    broken
}

fn decode_utf16(unit: impl Fn([u8; 2]) -> u16, raw: &[u8], is_last: bool, out: &mut Vec<u8>) -> usize {
    let unit = |pair: &[u8]| unit([pair[0], pair[1]]);
    let mut whole = raw.len() & !1;
    let ends_within_a_pair = whole >= 2 && (0xD800..0xDC00).contains(&unit(&raw[whole - 2..]));
    if ends_within_a_pair && !is_last {
        whole -= 2;
    }
    for decoded in char::decode_utf16(raw[..whole].chunks_exact(2).map(unit)) {
        match decoded {
            Ok(c) => push(out, c),
            Err(_) => out.push(BROKEN),
        }
    }
    if is_last && whole < raw.len() {
        out.push(BROKEN);
        return raw.len();
    }
    whole
}

fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Follows the table of the WHATWG: a byte that Windows leaves undefined stays a control character.
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

    fn detected(beginning: &[u8], is_whole: bool) -> (Encoding, Option<Assumption>) {
        let Detected { encoding, assumption, .. } = Encoding::detect(beginning, is_whole);
        (encoding, assumption)
    }

    #[test]
    fn one_whole_character_of_utf_8_makes_the_file_utf_8() {
        for bytes in [b"r\xC3\xB4le,Zo\xEB", b"Zo\xEB,r\xC3\xB4le"] {
            assert_eq!(detected(bytes, true), (Encoding::Utf8, None));
        }
    }

    #[test]
    fn a_character_that_the_first_piece_cuts_off_proves_nothing() {
        assert_eq!(detected(b"email,Zo\xC3", false), (Encoding::Utf8, None));
        assert_eq!(detected(b"email,Zo\xC3", true), (Encoding::Windows1252, Some(Assumption::Windows1252)));
    }
}
