//! Judges whether the text around an address in a cell might be a part of it, or about another person.

use super::fold::fold;

/// The certainty that an address in a cell is the one that was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Certainty {
    /// The text beside it may be a part of the address, or mean another person.
    Doubtful,
    /// It is the only address in the cell.
    Likely,
    /// The rest of the cell is set off from it, or names the same person.
    Certain,
}

/// Words between two people.
const CONJUNCTIONS: [&str; 8] = ["and", "or", "und", "oder", "et", "ou", "y", "e"];

/// Endings of domains that a space may have separated from the rest.
const ENDINGS: [&str; 8] = ["com", "org", "net", "edu", "gov", "info", "biz", "mail"];

/// Judges the text before an address.
pub(super) fn before(text: &str, address: &str) -> Certainty {
    if !text.contains(char::is_alphanumeric) {
        return Certainty::Certain;
    }
    let words = text.trim_end_matches([' ', '\'']);
    let last = words.chars().next_back().unwrap_or_default();
    match last {
        ':' | '<' | '(' | '[' | '{' | '>' | ')' | ']' | '"' | '“' | '”' | '„' | '«' | '»' | '\n' | '\r' | '\t' =>
        {
            return Certainty::Certain;
        }
        '/' | '|' | '&' | '+' | '\\' | '@' => return Certainty::Doubtful,
        '.' if words[..words.len() - 1].bytes().all(|b| b.is_ascii_digit()) && words.len() < text.len() => {
            return Certainty::Certain;
        }
        _ => {}
    }
    // A letter or another character that directly precedes the address is one that the address cannot have.
    if words.len() == text.len() && !matches!(last, ',' | ';') {
        return Certainty::Doubtful;
    }
    let names = || words.split(|c: char| !c.is_alphanumeric()).filter(|name| !name.is_empty());
    if names().next_back().is_some_and(is_conjunction) {
        return Certainty::Doubtful;
    }
    let is_named = names().any(|name| is_part_of(name, address));
    let is_name = words.split_whitespace().all(|word| !word.trim_end_matches([',', '.']).contains('.'));
    if is_named && is_name {
        Certainty::Certain
    } else if parts(address).count() > 1 || names().count() > 1 {
        Certainty::Likely
    } else {
        Certainty::Doubtful
    }
}

/// Judges the text after an address.
pub(super) fn after(text: &str, address: &str) -> Certainty {
    if !text.contains(char::is_alphanumeric) {
        return Certainty::Certain;
    }
    let rest = text.trim_start_matches(' ');
    let is_apart = rest.len() < text.len();
    let Some(first) = rest.chars().next() else { return Certainty::Certain };
    let words = rest.trim_start_matches(|c: char| !c.is_alphanumeric());
    let follows_space = rest[first.len_utf8()..].starts_with(char::is_whitespace);
    match first {
        '(' | '[' | '<' | '{' | '>' | ')' | ']' | '"' | '“' | '”' | '«' | '»' | '\n' | '\r' | '\t' | '?' => {
            Certainty::Certain
        }
        '-' | '–' | '—' | ':' | '*' if follows_space => Certainty::Certain,
        ',' | ';' if follows_space || is_apart => Certainty::Likely,
        _ if !is_apart || !first.is_alphanumeric() => Certainty::Doubtful,
        _ => {
            let first = words.split(char::is_whitespace).next().unwrap_or_default();
            let is_only = words.trim_end() == first;
            let is_ending = first.len() < 4 || first.contains('.') || ENDINGS.contains(&first);
            let may_continue = is_only && is_ending && !is_part_of(first, address);
            if is_conjunction(first) || may_continue { Certainty::Doubtful } else { Certainty::Likely }
        }
    }
}

/// Returns the words of the part before the @.
fn parts(address: &str) -> impl Iterator<Item = &str> {
    let local = address.split('@').next().unwrap_or_default();
    local.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty())
}

/// Returns whether a name is one of the words before the @.
fn is_part_of(name: &str, address: &str) -> bool {
    name.len() > 1 && parts(address).any(|part| fold(part) == fold(name))
}

fn is_conjunction(word: &str) -> bool {
    CONJUNCTIONS.iter().any(|conjunction| word.eq_ignore_ascii_case(conjunction))
}
