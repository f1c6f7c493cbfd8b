//! The XML of a part, read event by event within bounds.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use quick_xml::encoding::DecodingReader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesEnd, BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::damaged;
use super::error::{Damage, Oversize, WorkbookError};

/// The most bytes of a tag, of the text between two tags, and of a cell.
const LONGEST: usize = 1 << 20;

/// The limit of a part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) bytes: u64,
    /// The error of a part that is longer.
    pub(super) too_large: Oversize,
}

/// A part that is being read. Whether its elements are nested correctly is not checked.
pub(super) struct Xml<'a> {
    reader: Reader<Metered<'a>>,
    event: Vec<u8>,
}

/// A piece of markup.
#[derive(Debug)]
pub(super) enum Node<'a> {
    /// The beginning of an element; an empty one has an end too.
    Start(BytesStart<'a>),
    /// The end of an element.
    End(BytesEnd<'a>),
    /// Text, a comment or the like.
    Other,
}

impl<'a> Xml<'a> {
    /// Reads a part in UTF-8 or UTF-16. `left` is the number of bytes that may be read of all parts together.
    pub(super) fn new(part: impl Read + 'a, bounds: Bounds, left: &'a mut u64) -> Self {
        let decoded = DecodingReader::new(BufReader::new(part));
        let inner = Metered { inner: Box::new(decoded), part: bounds.bytes, left, event: 0, bounds, exceeded: None };
        let mut reader = Reader::from_reader(inner);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.expand_empty_elements = true;
        Self { reader, event: Vec::with_capacity(1024) }
    }

    /// Reads the next tag or what is between tags; `None` at the end of the part.
    pub(super) fn next(&mut self) -> Result<Option<Node<'_>>, WorkbookError> {
        Ok(match self.event()? {
            Event::Start(tag) | Event::Empty(tag) => Some(Node::Start(tag)),
            Event::End(tag) => Some(Node::End(tag)),
            Event::Eof => None,
            Event::Text(_)
            | Event::CData(_)
            | Event::GeneralRef(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => Some(Node::Other),
        })
    }

    /// Reads on in a part that must not end here.
    pub(super) fn expect(&mut self) -> Result<Node<'_>, WorkbookError> {
        self.next()?.ok_or(WorkbookError::Damaged(Damage::EndsEarly))
    }

    fn event(&mut self) -> Result<Event<'_>, WorkbookError> {
        self.event.clear();
        self.reader.get_mut().event = 0;
        self.reader.read_event_into(&mut self.event).map_err(|error| match self.reader.get_ref().exceeded {
            Some(limit) => WorkbookError::TooLarge(limit),
            None => damaged(error),
        })
    }

    /// Appends the text up to the end of the element with this name.
    pub(super) fn text(&mut self, element: &str, into: &mut String) -> Result<(), WorkbookError> {
        loop {
            match self.event()? {
                Event::Text(text) => into.push_str(&text.xml10_content()),
                Event::CData(text) => into.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => push_reference(&reference, into)?,
                Event::End(end) if end.local_name().as_ref() == element => return Ok(()),
                Event::Eof => return Err(WorkbookError::Damaged(Damage::EndsEarly)),
                Event::Start(_)
                | Event::End(_)
                | Event::Empty(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::DocType(_) => {}
            }
            if into.len() > LONGEST {
                return Err(WorkbookError::TooLarge(Oversize::Stretch));
            }
        }
    }

    /// Appends the text of a string item, which may consist of formatted runs. Hints for the pronunciation are left out.
    pub(super) fn string_item(&mut self, element: &str, into: &mut String) -> Result<(), WorkbookError> {
        let mut is_phonetic = false;
        let mut text = String::new();
        loop {
            let is_kept = match self.expect()? {
                Node::Start(tag) if tag.local_name().as_ref() == "rPh" => {
                    is_phonetic = true;
                    continue;
                }
                Node::Start(tag) if tag.local_name().as_ref() == "t" && !is_phonetic => {
                    attribute(&tag, "xml:space")?.as_deref() == Some("preserve")
                }
                Node::End(tag) if tag.local_name().as_ref() == "rPh" => {
                    is_phonetic = false;
                    continue;
                }
                Node::End(tag) if tag.local_name().as_ref() == element => return Ok(()),
                Node::Start(_) | Node::End(_) | Node::Other => continue,
            };
            text.clear();
            self.text("t", &mut text)?;
            let text = if is_kept { text.as_str() } else { text.trim_matches([' ', '\t', '\r', '\n']) };
            into.push_str(&unescaped(text));
            if into.len() > LONGEST {
                return Err(WorkbookError::TooLarge(Oversize::Stretch));
            }
        }
    }
}

fn push_reference(reference: &BytesRef<'_>, into: &mut String) -> Result<(), WorkbookError> {
    match (resolve_xml_entity(reference), reference.resolve_char_ref().map_err(damaged)?) {
        (Some(text), _) => into.push_str(text),
        (None, Some(character)) => into.push(character),
        (None, None) => return Err(damaged(format_args!("unknown entity {}", &**reference))),
    }
    Ok(())
}

/// Returns an attribute by its name without a prefix, or `xml:space`.
pub(super) fn attribute<'t>(tag: &'t BytesStart<'_>, name: &str) -> Result<Option<Cow<'t, str>>, WorkbookError> {
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(damaged)?;
        if attribute.key.local_name().as_ref() == name || attribute.key.as_ref() == name {
            return attribute.normalized_value(XmlVersion::Implicit1_0).map(Some).map_err(damaged);
        }
    }
    Ok(None)
}

/// Returns whether an attribute is true as XML Schema writes it.
pub(super) fn is_set(tag: &BytesStart<'_>, name: &str) -> Result<bool, WorkbookError> {
    let value = attribute(tag, name)?;
    Ok(value.is_some_and(|value| value.trim() == "1" || value.trim().eq_ignore_ascii_case("true")))
}

/// Resolves `_x000D_`, which stands for the character with this number in UTF-16.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut units = Vec::new();
    let mut rest = text;
    loop {
        if let Some((unit, after)) = escape(rest) {
            units.push(unit);
            rest = after;
            continue;
        }
        out.extend(char::decode_utf16(units.drain(..)).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)));
        let Some(first) = rest.chars().next() else { return Cow::Owned(out) };
        out.push(first);
        rest = &rest[first.len_utf8()..];
    }
}

/// Returns the number of an escape at the beginning of the text, and the text after it.
fn escape(text: &str) -> Option<(u16, &str)> {
    let (digits, rest) = text.strip_prefix("_x")?.split_at_checked(4)?;
    let is_number = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    Some((u16::from_str_radix(digits, 16).ok().filter(|_| is_number)?, rest.strip_prefix('_')?))
}

/// A reader that ends with an error beyond a limit.
struct Metered<'a> {
    inner: Box<dyn BufRead + 'a>,
    part: u64,
    left: &'a mut u64,
    /// The bytes of the current event so far.
    event: usize,
    bounds: Bounds,
    exceeded: Option<Oversize>,
}

impl Read for Metered<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Metered<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.exceeded.is_some() {
            return Err(io::Error::other("too large"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, len: usize) {
        self.inner.consume(len);
        self.event += len;
        let exceeded = if self.event > LONGEST {
            Some(Oversize::Stretch)
        } else if len as u64 > self.part {
            Some(self.bounds.too_large)
        } else if len as u64 > *self.left {
            Some(Oversize::AllParts)
        } else {
            None
        };
        self.part = self.part.saturating_sub(len as u64);
        *self.left = self.left.saturating_sub(len as u64);
        self.exceeded = self.exceeded.or(exceeded);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_characters_are_resolved() {
        for (text, expected) in [
            ("snake_case", "snake_case"),
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_xD83D__xDE00_", "\u{1F600}"),
            ("_xD83D_x", "\u{FFFD}x"),
            ("_x00_x000_", "_x00_x000_"),
            ("_x+123_", "_x+123_"),
            ("é_x00E9", "é_x00E9"),
        ] {
            assert_eq!(unescaped(text), expected, "{text}");
        }
    }

    fn item(xml: &str) -> Result<String, WorkbookError> {
        limited(xml, u64::MAX, u64::MAX)
    }

    /// Reads an item of a part with this limit, if this many bytes may be read of all parts.
    fn limited(xml: &str, bytes: u64, mut left: u64) -> Result<String, WorkbookError> {
        let (xml, mut text) = (format!("<si>{xml}"), String::new());
        let mut xml = Xml::new(xml.as_bytes(), Bounds { bytes, too_large: Oversize::Sheet }, &mut left);
        xml.next()?;
        xml.string_item("si", &mut text)?;
        Ok(text)
    }

    #[test]
    fn a_part_is_read_up_to_its_limit() {
        let long = format!("{}</si>", "<t>a</t>".repeat(2000));
        assert_eq!(limited(&long, u64::MAX, u64::MAX).unwrap().len(), 2000);
        assert_eq!(limited(&long, 10_000, u64::MAX), Err(WorkbookError::TooLarge(Oversize::Sheet)));
        assert_eq!(limited(&long, u64::MAX, 10_000), Err(WorkbookError::TooLarge(Oversize::AllParts)));
    }

    #[test]
    fn a_string_item_is_the_text_that_is_shown() {
        for (xml, expected) in [
            ("<t>a</t></si>", "a"),
            ("<t> a </t></si>", "a"),
            ("<t xml:space=\"preserve\"> a </t></si>", " a "),
            ("<r><rPr><b/></rPr><t xml:space=\"preserve\">Ada </t></r><r><t>L.</t></r></si>", "Ada L."),
            ("<t>課</t><rPh sb=\"0\" eb=\"1\"><t>カ</t></rPh><phoneticPr/></si>", "課"),
            ("<t>a &amp; &#98;<![CDATA[<c>]]></t></si>", "a & b<c>"),
            ("<x:t>a</x:t></x:si>", "a"),
            ("<t/></si>", ""),
        ] {
            assert_eq!(item(xml).unwrap(), expected, "{xml}");
        }
    }

    #[test]
    fn an_item_of_many_short_pieces_is_bounded() {
        let pieces = "&amp;".repeat(LONGEST + 1);
        for xml in [format!("<t>{pieces}"), "<t>ab</t>".repeat(LONGEST), format!("<t>{}", "a".repeat(2 * LONGEST))] {
            assert_eq!(item(&xml), Err(WorkbookError::TooLarge(Oversize::Stretch)));
        }
    }

    #[test]
    fn a_part_that_ends_within_an_item_is_damaged() {
        for xml in ["<t>a", "<t>a</t>"] {
            assert_eq!(item(xml), Err(WorkbookError::Damaged(Damage::EndsEarly)));
        }
    }
}
