//! Identifies a person across rows and runs: by organization and email, never by row number.

use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::model::email::bare_address;
use crate::model::email::fold_email;
use crate::model::invitation::ObjectId;

/// A 64-bit key for a person in an organization.
///
/// Among a million people, two share a key with a probability below 1 in 10 million, even if the addresses were chosen
/// on purpose: the hash is keyed randomly in every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PersonKey(u64);

/// The hash that creates the keys of one run.
#[derive(Clone, Debug, Default)]
pub struct PersonKeys(RandomState);

impl PersonKeys {
    /// Returns the key for the cell with a person's address. Case is ignored, and `Ada <ada@example.com>` is the same
    /// as `ada@example.com`, because the results hold the cell and not the address.
    pub fn key(&self, organization: ObjectId, email: &str) -> PersonKey {
        let mut hasher = self.0.build_hasher();
        organization.hash(&mut hasher);
        fold_email(bare_address(email)).hash(&mut hasher);
        PersonKey(hasher.finish())
    }
}

/// The people seen so far, with the row and the grants of the first row of each, in about 24 bytes a person.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    table: HashTable<u32>,
    keys: Vec<PersonKey>,
    /// A digest of the roles, teams and projects in the person's first row.
    grants: Vec<u32>,
    /// Row numbers, run-length encoded: from the person at this index on, each person has the row after the last one's.
    runs: Vec<(u32, u32)>,
}

/// An earlier row for the same person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EarlierRow {
    /// The row as a spreadsheet shows it.
    pub number: u32,
    /// True if it has the same roles, teams and projects.
    pub same: bool,
}

impl Seen {
    /// Creates an empty set with room for `people`, because growing would briefly need twice the memory.
    pub(crate) fn with_capacity(people: usize) -> Self {
        Self {
            table: HashTable::with_capacity(people),
            keys: Vec::with_capacity(people),
            grants: Vec::with_capacity(people),
            runs: Vec::new(),
        }
    }

    /// Inserts a person with the digest of this row's roles, teams and projects. Returns the earlier row for the same
    /// person, if any. Rows must be inserted in ascending order.
    pub(crate) fn insert(&mut self, key: PersonKey, grants: u32, row: u32) -> Option<EarlierRow> {
        let Self { table, keys, grants: known, runs } = self;
        let entry = table.entry(key.0, |at| keys[*at as usize] == key, |at| keys[*at as usize].0);
        match entry {
            Entry::Occupied(at) => {
                let at = *at.get();
                let (place, first) = runs[runs.partition_point(|(place, _)| *place <= at) - 1];
                Some(EarlierRow { number: first + (at - place), same: known[at as usize] == grants })
            }
            Entry::Vacant(free) => {
                // A sheet has fewer than 2^32 rows, since row numbers are 32 bits.
                let at = keys.len() as u32;
                free.insert(at);
                keys.push(key);
                known.push(grants);
                if runs.last().is_none_or(|(place, first)| first + (at - place) != row) {
                    runs.push((at, row));
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_has_one_key_per_organization_in_any_spelling() {
        let keys = PersonKeys::default();
        let (here, there): (ObjectId, ObjectId) =
            ("32b6e34b3d91647abb20e7b8".parse().unwrap(), "32b6e34b3d91647abb20e7b9".parse().unwrap());
        assert_eq!(keys.key(here, "Ada@Example.com"), keys.key(here, "ada@example.COM"));
        assert_ne!(keys.key(here, "ada@example.com"), keys.key(there, "ada@example.com"));
        assert_ne!(keys.key(here, "ada@example.com"), keys.key(here, "bob@example.com"));
        for cell in ["Ada Lovelace <Ada@example.com>", "mailto:ada@example.com", " ada@example.com "] {
            assert_eq!(keys.key(here, cell), keys.key(here, "ada@example.com"), "{cell}");
        }
    }

    #[test]
    fn a_repeated_person_has_the_same_or_other_grants() {
        let mut seen = Seen::default();
        let row = |number: u32| 2 + number + number / 7;
        for number in 0..10_000 {
            assert_eq!(seen.insert(PersonKey(number.into()), number, row(number)), None);
        }
        for number in 0..10_000 {
            let key = PersonKey(number.into());
            let earlier = |same| Some(EarlierRow { number: row(number), same });
            assert_eq!(seen.insert(key, number, 20_000), earlier(true));
            assert_eq!(seen.insert(key, number + 1, 20_000), earlier(false));
        }
    }
}
