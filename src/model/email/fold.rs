//! The form in which addresses and names are compared.

use std::borrow::Cow;

/// Returns an address in the form in which addresses are compared: trimmed and in lower case. Mailboxes that differ
/// only in case do not exist in practice.
pub fn fold_email(email: &str) -> Cow<'_, str> {
    fold(email.trim())
}

pub(crate) fn fold(text: &str) -> Cow<'_, str> {
    let is_folded = text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
    if is_folded {
        return Cow::Borrowed(text);
    }
    // One letter at a time, since `str::to_lowercase` writes a sigma differently at the end of a word.
    Cow::Owned(text.chars().flat_map(char::to_lowercase).collect())
}
