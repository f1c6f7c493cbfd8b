//! The access token of a service account: shared by all callers, and renewed by one of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;

use super::server::{Seen, Server, answer};
use super::*;
use crate::atlas::api::{Body, Gateway};
use crate::model::reason::NetworkFault;

/// Starts a server whose nth token is `t<n>`, with the lifetime in `life`, and that accepts the tokens for which `good`
/// returns true.
async fn server(life: &'static str, good: fn(&str) -> bool) -> Server {
    let issued = Arc::new(AtomicUsize::new(0));
    Server::start(move |seen: Seen| {
        let issued = Arc::clone(&issued);
        async move {
            if seen.target != "/api/oauth/token" {
                let token = seen.header("authorization").trim_start_matches("Bearer ");
                return if good(token) { answer(200, INVITE) } else { answer(401, r#"{"errorCode":"NO"}"#) };
            }
            // Long enough for all callers to arrive and wait.
            tokio::time::sleep(Duration::from_millis(20)).await;
            let number = issued.fetch_add(1, Ordering::SeqCst) + 1;
            answer(200, &format!(r#"{{"access_token":"t{number}",{life}"token_type":"Bearer"}}"#))
        }
    })
    .await
}

fn token_requests(server: &Server) -> usize {
    server.seen().iter().filter(|seen| seen.target == "/api/oauth/token").count()
}

async fn send_16(client: &Client) -> Vec<u16> {
    let request = create();
    join_all((0..16).map(|_| client.send(&request))).await.into_iter().map(|answer| response(answer).status).collect()
}

#[tokio::test]
async fn concurrent_callers_share_one_token_request() {
    let server = server(r#""expires_in":3600,"#, |token| token == "t1").await;
    let client = client(&server, service_account());
    assert_eq!(send_16(&client).await, [200; 16]);
    assert_eq!(token_requests(&server), 1);
    let seen = server.seen().into_iter().find(|seen| seen.target == "/api/oauth/token").unwrap();
    assert_eq!(seen.method, "POST");
    assert_eq!(seen.header("authorization"), "Basic bWRiX3NhX2lkXzE6czNjcmV0LXZhbHVl");
    assert_eq!(seen.header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(seen.header("accept"), "application/json");
    assert_eq!(seen.body, "grant_type=client_credentials");
}

#[tokio::test]
async fn a_token_is_renewed_early_while_others_use_the_old_one() {
    let server = server(r#""expires_in":3600,"#, |_| true).await;
    let client = client(&server, service_account());
    response(client.send(&create()).await);
    pass(Duration::from_secs(3539)).await;
    response(client.send(&create()).await);
    assert_eq!(token_requests(&server), 1);
    pass(Duration::from_secs(2)).await;
    send_16(&client).await;
    assert_eq!(token_requests(&server), 2);
    let with = |token: &str| server.seen().iter().filter(|seen| seen.header("authorization").ends_with(token)).count();
    assert_eq!((with(" t1"), with(" t2")), (2 + 15, 1));
}

#[tokio::test]
async fn an_expired_token_is_renewed_once_while_others_wait() {
    let server = server(r#""expires_in":3600,"#, |_| true).await;
    let client = client(&server, service_account());
    response(client.send(&create()).await);
    pass(Duration::from_secs(3601)).await;
    send_16(&client).await;
    assert_eq!(token_requests(&server), 2);
}

#[tokio::test]
async fn a_token_without_a_stated_lifetime_lasts_an_hour() {
    for life in ["", r#""expires_in":"soon","#, r#""expires_in":0,"#, r#""expires_in":-1,"#] {
        let server = server(life, |_| true).await;
        let client = client(&server, service_account());
        response(client.send(&create()).await);
        pass(Duration::from_secs(3500)).await;
        response(client.send(&create()).await);
        assert_eq!(token_requests(&server), 1, "{life}");
        pass(Duration::from_secs(100)).await;
        response(client.send(&create()).await);
        assert_eq!(token_requests(&server), 2, "{life}");
    }
}

#[tokio::test]
async fn a_rejected_token_is_replaced_before_the_next_request() {
    let server = server(r#""expires_in":3600,"#, |token| token == "t2").await;
    let client = client(&server, service_account());
    assert_eq!(send_16(&client).await, [401; 16]);
    assert_eq!(send_16(&client).await, [200; 16]);
    assert_eq!(token_requests(&server), 2);
}

#[tokio::test]
async fn a_late_rejection_of_an_old_token_keeps_the_new_one() {
    let issued = Arc::new(AtomicUsize::new(0));
    let server = Server::start(move |seen: Seen| {
        let issued = Arc::clone(&issued);
        async move {
            if seen.target == "/api/oauth/token" {
                let number = issued.fetch_add(1, Ordering::SeqCst) + 1;
                return answer(200, &format!(r#"{{"access_token":"t{number}"}}"#));
            }
            if seen.method == "GET" {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            answer(if seen.header("authorization").ends_with(" t1") { 401 } else { 200 }, INVITE)
        }
    })
    .await;
    let client = client(&server, service_account());
    let late = client.send(&Request::Organization);
    let early = async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let request = create();
        [response(client.send(&request).await).status, response(client.send(&request).await).status]
    };
    let (late, early) = tokio::join!(late, early);
    assert_eq!((response(late).status, early), (401, [401, 200]));
    assert_eq!(response(client.send(&create()).await).status, 200);
    assert_eq!(token_requests(&server), 2);
}

#[tokio::test]
async fn a_refused_token_request_is_the_answer_to_all_callers() {
    for status in [400, 401, 403] {
        let server = Server::start(move |_| async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            answer(status, r#"{"error_description":"Invalid credentials provided.","error":"invalid_client"}"#)
        })
        .await;
        let client = client(&server, service_account());
        let request = create();
        for answer in join_all((0..16).map(|_| client.send(&request))).await {
            let response = response(answer);
            assert_eq!(response.status, status);
            assert_eq!(response.error_code(), Some("invalid_client"));
            assert!(
                matches!(&response.body, Body::Error(error) if error.detail.as_deref() == Some("Invalid credentials provided."))
            );
        }
        assert_eq!(server.seen().len(), 1);
        // A later caller tries again.
        response(client.send(&request).await);
        assert_eq!(server.seen().len(), 2);
    }
}

#[tokio::test]
async fn a_temporary_failure_to_get_a_token_means_not_sent() {
    for (status, body, wait) in [
        (429, r#"{"error":429,"errorCode":"RATE_LIMITED","detail":"limited"}"#, Some(Duration::from_secs(7))),
        (500, r#"{"error":"server_error","error_description":"Unexpected error."}"#, Some(Duration::from_secs(7))),
        (503, "<html>", Some(Duration::from_secs(7))),
        (200, "<html>", None),
        (200, "{}", None),
        (200, r#"{"access_token":"","token_type":"Bearer"}"#, None),
        (200, r#"{"access_token":"a b"}"#, None),
        (200, r#"{"access_token":"a","token_type":"mac"}"#, None),
        (204, "", None),
    ] {
        let server = Server::start(move |_| {
            let mut answer = answer(status, body);
            answer.headers_mut().insert("retry-after", "7".parse().unwrap());
            std::future::ready(answer)
        })
        .await;
        let answer = client(&server, service_account()).send(&create()).await;
        let Answer::NotSent(not_sent) = answer else { panic!("{status} {body}: {answer:?}") };
        assert_eq!((not_sent.fault, not_sent.retry_after), (NetworkFault::Token, wait), "{status} {body}");
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_failed_renewal_leaves_the_old_token_in_use() {
    let issued = Arc::new(AtomicUsize::new(0));
    let server = Server::start(move |seen: Seen| {
        let first = seen.target == "/api/oauth/token" && issued.fetch_add(1, Ordering::SeqCst) == 0;
        std::future::ready(match &*seen.target {
            "/api/oauth/token" if first => answer(200, r#"{"access_token":"t1","expires_in":3600}"#),
            "/api/oauth/token" => {
                let mut answer = answer(429, "");
                answer.headers_mut().insert("retry-after", "30".parse().unwrap());
                answer
            }
            _ => answer(200, INVITE),
        })
    })
    .await;
    let client = client(&server, service_account());
    response(client.send(&create()).await);
    for (passed, token_requests_by_then) in [(3545, 2), (29, 2), (2, 3)] {
        pass(Duration::from_secs(passed)).await;
        assert_eq!(send_16(&client).await, [200; 16]);
        assert_eq!(token_requests(&server), token_requests_by_then);
    }
    // The next attempt would be after the token expires, but an expired token is not used.
    pass(Duration::from_secs(25)).await;
    assert!(matches!(client.send(&create()).await, Answer::NotSent(_)));
}
