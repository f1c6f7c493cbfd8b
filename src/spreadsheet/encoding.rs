//! Encodings of text files, by their names on the web, and the decoding to UTF-8.
//!
//! Sequences that are not valid in the encoding come out as bytes that are not UTF-8, so that only the cell that holds
//! them is faulty.

use std::fmt;
use std::str::FromStr;

use encoding_rs::DecoderResult;

/// Replaces what is not a character in the file's encoding; never valid in UTF-8.
const BROKEN: u8 = 0xFF;

/// An encoding of a text file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Encoding(&'static encoding_rs::Encoding);

/// The text does not name an encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown encoding; write for example utf-8, windows-1252, windows-1250, shift_jis or mac-roman")]
pub struct UnknownEncoding;

impl Encoding {
    /// UTF-8.
    pub const UTF_8: Encoding = Encoding(encoding_rs::UTF_8);
    /// UTF-16, low byte first.
    pub const UTF_16_LE: Encoding = Encoding(encoding_rs::UTF_16LE);
    /// UTF-16, high byte first.
    pub const UTF_16_BE: Encoding = Encoding(encoding_rs::UTF_16BE);
    /// Windows-1252, for Western European text.
    pub const WINDOWS_1252: Encoding = Encoding(encoding_rs::WINDOWS_1252);
    /// Mac Roman, for Western European text from old programs of the Mac.
    pub const MAC_ROMAN: Encoding = Encoding(encoding_rs::MACINTOSH);

    pub(super) fn of(known: &'static encoding_rs::Encoding) -> Self {
        Encoding(known)
    }

    /// Returns the byte order mark of the encoding, empty if it has none.
    pub(super) fn mark(self) -> &'static [u8] {
        let marks = [
            (Encoding::UTF_8, &b"\xEF\xBB\xBF"[..]),
            (Encoding::UTF_16_LE, b"\xFF\xFE"),
            (Encoding::UTF_16_BE, b"\xFE\xFF"),
        ];
        marks.into_iter().find(|(encoding, _)| *encoding == self).map_or(b"", |(_, mark)| mark)
    }

    pub(super) fn is_utf_16(self) -> bool {
        self == Encoding::UTF_16_LE || self == Encoding::UTF_16_BE
    }

    /// Returns the languages that are written in the encoding, if it is made for some.
    pub(super) fn languages(self) -> Option<&'static str> {
        Some(match self.0.name() {
            "windows-1252" | "ISO-8859-15" => "Western European",
            "windows-1250" | "ISO-8859-2" => "Central European",
            "windows-1251" | "ISO-8859-5" | "KOI8-R" | "KOI8-U" | "IBM866" => "Cyrillic",
            "windows-1253" | "ISO-8859-7" => "Greek",
            "windows-1254" => "Turkish",
            "windows-1255" | "ISO-8859-8" => "Hebrew",
            "windows-1256" | "ISO-8859-6" => "Arabic",
            "windows-1257" | "ISO-8859-4" | "ISO-8859-13" => "Baltic",
            "windows-1258" => "Vietnamese",
            "windows-874" => "Thai",
            "Shift_JIS" | "EUC-JP" | "ISO-2022-JP" => "Japanese",
            "GBK" | "gb18030" | "Big5" => "Chinese",
            "EUC-KR" => "Korean",
            "macintosh" => "Western European, of a Mac",
            _ => return None,
        })
    }

    /// Returns a decoder, or `None` for UTF-8, which needs none.
    pub(super) fn decoder(self) -> Option<Decoder> {
        (self != Encoding::UTF_8).then(|| Decoder(self.0.new_decoder_without_bom_handling()))
    }

    #[cfg(test)]
    pub(super) fn encode(self, text: &str) -> Option<Vec<u8>> {
        let (bytes, _, is_lossy) = self.0.encode(text);
        (!is_lossy).then(|| bytes.into_owned())
    }
}

/// The name, which [`FromStr`] parses.
impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Encoding::MAC_ROMAN { "mac-roman" } else { self.0.name() })
    }
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Encoding {
    type Err = UnknownEncoding;

    /// Parses a name that browsers know, in any case.
    fn from_str(text: &str) -> Result<Self, UnknownEncoding> {
        let name = text.trim().to_ascii_lowercase();
        if ["mac-roman", "macroman", "mac_roman"].contains(&name.as_str()) {
            return Ok(Encoding::MAC_ROMAN);
        }
        // It decodes nothing, and stands for encodings that are not safe in a browser.
        let known = encoding_rs::Encoding::for_label_no_replacement(name.as_bytes());
        let known = known.or_else(|| encoding_rs::Encoding::for_label(alias(&name)?.as_bytes()));
        known.map(Encoding).ok_or(UnknownEncoding)
    }
}

/// Returns the name of the web for a code page of Windows, such as `cp932`.
fn alias(name: &str) -> Option<String> {
    let digits = name.strip_prefix("cp").or_else(|| name.strip_prefix("windows-")).unwrap_or(name);
    Some(match digits {
        "932" => "shift_jis".to_owned(),
        "936" => "gbk".to_owned(),
        "949" => "euc-kr".to_owned(),
        "950" => "big5".to_owned(),
        "65001" => "utf-8".to_owned(),
        "10000" => "macintosh".to_owned(),
        _ if digits.len() >= 3 && digits.bytes().all(|byte| byte.is_ascii_digit()) => format!("windows-{digits}"),
        _ => return None,
    })
}

/// A decoder of a text that comes in pieces.
pub(super) struct Decoder(encoding_rs::Decoder);

impl Decoder {
    /// Appends the text of `raw`, the last bytes of the file if `is_last`.
    pub(super) fn decode(&mut self, mut raw: &[u8], is_last: bool, out: &mut Vec<u8>) {
        loop {
            let start = out.len();
            // One byte more, because a broken sequence may follow text that fills the space.
            let most = self.0.max_utf8_buffer_length_without_replacement(raw.len()).unwrap_or(4 * raw.len() + 16);
            out.resize(start + most, 0);
            let (result, used, wrote) = self.0.decode_to_utf8_without_replacement(raw, &mut out[start..], is_last);
            out.truncate(start + wrote);
            raw = &raw[used..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => out.push(BROKEN),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_parsed_by_its_names_in_any_case() {
        for (name, encoding) in [
            ("UTF-8", "UTF-8"),
            ("latin1", "windows-1252"),
            ("Windows-1250", "windows-1250"),
            ("cp1250", "windows-1250"),
            ("1251", "windows-1251"),
            ("CP932", "Shift_JIS"),
            ("sjis", "Shift_JIS"),
            ("utf-16le", "UTF-16LE"),
            ("macintosh", "mac-roman"),
            ("Mac-Roman", "mac-roman"),
        ] {
            assert_eq!(
                name.parse::<Encoding>().map(|encoding| encoding.to_string()),
                Ok(encoding.to_owned()),
                "{name}"
            );
        }
        for name in ["", "utf-9", "replacement", "iso-2022-kr", "cp", "99999"] {
            assert_eq!(name.parse::<Encoding>(), Err(UnknownEncoding), "{name}");
        }
    }

    #[test]
    fn the_name_of_each_encoding_is_parsed() {
        for encoding in [Encoding::UTF_8, Encoding::UTF_16_BE, Encoding::WINDOWS_1252, Encoding::MAC_ROMAN] {
            assert_eq!(encoding.to_string().parse(), Ok(encoding));
        }
    }
}
