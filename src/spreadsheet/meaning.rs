//! The meaning of each column of a header, by its name or by the user's choice.

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
        let mut cells = (0..self.names.len()).filter(|&cell| self.of_cells[cell] == Some(column));
        match (cells.next(), cells.next()) {
            (Some(first), Some(second)) => Err(SheetError::TwoColumns {
                column,
                first: quoted(&self.names[first]),
                second: quoted(&self.names[second]),
            }),
            (first, _) => Ok(first),
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

fn shortened(names: &[String]) -> String {
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
    fn no_more_than_a_handful_of_names_is_shown() {
        let names: Vec<String> = (1..=30).map(|number| format!("{number} {}", "x".repeat(100))).collect();
        let error = header(&names.join(","), &[]).unwrap_err().to_string();
        assert!(error.contains("\"1 xxx") && error.contains("…\" and 22 more; rename"), "{error}");
        assert!(error.len() < 600, "{} {error}", error.len());
        let hidden = header(&format!("Name,{}", "\u{200b}a".repeat(100)), &[]).unwrap_err().to_string();
        assert!(hidden.contains("\\u{200b}a") && hidden.len() < 400, "{} {hidden}", hidden.len());
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
    fn a_choice_that_cannot_be_followed_is_an_error() {
        for (choices, message) in [
            (
                &[(Column::Email, "Kontakt")][..],
                "no column is named \"Kontakt\", which was given for email; the columns are \"Email\", \"Contact\"",
            ),
            (
                &[(Column::Email, "?")],
                "no column is named \"?\", which was given for email; the columns are \"Email\", \"Contact\"",
            ),
            (
                &[(Column::Email, "Contact"), (Column::Email, "Email")],
                "columns \"Contact\" and \"Email\" were both given for email; give one",
            ),
            (
                &[(Column::Email, "Contact"), (Column::Roles, "contact")],
                "column \"contact\" was given for both email and roles; give one",
            ),
        ] {
            assert_eq!(header("Email,,Contact", choices).unwrap_err().to_string(), message);
        }
    }
}
