//! Untrusted text on its way into the page, and times as the page writes them.

use std::fmt::{self, Display, Write};

use jiff::Timestamp;

use crate::model::quote::is_invisible;

/// Text that cannot leave its element or attribute. Characters that would not be seen, or that would move or hide others,
/// are shown as what they are.
#[derive(Clone, Copy)]
pub(super) struct Text<'a>(pub(super) &'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut plain = 0;
        for (at, c) in self.0.char_indices() {
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
            f.write_str(&self.0[plain..at])?;
            match u32::from(c) {
                // Unicode has pictures of the old control characters.
                old @ 0..=0x1f => f.write_char(char::from_u32(0x2400 + old).unwrap_or('\u{fffd}'))?,
                0x7f => f.write_char('\u{2421}')?,
                number if entity.is_empty() => write!(f, "[U+{number:04X}]")?,
                _ => f.write_str(entity)?,
            }
            plain = at + c.len_utf8();
        }
        f.write_str(&self.0[plain..])
    }
}

/// The beginning of a text, with an ellipsis where there is more.
pub(super) struct Beginning<'a>(pub(super) &'a str, pub(super) usize);

impl Display for Beginning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(self.1) {
            Some((end, _)) => write!(f, "{}\u{2026}", Text(&self.0[..end])),
            None => Text(self.0).fmt(f),
        }
    }
}

/// `2026-11-24 10:15`, in UTC.
pub(super) fn minute(at: Timestamp) -> impl Display {
    at.strftime("%Y-%m-%d %H:%M")
}

/// `2026-11-24 10:15:30`, in UTC.
pub(super) fn second(at: Timestamp) -> impl Display {
    at.strftime("%Y-%m-%d %H:%M:%S")
}

/// `1 row`, `2,000 rows`.
pub(super) fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { several })
}

/// `10,000`.
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
    fn what_would_be_markup_or_unseen_is_shown() {
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
        assert_eq!(Beginning("a<bc", 2).to_string(), "a&lt;\u{2026}");
        assert_eq!(Beginning("a<", 2).to_string(), "a&lt;");
    }

    #[test]
    fn great_numbers_are_grouped() {
        let told = [0, 999, 1000, 12_345, 1_234_567].map(number);
        assert_eq!(told, ["0", "999", "1,000", "12,345", "1,234,567"]);
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
