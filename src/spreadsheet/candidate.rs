//! The columns of which the user has to choose one, because each could have the addresses to invite.

use super::reference::reference;
use super::row::Row;

/// A column that could have the addresses to invite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The text by which `--column` refers to it.
    pub reference: String,
    /// The first text in it; untrusted.
    pub example: Option<String>,
}

impl Candidate {
    /// Describes columns, with examples from these rows.
    pub(super) fn all(names: &[String], cells: &[usize], rows: &[Row]) -> Box<[Self]> {
        let example = |cell: usize| rows.iter().map(|row| row.cell_or_link(cell)).find(|text| !text.is_empty());
        let candidate =
            |&cell: &usize| Self { reference: reference(names, cell), example: example(cell).map(str::to_owned) };
        cells.iter().map(candidate).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Sheet, SheetError, SheetOptions};

    #[test]
    fn a_candidate_shows_a_cell_with_text() {
        let shown = |text: &str| {
            let error = match Sheet::from_bytes(text, &SheetOptions::default()) {
                Ok(mut sheet) => sheet.find_map(Result::err).unwrap(),
                Err(error) => error,
            };
            let (SheetError::DifferentAddresses { candidates, .. } | SheetError::UnknownEmailColumn { candidates, .. }) =
                error
            else {
                panic!("{error}")
            };
            candidates.into_iter().map(|one| (one.reference, one.example)).collect::<Vec<_>>()
        };
        let expected = |reference: &str, example: &str| (reference.to_owned(), Some(example.to_owned()));
        let different = "email,Work Email,roles\n,,member\nada@example.com,ada@example.org,member\n";
        assert_eq!(shown(different), [expected("email", "ada@example.com"), expected("Work Email", "ada@example.org")]);
        assert_eq!(shown("Contact,roles\nada@example.com,member\n"), [expected("Contact", "ada@example.com")]);
    }
}
