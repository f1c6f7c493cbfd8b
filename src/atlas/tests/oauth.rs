//! One token for all, renewed in time and by one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;

use super::server::{Seen, Server, answer};
use super::*;
use crate::atlas::api::{Body, Gateway};

/// A server whose nth token is `t<n>`, good for `life` seconds, and that takes the tokens which `good` says.
async fn server(life: &'static str, good: fn(&str) -> bool) -> Server {
    let issued = Arc::new(AtomicUsize::new(0));
    Server::start(move |seen: Seen| {
        let issued = Arc::clone(&issued);
        async move {
            if seen.target != "/api/oauth/token" {
                let token = seen.header("authorization").trim_start_matches("Bearer ");
                return if good(token) { answer(200, INVITE) } else { answer(401, r#"{"errorCode":"NO"}"#) };
            }
            // Long enough for all who want a token to come and wait.
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
async fn sixteen_callers_share_one_token_request() {
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
async fn a_token_is_renewed_a_minute_early_by_one_while_the_others_use_the_old() {
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
async fn an_expired_token_is_renewed_by_one_while_the_others_wait() {
    let server = server(r#""expires_in":3600,"#, |_| true).await;
    let client = client(&server, service_account());
    response(client.send(&create()).await);
    pass(Duration::from_secs(3601)).await;
    send_16(&client).await;
    assert_eq!(token_requests(&server), 2);
}

#[tokio::test]
async fn a_token_of_no_stated_life_is_an_hours() {
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
async fn a_refused_token_is_returned_and_replaced_before_the_next_request() {
    let server = server(r#""expires_in":3600,"#, |token| token == "t2").await;
    let client = client(&server, service_account());
    assert_eq!(send_16(&client).await, [401; 16]);
    assert_eq!(send_16(&client).await, [200; 16]);
    assert_eq!(token_requests(&server), 2);
}

#[tokio::test]
async fn a_late_refusal_of_an_old_token_leaves_the_new_one_alone() {
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
async fn the_token_endpoints_refusal_is_the_answer_of_all_who_waited() {
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
        // Who comes later asks again.
        response(client.send(&request).await);
        assert_eq!(server.seen().len(), 2);
    }
}

#[tokio::test]
async fn what_may_pass_is_not_sent() {
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
        assert_eq!(not_sent.retry_after, wait, "{status} {body}");
        assert!(not_sent.detail.starts_with("no token for the service account: "), "{not_sent:?}");
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_renewal_that_fails_leaves_the_old_token_in_use() {
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
    // The next try would be after the end of the token's life, which is no reason to use it any longer.
    pass(Duration::from_secs(25)).await;
    assert!(matches!(client.send(&create()).await, Answer::NotSent(_)));
}
