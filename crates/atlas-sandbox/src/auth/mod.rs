//! Authenticates requests by bearer token, service account or HTTP Digest, and answers all others with a challenge.

pub(crate) mod digest;
pub(crate) mod oauth;

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use http::{Request, Response, StatusCode};

use self::digest::{Nonces, Verification};
use self::oauth::Tokens;
use crate::answer;
use crate::options::Options;
use crate::options::credentials::{AuthScheme, Credentials};

/// The body of a 401, the only one that Atlas indents.
const UNAUTHORIZED: &str = r#"{
  "error" : 401,
  "reason" : "Unauthorized",
  "detail" : "You are not authorized for this resource.",
  "errorCode" : "UNEXPECTED_ERROR"
}"#;

/// The accepted credentials, with the nonces and tokens that were given out.
#[derive(Debug)]
pub(crate) struct Authenticator {
    credentials: Credentials,
    nonces: Nonces,
    tokens: Tokens,
    revoked: bool,
}

impl Authenticator {
    pub(crate) fn new(options: &Options) -> Self {
        Authenticator {
            credentials: options.credentials.clone(),
            nonces: Nonces::new(options.nonce_age, options.nonce_uses, options.seed),
            tokens: Tokens::new(options),
            revoked: false,
        }
    }

    /// Revokes every credential.
    pub(crate) fn revoke(&mut self) {
        self.revoked = true;
        self.tokens.revoke_all();
    }

    /// Answers a request to a token endpoint.
    pub(crate) fn token(&mut self, request: &Request<Bytes>, now: Duration) -> Response<Bytes> {
        let accepted = (!self.revoked).then_some(&self.credentials);
        self.tokens.answer(request, accepted, now)
    }

    /// Returns how a request is authenticated, or the answer if it is not. Atlas answers a wrong key and a missing one
    /// alike; that it answers an expired bearer token in the same way is a guess.
    pub(crate) fn authenticate(
        &mut self,
        request: &Request<Bytes>,
        now: Duration,
    ) -> Result<AuthScheme, Box<Response<Bytes>>> {
        let value = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
        let mut stale = false;
        if scheme.eq_ignore_ascii_case("Bearer") {
            let token = rest.trim();
            if !self.revoked && (token == self.credentials.token || self.tokens.accepts(token, now)) {
                return Ok(AuthScheme::Bearer);
            }
        } else if scheme.eq_ignore_ascii_case("Digest") {
            let uri = request.uri().path_and_query().map_or("/", |uri| uri.as_str());
            match self.nonces.verify(rest, request.method().as_str(), uri, &self.credentials, now) {
                Verification::Accepted if !self.revoked => return Ok(AuthScheme::Digest),
                Verification::Stale => stale = true,
                Verification::Accepted | Verification::Refused => {}
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

    fn authenticate(
        authenticator: &mut Authenticator,
        authorization: &str,
    ) -> Result<AuthScheme, Box<Response<Bytes>>> {
        let request = Request::get("/api/atlas/v2").header("authorization", authorization).body(Bytes::new()).unwrap();
        authenticator.authenticate(&request, Duration::ZERO)
    }

    #[test]
    fn unknown_credentials_get_the_recorded_answer() {
        let response = authenticate(&mut Authenticator::new(&Options::default()), "Basic x").unwrap_err();
        assert_eq!((response.status().as_u16(), response.body().len()), (401, 142));
        assert!(
            response.headers()["www-authenticate"].to_str().unwrap().starts_with("Digest realm=\"MMS Public API\"")
        );
    }

    #[test]
    fn revoked_credentials_are_unknown() {
        let mut authenticator = Authenticator::new(&Options::default());
        assert_eq!(authenticate(&mut authenticator, &format!("bearer {TOKEN}")).unwrap(), AuthScheme::Bearer);
        authenticator.revoke();
        assert!(authenticate(&mut authenticator, &format!("Bearer {TOKEN}")).is_err());
    }
}
