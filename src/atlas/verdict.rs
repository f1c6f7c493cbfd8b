//! Judges answers; it neither sleeps nor sends.
//!
//! [`judge`] is the table of what an answer to an invitation, or to its cancellation, means, [`judge_look_up`] the smaller
//! one for questions.

use crate::atlas::api::{Answer, Body, Created, Lost, Response};
use crate::model::reason::{Blocked, BlockedReason};

/// What an answer to an invitation, or to its cancellation, means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The invite exists and is ours.
    Created(Created),
    /// The invite is cancelled.
    Revoked,
    /// Nothing was processed: again, after a delay.
    NotSent(String),
    /// Nothing was processed and everybody has to wait: again, and this was no attempt.
    NotProcessed(Busy),
    /// Perhaps processed: ask, and send again only if nobody is there.
    InDoubt(Doubt),
    /// Someone may be there already: ask.
    PerhapsThere,
    /// The row's team or project is missing, or the organization is.
    SomethingMissing,
    /// The credential was refused; it may have lapsed.
    Unauthorized(Blocked),
    /// Refused for good, for a reason of this row.
    Refused,
    /// No row of the organization can succeed.
    Blocked(Blocked),
}

/// Why the server processes nothing just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Busy {
    /// A rate limit; the limiter learns from the answer itself.
    RateLimited,
    /// Atlas takes no writes while it is upgraded.
    Maintenance,
}

/// How an answer leaves open whether the invite exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The server answered, so it has finished with the request.
    Answered,
    /// No whole answer came, or one that only says that somebody gave up waiting: the request may still be running, so
    /// asking waits for the settling delay.
    MayStillRun,
}

/// What an answer to a question means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LookUp {
    /// The answer holds what was asked for.
    Found,
    /// Ask again, after a delay.
    Again(String),
    /// Ask again; this was no attempt.
    NotProcessed(Busy),
    /// The credential was refused; it may have lapsed.
    Unauthorized(Blocked),
    /// The organization cannot be read (a missing role, a missing organization).
    Denied(Blocked),
}

/// The 400s that are about this row and certainly not about somebody being there already.
///
/// From Atlas's documentation of error codes. A 400 that is not listed is settled by asking, so a code that is missing
/// here costs one look-up and nothing else.
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

/// The 400s after which no row can succeed: the organization is full or closed, or the token endpoint wants no more of
/// our service account (the codes of RFC 6749, 5.2).
pub(crate) const BLOCKING: [&str; 7] = [
    "INACTIVE_ORG",
    "MAX_USERS_PER_ORG_EXCEEDED",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "unauthorized_client",
    "unsupported_grant_type",
];

impl Verdict {
    /// Its name, for traces.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Verdict::Created(_) => "created",
            Verdict::Revoked => "revoked",
            Verdict::NotSent(_) => "not sent",
            Verdict::NotProcessed(Busy::RateLimited) => "rate limited",
            Verdict::NotProcessed(Busy::Maintenance) => "maintenance",
            Verdict::InDoubt(Doubt::Answered) => "in doubt",
            Verdict::InDoubt(Doubt::MayStillRun) => "may still run",
            Verdict::PerhapsThere => "perhaps there",
            Verdict::SomethingMissing => "something missing",
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
            Lost::Timeout | Lost::Reset | Lost::CutOff => Verdict::InDoubt(Doubt::MayStillRun),
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
            Body::Created(created) => Verdict::Created(created.clone()),
            Body::Revoked => Verdict::Revoked,
            Body::Invites(_)
            | Body::People(_)
            | Body::Named(_)
            | Body::Organization(_)
            | Body::Limits(_)
            | Body::Error(_)
            | Body::Unreadable(_) => Verdict::InDoubt(Doubt::Answered),
        },
        401 => Verdict::Unauthorized(blocked(response)),
        402 | 405 | 406 | 407 | 410 => Verdict::Blocked(blocked(response)),
        403 if code == "USER_ORGS_RESTRICTED" => Verdict::Refused,
        403 => Verdict::Blocked(blocked(response)),
        404 => Verdict::SomethingMissing,
        400 if BLOCKING.contains(&code) => Verdict::Blocked(blocked(response)),
        400 if REFUSALS.contains(&code) => Verdict::Refused,
        400 | 409 => Verdict::PerhapsThere,
        // Whoever gave up waiting here was not the one who processes: that may go on.
        408 | 504 => Verdict::InDoubt(Doubt::MayStillRun),
        411..=499 => Verdict::Refused,
        500.. => Verdict::InDoubt(Doubt::Answered),
        0..=199 | 300..=399 => Verdict::Blocked(blocked(response)),
    }
}

/// Judges the answer to a question (a look-up or a request before the first invite).
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
            Body::Error(_) | Body::Unreadable(_) => LookUp::Again(response.describe()),
        },
        401 => LookUp::Unauthorized(blocked(response)),
        400 | 408 | 409 | 411..=499 | 500.. => LookUp::Again(response.describe()),
        0..=199 | 300..=399 | 402..=407 | 410 => LookUp::Denied(blocked(response)),
    }
}

/// Returns why the organization accepts no requests, from an answer that says so.
///
/// The codes are those of Atlas's documentation and of RFC 6749, 5.2, for the token endpoint. They come before the status.
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

/// Whether the answer says that nothing was processed because of a limit or an upgrade.
///
/// Atlas's invitation limiter answers 400, so the code decides before the status does.
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
mod tests {
    use super::*;
    use crate::atlas::api::{ApiError, NoAnswer, NotSent};
    use crate::model::reason::NetworkFault;

    fn response(status: u16, body: Body) -> Answer {
        Answer::Response(Box::new(Response {
            status,
            body,
            retry_after: None,
            date: None,
            limit: None,
            remaining: None,
        }))
    }

    fn error(status: u16, code: &str) -> Answer {
        let detail = Some("said so".to_owned());
        response(status, Body::Error(ApiError { code: Some(code.to_owned()).filter(|code| !code.is_empty()), detail }))
    }

    fn created() -> Created {
        Created { id: "32b6e34b3d91647abb20e7b8".to_owned(), expires_at: None }
    }

    #[test]
    fn an_answer_is_judged_by_its_status_and_only_then_by_its_code() {
        let html = || Body::Unreadable("an HTML page".to_owned());
        let table = [
            (response(200, Body::Created(created())), "created"),
            (response(201, Body::Created(created())), "created"),
            (response(200, html()), "in doubt"),
            (response(204, html()), "in doubt"),
            (error(429, "RATE_LIMITED_TOKEN_BUCKET"), "rate limited"),
            (response(429, html()), "rate limited"),
            (error(400, "INVITATIONS_RATE_LIMITED_IP"), "rate limited"),
            (error(400, "RATE_LIMITED_IP"), "rate limited"),
            (error(503, "RATE_LIMITED"), "rate limited"),
            (error(405, "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES"), "maintenance"),
            (error(405, ""), "blocked"),
            (error(408, ""), "may still run"),
            (error(500, "UNEXPECTED_ERROR"), "in doubt"),
            (response(502, html()), "in doubt"),
            (response(503, html()), "in doubt"),
            (error(504, ""), "may still run"),
            (error(599, ""), "in doubt"),
            (error(409, "ANY_NAME_AT_ALL"), "perhaps there"),
            (error(400, "ANY_NAME_AT_ALL"), "perhaps there"),
            (response(400, html()), "perhaps there"),
            (error(400, "INVALID_ENUM_VALUE"), "refused"),
            (error(400, "INVALID_EMAIL_ADDRESS"), "refused"),
            (error(400, "MAX_USERS_PER_ORG_EXCEEDED"), "blocked"),
            (error(400, "invalid_client"), "blocked"),
            (error(401, "UNEXPECTED_ERROR"), "unauthorized"),
            (error(402, "ACCOUNT_SUSPENDED"), "blocked"),
            (error(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"), "blocked"),
            (response(403, html()), "blocked"),
            (error(403, "USER_ORGS_RESTRICTED"), "refused"),
            (error(404, "TEAM_NOT_FOUND"), "something missing"),
            (error(404, "ORG_NOT_FOUND"), "something missing"),
            (error(422, "ANY"), "refused"),
            (response(302, html()), "blocked"),
            (error(406, "INVALID_VERSION_DATE"), "blocked"),
            (error(407, ""), "blocked"),
            (error(410, ""), "blocked"),
            (
                Answer::NotSent(NotSent {
                    fault: NetworkFault::Connection,
                    detail: "no route".into(),
                    retry_after: None,
                    lasting: false,
                }),
                "not sent",
            ),
            (Answer::NoAnswer(NoAnswer { lost: Lost::Timeout, detail: "30 s".into() }), "may still run"),
            (Answer::NoAnswer(NoAnswer { lost: Lost::Reset, detail: "reset".into() }), "may still run"),
            (Answer::NoAnswer(NoAnswer { lost: Lost::CutOff, detail: "cut".into() }), "may still run"),
        ];
        for (answer, expected) in table {
            assert_eq!(judge(&answer).name(), expected, "{answer:?}");
        }
    }

    #[test]
    fn every_status_from_100_to_599_has_a_verdict_and_only_a_2xx_is_created() {
        for status in 100..=599 {
            let verdict = judge(&response(status, Body::Created(created())));
            assert_eq!(matches!(verdict, Verdict::Created(_)), (200..=299).contains(&status), "{status}");
        }
    }

    #[test]
    fn a_question_is_asked_again_only_where_asking_again_can_help() {
        let table = [
            (response(200, Body::Invites(Vec::new())), "told"),
            (response(200, Body::Unreadable("an HTML page".into())), "again"),
            (error(503, ""), "again"),
            (error(429, "RATE_LIMITED"), "busy"),
            (error(401, ""), "unauthorized"),
            (error(400, "INVALID_QUERY_PARAMETER"), "again"),
            (error(404, "ORG_NOT_FOUND"), "denied"),
            (error(403, ""), "denied"),
            (Answer::NoAnswer(NoAnswer { lost: Lost::Timeout, detail: String::new() }), "again"),
            (
                Answer::NotSent(NotSent {
                    fault: NetworkFault::Connection,
                    detail: String::new(),
                    retry_after: None,
                    lasting: false,
                }),
                "again",
            ),
        ];
        for (answer, expected) in table {
            let verdict = match judge_look_up(&answer) {
                LookUp::Found => "told",
                LookUp::Again(_) => "again",
                LookUp::NotProcessed(_) => "busy",
                LookUp::Unauthorized(_) => "unauthorized",
                LookUp::Denied(_) => "denied",
            };
            assert_eq!(verdict, expected, "{answer:?}");
        }
    }
}
