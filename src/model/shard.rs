//! The distribution of organizations among several processes, for when one process is too slow. All rows of one
//! organization belong to one process, because rate limits and duplicates are per organization.
//!
//! The rule is the same on every machine and in every version, and easy to reproduce: the first 8 hexadecimal digits of
//! the MD5 of the organization's id in lower case, as a number, modulo the number of shards. A text that is not an id
//! is hashed as it is written, so that exactly one shard rejects such a row.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use md5::{Digest, Md5};

use crate::model::invitation::ObjectId;

/// A share of the organizations, written `2/8` for the second of eight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: u32,
    of: NonZeroU32,
}

/// An error in the text of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAShard {
    /// The text is not two numbers.
    #[error("write it as 2/8 for the second of 8 shards")]
    Malformed,
    /// No shard has this number.
    #[error("shards are numbered from 1 to {of}")]
    OutOfRange {
        /// The number of shards.
        of: NonZeroU32,
    },
}

impl Shard {
    /// Returns the number of the shard, from 1.
    pub fn number(self) -> u32 {
        self.number
    }

    /// Returns the number of shards.
    pub fn of(self) -> u32 {
        self.of.get()
    }

    /// Returns whether rows with this text as their organization belong to the shard; an empty text means `default`.
    pub(crate) fn takes(self, organization: &str, default: Option<ObjectId>) -> bool {
        let text = organization.trim();
        let id = if text.is_empty() { default } else { text.parse().ok() };
        self == match id {
            Some(id) => Self::of_organization(&id.to_string(), self.of),
            None => Self::of_organization(text, self.of),
        }
    }

    /// Returns the shard to which the organization belongs.
    fn of_organization(organization: &str, of: NonZeroU32) -> Self {
        let digest = Md5::digest(organization);
        let number = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
        Self { number: number % of + 1, of }
    }
}

impl FromStr for Shard {
    type Err = NotAShard;

    fn from_str(text: &str) -> Result<Self, NotAShard> {
        let (number, of) = text.split_once('/').ok_or(NotAShard::Malformed)?;
        let number: u32 = number.trim().parse().map_err(|_| NotAShard::Malformed)?;
        let of: u32 = of.trim().parse().map_err(|_| NotAShard::Malformed)?;
        let of = NonZeroU32::new(of).ok_or(NotAShard::Malformed)?;
        if (1..=of.get()).contains(&number) { Ok(Self { number, of }) } else { Err(NotAShard::OutOfRange { of }) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_parsed_from_a_fraction() {
        for text in ["1/1", "2/8", "8/8", "4294967295/4294967295"] {
            assert_eq!(text.parse::<Shard>().unwrap().to_string(), text);
        }
        let eight = NonZeroU32::new(8).unwrap();
        for (text, error) in [
            ("0/8", NotAShard::OutOfRange { of: eight }),
            ("9/8", NotAShard::OutOfRange { of: eight }),
            ("1/0", NotAShard::Malformed),
            ("a/b", NotAShard::Malformed),
            ("2", NotAShard::Malformed),
            ("-1/8", NotAShard::Malformed),
            ("1/2/3", NotAShard::Malformed),
            ("1/4294967296", NotAShard::Malformed),
            ("", NotAShard::Malformed),
        ] {
            assert_eq!(text.parse::<Shard>(), Err(error), "{text}");
        }
    }

    /// The numbers come from `echo $((0x$(printf %s ID | md5sum | cut -c1-8) % 8 + 1))`. A change would move
    /// organizations to other shards.
    #[test]
    fn the_shard_of_an_organization_never_changes() {
        let eight = NonZeroU32::new(8).unwrap();
        for (organization, number) in EIGHTHS {
            assert_eq!(Shard::of_organization(organization, eight).number(), number, "{organization}");
        }
    }

    const EIGHTHS: [(&str, u32); 5] = [
        ("32b6e34b3d91647abb20e7b8", 1),
        ("42b6e34b3d91647abb20e7b8", 7),
        ("5a4db0c5a4db0c5a4db0c5a4", 3),
        ("acme", 2),
        ("", 2),
    ];

    #[test]
    fn exactly_one_shard_takes_a_row() {
        let organization = "32b6e34b3d91647abb20e7b8".parse().ok();
        for of in 1..20 {
            for text in ["", "42b6e34b3d91647abb20e7b8", "42B6E34B3D91647ABB20E7B8", "acme", "\u{e9}\u{1f600}", "#N/A"]
            {
                for organization in [None, organization] {
                    let shards = (1..=of).map(|n| format!("{n}/{of}").parse::<Shard>().unwrap());
                    let taking = shards.filter(|shard| shard.takes(text, organization));
                    assert_eq!(taking.count(), 1, "{text:?} of {of}");
                }
            }
        }
    }

    #[test]
    fn every_spelling_of_an_organization_has_one_shard() {
        let id = "32b6e34b3d91647abb20e7b8";
        let taking = |text: &str, organization: Option<&str>| {
            let organization = organization.map(|id| id.parse().unwrap());
            (1..=97).find(|n| format!("{n}/97").parse::<Shard>().unwrap().takes(text, organization))
        };
        let expected = taking(id, None);
        for (text, organization) in
            [("32B6E34B3D91647ABB20E7B8", None), (" 32b6e34b3d91647abb20e7b8\t", None), ("", Some(id))]
        {
            assert_eq!(taking(text, organization), expected, "{text:?}");
        }
        assert_ne!(taking("42b6e34b3d91647abb20e7b8", Some(id)), expected);
    }

    #[test]
    fn organizations_spread_over_the_shards() {
        let eight = NonZeroU32::new(8).unwrap();
        let mut counts = [0_u32; 8];
        for number in 0..8000_u32 {
            counts[Shard::of_organization(&format!("{number:024x}"), eight).number() as usize - 1] += 1;
        }
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
    }
}
