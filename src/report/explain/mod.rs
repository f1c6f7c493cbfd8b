//! Explains what is wrong with rows, organizations and runs, and what to do about it, to people who never see a code.
//!
//! All advice is chosen here by exhaustive matches on the closed lists of [`crate::model::reason`]. `docs/codes.md` is
//! generated from the same functions.

mod atlas_code;
mod audit_code;
mod blocked;
#[cfg(test)]
mod codes_page;
mod halt;
mod rejection;
mod row_reason;

pub(super) use self::audit_code::remedy as audit_remedy;
pub use self::blocked::blocked_advice;
pub use self::halt::announcement;
pub(super) use self::halt::halt_advice;

use crate::model::reason::{ErrorCode, RowReason};
use crate::model::status::Status;

/// A heading for rows that ended for the same reason, and their remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Explanation {
    /// The cause, without codes.
    pub(super) heading: &'static str,
    /// One action, without a full stop. Running the command again afterwards is not mentioned.
    pub(super) remedy: &'static str,
}

/// Explains rows with this status and code.
pub(super) fn explain(status: Status, code: Option<&ErrorCode>) -> Explanation {
    match (status, code) {
        (_, Some(ErrorCode::Rejected(code))) => rejection::explanation(*code),
        (_, Some(ErrorCode::Row(reason @ (RowReason::ProgramError | RowReason::UnexpectedAnswer)))) => {
            row_reason::explanation(*reason)
        }
        // Any other unknown row is resolved in the same way.
        (Status::Unknown | Status::Sending, Some(ErrorCode::Row(_) | ErrorCode::Atlas(_))) => by_status(status),
        (_, Some(ErrorCode::Row(reason))) => row_reason::explanation(*reason),
        (Status::Failed, Some(ErrorCode::Atlas(code))) => {
            atlas_code::explanation(code).unwrap_or_else(|| by_status(status))
        }
        (_, Some(ErrorCode::Atlas(_)) | None) => by_status(status),
    }
}

fn by_status(status: Status) -> Explanation {
    let (heading, remedy) = match status {
        Status::Invalid => ("The row in the spreadsheet is not valid", CORRECT),
        Status::Failed => ("Atlas rejected the request, or could not be reached", "check the details of these rows"),
        Status::Unknown => (UNANSWERED, UNRESOLVED),
        Status::Sending => ("A request is in progress, or was when the run was interrupted", UNRESOLVED),
        Status::NotSent => ("Nothing was sent", RERUN),
        Status::Accepted => ("Accepted before the invite could be cancelled", ACCEPTED),
        Status::Invited => ("Invited", NOTHING),
        Status::Revoked => ("Cancelled", NOTHING),
        Status::Gone => ("No invite is pending", NOTHING),
        Status::NotOurs => ("Not invited by this job", NOTHING),
        Status::AlreadyInvited => ("Already invited", NOTHING),
        Status::AlreadyMember => ("Already a member", NOTHING),
        Status::Duplicate => ("Listed twice", NOTHING),
    };
    Explanation { heading, remedy }
}

const UNANSWERED: &str = "A request was sent, but no answer arrived";
const CORRECT: &str = "correct these rows in the spreadsheet";
/// A remedy of rows that need no other action first.
pub(super) const RERUN: &str = "run the same command again";
const UNRESOLVED: &str = "run again, which looks each person up in Atlas before it sends anything";
const ACCEPTED: &str = "remove these people in Atlas if they should not be members";
const NOTHING: &str = "nothing to do";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::reason::RejectionCode;

    #[test]
    fn headings_contain_no_code() {
        let rejected = RejectionCode::ALL.iter().map(|code| ErrorCode::Rejected(*code));
        let reasons = RowReason::ALL.iter().map(|reason| ErrorCode::Row(*reason));
        for code in rejected.chain(reasons) {
            for status in Status::ALL {
                let Explanation { heading, .. } = explain(status, Some(&code));
                assert!(!heading.contains('_') && !heading.ends_with('.'), "{heading}");
            }
        }
    }
}
