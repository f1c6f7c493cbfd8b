//! Names and people of the organization, read before the first invite.

use std::borrow::Cow;

/// The address as people are compared by.
pub fn fold_email(email: &str) -> Cow<'_, str> {
    if email.chars().any(char::is_uppercase) { Cow::Owned(email.to_lowercase()) } else { Cow::Borrowed(email) }
}
