//! Parses answers without the requested content: Atlas's errors, OAuth's errors, HTML pages and empty bodies.

use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use super::answer::NOT_JSON;
use super::loose::{List, Object, Text};
use crate::atlas::api::{ApiError, Body};
use crate::atlas::reply::{ENTITY_LIMIT, Source};

/// The fields of both Atlas's `ApiError` and OAuth's error (RFC 6749, 5.2). `error` is a number in the former and a
/// code in the latter.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Failure<'a> {
    #[serde(borrow, rename = "errorCode")]
    code: Text<'a>,
    #[serde(borrow)]
    detail: Text<'a>,
    #[serde(borrow)]
    reason: Text<'a>,
    #[serde(borrow, rename = "badRequestDetail")]
    bad_request: Object<BadRequest<'a>>,
    #[serde(borrow)]
    error: Text<'a>,
    #[serde(borrow)]
    error_description: Text<'a>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct BadRequest<'a> {
    #[serde(borrow)]
    fields: List<Object<Violation<'a>>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Violation<'a> {
    #[serde(borrow)]
    field: Text<'a>,
    #[serde(borrow)]
    description: Text<'a>,
}

/// Parses the body of an answer that is not a success.
pub(super) fn failure(status: StatusCode, headers: &HeaderMap, body: &[u8], source: &Source) -> Body {
    let clean = |text: &str| source.redactor.clean(text);
    let Failure { code, detail, reason, bad_request, error, error_description } = parse(body).unwrap_or_default();
    let header = || headers.get("x-error-code")?.to_str().ok().map(clean);
    let present = |text: Text<'_>| Some(clean(&text.0?)).filter(|text| !text.is_empty());
    let code = present(code).or_else(|| present(error)).or_else(|| header().filter(|code| !code.is_empty()));
    let detail = present(detail).or_else(|| present(error_description)).or_else(|| present(reason));
    let detail = match (detail, violations(&bad_request, clean)) {
        (Some(detail), Some(fields)) => Some(clean(&format!("{detail} ({fields})"))),
        (detail, fields) => detail.or(fields),
    };
    if code.is_none() && detail.is_none() {
        return unreadable(status, headers, body, "no error details", source);
    }
    Body::Error(ApiError { code, detail })
}

fn parse(body: &[u8]) -> Option<Failure<'_>> {
    serde_json::from_slice::<Object<Failure<'_>>>(body).ok()?.0
}

/// Returns the first three violations as `field: description; …`.
fn violations(bad_request: &Object<BadRequest<'_>>, clean: impl Fn(&str) -> String) -> Option<String> {
    let fields = bad_request.0.as_ref()?.fields.0.as_ref()?;
    let fields = fields.iter().filter_map(|violation| {
        let Violation { field, description } = violation.0.as_ref()?;
        Some(format!("{}: {}", clean(field.0.as_deref()?), clean(description.0.as_deref()?)))
    });
    let text = fields.take(3).collect::<Vec<_>>().join("; ");
    (!text.is_empty()).then_some(text)
}

/// Describes an answer that was not understood: the target of a redirect, or the type, the sender and the beginning of the
/// content.
pub(super) fn unreadable(status: StatusCode, headers: &HeaderMap, body: &[u8], problem: &str, source: &Source) -> Body {
    let Source { host, redactor } = source;
    let clean = |text: &str| redactor.clean(text);
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if status.is_redirection()
        && let Some(location) = text(LOCATION)
    {
        // The query may name a person.
        let location = location.split(['?', '#']).next().unwrap_or_default();
        return Body::Unreadable(clean(&format!("a redirect to {location}; check --base-url")));
    }
    if body.is_empty() {
        return Body::Unreadable(format!("an empty body from {host}"));
    }
    let kind = text(CONTENT_TYPE).map_or_else(|| "content of unknown type".to_owned(), clean);
    let has_problem = problem != NOT_JSON && !kind.contains("html");
    let body = String::from_utf8_lossy(&body[..body.len().min(ENTITY_LIMIT)]);
    let is_page = kind.contains("html") || body.trim_start().starts_with('<');
    let described = |text| if is_page { Body::Page(text) } else { Body::Unreadable(text) };
    let what = if kind.contains("html") {
        match title(&body).map(clean).filter(|title| !title.is_empty()) {
            Some(title) => return described(clean(&format!("an HTML page from {host} with the title {title:?}"))),
            None => format!("an HTML page from {host}"),
        }
    } else if kind.contains("json") {
        format!("{} from {host}", if problem == NOT_JSON { "invalid JSON" } else { "JSON" })
    } else {
        format!("{kind} from {host}")
    };
    let what = if has_problem { format!("{what} with {problem}") } else { what };
    let start = clean(&body);
    let shown = start.char_indices().nth(120).map_or(&*start, |(end, _)| &start[..end]);
    described(if shown.is_empty() { what } else { format!("{what}, starting with {shown}") })
}

/// Returns the title of an HTML page.
fn title(page: &str) -> Option<&str> {
    let lower = page.to_ascii_lowercase();
    let start = lower.find("<title>")? + "<title>".len();
    Some(&page[start..start + lower[start..].find("</title>")?])
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::atlas::redactor::Redactor;

    fn read(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Body {
        let headers =
            headers.iter().map(|&(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value)));
        let source = Source { host: "atlas.example.com".into(), redactor: Redactor::default() };
        failure(StatusCode::from_u16(status).unwrap(), &headers.collect(), body.as_bytes(), &source)
    }

    #[test]
    fn code_and_detail_are_found_in_every_form_of_an_error() {
        let header = [("x-error-code", "FROM_HEADER")];
        for (headers, body, code, detail) in [
            (
                &[][..],
                r#"{"error":409,"errorCode":"A_CODE","detail":"why","reason":"Conflict","parameters":[{}]}"#,
                Some("A_CODE"),
                Some("why"),
            ),
            (&[], r#"{"error":401,"reason":"Unauthorized","detail":null}"#, None, Some("Unauthorized")),
            (&header, r#"{"error":401,"detail":"why"}"#, Some("FROM_HEADER"), Some("why")),
            (&header, r#"{"errorCode":"BODY"}"#, Some("BODY"), None),
            (&header, "<html>", Some("FROM_HEADER"), None),
            (
                &[],
                r#"{"error":"invalid_client","error_description":"Invalid credentials provided."}"#,
                Some("invalid_client"),
                Some("Invalid credentials provided."),
            ),
            (&[], r#"{"errorCode":["x"],"detail":"a\u0000\n b","error":{}}"#, None, Some("a b")),
            (
                &[],
                r#"{"errorCode":"V","detail":"bad","badRequestDetail":{"fields":[{"field":"roles","description":"wrong"},7]}}"#,
                Some("V"),
                Some("bad (roles: wrong)"),
            ),
        ] {
            let Body::Error(error) = read(409, headers, body) else { panic!("no error: {body}") };
            assert_eq!((error.code.as_deref(), error.detail.as_deref()), (code, detail), "{body}");
        }
    }

    #[test]
    fn an_answer_that_is_not_understood_is_described() {
        let html = [("content-type", "text/html; charset=utf-8")];
        let location = [("location", "https://example.org/login?user=ada")];
        let described = |status, headers, body| {
            let (Body::Unreadable(text) | Body::Page(text)) = read(status, headers, body) else {
                panic!("readable: {body}")
            };
            text
        };
        let page = described(502, &html, "<html>\n<h1>502</h1>");
        insta::assert_snapshot!(page, @"an HTML page from atlas.example.com, starting with <html> <h1>502</h1>");
        let titled = described(502, &html, "<html><head><TITLE>Log in\nto Wi-Fi</title>");
        insta::assert_snapshot!(titled, @r#"an HTML page from atlas.example.com with the title "Log in to Wi-Fi""#);
        insta::assert_snapshot!(described(503, &html, ""), @"an empty body from atlas.example.com");
        insta::assert_snapshot!(described(500, &[], "\0\x1b"), @"content of unknown type from atlas.example.com with no error details");
        let list = described(500, &[], "[\"X\"]");
        insta::assert_snapshot!(list, @r#"content of unknown type from atlas.example.com with no error details, starting with ["X"]"#);
        let cut_off = described(500, &[], "{\"errorCode\":\"X\"");
        insta::assert_snapshot!(cut_off, @r#"content of unknown type from atlas.example.com with no error details, starting with {"errorCode":"X""#);
        let redirect = described(302, &location, "");
        insta::assert_snapshot!(redirect, @"a redirect to https://example.org/login; check --base-url");
    }

    #[test]
    fn a_long_detail_is_shortened() {
        let detail = "x".repeat(5000);
        let Body::Error(error) = read(400, &[], &format!(r#"{{"detail":"{detail}"}}"#)) else { panic!() };
        assert_eq!(error.detail.unwrap().chars().count(), 301);
        let Body::Unreadable(text) = read(400, &[], &detail) else { panic!() };
        assert!(text.len() < 250, "{text}");
    }
}
