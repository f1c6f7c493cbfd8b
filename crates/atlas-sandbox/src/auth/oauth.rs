//! Tokens of service accounts: `/api/oauth/token` and `/api/oauth/revoke` (OAuth 2.0 client credentials).
//!
//! Errors have OAuth's form, except for the rate limit, which has Atlas's. The texts of `invalid_request` and
//! `unsupported_grant_type` are guesses.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::json;

use crate::answer::{self, Style};
use crate::bucket::WindowCount;
use crate::options::Options;
use crate::options::credentials::Credentials;
use crate::problem::Problem;

pub(crate) const TOKEN_PATH: &str = "/api/oauth/token";
pub(crate) const REVOKE_PATH: &str = "/api/oauth/revoke";

/// The valid tokens, and the limits on them.
#[derive(Debug)]
pub(crate) struct Tokens {
    lifetime: Duration,
    max_active: usize,
    requests: WindowCount,
    random: fastrand::Rng,
    /// The time at which each token expires.
    expiries: HashMap<String, Duration>,
}

impl Tokens {
    pub(crate) fn new(options: &Options) -> Self {
        Tokens {
            lifetime: options.token_lifetime,
            max_active: options.limits.active_tokens,
            requests: WindowCount::new(options.limits.tokens),
            random: fastrand::Rng::with_seed(options.seed),
            expiries: HashMap::new(),
        }
    }

    /// Returns whether a bearer token is valid.
    pub(crate) fn accepts(&self, token: &str, now: Duration) -> bool {
        self.expiries.get(token).is_some_and(|expiry| now < *expiry)
    }

    /// Revokes every token.
    pub(crate) fn revoke_all(&mut self) {
        self.expiries.clear();
    }

    /// Answers a request to either endpoint. Without accepted credentials, every client is refused.
    pub(crate) fn answer(
        &mut self,
        request: &Request<Bytes>,
        accepted: Option<&Credentials>,
        now: Duration,
    ) -> Response<Bytes> {
        if request.method() != Method::POST {
            let mut response = answer::bare(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST,OPTIONS"));
            return response;
        }
        if !accepted.is_some_and(|credentials| is_service_account(request.headers(), credentials)) {
            return refuse(StatusCode::UNAUTHORIZED, "invalid_client", "Invalid credentials provided.");
        }
        let path = request.uri().path();
        if path == TOKEN_PATH && !self.requests.admit(now) {
            let problem = Problem::resource_limited(path, self.requests.max(), self.requests.minutes());
            return answer::error(&problem, Style::default());
        }
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !content_type.is_some_and(|value| value.starts_with("application/x-www-form-urlencoded")) {
            return refuse(StatusCode::BAD_REQUEST, "invalid_request", "The body must be a form.");
        }
        let form: HashMap<String, String> = form_urlencoded::parse(request.body()).into_owned().collect();
        if path == TOKEN_PATH { self.issue(&form, now) } else { self.revoke(&form) }
    }

    fn issue(&mut self, form: &HashMap<String, String>, now: Duration) -> Response<Bytes> {
        match form.get("grant_type").map(String::as_str) {
            Some("client_credentials") => {}
            Some(_) => {
                let text = "The grant type must be client_credentials.";
                return refuse(StatusCode::BAD_REQUEST, "unsupported_grant_type", text);
            }
            None => return refuse(StatusCode::BAD_REQUEST, "invalid_request", "The grant type is missing."),
        }
        self.expiries.retain(|_, expiry| now < *expiry);
        if self.expiries.len() >= self.max_active {
            let text =
                "Access Token limit reached. Please use the existing Access Tokens or create a new Service Account.";
            return refuse(StatusCode::FORBIDDEN, "access_denied", text);
        }
        let mut random = [0; 32];
        self.random.fill(&mut random);
        let token = [br#"{"alg":"none","typ":"JWT"}"#.as_slice(), br#"{"iss":"sandbox"}"#, &random]
            .map(|part| URL_SAFE_NO_PAD.encode(part))
            .join(".");
        self.expiries.insert(token.clone(), now.saturating_add(self.lifetime));
        let seconds = self.lifetime.as_secs();
        answer::plain_json(
            StatusCode::OK,
            format!(r#"{{"access_token":"{token}","expires_in":{seconds},"token_type":"Bearer"}}"#),
        )
    }

    fn revoke(&mut self, form: &HashMap<String, String>) -> Response<Bytes> {
        match form.get("token") {
            Some(token) => {
                self.expiries.remove(token);
                answer::bare(StatusCode::OK)
            }
            None => refuse(StatusCode::BAD_REQUEST, "invalid_request", "The token is missing."),
        }
    }
}

/// Returns whether HTTP Basic names the service account and its secret.
fn is_service_account(headers: &HeaderMap, credentials: &Credentials) -> bool {
    let Some(value) = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) else { return false };
    let Some((scheme, encoded)) = value.split_once(' ') else { return false };
    let expected = format!("{}:{}", credentials.client_id, credentials.client_secret);
    scheme.eq_ignore_ascii_case("Basic")
        && STANDARD.decode(encoded.trim()).is_ok_and(|given| given == expected.as_bytes())
}

fn refuse(status: StatusCode, error: &str, description: &str) -> Response<Bytes> {
    answer::plain_json(status, format!(r#"{{"error_description":{},"error":{}}}"#, json!(description), json!(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(path: &str, body: &'static str, authorization: &str) -> Request<Bytes> {
        Request::post(path)
            .header("authorization", authorization)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Bytes::from_static(body.as_bytes()))
            .unwrap()
    }

    fn basic() -> String {
        let Credentials { client_id, client_secret, .. } = Credentials::default();
        format!("Basic {}", STANDARD.encode(format!("{client_id}:{client_secret}")))
    }

    fn ask(tokens: &mut Tokens, body: &'static str, authorization: &str, seconds: u64) -> (u16, String) {
        let request = post(TOKEN_PATH, body, authorization);
        let response = tokens.answer(&request, Some(&Credentials::default()), Duration::from_secs(seconds));
        (response.status().as_u16(), String::from_utf8(response.into_body().to_vec()).unwrap())
    }

    #[test]
    fn a_token_is_valid_for_an_hour_unless_revoked() {
        let mut tokens = Tokens::new(&Options::default());
        let (status, body) = ask(&mut tokens, "grant_type=client_credentials", &basic(), 0);
        let token = body.split('"').nth(3).unwrap().to_owned();
        assert_eq!(
            (status, body),
            (200, format!(r#"{{"access_token":"{token}","expires_in":3600,"token_type":"Bearer"}}"#))
        );
        assert!(tokens.accepts(&token, Duration::from_secs(3599)));
        assert!(!tokens.accepts(&token, Duration::from_secs(3600)));
        let body = format!("token={token}&token_type_hint=access_token");
        let request = post(REVOKE_PATH, body.leak(), &basic());
        let response = tokens.answer(&request, Some(&Credentials::default()), Duration::ZERO);
        assert_eq!((response.status().as_u16(), response.body().len()), (200, 0));
        assert!(!tokens.accepts(&token, Duration::from_secs(1)));
    }

    #[test]
    fn only_the_limits_error_has_atlas_form() {
        let mut tokens = Tokens::new(&Options::default());
        let (status, body) = ask(&mut tokens, "grant_type=client_credentials", "Basic dW5rbm93bg==", 0);
        assert_eq!(
            (status, &*body),
            (401, r#"{"error_description":"Invalid credentials provided.","error":"invalid_client"}"#)
        );
        assert_eq!(ask(&mut tokens, "grant_type=password", &basic(), 0).0, 400);
        assert_eq!(ask(&mut tokens, "", &basic(), 0).0, 400);
        for _ in 2..50 {
            assert_eq!(ask(&mut tokens, "grant_type=client_credentials", &basic(), 0).0, 200);
        }
        let (status, body) = ask(&mut tokens, "grant_type=client_credentials", &basic(), 59);
        assert_eq!(status, 429);
        assert_eq!(
            body,
            r#"{"detail":"Resource /api/oauth/token is limited to 50 requests every 1 minutes.","error":429,"errorCode":"RATE_LIMITED","parameters":["/api/oauth/token",50,1],"reason":"Too Many Requests"}"#
        );
    }

    #[test]
    fn a_hundred_tokens_are_valid_at_once() {
        let mut tokens = Tokens::new(&Options::default());
        let statuses: Vec<_> =
            (0..102).map(|n| ask(&mut tokens, "grant_type=client_credentials", &basic(), n * 2).0).collect();
        assert!(statuses[..100].iter().all(|status| *status == 200));
        assert_eq!(statuses[100..], [403, 403]);
        assert_eq!(ask(&mut tokens, "grant_type=client_credentials", &basic(), 3601).0, 200);
    }
}
