//! Checks whether a cell holds an email address, and names the first flaw if it does not.
//!
//! The check is stricter than the standards: an address that a mail server might accept, but that is far more likely a
//! typing mistake, is not sent. Atlas decides about the rest.

use std::borrow::Cow;
use std::fmt;

use crate::model::quote::is_invisible;

/// A reason why a text is not an email address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    Invisible(char),
    NoAt,
    Several,
    Space,
    Letter(char),
    Character(char),
    NothingBefore,
    LongBefore,
    Dots,
    NoDotInDomain,
    Domain,
    Ending,
    Long,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Flaw::Invisible(c) => write!(
                f,
                "it contains an invisible character (U+{:04X}); clear the cell and type the address by hand",
                u32::from(*c)
            ),
            Flaw::NoAt => f.write_str("it has no @"),
            Flaw::Several => f.write_str("it has more than one @; use one row per person"),
            Flaw::Space => f.write_str("it contains a space"),
            Flaw::Letter(c) => write!(f, "it contains the letter {c:?}; only a to z are allowed"),
            Flaw::Character(c) => write!(f, "it contains the character {c:?}"),
            Flaw::NothingBefore => f.write_str("the part before the @ is empty"),
            Flaw::LongBefore => f.write_str("the part before the @ has more than 64 characters"),
            Flaw::Dots => f.write_str("a dot is misplaced (at the start or end, next to the @, or doubled)"),
            Flaw::NoDotInDomain => f.write_str("the domain has no dot, unlike example.com"),
            Flaw::Domain => f.write_str("the part after the @ is not a domain such as example.com"),
            Flaw::Ending => f.write_str("the domain has no ending such as .com"),
            Flaw::Long => f.write_str("it has more than 254 characters"),
        }
    }
}

/// Parses the address in a cell, which may be written as `mailto:address` or `Name <address>`.
pub(crate) fn address(cell: &str) -> Result<&str, Flaw> {
    let address = bare_address(cell);
    let (local, domain) = address.split_once('@').ok_or(Flaw::NoAt).map_err(|flaw| flaw_of(address).unwrap_or(flaw))?;
    if !local.bytes().all(is_local) || !domain.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-')) {
        return Err(flaw_of(address).unwrap_or(Flaw::Domain));
    }
    if local.is_empty() {
        return Err(Flaw::NothingBefore);
    }
    if local.len() > 64 {
        return Err(Flaw::LongBefore);
    }
    if is_badly_dotted(local) || is_badly_dotted(domain) {
        return Err(Flaw::Dots);
    }
    let Some((_, ending)) = domain.rsplit_once('.') else { return Err(Flaw::NoDotInDomain) };
    if !labels(domain).all(|label| label.len() <= 63 && !label.starts_with(b"-") && !label.ends_with(b"-")) {
        return Err(Flaw::Domain);
    }
    // A last label with digits is either internationalised (`xn--…`) or a mistake.
    if ending.len() < 2 || !(ending.bytes().all(|b| b.is_ascii_alphabetic()) || is_punycode(ending)) {
        return Err(Flaw::Ending);
    }
    if address.len() > 254 {
        return Err(Flaw::Long);
    }
    Ok(address)
}

/// Returns the text of the address in a cell, whether or not it is valid.
pub(crate) fn bare_address(cell: &str) -> &str {
    let mut address = cell;
    if let Some(open) = address.strip_suffix('>')
        && let Some((_, inner)) = open.rsplit_once('<')
    {
        address = inner.trim();
    }
    if let Some((scheme, rest)) = address.split_at_checked("mailto:".len())
        && scheme.eq_ignore_ascii_case("mailto:")
    {
        address = rest.trim();
    }
    address
}

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

/// Returns whether the byte may occur before the @. Quotation marks and brackets are legal there but never intended.
fn is_local(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-./=?^_`{|}~".contains(&b)
}

fn is_badly_dotted(part: &str) -> bool {
    !part.is_empty() && labels(part).any(<[u8]>::is_empty)
}

/// Splits a part of an address at its dots.
fn labels(part: &str) -> impl Iterator<Item = &[u8]> {
    part.as_bytes().split(|b| *b == b'.')
}

fn is_punycode(label: &str) -> bool {
    label.split_at_checked(4).is_some_and(|(prefix, _)| prefix.eq_ignore_ascii_case("xn--"))
}

/// Returns the flaw of the first character that is not allowed, the hardest to see first.
fn flaw_of(address: &str) -> Option<Flaw> {
    if let Some(c) = address.chars().find(|&c| is_invisible(c) || c.is_control()) {
        return Some(Flaw::Invisible(c));
    }
    if address.matches('@').count() > 1 {
        return Some(Flaw::Several);
    }
    if address.contains(char::is_whitespace) {
        return Some(Flaw::Space);
    }
    let odd = address.chars().find(|&c| !(c == '@' || c.is_ascii() && is_local(c as u8)))?;
    Some(if odd.is_alphabetic() { Flaw::Letter(odd) } else { Flaw::Character(odd) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_extracted_from_its_surroundings() {
        for (cell, expected) in [
            ("jane@example.com", "jane@example.com"),
            ("Jane.Doe+atlas@Sub.Example.co.uk", "Jane.Doe+atlas@Sub.Example.co.uk"),
            ("o'brien@example.com", "o'brien@example.com"),
            ("mailto:jane@example.com", "jane@example.com"),
            ("MailTo: jane@example.com", "jane@example.com"),
            ("Jane Doe <jane@example.com>", "jane@example.com"),
            ("\"Doe, Jane\" < jane@example.com >", "jane@example.com"),
            ("<mailto:jane@example.com>", "jane@example.com"),
            ("jane@example.xn--p1ai", "jane@example.xn--p1ai"),
            ("j@1.example.org", "j@1.example.org"),
        ] {
            assert_eq!(address(cell), Ok(expected), "{cell}");
        }
    }

    #[test]
    fn a_cell_that_is_not_an_address_has_a_flaw() {
        let long_local = format!("{}@example.com", "x".repeat(65));
        let long = format!("x@{}com", "example.".repeat(32));
        let long_label = format!("x@{}.com", "x".repeat(64));
        for (cell, flaw) in [
            ("jane", Flaw::NoAt),
            ("jane.example.com", Flaw::NoAt),
            ("Jane Doe", Flaw::Space),
            ("jane@@example.com", Flaw::Several),
            ("jane@example.com; john@example.com", Flaw::Several),
            ("jane doe@example.com", Flaw::Space),
            ("jane@exam ple.com", Flaw::Space),
            ("jane\u{200b}@example.com", Flaw::Invisible('\u{200b}')),
            ("jane@example.com\u{200b}", Flaw::Invisible('\u{200b}')),
            ("\u{feff}jane@example.com", Flaw::Invisible('\u{feff}')),
            ("ja\u{ad}ne@example.com", Flaw::Invisible('\u{ad}')),
            ("jane\u{202e}@example.com", Flaw::Invisible('\u{202e}')),
            ("jane\u{a0}doe@example.com", Flaw::Invisible('\u{a0}')),
            ("jane\0@example.com", Flaw::Invisible('\0')),
            ("zoë@example.com", Flaw::Letter('ë')),
            ("zoe@exämple.com", Flaw::Letter('ä')),
            ("j\u{430}ne@example.com", Flaw::Letter('\u{430}')),
            ("jane,doe@example.com", Flaw::Character(',')),
            ("\"jane\"@example.com", Flaw::Character('"')),
            ("jane@example.com.", Flaw::Dots),
            ("jane@.example.com", Flaw::Dots),
            (".jane@example.com", Flaw::Dots),
            ("jane.@example.com", Flaw::Dots),
            ("jane..doe@example.com", Flaw::Dots),
            ("jane@example..com", Flaw::Dots),
            ("@example.com", Flaw::NothingBefore),
            ("@", Flaw::NothingBefore),
            ("jane@", Flaw::NoDotInDomain),
            ("jane@example", Flaw::NoDotInDomain),
            ("jane@example.c", Flaw::Ending),
            ("jane@192.0.2.1", Flaw::Ending),
            ("jane@example.c0m", Flaw::Ending),
            ("jane@-example.com", Flaw::Domain),
            ("jane@example-.com", Flaw::Domain),
            ("jane@exa_mple.com", Flaw::Domain),
            ("jane@example.com>", Flaw::Character('>')),
            (&long_label, Flaw::Domain),
            (&long_local, Flaw::LongBefore),
            (&long, Flaw::Long),
        ] {
            assert_eq!(address(cell), Err(flaw), "{cell}");
        }
    }
}
