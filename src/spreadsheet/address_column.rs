//! The choice of the column with the addresses to invite, by the names of the columns and by their cells.
//!
//! The name decides first. If several names claim the addresses, the cells do: a column without any drops out, and
//! columns that differ in a row are for the user to choose from. A private address is never a substitute.

use super::address_name::{AddressName, Claim};
use super::candidate::Candidate;
use super::columns::Column;
use super::error::SheetError;
use super::reference::{column_flags, described_list, ignore_flags, shortened};
use super::row::Row;
use crate::model::email::{bare_address, fold};

/// The column with the addresses.
#[derive(Clone, Debug)]
pub(super) struct AddressColumn {
    pub(super) cell: usize,
    rivals: Vec<Rival>,
}

/// Another column that claims the addresses, and must not hold different ones.
#[derive(Clone, Copy, Debug)]
struct Rival {
    cell: usize,
    /// Whether an empty cell beside an address counts as different.
    counts_empty: bool,
}

/// The columns from which one is chosen.
pub(super) struct Candidates<'a> {
    names: &'a [String],
    /// `None` for a column that is ignored, has another meaning or claims nothing.
    claims: Vec<Option<Claim>>,
    is_free: &'a dyn Fn(usize) -> bool,
}

impl AddressColumn {
    /// Returns a column that no other one competes with.
    pub(super) fn only(cell: usize) -> Self {
        Self { cell, rivals: Vec::new() }
    }

    /// Returns whether each row must be compared with other columns.
    pub(super) fn has_rivals(&self) -> bool {
        !self.rivals.is_empty()
    }

    /// Returns an error if another column has a different address in this row.
    pub(super) fn compare(&self, names: &[String], row: &Row) -> Result<(), SheetError> {
        let own = row.cell_or_link(self.cell);
        let differs = |rival: &&Rival| {
            let other = row.cell_or_link(rival.cell);
            (has_address(other) || (rival.counts_empty && has_address(own)))
                && fold(bare_address(own)) != fold(bare_address(other))
        };
        let Some(rival) = self.rivals.iter().find(differs) else { return Ok(()) };
        let mut cells = [self.cell, rival.cell];
        cells.sort_unstable();
        Err(SheetError::DifferentAddresses {
            columns: described_list(names, &cells).into(),
            row: row.number,
            choose: column_flags(names, Column::Email, &cells).into(),
            ignore: ignore_flags(names, &cells).into(),
            candidates: Candidate::all(names, &cells, std::slice::from_ref(row)),
        })
    }
}

impl<'a> Candidates<'a> {
    pub(super) fn new(names: &'a [String], is_free: &'a dyn Fn(usize) -> bool) -> Self {
        let claims = names.iter().enumerate().map(|(cell, name)| Claim::of(name).filter(|_| is_free(cell))).collect();
        Self { names, claims, is_free }
    }

    /// Returns the column that its name alone decides for.
    pub(super) fn by_name(&self) -> Option<AddressColumn> {
        let first = self.kind(|kind| kind.is_first_choice());
        let [cell] = first[..] else { return None };
        // Below a merged header cell, the column beside it may hold other addresses.
        let is_merged = self.names.get(cell + 1).is_some_and(String::is_empty);
        (self.is_certain(cell) && !self.is_of(cell, AddressName::Login) && !is_merged)
            .then(|| AddressColumn::only(cell))
    }

    /// Returns the column that the names and the cells of the first rows decide for.
    pub(super) fn by_cells(&self, rows: &[Row]) -> Result<AddressColumn, SheetError> {
        let chosen = self.chosen(rows)?;
        rows.iter().try_for_each(|row| chosen.compare(self.names, row))?;
        Ok(chosen)
    }

    fn chosen(&self, rows: &[Row]) -> Result<AddressColumn, SheetError> {
        let width = rows.iter().map(Row::len).max().unwrap_or_default().max(self.names.len());
        let contents: Vec<Contents> = (0..width).map(|cell| Contents::of(cell, rows)).collect();
        let holding = |cells: Vec<usize>| cells.into_iter().find(|cell| contents[*cell].addresses > 0);
        let is_named = |cell: &usize| self.is_certain(*cell) && !self.is_of(*cell, AddressName::Login);

        let first_choice = self.kind(AddressName::is_first_choice);
        let named = first_choice.iter().copied().find(is_named);
        if let Some(cell) = holding(first_choice.clone()).or(named) {
            let beside = (cell + 1..self.names.len()).take_while(|cell| self.names[*cell].is_empty());
            let rivals = first_choice.into_iter().chain(beside).map(|rival| Rival {
                cell: rival,
                counts_empty: contents[rival].addresses > 0
                    || self.is_certain(rival) && self.is_of(rival, AddressName::Work),
            });
            return Ok(with(cell, rivals));
        }
        let unclaimed = |cell: &usize| (self.is_free)(*cell) && self.claims.get(*cell).is_none_or(Option::is_none);
        let general = self.kind(|kind| kind == AddressName::General);
        if let Some(cell) = holding(general.clone()) {
            let others = general.into_iter().filter(|rival| contents[*rival].addresses > 0);
            let others =
                others.chain((0..width).filter(unclaimed).filter(|rival| contents[*rival].shows_mostly_addresses()));
            return Ok(with(cell, others.map(|cell| Rival { cell, counts_empty: true })));
        }
        if let Some(cell) = holding(self.kind(|kind| kind == AddressName::Private)) {
            let rivals = (0..width).filter(|rival| (self.is_free)(*rival)).map(|rival| {
                let is_general = self.is_of(rival, AddressName::General);
                let is_unfilled = contents[rival].filled == 0 && (is_general || self.is_of(rival, AddressName::Login));
                let is_expected = is_unfilled || is_general && self.is_certain(rival);
                Rival { cell: rival, counts_empty: is_expected || contents[rival].addresses > 0 }
            });
            return Ok(with(cell, rivals));
        }
        let others: Vec<usize> =
            (0..width).filter(|cell| (self.is_free)(*cell) && contents[*cell].shows_mostly_addresses()).collect();
        if !others.is_empty() {
            return Err(SheetError::UnknownEmailColumn {
                columns: described_list(self.names, &others),
                choose: column_flags(self.names, Column::Email, &others),
                candidates: Candidate::all(self.names, &others, rows),
            });
        }
        let by_name = [AddressName::Login, AddressName::General, AddressName::Private];
        let claimed: Vec<usize> = by_name
            .into_iter()
            .flat_map(|wanted| self.kind(|kind| kind == wanted))
            .filter(|cell| self.is_certain(*cell))
            .collect();
        let cell = *claimed.first().ok_or_else(|| SheetError::NoEmailColumn { found: shortened(self.names) })?;
        Ok(with(cell, claimed.into_iter().map(|cell| Rival { cell, counts_empty: false })))
    }

    fn kind(&self, wanted: impl Fn(AddressName) -> bool) -> Vec<usize> {
        let is_wanted = |cell: &usize| self.claims[*cell].is_some_and(|claim| wanted(claim.kind));
        (0..self.claims.len()).filter(is_wanted).collect()
    }

    fn is_of(&self, cell: usize, kind: AddressName) -> bool {
        self.claims.get(cell).is_some_and(|claim| claim.is_some_and(|claim| claim.kind == kind))
    }

    fn is_certain(&self, cell: usize) -> bool {
        self.claims.get(cell).is_some_and(|claim| claim.is_some_and(|claim| claim.is_certain))
    }
}

fn with(cell: usize, rivals: impl Iterator<Item = Rival>) -> AddressColumn {
    AddressColumn { cell, rivals: rivals.filter(|rival| rival.cell != cell).collect() }
}

/// The contents of a column in the first rows.
struct Contents {
    filled: usize,
    /// The cells that show an address or link to one.
    addresses: usize,
    shown: usize,
}

impl Contents {
    fn of(cell: usize, rows: &[Row]) -> Self {
        let filled = || rows.iter().filter(|row| !row.cell(cell).is_empty());
        Self {
            filled: filled().count(),
            addresses: filled().filter(|row| has_address(row.cell_or_link(cell))).count(),
            shown: filled().filter(|row| has_address(row.cell(cell))).count(),
        }
    }

    /// Returns whether a column without a known name is one of addresses. Links alone do not make it one: the names of
    /// managers, or of the author of a cover sheet, often have one.
    fn shows_mostly_addresses(&self) -> bool {
        self.shown > 0 && self.shown * 2 >= self.filled
    }
}

/// Returns whether a cell holds an address, even one with a mistake in it.
fn has_address(cell: &str) -> bool {
    cell.split_once('@').is_some_and(|(before, after)| {
        before.ends_with(|c: char| !c.is_whitespace()) && after.starts_with(|c: char| !c.is_whitespace())
    })
}

/// Returns whether a cell is an address and nothing else, so that its row is about a person.
pub(super) fn is_address(cell: &str) -> bool {
    let address = bare_address(cell);
    let is_separator = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|');
    address.contains('.') && has_address(address) && !address.contains(is_separator)
}

#[cfg(test)]
mod tests;
