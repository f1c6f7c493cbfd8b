use super::*;
use crate::atlas::api::{NoAnswer, NotSent};
use crate::model::reason::NetworkFault;

fn response(status: u16, body: Body) -> Answer {
    Answer::Response(Box::new(Response { status, body, retry_after: None, date: None, limit: None, remaining: None }))
}

fn error(status: u16, code: &str) -> Answer {
    let detail = Some("a reason".to_owned());
    response(status, Body::Error(ApiError { code: Some(code.to_owned()).filter(|code| !code.is_empty()), detail }))
}

fn refused(status: u16, detail: &str) -> Answer {
    response(status, Body::Error(ApiError { code: None, detail: Some(detail.to_owned()) }))
}

fn created() -> Created {
    Created {
        id: "32b6e34b3d91647abb20e7b8".to_owned(),
        expires_at: None,
        invited_by: None,
        for_another: None,
        missing: None,
    }
}

#[test]
fn an_answer_is_judged_by_its_status_and_its_code() {
    let html = || Body::Page("an HTML page".to_owned());
    let other_json = || Body::Unreadable("no id".to_owned());
    let for_another = || Created { for_another: Some("bob@example.com".to_owned()), ..created() };
    let table = [
        (response(200, Body::Created(created())), "created"),
        (response(201, Body::Created(created())), "created"),
        (response(201, Body::Created(for_another())), "created for another address"),
        (response(200, html()), "in doubt"),
        (response(204, html()), "in doubt"),
        (response(200, other_json()), "in doubt"),
        (error(429, "RATE_LIMITED_TOKEN_BUCKET"), "rate limited"),
        (response(429, html()), "rate limited"),
        (error(400, "INVITATIONS_RATE_LIMITED_IP"), "rate limited"),
        (error(400, "RATE_LIMITED_IP"), "rate limited"),
        (error(503, "RATE_LIMITED"), "rate limited"),
        (error(405, "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES"), "maintenance"),
        (error(405, ""), "blocked"),
        (error(408, ""), "in doubt"),
        (error(500, "UNEXPECTED_ERROR"), "in doubt"),
        (response(502, html()), "in doubt"),
        (response(503, html()), "in doubt"),
        (error(504, ""), "in doubt"),
        (error(599, ""), "in doubt"),
        (error(409, "ANY_NAME_AT_ALL"), "already exists"),
        (error(400, "ANY_NAME_AT_ALL"), "may already exist"),
        (response(400, other_json()), "may already exist"),
        (response(400, html()), "in doubt"),
        (response(404, html()), "in doubt"),
        (response(409, html()), "in doubt"),
        (response(413, html()), "in doubt"),
        (error(400, "DEFAULT_CONFIG_LIMIT_EXCEPTION"), "try again"),
        (refused(400, "Something went wrong. Please try again later."), "try again"),
        (refused(404, "TRY AGAIN"), "try again"),
        (refused(409, "Try again."), "try again"),
        (error(400, "INVALID_ENUM_VALUE"), "refused"),
        (error(400, "INVALID_EMAIL_ADDRESS"), "refused"),
        (error(400, "MAX_USERS_PER_ORG_EXCEEDED"), "blocked"),
        (error(400, "invalid_client"), "blocked"),
        (error(401, "UNEXPECTED_ERROR"), "unauthorized"),
        (error(402, "ACCOUNT_SUSPENDED"), "blocked"),
        (error(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"), "blocked"),
        (error(403, "USER_UNAUTHORIZED"), "blocked"),
        (error(403, "access_denied"), "blocked"),
        (error(403, "ANY_NAME_AT_ALL"), "row or organization"),
        (response(403, html()), "row or organization"),
        (error(403, "USER_ORGS_RESTRICTED"), "refused"),
        (error(404, "TEAM_NOT_FOUND"), "row or organization"),
        (error(404, "ORG_NOT_FOUND"), "row or organization"),
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
        (Answer::NoAnswer(NoAnswer { lost: Lost::Timeout, detail: "30 s".into() }), "in doubt"),
        (Answer::NoAnswer(NoAnswer { lost: Lost::Reset, detail: "reset".into() }), "in doubt"),
        (Answer::NoAnswer(NoAnswer { lost: Lost::CutOff, detail: "cut".into() }), "in doubt"),
    ];
    for (answer, expected) in table {
        assert_eq!(judge(&answer).name(), expected, "{answer:?}");
    }
}

#[test]
fn only_a_2xx_means_created() {
    for status in 100..=599 {
        let verdict = judge(&response(status, Body::Created(created())));
        assert_eq!(matches!(verdict, Verdict::Created(_)), (200..=299).contains(&status), "{status}");
    }
}

#[test]
fn a_look_up_is_retried_only_if_that_can_help() {
    let table = [
        (response(200, Body::Invites(Vec::new())), "found"),
        (response(200, Body::Unreadable("an HTML page".into())), "again"),
        (error(503, ""), "again"),
        (error(429, "RATE_LIMITED"), "busy"),
        (error(401, ""), "unauthorized"),
        (error(400, "INVALID_QUERY_PARAMETER"), "again"),
        (error(400, "invalid_client"), "denied"),
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
            LookUp::Found => "found",
            LookUp::Again(_) => "again",
            LookUp::NotProcessed(_) => "busy",
            LookUp::Unauthorized(_) => "unauthorized",
            LookUp::Denied(_) => "denied",
        };
        assert_eq!(verdict, expected, "{answer:?}");
    }
}
