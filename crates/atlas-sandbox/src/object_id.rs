//! Atlas's ids.

/// Returns whether the text has the form of an Atlas id: 24 lower-case hex digits.
pub(crate) fn is_object_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}
