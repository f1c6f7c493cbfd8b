//! The meaning of each column of a header, by its name or by the user's choice.

use super::columns::Column;
use super::error::SheetError;
use super::options::SheetOptions;
use super::reference::{Referent, column_flags, described, described_list, ignore_flags, resolve, shortened};
use crate::model::quote::quoted;

/// The meaning of each column of a header; most have none. The column with the addresses has one only if the user chose
/// it, or an earlier run added it.
#[derive(Debug)]
pub(super) struct Meanings<'a> {
    names: &'a [String],
    pub(super) of_cells: Vec<Option<Column>>,
    ignored: Vec<usize>,
}

impl<'a> Meanings<'a> {
    /// Gives columns the meanings that their names have, and that the user chose.
    pub(super) fn chosen(names: &'a [String], options: &SheetOptions) -> Result<Self, SheetError> {
        let mut meanings = Self::by_name(names, options)?;
        for (column, cell) in choices(names, options)? {
            if meanings.ignored.contains(&cell) {
                return Err(SheetError::IgnoredAndChosen { name: described(names, cell), column });
            }
            meanings.set(column, cell);
        }
        Ok(meanings)
    }

    /// Gives columns the meanings that their names have; those that an earlier run added (`own`) have canonical names.
    pub(super) fn of_results(names: &'a [String], own: &[usize], options: &SheetOptions) -> Result<Self, SheetError> {
        let mut meanings = Self::by_name(names, options)?;
        for column in Column::ALL {
            let is_canonical = |cell: &usize| names[*cell] == column.as_str() && !meanings.ignored.contains(cell);
            let canonical = own.iter().copied().chain(0..names.len()).find(is_canonical);
            canonical.into_iter().for_each(|cell| meanings.set(column, cell));
        }
        Ok(meanings)
    }

    fn by_name(names: &'a [String], options: &SheetOptions) -> Result<Self, SheetError> {
        let ignored = ignored(names, options)?;
        let meaning = |(cell, name): (usize, &String)| {
            Column::named(name).filter(|column| *column != Column::Email && !ignored.contains(&cell))
        };
        let of_cells = names.iter().enumerate().map(meaning).collect();
        Ok(Self { names, of_cells, ignored })
    }

    /// Gives the column a meaning, which another column that has it by its name loses.
    pub(super) fn set(&mut self, column: Column, cell: usize) {
        self.of_cells.iter_mut().filter(|meaning| **meaning == Some(column)).for_each(|meaning| *meaning = None);
        self.of_cells[cell] = Some(column);
    }

    /// Returns whether the column may still get a meaning.
    pub(super) fn is_free(&self, cell: usize) -> bool {
        self.of_cells.get(cell).is_none_or(Option::is_none) && !self.ignored.contains(&cell)
    }

    /// Returns the one cell that has this meaning.
    pub(super) fn cell(&self, column: Column) -> Result<Option<usize>, SheetError> {
        let cells: Vec<usize> = (0..self.names.len()).filter(|&cell| self.of_cells[cell] == Some(column)).collect();
        match cells[..] {
            [] => Ok(None),
            [cell] => Ok(Some(cell)),
            [..] => Err(SheetError::TwoColumns {
                column,
                columns: described_list(self.names, &cells),
                choose: column_flags(self.names, column, &cells),
                ignore: ignore_flags(self.names, &cells),
            }),
        }
    }
}

/// Finds the columns that the user ignores.
fn ignored(names: &[String], options: &SheetOptions) -> Result<Vec<usize>, SheetError> {
    let mut ignored = Vec::new();
    for name in &options.ignored {
        match resolve(names, name) {
            Referent::One(cell) if cell < names.len() => ignored.push(cell),
            Referent::Several(cells) => ignored.extend(cells),
            Referent::One(_) | Referent::Nothing => {
                return Err(SheetError::NothingToIgnore { name: quoted(name), found: shortened(names) });
            }
        }
    }
    Ok(ignored)
}

/// Finds the columns that the user named, each with its meaning.
fn choices(names: &[String], options: &SheetOptions) -> Result<Vec<(Column, usize)>, SheetError> {
    let mut chosen: Vec<(Column, usize)> = Vec::new();
    for (column, name) in &options.columns {
        let cell = match resolve(names, name) {
            Referent::One(cell) if cell < names.len() => cell,
            Referent::Several(cells) => {
                return Err(SheetError::RepeatedName {
                    column: *column,
                    columns: described_list(names, &cells),
                    choose: column_flags(names, *column, &cells),
                });
            }
            Referent::One(_) | Referent::Nothing => {
                return Err(SheetError::NoSuchColumn { column: *column, name: quoted(name), found: shortened(names) });
            }
        };
        if let Some((other, _)) = chosen.iter().find(|(_, taken)| *taken == cell).filter(|(other, _)| other != column) {
            return Err(SheetError::ColumnGivenTwice { name: quoted(name), first: *other, second: *column });
        }
        if let Some((_, other)) = chosen.iter().find(|(known, taken)| known == column && *taken != cell) {
            let (first, second) = (described(names, *other), described(names, cell));
            return Err(SheetError::TwoChoices { column: *column, first, second });
        }
        chosen.push((*column, cell));
    }
    Ok(chosen)
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
    fn an_ignored_column_has_no_meaning() {
        let header = |ignored: &str, columns: &[(Column, &str)]| {
            let columns = columns.iter().map(|(column, name)| (*column, (*name).to_owned())).collect();
            let options = SheetOptions { columns, ignored: vec![ignored.to_owned()], ..SheetOptions::default() };
            Sheet::from_bytes(&b"Email,Role,Rolle"[..], &options).map(|sheet| sheet.header().roles())
        };
        for (ignored, roles) in [("Role", 2), ("rolle", 1), ("C", 1)] {
            assert_eq!(header(ignored, &[]).unwrap(), Some(roles), "{ignored}");
        }
        for ignored in ["Team", "D", ""] {
            let error = header(ignored, &[]).unwrap_err();
            assert!(matches!(error, SheetError::NothingToIgnore { .. }), "{error}");
        }
        let error = header("Role", &[(Column::Roles, "Role")]).unwrap_err();
        assert!(matches!(error, SheetError::IgnoredAndChosen { column: Column::Roles, .. }), "{error}");
    }

    #[test]
    fn a_name_that_two_columns_have_is_no_choice() {
        let error = header("Email,Role,Role", &[(Column::Roles, "Role")]).unwrap_err();
        let SheetError::RepeatedName { column, choose, .. } = error else { panic!("{error}") };
        assert_eq!((column, choose.as_str()), (Column::Roles, "--column roles=B or --column roles=C"));
        assert_eq!(header("Email,Role,Role", &[(Column::Roles, "C")]).unwrap().roles(), Some(2));
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
