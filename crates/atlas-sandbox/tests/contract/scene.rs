//! Sends requests to a sandbox, and records them with their answers.

use std::cell::RefCell;

use atlas_sandbox::{ORGANIZATION, Options, Sandbox, TOKEN};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::Request;
use openapi_contract::Exchange;
use serde_json::Value;

/// A sandbox, and the exchanges with it and others.
pub(crate) struct Scene<'s> {
    pub(crate) sandbox: Sandbox,
    pub(crate) exchanges: &'s RefCell<Vec<Exchange>>,
}

impl<'s> Scene<'s> {
    pub(crate) fn new(exchanges: &'s RefCell<Vec<Exchange>>, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options { start: "2026-08-10T03:03:37.25Z".parse().ok(), ..Options::default() };
        change(&mut options);
        Scene { sandbox: Sandbox::new(options), exchanges }
    }

    /// Sends a request, and fails unless it is answered with this status.
    pub(crate) async fn send(&self, request: http::request::Builder, body: impl Into<Bytes>, status: u16) -> Exchange {
        let request = request.header("host", "localhost:8080").body(body.into()).expect("a request");
        let response = self.sandbox.handle(request.clone()).await.response;
        assert_eq!(response.status(), status, "{request:?}: {response:?}");
        let exchange = Exchange::new(&request, &response);
        self.exchanges.borrow_mut().push(exchange.clone());
        exchange
    }

    /// Sends a request with the bearer token.
    pub(crate) async fn ask(&self, call: &str, version: &str, body: impl ToString, status: u16) -> Value {
        let request = call_of(call, version).header("authorization", format!("Bearer {TOKEN}"));
        self.send(request, body.to_string(), status).await.answer.json().unwrap_or_default()
    }

    pub(crate) async fn get(&self, path: &str, status: u16) -> Value {
        let version = if path.starts_with("/users") { "2025-02-19" } else { "2025-03-12" };
        self.ask(&format!("GET {path}"), version, "", status).await
    }

    pub(crate) async fn invite(&self, body: impl ToString, status: u16) -> Value {
        self.ask("POST /invites", "2023-01-01", body, status).await
    }

    pub(crate) async fn add(&self, body: impl ToString, status: u16) -> Value {
        self.ask("POST /users", "2025-02-19", body, status).await
    }

    pub(crate) async fn token(&self, path: &str, account: &str, form: &'static str, status: u16) -> Value {
        let basic = BASE64_STANDARD.encode(account);
        let request = Request::post(path)
            .header("authorization", format!("Basic {basic}"))
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request, form, status).await.answer.json().unwrap_or_default()
    }
}

/// Builds a request such as `GET /users` to the organization, or to the API if the path begins with `/api`.
pub(crate) fn call_of(call: &str, version: &str) -> http::request::Builder {
    let (method, path) = call.split_once(' ').expect("a method and a path");
    let uri = match path.strip_prefix("/api") {
        Some(_) => path.to_owned(),
        None => format!("/api/atlas/v2/orgs/{ORGANIZATION}{path}"),
    };
    let accept = format!("application/vnd.atlas.{version}+json");
    Request::builder().method(method).uri(uri).header("accept", accept).header("content-type", "application/json")
}
