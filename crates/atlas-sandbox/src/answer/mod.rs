//! Writes answers: bodies with Atlas's key order and spacing, and the headers that go with them.

use std::io;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, DATE, HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use http::{Response, StatusCode};
use jiff::Timestamp;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;
use serde_json::ser::{Formatter, PrettyFormatter};

use crate::problem::Problem;
use crate::request::query::{PageRequest, Query};

const ERROR_CODE: HeaderName = HeaderName::from_static("x-error-code");
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const RATE_REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// How the caller wants bodies written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Style {
    /// Wrap the body with its status.
    pub(crate) envelope: bool,
    /// Indent it.
    pub(crate) pretty: bool,
}

impl Style {
    pub(crate) fn of(query: &Query) -> Self {
        Style { envelope: query.flag("envelope"), pretty: query.flag("pretty") }
    }
}

/// A 2xx with one entity, or with a bare array; envelopes hold arrays as they hold entities, which is our guess.
pub(crate) fn entity<T: Serialize>(status: StatusCode, version: &str, style: Style, value: &T) -> Response<Bytes> {
    #[derive(Serialize)]
    struct Envelope<'a, T> {
        status: u16,
        content: &'a T,
    }
    let body = if style.envelope {
        json(&Envelope { status: status.as_u16(), content: value }, style)
    } else {
        json(value, style)
    };
    respond(status, &versioned(version), body)
}

/// A 2xx with nothing in it but its type.
pub(crate) fn no_content(version: &str) -> Response<Bytes> {
    respond(StatusCode::NO_CONTENT, &versioned(version), Bytes::new())
}

/// A link from an answer to another resource.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Link {
    href: String,
    rel: &'static str,
}

impl Link {
    pub(crate) fn new(href: impl Into<String>, rel: &'static str) -> Self {
        Link { href: href.into(), rel }
    }
}

/// A page of a list: its entries, and how many there are on all pages.
pub(crate) struct Listing<T> {
    pub(crate) results: Vec<T>,
    pub(crate) total: usize,
}

/// A 200 with a page of a list. `href` is the list's absolute address without a query.
pub(crate) fn page<T: Serialize>(
    version: &str,
    style: Style,
    href: &str,
    query: &Query,
    page: PageRequest,
    listing: &Listing<T>,
) -> Response<Bytes> {
    struct Page<'a, T> {
        links: Vec<Link>,
        listing: &'a Listing<T>,
        count: bool,
        status: Option<u16>,
    }
    impl<T: Serialize> Serialize for Page<'_, T> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            map.serialize_entry("links", &self.links)?;
            map.serialize_entry("results", &self.listing.results)?;
            if self.count {
                map.serialize_entry("totalCount", &self.listing.total)?;
            }
            if let Some(status) = self.status {
                map.serialize_entry("status", &status)?;
            }
            map.end()
        }
    }

    let PageRequest { number, size, count } = page;
    let filters = query.filters();
    let at = |number| format!("{href}?includeCount={count}{filters}&itemsPerPage={size}&pageNum={number}");
    let own = format!("{href}?includeCount={count}{filters}&pageNum={number}&itemsPerPage={size}");
    let mut links = vec![Link::new(own, "self")];
    if number > 1 {
        links.push(Link::new(at(number - 1), "previous"));
    }
    if page.offset().saturating_add(listing.results.len()) < listing.total {
        links.push(Link::new(at(number + 1), "next"));
    }
    let body = json(&Page { links, listing, count, status: style.envelope.then_some(200) }, style);
    respond(StatusCode::OK, &versioned(version), body)
}

/// An error. In an envelope its status stays the real one, which is our guess.
pub(crate) fn error(problem: &Problem, style: Style) -> Response<Bytes> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body<'a> {
        detail: &'a str,
        error: u16,
        error_code: &'a str,
        parameters: &'a [Value],
        reason: &'a str,
    }
    #[derive(Serialize)]
    struct Envelope<'a> {
        status: u16,
        content: Body<'a>,
    }
    let status = problem.status;
    let body = Body {
        detail: &problem.detail,
        error: status.as_u16(),
        error_code: &problem.code,
        parameters: &problem.parameters,
        reason: status.canonical_reason().unwrap_or_default(),
    };
    let body = if style.envelope {
        json(&Envelope { status: status.as_u16(), content: body }, style)
    } else {
        json(&body, style)
    };
    let mut response = respond(status, "application/json", body);
    if let Ok(code) = HeaderValue::from_str(&problem.code) {
        response.headers_mut().insert(ERROR_CODE, code);
    }
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// A JSON body that is not Atlas's, such as those of OAuth.
pub(crate) fn plain_json(status: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    respond(status, "application/json", body.into())
}

/// A page of HTML, such as a proxy answers with.
pub(crate) fn html(status: StatusCode) -> Response<Bytes> {
    let reason = status.canonical_reason().unwrap_or("Error");
    let title = format!("{} {reason}", status.as_u16());
    let body = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n\
         </html>\r\n"
    );
    respond(status, "text/html", body.into())
}

/// A redirect to another host.
pub(crate) fn redirect(status: StatusCode, path: &str) -> Response<Bytes> {
    let mut response = respond(status, "text/html", Bytes::new());
    if let Ok(location) = HeaderValue::from_str(&format!("https://elsewhere.example.com{path}")) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// An answer with no body and no type.
pub(crate) fn bare(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

/// Adds the state of the request's bucket.
pub(crate) fn add_rate(response: &mut Response<Bytes>, capacity: u32, remaining: u32) {
    response.headers_mut().insert(RATE_LIMIT, capacity.into());
    response.headers_mut().insert(RATE_REMAINING, remaining.into());
}

/// Takes the state of the request's bucket away again.
pub(crate) fn remove_rate(response: &mut Response<Bytes>) {
    response.headers_mut().remove(RATE_LIMIT);
    response.headers_mut().remove(RATE_REMAINING);
}

/// Adds the headers of an operation that goes away, with the very dates that Atlas sends.
pub(crate) fn add_deprecation(response: &mut Response<Bytes>) {
    let headers = response.headers_mut();
    headers.insert(DEPRECATION, HeaderValue::from_static("Wed, 19 Feb 2025 00:00:00 GMT"));
    headers.insert(SUNSET, HeaderValue::from_static("Thu, 1 Jul 2027 00:00:00 GMT"));
}

/// Adds the server's clock.
pub(crate) fn add_date(response: &mut Response<Bytes>, now: Timestamp) {
    if let Ok(date) = HeaderValue::from_str(&http_date(now)) {
        response.headers_mut().insert(DATE, date);
    }
}

/// An instant as HTTP headers write it.
pub(crate) fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
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

/// Bodies are made of strings, numbers, lists and maps with string keys, so writing one cannot fail; if it did, the
/// body would be empty.
fn json<T: Serialize>(value: &T, style: Style) -> Bytes {
    let mut body = Vec::with_capacity(512);
    let written = if style.pretty {
        value.serialize(&mut serde_json::Serializer::with_formatter(&mut body, Spaced(PrettyFormatter::new())))
    } else {
        serde_json::to_writer(&mut body, value)
    };
    if written.is_err() {
        body.clear();
    }
    body.into()
}

/// Indented JSON with a space before each colon, as Atlas writes it.
struct Spaced(PrettyFormatter<'static>);

impl Formatter for Spaced {
    fn begin_array<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.begin_array(w)
    }
    fn end_array<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_array(w)
    }
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(w, first)
    }
    fn end_array_value<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_array_value(w)
    }
    fn begin_object<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.begin_object(w)
    }
    fn end_object<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_object(w)
    }
    fn begin_object_key<W: ?Sized + io::Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(w, first)
    }
    fn begin_object_value<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        w.write_all(b" : ")
    }
    fn end_object_value<W: ?Sized + io::Write>(&mut self, w: &mut W) -> io::Result<()> {
        self.0.end_object_value(w)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_its_keys_in_alphabetical_order_and_its_code_in_a_header() {
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
    fn links_lead_to_the_neighbouring_pages() {
        let query = Query::parse(Some("itemsPerPage=2&pageNum=2&name=x"));
        let listing = Listing { results: vec![3, 4], total: 5 };
        let request = query.page().unwrap();
        let response = page("2023-01-01", Style::default(), "http://h/teams", &query, request, &listing);
        assert_eq!(
            response.body(),
            concat!(
                r#"{"links":[{"href":"http://h/teams?includeCount=true&name=x&pageNum=2&itemsPerPage=2","rel":"self"},"#,
                r#"{"href":"http://h/teams?includeCount=true&name=x&itemsPerPage=2&pageNum=1","rel":"previous"},"#,
                r#"{"href":"http://h/teams?includeCount=true&name=x&itemsPerPage=2&pageNum=3","rel":"next"}],"#,
                r#""results":[3,4],"totalCount":5}"#
            )
        );
    }

    #[test]
    fn dates_are_those_of_http() {
        assert_eq!(http_date("2026-08-10T03:03:37.9Z".parse().unwrap()), "Mon, 10 Aug 2026 03:03:37 GMT");
    }
}
