//! Repairs the text of an address that was written with a typical mistake. A repair counts only if it makes an address.

use super::slip::{self, Slip};
use super::{is_address, syntax};

/// Returns the address that a text without spaces means.
pub(super) fn repaired(text: &str) -> Option<String> {
    let mut text = text.to_owned();
    let repairs: [fn(&str) -> Option<String>; 9] =
        [decoded, stripped, without_scheme, single_at, comma, dots, guest, without_query, ending];
    if is_address(&text) {
        return Some(text);
    }
    for repair in repairs {
        if let Some(better) = repair(&text) {
            text = better;
            if is_address(&text) {
                return Some(text);
            }
        }
    }
    None
}

/// Decodes characters that are encoded as in a link, `%3A` for a colon.
pub(super) fn decoded(text: &str) -> Option<String> {
    let (first, rest) = text.split_once('%')?;
    let mut decoded = first.to_owned();
    for part in rest.split('%') {
        match part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|byte| matches!(byte, b' '..=b'~'))
        {
            Some(byte) => {
                decoded.push(char::from(byte));
                decoded.push_str(&part[2..]);
            }
            None => {
                decoded.push('%');
                decoded.push_str(part);
            }
        }
    }
    (decoded != text).then_some(decoded)
}

/// Removes punctuation around an address. `#EXT#` and `_` may belong to it.
fn stripped(text: &str) -> Option<String> {
    let start = text.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
    let bare = start.trim_end_matches(|c: char| !c.is_alphanumeric());
    (bare.len() < text.len()).then(|| bare.to_owned())
}

/// Removes what a link begins with.
fn without_scheme(text: &str) -> Option<String> {
    let mut rest = text;
    for scheme in ["https", "http", "mailto"] {
        if let Some((start, after)) = rest.split_at_checked(scheme.len())
            && start.eq_ignore_ascii_case(scheme)
        {
            rest = after.trim_start_matches([':', '/', ';']);
        }
    }
    if let Some((start, after)) = rest.split_at_checked(4)
        && start.eq_ignore_ascii_case("www.")
    {
        rest = after;
    }
    (rest.len() < text.len()).then(|| rest.to_owned())
}

fn single_at(text: &str) -> Option<String> {
    let mut single = text.to_owned();
    while single.contains("@@") {
        single = single.replace("@@", "@");
    }
    (single != text).then_some(single)
}

/// Writes a dot for a comma in the domain, unless the text before it is an address already.
fn comma(text: &str) -> Option<String> {
    let (local, domain) = text.split_once('@')?;
    let (first, rest) = domain.split_once(',')?;
    if rest.contains(',') || syntax::check(&format!("{local}@{first}")).is_ok() {
        return None;
    }
    Some(format!("{local}@{first}.{rest}"))
}

/// Writes one dot for two, and none next to the @ in the domain.
fn dots(text: &str) -> Option<String> {
    let mut single = text.replace("@.", "@");
    while single.contains("..") {
        single = single.replace("..", ".");
    }
    (single != text).then_some(single)
}

/// Returns the address that a directory made the name of a guest of: `sam_example.com#EXT#@example.org` is the name of
/// `sam@example.com`. A domain has no underscore, so the last one stands for the @.
fn guest(text: &str) -> Option<String> {
    let (local, _) = text.split_once('@')?;
    if !slip::is_guest(local) {
        return None;
    }
    let (name, domain) = local[..local.len() - "#EXT#".len()].rsplit_once('_')?;
    Some(format!("{name}@{domain}"))
}

/// Removes what a link appends to an address: `?subject=...`.
fn without_query(text: &str) -> Option<String> {
    let at = text.find('@')?;
    let end = at + text[at..].find('?')?;
    Some(text[..end].to_owned())
}

fn ending(text: &str) -> Option<String> {
    let (local, domain) = syntax::check(text).ok()?;
    match slip::find(local, domain)? {
        Slip::Ending(right) => Some(format!("{}.{right}", text.rsplit_once('.')?.0)),
        Slip::Stray(_) | Slip::Scheme | Slip::Www | Slip::Percent(_) | Slip::Guest => None,
    }
}
