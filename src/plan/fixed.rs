//! Writes a copy of a sheet in which each cell that was certainly meant otherwise has the text that was meant.
//!
//! The copy is CSV with the columns, the order and the row numbers of the sheet.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::model::columns::protected;
use crate::plan::Planner;
use crate::spreadsheet::{CellFault, Column, Header, Row, RowFault};

/// The meanings of cells that are corrected.
const CORRECTED: [Column; 5] = [Column::Email, Column::OrgId, Column::Roles, Column::Teams, Column::Projects];

/// A copy of a sheet that is being written.
pub struct FixedCopy<W: Write> {
    out: csv::Writer<W>,
    /// The number of the next line.
    number: u32,
}

/// A cell that was corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The row's number in the sheet.
    pub row: u32,
    /// The name of the column; untrusted.
    pub column: String,
    /// The new text of the cell.
    pub text: String,
    cell: usize,
}

/// A reason why a copy cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The file cannot be written.
    #[error("{0}")]
    Write(#[from] io::Error),
    /// The row was not read in full, so the copy would lose a part of it.
    #[error("row {0} was not read in full; correct it in the sheet first")]
    CutRow(u32),
}

impl<W: Write> FixedCopy<W> {
    /// Begins a copy with the header row, at its place in the sheet.
    pub fn new(out: W, header: &Header) -> Result<Self, CopyError> {
        let mut copy = Self { out: csv::WriterBuilder::new().flexible(true).from_writer(out), number: 1 };
        copy.skip_to(header.number())?;
        copy.write(header.names().iter().map(String::as_str))?;
        Ok(copy)
    }

    /// Writes the next row and returns its corrections.
    pub fn add(&mut self, row: &Row, planner: &Planner<'_>) -> Result<Vec<Correction>, CopyError> {
        match row.fault() {
            Some(RowFault::UnclosedQuote | RowFault::RowsInQuotes | RowFault::TooLong) => {
                return Err(CopyError::CutRow(row.number));
            }
            Some(RowFault::TooManyFields { .. }) | None => {}
        }
        let corrections = planner.corrections(row);
        self.skip_to(row.number)?;
        let text = |cell| match corrections.iter().find(|correction| correction.cell == cell) {
            Some(correction) => Cow::Borrowed(correction.text.as_str()),
            None => uncorrected(row, cell),
        };
        let cells = row.cell_faults().map(|(cell, _)| cell + 1).fold(row.len(), usize::max);
        let cells: Vec<Cow<'_, str>> = (0..cells).map(text).collect();
        self.write(cells.iter().map(Cow::as_ref))?;
        Ok(corrections)
    }

    /// Writes what is left.
    pub fn finish(mut self) -> Result<(), CopyError> {
        Ok(self.out.flush()?)
    }

    /// Writes a blank row for each that the reader skipped.
    fn skip_to(&mut self, number: u32) -> Result<(), CopyError> {
        while self.number < number {
            self.write([""])?;
        }
        Ok(())
    }

    fn write<'c>(&mut self, cells: impl IntoIterator<Item = &'c str>) -> Result<(), CopyError> {
        self.number += 1;
        self.out.write_record(cells.into_iter().map(|cell| protected(cell).into_owned())).map_err(io::Error::from)?;
        Ok(())
    }
}

/// Returns the text of a cell in the copy. A fault that CSV cannot express is written as text that is invalid, too.
fn uncorrected(row: &Row, cell: usize) -> Cow<'_, str> {
    match row.cell_fault(cell) {
        Some(CellFault::NoResult) => Cow::Borrowed("#N/A"),
        Some(CellFault::LinkDiffers { address }) => Cow::Owned(format!("{}; {address}", row.cell(cell))),
        Some(CellFault::InvalidEncoding | CellFault::Error) | None => Cow::Borrowed(row.raw(cell)),
    }
}

impl Planner<'_> {
    /// Returns the cells of a row that were certainly meant otherwise.
    fn corrections(&self, row: &Row) -> Vec<Correction> {
        let corrected = CORRECTED.into_iter().filter_map(|column| {
            let cell = self.cell_of(column)?;
            let text = self.rejection_of(row, column)?.correction?;
            Some(Correction { row: row.number, column: self.column(cell).to_owned(), text, cell })
        });
        corrected.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::api::Named;
    use crate::model::invitation::{ObjectId, OrgRoles};
    use crate::plan::{ANY, Directory, PlanOptions};
    use crate::spreadsheet::{Sheet, SheetOptions};

    fn fixed(file: impl Into<Vec<u8>>) -> Result<(String, Vec<(u32, String)>), CopyError> {
        let mut sheet = Sheet::from_bytes(file, &SheetOptions::default()).unwrap();
        let mut directory = Directory::new();
        directory.add_team(Named { id: ObjectId::ZERO, name: "Backend".to_owned() });
        let options = PlanOptions { default_roles: OrgRoles::default(), organization: Some(ANY) };
        let planner = Planner::new(options, sheet.header(), vec![(ANY, &directory)]);
        let mut written = Vec::new();
        let mut copy = FixedCopy::new(&mut written, &sheet.header().clone())?;
        let mut corrections = Vec::new();
        while let Some(row) = sheet.next_row().unwrap() {
            corrections.extend(copy.add(&row, &planner)?);
        }
        copy.finish()?;
        let corrections = corrections.into_iter().map(|it| (it.row, it.column)).collect();
        Ok((String::from_utf8(written).unwrap(), corrections))
    }

    #[test]
    fn certain_corrections_are_applied_in_place() {
        let sheet = "Name,Email,Role,Team\n\
            Ada,'ada@example.com,ORG_MEBMER,Bakcend\n\
            \n\
            \"Lovelace, B\",bob lee@example.com,ORG_OWNER?,=1+1\n\
            Cleo,cleo@example.com,member;Memberr,\n";
        let (copy, corrections) = fixed(sheet).unwrap();
        let expected = "Name,Email,Role,Team\n\
            Ada,ada@example.com,ORG_MEMBER,Backend\n\
            \"\"\n\
            \"Lovelace, B\",bob lee@example.com,ORG_OWNER?,'=1+1\n\
            Cleo,cleo@example.com,member;ORG_MEMBER,\n";
        assert_eq!(copy, expected);
        let cells = [(2, "Email"), (2, "Role"), (2, "Team"), (5, "Role")];
        assert_eq!(corrections, cells.map(|(row, column)| (row, column.to_owned())));
        assert_eq!(fixed(copy).unwrap().1, []);
    }

    #[test]
    fn a_row_with_another_link_stays_invalid_in_the_copy() {
        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "email").unwrap();
        sheet.write_url_with_text(1, 0, "mailto:eve@example.com", "ed@example.com").unwrap();
        let (copy, _) = fixed(workbook.save_to_buffer().unwrap()).unwrap();
        assert_eq!(copy, "email\ned@example.com; eve@example.com\n");
    }

    #[test]
    fn a_row_that_was_not_read_in_full_is_not_copied() {
        let error = fixed("email,roles\na@example.com,\"member\nb@example.com,member\n").unwrap_err();
        assert!(matches!(error, CopyError::CutRow(2)), "{error}");
    }
}
