//! Recognising a person again: by organization and email, never by the row they stand in.

use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use hashbrown::HashTable;

use crate::directory::fold_email;
use crate::invitation::ObjectId;

/// A person in an organization, as 64 bits.
///
/// Two people of a million share a key with a probability below 1 in 10 million, whatever the addresses are: the hash
/// is keyed afresh in every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PersonKey(u64);

/// Makes the keys of one run.
#[derive(Clone, Debug, Default)]
pub struct PersonKeys(RandomState);

impl PersonKeys {
    /// The key of an address in an organization; upper and lower case are the same.
    pub fn key(&self, organization: ObjectId, email: &str) -> PersonKey {
        let mut hasher = self.0.build_hasher();
        organization.hash(&mut hasher);
        fold_email(email).hash(&mut hasher);
        PersonKey(hasher.finish())
    }
}

/// The people met so far and what their first row asks for, in about 20 bytes each.
#[derive(Debug, Default)]
pub struct Seen {
    table: HashTable<u32>,
    keys: Vec<PersonKey>,
    /// A digest of what the person's first row asks for.
    grants: Vec<u32>,
}

/// What an earlier row says of the same person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// No earlier row names the person.
    First,
    /// An earlier row asks for the same.
    Same,
    /// An earlier row asks for something else.
    Other,
}

impl Seen {
    /// Notes the person, unless an earlier row has.
    pub fn meet(&mut self, key: PersonKey, grants: u32) -> Sighting {
        let Self { table, keys, grants: known } = self;
        let entry = table.entry(key.0, |at| keys[*at as usize] == key, |at| keys[*at as usize].0);
        match entry {
            hashbrown::hash_table::Entry::Occupied(at) => {
                if known[*at.get() as usize] == grants {
                    Sighting::Same
                } else {
                    Sighting::Other
                }
            }
            hashbrown::hash_table::Entry::Vacant(free) => {
                // More rows than 2^32 are refused by the roster's row numbers.
                free.insert(keys.len() as u32);
                keys.push(key);
                known.push(grants);
                Sighting::First
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_the_same_in_either_case_and_another_elsewhere() {
        let keys = PersonKeys::default();
        let (here, there): (ObjectId, ObjectId) =
            ("32b6e34b3d91647abb20e7b8".parse().unwrap(), "32b6e34b3d91647abb20e7b9".parse().unwrap());
        assert_eq!(keys.key(here, "Ada@Example.com"), keys.key(here, "ada@example.COM"));
        assert_ne!(keys.key(here, "ada@example.com"), keys.key(there, "ada@example.com"));
        assert_ne!(keys.key(here, "ada@example.com"), keys.key(here, "bob@example.com"));
    }

    #[test]
    fn later_rows_are_the_same_or_other() {
        let mut seen = Seen::default();
        for number in 0..10_000_u64 {
            assert_eq!(seen.meet(PersonKey(number), number as u32), Sighting::First);
        }
        assert_eq!(seen.meet(PersonKey(77), 77), Sighting::Same);
        assert_eq!(seen.meet(PersonKey(77), 78), Sighting::Other);
    }
}
