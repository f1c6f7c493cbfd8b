//! Sends one HTTP request, reads its whole answer, and classifies failures.
//!
//! The distinction that matters is whether the server can have processed the request. In case of doubt a request counts
//! as sent. Bodies are parsed by `wire`.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::AUTHORIZATION;
use tokio::time::Instant;

use super::redactor::{Redactor, Secrets};
use super::reply::{ENTITY_LIMIT, Payload, Reading, Reply, Source};
use super::route::{Route, chain, innermost};
use super::wire::InviteList;
use super::{ClientError, Settings};
use crate::atlas::api::{Answer, Lost, NoAnswer, NotSent};
use crate::model::reason::NetworkFault;

/// Idle connections are closed before a server or load balancer closes them (usually after a minute at the earliest),
/// because the outcome of a request on a connection that is being closed is unknown.
const IDLE: Duration = Duration::from_secs(30);

pub(super) struct Transport {
    http: reqwest::Client,
    route: Route,
    secrets: Secrets,
    timeout: Duration,
}

/// The part of a request that is logged. The query is left out because it may name a person.
struct Traced {
    method: http::Method,
    path: String,
    began: Instant,
}

impl Traced {
    fn new(request: &reqwest::Request) -> Self {
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        Self { method, path, began: Instant::now() }
    }

    fn log(self, outcome: &Result<Reply, Answer>) {
        let Self { method, path, began } = self;
        let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        match outcome {
            Ok(reply) => tracing::debug!(%method, path, status = reply.status.as_u16(), elapsed_ms, "answered"),
            Err(Answer::NotSent(not_sent)) => {
                tracing::debug!(%method, path, why = not_sent.detail, elapsed_ms, "not sent");
            }
            Err(Answer::NoAnswer(lost)) => tracing::debug!(%method, path, why = lost.detail, elapsed_ms, "no answer"),
            // A response is parsed from a reply, after this.
            Err(Answer::Response(_)) => {}
        }
    }
}

impl Transport {
    pub(super) fn new(settings: &Settings) -> Result<Self, ClientError> {
        // reqwest uses the process's cryptography provider; one that is already installed will do.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let mut http = reqwest::Client::builder()
            .user_agent(user_agent())
            .timeout(settings.timeout)
            .connect_timeout(settings.connect_timeout)
            .pool_max_idle_per_host(settings.concurrency.max(1))
            .pool_idle_timeout(IDLE)
            .tcp_nodelay(true)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never());
        if settings.base_url.is_loopback() {
            http = http.no_proxy();
        }
        if !settings.base_url.is_https() {
            // Without TLS, a machine without trust roots will do.
            http = http.tls_certs_only([]);
        } else {
            http = http.tls_certs_merge(settings.authorities.certificates()?);
        }
        Ok(Self {
            http: http.build().map_err(ClientError::Tls)?,
            route: Route::new(settings),
            secrets: Secrets::new(&settings.credential),
            timeout: settings.timeout,
        })
    }

    /// Sends the request and reads the whole answer: the body of a 2xx as `reading` says, and up to [`ENTITY_LIMIT`] bytes
    /// of an error's.
    pub(super) async fn exchange(&self, request: reqwest::Request, reading: Reading) -> Result<Reply, Answer> {
        let redactor = self.secrets.redactor(request.headers().get(AUTHORIZATION));
        let source = Source { host: Arc::clone(&self.route.peer), redactor };
        let traced = tracing::enabled!(tracing::Level::DEBUG).then(|| Traced::new(&request));
        let outcome = match self.http.execute(request).await {
            Ok(response) => self.read(response, reading, source).await,
            Err(error) => Err(self.before_the_head(&error, &source.redactor)),
        };
        if let Some(traced) = traced {
            traced.log(&outcome);
        }
        outcome
    }

    async fn read(&self, mut response: reqwest::Response, reading: Reading, source: Source) -> Result<Reply, Answer> {
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let body = match reading {
            Reading::Whole(limit) if status.is_success() => self.read_whole(response, limit, &source.redactor).await?,
            Reading::Invites if status.is_success() => self.read_invites(response, &source.redactor).await?,
            Reading::Whole(_) | Reading::Invites => self.read_whole(response, ENTITY_LIMIT, &source.redactor).await?,
        };
        Ok(Reply { status, headers, body, source })
    }

    async fn read_invites(&self, mut response: reqwest::Response, redactor: &Redactor) -> Result<Payload, Answer> {
        let mut list = InviteList::default();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.within_the_body(&error, redactor))? {
            if !list.push(&chunk) {
                break;
            }
        }
        Ok(Payload::Invites(list.finish()))
    }

    async fn read_whole(
        &self,
        mut response: reqwest::Response,
        limit: usize,
        redactor: &Redactor,
    ) -> Result<Payload, Answer> {
        let mut first = Bytes::new();
        let mut rest = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.within_the_body(&error, redactor))? {
            if first.len() + rest.len() + chunk.len() > limit {
                return Ok(Payload::TooLong(limit));
            }
            if first.is_empty() {
                first = chunk;
            } else {
                rest.extend_from_slice(&chunk);
            }
        }
        Ok(Payload::Whole(if rest.is_empty() {
            first
        } else {
            let mut whole = BytesMut::with_capacity(first.len() + rest.len());
            whole.extend_from_slice(&first);
            whole.extend_from_slice(&rest);
            whole.freeze()
        }))
    }

    fn before_the_head(&self, error: &reqwest::Error, redactor: &Redactor) -> Answer {
        if error.is_connect() {
            return Answer::NotSent(self.route.failure(error, redactor));
        }
        let (cause, peer) = (innermost(error, redactor), &self.route.peer);
        // hyper cancels only requests that it has not written, and a builder error comes before any connection.
        if error.is_builder() || hyper_error(error).is_some_and(hyper::Error::is_canceled) {
            let detail = format!("the request was not sent to {peer}: {cause}");
            return Answer::NotSent(NotSent {
                fault: NetworkFault::Connection,
                detail,
                retry_after: None,
                lasting: false,
            });
        }
        if error.is_timeout() {
            return self.timed_out();
        }
        no_answer(Lost::Reset, format!("the connection to {peer} was closed before an answer arrived: {cause}"))
    }

    fn within_the_body(&self, error: &reqwest::Error, redactor: &Redactor) -> Answer {
        if error.is_timeout() {
            return self.timed_out();
        }
        let cause = innermost(error, redactor);
        no_answer(Lost::CutOff, format!("the answer from {} was cut off: {cause}", self.route.peer))
    }

    fn timed_out(&self) -> Answer {
        no_answer(Lost::Timeout, format!("no complete answer from {} within {:?}", self.route.peer, self.timeout))
    }
}

fn no_answer(lost: Lost, detail: String) -> Answer {
    Answer::NoAnswer(NoAnswer { lost, detail })
}

fn user_agent() -> String {
    use std::env::consts::{ARCH, OS};
    format!("bulk-invite/{} ({OS}; {ARCH})", env!("CARGO_PKG_VERSION"))
}

fn hyper_error(error: &reqwest::Error) -> Option<&hyper::Error> {
    chain(error).find_map(|cause| cause.downcast_ref())
}
