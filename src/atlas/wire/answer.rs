//! Parses an answer according to its request.

use std::borrow::Cow;

use http::StatusCode;

use super::entity::{Entry, NamedEntry, NewInvite};
use super::failure::{failure, unreadable};
use super::limits::{Bucket, limits};
use super::loose::{List, Number, Object};
use crate::atlas::api::{Api, Body, Grants, Page, Request, Response};
use crate::atlas::headers::PaceHeaders;
use crate::atlas::redactor::Redactor;
use crate::atlas::transport::{Payload, Reply};

/// The problem with a body that is not JSON.
pub(super) const NOT_JSON: &str = "not JSON";

/// A page of a list; Atlas calls its entries `results`.
#[derive(serde::Deserialize)]
#[serde(default, rename_all = "camelCase", bound(deserialize = "T: serde::Deserialize<'de>"))]
struct Results<T> {
    results: List<Object<T>>,
    total_count: Number,
}

impl<T> Default for Results<T> {
    fn default() -> Self {
        Self { results: List::default(), total_count: Number::default() }
    }
}

/// Parses the answer to `request`; `api` is the endpoint that creates invitations.
pub(in crate::atlas) fn response(api: Api, request: &Request, reply: &Reply) -> Response {
    with_body(reply, |bytes| success(api, request, bytes))
}

/// Parses an answer that is a refusal of any request.
pub(in crate::atlas) fn refusal(reply: &Reply) -> Response {
    with_body(reply, |_| Err("unexpected content"))
}

fn with_body(reply: &Reply, success: impl FnOnce(&[u8]) -> Result<Body, &'static str>) -> Response {
    let Reply { status, headers, body, source } = reply;
    let mut body = match body {
        Payload::TooLong(limit) => {
            Body::Unreadable(format!("a body longer than {} KiB from {}", limit >> 10, source.host))
        }
        Payload::Whole(bytes) if status.is_success() => {
            success(bytes).unwrap_or_else(|problem| unreadable(*status, headers, bytes, problem, source))
        }
        Payload::Whole(bytes) => failure(*status, headers, bytes, source),
    };
    sanitize(&mut body, &source.redactor);
    let PaceHeaders { date, retry_after, limit, remaining } = PaceHeaders::of(headers);
    Response { status: StatusCode::as_u16(status), body, retry_after, date, limit, remaining }
}

/// Cleans the texts of a body. Addresses, and names of teams and projects, are compared with the sheet as they are, and
/// messages escape them; of these only secrets are replaced.
fn sanitize(body: &mut Body, redactor: &Redactor) {
    let clean = |text: &mut String| redactor.clean_in_place(text);
    let grants = |grants: &mut Grants| grants.projects.iter_mut().flat_map(|access| &mut access.roles).for_each(clean);
    match body {
        Body::Created(created) => {
            clean(&mut created.id);
            created.for_another.as_mut().into_iter().for_each(clean);
        }
        Body::Invites(invites) => invites.iter_mut().for_each(|invite| {
            clean(&mut invite.id);
            grants(&mut invite.grants);
        }),
        Body::People(page) => page.entries.iter_mut().for_each(|person| {
            clean(&mut person.id);
            grants(&mut person.grants);
        }),
        Body::Named(page) => page.entries.iter_mut().for_each(|named| {
            if let Cow::Owned(name) = redactor.redact(&named.name) {
                named.name = name;
            }
        }),
        Body::Organization(organization) => clean(&mut organization.name),
        // Errors are cleaned where they are parsed, before they are shortened.
        Body::Revoked | Body::Limits(_) | Body::Error(_) | Body::Page(_) | Body::Unreadable(_) => {}
    }
}

/// Parses the body of a 2xx, or returns the problem with it.
fn success(api: Api, request: &Request, bytes: &[u8]) -> Result<Body, &'static str> {
    match request {
        Request::Create(create) => {
            let invite = parse::<Object<NewInvite<'_>>>(bytes)?.0.ok_or("no object")?;
            invite.created(api, create).map(Body::Created).ok_or("no id")
        }
        // Atlas answers with 204. A body that is neither empty nor JSON comes from another server, such as a proxy.
        Request::Revoke(_) if bytes.trim_ascii().is_empty() => Ok(Body::Revoked),
        Request::Revoke(_) => parse::<serde::de::IgnoredAny>(bytes).map(|_| Body::Revoked),
        Request::FindInvites(_) | Request::Invites => {
            let entries = parse::<List<Object<Entry<'_>>>>(bytes)?.0.ok_or("no list of invites")?;
            all(entries, Entry::invite).map(Body::Invites)
        }
        Request::FindUser(_) | Request::Users(_) | Request::Lapsed(_) => page(bytes, Entry::person).map(Body::People),
        Request::Teams(_) | Request::Projects(_) => page(bytes, NamedEntry::named).map(Body::Named),
        Request::Organization => {
            let organization = parse::<Object<NamedEntry<'_>>>(bytes)?.0.ok_or("no object")?;
            organization.named().map(Body::Organization).ok_or("no id or name")
        }
        Request::RateLimits => {
            let page = parse::<Object<Results<Bucket<'_>>>>(bytes)?.0.ok_or("no object")?;
            Ok(Body::Limits(limits(&page.results.0.ok_or("no results")?)))
        }
    }
}

fn parse<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, &'static str> {
    // UTF-8 is checked once, which is faster than string by string.
    let text = std::str::from_utf8(bytes).map_err(|_| NOT_JSON)?;
    serde_json::from_str(text).map_err(|error| if error.is_eof() { "an incomplete value" } else { NOT_JSON })
}

fn page<'a, T, U>(bytes: &'a [u8], read: impl Fn(T) -> Option<U>) -> Result<Page<U>, &'static str>
where
    T: serde::Deserialize<'a>,
{
    let page = parse::<Object<Results<T>>>(bytes)?.0.ok_or("no object")?;
    let entries = all(page.results.0.ok_or("no results")?, read)?;
    Ok(Page { entries, total: page.total_count.0 })
}

/// Parses all entries or fails: an incomplete list would make people look absent who are not.
fn all<T, U>(entries: Vec<Object<T>>, read: impl Fn(T) -> Option<U>) -> Result<Vec<U>, &'static str> {
    let read = |entry: Object<T>| entry.0.and_then(&read);
    entries.into_iter().map(read).collect::<Option<_>>().ok_or("an entry without an id or name")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, HeaderValue};
    use proptest::prelude::*;

    use super::*;
    use crate::atlas::api::{Create, EndpointSet, Grants, Membership, Revoke};
    use crate::atlas::transport::Source;

    const TEAM: &str = "32b6e34b3d91647abb20e7b8";

    fn create() -> Request {
        Request::Create(Create { email: "ada@example.com".into(), grants: Grants::default(), body: Bytes::new() })
    }

    fn revoke() -> Request {
        Request::Revoke(Revoke { email: "ada@example.com".into(), invite: TEAM.parse().unwrap() })
    }

    fn every_request() -> [Request; 11] {
        [
            create(),
            revoke(),
            Request::FindUser("ada@example.com".into()),
            Request::FindInvites("ada@example.com".into()),
            Request::Organization,
            Request::Users(1),
            Request::Lapsed(1),
            Request::Invites,
            Request::Teams(1),
            Request::Projects(1),
            Request::RateLimits,
        ]
    }

    fn reply(status: u16, body: impl Into<Bytes>) -> Reply {
        let headers =
            HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        Reply {
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: Payload::Whole(body.into()),
            source: source(),
        }
    }

    fn source() -> Source {
        Source { host: "atlas.example.com".into(), redactor: Redactor::default() }
    }

    fn read(request: &Request, status: u16, body: impl Into<Bytes>) -> Body {
        response(Api::Invites, request, &reply(status, body)).body
    }

    #[track_caller]
    fn assert_unreadable(request: &Request, body: impl Into<Bytes>, problem: &str) {
        let found = read(request, 200, body);
        let (Body::Unreadable(text) | Body::Page(text)) = &found else { panic!("readable: {found:?}") };
        assert!(text.contains(problem), "{text}");
    }

    #[test]
    fn any_2xx_with_an_id_is_created() {
        for status in [200, 201, 202, 299] {
            let body = r#"{"id":"i1","username":"Ada@Example.com","surprise":[{}],"roles":{"orgRoles":5}}"#;
            let Body::Created(created) = read(&create(), status, body) else { panic!() };
            assert_eq!((&*created.id, created.expires_at), ("i1", None));
        }
    }

    #[test]
    fn a_2xx_without_the_requested_content_is_unreadable() {
        for (body, problem) in [
            ("{}", "JSON from atlas.example.com with no id, starting with {}"),
            (r#"{"id":null}"#, "no id"),
            (r#"{"id":42}"#, "no id"),
            (r#"{"id":""}"#, "no id"),
            (r#"["i1"]"#, "no object"),
            (r#""i1""#, "no object"),
            ("null", "no object"),
            (r#"{"id":"i1""#, "an incomplete value"),
            (r#"{"id":"i1"} trailing"#, "invalid JSON from"),
            (r#"{"id":"i1","id":"i2"}"#, "invalid JSON from"),
            ("<html>", "invalid JSON from atlas.example.com, starting with <html>"),
            ("", "an empty body"),
        ] {
            assert_unreadable(&create(), body, problem);
        }
        assert_unreadable(&create(), &b"{\"id\":\"\xff\"}"[..], "invalid JSON from");
        assert_unreadable(&create(), "[".repeat(10_000), "an incomplete value");
        assert_unreadable(&create(), r#"{"a":"#.repeat(10_000), "an incomplete value");
        assert_unreadable(&Request::Organization, r#"{"id":"short","name":"n"}"#, "no id or name");
        assert_unreadable(&Request::Invites, r#"{"results":[]}"#, "no list of invites");
        assert_unreadable(&Request::Users(1), "[]", "no object");
        assert_unreadable(&Request::Users(1), "{}", "no results");
        assert_unreadable(&Request::RateLimits, "{}", "no results");
    }

    #[test]
    fn a_cancellation_is_answered_with_an_empty_body_or_json() {
        for body in ["", "\r\n", "{}", "null"] {
            for status in [200, 202, 204] {
                assert!(matches!(read(&revoke(), status, body), Body::Revoked), "{status} {body}");
            }
        }
        assert_unreadable(&revoke(), "<html>log in</html>", "invalid JSON from");
        assert_unreadable(&revoke(), "{", "an incomplete value");
    }

    #[test]
    fn a_list_with_an_incomplete_entry_is_unreadable() {
        let Body::Invites(invites) = read(&Request::Invites, 200, r#"[{"id":"i","username":"a@example.com"}]"#) else {
            panic!()
        };
        assert_eq!(invites.len(), 1);
        let json = r#"{"links":[],"results":[{"id":"u","username":"a@example.com","orgMembershipStatus":"PENDING"}],"totalCount":7}"#;
        let Body::People(page) = read(&Request::Users(1), 200, json) else { panic!() };
        assert_eq!((page.entries[0].membership, page.total), (Membership::Pending, Some(7)));
        let json = format!(r#"{{"results":[{{"id":"{TEAM}","name":"Ops"}}]}}"#);
        let Body::Named(page) = read(&Request::Teams(1), 200, json) else { panic!() };
        assert_eq!((&*page.entries[0].name, page.total), ("Ops", None));
        let Body::People(page) = read(&Request::FindUser("a".into()), 200, r#"{"results":[],"totalCount":-1}"#) else {
            panic!()
        };
        assert_eq!((page.entries.len(), page.total), (0, None));

        let hole = "an entry without an id or name";
        assert_unreadable(&Request::Invites, r#"[{"id":"i","username":"a@example.com"},{"id":"j"}]"#, hole);
        assert_unreadable(&Request::FindInvites("a".into()), "[null]", hole);
        assert_unreadable(&Request::Users(1), r#"{"results":[{"id":"u"}]}"#, hole);
        assert_unreadable(&Request::Projects(1), format!(r#"{{"results":[{{"id":"{TEAM}"}}]}}"#), hole);
    }

    #[test]
    fn the_organization_and_its_limits_are_parsed() {
        let json = format!(r#"{{"id":"{TEAM}","name":"Example","isDeleted":false}}"#);
        assert!(
            matches!(read(&Request::Organization, 200, json), Body::Organization(named) if named.name == "Example")
        );
        let json = r#"{"results":[{"scope":"ORGANIZATION","endpoints":[{"method":"GET","path":"/api/atlas/v2/orgs/{orgId}/users"}],
            "capacity":{"value":500},"refillRate":{"value":250},"refillDurationSeconds":{"value":60}}]}"#;
        let Body::Limits(limits) = read(&Request::RateLimits, 200, json) else { panic!() };
        assert_eq!(limits[0].set, EndpointSet::Users);
    }

    #[test]
    fn other_statuses_are_errors_for_every_request() {
        for request in every_request() {
            for status in [302, 400, 401, 409, 429, 500, 503] {
                let body =
                    read(&request, status, r#"{"id":"i1","username":"a@example.com","results":[],"errorCode":"X"}"#);
                assert!(matches!(body, Body::Error(error) if error.code.as_deref() == Some("X")), "{request:?}");
            }
        }
    }

    /// Returns JSON that is similar enough to Atlas's to pass the first checks.
    fn similar_json() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            Just("-1".to_owned()),
            Just("1e999".to_owned()),
            Just("18446744073709551616".to_owned()),
            Just(format!("\"{TEAM}\"")),
            Just("\"2026-08-10T03:03:37Z\"".to_owned()),
            Just("\"\\ud800\"".to_owned()),
            "\"[a-z@.]{0,5}\"",
        ];
        let key = "(id|name|username|roles|results|totalCount|errorCode|detail|error|teamIds|groupRoleAssignments|groupId|\
            groupRole|groupRoles|orgRoles|capacity|value|endpoints|path|method|scope|createdAt|badRequestDetail|fields)";
        leaf.prop_recursive(4, 40, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
                prop::collection::vec((key, inner), 0..5).prop_map(|fields| {
                    let fields: Vec<_> = fields.into_iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                    format!("{{{}}}", fields.join(","))
                }),
            ]
        })
    }

    fn read_for_every_request(body: &Bytes) {
        for request in every_request() {
            for (api, status) in [(Api::Invites, 200), (Api::Users, 201), (Api::Users, 409)] {
                let _ = response(api, &request, &reply(status, body.clone()));
            }
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            read_for_every_request(&body.into());
        }

        #[test]
        fn no_json_like_text_panics(body in similar_json(), cut in 0usize..400) {
            read_for_every_request(&body.clone().into());
            let mut cut_off = body.into_bytes();
            cut_off.truncate(cut);
            read_for_every_request(&cut_off.into());
        }
    }
}
