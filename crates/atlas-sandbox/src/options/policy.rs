//! Choices of what the server allows. Atlas documents neither its answer to duplicates nor its treatment of case.

use serde::Deserialize;

/// The permissions of the credentials, and the addresses they may be used from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Everything: Organization Owner, from an address on the access list.
    #[default]
    Owner,
    /// Look-ups only: Organization Member. Creating and deleting is answered 401 `USER_UNAUTHORIZED`.
    Member,
    /// Nothing: the client's address is not on the key's access list (403).
    AddressNotListed,
    /// Nothing: the organization requires an access list, and the key has none (403).
    ListRequired,
    /// Nothing: the account is suspended (402).
    Suspended,
    /// Nothing: the organization is inactive (400).
    Inactive,
    /// Nothing: the credentials belong to another organization (401 `USER_CANNOT_ACCESS_ORG`).
    Outsider,
}

/// The answer of `POST /invites` for an address that is already invited or a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Duplicates {
    /// 409, as a public script expects.
    #[default]
    #[serde(rename = "refuse409")]
    Refuse409,
    /// 400, as Atlas answers for projects.
    #[serde(rename = "refuse400")]
    Refuse400,
    /// A second invite to a pending address, and a second email. A member is still refused with 409.
    Accept,
}

/// The treatment of upper and lower case in addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmailCase {
    /// Addresses are stored as written and found in any case.
    #[default]
    Preserved,
    /// Addresses are stored in lower case and found in any case.
    Lowered,
    /// Addresses that differ in case belong to different people.
    Distinct,
}

impl EmailCase {
    /// Returns an address as it is stored.
    pub(crate) fn stored(self, email: String) -> String {
        match self {
            EmailCase::Lowered => email.to_lowercase(),
            EmailCase::Preserved | EmailCase::Distinct => email,
        }
    }

    /// Returns what the addresses of one person have in common.
    pub(crate) fn key(self, email: &str) -> String {
        match self {
            EmailCase::Preserved | EmailCase::Lowered => email.to_lowercase(),
            EmailCase::Distinct => email.to_owned(),
        }
    }
}
