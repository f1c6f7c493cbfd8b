//! What to do about rows that went wrong, by their status and code.

use crate::outcome::Status;

/// The remedy in one sentence.
pub(super) fn advice(status: Status, code: &str) -> &'static str {
    match status {
        Status::Invalid => "correct these rows in the spreadsheet and run the same command again",
        Status::Unknown | Status::Sending => {
            "run the same command again: it asks Atlas what became of them before it sends anything"
        }
        Status::Failed => match code {
            "TEAM_NOT_FOUND" | "TEAM_NOT_IN_ORG" | "INVALID_TEAM_ID" => "check the teams of these rows",
            "GROUP_NOT_FOUND" => "check the projects of these rows",
            "INVALID_ENUM_VALUE" | "UNSUPPORTED_ROLE" | "INVALID_ROLE_FOR_GROUP" | "INVALID_ROLE_FOR_ORG" => {
                "check the roles of these rows"
            }
            "DOMAIN_NOT_IN_ALLOW_LIST" => "have the domain allowed in the organization's federation settings",
            "USER_ORGS_RESTRICTED" => "another organization's federation settings keep these people; ask its owner",
            "MAX_USERS_PER_TEAM_EXCEEDED" => "the team is full; choose another",
            "MAX_USERS_PER_ORG_EXCEEDED" => "the organization has no seat left; have support raise the limit",
            _ => "see error_detail in the results, then run the same command again to try these rows anew",
        },
        Status::NotSent => "run the same command again: it sends the rest",
        Status::Invited | Status::AlreadyInvited | Status::AlreadyMember | Status::Duplicate => "nothing to do",
    }
}
