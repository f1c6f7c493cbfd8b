//! Typical mistakes that leave an address of the right form, which would be sent to another mailbox or to none.

use std::fmt;

use crate::model::quote::quoted_char;

/// A mistake in an address of the right form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slip {
    /// A character that belongs to the surroundings of the address, and not to it.
    Stray(char),
    /// The rest of a link.
    Scheme,
    /// `www.` as before the name of a site.
    Www,
    /// A character that is encoded as in a link.
    Percent(char),
    /// The name of a guest in a directory, which is not a mailbox.
    Guest,
    /// An ending that does not exist, a letter away from one that most addresses have.
    Ending(&'static str),
}

impl fmt::Display for Slip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Slip::Stray(c) => write!(f, "it contains the character {}", quoted_char(*c)),
            Slip::Scheme => f.write_str("it begins with a part of a link (mailto)"),
            Slip::Www => f.write_str("it begins with www."),
            Slip::Percent(c) => write!(f, "it contains %{:02X}, which stands for {c:?} in a link", u32::from(*c)),
            Slip::Guest => f.write_str("it is the name of a guest in a directory (#EXT#)"),
            Slip::Ending(_) => f.write_str("its ending does not exist"),
        }
    }
}

/// Endings that do not exist, each with the one that was meant.
const ENDINGS: [(&str, &str); 16] = [
    ("con", "com"),
    ("cmo", "com"),
    ("ocm", "com"),
    ("comm", "com"),
    ("ccom", "com"),
    ("coom", "com"),
    ("vom", "com"),
    ("xom", "com"),
    ("cpm", "com"),
    ("cim", "com"),
    ("clm", "com"),
    ("ogr", "org"),
    ("orgg", "org"),
    ("nte", "net"),
    ("ent", "net"),
    ("nett", "net"),
];

/// Finds a mistake in the parts of an address of the right form.
pub(super) fn find(local: &str, domain: &str) -> Option<Slip> {
    let bytes = local.as_bytes();
    let first = bytes.first().copied().unwrap_or_default();
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+');
    let is_usual = bytes.iter().all(|&b| is_plain(b)) && (first.is_ascii_alphanumeric() || first == b'_');
    if !is_usual && let Some(slip) = odd(local) {
        return Some(slip);
    }
    if starts_with(local, "www.") {
        return Some(Slip::Www);
    }
    if starts_with(local, "mailto") {
        return Some(Slip::Scheme);
    }
    let ending = domain.rsplit('.').next().unwrap_or_default();
    match ending {
        "com" | "org" | "net" => None,
        _ => ENDINGS.into_iter().find(|(wrong, _)| ending.eq_ignore_ascii_case(wrong)).map(|(_, it)| Slip::Ending(it)),
    }
}

/// Finds a mistake in a local part that has characters which few addresses have.
fn odd(local: &str) -> Option<Slip> {
    if is_guest(local) {
        return Some(Slip::Guest);
    }
    let encoded = |(at, _)| u8::from_str_radix(local.get(at + 1..at + 3)?, 16).ok().filter(u8::is_ascii);
    if let Some(byte) = local.match_indices('%').find_map(encoded) {
        return Some(Slip::Percent(char::from(byte)));
    }
    let first = local.chars().next().filter(|c| !c.is_ascii_alphanumeric() && *c != '_');
    let other = local.chars().find(|c| matches!(c, '/' | '|' | '*' | '?' | '`'));
    first.or(other).map(Slip::Stray)
}

/// Returns whether the part before the @ is the name of a guest, such as `sam_example.com#EXT#`.
pub(super) fn is_guest(local: &str) -> bool {
    local.len() > 5 && local.get(local.len() - 5..).is_some_and(|end| end.eq_ignore_ascii_case("#EXT#"))
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.split_at_checked(prefix.len()).is_some_and(|(start, _)| start.eq_ignore_ascii_case(prefix))
}
