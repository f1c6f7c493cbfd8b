//! The meaning of each column of a header, by its name or by the user's choice.

use super::candidate::Candidate;
use super::columns::{Column, normalized};
use super::error::SheetError;
use super::options::SheetOptions;
use crate::model::quote::{quoted, quoted_up_to};

/// The most column names that a message shows.
const NAMES_SHOWN: usize = 8;

/// The most characters of each.
const NAME_SHOWN: usize = 30;

/// The meaning of each column of a header; most have none.
#[derive(Debug)]
pub(super) struct Meanings<'a> {
    names: &'a [String],
    pub(super) of_cells: Vec<Option<Column>>,
}

impl<'a> Meanings<'a> {
    /// Gives columns the meanings that their names have, and that the user chose.
    pub(super) fn chosen(names: &'a [String], options: &SheetOptions) -> Result<Self, SheetError> {
        let mut meanings = Self::by_name(names);
        let choices = choices(names, options)?;
        for (column, cell) in choices {
            // Another column that has this meaning by its name loses it.
            meanings
                .of_cells
                .iter_mut()
                .filter(|meaning| **meaning == Some(column))
                .for_each(|meaning| *meaning = None);
            meanings.of_cells[cell] = Some(column);
        }
        Ok(meanings)
    }

    /// Gives columns the meanings that their names have; those that an earlier run added (`own`) have canonical names.
    pub(super) fn of_results(names: &'a [String], own: &[usize]) -> Self {
        let mut meanings = Self::by_name(names);
        for &cell in own {
            meanings.of_cells[cell] = Column::ALL.into_iter().find(|column| column.as_str() == names[cell]);
        }
        meanings
    }

    fn by_name(names: &'a [String]) -> Self {
        Self { names, of_cells: names.iter().map(|name| Column::named(name)).collect() }
    }

    /// Returns the one cell that has this meaning.
    pub(super) fn cell(&self, column: Column) -> Result<Option<usize>, SheetError> {
        let cells: Vec<usize> = (0..self.names.len()).filter(|&cell| self.of_cells[cell] == Some(column)).collect();
        match cells[..] {
            [] => Ok(None),
            [cell] => Ok(Some(cell)),
            [..] => {
                let candidates = cells.iter().map(|&cell| Candidate::new(self.names, cell)).collect();
                Err(SheetError::TwoColumns { column, candidates })
            }
        }
    }

    /// Returns the one cell that has the addresses.
    pub(super) fn email(&self) -> Result<usize, SheetError> {
        self.cell(Column::Email)?.ok_or_else(|| no_email_column(self.names))
    }
}

/// Finds the columns that the user named, each with its meaning.
fn choices(names: &[String], options: &SheetOptions) -> Result<Vec<(Column, usize)>, SheetError> {
    let mut chosen: Vec<(Column, usize)> = Vec::new();
    for (column, name) in &options.columns {
        let exact = names.iter().position(|candidate| candidate == name.trim());
        let wanted = normalized(name);
        let similar = || names.iter().position(|candidate| !wanted.is_empty() && normalized(candidate) == wanted);
        let Some(cell) = exact.or_else(similar) else {
            return Err(SheetError::NoSuchColumn { column: *column, name: quoted(name), found: shortened(names) });
        };
        if let Some((other, _)) = chosen.iter().find(|(_, taken)| *taken == cell).filter(|(other, _)| other != column) {
            return Err(SheetError::ColumnGivenTwice { name: quoted(name), first: *other, second: *column });
        }
        if let Some((_, other)) = chosen.iter().find(|(known, taken)| known == column && *taken != cell) {
            let (first, second) = (quoted(&names[*other]), quoted(&names[cell]));
            return Err(SheetError::TwoChoices { column: *column, first, second });
        }
        chosen.push((*column, cell));
    }
    Ok(chosen)
}

fn no_email_column(names: &[String]) -> SheetError {
    // A name such as "Contact (first.last@example.com)" is not an address: a cell that is one has no spaces.
    let is_address = |cell: &str| cell.contains('@') && cell.contains('.') && !cell.contains(char::is_whitespace);
    let bracketed = |cell: &String| {
        cell.strip_suffix('>').and_then(|cell| cell.rsplit_once('<')).is_some_and(|(_, it)| is_address(it.trim()))
    };
    if names.iter().any(|name| is_address(name) || bracketed(name)) {
        return SheetError::NoHeader { first_row: quoted(&names.join(", ")) };
    }
    SheetError::NoEmailColumn { found: shortened(names) }
}

/// Lists names in a message: the first few, each shortened.
pub(crate) fn shortened(names: &[String]) -> String {
    let names = names.iter().filter(|name| !name.is_empty());
    let shown: Vec<String> = names.clone().take(NAMES_SHOWN).map(|name| quoted_up_to(name, NAME_SHOWN)).collect();
    match names.count().checked_sub(NAMES_SHOWN) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spreadsheet::{Header, Sheet};

    fn header(text: &str, columns: &[(Column, &str)]) -> Result<Header, SheetError> {
        let columns = columns.iter().map(|(column, name)| (*column, (*name).to_owned())).collect();
        let options = SheetOptions { columns, ..SheetOptions::default() };
        Sheet::from_bytes(text.as_bytes(), &options).map(|sheet| sheet.header().clone())
    }

    #[test]
    fn a_message_shows_few_names_and_cuts_long_ones() {
        let names: Vec<String> = (1..=30).map(|number| format!("{number} {}", "x".repeat(100))).collect();
        let shown = shortened(&names);
        assert!(shown.starts_with("\"1 xxx") && shown.ends_with("…\" and 22 more"), "{shown}");
        assert_eq!(shown.matches('…').count(), NAMES_SHOWN);
        assert!(shown.len() < NAMES_SHOWN * (NAME_SHOWN + 10), "{} {shown}", shown.len());
    }

    #[test]
    fn a_message_shows_hidden_characters() {
        let shown = shortened(&["Name".to_owned(), "\u{200b}a".repeat(100)]);
        assert!(shown.contains("\\u{200b}a") && shown.len() < 100, "{} {shown}", shown.len());
    }

    #[test]
    fn a_chosen_column_wins_over_one_with_a_known_name() {
        let header = header("Email,Contact,Name", &[(Column::Email, "contact")]).unwrap();
        assert_eq!((header.email(), header.carried()[0].name.as_str()), (1, "input_Email"));
    }

    #[test]
    fn a_column_with_a_known_name_may_get_another_meaning() {
        let choices = [(Column::Email, "Contact"), (Column::Teams, "Email")];
        let header = header("Email,Contact,Name", &choices).unwrap();
        assert_eq!((header.email(), header.teams()), (1, Some(0)));
    }

    #[test]
    fn a_choice_of_a_column_that_does_not_exist_is_an_error() {
        for wanted in ["Kontakt", "?"] {
            let error = header("Email,,Contact", &[(Column::Email, wanted)]).unwrap_err();
            let SheetError::NoSuchColumn { column, name, found } = error else { panic!("{error}") };
            assert_eq!((column, name, found.as_str()), (Column::Email, quoted(wanted), "\"Email\", \"Contact\""));
        }
    }

    #[test]
    fn two_choices_for_one_meaning_are_an_error() {
        let error = header("Email,,Contact", &[(Column::Email, "Contact"), (Column::Email, "Email")]).unwrap_err();
        let SheetError::TwoChoices { column, first, second } = error else { panic!("{error}") };
        assert_eq!((column, first.as_str(), second.as_str()), (Column::Email, "\"Contact\"", "\"Email\""));
    }

    #[test]
    fn two_meanings_for_one_column_are_an_error() {
        let error = header("Email,,Contact", &[(Column::Email, "Contact"), (Column::Roles, "contact")]).unwrap_err();
        let SheetError::ColumnGivenTwice { name, first, second } = error else { panic!("{error}") };
        assert_eq!((name.as_str(), first, second), ("\"contact\"", Column::Email, Column::Roles));
    }
}
