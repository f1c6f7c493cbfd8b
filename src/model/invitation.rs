//! The invitation of one person: email, organization roles, teams and projects.
//!
//! Plain values, comparable and cheap to move. `atlas` writes them as JSON; `plan` parses them from the text in a
//! sheet.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// An Atlas id (of an organization, a team or a project), held as its twelve bytes.
///
/// Atlas's pattern is `^[a-f0-9]{24}$` (its OpenAPI document). Upper-case digits are accepted too, because spreadsheets
/// and people change case; ids are always written in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId([u8; 12]);

impl ObjectId {
    /// A placeholder for a missing id. Atlas derives ids from the time, so no real id is zero.
    pub const ZERO: Self = Self([0; 12]);

    /// Returns an id that is derived from a name and stable within this process, so that rows can be compared before
    /// the names in them are resolved.
    pub(crate) fn placeholder(name: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        let mut id = [0xff; 12];
        id[4..].copy_from_slice(&hasher.finish().to_be_bytes());
        Self(id)
    }

    /// Returns whether a text looks like a mistyped id: hexadecimal digits, a few too many or too few.
    pub(crate) fn is_nearly(text: &str) -> bool {
        (20..=28).contains(&text.len()) && text.len() != 24 && text.bytes().all(|b| b.is_ascii_hexdigit())
    }
}

/// An error for a text that is not 24 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an Atlas id (24 digits from 0-9 and a-f)")]
pub struct NotAnObjectId;

impl FromStr for ObjectId {
    type Err = NotAnObjectId;

    fn from_str(text: &str) -> Result<Self, NotAnObjectId> {
        let digits: &[u8; 24] = text.as_bytes().try_into().map_err(|_| NotAnObjectId)?;
        let mut id = [0; 12];
        for (byte, pair) in id.iter_mut().zip(digits.chunks_exact(2)) {
            let (high, low) = (hex(pair[0])?, hex(pair[1])?);
            *byte = high << 4 | low;
        }
        Ok(Self(id))
    }
}

fn hex(digit: u8) -> Result<u8, NotAnObjectId> {
    (digit as char).to_digit(16).map(|d| d as u8).ok_or(NotAnObjectId)
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for ObjectId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An organization role, from the closed list in Atlas's OpenAPI document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is Atlas's own name, see `as_str`")]
pub enum OrgRole {
    Owner,
    Member,
    GroupCreator,
    BillingAdmin,
    BillingReadOnly,
    StreamProcessingAdmin,
    ReadOnly,
}

impl OrgRole {
    /// Every role, in the order that requests list them.
    pub const ALL: [OrgRole; 7] = [
        OrgRole::Owner,
        OrgRole::Member,
        OrgRole::GroupCreator,
        OrgRole::BillingAdmin,
        OrgRole::BillingReadOnly,
        OrgRole::StreamProcessingAdmin,
        OrgRole::ReadOnly,
    ];

    /// Returns Atlas's name of the role, for example `ORG_MEMBER`.
    pub fn as_str(self) -> &'static str {
        match self {
            OrgRole::Owner => "ORG_OWNER",
            OrgRole::Member => "ORG_MEMBER",
            OrgRole::GroupCreator => "ORG_GROUP_CREATOR",
            OrgRole::BillingAdmin => "ORG_BILLING_ADMIN",
            OrgRole::BillingReadOnly => "ORG_BILLING_READ_ONLY",
            OrgRole::StreamProcessingAdmin => "ORG_STREAM_PROCESSING_ADMIN",
            OrgRole::ReadOnly => "ORG_READ_ONLY",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of organization roles.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct OrgRoles(u8);

impl OrgRoles {
    /// Adds a role to the set.
    pub fn insert(&mut self, role: OrgRole) {
        self.0 |= role.bit();
    }

    /// Returns the roles of both sets.
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns whether the set has the role.
    pub fn contains(self, role: OrgRole) -> bool {
        self.0 & role.bit() != 0
    }

    /// Returns whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the roles, in the order of [`OrgRole::ALL`].
    pub fn iter(self) -> impl Iterator<Item = OrgRole> {
        OrgRole::ALL.into_iter().filter(move |role| self.contains(*role))
    }
}

impl FromIterator<OrgRole> for OrgRoles {
    fn from_iter<I: IntoIterator<Item = OrgRole>>(roles: I) -> Self {
        let mut set = Self::default();
        roles.into_iter().for_each(|role| set.insert(role));
        set
    }
}

impl fmt::Debug for OrgRoles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(OrgRole::as_str)).finish()
    }
}

/// The roles that a person gets in one project.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProjectAccess {
    /// The project (Atlas's API calls it a group).
    pub project: ObjectId,
    /// Project roles by Atlas's names, sorted. Atlas's list is open, so they are text.
    pub roles: Vec<String>,
}

/// One person to invite: checked, and with every name resolved to an id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Invitation {
    /// The organization that the person is invited to.
    pub organization: ObjectId,
    /// The address as it will be sent: trimmed, its case unchanged.
    pub email: String,
    /// The organization roles, at least one.
    pub roles: OrgRoles,
    /// The teams, sorted, without duplicates.
    pub teams: Vec<ObjectId>,
    /// The projects, sorted, without duplicates.
    pub projects: Vec<ProjectAccess>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_in_either_case_and_written_in_lower_case() {
        let id: ObjectId = "32B6e34b3d91647abb20e7b8".parse().unwrap();
        assert_eq!(id.to_string(), "32b6e34b3d91647abb20e7b8");
    }

    #[test]
    fn an_id_has_exactly_24_hex_digits() {
        for text in [
            "",
            "32b6e34b3d91647abb20e7b",
            "32b6e34b3d91647abb20e7b88",
            "g2b6e34b3d91647abb20e7b8",
            "é2b6e34b3d91647abb20e7b",
        ] {
            assert_eq!(text.parse::<ObjectId>(), Err(NotAnObjectId), "{text}");
        }
    }

    #[test]
    fn a_role_set_lists_each_role_once_in_a_fixed_order() {
        let roles: OrgRoles = [OrgRole::ReadOnly, OrgRole::Owner, OrgRole::ReadOnly].into_iter().collect();
        assert_eq!(roles.iter().collect::<Vec<_>>(), [OrgRole::Owner, OrgRole::ReadOnly]);
    }
}
