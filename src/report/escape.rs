//! Untrusted text for a terminal.

use std::borrow::Cow;
use std::fmt::Write;

use crate::model::quote::is_invisible;

/// Escapes control, bidirectional and invisible characters, so that the text cannot move the cursor or look like another
/// text.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_unsafe(c) {
            // Writing to a String cannot fail.
            let _ = write!(safe, "\\u{{{:x}}}", c as u32);
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// Escapes as [`escaped`] does, except for line feeds.
pub fn escaped_lines(text: &str) -> Cow<'_, str> {
    if matches!(escaped(text), Cow::Borrowed(_)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split('\n').map(escaped).collect::<Vec<_>>().join("\n"))
}

/// Escapes the same characters in the text of a JSON document, in JSON's own way, so that no value changes.
pub fn escaped_json(json: &str) -> Cow<'_, str> {
    if matches!(escaped(json), Cow::Borrowed(_)) {
        return Cow::Borrowed(json);
    }
    let mut safe = String::with_capacity(json.len() + 16);
    let mut units = [0; 2];
    for c in json.chars() {
        // Control characters of ASCII are escaped in every string, so that those left are line ends between values.
        if !c.is_ascii() && is_unsafe(c) {
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

fn is_unsafe(c: char) -> bool {
    c.is_control() || is_invisible(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_invisible_characters_are_escaped() {
        assert_eq!(escaped("a\u{1b}[2Jb\n"), "a\\u{1b}[2Jb\\u{a}");
        assert_eq!(escaped("a\u{202e}b\u{200b}"), "a\\u{202e}b\\u{200b}");
        assert!(matches!(escaped("Zoë Müller"), Cow::Borrowed(_)));
        assert_eq!(escaped_lines("a\n\u{1b}[2Jb\n"), "a\n\\u{1b}[2Jb\n");
    }

    #[test]
    fn json_keeps_its_values() {
        let value = serde_json::json!({"a": "\u{1b}\u{9b}\u{202e}é\u{e0001}\n"});
        for json in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let safe = escaped_json(&json);
            assert!(!safe.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{e0001}']) && safe.contains('é'), "{safe}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).unwrap(), value);
        }
    }
}
