//! A text with its escapes decoded, step by step, and for each decoded byte its place in the text.

use std::borrow::Cow;
use std::ops::Range;

/// Escapes within escapes that are decoded.
const DEEPEST: u8 = 3;

/// A text after some steps of decoding.
pub(super) struct Decoding<'t> {
    bytes: Cow<'t, [u8]>,
    /// The place of each byte; empty if nothing has been decoded yet.
    places: Vec<Range<usize>>,
    steps: u8,
}

impl<'t> Decoding<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { bytes: Cow::Borrowed(text.as_bytes()), places: Vec::new(), steps: 0 }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the place of some decoded bytes in the text. `range` must not be empty.
    pub(super) fn source(&self, range: Range<usize>) -> Range<usize> {
        if self.places.is_empty() { range } else { self.places[range.start].start..self.places[range.end - 1].end }
    }

    /// Decodes percent-encoding, and the escapes of JSON and HTML; `None` if there are none, or the steps are used up.
    pub(super) fn next(self) -> Option<Self> {
        if self.steps == DEEPEST || !self.bytes.iter().any(|byte| b"%\\&".contains(byte)) {
            return None;
        }
        let (mut bytes, mut places) = (Vec::with_capacity(self.bytes.len()), Vec::with_capacity(self.bytes.len()));
        let mut at = 0;
        while at < self.bytes.len() {
            let (byte, length) = escape(&self.bytes[at..]).unwrap_or((self.bytes[at], 1));
            bytes.push(byte);
            places.push(self.source(at..at + length));
            at += length;
        }
        (bytes.len() < self.bytes.len()).then_some(Self { bytes: bytes.into(), places, steps: self.steps + 1 })
    }
}

/// Returns the byte of the escape at the beginning, and the length of the escape.
fn escape(bytes: &[u8]) -> Option<(u8, usize)> {
    match bytes {
        [b'%', hex @ ..] => Some((number(hex.get(..2)?, 16)?, 3)),
        [b'\\', b'u' | b'U', hex @ ..] => Some((number(hex.get(..4)?, 16)?, 6)),
        [b'\\', byte @ (b'"' | b'\'' | b'\\' | b'/'), ..] => Some((*byte, 2)),
        [b'&', rest @ ..] => {
            let end = rest.iter().take(8).position(|byte| *byte == b';')?;
            let byte = match &rest[..end] {
                b"quot" => b'"',
                b"apos" => b'\'',
                b"amp" => b'&',
                b"lt" => b'<',
                b"gt" => b'>',
                [b'#', b'x' | b'X', hex @ ..] => number(hex, 16)?,
                [b'#', digits @ ..] => number(digits, 10)?,
                _ => return None,
            };
            Some((byte, end + 2))
        }
        _ => None,
    }
}

fn number(digits: &[u8], radix: u32) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
    u8::from_str_radix(digits, radix).ok()
}
