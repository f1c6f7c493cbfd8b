//! Judges what answers mean; it does not wait or send.
//!
//! [`judge`] is the table for answers to an invitation or its cancellation, [`judge_look_up`] the smaller one for
//! requests that only read.

use crate::atlas::api::{Answer, ApiError, Body, Created, Lost, Response};
use crate::model::reason::{Blocked, BlockedReason};

/// The meaning of an answer to an invitation or to its cancellation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The request created the invite.
    Created(Created),
    /// The invite is cancelled.
    Revoked,
    /// Nothing was processed: retry after a delay.
    NotSent(String),
    /// Nothing was processed and all requests have to wait: retry without counting an attempt.
    NotProcessed(Busy),
    /// Nothing was processed, as far as the answer shows: look the person up after a delay, and retry if the person is
    /// absent.
    TryAgain,
    /// The request may still be running: wait for the settling delay, look the person up, and retry only if the person
    /// is absent.
    InDoubt,
    /// The request created an invite for this other address.
    CreatedForAnother(String),
    /// The person is pending or a member: look the person up until that shows.
    Conflict,
    /// The person may be pending or a member: look the person up.
    PerhapsThere,
    /// The row is not allowed, or its team, its project or the organization does not exist: read the organization.
    RowOrOrganization,
    /// The credential was rejected; it may have expired.
    Unauthorized(Blocked),
    /// The request was rejected permanently, for a reason that concerns this row only.
    Refused,
    /// No row of the organization can succeed.
    Blocked(Blocked),
}

/// A reason why the server processes no requests for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Busy {
    /// A rate limit; the limiter learns from the answer itself.
    RateLimited,
    /// Atlas accepts no writes during an upgrade.
    Maintenance,
}

/// The meaning of an answer to a request that only reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LookUp {
    /// The answer contains what was requested.
    Found,
    /// Retry after a delay.
    Again(String),
    /// Retry without counting an attempt.
    NotProcessed(Busy),
    /// The credential was rejected; it may have expired.
    Unauthorized(Blocked),
    /// The organization cannot be read, because it or a role is missing.
    Denied(Blocked),
}

/// Codes of a 400 that concern this row only, and cannot mean that the person is already pending or a member.
///
/// From Atlas's documentation of error codes. Any other 400 leads to a look-up, so a code that is missing here only
/// costs a request.
pub(crate) const REFUSALS: [&str; 20] = [
    "BLOCKED_USERNAME",
    "CANNOT_ADD_GROUP_ROLE",
    "CANNOT_ADD_ORG_ROLE",
    "DOMAIN_NOT_IN_ALLOW_LIST",
    "INVALID_ATTRIBUTE",
    "INVALID_DOMAIN_IN_USERNAME",
    "INVALID_EMAIL_ADDRESS",
    "INVALID_ENUM_VALUE",
    "INVALID_JSON",
    "INVALID_JSON_ATTRIBUTE",
    "INVALID_ROLE_FOR_GROUP",
    "INVALID_ROLE_FOR_ORG",
    "INVALID_USERNAME",
    "MALFORMED_JSON",
    "MAX_ORGS_PER_USER_EXCEEDED",
    "MAX_TEAMS_PER_USER_EXCEEDED",
    "MAX_USERS_PER_TEAM_EXCEEDED",
    "MISSING_ATTRIBUTE",
    "MISSING_ATTRIBUTES",
    "UNSUPPORTED_ROLE",
];

/// Codes of a 400 or 403 after which no row can succeed: the organization is full or inactive, the credential lacks a
/// role, this machine is not on the access list, or the token endpoint rejected the service account (RFC 6749, 5.2).
pub(crate) const BLOCKING: [&str; 16] = [
    "INACTIVE_ORG",
    "IP_ADDRESS_NOT_ON_ACCESS_LIST",
    "IP_ADDRESS_NOT_ON_WHITELIST",
    "MAX_USERS_PER_ORG_EXCEEDED",
    "NOT_ORG_OWNER",
    "NOT_ORG_USER_ADMIN",
    "ORG_REQUIRES_ACCESS_LIST",
    "ORG_REQUIRES_WHITELIST",
    "USER_CANNOT_ACCESS_ORG",
    "USER_UNAUTHORIZED",
    "access_denied",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "unauthorized_client",
    "unsupported_grant_type",
];

impl Verdict {
    /// Returns the name for logs.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Verdict::Created(_) => "created",
            Verdict::Revoked => "revoked",
            Verdict::NotSent(_) => "not sent",
            Verdict::NotProcessed(Busy::RateLimited) => "rate limited",
            Verdict::NotProcessed(Busy::Maintenance) => "maintenance",
            Verdict::TryAgain => "try again",
            Verdict::InDoubt => "in doubt",
            Verdict::CreatedForAnother(_) => "created for another address",
            Verdict::Conflict => "already exists",
            Verdict::PerhapsThere => "may already exist",
            Verdict::RowOrOrganization => "row or organization",
            Verdict::Unauthorized(_) => "unauthorized",
            Verdict::Refused => "refused",
            Verdict::Blocked(_) => "blocked",
        }
    }
}

/// Judges the answer to an invitation or to its cancellation.
pub(crate) fn judge(answer: &Answer) -> Verdict {
    match answer {
        Answer::NotSent(not_sent) => Verdict::NotSent(not_sent.detail.clone()),
        Answer::NoAnswer(no_answer) => match no_answer.lost {
            Lost::Timeout | Lost::Reset | Lost::CutOff => Verdict::InDoubt,
        },
        Answer::Response(response) => judge_response(response),
    }
}

fn judge_response(response: &Response) -> Verdict {
    if let Some(busy) = busy(response) {
        return Verdict::NotProcessed(busy);
    }
    let code = response.error_code().unwrap_or_default();
    match response.status {
        200..=299 => match &response.body {
            Body::Created(Created { for_another: Some(address), .. }) => Verdict::CreatedForAnother(address.clone()),
            Body::Created(created) => Verdict::Created(created.clone()),
            Body::Revoked => Verdict::Revoked,
            Body::Invites(_)
            | Body::People(_)
            | Body::Named(_)
            | Body::Organization(_)
            | Body::Limits(_)
            | Body::Error(_)
            | Body::Page(_)
            | Body::Unreadable(_) => Verdict::InDoubt,
        },
        401 => Verdict::Unauthorized(blocked(response)),
        402 | 405 | 406 | 407 | 410 => Verdict::Blocked(blocked(response)),
        400 | 403 if BLOCKING.contains(&code) => Verdict::Blocked(blocked(response)),
        403 if code == "USER_ORGS_RESTRICTED" => Verdict::Refused,
        403 => Verdict::RowOrOrganization,
        // A gateway or load balancer answered; the server behind it may still be processing the request.
        408 | 500.. => Verdict::InDoubt,
        400..=499 if matches!(response.body, Body::Page(_)) => Verdict::InDoubt,
        400..=499 if is_temporary(response) => Verdict::TryAgain,
        404 => Verdict::RowOrOrganization,
        409 => Verdict::Conflict,
        400 if REFUSALS.contains(&code) => Verdict::Refused,
        400 => Verdict::PerhapsThere,
        411..=499 => Verdict::Refused,
        0..=199 | 300..=399 => Verdict::Blocked(blocked(response)),
    }
}

/// Returns whether Atlas reports a failure that a later attempt may not have.
///
/// The code is from Atlas's documentation of error codes. Other such failures are known by their text alone.
fn is_temporary(response: &Response) -> bool {
    let Some(ApiError { code, detail }) = response.error() else { return false };
    let asks = |detail: &str| detail.to_ascii_lowercase().contains("try again");
    code.as_deref() == Some("DEFAULT_CONFIG_LIMIT_EXCEPTION") || detail.as_deref().is_some_and(asks)
}

/// Judges the answer to a request that only reads: a look-up, or a request before the first invitation.
pub(crate) fn judge_look_up(answer: &Answer) -> LookUp {
    let response = match answer {
        Answer::NotSent(not_sent) => return LookUp::Again(not_sent.detail.clone()),
        Answer::NoAnswer(no_answer) => return LookUp::Again(no_answer.detail.clone()),
        Answer::Response(response) => response,
    };
    if let Some(busy) = busy(response) {
        return LookUp::NotProcessed(busy);
    }
    match response.status {
        200..=299 => match &response.body {
            Body::Created(_)
            | Body::Revoked
            | Body::Invites(_)
            | Body::People(_)
            | Body::Named(_)
            | Body::Organization(_)
            | Body::Limits(_) => LookUp::Found,
            Body::Error(_) | Body::Page(_) | Body::Unreadable(_) => LookUp::Again(response.describe()),
        },
        401 => LookUp::Unauthorized(blocked(response)),
        400 if BLOCKING.contains(&response.error_code().unwrap_or_default()) => LookUp::Denied(blocked(response)),
        400 | 408 | 409 | 411..=499 | 500.. => LookUp::Again(response.describe()),
        0..=199 | 300..=399 | 402..=407 | 410 => LookUp::Denied(blocked(response)),
    }
}

/// Returns the reason why the organization accepts no requests, from an answer that shows it.
///
/// The codes are those of Atlas's documentation and, for the token endpoint, of RFC 6749, 5.2. They take precedence
/// over the status.
pub(crate) fn blocked(response: &Response) -> Blocked {
    let reason = match response.error_code().unwrap_or_default() {
        "IP_ADDRESS_NOT_ON_ACCESS_LIST"
        | "IP_ADDRESS_NOT_ON_WHITELIST"
        | "ORG_REQUIRES_ACCESS_LIST"
        | "ORG_REQUIRES_WHITELIST" => BlockedReason::AccessList,
        "MAX_USERS_PER_ORG_EXCEEDED" => BlockedReason::Full,
        "ACCOUNT_SUSPENDED" => BlockedReason::Suspended,
        "INACTIVE_ORG" => BlockedReason::Inactive,
        "ORG_NOT_FOUND" | "INVALID_ORG_ID" => BlockedReason::NotFound,
        "INVALID_VERSION_DATE" => BlockedReason::EndpointGone,
        "invalid_client" | "invalid_grant" | "invalid_request" | "unauthorized_client" | "unsupported_grant_type" => {
            BlockedReason::Unauthorized
        }
        _ => match response.status {
            401 => BlockedReason::Unauthorized,
            402 => BlockedReason::Suspended,
            403 => BlockedReason::Forbidden,
            404 => BlockedReason::NotFound,
            405 | 406 | 410 => BlockedReason::EndpointGone,
            407 => BlockedReason::Proxy,
            0..=400 | 408 | 409 | 411.. => BlockedReason::UnexpectedAnswer,
        },
    };
    Blocked::new(reason, response.describe())
}

/// Returns why nothing was processed, if the reason is a rate limit or an upgrade.
///
/// Atlas's limiter of invitations answers with status 400, so the code is checked too.
pub(crate) fn busy(response: &Response) -> Option<Busy> {
    let code = response.error_code().unwrap_or_default();
    let refused = response.status >= 400;
    if response.status == 429 || (refused && code.contains("RATE_LIMITED")) {
        Some(Busy::RateLimited)
    } else if response.status == 405 && code == "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES" {
        Some(Busy::Maintenance)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
