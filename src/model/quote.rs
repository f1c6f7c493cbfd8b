//! Quotes untrusted text in messages: shortened, and without characters that a terminal would hide or interpret; and
//! arguments of commands that a message shows.

use std::borrow::Cow;
use std::fmt::Write;

/// The most characters that are shown; enough to find the cell again.
const LONGEST: usize = 60;

/// Puts the text in quotation marks, at most [`LONGEST`] characters of it.
pub(crate) fn quoted(text: &str) -> String {
    quoted_up_to(text, LONGEST)
}

/// Puts the texts in quotation marks, separated by commas.
pub(crate) fn quoted_list(texts: &[String]) -> String {
    texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")
}

/// Puts the text in quotation marks, cut off after `longest` characters as they are displayed.
pub(crate) fn quoted_up_to(text: &str, longest: usize) -> String {
    let mut out = String::from('"');
    let mut shown = 0;
    for c in text.chars() {
        if shown >= longest {
            out.push('…');
            break;
        }
        let before = out.len();
        if c.is_control() || is_invisible(c) {
            // Writing to a string does not fail.
            let _ = write!(out, "{}", c.escape_unicode());
        } else {
            out.push(c);
        }
        shown += if out.len() - before > c.len_utf8() { out.len() - before } else { 1 };
    }
    out.push('"');
    out
}

/// The most ranges of rows that are shown.
const MOST_RANGES: usize = 10;

/// Lists rows, given in order, as `3, 5, 8-12 and 40 more`.
pub(crate) fn row_ranges(rows: &[u32]) -> String {
    let mut shown: Vec<String> = Vec::new();
    let mut rest = rows;
    while let [first, ..] = rest
        && shown.len() < MOST_RANGES
    {
        let len = rest.iter().zip(*first..).take_while(|(row, expected)| *row == expected).count();
        shown.push(match len {
            1 => first.to_string(),
            2 => format!("{first}, {}", rest[1]),
            len => format!("{first}-{}", rest[len - 1]),
        });
        rest = &rest[len..];
    }
    let (more, shown) = (rest.len(), shown.join(", "));
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

/// Puts a character in single quotation marks, or in double ones if it is one of the former.
pub(crate) fn quoted_char(c: char) -> String {
    if c == '\'' { "\"'\"".to_owned() } else { format!("{c:?}") }
}

/// Quotes an argument of a command for the shell of the platform, if it needs quotes.
pub(crate) fn argument(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./:=,@%+".contains(c) || (cfg!(windows) && c == '\\');
    if !text.is_empty() && text.chars().all(is_plain) {
        text.into()
    } else if cfg!(windows) {
        format!("\"{text}\"").into()
    } else {
        format!("'{}'", text.replace('\'', "'\\''")).into()
    }
}

/// Returns whether a character has no width, reorders its neighbours or looks like a space.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{a0}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
        | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_listed_as_ranges() {
        assert_eq!(row_ranges(&[3]), "3");
        assert_eq!(row_ranges(&[3, 5, 6, 8, 9, 10]), "3, 5, 6, 8-10");
        let every_other: Vec<u32> = (1..=50).map(|row| row * 2).collect();
        assert_eq!(row_ranges(&every_other), "2, 4, 6, 8, 10, 12, 14, 16, 18, 20 and 40 more");
    }

    #[test]
    fn a_quoted_text_is_cut_and_shows_hidden_characters() {
        assert_eq!(quoted("Zoë"), "\"Zoë\"");
        assert_eq!(quoted("a\u{200b}b\u{1b}[31m\n"), "\"a\\u{200b}b\\u{1b}[31m\\u{a}\"");
        assert_eq!(quoted(&"x".repeat(100)), format!("\"{}…\"", "x".repeat(60)));
    }
}
