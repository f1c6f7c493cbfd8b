//! The way in which a sheet was read, for people to compare with what they meant.

use super::assumption::Assumption;
use super::columns::Column;
use super::encoding::Encoding;
use super::header::Header;
use super::letters::letters;
use super::options::SheetOptions;

/// The way in which a sheet was read.
#[derive(Clone, Debug)]
pub struct HowRead {
    /// The kind of the file.
    pub kind: FileKind,
    /// The header row: its number, its names and what they mean.
    pub header: Header,
    /// Rows with text above the header row, which were skipped.
    pub skipped_above: u32,
    /// Hidden rows, which were skipped.
    pub skipped_hidden: u64,
    /// The assumptions that the user should check, in the order in which they are shown.
    pub assumptions: Vec<Assumption>,
}

/// A kind of file, with its details.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Rows of text.
    Text {
        /// The encoding.
        encoding: Encoding,
        /// The character between two cells.
        delimiter: char,
    },
    /// An `.xlsx` workbook.
    Workbook {
        /// The name of the sheet that was read.
        sheet: String,
    },
}

impl HowRead {
    pub(super) fn new(kind: FileKind, header: &Header, found: Option<Assumption>, options: &SheetOptions) -> Self {
        let shard = options.shard.filter(|_| header.org_id().is_none());
        let shard = shard.map(|shard| Assumption::OneOrganization { is_taken: shard.takes("", options.organization) });
        let assumptions = shard.into_iter().chain(found).collect();
        Self {
            kind,
            header: header.clone(),
            skipped_above: header.rows_above().len() as u32,
            skipped_hidden: 0,
            assumptions,
        }
    }

    /// Returns the columns that have a meaning, each with it.
    pub fn meanings(&self) -> impl Iterator<Item = (Column, SheetColumn<'_>)> {
        let header = &self.header;
        let cells = [
            (Column::Email, Some(header.email())),
            (Column::Roles, header.roles()),
            (Column::Teams, header.teams()),
            (Column::Projects, header.projects()),
            (Column::OrgId, header.org_id()),
        ];
        cells.into_iter().filter_map(|(column, index)| Some((column, SheetColumn::of(header, index?))))
    }

    /// Returns a column by its position.
    pub fn column(&self, index: usize) -> SheetColumn<'_> {
        SheetColumn::of(&self.header, index)
    }

    /// Returns the columns that have no meaning, except those that an earlier run added.
    pub fn unused(&self) -> impl Iterator<Item = SheetColumn<'_>> {
        let is_unused = |index: &usize| self.meanings().all(|(_, column)| column.index != *index);
        let carried = self.header.carried().iter().map(|carried| carried.cell);
        carried.filter(is_unused).map(|index| self.column(index))
    }
}

/// A column of a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SheetColumn<'a> {
    /// Its position, from 0.
    pub index: usize,
    /// Its name as written; may be empty, or that of another column too.
    pub name: &'a str,
}

impl<'a> SheetColumn<'a> {
    fn of(header: &'a Header, index: usize) -> Self {
        Self { index, name: header.names().get(index).map_or("", String::as_str) }
    }

    /// Returns the letters by which spreadsheet programs name the column.
    pub fn letters(&self) -> String {
        letters(self.index)
    }
}

#[cfg(test)]
mod tests {
    use super::super::open;
    use super::*;
    use crate::model::columns::RESULT_COLUMNS;

    fn how_read(header: String) -> HowRead {
        open::read(std::io::Cursor::new(header.into_bytes()), &SheetOptions::default()).unwrap().1
    }

    #[test]
    fn each_column_has_a_meaning_or_is_unused() {
        let how_read = how_read("Name,Teams,E-Mail,Role(s),,Start".into());
        let meanings: Vec<_> =
            how_read.meanings().map(|(column, SheetColumn { index, name })| (column, index, name)).collect();
        assert_eq!(
            meanings,
            [(Column::Email, 2, "E-Mail"), (Column::Roles, 3, "Role(s)"), (Column::Teams, 1, "Teams")]
        );
        let unused: Vec<_> = how_read.unused().map(|column| (column.letters(), column.name)).collect();
        assert_eq!(unused, [("A".to_owned(), "Name"), ("E".to_owned(), ""), ("F".to_owned(), "Start")]);
    }

    #[test]
    fn the_own_columns_of_a_results_file_are_not_unused() {
        let how_read = how_read(format!("{},roles,Name", RESULT_COLUMNS.join(",")));
        assert_eq!(how_read.unused().map(|column| column.name).collect::<Vec<_>>(), ["Name"]);
    }
}
