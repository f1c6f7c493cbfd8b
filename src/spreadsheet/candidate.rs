//! The columns of which the user has to choose one, because several could have the same meaning.

use super::error::SheetError;
use super::row::Row;
use super::source::Source;

/// The most rows in which examples are looked for.
const ROWS: usize = 100;

/// A column that could have a meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    cell: usize,
    /// The text by which `--column` refers to it; untrusted.
    pub reference: String,
    /// The first text in it; untrusted.
    pub example: Option<String>,
}

impl Candidate {
    pub(super) fn new(names: &[String], cell: usize) -> Self {
        Self { cell, reference: names.get(cell).cloned().unwrap_or_default(), example: None }
    }
}

/// Adds examples from the next rows, if the error asks for a choice.
pub(super) fn with_examples(mut error: SheetError, source: &mut Source) -> SheetError {
    if let SheetError::TwoColumns { candidates, .. } = &mut error {
        for _ in 0..ROWS {
            let Ok(Some(record)) = source.next() else { break };
            let row = Row::read(&record, usize::MAX);
            for candidate in candidates.iter_mut().filter(|candidate| candidate.example.is_none()) {
                candidate.example = Some(row.cell(candidate.cell)).filter(|cell| !cell.is_empty()).map(str::to_owned);
            }
        }
    }
    error
}

#[cfg(test)]
mod tests {
    use super::super::{Sheet, SheetOptions};
    use super::*;

    #[test]
    fn a_candidate_shows_its_first_cell_with_text() {
        let text = "email,Work Email,roles\n,,member\nada@example.com,,member\n,ada@example.org,member\n";
        let error = Sheet::from_bytes(text, &SheetOptions::default()).map(|_| ()).unwrap_err();
        let SheetError::TwoColumns { candidates, .. } = error else { panic!("{error}") };
        let shown: Vec<_> = candidates.iter().map(|one| (one.reference.as_str(), one.example.as_deref())).collect();
        assert_eq!(shown, [("email", Some("ada@example.com")), ("Work Email", Some("ada@example.org"))]);
    }
}
