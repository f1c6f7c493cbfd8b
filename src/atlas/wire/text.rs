//! Makes a server's text fit for a results file: short and without control characters.

use crate::model::quote::is_invisible;

/// The longest text of a server that is kept, in characters.
const LONGEST: usize = 300;

/// Returns the text as [`visible`] and [`shortened`] return it.
pub(in crate::atlas) fn clean(text: &str) -> String {
    shortened(&visible(text))
}

/// Returns the text without invisible characters, and with a blank for each control character or line end.
pub(in crate::atlas) fn visible(text: &str) -> String {
    let seen = text.chars().map(|c| if c.is_whitespace() || c.is_control() { ' ' } else { c });
    seen.filter(|c| !is_invisible(*c)).collect()
}

/// Returns the text with blanks folded into one, cut off after 300 characters.
pub(in crate::atlas) fn shortened(text: &str) -> String {
    let mut short = String::with_capacity(text.len().min(LONGEST));
    let mut left = LONGEST;
    let mut gap = false;
    for c in text.chars() {
        if c == ' ' {
            gap = true;
            continue;
        }
        if std::mem::take(&mut gap) && !short.is_empty() {
            short.push(' ');
            left = left.saturating_sub(1);
        }
        if left == 0 {
            short.push('…');
            break;
        }
        short.push(c);
        left -= 1;
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_stripped_and_shortened() {
        for (text, cleaned) in [
            ("", ""),
            ("  a \r\n\t b ", "a b"),
            ("\u{1b}[31mred\u{0}\u{85}", "[31mred"),
            ("é…", "é…"),
            ("a\u{202e}b\u{2066}c\u{200f}d\u{61c}e\u{200b}f\u{feff}", "abcdef"),
            ("a\u{2028}b\u{2029}c\u{a0}d", "a b c d"),
        ] {
            assert_eq!(clean(text), cleaned, "{text:?}");
        }
        assert_eq!(clean(&"x".repeat(300)), "x".repeat(300));
        assert_eq!(clean(&"é".repeat(301)), format!("{}…", "é".repeat(300)));
        assert_eq!(clean(&" x".repeat(400)).chars().filter(|&c| c == 'x').count(), 150);
    }
}
