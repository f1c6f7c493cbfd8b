//! Untrusted text on the page, and numbers and times as the page writes them.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};

use askama::filters::Escaper;
use jiff::Timestamp;

use crate::model::quote::is_invisible;

/// The escaper of all templates, which `askama.toml` names.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PageEscaper;

impl Escaper for PageEscaper {
    /// Writes text that cannot leave its element or attribute. Characters that would be invisible, or would move or hide
    /// others, are written as visible names.
    fn write_escaped_str<W: Write>(&self, mut out: W, text: &str) -> fmt::Result {
        let mut plain = 0;
        for (at, c) in text.char_indices() {
            let entity = match c {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                // An ordinary space for a person; it hides nothing here.
                '\u{a0}' => continue,
                c if c.is_control() || is_invisible(c) => "",
                _ => continue,
            };
            out.write_str(&text[plain..at])?;
            match u32::from(c) {
                // Unicode has pictures of the old control characters.
                old @ 0..=0x1f => out.write_char(char::from_u32(0x2400 + old).unwrap_or('\u{fffd}'))?,
                0x7f => out.write_char('\u{2421}')?,
                number if entity.is_empty() => write!(out, "[U+{number:04X}]")?,
                _ => out.write_str(entity)?,
            }
            plain = at + c.len_utf8();
        }
        out.write_str(&text[plain..])
    }
}

/// Text that is escaped as templates do it, for the table, which is written without one.
#[derive(Clone, Copy)]
pub(super) struct Text<'a>(pub(super) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        PageEscaper.write_escaped_str(f, self.0)
    }
}

/// Returns the beginning of a text, with an ellipsis if it is longer.
pub(super) fn beginning(text: &str, characters: usize) -> Cow<'_, str> {
    match text.char_indices().nth(characters) {
        Some((end, _)) => Cow::Owned(format!("{}\u{2026}", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Formats a time in UTC, for example `2026-11-24 10:15`.
pub(super) fn minute(at: Timestamp) -> impl Display {
    at.strftime("%Y-%m-%d %H:%M")
}

/// Formats a time in UTC, for example `2026-11-24 10:15:30`.
pub(super) fn second(at: Timestamp) -> impl Display {
    at.strftime("%Y-%m-%d %H:%M:%S")
}

/// Formats a count with its noun, for example `1 row` or `2,000 rows`.
pub(super) fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { several })
}

/// Formats a number, for example `10,000`.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn markup_and_invisible_characters_are_shown() {
        for (text, shown) in [
            ("Zoë O'Brien", "Zoë O&#39;Brien"),
            ("</td><script>alert(\"1\")</script>", "&lt;/td&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"),
            ("&lt;", "&amp;lt;"),
            ("a\nb\u{1b}[2J\0", "a␊b␛[2J␀"),
            ("\u{7f}\u{85}", "␡[U+0085]"),
            ("a\u{202e}b\u{200b}\u{2028}", "a[U+202E]b[U+200B][U+2028]"),
            ("a\u{a0}b", "a\u{a0}b"),
        ] {
            assert_eq!(Text(text).to_string(), shown);
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!((beginning("äbcd", 2), beginning("äb", 2)), ("äb\u{2026}".into(), "äb".into()));
    }

    #[test]
    fn large_numbers_are_grouped() {
        let numbers = [0, 999, 1000, 12_345, 1_234_567].map(number);
        assert_eq!(numbers, ["0", "999", "1,000", "12,345", "1,234,567"]);
        assert_eq!((counted(1, "row", "rows"), counted(2000, "row", "rows")), ("1 row".into(), "2,000 rows".into()));
    }

    proptest! {
        #[test]
        fn no_text_leaves_its_element(text in any::<String>()) {
            let shown = Text(&text).to_string();
            prop_assert!(!shown.contains(['<', '>', '"', '\'']), "{}", shown);
            prop_assert!(!shown.chars().any(|c| c.is_control() || (is_invisible(c) && c != '\u{a0}')), "{}", shown);
            for (at, _) in shown.match_indices('&') {
                let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"];
                prop_assert!(known.iter().any(|entity| shown[at..].starts_with(entity)), "{}", shown);
            }
        }
    }
}
