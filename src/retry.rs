//! Judges answers and yields delays; it neither sleeps nor sends.
//!
//! [`judge`] is the table of what an answer to an invitation, or to its cancellation, means, [`judge_look_up`] the smaller
//! one for questions.
//! [`Policy`] says how long to wait before the next attempt. This is the only file that names the `backoff` crate,
//! which is unmaintained (RUSTSEC-2025-0012): only its schedule is used.

use std::sync::Mutex;
use std::time::Duration;

use backoff::ExponentialBackoff;
use backoff::backoff::Backoff;

use crate::exchange::{Answer, Body, Created, Lost, Response};

/// What an answer to an invitation, or to its cancellation, means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
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
    Unauthorized,
    /// Refused for good, for a reason of this row.
    Refused,
    /// No row can succeed; in words.
    Condemned(String),
}

/// Why the server processes nothing just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Busy {
    /// A rate limit; the limiter learns from the answer itself.
    RateLimited,
    /// Atlas takes no writes while it is upgraded.
    Maintenance,
}

/// How an answer leaves open whether the invite exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The server answered, so it has finished with the request.
    Answered,
    /// No whole answer came, or one that only says that somebody gave up waiting: the request may still be running, so
    /// asking waits for the settling delay.
    MayStillRun,
}

/// What an answer to a question means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookUp {
    /// The answer holds what was asked for.
    Told,
    /// Ask again, after a delay.
    Again(String),
    /// Ask again; this was no attempt.
    NotProcessed(Busy),
    /// The credential was refused; it may have lapsed.
    Unauthorized,
    /// This question has no answer here (a missing role, a missing organization).
    Denied(String),
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
pub(crate) const CONDEMNING: [&str; 7] = [
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
    pub fn name(&self) -> &'static str {
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
            Verdict::Unauthorized => "unauthorized",
            Verdict::Refused => "refused",
            Verdict::Condemned(_) => "condemned",
        }
    }
}

/// Judges the answer to an invitation or to its cancellation.
pub fn judge(answer: &Answer) -> Verdict {
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
        401 => Verdict::Unauthorized,
        402 | 405 | 406 | 407 | 410 => Verdict::Condemned(describe(response)),
        403 if code == "USER_ORGS_RESTRICTED" => Verdict::Refused,
        403 => Verdict::Condemned(describe(response)),
        404 => Verdict::SomethingMissing,
        400 if CONDEMNING.contains(&code) => Verdict::Condemned(describe(response)),
        400 if REFUSALS.contains(&code) => Verdict::Refused,
        400 | 409 => Verdict::PerhapsThere,
        // Whoever gave up waiting here was not the one who processes: that may go on.
        408 | 504 => Verdict::InDoubt(Doubt::MayStillRun),
        411..=499 => Verdict::Refused,
        500.. => Verdict::InDoubt(Doubt::Answered),
        0..=199 | 300..=399 => Verdict::Condemned(describe(response)),
    }
}

/// Judges the answer to a question (a look-up or a request before the first invite).
pub fn judge_look_up(answer: &Answer) -> LookUp {
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
            | Body::Limits(_) => LookUp::Told,
            Body::Error(_) | Body::Unreadable(_) => LookUp::Again(describe(response)),
        },
        401 => LookUp::Unauthorized,
        400 | 408 | 409 | 411..=499 | 500.. => LookUp::Again(describe(response)),
        0..=199 | 300..=399 | 402..=407 | 410 => LookUp::Denied(describe(response)),
    }
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

/// An answer in words: the status, Atlas's code and what it said.
pub fn describe(response: &Response) -> String {
    let mut text = format!("HTTP {}", response.status);
    let (code, detail) = match &response.body {
        Body::Error(error) => (error.code.as_deref(), error.detail.as_deref()),
        Body::Unreadable(text) => (None, Some(text.as_str())),
        Body::Created(_)
        | Body::Revoked
        | Body::Invites(_)
        | Body::People(_)
        | Body::Named(_)
        | Body::Organization(_)
        | Body::Limits(_) => (None, None),
    };
    if let Some(code) = code {
        text.push(' ');
        text.push_str(code);
    }
    if let Some(detail) = detail {
        text.push_str(": ");
        text.push_str(detail);
    }
    text
}

/// When to give up on a row and how long to wait before trying again.
#[derive(Debug)]
pub struct Policy {
    max_attempts: u32,
    first: Duration,
    cap: Duration,
    jitter: Mutex<fastrand::Rng>,
}

impl Policy {
    /// At most `max_attempts` requests for a row (the first included, at least 1), with delays of up to 1 s, 2 s, 4 s ...
    /// 30 s between them, drawn by a generator that starts from `seed`.
    pub fn new(max_attempts: u32, seed: u64) -> Self {
        Self {
            max_attempts: max_attempts.max(1),
            first: Duration::from_secs(1),
            cap: Duration::from_secs(30),
            jitter: Mutex::new(fastrand::Rng::with_seed(seed)),
        }
    }

    /// Requests that a row may cost.
    pub fn max_attempts(&self) -> u32 {
        self.max_attempts
    }

    /// The delays for one row.
    pub fn delays(&self) -> Delays<'_> {
        let schedule = ExponentialBackoff {
            current_interval: self.first,
            initial_interval: self.first,
            randomization_factor: 0.0,
            multiplier: 2.0,
            max_interval: self.cap,
            max_elapsed_time: None,
            ..ExponentialBackoff::default()
        };
        Delays { schedule, policy: self }
    }
}

/// Growing delays with full jitter: each is drawn between nothing and the schedule's next step.
pub struct Delays<'a> {
    schedule: ExponentialBackoff,
    policy: &'a Policy,
}

impl Delays<'_> {
    /// The next delay, never less than what the server asked for.
    pub fn next(&mut self, retry_after: Option<Duration>) -> Duration {
        let step = self.schedule.next_backoff().unwrap_or(self.policy.cap);
        let share = self.policy.jitter.lock().map_or(1.0, |mut jitter| jitter.f64());
        step.mul_f64(share).max(retry_after.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{ApiError, NoAnswer, NotSent};

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
            (error(405, ""), "condemned"),
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
            (error(400, "MAX_USERS_PER_ORG_EXCEEDED"), "condemned"),
            (error(400, "invalid_client"), "condemned"),
            (error(401, "UNEXPECTED_ERROR"), "unauthorized"),
            (error(402, "ACCOUNT_SUSPENDED"), "condemned"),
            (error(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST"), "condemned"),
            (response(403, html()), "condemned"),
            (error(403, "USER_ORGS_RESTRICTED"), "refused"),
            (error(404, "TEAM_NOT_FOUND"), "something missing"),
            (error(404, "ORG_NOT_FOUND"), "something missing"),
            (error(422, "ANY"), "refused"),
            (response(302, html()), "condemned"),
            (error(406, "INVALID_VERSION_DATE"), "condemned"),
            (error(407, ""), "condemned"),
            (error(410, ""), "condemned"),
            (Answer::NotSent(NotSent { detail: "no route".into(), retry_after: None, lasting: false }), "not sent"),
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
            (Answer::NotSent(NotSent { detail: String::new(), retry_after: None, lasting: false }), "again"),
        ];
        for (answer, expected) in table {
            let verdict = match judge_look_up(&answer) {
                LookUp::Told => "told",
                LookUp::Again(_) => "again",
                LookUp::NotProcessed(_) => "busy",
                LookUp::Unauthorized => "unauthorized",
                LookUp::Denied(_) => "denied",
            };
            assert_eq!(verdict, expected, "{answer:?}");
        }
    }

    #[test]
    fn delays_grow_up_to_the_cap_and_are_drawn_from_the_whole_range() {
        let policy = Policy::new(5, 7);
        let steps = [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0];
        let mut shortest = 1.0_f64;
        let mut longest = 0.0_f64;
        for _ in 0..200 {
            let mut delays = policy.delays();
            for step in steps {
                let share = delays.next(None).as_secs_f64() / step;
                assert!((0.0..=1.0).contains(&share), "{share} of {step} s");
                (shortest, longest) = (shortest.min(share), longest.max(share));
            }
        }
        assert!(shortest < 0.1 && longest > 0.9, "full jitter uses the whole range: {shortest} to {longest}");
    }

    #[test]
    fn retry_after_is_a_floor() {
        let policy = Policy::new(5, 7);
        assert_eq!(policy.delays().next(Some(Duration::from_secs(90))), Duration::from_secs(90));
    }

    #[test]
    fn the_same_seed_draws_the_same_delays() {
        let draw = |seed| -> Vec<Duration> {
            let policy = Policy::new(5, seed);
            let mut delays = policy.delays();
            (0..6).map(|_| delays.next(None)).collect()
        };
        assert_eq!(draw(3), draw(3));
        assert_ne!(draw(3), draw(4));
    }
}
