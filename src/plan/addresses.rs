//! Accounts for the addresses in a sheet: those of the column that is read by the class of their row, and those in
//! columns that are not read, so that no address is left out unnoticed.

use crate::model::email;
use crate::plan::Classified;
use crate::spreadsheet::{Header, Row};

/// The addresses in a sheet, by what becomes of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// Those of people to invite, or who are in the organization already.
    pub planned: u64,
    /// Those in rows that repeat an earlier one.
    pub duplicates: u64,
    /// Those in rows that are invalid, which may have several.
    pub rejected: u64,
    /// Those in columns that are not read, in the order of the sheet.
    pub unread: Vec<UnreadAddresses>,
}

impl Addresses {
    /// Returns the number of addresses in columns that are not read.
    pub fn all_unread(&self) -> u64 {
        self.unread.iter().map(|unread| unread.addresses).sum()
    }
}

/// The addresses in a column that is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadAddresses {
    /// The name of the column in the results; untrusted.
    pub column: String,
    /// The number of addresses in it, repeated ones included.
    pub addresses: u64,
}

/// A count of the addresses, row by row.
#[derive(Clone, Debug)]
pub(crate) struct AddressCount {
    email: usize,
    /// The columns that have no meaning, by their cells.
    unread: Vec<(usize, UnreadAddresses)>,
    addresses: Addresses,
}

impl AddressCount {
    /// Creates a count for rows below this header.
    pub(crate) fn new(header: &Header) -> Self {
        let read = [Some(header.email()), header.roles(), header.teams(), header.projects(), header.org_id()];
        let others = header.carried().iter().filter(|carried| !read.contains(&Some(carried.cell)));
        let unread = others.map(|it| (it.cell, UnreadAddresses { column: it.name.clone(), addresses: 0 }));
        Self { email: header.email(), unread: unread.collect(), addresses: Addresses::default() }
    }

    /// Adds the next row.
    pub(crate) fn add(&mut self, row: &Row, class: &Classified) {
        match class {
            Classified::Person(..) => self.addresses.planned += 1,
            Classified::Duplicate(_) => self.addresses.duplicates += 1,
            Classified::Invalid(_) => self.addresses.rejected += email::count(row.cell(self.email)) as u64,
        }
        let mut last = None;
        for cell in row.cells_with(b'@') {
            // A cell is counted as a whole, at its first @.
            if last.replace(cell) != Some(cell)
                && let Some((_, unread)) = self.unread.iter_mut().find(|(known, _)| *known == cell)
            {
                unread.addresses += email::count(row.cell(cell)) as u64;
            }
        }
    }

    /// Returns the counts, without columns that have no address.
    pub(crate) fn finish(self) -> Addresses {
        let unread = self.unread.into_iter().map(|(_, unread)| unread).filter(|unread| unread.addresses > 0);
        Addresses { unread: unread.collect(), ..self.addresses }
    }
}
