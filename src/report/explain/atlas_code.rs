use super::Explanation;

/// Error codes of Atlas with the same explanation.
pub(super) struct Known {
    pub(super) codes: &'static [&'static str],
    pub(super) explanation: Explanation,
}

/// The codes from Atlas's documentation of error codes and from recorded answers.
pub(super) const KNOWN: [Known; 25] = [
    Known {
        codes: &["TEAM_NOT_FOUND", "TEAM_NOT_IN_ORG", "INVALID_TEAM_ID"],
        explanation: Explanation {
            heading: "The organization has no such team",
            remedy: "correct the teams of these rows",
        },
    },
    Known {
        codes: &["GROUP_NOT_FOUND", "INVALID_GROUP_ID"],
        explanation: Explanation {
            heading: "The organization has no such project",
            remedy: "correct the projects of these rows",
        },
    },
    Known {
        codes: &[
            "CANNOT_ADD_GROUP_ROLE",
            "CANNOT_ADD_ORG_ROLE",
            "INVALID_ENUM_VALUE",
            "INVALID_ROLE_FOR_GROUP",
            "INVALID_ROLE_FOR_ORG",
            "UNSUPPORTED_ROLE",
        ],
        explanation: Explanation {
            heading: "Atlas does not accept the role",
            remedy: "correct the roles of these rows",
        },
    },
    Known {
        codes: &["INVALID_EMAIL_ADDRESS", "INVALID_USERNAME"],
        explanation: Explanation {
            heading: "Atlas does not accept the email address",
            remedy: "correct the addresses of these rows",
        },
    },
    Known {
        codes: &["BLOCKED_USERNAME", "INVALID_DOMAIN_IN_USERNAME"],
        explanation: Explanation {
            heading: "Atlas does not allow this email address or its domain",
            remedy: "use other addresses for these people, or ask MongoDB support",
        },
    },
    Known {
        codes: &["DOMAIN_NOT_IN_ALLOW_LIST"],
        explanation: Explanation {
            heading: "The organization does not allow the domain of the email address",
            remedy: "ask the owner of the organization to allow the domain in its federation settings",
        },
    },
    Known {
        codes: &["USER_ORGS_RESTRICTED"],
        explanation: Explanation {
            heading: "The person's company does not let them join other organizations",
            remedy: "ask the company of these people to change its federation settings",
        },
    },
    Known {
        codes: &["MAX_USERS_PER_TEAM_EXCEEDED"],
        explanation: Explanation { heading: "The team is full", remedy: "choose another team" },
    },
    Known {
        codes: &["MAX_USERS_PER_GROUP_EXCEEDED"],
        explanation: Explanation {
            heading: "The project is full",
            remedy: "choose another project, or ask MongoDB support to raise the limit",
        },
    },
    Known {
        codes: &["MAX_USERS_PER_ORG_EXCEEDED"],
        explanation: Explanation {
            heading: "The organization is full",
            remedy: "ask MongoDB support to raise the limit (usually 500 members and pending invites), or remove people",
        },
    },
    Known {
        codes: &["MAX_ORGS_PER_USER_EXCEEDED"],
        explanation: Explanation {
            heading: "The person is in as many organizations as Atlas allows",
            remedy: "ask the person to leave an organization, or ask MongoDB support to raise the limit",
        },
    },
    Known {
        codes: &["MAX_TEAMS_PER_USER_EXCEEDED"],
        explanation: Explanation {
            heading: "The person is in as many teams as Atlas allows",
            remedy: "remove teams from these rows",
        },
    },
    Known {
        codes: &["USER_ALREADY_EXISTS", "USER_ALREADY_IN_GROUP", "USER_ALREADY_IN_ORG"],
        explanation: Explanation {
            heading: "Atlas reports that the person already exists, but does not list them",
            remedy: "check in Atlas whether the person is a member",
        },
    },
    Known {
        codes: &["CANNOT_ADD_PENDING_USER"],
        explanation: Explanation {
            heading: "The person has not accepted an earlier invite",
            remedy: "ask the person to accept the earlier invite first",
        },
    },
    Known {
        codes: &["DEFAULT_INVITATION_EXCEPTION"],
        explanation: Explanation {
            heading: "Atlas could not send the invitation",
            remedy: "correct the addresses of these rows",
        },
    },
    Known {
        codes: &["ALREADY_EXPIRED", "CANNOT_DELETE_GROUP_INVITATION", "INVALID_INVITATION_ID"],
        explanation: Explanation {
            heading: "The invite no longer exists",
            remedy: "check in Atlas whether the person has accepted",
        },
    },
    Known {
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
        explanation: Explanation {
            heading: "Atlas does not accept the invitation as it was sent",
            remedy: "correct the values that Atlas names in the details, or update this program if it names none",
        },
    },
    Known {
        codes: &["INVALID_VERSION_DATE"],
        explanation: Explanation {
            heading: "Atlas no longer supports this version of the program",
            remedy: "update this program",
        },
    },
    Known {
        codes: &[
            "NOT_ORG_OWNER",
            "NOT_ORG_USER_ADMIN",
            "USER_CANNOT_ACCESS_ORG",
            "USER_UNAUTHORIZED",
            "access_denied",
            "invalid_client",
            "invalid_grant",
            "invalid_request",
            "unauthorized_client",
            "unsupported_grant_type",
        ],
        explanation: Explanation {
            heading: "Atlas does not let this program invite people",
            remedy: "check the credentials and their role, which must be Organization Owner",
        },
    },
    Known {
        codes: &[
            "IP_ADDRESS_NOT_ON_ACCESS_LIST",
            "IP_ADDRESS_NOT_ON_WHITELIST",
            "ORG_REQUIRES_ACCESS_LIST",
            "ORG_REQUIRES_WHITELIST",
        ],
        explanation: Explanation {
            heading: "The IP address of this machine is not on the access list",
            remedy: "add the IP address of this machine to the access list of the API key or service account",
        },
    },
    Known {
        codes: &["INVALID_ORG_ID", "ORG_NOT_FOUND"],
        explanation: Explanation {
            heading: "The organization was not found",
            remedy: "check that the organization id is correct and that the credentials are for it",
        },
    },
    Known {
        codes: &["ACCOUNT_SUSPENDED", "INACTIVE_ORG"],
        explanation: Explanation {
            heading: "The organization's account is closed or suspended",
            remedy: "ask the owner of the account or MongoDB support",
        },
    },
    Known {
        codes: &["WRITES_NOT_ALLOWED_DURING_APP_UPGRADES"],
        explanation: Explanation { heading: "Atlas was being upgraded", remedy: "try again later" },
    },
    Known {
        codes: &["DEFAULT_CONFIG_LIMIT_EXCEPTION", "SERVICE_UNAVAILABLE", "UNEXPECTED_ERROR"],
        explanation: Explanation { heading: "Atlas had an internal error", remedy: "try again later" },
    },
    Known {
        codes: &["INVITATIONS_RATE_LIMITED_IP", "RATE_LIMITED", "RATE_LIMITED_IP", "RATE_LIMITED_TOKEN_BUCKET"],
        explanation: Explanation { heading: "The rate limit of Atlas was exceeded", remedy: "try again later" },
    },
];

/// Returns the explanation of an error code of Atlas, if it is known.
pub(super) fn explanation(code: &str) -> Option<Explanation> {
    KNOWN.iter().find(|known| known.codes.contains(&code)).map(|known| known.explanation)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::verdict;

    #[test]
    fn every_code_of_the_verdicts_is_explained_once() {
        for code in verdict::REFUSALS.into_iter().chain(verdict::BLOCKING) {
            assert!(explanation(code).is_some(), "{code} has no explanation");
        }
        let mut codes: Vec<&str> = KNOWN.iter().flat_map(|known| known.codes).copied().collect();
        let count = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), count, "a code is listed twice");
    }

    #[test]
    fn explanations_contain_no_code() {
        for Explanation { heading, remedy } in KNOWN.iter().map(|known| known.explanation) {
            for text in [heading, remedy] {
                assert!(!text.contains('_') && !text.ends_with('.'), "{text}");
            }
        }
    }
}
