//! Which nonce a request uses, and who may use it next.
//!
//! In steady state all requests share one nonce and count it up: one round trip each. A refused nonce is replaced by
//! the request that it refused, alone: the challenge in the refusal is answered at once, and only when that answer was
//! accepted do the others get the new nonce. A server that takes no nonce twice thus costs two round trips a request,
//! and one that refuses the key costs nobody else anything.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::StatusCode;
use rustls::crypto::ring;
use secrecy::SecretString;

use super::challenge::Challenge;
use super::nonce::{Nonce, ha1};
use crate::atlas::api::{Answer, NotSent};
use crate::atlas::endpoints::Call;
use crate::atlas::transport::{Reply, Transport};
use crate::atlas::wire;
use crate::model::reason::NetworkFault;

/// One API key's standing with the server.
pub(in crate::atlas) struct DigestAuth {
    public: String,
    private: SecretString,
    state: Mutex<NonceState>,
    /// Held by the one caller that has no nonce and fetches a challenge.
    turn: tokio::sync::Mutex<()>,
    serials: AtomicU64,
}

#[derive(Default)]
struct NonceState {
    current: Option<Arc<Nonce>>,
    /// Challenges fetched so far, and how the last fetch failed, if it did.
    fetches: u64,
    failure: Option<Answer>,
}

impl DigestAuth {
    pub(in crate::atlas) fn new(public: String, private: SecretString) -> Self {
        let turn = tokio::sync::Mutex::default();
        Self { public, private, state: Mutex::default(), turn, serials: AtomicU64::new(0) }
    }

    /// Sends the call, signed. `probe` is what is sent, unsigned, to be challenged where there is no nonce yet.
    ///
    /// The probe is a request of its own that changes nothing, and not the call without its body, as other clients do:
    /// nobody has to wonder what a server made of an unsigned, empty create. Atlas takes no token for it.
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
        let turn = self.turn.lock().await;
        let (nonce, failure) = {
            let state = self.state();
            (state.current.clone(), state.failure.clone().filter(|_| state.fetches != seen))
        };
        if let Some(nonce) = nonce {
            drop(turn);
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
        // The turn is kept until our own request was answered: those who wait want a nonce that is known to be good.
        self.with_own(transport, call, challenge?).await
    }

    /// A request with everyone's nonce; where that is refused, once more with the nonce that came with the refusal.
    async fn with_shared(&self, transport: &Transport, call: &Call, nonce: &Nonce) -> Result<Reply, Answer> {
        let reply = self.signed(transport, call, nonce).await?;
        if reply.status == StatusCode::UNAUTHORIZED
            && let Some(challenge) = Challenge::of(&reply.headers)
        {
            return self.with_own(transport, call, challenge).await;
        }
        Ok(reply)
    }

    /// A request with a nonce of its own, which is everyone's unless the server refuses it.
    async fn with_own(&self, transport: &Transport, call: &Call, challenge: Challenge) -> Result<Reply, Answer> {
        let nonce = Arc::new(self.nonce(challenge));
        let outcome = self.signed(transport, call, &nonce).await;
        let refused = match &outcome {
            Ok(reply) => reply.status == StatusCode::UNAUTHORIZED,
            // Whoever comes next finds out; waiting for that one by one would take a time limit each.
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
            return Err(not_sent("the server's challenge cannot be answered in a header"));
        };
        transport.exchange(call.clone().request(Some(authorization)), call.limit).await
    }

    /// Fetches a challenge. What the server refuses for good is the caller's answer; of its own request nothing was sent.
    async fn challenge(&self, transport: &Transport, probe: Call) -> Result<Challenge, Answer> {
        let limit = probe.limit;
        let reply = match transport.exchange(probe.request(None), limit).await {
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
        let response = wire::refusal(&reply);
        let later = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
        if later || !(status.is_client_error() || status.is_redirection()) {
            let detail = format!("the server answered {} instead of asking for the API key", status.as_u16());
            return Err(Answer::NotSent(NotSent {
                fault: NetworkFault::Token,
                detail,
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

/// Our own share of a signature, which keeps a server from choosing all that is hashed with the key.
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
        detail: format!("no challenge for the API key: {detail}"),
        retry_after: None,
        lasting: false,
    })
}
