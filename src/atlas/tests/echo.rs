//! Servers that send back what they were sent.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::server::{Answered, Seen, Server, answer};
use super::*;
use crate::atlas::api::{Body, Gateway};

type Form = fn(&str) -> String;

/// The forms in which a header is sent back.
const FORMS: [(&str, Form); 4] = [
    ("plain", |text| text.to_owned()),
    ("percent-encoded", |text| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()),
    ("base64", |text| BASE64_STANDARD.encode(text)),
    ("as HTML", |text| text.replace('"', "&quot;")),
];

/// Returns the answer number `place`, with the text in one of the places from which texts are shown.
fn echo(place: usize, text: &str) -> Option<Answered> {
    let json = |status, json: serde_json::Value| Some(answer(status, &json.to_string()));
    let with = |status, name: &'static str, body: &str| {
        let mut answer = answer(status, body);
        answer.headers_mut().insert(name, text.replace('\n', " ").parse().unwrap());
        Some(answer)
    };
    let (id, project) = (ORG, "42b6e34b3d91647abb20e7b8");
    match place {
        0 => json(400, serde_json::json!({"errorCode": text, "detail": format!("you sent {text}")})),
        1 => json(422, serde_json::json!({"reason": text})),
        2 => json(400, serde_json::json!({"badRequestDetail": {"fields": [{"field": text, "description": text}]}})),
        3 => json(409, serde_json::json!({"error": text, "error_description": text})),
        4 => with(400, "x-error-code", "{}"),
        5 => with(307, "location", ""),
        6 => with(500, "content-type", "what?"),
        7 => Some(answer(200, &format!("<html><title>{text}</title><p>{text}"))),
        8 => Some(answer(502, &format!("{} {text} {}", "x".repeat(100), "x".repeat(300)))),
        9 => json(200, serde_json::json!({"id": text, "name": text, "username": "ada@example.com"})),
        10 => json(200, serde_json::json!({"id": id, "name": text})),
        11 => json(200, serde_json::json!({"results": [{"id": id, "name": text}]})),
        12 => json(
            200,
            serde_json::json!([{"id": text, "username": "ada@example.com",
                "groupRoleAssignments": [{"groupId": project, "groupRole": text}]}]),
        ),
        13 => json(200, serde_json::json!({"shape": text})),
        _ => None,
    }
}

fn challenge() -> Answered {
    let mut answer = answer(401, "{}");
    let value = r#"Digest realm="MMS Public API", nonce="n", qop="auth""#;
    answer.headers_mut().insert("www-authenticate", value.parse().unwrap());
    answer
}

/// Returns the secrets in the requests that a server has seen.
fn sent(server: &Server) -> Vec<String> {
    let mut secrets = vec![SECRET.to_owned(), "issued-token-1".to_owned()];
    for seen in server.seen() {
        let header = seen.header("authorization");
        secrets.push(seen.digest("response").to_owned());
        secrets.extend(header.strip_prefix("Basic ").or(header.strip_prefix("Bearer ")).map(str::to_owned));
        secrets.extend(FORMS.iter().map(|(_, form)| form(header)));
    }
    secrets.retain(|secret| !secret.is_empty());
    secrets
}

#[tokio::test]
async fn no_secret_comes_back_from_a_server_that_echoes() {
    for credential in [token(), service_account(), api_key()] {
        for (name, form) in FORMS {
            for place in (0..).take_while(|place| echo(*place, "").is_some()) {
                let server = Server::start(move |seen: Seen| {
                    let header = seen.header("authorization");
                    std::future::ready(match (seen.target.as_str(), header) {
                        ("/api/oauth/token", _) => answer(200, r#"{"access_token":"issued-token-1"}"#),
                        (_, "") => challenge(),
                        (_, header) => echo(place, &form(header)).unwrap(),
                    })
                })
                .await;
                let client = client(&server, credential.clone());
                let (mut answers, mut redacted) = (String::new(), false);
                for request in [create(), Request::Organization, Request::Invites, Request::Teams(1)] {
                    let answer = client.send(&request).await;
                    answers += &format!("{} {answer:?}\n", answer.describe());
                    redacted |= answers.contains("[redacted]");
                }
                assert!(redacted, "{credential:?} {name} {place}: {answers}");
                for secret in sent(&server) {
                    assert!(!answers.contains(&secret), "{credential:?} {name} {place}: {secret} in {answers}");
                }
            }
        }
    }
}

#[tokio::test]
async fn no_secret_comes_back_from_a_token_endpoint_that_echoes() {
    for (_, form) in FORMS {
        for place in (0..).take_while(|place| echo(*place, "").is_some()) {
            let server = Server::start(move |seen: Seen| {
                std::future::ready(echo(place, &form(seen.header("authorization"))).unwrap())
            })
            .await;
            let answer = client(&server, service_account()).send(&create()).await;
            let shown = format!("{} {answer:?}", answer.describe());
            for secret in sent(&server) {
                assert!(!shown.contains(&secret), "{place}: {secret} in {shown}");
            }
        }
    }
}

#[tokio::test]
async fn names_and_ids_of_a_server_are_free_of_control_characters() {
    let odd = "a\u{1b}[31mb\u{202e}c\u{200b}d\r\ne\u{9b}";
    let server = Server::start(async move |seen: Seen| match seen.method.as_str() {
        "POST" => echo(9, odd).unwrap(),
        _ => echo(10, odd).unwrap(),
    })
    .await;
    let client = client(&server, token());
    let Body::Created(created) = response(client.send(&create()).await).body else { panic!() };
    assert_eq!(created.id, "a [31mbcd e");
    let Body::Organization(named) = response(client.send(&Request::Organization).await).body else { panic!() };
    assert_eq!(named.name, "a [31mbcd e");
}
