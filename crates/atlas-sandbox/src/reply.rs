//! Answers on their way to the client, changed by faults.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};

use crate::answer::{self, Style};
use crate::fault::kind::{FaultKind, RetryAfter};
use crate::problem::Problem;

/// An answer, and the part of it that arrives.
#[derive(Debug)]
pub struct Reply {
    /// The answer.
    pub response: Response<Bytes>,
    /// The part that arrives.
    pub delivery: Delivery,
}

/// The part of an answer that arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// All of it.
    Whole,
    /// The head and a part of the body; then the connection ends.
    CutOff,
    /// Nothing: the connection is reset.
    Reset,
}

/// What a fault's answer needs from the request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'r> {
    pub(crate) path: &'r str,
    pub(crate) authorization: &'r str,
    pub(crate) style: Style,
}

/// Returns the answer that a fault gives in place of the organization's, if it gives one.
pub(crate) fn substitute(fault: &FaultKind, asked: Asked<'_>, now: Timestamp) -> Option<Response<Bytes>> {
    let answer = match fault {
        FaultKind::Status { status, code, retry_after, .. } => {
            let mut response = answer::error(&problem(*status, code.as_deref()), asked.style);
            if let Some(value) = retry_after.and_then(|retry_after| retry_after_header(retry_after, now)) {
                response.headers_mut().insert(RETRY_AFTER, value);
            }
            response
        }
        FaultKind::Html { status, .. } => answer::html(status_code(*status), ""),
        FaultKind::Echo { status, html } => {
            let echo = format!("The request had the header Authorization: {}", asked.authorization);
            if *html {
                answer::html(status_code(*status), &echo)
            } else {
                let problem = Problem { detail: format!("Unexpected error. {echo}"), ..problem(*status, None) };
                answer::error(&problem, asked.style)
            }
        }
        FaultKind::Redirect(status) => answer::redirect(status_code(*status), asked.path),
        FaultKind::Reset(_)
        | FaultKind::CutOff
        | FaultKind::SlowBefore(_)
        | FaultKind::SlowAfter(_)
        | FaultKind::NoId
        | FaultKind::OtherUsername
        | FaultKind::Lacks(_)
        | FaultKind::WrongType
        | FaultKind::NoRateHeaders
        | FaultKind::NoHeaders
        | FaultKind::Maintenance(_)
        | FaultKind::Revoke
        | FaultKind::List(_)
        | FaultKind::Clock(_) => return None,
    };
    Some(answer)
}

/// Changes the answer to a request as a fault does, and returns the part of it that arrives.
pub(crate) fn deliver(fault: &FaultKind, response: &mut Response<Bytes>) -> Delivery {
    match fault {
        FaultKind::Reset(_) => return Delivery::Reset,
        FaultKind::CutOff => return Delivery::CutOff,
        FaultKind::NoId if response.status().is_success() => *response.body_mut() = Bytes::from_static(b"{}"),
        FaultKind::OtherUsername if response.status().is_success() => answer::replace_username(response),
        FaultKind::WrongType => {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html;charset=utf-8"));
        }
        FaultKind::NoRateHeaders => answer::remove_rate_limit(response),
        FaultKind::NoId
        | FaultKind::OtherUsername
        | FaultKind::NoHeaders
        | FaultKind::Status { .. }
        | FaultKind::Html { .. }
        | FaultKind::Echo { .. }
        | FaultKind::Redirect(_)
        | FaultKind::SlowBefore(_)
        | FaultKind::SlowAfter(_)
        | FaultKind::Lacks(_)
        | FaultKind::Maintenance(_)
        | FaultKind::Revoke
        | FaultKind::List(_)
        | FaultKind::Clock(_) => {}
    }
    Delivery::Whole
}

fn status_code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn problem(status: u16, code: Option<&str>) -> Problem {
    let status = status_code(status);
    let usual = match status {
        StatusCode::SERVICE_UNAVAILABLE => "SERVICE_UNAVAILABLE",
        StatusCode::TOO_MANY_REQUESTS => "RATE_LIMITED",
        _ => "UNEXPECTED_ERROR",
    };
    let detail = match code {
        Some(code) => format!("The sandbox was set to answer {code}."),
        None => "Unexpected error.".to_owned(),
    };
    Problem::new(status, code.unwrap_or(usual), detail, vec![])
}

fn retry_after_header(retry_after: RetryAfter, now: Timestamp) -> Option<HeaderValue> {
    match retry_after {
        RetryAfter::Seconds(seconds) => Some(seconds.into()),
        RetryAfter::Date(seconds) => {
            let at = now.saturating_add(SignedDuration::from_secs(i64::try_from(seconds).ok()?)).ok()?;
            HeaderValue::from_str(&answer::http_date(at)).ok()
        }
    }
}
