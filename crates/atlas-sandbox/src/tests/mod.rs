//! Tests of whole requests and answers, without a socket and with a paused clock.

mod access;
mod clocks;
mod control;
mod faults;
mod lag;
mod late;
mod limits;
mod lists;
mod odd_answers;
mod readme;
mod refusals;
mod resources;

use bytes::Bytes;
use http::{HeaderMap, Request};
use serde_json::{Value, json};

use super::*;

const TEAM: &str = "7ea000000000000000000001";
const PROJECT: &str = "9c0000000000000000000001";

/// An answer with its body read.
struct Answered {
    status: u16,
    headers: HeaderMap,
    text: String,
    json: Value,
    delivery: Delivery,
}

impl Answered {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn code(&self) -> &str {
        self.json["errorCode"].as_str().unwrap_or_default()
    }
}

fn sandbox(change: impl FnOnce(&mut Options)) -> Sandbox {
    let mut options = Options { start: Some("2026-08-10T03:03:37.25Z".parse().unwrap()), ..Options::default() };
    change(&mut options);
    Sandbox::new(options)
}

async fn send(sandbox: &Sandbox, request: http::request::Builder, body: &str) -> Answered {
    let request = request.header("host", "localhost:8080").body(Bytes::copy_from_slice(body.as_bytes())).unwrap();
    let Reply { response, delivery } = sandbox.handle(request).await;
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(body.to_vec()).unwrap();
    let json = serde_json::from_str(&text).unwrap_or_default();
    Answered { status: parts.status.as_u16(), headers: parts.headers, text, json, delivery }
}

fn request(method: &str, path: &str, version: &str) -> http::request::Builder {
    let uri = if path.starts_with("/api") || path.starts_with("/_sandbox") {
        path.to_owned()
    } else {
        format!("/api/atlas/v2/orgs/{ORGANIZATION}{path}")
    };
    Request::builder()
        .method(method)
        .uri(uri)
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("accept", format!("application/vnd.atlas.{version}+json"))
        .header("content-type", "application/json")
}

async fn get(sandbox: &Sandbox, path: &str) -> Answered {
    let version = if path.starts_with("/users") { "2025-02-19" } else { "2025-03-12" };
    send(sandbox, request("GET", path, version), "").await
}

async fn invite(sandbox: &Sandbox, email: &str) -> Answered {
    let body = json!({"username": email, "roles": ["ORG_MEMBER"]}).to_string();
    send(sandbox, request("POST", "/invites", "2023-01-01"), &body).await
}

async fn add_user(sandbox: &Sandbox, email: &str) -> Answered {
    let body = json!({"username": email, "roles": {"orgRoles": ["ORG_MEMBER"]}}).to_string();
    send(sandbox, request("POST", "/users", "2025-02-19"), &body).await
}

fn emails(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|entry| entry["username"].as_str().unwrap()).collect()
}
