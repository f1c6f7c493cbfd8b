//! What is wrong with rows, organizations and runs, and what to do about it, for people who never see a code.

mod atlas_code;
mod row_reason;

use crate::model::reason::{BlockedReason, ErrorCode, Halt, RejectionCode};
use crate::model::status::Status;

/// What is wrong with some rows, and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Explanation {
    /// A heading, without codes.
    pub(super) heading: &'static str,
    /// The remedy in one sentence, without a full stop.
    pub(super) remedy: &'static str,
}

/// Explains rows with this status and code.
pub(super) fn explain(status: Status, code: Option<&ErrorCode>) -> Explanation {
    match (status, code) {
        (_, Some(ErrorCode::Rejected(code))) => rejected(*code),
        // An unknown row is resolved in the same way whatever Atlas's last answer was.
        (Status::Failed, Some(ErrorCode::Atlas(code))) => {
            atlas_code::explanation(code).unwrap_or_else(|| by_status(status))
        }
        (Status::Unknown | Status::Sending, Some(ErrorCode::Row(_) | ErrorCode::Atlas(_))) => by_status(status),
        (_, Some(ErrorCode::Row(reason))) => row_reason::explanation(*reason),
        (_, Some(ErrorCode::Atlas(_)) | None) => by_status(status),
    }
}

fn rejected(code: RejectionCode) -> Explanation {
    let remedy = if code == RejectionCode::OtherOrganization {
        "give the profile credentials for the organizations of these rows, or correct their org_id"
    } else {
        "correct these rows in the spreadsheet and run the same command again"
    };
    Explanation { heading: rejection_heading(code), remedy }
}

fn by_status(status: Status) -> Explanation {
    let (heading, remedy) = match status {
        Status::Invalid => (
            "The row in the spreadsheet is not right",
            "correct these rows in the spreadsheet and run the same command again",
        ),
        Status::Failed => (
            "Atlas refused, or could not be reached",
            "see error_detail in the results, then run the same command again to try these rows anew",
        ),
        Status::Unknown => ("A request was sent, and no answer came", UNRESOLVED),
        Status::Sending => ("A request is on its way, or was when the run was cut off", UNRESOLVED),
        Status::NotSent => ("Nothing was sent", "run the same command again: it sends the rest"),
        Status::Accepted => (
            "Accepted before the invite could be cancelled",
            "nobody is removed who has accepted; remove in Atlas whoever should not be there",
        ),
        Status::Invited => ("Invited", NOTHING),
        Status::Revoked => ("Cancelled", NOTHING),
        Status::Gone => ("Not there any more", NOTHING),
        Status::NotOurs => ("Not invited by this job", NOTHING),
        Status::AlreadyInvited => ("Invited before", NOTHING),
        Status::AlreadyMember => ("In the organization already", NOTHING),
        Status::Duplicate => ("Listed twice", NOTHING),
    };
    Explanation { heading, remedy }
}

const UNRESOLVED: &str = "run the same command again: it asks Atlas what became of them before it sends anything";
const NOTHING: &str = "nothing to do";

/// Returns a heading for rows that failed one of our checks.
pub(super) fn rejection_heading(code: RejectionCode) -> &'static str {
    match code {
        RejectionCode::MissingEmail => "The email address is missing",
        RejectionCode::InvalidEmail => "The email address is not right",
        RejectionCode::MissingRole => "The role is missing",
        RejectionCode::UnknownRole => "The role is not one that Atlas has",
        RejectionCode::UnknownTeam => "The organization has no such team",
        RejectionCode::AmbiguousTeam => "Several teams have this name",
        RejectionCode::InvalidTeamId => "The team's id is not whole",
        RejectionCode::UnknownProject => "The organization has no such project",
        RejectionCode::AmbiguousProject => "Several projects have this name",
        RejectionCode::InvalidProjectId => "The project's id is not whole",
        RejectionCode::InvalidProject => "The project is not written as project=ROLE",
        RejectionCode::UnknownProjectRole => "The role in the project is not one that Atlas has",
        RejectionCode::OtherOrganization => "The row is for an organization that this program may not invite to",
        RejectionCode::InvalidOrgId => "The organization's id is not right",
        RejectionCode::MissingOrgId => "The organization is missing",
        RejectionCode::TooManyFields => "The row has more cells than the sheet has columns",
        RejectionCode::InvalidEncoding => "The row has characters that cannot be read",
        RejectionCode::FormulaError => "A cell holds the error of a formula",
        RejectionCode::UnclosedQuote => "A quotation mark is never closed",
        RejectionCode::RowTooLong => "The row is far too long",
        RejectionCode::ConflictingDuplicate => "The person is listed twice, and the rows differ",
    }
}

/// Returns what to do about an organization that accepts no more requests.
pub fn blocked_advice(reason: BlockedReason) -> &'static str {
    match reason {
        BlockedReason::Unauthorized => "check the credentials, and that they have the role Organization Owner",
        BlockedReason::Forbidden => "check that the credentials have the role Organization Owner",
        BlockedReason::AccessList => "add this machine's address to the access list of the key or service account",
        BlockedReason::NotFound => "check the organization's id, and that the credentials are for it",
        BlockedReason::Full => {
            "no seat is left; Atlas allows 500 members and pending invites unless its support raises that"
        }
        BlockedReason::Suspended => "the account is suspended; its owner or Atlas's support can tell why",
        BlockedReason::Inactive => "the organization is inactive; its owner or Atlas's support can tell why",
        BlockedReason::Dns => "check the name in --base-url, and whether this machine finds names on the network",
        BlockedReason::Certificate => "nothing is sent where a certificate cannot be trusted; do what is said above",
        BlockedReason::Tls => "nothing is sent unencrypted; do what is said above",
        BlockedReason::Proxy => "check HTTPS_PROXY and NO_PROXY; whoever runs the proxy can tell what it allows",
        BlockedReason::Unreachable | BlockedReason::NotAnswering => {
            "Atlas is not answering; check --base-url and the network, or run the same command again later"
        }
        BlockedReason::EndpointGone | BlockedReason::UnexpectedAnswer => {
            "no other row would fare better; remove the cause first"
        }
        BlockedReason::Interrupted => "run the same command again",
    }
}

/// Returns what to do about a run that ended early; `None` if its user wanted that.
pub(super) fn halt_advice(halt: &Halt) -> Option<&'static str> {
    match halt {
        Halt::TooManyFailures(_) => Some("remove the cause of the failures above, or allow more with --max-failures"),
        Halt::OrganizationBlocked(blocked) => Some(blocked_advice(blocked.reason)),
        Halt::InputUnreadable(_) => Some("mend or copy the spreadsheet; what was read has been dealt with"),
        Halt::FailedRowsUnwritable(_) => Some("make room or name another file; the results themselves are complete"),
        Halt::ResultsUnwritable(_) => {
            Some("make room or name another place; rows told above as not in the results are not in the file")
        }
        Halt::Declined | Halt::NotStarted(_) | Halt::Signal(_) | Halt::SecondSignal(_) => None,
    }
}

/// Describes a halt at the moment when it comes; the summary describes it once the run is over.
pub fn announcement(halt: &Halt) -> String {
    match halt {
        Halt::Signal(_) => {
            "interrupted: requests on their way may land, nothing more is sent; interrupt again to give them up".into()
        }
        Halt::SecondSignal(_) => "interrupted again: requests on their way are abandoned".into(),
        Halt::TooManyFailures(_)
        | Halt::OrganizationBlocked(_)
        | Halt::InputUnreadable(_)
        | Halt::FailedRowsUnwritable(_)
        | Halt::ResultsUnwritable(_)
        | Halt::Declined
        | Halt::NotStarted(_) => halt.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::reason::RowReason;

    #[test]
    fn explanations_hold_no_code() {
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
