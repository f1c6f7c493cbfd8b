//! The access token of a service account: fetched once, shared by all requests, and renewed before it expires (OAuth
//! 2.0 client credentials).

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use serde::Deserialize;
use tokio::time::Instant;
use url::Url;

use super::credential::bearer;
use super::reply::{ENTITY_LIMIT, Payload, Reading, Reply};
use super::transport::Transport;
use super::wire::{self, Number, Text};
use crate::atlas::api::{Answer, NotSent};
use crate::model::reason::NetworkFault;

/// The lifetime of a token by Atlas's documentation, used if the answer does not state one.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// The longest lifetime that is accepted from an answer.
const LONGEST_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// A token is renewed this long before it expires, which covers clock differences and requests in flight, but at most a
/// tenth of its lifetime.
const MARGIN: Duration = Duration::from_secs(60);
/// The delay before the next attempt if a renewal failed while the old token is still valid.
const RENEWAL_RETRY: Duration = Duration::from_secs(5);

/// The tokens of one service account.
pub(super) struct Tokens {
    url: Url,
    /// The Basic credential.
    account: HeaderValue,
    state: Mutex<TokenState>,
    /// Held by the caller that fetches a token.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct TokenState {
    current: Option<Token>,
    /// The number of fetches that have ended.
    fetches: u64,
    /// The failure of the last fetch, if it failed.
    failure: Option<Answer>,
}

#[derive(Clone)]
pub(super) struct Token {
    pub(super) authorization: HeaderValue,
    renew_at: Instant,
    expires_at: Instant,
}

/// The body of the token endpoint's successful answer.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Granted<'a> {
    #[serde(borrow)]
    access_token: Text<'a>,
    #[serde(borrow)]
    token_type: Text<'a>,
    expires_in: Number,
}

impl Tokens {
    pub(super) fn new(url: Url, account: HeaderValue) -> Self {
        Self { url, account, state: Mutex::default(), fetching: tokio::sync::Mutex::default() }
    }

    /// Returns a valid token. One caller fetches it, and the others wait and share the result or the failure.
    ///
    /// While the old token is still valid, only the caller that renews it waits.
    pub(super) async fn current(&self, transport: &Transport) -> Result<Token, Answer> {
        let (token, seen) = {
            let state = self.state();
            (state.current.clone(), state.fetches)
        };
        let now = Instant::now();
        match token {
            Some(token) if now < token.renew_at => Ok(token),
            Some(token) if now < token.expires_at => {
                let Ok(_fetching) = self.fetching.try_lock() else { return Ok(token) };
                // Another caller may have renewed it before this one got the lock.
                if self.state().fetches == seen {
                    return Ok(self.fetch(transport).await.unwrap_or(token));
                }
                Ok(self.state().current.clone().unwrap_or(token))
            }
            Some(_) | None => {
                let _fetching = self.fetching.lock().await;
                {
                    let state = self.state();
                    if state.fetches != seen {
                        if let Some(failure) = &state.failure {
                            return Err(failure.clone());
                        }
                        if let Some(token) = &state.current {
                            return Ok(token.clone());
                        }
                    }
                }
                self.fetch(transport).await
            }
        }
    }

    /// Forgets a token that the server rejected, unless it has already been replaced.
    pub(super) fn discard(&self, rejected: &Token) {
        let mut state = self.state();
        if state.current.as_ref().is_some_and(|token| token.authorization == rejected.authorization) {
            state.current = None;
        }
    }

    /// Fetches a token. The caller must hold the lock `fetching`.
    async fn fetch(&self, transport: &Transport) -> Result<Token, Answer> {
        let sent_at = Instant::now();
        let outcome = match transport.exchange(self.request(), Reading::Whole(ENTITY_LIMIT)).await {
            Ok(reply) => granted(reply, sent_at),
            Err(Answer::NotSent(not_sent)) => Err(Answer::NotSent(not_sent)),
            Err(Answer::NoAnswer(lost)) => Err(no_token(&lost.detail, None)),
            Err(answer @ Answer::Response(_)) => Err(answer),
        };
        let mut state = self.state();
        state.fetches += 1;
        match &outcome {
            Ok(token) => {
                state.current = Some(token.clone());
                state.failure = None;
            }
            Err(failure) => {
                state.failure = Some(failure.clone());
                if let Some(token) = &mut state.current {
                    let retry_at = Instant::now() + requested_delay(failure).unwrap_or(RENEWAL_RETRY);
                    token.renew_at = retry_at.min(token.expires_at);
                }
            }
        }
        outcome
    }

    fn request(&self) -> reqwest::Request {
        let mut request = reqwest::Request::new(Method::POST, self.url.clone());
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, self.account.clone());
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        *request.body_mut() = Some(Bytes::from_static(b"grant_type=client_credentials").into());
        request
    }

    fn state(&self) -> MutexGuard<'_, TokenState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the token in the answer. A permanent refusal is returned as the answer to the caller's request; any other
/// failure may be temporary, and means that the caller's request was not sent.
fn granted(reply: Reply, sent_at: Instant) -> Result<Token, Answer> {
    let status = reply.status;
    if status.is_success() {
        return token(&reply.body, sent_at).ok_or_else(|| no_token("the answer contains no bearer token", None));
    }
    let response = wire::refusal(reply);
    let later = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
    if later || !(status.is_client_error() || status.is_redirection()) {
        let reason = response.error().and_then(|error| error.detail.as_deref()).unwrap_or("no reason given");
        return Err(no_token(&format!("HTTP {}, {reason}", status.as_u16()), response.retry_after));
    }
    Err(Answer::Response(Box::new(response)))
}

fn token(body: &Payload, sent_at: Instant) -> Option<Token> {
    let Payload::Whole(bytes) = body else { return None };
    let Granted { access_token, token_type, expires_in } = serde_json::from_slice(bytes).ok()?;
    if token_type.0.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return None;
    }
    let lifetime = match expires_in.0 {
        None | Some(0) => DEFAULT_LIFETIME,
        Some(seconds) => Duration::from_secs(seconds).min(LONGEST_LIFETIME),
    };
    let expires_at = sent_at + lifetime;
    let renew_at = expires_at - MARGIN.min(lifetime / 10);
    Some(Token { authorization: bearer(&access_token.0?)?, renew_at, expires_at })
}

fn no_token(reason: &str, retry_after: Option<Duration>) -> Answer {
    let detail = format!("no token for the service account: {reason}");
    Answer::NotSent(NotSent { fault: NetworkFault::Token, detail, retry_after, lasting: false })
}

fn requested_delay(failure: &Answer) -> Option<Duration> {
    match failure {
        Answer::NotSent(not_sent) => not_sent.retry_after,
        Answer::Response(response) => response.retry_after,
        Answer::NoAnswer(_) => None,
    }
}
