//! Requests as they are sent, answers as they are parsed, and lost answers.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::server::{Server, answer};
use super::*;
use crate::atlas::api::{Body, Gateway, Lost};
use crate::model::reason::NetworkFault;

#[tokio::test]
async fn a_create_is_one_signed_post() {
    let server = Server::start(async |_| {
        let mut answer = answer(200, INVITE);
        answer.headers_mut().insert("ratelimit-remaining", "499".parse().unwrap());
        answer
    })
    .await;
    let response = response(client(&server, token()).send(&create()).await);
    assert!(matches!(response.body, Body::Created(invite) if invite.id == "i1"));
    assert_eq!((response.status, response.remaining), (200, Some(499)));
    assert!(response.date.is_some());
    let [seen] = &server.seen()[..] else { panic!("not one request") };
    assert_eq!(seen.method, "POST");
    assert_eq!(seen.target, format!("/api/atlas/v2/orgs/{ORG}/invites"));
    assert_eq!(seen.header("authorization"), format!("Bearer {SECRET}"));
    assert_eq!(seen.header("accept"), "application/vnd.atlas.2023-01-01+json");
    assert_eq!(seen.header("content-type"), seen.header("accept"));
    let agent = seen.header("user-agent");
    assert!(agent.starts_with(concat!("bulk-invite/", env!("CARGO_PKG_VERSION"), " (")), "{agent}");
    assert_eq!(seen.body, "{}");
}

#[tokio::test]
async fn a_rejected_access_token_is_not_retried() {
    let server = Server::start(async |_| answer(401, r#"{"error":401,"errorCode":"NO","detail":"no"}"#)).await;
    let response = response(client(&server, token()).send(&create()).await);
    assert_eq!((response.status, response.error_code()), (401, Some("NO")));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn a_redirect_to_another_host_is_not_followed() {
    let other = Server::start(async |_| answer(200, INVITE)).await;
    let location = format!("{}/stolen?username=ada", other.url());
    for credential in [token(), api_key(), service_account()] {
        let location = location.clone();
        let server = Server::start(move |_| {
            let mut answer = answer(307, "");
            answer.headers_mut().insert("location", location.parse().unwrap());
            std::future::ready(answer)
        })
        .await;
        let response = response(client(&server, credential).send(&create()).await);
        assert_eq!(response.status, 307);
        assert!(matches!(response.body, Body::Unreadable(text) if text.contains("/stolen;")));
        assert_eq!(server.seen().len(), 1);
    }
    assert_eq!(other.seen().len(), 0);
}

#[tokio::test]
async fn a_refused_connection_is_not_sent() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    for credential in [token(), api_key(), service_account()] {
        let client = Client::new(settings(&format!("http://127.0.0.1:{port}"), credential)).unwrap();
        let Answer::NotSent(not_sent) = client.send(&create()).await else { panic!("sent") };
        assert_eq!(not_sent.fault, NetworkFault::Connection);
        assert!(not_sent.detail.contains(&format!("127.0.0.1:{port}")), "{not_sent:?}");
    }
}

#[tokio::test]
async fn a_server_without_tls_gets_no_request() {
    let server = Server::start(async |_| answer(200, INVITE)).await;
    let url = server.url().replace("http:", "https:");
    let Ok(client) = Client::new(settings(&url, token())) else {
        return; /* a machine without trust roots */
    };
    assert!(matches!(client.send(&create()).await, Answer::NotSent(_)));
    assert_eq!(server.seen().len(), 0);
}

/// Returns the failure if the server reads the request, writes `bytes` and closes the connection.
async fn lost_after(bytes: &'static [u8]) -> (Lost, String) {
    let server = Server::raw(move |mut stream| async move {
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(bytes).await;
    })
    .await;
    match client(&server, token()).send(&create()).await {
        Answer::NoAnswer(lost) => (lost.lost, lost.detail),
        answer @ (Answer::NotSent(_) | Answer::Response(_)) => panic!("{answer:?}"),
    }
}

#[tokio::test]
async fn a_connection_that_closes_before_the_head_is_reset() {
    for bytes in [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 999999 what\r\n\r\n", b"\x15\x03\x01"] {
        let (lost, detail) = lost_after(bytes).await;
        assert_eq!(lost, Lost::Reset, "{detail}");
        assert!(!detail.contains("ada"), "{detail}");
    }
}

#[tokio::test]
async fn a_connection_that_closes_within_the_body_is_cut_off() {
    for bytes in [
        &b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{\"id\":\"i1\""[..],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n",
        b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let (lost, detail) = lost_after(bytes).await;
        assert_eq!(lost, Lost::CutOff, "{detail}");
    }
}

#[tokio::test]
async fn a_slow_head_or_body_is_a_timeout() {
    for bytes in [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{"] {
        let server = Server::raw(move |mut stream| async move {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(bytes).await;
            std::future::pending().await
        })
        .await;
        let mut settings = settings(&server.url(), token());
        settings.timeout = Duration::from_millis(60);
        let answer = Client::new(settings).unwrap().send(&create()).await;
        let Answer::NoAnswer(lost) = answer else { panic!("{answer:?}") };
        assert_eq!(lost.lost, Lost::Timeout);
        assert!(lost.detail.contains("within 60ms"), "{}", lost.detail);
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_read() {
    for (status, request) in [(200, create()), (500, Request::Invites)] {
        let server = Server::start(move |_| std::future::ready(answer(status, &"x".repeat(100 << 10)))).await;
        let response = response(client(&server, token()).send(&request).await);
        assert_eq!(response.status, status);
        assert!(matches!(response.body, Body::Unreadable(text) if text.contains("64 KiB")));
    }
}

#[tokio::test]
async fn a_body_in_many_chunks_is_joined() {
    let server = Server::raw(async |mut stream| {
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
        for piece in ["{\"id\"", ":", "\"i1\"}"] {
            let _ = stream.write_all(format!("{:x}\r\n{piece}\r\n", piece.len()).as_bytes()).await;
            tokio::task::yield_now().await;
        }
        let _ = stream.write_all(b"0\r\n\r\n").await;
    })
    .await;
    let response = response(client(&server, token()).send(&create()).await);
    assert!(matches!(response.body, Body::Created(invite) if invite.id == "i1"));
}

/// Returns the body of an answer to the list of invites, whose body arrives in these pieces.
async fn invites_in(pieces: Vec<String>) -> Answer {
    let pieces = std::sync::Arc::new(pieces);
    let server = Server::raw(move |mut stream| {
        let pieces = pieces.clone();
        async move {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
            for piece in pieces.iter() {
                let _ = stream.write_all(format!("{:x}\r\n{piece}\r\n", piece.len()).as_bytes()).await;
                tokio::task::yield_now().await;
            }
            let _ = stream.write_all(b"0\r\n\r\n").await;
        }
    })
    .await;
    client(&server, token()).send(&Request::Invites).await
}

#[tokio::test]
async fn the_list_of_invites_is_parsed_while_it_arrives() {
    let entry = |number| format!(r#"{{"id":"i{number}","username":"a{number}@example.com","roles":["ORG_MEMBER"]}}"#);
    let mut pieces: Vec<String> = (0..2000).flat_map(|number| [",".to_owned(), entry(number)]).collect();
    pieces[0] = "[".to_owned();
    pieces.push("]".to_owned());
    let Body::Invites(invites) = response(invites_in(pieces).await).body else { panic!("unreadable") };
    assert_eq!((invites.len(), &*invites[1999].id), (2000, "i1999"));
}

#[tokio::test]
async fn an_incomplete_list_of_invites_is_unreadable() {
    for (pieces, problem) in [
        (["[{\"id\":\"i\",\"username\":\"a@exam", "ple.com\"}"], "an incomplete value"),
        (["[{\"id\":\"i\",\"username\":\"a@example.com\"},{\"id\":", "\"j\"}]"], "an entry without an id or name"),
        (["<html>log", " in</html>"], "starting with <html>log"),
        (["{\"results\":", "[]}"], "no list"),
    ] {
        let body = response(invites_in(pieces.map(str::to_owned).to_vec()).await).body;
        let (Body::Unreadable(text) | Body::Page(text)) = body else { panic!("{pieces:?} is readable") };
        assert!(text.contains(problem), "{text}");
    }
}

#[tokio::test]
async fn a_closed_connection_is_replaced() {
    let server = Server::raw(async |mut stream| {
        // Two answers, then the connection closes silently.
        for _ in 0..2 {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{INVITE}", INVITE.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    })
    .await;
    let client = client(&server, token());
    for _ in 0..4 {
        assert_eq!(response(client.send(&create()).await).status, 200);
        // Time for the connection's task to notice that the server has closed it.
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
