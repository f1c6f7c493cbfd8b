//! Untrusted text for a terminal.

use std::borrow::Cow;
use std::fmt::Write;

use crate::model::quote::is_invisible;

/// Escapes control, bidirectional and invisible characters, so that the text cannot move the cursor or look like another
/// text.
pub fn escaped(text: &str) -> Cow<'_, str> {
    let unsafe_character = |c: char| c.is_control() || is_invisible(c);
    if !text.contains(unsafe_character) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if unsafe_character(c) {
            // Writing to a String cannot fail.
            let _ = write!(safe, "\\u{{{:x}}}", c as u32);
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_invisible_characters_are_escaped() {
        assert_eq!(escaped("a\u{1b}[2Jb\n"), "a\\u{1b}[2Jb\\u{a}");
        assert_eq!(escaped("a\u{202e}b\u{200b}"), "a\\u{202e}b\\u{200b}");
        assert!(matches!(escaped("Zoë Müller"), Cow::Borrowed(_)));
    }
}
