//! What is wrong with a group of rows, in words for people who have never seen an error code, and what to do about it.

use crate::plan::RejectionCode;

/// Rows that Atlas refused, by its error codes.
pub(super) struct Refusal {
    codes: &'static [&'static str],
    /// A heading.
    pub(super) cause: &'static str,
    /// The remedy in one sentence.
    pub(super) remedy: &'static str,
}

/// From Atlas's documentation of error codes, and from answers on record.
const REFUSALS: [Refusal; 25] = [
    Refusal {
        codes: &["TEAM_NOT_FOUND", "TEAM_NOT_IN_ORG", "INVALID_TEAM_ID"],
        cause: "The organization has no such team",
        remedy: "check the teams of these rows",
    },
    Refusal {
        codes: &["GROUP_NOT_FOUND", "INVALID_GROUP_ID"],
        cause: "The organization has no such project",
        remedy: "check the projects of these rows",
    },
    Refusal {
        codes: &[
            "CANNOT_ADD_GROUP_ROLE",
            "CANNOT_ADD_ORG_ROLE",
            "INVALID_ENUM_VALUE",
            "INVALID_ROLE_FOR_GROUP",
            "INVALID_ROLE_FOR_ORG",
            "UNSUPPORTED_ROLE",
        ],
        cause: "Atlas does not accept the role",
        remedy: "check the roles of these rows",
    },
    Refusal {
        codes: &["INVALID_EMAIL_ADDRESS", "INVALID_USERNAME"],
        cause: "Atlas does not accept the email address",
        remedy: "check the addresses of these rows",
    },
    Refusal {
        codes: &["BLOCKED_USERNAME", "INVALID_DOMAIN_IN_USERNAME"],
        cause: "Atlas lets nobody in with this email address or its domain",
        remedy: "use another address for these people, or ask Atlas's support why",
    },
    Refusal {
        codes: &["DOMAIN_NOT_IN_ALLOW_LIST"],
        cause: "The organization does not allow the domain of the email address",
        remedy: "have the domain allowed in the organization's federation settings",
    },
    Refusal {
        codes: &["USER_ORGS_RESTRICTED"],
        cause: "The person's own company lets them join no other organization",
        remedy: "another organization's federation settings keep these people; ask its owner",
    },
    Refusal {
        codes: &["MAX_USERS_PER_TEAM_EXCEEDED"],
        cause: "The team is full",
        remedy: "the team is full; choose another",
    },
    Refusal {
        codes: &["MAX_USERS_PER_GROUP_EXCEEDED"],
        cause: "The project is full",
        remedy: "the project is full; choose another, or have support raise the limit",
    },
    Refusal {
        codes: &["MAX_USERS_PER_ORG_EXCEEDED"],
        cause: "The organization is full",
        remedy: "the organization has no seat left; have support raise the limit",
    },
    Refusal {
        codes: &["MAX_ORGS_PER_USER_EXCEEDED"],
        cause: "The person is in as many organizations as Atlas allows",
        remedy: "have the person leave one of them, or have support raise the limit",
    },
    Refusal {
        codes: &["MAX_TEAMS_PER_USER_EXCEEDED"],
        cause: "The person is in as many teams as Atlas allows",
        remedy: "name fewer teams for these people",
    },
    Refusal {
        codes: &["USER_ALREADY_EXISTS", "USER_ALREADY_IN_GROUP", "USER_ALREADY_IN_ORG"],
        cause: "Atlas says that the person is there already, and does not show them",
        remedy: "look the person up in Atlas; if nobody is there, run the same command again",
    },
    Refusal {
        codes: &["CANNOT_ADD_PENDING_USER"],
        cause: "The person has not accepted an earlier invite yet",
        remedy: "have the person accept it first, then run the same command again",
    },
    Refusal {
        codes: &["DEFAULT_INVITATION_EXCEPTION"],
        cause: "Atlas could not send the invitation",
        remedy: "check the addresses of these rows, then run the same command again",
    },
    Refusal {
        codes: &["ALREADY_EXPIRED", "CANNOT_DELETE_GROUP_INVITATION", "INVALID_INVITATION_ID"],
        cause: "The invite is not there any more",
        remedy: "look the person up in Atlas: they may have accepted",
    },
    Refusal {
        codes: &[
            "INVALID_ATTRIBUTE",
            "INVALID_JSON",
            "INVALID_JSON_ATTRIBUTE",
            "INVALID_PATH_PARAMETER",
            "INVALID_QUERY_PARAMETER",
            "MALFORMED_JSON",
            "MISSING_ATTRIBUTE",
            "MISSING_ATTRIBUTES",
            "RESOURCE_NOT_FOUND",
            "UNSUPPORTED_MEDIA_TYPE",
            "VALIDATION_ERROR",
        ],
        cause: "Atlas does not accept the invitation as it was sent",
        remedy: "correct what Atlas names in these rows; if it names nothing of theirs, this program may be too old",
    },
    Refusal {
        codes: &["INVALID_VERSION_DATE"],
        cause: "Atlas no longer understands this version of the program",
        remedy: "get the current version of this program, then run the same command again",
    },
    Refusal {
        codes: &[
            "NOT_ORG_OWNER",
            "NOT_ORG_USER_ADMIN",
            "USER_CANNOT_ACCESS_ORG",
            "USER_UNAUTHORIZED",
            "invalid_client",
            "invalid_grant",
            "invalid_request",
            "unauthorized_client",
            "unsupported_grant_type",
        ],
        cause: "Atlas does not let this program invite people",
        remedy: "check the credentials, and that they have the role Organization Owner",
    },
    Refusal {
        codes: &[
            "IP_ADDRESS_NOT_ON_ACCESS_LIST",
            "IP_ADDRESS_NOT_ON_WHITELIST",
            "ORG_REQUIRES_ACCESS_LIST",
            "ORG_REQUIRES_WHITELIST",
        ],
        cause: "Atlas does not let this machine in",
        remedy: "add this machine's address to the access list of the key or service account",
    },
    Refusal {
        codes: &["INVALID_ORG_ID", "ORG_NOT_FOUND"],
        cause: "Atlas does not know the organization",
        remedy: "check the organization's id, and that the credentials are for it",
    },
    Refusal {
        codes: &["ACCOUNT_SUSPENDED", "INACTIVE_ORG"],
        cause: "The organization's account is closed or suspended",
        remedy: "the account's owner or Atlas's support can tell why",
    },
    Refusal {
        codes: &["WRITES_NOT_ALLOWED_DURING_APP_UPGRADES"],
        cause: "Atlas was being upgraded",
        remedy: "run the same command again later",
    },
    Refusal {
        codes: &["SERVICE_UNAVAILABLE", "UNEXPECTED_ERROR"],
        cause: "Atlas had a fault of its own",
        remedy: "run the same command again later",
    },
    Refusal {
        codes: &["INVITATIONS_RATE_LIMITED_IP", "RATE_LIMITED", "RATE_LIMITED_IP", "RATE_LIMITED_TOKEN_BUCKET"],
        cause: "Atlas was asked for too much at once",
        remedy: "run the same command again later",
    },
];

/// What is known of an error code of Atlas's.
pub(super) fn refusal(code: &str) -> Option<&'static Refusal> {
    REFUSALS.iter().find(|refusal| refusal.codes.contains(&code))
}

/// What is wrong with rows that fail one of our checks, as a heading.
pub(super) fn rejection_cause(code: RejectionCode) -> &'static str {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::verdict;

    #[test]
    fn every_code_that_refuses_a_row_or_ends_a_run_has_plain_words_and_only_one() {
        for code in verdict::REFUSALS.into_iter().chain(verdict::CONDEMNING) {
            assert!(refusal(code).is_some(), "{code} has no plain words");
        }
        let mut codes: Vec<&str> = REFUSALS.iter().flat_map(|refusal| refusal.codes).copied().collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count, "a code stands twice");
    }

    #[test]
    fn plain_words_hold_no_code() {
        let ours = RejectionCode::ALL.map(rejection_cause);
        let theirs = REFUSALS.iter().flat_map(|refusal| [refusal.cause, refusal.remedy]);
        for words in ours.into_iter().chain(theirs) {
            assert!(!words.contains('_') && !words.ends_with('.'), "{words}");
        }
        for code in RejectionCode::ALL {
            assert_eq!(RejectionCode::named(code.as_str()), Some(code));
        }
    }
}
