//! The text of a condition: a whole cell, or a pattern with `*`.

use crate::model::email::fold;

/// A text that a cell is compared with, without regard to upper and lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Pattern {
    /// The cell equals this text.
    Exact(Box<str>),
    /// The cell consists of these texts, in this order, with any text between two of them.
    Wildcard(Vec<Box<str>>),
}

impl Pattern {
    /// Parses a condition without spaces around it.
    pub(super) fn new(text: &str) -> Self {
        let folded = fold(text);
        if folded.contains('*') {
            Pattern::Wildcard(folded.split('*').map(Into::into).collect())
        } else {
            Pattern::Exact(folded.as_ref().into())
        }
    }

    /// Returns whether a folded cell fits.
    pub(super) fn matches(&self, cell: &str) -> bool {
        match self {
            Pattern::Exact(text) => **text == *cell,
            Pattern::Wildcard(parts) => is_sequence(parts, cell),
        }
    }
}

/// Returns whether the cell begins with the first part, ends with the last, and has the others in between, in order.
fn is_sequence(parts: &[Box<str>], cell: &str) -> bool {
    let [first, middle @ .., last] = parts else { return false };
    let Some(mut rest) = cell.strip_prefix(&**first).and_then(|rest| rest.strip_suffix(&**last)) else { return false };
    middle.iter().all(|part| match rest.find(&**part) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_fits_whole_cells_in_any_case() {
        for (pattern, cell, fits) in [
            ("Engineering", "ENGINEERING", true),
            ("Engineering", "Engineering Ops", false),
            ("MÜNCHEN", "München", true),
            ("Eng*", "engineering", true),
            ("Eng*", "eng", true),
            ("Eng*", "Data Eng", false),
            ("*Ops", "DevOps", true),
            ("*@example.org", "ada@example.org", true),
            ("*@example.org", "ada@example.org.example.com", false),
            ("*Eng*Lead*", "Senior Engineer, Team Lead (acting)", true),
            ("*Lead*Eng*", "Senior Engineer, Team Lead", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("ab*b*b", "abbb", true),
            ("ab*b*b", "abb", false),
            ("**", "", true),
            ("*", "", true),
            ("*", "anything", true),
            ("Zür*ß*", "zürich ßtadt", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(&fold(cell)), fits, "{pattern} {cell}");
        }
    }
}
