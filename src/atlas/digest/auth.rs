//! Chooses the nonce of each request, and replaces it when the server rejects it.
//!
//! Usually all requests share one nonce and count it up, so each is one round trip. If the server rejects the nonce of
//! a request, that request alone answers the new challenge, and the others get the new nonce only after the server has
//! accepted it. A server that accepts no nonce twice thus costs two round trips a request, and a rejected key does not
//! affect other requests.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::StatusCode;
use rustls::crypto::ring;
use secrecy::SecretString;

use super::challenge::Challenge;
use super::nonce::{Nonce, ha1};
use crate::atlas::api::{Answer, NotSent};
use crate::atlas::endpoints::Call;
use crate::atlas::reply::Reply;
use crate::atlas::transport::Transport;
use crate::atlas::wire;
use crate::model::reason::NetworkFault;

/// The API key and the nonce that its requests share.
pub(in crate::atlas) struct DigestAuth {
    public: String,
    private: SecretString,
    state: Mutex<NonceState>,
    /// Held by the caller that fetches a challenge.
    fetching: tokio::sync::Mutex<()>,
    serials: AtomicU64,
}

#[derive(Default)]
struct NonceState {
    current: Option<Arc<Nonce>>,
    /// The number of challenges fetched so far.
    fetches: u64,
    /// The failure of the last fetch, if it failed.
    failure: Option<Answer>,
}

impl DigestAuth {
    pub(in crate::atlas) fn new(public: String, private: SecretString) -> Self {
        let fetching = tokio::sync::Mutex::default();
        Self { public, private, state: Mutex::default(), fetching, serials: AtomicU64::new(0) }
    }

    /// Sends the call, signed. If no nonce exists yet, `probe` is first sent unsigned to get a challenge.
    ///
    /// The probe is a separate request that changes nothing. Other clients send the call itself without its body, but
    /// then the effect of an unsigned, empty create would have to be known. Atlas takes no token from the rate limit
    /// for it.
    pub(in crate::atlas) async fn exchange(
        &self,
        transport: &Transport,
        call: &Call,
        probe: impl FnOnce() -> Call,
    ) -> Result<Reply, Answer> {
        let (nonce, seen) = {
            let state = self.state();
            (state.current.clone(), state.fetches)
        };
        if let Some(nonce) = nonce {
            return self.with_shared(transport, call, &nonce).await;
        }
        let fetching = self.fetching.lock().await;
        let (nonce, failure) = {
            let state = self.state();
            (state.current.clone(), state.failure.clone().filter(|_| state.fetches != seen))
        };
        if let Some(nonce) = nonce {
            drop(fetching);
            return self.with_shared(transport, call, &nonce).await;
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        let challenge = self.challenge(transport, probe()).await;
        {
            let mut state = self.state();
            state.fetches += 1;
            state.failure = challenge.as_ref().err().cloned();
        }
        // The lock is held until this request is answered, so that the waiting callers get a nonce that has been
        // accepted.
        self.with_own(transport, call, challenge?).await
    }

    /// Sends the call with the shared nonce. If the server rejects it, sends the call again with the nonce of the new
    /// challenge.
    async fn with_shared(&self, transport: &Transport, call: &Call, nonce: &Nonce) -> Result<Reply, Answer> {
        let reply = self.signed(transport, call, nonce).await?;
        if reply.status == StatusCode::UNAUTHORIZED
            && let Some(challenge) = Challenge::of(&reply.headers)
        {
            return self.with_own(transport, call, challenge).await;
        }
        Ok(reply)
    }

    /// Sends the call with a new nonce, and shares the nonce unless the server rejects it.
    async fn with_own(&self, transport: &Transport, call: &Call, challenge: Challenge) -> Result<Reply, Answer> {
        let nonce = Arc::new(self.nonce(challenge));
        let outcome = self.signed(transport, call, &nonce).await;
        let refused = match &outcome {
            Ok(reply) => reply.status == StatusCode::UNAUTHORIZED,
            // The next request will show whether the nonce is accepted. If it were not shared, the waiting callers
            // would try one after the other, with a timeout each.
            Err(Answer::NoAnswer(_)) => false,
            Err(Answer::NotSent(_) | Answer::Response(_)) => true,
        };
        if !refused {
            let mut state = self.state();
            if state.current.as_ref().is_none_or(|current| current.serial < nonce.serial) {
                state.current = Some(nonce);
            }
        }
        outcome
    }

    async fn signed(&self, transport: &Transport, call: &Call, nonce: &Nonce) -> Result<Reply, Answer> {
        let Some(authorization) = nonce.sign(&call.method, call.target()) else {
            return Err(not_sent("it contains characters that cannot be sent in a header"));
        };
        transport.exchange(call.clone().request(Some(authorization)), call.reading).await
    }

    /// Fetches a challenge. A permanent refusal is returned as the answer to the caller's request; any other failure
    /// means that the caller's request was not sent.
    async fn challenge(&self, transport: &Transport, probe: Call) -> Result<Challenge, Answer> {
        let reading = probe.reading;
        let reply = match transport.exchange(probe.request(None), reading).await {
            Ok(reply) => reply,
            Err(Answer::NoAnswer(lost)) => return Err(not_sent(&lost.detail)),
            Err(answer @ (Answer::NotSent(_) | Answer::Response(_))) => return Err(answer),
        };
        let status = reply.status;
        if status == StatusCode::UNAUTHORIZED
            && let Some(challenge) = Challenge::of(&reply.headers)
        {
            return Ok(challenge);
        }
        let response = wire::refusal(reply);
        let later = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
        if later || !(status.is_client_error() || status.is_redirection()) {
            return Err(Answer::NotSent(NotSent {
                fault: NetworkFault::Token,
                detail: format!("no usable challenge for the API key: HTTP {}", status.as_u16()),
                retry_after: response.retry_after,
                lasting: false,
            }));
        }
        Err(Answer::Response(Box::new(response)))
    }

    fn nonce(&self, challenge: Challenge) -> Nonce {
        let cached = self.state().current.as_ref().filter(|nonce| nonce.realm() == challenge.realm).map(Arc::clone);
        let ha1 = match cached {
            Some(nonce) => nonce.ha1().to_owned(),
            None => ha1(&self.public, &challenge.realm, &self.private),
        };
        let serial = self.serials.fetch_add(1, Ordering::Relaxed);
        Nonce::new(serial, challenge, ha1, &self.public, cnonce())
    }

    fn state(&self) -> MutexGuard<'_, NonceState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns a random client nonce, so that a server cannot choose all of the text that is hashed with the key.
fn cnonce() -> String {
    let mut bytes = [0; 16];
    if ring::default_provider().secure_random.fill(&mut bytes).is_err() {
        fastrand::fill(&mut bytes);
    }
    format!("{:032x}", u128::from_ne_bytes(bytes))
}

fn not_sent(detail: &str) -> Answer {
    Answer::NotSent(NotSent {
        fault: NetworkFault::Token,
        detail: format!("no usable challenge for the API key: {detail}"),
        retry_after: None,
        lasting: false,
    })
}
