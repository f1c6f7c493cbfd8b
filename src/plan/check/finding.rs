use std::borrow::Cow;

use crate::model::reason::{RejectionCode, RowReason};
use crate::model::status::Status;

/// A problem or a remark about one row, about a whole column, or about the rules of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding<'a> {
    /// The row number as a spreadsheet shows it: the header is row 1. `None` if the finding is about a whole column or
    /// about the rules of a map.
    pub row: Option<u32>,
    /// The address as it is spelled in the cell; untrusted.
    pub email: &'a str,
    /// The kind of finding.
    pub kind: FindingKind,
    /// A code for programs; `None` if the kind is enough.
    pub code: Option<FindingCode>,
    /// The name of the column in the sheet; `None` if the finding is about the whole row. Untrusted.
    pub column: Option<&'a str>,
    /// A description without the row and the column; untrusted.
    pub detail: Cow<'a, str>,
}

/// A kind of finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingKind {
    /// The row failed a check and would not be sent.
    Invalid,
    /// An earlier row has the same content.
    Duplicate,
    /// The person has a pending invite.
    AlreadyInvited,
    /// The person is in the organization.
    AlreadyMember,
    /// The row would be sent, although something about it is unusual.
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

/// A code of a finding. Those of rejections and `DIFFERS` are also codes of the results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingCode {
    /// The row failed a check.
    Rejected(RejectionCode),
    /// The person is already invited or a member, with roles, teams or projects that differ from the sheet.
    Differs,
    /// A project role that is not on the program's list; it is sent as written.
    UnlistedProjectRole,
    /// A rule of the map that matched no row.
    UnmatchedRule,
    /// A rule of the map that grants nothing.
    BlankRule,
    /// A rule of the map with the conditions of an earlier one.
    RepeatedRule,
    /// Cells that no rule of the map covers.
    UncoveredValues,
}

impl FindingCode {
    /// Returns the code as it is printed.
    pub fn as_str(self) -> &'static str {
        match self {
            FindingCode::Rejected(code) => code.code(),
            FindingCode::Differs => RowReason::Differs.code(),
            FindingCode::UnlistedProjectRole => "UNLISTED_PROJECT_ROLE",
            FindingCode::UnmatchedRule => "UNMATCHED_RULE",
            FindingCode::BlankRule => "BLANK_RULE",
            FindingCode::RepeatedRule => "REPEATED_RULE",
            FindingCode::UncoveredValues => "UNCOVERED_VALUES",
        }
    }
}
