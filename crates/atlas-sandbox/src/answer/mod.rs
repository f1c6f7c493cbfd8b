//! Writes answers: Atlas's bodies and the headers that belong to them.

pub(crate) mod json;
pub(crate) mod page;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, DATE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use http::{Response, StatusCode};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::bucket::BucketLevel;
use crate::problem::Problem;
use crate::request::query::Query;

const ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATE_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// The form of a body, as the request's `envelope` and `pretty` choose it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Style {
    /// Whether the body is wrapped together with the status.
    pub(crate) envelope: bool,
    /// Whether the body is indented.
    pub(crate) pretty: bool,
}

impl Style {
    pub(crate) fn of(query: &Query) -> Self {
        Style { envelope: query.flag("envelope"), pretty: query.flag("pretty") }
    }
}

/// Answers with one entity or a bare array. That an envelope wraps an array as it wraps an entity is a guess.
pub(crate) fn entity<T: Serialize>(status: StatusCode, version: &str, style: Style, value: &T) -> Response<Bytes> {
    respond(status, &versioned(version), body(status, style, value))
}

/// Answers 204.
pub(crate) fn no_content(version: &str) -> Response<Bytes> {
    respond(StatusCode::NO_CONTENT, &versioned(version), Bytes::new())
}

/// Answers with an error. That an error in an envelope keeps its status is a guess.
pub(crate) fn error(problem: &Problem, style: Style) -> Response<Bytes> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct ErrorBody<'a> {
        detail: &'a str,
        error: u16,
        error_code: &'a str,
        parameters: &'a [Value],
        reason: &'a str,
    }
    let status = problem.status;
    let error = ErrorBody {
        detail: &problem.detail,
        error: status.as_u16(),
        error_code: &problem.code,
        parameters: &problem.parameters,
        reason: status.canonical_reason().unwrap_or_default(),
    };
    let mut response = respond(status, "application/json", body(status, style, &error));
    if let Ok(code) = HeaderValue::from_str(&problem.code) {
        response.headers_mut().insert(ERROR_CODE, code);
    }
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// Answers with JSON that is not Atlas's, such as OAuth's.
pub(crate) fn plain_json(status: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    respond(status, "application/json", body.into())
}

/// Answers with an HTML page, as a proxy does, which has this text below its title.
pub(crate) fn html(status: StatusCode, text: &str) -> Response<Bytes> {
    let reason = status.canonical_reason().unwrap_or("Error");
    let title = format!("{} {reason}", status.as_u16());
    let body = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n{text}</body>\r\n\
         </html>\r\n"
    );
    respond(status, "text/html", body.into())
}

/// Answers with a redirect to another host.
pub(crate) fn redirect(status: StatusCode, path: &str) -> Response<Bytes> {
    let mut response = respond(status, "text/html", Bytes::new());
    if let Ok(location) = HeaderValue::from_str(&format!("https://elsewhere.example.com{path}")) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// Answers without a body and a type.
pub(crate) fn bare(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

/// Replaces the `username` of an invitation or a user by another.
pub(crate) fn replace_username(response: &mut Response<Bytes>) {
    if let Ok(Value::Object(mut entity)) = serde_json::from_slice(response.body()) {
        entity.insert("username".into(), "someone.else@example.com".into());
        *response.body_mut() = json::write(&entity, false);
    }
}

/// Adds the headers with the level of the request's bucket.
pub(crate) fn add_rate_limit(response: &mut Response<Bytes>, level: BucketLevel) {
    response.headers_mut().insert(RATE_LIMIT, level.capacity.into());
    response.headers_mut().insert(RATE_REMAINING, level.remaining.into());
}

/// Removes the headers with the level of the request's bucket.
pub(crate) fn remove_rate_limit(response: &mut Response<Bytes>) {
    response.headers_mut().remove(RATE_LIMIT);
    response.headers_mut().remove(RATE_REMAINING);
}

/// Adds the headers of a deprecated operation, with the dates that Atlas sends.
pub(crate) fn add_deprecation(response: &mut Response<Bytes>) {
    let headers = response.headers_mut();
    headers.insert(DEPRECATION, HeaderValue::from_static("Wed, 19 Feb 2025 00:00:00 GMT"));
    headers.insert(SUNSET, HeaderValue::from_static("Thu, 1 Jul 2027 00:00:00 GMT"));
}

/// Adds the time of the server's clock.
pub(crate) fn add_date(response: &mut Response<Bytes>, now: Timestamp) {
    if let Ok(date) = HeaderValue::from_str(&http_date(now)) {
        response.headers_mut().insert(DATE, date);
    }
}

/// Formats a time for an HTTP header.
pub(crate) fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn body<T: Serialize>(status: StatusCode, style: Style, value: &T) -> Bytes {
    #[derive(Serialize)]
    struct Envelope<'a, T> {
        status: u16,
        content: &'a T,
    }
    if style.envelope {
        json::write(&Envelope { status: status.as_u16(), content: value }, style.pretty)
    } else {
        json::write(value, style.pretty)
    }
}

fn versioned(version: &str) -> String {
    format!("application/vnd.atlas.{version}+json;charset=utf-8")
}

fn respond(status: StatusCode, content_type: &str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    if let Ok(value) = HeaderValue::from_str(content_type) {
        response.headers_mut().insert(CONTENT_TYPE, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_keys_are_in_alphabetical_order() {
        let response = error(&Problem::group_not_found("111111111111111111111111"), Style::default());
        assert_eq!(
            response.body(),
            r#"{"detail":"No group with ID 111111111111111111111111 exists.","error":404,"errorCode":"GROUP_NOT_FOUND","parameters":["111111111111111111111111"],"reason":"Not Found"}"#
        );
        assert_eq!(response.headers()["x-error-code"], "GROUP_NOT_FOUND");
        assert_eq!(response.headers()["content-type"], "application/json");
    }

    #[test]
    fn pretty_bodies_have_a_space_before_the_colon() {
        let style = Style { pretty: true, envelope: true };
        let response = entity(StatusCode::OK, "2023-01-01", style, &[1]);
        assert_eq!(response.body(), "{\n  \"status\" : 200,\n  \"content\" : [\n    1\n  ]\n}");
    }

    #[test]
    fn dates_are_those_of_http() {
        assert_eq!(http_date("2026-08-10T03:03:37.9Z".parse().unwrap()), "Mon, 10 Aug 2026 03:03:37 GMT");
    }
}
