//! Answers on their way to the client, changed by faults.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use jiff::{SignedDuration, Timestamp};

use crate::answer::{self, Style};
use crate::fault::plan::FaultPlan;
use crate::fault::{FaultKind, Moment, RetryAfter};
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

/// Returns the answer that a fault gives in place of the real one at this moment, if it does.
pub(crate) fn substitute(
    fault: &FaultKind,
    at: Moment,
    path: &str,
    style: Style,
    now: Timestamp,
) -> Option<Response<Bytes>> {
    match fault {
        FaultKind::Status { status, code, retry_after, moment } if *moment == at => {
            let mut response = answer::error(&problem(*status, code.as_deref()), style);
            if let Some(value) = retry_after.and_then(|retry_after| retry_after_header(retry_after, now)) {
                response.headers_mut().insert(RETRY_AFTER, value);
            }
            Some(response)
        }
        FaultKind::Html { status, moment } if *moment == at => Some(answer::html(status_code(*status))),
        FaultKind::Reset(moment) if *moment == at => Some(answer::bare(StatusCode::OK)),
        FaultKind::Redirect(status) if at == Moment::Before => Some(answer::redirect(status_code(*status), path)),
        FaultKind::Status { .. }
        | FaultKind::Html { .. }
        | FaultKind::Reset(_)
        | FaultKind::Redirect(_)
        | FaultKind::CutOff
        | FaultKind::Slow(..)
        | FaultKind::NoId
        | FaultKind::WrongType
        | FaultKind::NoRateHeaders
        | FaultKind::NoHeaders
        | FaultKind::Maintenance(_)
        | FaultKind::Revoke => None,
    }
}

/// Changes the answer to a processed request as planned, and returns the part of it that arrives.
pub(crate) fn deliver(plan: &FaultPlan, response: &mut Response<Bytes>, path: &str, now: Timestamp) -> Delivery {
    let Some(fault) = &plan.fault else { return Delivery::Whole };
    if let Some(substitute) = substitute(fault, Moment::After, path, Style::default(), now) {
        *response = substitute;
    }
    match fault {
        FaultKind::Reset(_) => return Delivery::Reset,
        FaultKind::CutOff => return Delivery::CutOff,
        FaultKind::NoId if response.status().is_success() => *response.body_mut() = Bytes::from_static(b"{}"),
        FaultKind::WrongType => {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html;charset=utf-8"));
        }
        FaultKind::NoRateHeaders => answer::remove_rate_limit(response),
        FaultKind::NoId
        | FaultKind::NoHeaders
        | FaultKind::Status { .. }
        | FaultKind::Html { .. }
        | FaultKind::Redirect(_)
        | FaultKind::Slow(..)
        | FaultKind::Maintenance(_)
        | FaultKind::Revoke => {}
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
