//! Counts the addresses in a cell.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::fold::fold;
use super::lookalike;

/// Returns how many different addresses a cell has, valid or not.
pub(crate) fn count(cell: &str) -> usize {
    let plain = if cell.is_ascii() { None } else { lookalike::plain(cell) };
    let text = plain.as_deref().unwrap_or(cell);
    let found = different(text);
    if found > 0 { found } else { different(&joined(text)) }
}

fn different(text: &str) -> usize {
    let words = text.split(|c: char| c.is_whitespace() || ";,|/\\?:<>()[]{}\"“”„«»".contains(c));
    let addresses = words.filter(|word| {
        let inner = word.trim_matches(|c: char| !c.is_alphanumeric());
        inner.contains('@')
    });
    addresses.map(|word| fold(word.trim_matches(|c: char| !c.is_alphanumeric()))).collect::<BTreeSet<_>>().len()
}

/// Returns the text without the spaces around each @.
pub(super) fn joined(text: &str) -> Cow<'_, str> {
    let mut parts = text.split('@');
    let first = parts.next().unwrap_or_default();
    if !text.contains('@') {
        return Cow::Borrowed(text);
    }
    let mut joined = first.to_owned();
    for part in parts {
        joined.truncate(joined.trim_end().len());
        joined.push('@');
        joined.push_str(part.trim_start());
    }
    Cow::Owned(joined)
}
