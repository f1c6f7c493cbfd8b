//! The form of an address: the characters and lengths of its parts.

use std::fmt;

use super::lookalike;
use crate::model::quote::{is_invisible, quoted_char};

/// A rule of the form of an address that a text breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    Invisible(char),
    LookAlike { found: char, ascii: char },
    NoAt,
    Ats,
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
            Flaw::Invisible(c) => write!(f, "it contains an invisible character (U+{:04X})", u32::from(*c)),
            Flaw::LookAlike { found, ascii } => {
                let (code, ascii) = (u32::from(*found), quoted_char(*ascii));
                write!(f, "it contains {found:?} (U+{code:04X}), which only looks like {ascii}")
            }
            Flaw::NoAt => f.write_str("it has no @"),
            Flaw::Ats => f.write_str("it has more than one @"),
            Flaw::Space => f.write_str("it contains a space"),
            Flaw::Letter(c) => {
                write!(f, "it contains the letter {c:?} (U+{:04X}); only a to z are allowed", u32::from(*c))
            }
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

impl Flaw {
    /// Returns what to do if it is unknown which address was meant, unless the flaw shows it.
    pub(super) fn remedy(self) -> Option<&'static str> {
        match self {
            Flaw::Invisible(_) => Some("clear the cell and type the address by hand"),
            Flaw::LookAlike { .. } => Some("type the address by hand"),
            Flaw::Ats => Some("use one row for each person"),
            Flaw::Space => Some("write only the address"),
            Flaw::NoAt
            | Flaw::Letter(_)
            | Flaw::Character(_)
            | Flaw::NothingBefore
            | Flaw::LongBefore
            | Flaw::Dots
            | Flaw::NoDotInDomain
            | Flaw::Domain
            | Flaw::Ending
            | Flaw::Long => None,
        }
    }
}

/// Splits an address into the parts before and after the @.
pub(super) fn check(address: &str) -> Result<(&str, &str), Flaw> {
    let Some((local, domain)) = address.split_once('@') else { return Err(flaw_of(address).unwrap_or(Flaw::NoAt)) };
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
    Ok((local, domain))
}

/// Returns whether the byte may occur before the @. Quotation marks and brackets are legal there but never intended.
pub(super) fn is_local(b: u8) -> bool {
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
    if let Some(c) = address.chars().find(|&c| is_invisible(c) || c.is_control() && !c.is_whitespace()) {
        return Some(Flaw::Invisible(c));
    }
    let looks_alike = |c| Some((c, lookalike::ascii(c)?));
    let has_at = address.contains('@') || address.chars().any(|c| lookalike::ascii(c) == Some('@'));
    if let Some((found, ascii)) = address.chars().find_map(looks_alike).filter(|_| has_at) {
        return Some(Flaw::LookAlike { found, ascii });
    }
    match address.matches('@').count() {
        0 => return None,
        1 => {}
        _ => return Some(Flaw::Ats),
    }
    if address.contains(char::is_whitespace) {
        return Some(Flaw::Space);
    }
    let odd = address.chars().find(|&c| !(c == '@' || c.is_ascii() && is_local(c as u8)))?;
    Some(if odd.is_alphabetic() { Flaw::Letter(odd) } else { Flaw::Character(odd) })
}
