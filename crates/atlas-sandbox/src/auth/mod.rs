//! Who asks: the three ways in, and the one answer to everybody else.

pub(crate) mod digest;
pub(crate) mod oauth;

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use http::{Request, Response, StatusCode};

use crate::answer;
use crate::auth::digest::{Nonces, Verdict};
use crate::auth::oauth::Tokens;
use crate::options::Options;
use crate::options::credentials::{Caller, Credentials};

/// Atlas indents this body, and this one only.
const UNAUTHORIZED: &str = r#"{
  "error" : 401,
  "reason" : "Unauthorized",
  "detail" : "You are not authorized for this resource.",
  "errorCode" : "UNEXPECTED_ERROR"
}"#;

/// Checks credentials and hands out what they need.
#[derive(Debug)]
pub(crate) struct Gate {
    credentials: Credentials,
    nonces: Nonces,
    pub(crate) tokens: Tokens,
    revoked: bool,
}

impl Gate {
    pub(crate) fn new(options: &Options) -> Self {
        Gate {
            credentials: options.credentials.clone(),
            nonces: Nonces::new(options.nonce_age, options.nonce_uses, options.seed),
            tokens: Tokens::new(options),
            revoked: false,
        }
    }

    /// Ends every credential: whoever asks from now on is not authorized.
    pub(crate) fn revoke(&mut self) {
        self.revoked = true;
        self.tokens.revoke_all();
    }

    /// Answers a request to the token endpoints.
    pub(crate) fn token(&mut self, request: &Request<Bytes>, now: Duration) -> Response<Bytes> {
        let known = (!self.revoked).then_some(&self.credentials);
        self.tokens.answer(request, known, now)
    }

    /// Who asks, or the answer to someone unknown. Atlas does not tell a wrong key from a missing one; that a lapsed
    /// bearer token is answered alike is our guess.
    pub(crate) fn admit(&mut self, request: &Request<Bytes>, now: Duration) -> Result<Caller, Box<Response<Bytes>>> {
        let value = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
        let mut stale = false;
        if scheme.eq_ignore_ascii_case("Bearer") {
            let token = rest.trim();
            if !self.revoked && (token == self.credentials.token || self.tokens.accepts(token, now)) {
                return Ok(Caller::Bearer);
            }
        } else if scheme.eq_ignore_ascii_case("Digest") {
            let uri = request.uri().path_and_query().map_or("/", |uri| uri.as_str());
            match self.nonces.verify(rest, request.method().as_str(), uri, &self.credentials, now) {
                Verdict::Accepted if !self.revoked => return Ok(Caller::Key),
                Verdict::Stale => stale = true,
                Verdict::Accepted | Verdict::Refused => {}
            }
        }
        Err(Box::new(self.challenge(stale, now)))
    }

    fn challenge(&mut self, stale: bool, now: Duration) -> Response<Bytes> {
        let mut response = answer::bare(StatusCode::UNAUTHORIZED);
        *response.body_mut() = Bytes::from_static(UNAUTHORIZED.as_bytes());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Ok(challenge) = HeaderValue::from_str(&self.nonces.challenge(stale, now)) {
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::credentials::TOKEN;

    fn admit(gate: &mut Gate, authorization: &str) -> Result<Caller, Box<Response<Bytes>>> {
        let request = Request::get("/api/atlas/v2").header("authorization", authorization).body(Bytes::new()).unwrap();
        gate.admit(&request, Duration::ZERO)
    }

    #[test]
    fn a_stranger_gets_the_recorded_answer() {
        let response = admit(&mut Gate::new(&Options::default()), "Basic x").unwrap_err();
        assert_eq!((response.status().as_u16(), response.body().len()), (401, 142));
        assert!(
            response.headers()["www-authenticate"].to_str().unwrap().starts_with("Digest realm=\"MMS Public API\"")
        );
    }

    #[test]
    fn revoked_credentials_are_a_strangers() {
        let mut gate = Gate::new(&Options::default());
        assert_eq!(admit(&mut gate, &format!("bearer {TOKEN}")).unwrap(), Caller::Bearer);
        gate.revoke();
        assert!(admit(&mut gate, &format!("Bearer {TOKEN}")).is_err());
    }
}
