//! A service account's token: fetched once, shared by all, renewed before it lapses (OAuth 2.0 client credentials).

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};
use serde::Deserialize;
use tokio::time::Instant;
use url::Url;

use super::credential::bearer;
use super::transport::{ENTITY_LIMIT, Payload, Reply, Transport};
use super::wire::{self, Number, Text};
use crate::atlas::api::{Answer, NotSent};
use crate::model::reason::NetworkFault;

/// A token lives an hour by Atlas's documentation; assumed where the answer does not say.
const HOUR: Duration = Duration::from_secs(60 * 60);
/// No token is kept longer, whatever the answer says.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How early a token is renewed: a minute covers clocks and requests on their way, a tenth of its life at most.
const MARGIN: Duration = Duration::from_secs(60);
/// After a renewal that failed while the old token is still good, nobody tries again for so long.
const PATIENCE: Duration = Duration::from_secs(5);

/// The tokens of one service account.
pub(super) struct Tokens {
    url: Url,
    /// The Basic credential.
    account: HeaderValue,
    state: Mutex<TokenState>,
    /// Held by the one caller that fetches.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct TokenState {
    current: Option<Token>,
    /// Fetches that have ended, and how the last one failed, if it did.
    fetches: u64,
    failure: Option<Answer>,
}

/// A token in use.
#[derive(Clone)]
pub(super) struct Token {
    pub(super) authorization: HeaderValue,
    renew_at: Instant,
    expires_at: Instant,
}

/// The token endpoint's success.
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
    /// Tokens from `url` for the account whose Basic credential is given.
    pub(super) fn new(url: Url, account: HeaderValue) -> Self {
        Self { url, account, state: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// A token that is good now; fetched by one caller while the others wait, and share what comes of it.
    ///
    /// While the old token is still good nobody waits for the new one but the caller that fetches it.
    pub(super) async fn current(&self, transport: &Transport) -> Result<Token, Answer> {
        let (token, seen) = {
            let state = self.state();
            (state.current.clone(), state.fetches)
        };
        let now = Instant::now();
        match token {
            Some(token) if now < token.renew_at => Ok(token),
            Some(token) if now < token.expires_at => {
                let Ok(_turn) = self.turn.try_lock() else { return Ok(token) };
                // Someone may have renewed it between our look and our turn.
                if self.state().fetches == seen {
                    return Ok(self.fetch(transport).await.unwrap_or(token));
                }
                Ok(self.state().current.clone().unwrap_or(token))
            }
            Some(_) | None => {
                let _turn = self.turn.lock().await;
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

    /// Forgets a token that was refused, unless it has been replaced already.
    pub(super) fn discard(&self, refused: &Token) {
        let mut state = self.state();
        if state.current.as_ref().is_some_and(|token| token.authorization == refused.authorization) {
            state.current = None;
        }
    }

    /// Only for who holds the turn.
    async fn fetch(&self, transport: &Transport) -> Result<Token, Answer> {
        let asked = Instant::now();
        let outcome = match transport.exchange(self.request(), ENTITY_LIMIT).await {
            Ok(reply) => granted(&reply, asked),
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
                    let again = Instant::now() + asked_to_wait(failure).unwrap_or(PATIENCE);
                    token.renew_at = again.min(token.expires_at);
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

/// The token in the answer. What is refused for good is the caller's answer; all else may be better next time, and of
/// the caller's own request nothing was sent.
fn granted(reply: &Reply, asked: Instant) -> Result<Token, Answer> {
    let status = reply.status;
    if status.is_success() {
        return token(&reply.body, asked).ok_or_else(|| no_token("its answer holds no bearer token", None));
    }
    let response = wire::refusal(reply);
    let later = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
    if later || !(status.is_client_error() || status.is_redirection()) {
        let said = response.error().and_then(|error| error.detail.as_deref()).unwrap_or("no reason given");
        return Err(no_token(&format!("HTTP {}, {said}", status.as_u16()), response.retry_after));
    }
    Err(Answer::Response(Box::new(response)))
}

fn token(body: &Payload, asked: Instant) -> Option<Token> {
    let Payload::Whole(bytes) = body else { return None };
    let Granted { access_token, token_type, expires_in } = serde_json::from_slice(bytes).ok()?;
    if token_type.0.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return None;
    }
    let life = match expires_in.0 {
        None | Some(0) => HOUR,
        Some(seconds) => Duration::from_secs(seconds).min(DAY),
    };
    let expires_at = asked + life;
    Some(Token { authorization: bearer(&access_token.0?)?, renew_at: expires_at - MARGIN.min(life / 10), expires_at })
}

fn no_token(why: &str, retry_after: Option<Duration>) -> Answer {
    let detail = format!("no token for the service account: {why}");
    Answer::NotSent(NotSent { fault: NetworkFault::Token, detail, retry_after, lasting: false })
}

fn asked_to_wait(failure: &Answer) -> Option<Duration> {
    match failure {
        Answer::NotSent(not_sent) => not_sent.retry_after,
        Answer::Response(response) => response.retry_after,
        Answer::NoAnswer(_) => None,
    }
}
