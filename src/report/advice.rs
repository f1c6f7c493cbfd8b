//! What to do about rows that went wrong, by their status and code, and about a run that was halted.

use super::cause::{refusal, rejection_cause};
use crate::engine::Halt;
use crate::model::outcome::{Status, StopReason};
use crate::plan::RejectionCode;

/// The remedy in one sentence.
pub(super) fn advice(status: Status, code: &str) -> &'static str {
    match status {
        Status::Invalid if RejectionCode::named(code) == Some(RejectionCode::OtherOrganization) => {
            "give the profile credentials for the organizations of these rows, or correct their org_id"
        }
        Status::Invalid => "correct these rows in the spreadsheet and run the same command again",
        Status::Unknown | Status::Sending => {
            "run the same command again: it asks Atlas what became of them before it sends anything"
        }
        Status::Failed => refusal(code).map_or(
            "see error_detail in the results, then run the same command again to try these rows anew",
            |refusal| refusal.remedy,
        ),
        Status::NotSent => "run the same command again: it sends the rest",
        Status::Accepted => "nobody is removed who has accepted; remove in Atlas whoever should not be there",
        Status::Invited
        | Status::Revoked
        | Status::Gone
        | Status::NotOurs
        | Status::AlreadyInvited
        | Status::AlreadyMember
        | Status::Duplicate => "nothing to do",
    }
}

/// What is wrong with the rows, as a heading without codes.
pub(super) fn cause(status: Status, code: &str) -> &'static str {
    match status {
        Status::Invalid => {
            RejectionCode::named(code).map_or("The row in the spreadsheet is not right", rejection_cause)
        }
        Status::Failed => refusal(code).map_or("Atlas refused, or could not be reached", |refusal| refusal.cause),
        Status::Unknown => "A request was sent, and no answer came",
        Status::Sending => "A request is on its way, or was when the run was cut off",
        Status::NotSent => "Nothing was sent",
        Status::Accepted => "Accepted before the invite could be cancelled",
        Status::Invited => "Invited",
        Status::Revoked => "Cancelled",
        Status::Gone => "Not there any more",
        Status::NotOurs => "Not invited by this job",
        Status::AlreadyInvited => "Invited before",
        Status::AlreadyMember => "In the organization already",
        Status::Duplicate => "Listed twice",
    }
}

/// What an answer that condemned the run holds, and the remedy; the first that fits.
const CONDEMNED: [(&str, &str); 12] = [
    ("ACCESS_LIST", "add this machine's address to the access list of the key or service account"),
    (
        "MAX_USERS_PER_ORG_EXCEEDED",
        "no seat is left; Atlas allows 500 members and pending invites unless its support raises that",
    ),
    ("credentials are refused", "check the credentials, and that they have the role Organization Owner"),
    ("organization is not there", "check the organization's id, and that the credentials are for it"),
    ("ORG_NOT_FOUND", "check the organization's id, and that the credentials are for it"),
    ("ACCOUNT_SUSPENDED", "the account is suspended; its owner or Atlas's support can tell why"),
    ("INACTIVE_ORG", "the organization is inactive; its owner or Atlas's support can tell why"),
    ("could not resolve", "check the name in --base-url, and whether this machine finds names on the network"),
    ("the certificate of ", "nothing is sent where a certificate cannot be trusted; do what is said above"),
    ("not with TLS", "nothing is sent unencrypted; do what is said above"),
    ("the proxy ", "check HTTPS_PROXY and NO_PROXY; whoever runs the proxy can tell what it allows"),
    (
        "could not be read beforehand",
        "Atlas is not answering; check --base-url and the network, or run the same command again later",
    ),
];

/// What to do about an organization that nothing more can be sent to.
pub fn condemned_advice(why: &str) -> &'static str {
    let known = CONDEMNED.iter().find(|(words, _)| why.contains(words));
    known.map_or("no other row would fare better; remove the cause first", |(_, remedy)| remedy)
}

/// What to do about a run that ended early; `None` where that was somebody's wish.
pub(super) fn halt_advice(halt: &Halt) -> Option<&'static str> {
    match halt.reason {
        StopReason::FailureBudget => Some("remove the cause of the failures above, or allow more with --max-failures"),
        StopReason::Condemned => Some(condemned_advice(&halt.detail)),
        StopReason::InputUnreadable => Some("mend or copy the spreadsheet; what was read has been dealt with"),
        StopReason::ResultsUnwritable if halt.detail.contains("(--failed)") => {
            Some("make room or name another file; the results themselves are complete")
        }
        StopReason::ResultsUnwritable => {
            Some("make room or name another place; rows told above as not in the results are not in the file")
        }
        StopReason::Signal(_) | StopReason::SecondSignal(_) => None,
    }
}
