//! Finds the one address that a cell means, if the cell is not an address.

use super::repair::{decoded, repaired};
use super::surroundings::{self, Certainty};
use super::{lookalike, several, syntax};

/// An address that was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Meant {
    /// A valid address.
    pub(crate) address: String,
    /// Set if the cell cannot mean another one.
    pub(crate) is_certain: bool,
}

/// Finds the address that the cell means. The cell has at most one.
pub(super) fn find(cell: &str) -> Option<Meant> {
    let plain = lookalike::plain(cell)?;
    let text = plain.trim();
    // A space at an end may be encoded, too.
    let text = decoded(text).map_or_else(|| text.to_owned(), |decoded| decoded.trim().to_owned());
    if text.contains('@') {
        in_text(&several::joined(&text))
    } else {
        let (text, is_certain) = spelled_out(&text)?;
        let found = in_text(&text)?;
        Some(Meant { is_certain: found.is_certain && is_certain, ..found })
    }
}

fn in_text(text: &str) -> Option<Meant> {
    let text = split_domain(text);
    if !text.contains(char::is_whitespace)
        && let Some(address) = repaired(&text)
    {
        return Some(Meant { address, is_certain: true });
    }
    let at = text.find('@')?;
    let is_local = |c: char| c.is_ascii() && syntax::is_local(c as u8) && !"/|*?`={}".contains(c);
    let is_domain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '@');
    let start = text[..at]
        .rfind(|c| !is_local(c))
        .map_or(0, |last| last + text[last..].chars().next().map_or(1, char::len_utf8));
    let end = text[at..].find(|c| !is_domain(c)).map_or(text.len(), |end| at + end);
    // Punctuation around the address belongs to its surroundings.
    let candidate = text[start..end].trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
    let (start, candidate) = (end - candidate.len(), candidate.trim_end_matches(|c: char| !c.is_alphanumeric()));
    let address = repaired(candidate)?;
    let (before, after) = (&text[..start], &text[start + candidate.len()..]);
    let certainty = surroundings::before(before, &address).min(surroundings::after(after, &address));
    match certainty {
        Certainty::Doubtful => None,
        Certainty::Likely => Some(Meant { address, is_certain: false }),
        Certainty::Certain => Some(Meant { address, is_certain: true }),
    }
}

/// Joins a domain that spaces split at a dot, unless the text before the space is an address already.
fn split_domain(text: &str) -> String {
    let mut joined = text.to_owned();
    while let Some(at) = joined.find('@') {
        let domain = &joined[at..];
        let Some(space) = domain.find(' ') else { break };
        let rest = domain[space..].trim_start();
        let is_at_dot = domain[..space].ends_with('.') || rest.starts_with('.');
        let first = joined[..at].rfind(char::is_whitespace).map_or(0, |last| last + 1);
        if !is_at_dot || syntax::check(joined[first..at + space].trim_end_matches('.')).is_ok() {
            break;
        }
        joined = format!("{}{rest}", &joined[..at + space]);
    }
    joined
}

/// Returns the text with an @ for `(at)` or the word `at`, and whether it can mean nothing else.
fn spelled_out(text: &str) -> Option<(String, bool)> {
    let lower = text.to_ascii_lowercase();
    let bracketed = ["(at)", "[at]", "{at}", "<at>", "&#64;"];
    let found = bracketed.iter().find_map(|at| Some((lower.find(at)?, at.len(), true)));
    let (start, length, is_certain) = found.or_else(|| Some((lower.find(" at ")?, 4, false)))?;
    let (local, domain) = (text[..start].trim_end(), text[start + length..].trim_start());
    // "Meet at noon.today" is no address: the word counts only between two parts of one.
    let is_part = |part: &str| part.contains('.') && !part.contains(char::is_whitespace);
    let domain = ["(dot)", "[dot]", "{dot}", " dot ", " DOT "]
        .iter()
        .fold(domain.to_owned(), |domain, dot| domain.split(dot).map(str::trim).collect::<Vec<_>>().join("."));
    (is_certain || is_part(local) && is_part(&domain)).then(|| (format!("{local}@{domain}"), is_certain))
}
