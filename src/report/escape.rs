//! Untrusted text on its way to a terminal.

use std::borrow::Cow;
use std::fmt::Write;

use crate::model::quote::is_invisible;

/// The text with control, bidirectional and invisible characters spelled out, so that it can neither move the cursor nor
/// pass for something else.
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
    fn what_moves_the_cursor_or_hides_is_spelled_out() {
        assert_eq!(escaped("a\u{1b}[2Jb\n"), "a\\u{1b}[2Jb\\u{a}");
        assert_eq!(escaped("a\u{202e}b\u{200b}"), "a\\u{202e}b\\u{200b}");
        assert!(matches!(escaped("Zoë Müller"), Cow::Borrowed(_)));
    }
}
