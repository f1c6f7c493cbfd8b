use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use proptest::prelude::*;

use super::*;
use crate::atlas::api::{Create, EndpointSet, Grants, Membership, Revoke};
use crate::atlas::reply::Source;

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
    let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
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
    response(Api::Invites, request, reply(status, body)).body
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
    assert_unreadable(&Request::Invites, r#"{"results":[]}"#, "no list");
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
    let json = r#"{"results":[{"id":"u","username":"a@example.com","orgMembershipStatus":"PENDING"}]}"#;
    let Body::People(page) = read(&Request::Users(1), 200, json) else { panic!() };
    assert_eq!((page.entries.len(), page.entries[0].membership), (1, Membership::Pending));
    let json = format!(r#"{{"results":[{{"id":"{TEAM}","name":"Ops"}}]}}"#);
    let Body::Named(page) = read(&Request::Teams(1), 200, json) else { panic!() };
    assert_eq!((page.entries.len(), &*page.entries[0].name), (1, "Ops"));

    let hole = "an entry without an id or name";
    assert_unreadable(&Request::Invites, r#"[{"id":"i","username":"a@example.com"},{"id":"j"}]"#, hole);
    assert_unreadable(&Request::FindInvites("a".into()), "[null]", hole);
    assert_unreadable(&Request::Users(1), r#"{"results":[{"id":"u"}]}"#, hole);
    assert_unreadable(&Request::Projects(1), format!(r#"{{"results":[{{"id":"{TEAM}"}}]}}"#), hole);
}

#[test]
fn a_page_is_last_if_it_is_empty_or_has_no_next_link() {
    let entry = format!(r#"{{"id":"{TEAM}","name":"Ops"}}"#);
    for (links, entries, next, is_last) in [
        (
            r#"[{"href":"http://h?pageNum=2","rel":"self"},{"href":"http://h?pageNum=2","rel":"next"}]"#,
            1,
            NextLink::Present,
            false,
        ),
        (r#"[{"rel":"next"}]"#, 1, NextLink::Present, false),
        (r#"[{"rel":"next"}]"#, 0, NextLink::Present, true),
        (
            r#"[{"rel":"self"},{"rel":"Next"},{"rel":"nextPage"},{"rel":7},{"href":"next"},9]"#,
            1,
            NextLink::Absent,
            true,
        ),
        ("[]", 1, NextLink::Unstated, false),
        ("[]", 0, NextLink::Unstated, true),
        (r#"{"next":"http://h"}"#, 1, NextLink::Unstated, false),
        ("null", 1, NextLink::Unstated, false),
    ] {
        // The count is often too large.
        let results = if entries == 0 { "" } else { &entry };
        let json = format!(r#"{{"links":{links},"results":[{results}],"totalCount":9}}"#);
        let Body::Named(page) = read(&Request::Teams(1), 200, json) else { panic!("{links}") };
        assert_eq!((page.entries.len(), page.next, page.is_last()), (entries, next, is_last), "{links}");
    }
}

#[test]
fn the_organization_and_its_limits_are_parsed() {
    let json = format!(r#"{{"id":"{TEAM}","name":"Example","isDeleted":false}}"#);
    assert!(matches!(read(&Request::Organization, 200, json), Body::Organization(named) if named.name == "Example"));
    let json = r#"{"results":[{"scope":"ORGANIZATION","endpoints":[{"method":"GET","path":"/api/atlas/v2/orgs/{orgId}/users"}],
        "capacity":{"value":500},"refillRate":{"value":250},"refillDurationSeconds":{"value":60}}]}"#;
    let Body::Limits(limits) = read(&Request::RateLimits, 200, json) else { panic!() };
    assert_eq!(limits[0].set, EndpointSet::Users);
}

#[test]
fn other_statuses_are_errors_for_every_request() {
    for request in every_request() {
        for status in [302, 400, 401, 409, 429, 500, 503] {
            let body = read(&request, status, r#"{"id":"i1","username":"a@example.com","results":[],"errorCode":"X"}"#);
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
            let _ = response(api, &request, reply(status, body.clone()));
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
