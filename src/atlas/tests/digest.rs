//! The Digest handshake, the shared nonce, and servers that reject it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use md5::{Digest as _, Md5};

use super::server::{Answered, Seen, Server, answer};
use super::*;
use crate::atlas::api::Gateway;

/// A server that checks signatures as RFC 7616 prescribes, and accepts each nonce `uses` times and each count once. The
/// realm changes with every second challenge.
#[derive(Default)]
struct Guard {
    issued: AtomicUsize,
    counts: Mutex<HashMap<String, Vec<u64>>>,
}

fn md5(text: &str) -> String {
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Guard {
    fn challenge(&self, stale: bool) -> Answered {
        let number = self.issued.fetch_add(1, Ordering::SeqCst);
        let mut answer = answer(401, r#"{"error":401,"errorCode":"UNEXPECTED_ERROR"}"#);
        let value = format!(
            r#"Digest realm="MMS Public API {}", domain="", nonce="n/{number}=", algorithm=MD5, qop="auth", stale={stale}"#,
            number / 2
        );
        answer.headers_mut().insert("www-authenticate", value.parse().unwrap());
        answer
    }

    fn judge(&self, seen: &Seen, uses: usize) -> Answered {
        if seen.header("authorization").is_empty() {
            assert!(seen.method == "GET" && seen.body.is_empty(), "unsigned: {seen:?}");
            return self.challenge(false);
        }
        let field = |name| seen.digest(name);
        let ha1 = md5(&format!("abcdefgh:{}:{SECRET}", field("realm")));
        let ha2 = md5(&format!("{}:{}", seen.method, seen.target));
        let parts = [&*ha1, field("nonce"), field("nc"), field("cnonce"), "auth", &*ha2];
        if field("response") != md5(&parts.join(":")) || field("uri") != seen.target || field("username") != "abcdefgh"
        {
            return self.challenge(false);
        }
        let count = u64::from_str_radix(field("nc"), 16).unwrap();
        let mut counts = self.counts.lock().unwrap();
        let used = counts.entry(field("nonce").to_owned()).or_default();
        if used.len() >= uses || used.contains(&count) {
            return self.challenge(true);
        }
        used.push(count);
        answer(200, INVITE)
    }
}

async fn guarded(uses: usize) -> Server {
    let guard = Arc::new(Guard::default());
    Server::start(move |seen: Seen| std::future::ready(guard.judge(&seen, uses))).await
}

#[tokio::test]
async fn after_the_handshake_a_request_is_one_round_trip() {
    let server = guarded(usize::MAX).await;
    let client = client(&server, api_key());
    for _ in 0..3 {
        assert_eq!(response(client.send(&create()).await).status, 200);
    }
    let seen = server.seen();
    let trips: Vec<_> = seen.iter().map(|seen| (seen.method.as_str(), seen.digest("nc"))).collect();
    assert_eq!(trips, [("GET", ""), ("POST", "00000001"), ("POST", "00000002"), ("POST", "00000003")]);
    assert_eq!(seen[0].target, format!("/api/atlas/v2/orgs/{ORG}"));
    assert_eq!(seen[1].header("content-type"), "application/vnd.atlas.2023-01-01+json");
}

#[tokio::test]
async fn the_query_is_signed_too() {
    let server = guarded(usize::MAX).await;
    let client = client(&server, api_key());
    assert_eq!(response(client.send(&Request::FindUser("ada+1@example.com".into())).await).status, 200);
    assert!(server.seen()[1].digest("uri").ends_with("/users?username=ada%2B1%40example.com"));
}

#[tokio::test]
async fn a_one_time_nonce_costs_two_round_trips_a_request() {
    let server = guarded(1).await;
    let client = client(&server, api_key());
    for number in 1..=4 {
        assert_eq!(response(client.send(&create()).await).status, 200);
        assert_eq!(server.seen().len(), 2 * number);
    }
}

#[tokio::test]
async fn a_stale_nonce_is_replaced_within_the_call() {
    let server = guarded(2).await;
    let client = client(&server, api_key());
    for _ in 0..4 {
        assert_eq!(response(client.send(&create()).await).status, 200);
    }
    let seen = server.seen();
    let trips: Vec<_> = seen.iter().map(|seen| (seen.digest("nonce"), seen.digest("nc"))).collect();
    let (first, second) = ("n/0", "n/1");
    let expected = [
        ("", ""),
        (first, "00000001"),
        (first, "00000002"),
        (first, "00000003"),
        (second, "00000001"),
        (second, "00000002"),
    ];
    let expected = expected.map(|(nonce, nc)| (if nonce.is_empty() { String::new() } else { format!("{nonce}=") }, nc));
    assert_eq!(trips.iter().map(|&(nonce, nc)| (nonce.to_owned(), nc)).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn concurrent_callers_share_one_handshake() {
    let guard = Arc::new(Guard::default());
    let server = Server::start(move |seen: Seen| {
        let guard = Arc::clone(&guard);
        async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            guard.judge(&seen, usize::MAX)
        }
    })
    .await;
    let client = client(&server, api_key());
    let request = create();
    for answer in join_all((0..16).map(|_| client.send(&request))).await {
        assert_eq!(response(answer).status, 200);
    }
    assert_eq!(server.seen().len(), 17);
}

#[tokio::test]
async fn concurrent_callers_all_recover_from_a_stale_nonce() {
    let server = guarded(16).await;
    let client = client(&server, api_key());
    let request = create();
    for _ in 0..4 {
        for answer in join_all((0..16).map(|_| client.send(&request))).await {
            assert_eq!(response(answer).status, 200);
        }
    }
}

#[tokio::test]
async fn a_wrong_key_is_tried_once_per_call() {
    let server = guarded(usize::MAX).await;
    let wrong = Credential::ApiKey { public: "abcdefgh".into(), private: SecretString::from("wrong") };
    let client = client(&server, wrong);
    for number in 1..=2 {
        let response = response(client.send(&create()).await);
        assert_eq!((response.status, response.error_code()), (401, Some("UNEXPECTED_ERROR")));
        // The probe and one signed request.
        let seen = server.seen();
        assert_eq!(seen.len(), 2 * number);
        assert_eq!([seen[2 * number - 2].digest("nc"), seen[2 * number - 1].digest("nc")], ["", "00000001"]);
    }
}

#[tokio::test]
async fn a_nonce_is_shared_even_if_its_first_answer_is_lost() {
    let guard = Arc::new(Guard::default());
    let server = Server::start(move |seen: Seen| {
        let guard = Arc::clone(&guard);
        async move {
            if seen.digest("nc") == "00000001" {
                std::future::pending::<()>().await;
            }
            guard.judge(&seen, usize::MAX)
        }
    })
    .await;
    let mut settings = settings(&server.url(), api_key());
    settings.timeout = Duration::from_millis(60);
    let client = Client::new(settings).unwrap();
    assert!(matches!(client.send(&create()).await, Answer::NoAnswer(_)));
    assert_eq!(response(client.send(&create()).await).status, 200);
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_401_without_a_challenge_is_not_retried() {
    let server = Server::start(async |seen: Seen| match seen.digest("nc") {
        "" => Guard::default().challenge(false),
        "00000001" => answer(200, INVITE),
        _ => answer(401, r#"{"errorCode":"USER_UNAUTHORIZED"}"#),
    })
    .await;
    let client = client(&server, api_key());
    response(client.send(&Request::Organization).await);
    assert_eq!(response(client.send(&create()).await).error_code(), Some("USER_UNAUTHORIZED"));
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_failed_handshake_is_the_answer_to_all_waiting_callers() {
    for (status, sent) in [(401, true), (403, true), (404, true), (200, false), (429, false), (500, false)] {
        let server = Server::start(move |_| async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let mut answer = answer(status, r#"{"errorCode":"WHY"}"#);
            answer.headers_mut().insert("retry-after", "7".parse().unwrap());
            answer
        })
        .await;
        let client = client(&server, api_key());
        let request = create();
        for answer in join_all((0..16).map(|_| client.send(&request))).await {
            match answer {
                Answer::Response(response) if sent => {
                    assert_eq!((response.status, response.error_code()), (status, Some("WHY")));
                }
                Answer::NotSent(not_sent) if !sent => assert_eq!(not_sent.retry_after, Some(Duration::from_secs(7))),
                Answer::Response(_) | Answer::NotSent(_) | Answer::NoAnswer(_) => panic!("{status}: {answer:?}"),
            }
        }
        assert_eq!(server.seen().len(), 1, "{status}");
    }
}
