use std::borrow::Cow;

use crate::model::reason::{RejectionCode, RowReason};
use crate::model::status::Status;

/// A problem or a remark about one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding<'a> {
    /// The row as a spreadsheet shows it: the header is 1.
    pub row: u32,
    /// The address as the cell has it; untrusted.
    pub email: &'a str,
    /// The kind of finding.
    pub kind: FindingKind,
    /// A code for programs; `None` if the kind says it all.
    pub code: Option<FindingCode>,
    /// The column, as the sheet names it; `None` if the finding is about the whole row. Untrusted.
    pub column: Option<&'a str>,
    /// In words, without row and column; untrusted.
    pub detail: Cow<'a, str>,
}

/// A kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// The row fails our checks and would not be sent.
    Invalid,
    /// An earlier row has the same content.
    Duplicate,
    /// The person has a pending invite.
    AlreadyInvited,
    /// The person is in the organization.
    AlreadyMember,
    /// The row would be sent, and something about it is unusual.
    Warning,
}

impl FindingKind {
    /// Returns the status that the row would get, or `warning`.
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

/// A code of a finding. All but `UnlistedProjectRole` are also codes of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingCode {
    /// The row fails one of our checks.
    Rejected(RejectionCode),
    /// The person is present, with other roles, teams or projects than the sheet says.
    Differs,
    /// A project role that is not on our list, and is sent as written.
    UnlistedProjectRole,
}

impl FindingCode {
    /// Returns the code as it is printed.
    pub fn as_str(self) -> &'static str {
        match self {
            FindingCode::Rejected(code) => code.code(),
            FindingCode::Differs => RowReason::Differs.code(),
            FindingCode::UnlistedProjectRole => "UNLISTED_PROJECT_ROLE",
        }
    }
}
