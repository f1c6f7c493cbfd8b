//! Detects the encoding of a text that has no byte order mark, by its bytes.
//!
//! Lines with other bytes than ASCII are evidence. They are UTF-8 if most of their characters are valid there. Otherwise
//! `chardetng`, the detector of Firefox, decides by the letters and by how often they follow each other; Mac Roman, which
//! it does not know, is detected only if it is certain.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use super::encoding::Encoding;

/// The bytes of evidence from which a detection does not improve.
const ENOUGH: usize = 256 * 1024;

/// The characters of UTF-8 that prove it.
const ENOUGH_CHARACTERS: u64 = 1000;

/// The begin of the sequences by which ISO-2022-JP changes its letters.
const ESCAPE: u8 = 0x1B;

/// The lines with other bytes than ASCII that were found so far.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    lines: Vec<u8>,
    /// A line of which the rest is still to come.
    begun: Vec<u8>,
    /// Characters beyond ASCII that are valid UTF-8.
    valid: u64,
    /// Sequences that are not.
    broken: u64,
    has_line_feed: bool,
}

impl Evidence {
    /// Reads the next piece of the file.
    pub(super) fn read(&mut self, piece: &[u8]) {
        self.has_line_feed |= !self.has_line_feed && piece.contains(&b'\n');
        if self.begun.is_empty() && is_plain(piece) {
            return;
        }
        self.begun.extend_from_slice(piece);
        let text = std::mem::take(&mut self.begun);
        let whole = text.iter().rposition(|byte| matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
        self.read_lines(&text[..whole]);
        let rest = &text[whole..];
        if rest.len() > ENOUGH {
            self.read_lines(rest);
        } else if !is_plain(rest) {
            self.begun = rest.to_vec();
        }
    }

    fn read_lines(&mut self, text: &[u8]) {
        for line in text.split_inclusive(|byte| matches!(byte, b'\r' | b'\n')).filter(|line| !is_plain(line)) {
            for chunk in line.utf8_chunks() {
                self.valid += chunk.valid().chars().filter(|c| !c.is_ascii()).count() as u64;
                self.broken += u64::from(!chunk.invalid().is_empty());
            }
            self.lines.extend_from_slice(line);
            if self.is_enough() {
                return;
            }
        }
    }

    /// Returns whether more of the file would change nothing.
    pub(super) fn is_enough(&self) -> bool {
        self.lines.len() >= ENOUGH || self.valid >= ENOUGH_CHARACTERS && self.broken * 10 < self.valid
    }

    /// Returns the encoding; `is_whole` if the file has no further pieces.
    pub(super) fn conclude(mut self, is_whole: bool) -> Encoding {
        let begun = std::mem::take(&mut self.begun);
        // A sequence that the end cuts off proves nothing, unless the file ends there too.
        let cut = if is_whole { 0 } else { begun.iter().rev().take(3).take_while(|byte| !byte.is_ascii()).count() };
        self.read_lines(&begun[..begun.len() - cut]);
        if self.broken == 0 && self.lines.is_ascii() {
            let is_japanese = !self.lines.is_empty() && self.guess() == encoding_rs::ISO_2022_JP;
            return if is_japanese { Encoding::of(encoding_rs::ISO_2022_JP) } else { Encoding::UTF_8 };
        }
        if self.valid >= self.broken {
            return Encoding::UTF_8;
        }
        if self.is_mac_roman() { Encoding::MAC_ROMAN } else { Encoding::of(self.guess()) }
    }

    fn guess(&self) -> &'static encoding_rs::Encoding {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
        detector.feed(&self.lines, true);
        detector.guess(None, Utf8Detection::Deny)
    }

    /// Returns whether the lines end as on an old Mac or have bytes that Windows-1252 does not define, and only Mac Roman
    /// makes words of them.
    fn is_mac_roman(&self) -> bool {
        let undefined = self.lines.iter().any(|byte| matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D));
        if self.has_line_feed && !undefined {
            return false;
        }
        let (fitting, all) = self.words_in(encoding_rs::MACINTOSH);
        // Letters of other alphabets follow each other; those of Western Europe stand between ASCII letters.
        fitting * 10 >= all * 9 && fitting > self.words_in(encoding_rs::WINDOWS_1252).0
    }

    /// Returns how many bytes are letters that fit between their neighbours in this encoding, and how many there are.
    fn words_in(&self, encoding: &'static encoding_rs::Encoding) -> (usize, usize) {
        let text = encoding.decode_without_bom_handling(&self.lines).0;
        let characters: Vec<char> = text.chars().collect();
        let (mut fitting, mut all) = (0, 0);
        for (index, &c) in characters.iter().enumerate().filter(|(_, c)| !c.is_ascii()) {
            let before = index.checked_sub(1).map_or(' ', |before| characters[before]);
            let after = characters.get(index + 1).copied().unwrap_or(' ');
            // As in O’Brien.
            let is_apostrophe = c == '’' && before.is_alphabetic() && after.is_alphabetic();
            let is_latin = is_apostrophe || c.is_alphabetic() && c < '\u{370}' && !matches!(c, 'ª' | 'º' | 'ˆ'..='˝');
            let fits = is_apostrophe || c.is_lowercase() || !before.is_lowercase();
            all += 1;
            fitting += usize::from(is_latin && fits && (before.is_ascii_alphabetic() || after.is_ascii_alphabetic()));
        }
        (fitting, all)
    }
}

/// Returns whether a text is the same in every encoding but UTF-16.
fn is_plain(text: &[u8]) -> bool {
    text.is_ascii() && memchr::memchr(ESCAPE, text).is_none()
}

/// Returns the kind of UTF-16 in which the beginning of a file makes sense without a byte order mark.
pub(super) fn unmarked_utf_16(beginning: &[u8]) -> Option<Encoding> {
    let units = |unit: fn([u8; 2]) -> u16| beginning.chunks_exact(2).map(move |pair| unit([pair[0], pair[1]]));
    let count = beginning.len() / 2;
    let is_written = |unit: fn([u8; 2]) -> u16| {
        let is_text = |unit: u16| matches!(unit, 0x09..=0x0D | 0x20..=0x7E);
        let is_control = |unit: u16| unit < 0x20 && !is_text(unit) && unit != 0x1A || unit == 0xFFFF;
        let ascii = units(unit).filter(|unit| is_text(*unit)).count();
        // Separators, line ends and addresses are ASCII in any language.
        ascii >= 2 && ascii * 4 >= count && !units(unit).any(is_control)
    };
    match (is_written(u16::from_le_bytes), is_written(u16::from_be_bytes)) {
        (true, false) => Some(Encoding::UTF_16_LE),
        (false, true) => Some(Encoding::UTF_16_BE),
        (true, true) | (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detected(pieces: &[&[u8]], is_whole: bool) -> String {
        let mut evidence = Evidence::default();
        pieces.iter().for_each(|piece| evidence.read(piece));
        evidence.conclude(is_whole).to_string()
    }

    #[test]
    fn most_characters_decide_whether_a_file_is_utf_8() {
        for bytes in ["rôle,Zo\u{eb}".as_bytes(), b"r\xC3\xB4le,Zo\xEB", b"Zo\xEB,r\xC3\xB4le", b"email", b""] {
            assert_eq!(detected(&[bytes], true), "UTF-8");
        }
        assert_eq!(detected(&[b"Zo\xEB,r\xC3\xB4le,Fran\xE7ois"], true), "windows-1252");
    }

    #[test]
    fn a_character_that_the_end_cuts_off_proves_nothing() {
        assert_eq!(detected(&[b"email,Zo\xEB"], false), "UTF-8");
        assert_eq!(detected(&[b"email,Zo\xEB"], true), "windows-1252");
    }

    #[test]
    fn a_file_of_each_country_is_recognized() {
        for (name, text) in [
            ("windows-1252", "Zoë;Größe;rôle"),
            ("windows-1250", "Łukasz Wiśniewski;Łódź"),
            ("windows-1251", "Иван Смирнов"),
            ("windows-1253", "Γιώργος Παπαδόπουλος"),
            ("windows-1254", "Ayşe Yılmaz"),
            ("windows-1255", "שלום כהן"),
            ("windows-1256", "محمد علي"),
            ("windows-874", "สมชาย ใจดี"),
            ("Shift_JIS", "氏名,佐藤花子,表示"),
            ("EUC-JP", "氏名,佐藤花子"),
            ("ISO-2022-JP", "氏名,佐藤花子"),
            ("GBK", "姓名,王小明"),
            ("Big5", "姓名,王小明"),
            ("EUC-KR", "이름,김철수"),
        ] {
            let encoding: Encoding = name.parse().unwrap();
            let bytes = encoding.encode(&format!("Name;email\r\n{text};a@example.com\r\n")).unwrap();
            assert_eq!(detected(&[&bytes], true), name);
            let pieces: Vec<&[u8]> = bytes.chunks(1).collect();
            assert_eq!(detected(&pieces, true), name, "in pieces");
        }
    }

    #[test]
    fn mac_roman_is_detected_only_if_it_is_certain() {
        let written = |encoding: &str, line_end: &str| {
            let text = format!("Prénom,Nom{line_end}Chloé,Bérenger{line_end}Jürgen,Nuñez{line_end}");
            detected(&[&encoding.parse::<Encoding>().unwrap().encode(&text).unwrap()], true)
        };
        assert_eq!(written("mac-roman", "\r"), "mac-roman");
        assert_eq!(written("windows-1252", "\r"), "windows-1252");
        assert_eq!(written("windows-1252", "\n"), "windows-1252");
        for (text, encoding) in [
            ("Pat O’Brien\r", Encoding::WINDOWS_1252),
            ("Pat’s 5–6\n", Encoding::WINDOWS_1252),
            // Not certain with such a line end.
            ("Chloé\n", Encoding::MAC_ROMAN),
        ] {
            assert_ne!(detected(&[&encoding.encode(text).unwrap()], true), "mac-roman", "{text}");
        }
        let polish = "windows-1250".parse::<Encoding>().unwrap().encode("Łukasz Wiśniewski\rŁódź\r").unwrap();
        assert_eq!(detected(&[&polish], true), "windows-1250");
        let japanese = "Shift_JIS".parse::<Encoding>().unwrap().encode("氏名\r佐藤花子\r").unwrap();
        assert_eq!(detected(&[&japanese], true), "Shift_JIS");
    }

    #[test]
    fn utf_16_is_known_by_its_ascii_characters() {
        let unit = |text: &str, unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        for text in ["équipe;E-mail", "email", "氏名,email\r\n一,a@example.com\r\n"] {
            assert_eq!(unmarked_utf_16(&unit(text, u16::to_le_bytes)), Some(Encoding::UTF_16_LE), "{text}");
            assert_eq!(unmarked_utf_16(&unit(text, u16::to_be_bytes)), Some(Encoding::UTF_16_BE), "{text}");
        }
        for bytes in
            [&b"email,roles"[..], b"a\0", b"ab\0\0\0\0", b"\x7FELF\x02\x01\x01\0\0\0\0\0", b"\xE9t\xE9,\xE9t\xE9"]
        {
            assert_eq!(unmarked_utf_16(bytes), None, "{bytes:x?}");
        }
    }
}
