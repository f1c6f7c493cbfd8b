//! Measures a part of a workbook: how many tags it has, how far apart they are, and how many entries it declares.
//!
//! The memory of an XML reader depends on these. Whether the part is valid XML is not checked.

/// The attribute in which a part declares how many entries follow.
const COUNT: &[u8] = b"uniqueCount";

/// The measurements of a part, as far as it has been read.
#[derive(Debug, Default)]
pub(super) struct Markup {
    tags: u64,
    longest: usize,
    stretch: usize,
    within: Within,
    /// The last two bytes, which may end a declaration.
    last: [u8; 2],
    /// The number of bytes of [`COUNT`] that the last bytes match.
    matched: usize,
    number: u64,
    declared: u64,
}

/// A place in the markup, which decides what `<` means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Within {
    /// Anywhere else: `<` begins a tag.
    #[default]
    Content,
    /// Right after `<`.
    Opening,
    /// In a comment or the like, which an XML reader takes as a whole: `<` means nothing.
    Declaration,
}

impl Markup {
    /// Measures the next bytes.
    pub(super) fn read(&mut self, mut bytes: &[u8]) {
        while let [byte, rest @ ..] = bytes {
            if self.within == Within::Content && self.matched == 0 {
                let plain = memchr::memchr2(b'<', COUNT[0], bytes).unwrap_or(bytes.len());
                if plain > 0 {
                    self.stretch += plain;
                    self.longest = self.longest.max(self.stretch);
                    bytes = &bytes[plain..];
                    continue;
                }
            }
            self.look(*byte);
            self.count(*byte);
            bytes = rest;
        }
    }

    fn look(&mut self, byte: u8) {
        self.stretch += 1;
        match (self.within, byte) {
            (Within::Content, b'<') => {
                self.tags += 1;
                self.stretch = 1;
                self.within = Within::Opening;
            }
            (Within::Opening, b'!') => self.within = Within::Declaration,
            (Within::Opening, _) => self.within = Within::Content,
            (Within::Declaration, b'>') if matches!(&self.last, b"--" | b"]]") => self.within = Within::Content,
            (Within::Content | Within::Declaration, _) => {}
        }
        self.longest = self.longest.max(self.stretch);
        self.last = [self.last[1], byte];
    }

    /// Recognises [`COUNT`], the characters between it and its value, and the digits of the value.
    fn count(&mut self, byte: u8) {
        if self.matched == COUNT.len() {
            match byte {
                b'0'..=b'9' => {
                    self.number = self.number.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
                    self.declared = self.declared.max(self.number);
                }
                b'=' | b'"' | b'\'' | b' ' | b'\t' | b'\r' | b'\n' | b'+' if self.number == 0 => {}
                _ => (self.matched, self.number) = (0, 0),
            }
        } else if byte == COUNT[self.matched] {
            self.matched += 1;
        } else {
            self.matched = usize::from(byte == COUNT[0]);
        }
    }

    /// Returns how many tags there are, closing ones too.
    pub(super) fn tags(&self) -> u64 {
        self.tags
    }

    /// Returns the most bytes from one tag's beginning to the next.
    pub(super) fn longest_stretch(&self) -> usize {
        self.longest
    }

    /// Returns the most entries that the part declares.
    pub(super) fn declared(&self) -> u64 {
        self.declared
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_the_pieces_does_not_matter() {
        for (text, tags, longest, declared) in [
            ("", 0, 0, 0),
            ("text", 0, 4, 0),
            ("<a>12345</a>", 2, 8, 0),
            ("<a/><b/>1234567890", 2, 14, 0),
            ("<!--<<<>-->12<a>", 2, 13, 0),
            ("<!-<a>-->", 1, 9, 0),
            ("<t><![CDATA[<<]]<>]]></t>", 3, 18, 0),
            ("<!DOCTYPE a [<!ENTITY b>]>", 1, 26, 0),
            ("<sst count=\"9\" uniqueCount=\"12\" x=\"345\">", 1, 40, 12),
            ("<sst uuniqueCount = '99999999999999999999'>", 1, 43, u64::MAX),
        ] {
            for size in 1..=text.len().max(1) {
                let mut markup = Markup::default();
                text.as_bytes().chunks(size).for_each(|piece| markup.read(piece));
                assert_eq!(
                    (markup.tags(), markup.longest_stretch(), markup.declared()),
                    (tags, longest, declared),
                    "{text}"
                );
            }
        }
    }
}
