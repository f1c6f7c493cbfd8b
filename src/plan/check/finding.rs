//! One thing to say about one row.

use std::borrow::Cow;

use crate::model::status::Status;

/// Something that is wrong with a row, or worth knowing about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding<'a> {
    /// The row as a spreadsheet shows it: the header is 1.
    pub row: u32,
    /// The address as the cell has it; untrusted.
    pub email: &'a str,
    /// What kind of thing.
    pub kind: FindingKind,
    /// A code for programs, the same as in the results; empty where there is none.
    pub code: &'static str,
    /// The column, as the sheet names it; none where the row as a whole is meant. Untrusted.
    pub column: Option<&'a str>,
    /// In words, without row and column; untrusted.
    pub detail: Cow<'a, str>,
}

/// Kinds of findings, a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// The row fails our checks and would not be sent.
    Invalid,
    /// An earlier row says the same.
    Duplicate,
    /// A pending invite is there.
    AlreadyInvited,
    /// The person is in the organization.
    AlreadyMember,
    /// The row would be sent, and something about it is odd.
    Warning,
}

impl FindingKind {
    /// The kind as files hold it: the status that the row would get, or `warning`.
    pub fn as_str(self) -> &'static str {
        match self {
            FindingKind::Invalid => Status::Invalid.as_str(),
            FindingKind::Duplicate => Status::Duplicate.as_str(),
            FindingKind::AlreadyInvited => Status::AlreadyInvited.as_str(),
            FindingKind::AlreadyMember => Status::AlreadyMember.as_str(),
            FindingKind::Warning => "warning",
        }
    }
}
