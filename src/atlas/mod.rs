//! Sends a request to MongoDB Atlas and returns its answer.
//!
//! One call of [`Client`] is one request: the client signs and sends it, and parses the whole answer. It does not
//! retry, pace or judge; that is up to the caller, who gets an [`Answer`] in every case. Redirects and the HTTP
//! library's own retries are off, so that no request is sent twice unnoticed and no credential reaches another host.
//!
//! Two requests of our own may come first: one for a service account's token, and one for the challenge that an API key
//! answers. Concurrent callers share them, and a failure becomes the [`Answer`] of every caller that waited.
//!
//! # Layout
//!
//! [`BaseUrl`] and [`Credential`] come from the caller. `endpoints` has Atlas's paths and versions, `transport` sends
//! and classifies failures, `reply` is its result, `route` describes failed connections, `trust` parses additional
//! certificate authorities, `oauth` and `digest` keep tokens and nonces, `redactor` keeps secrets out of the texts of
//! servers, with the help of `decoding`, `headers` and `wire` parse and write the formats that Atlas documents,
//! and `verdict` judges answers for the caller.
//!
//! [`Answer`]: crate::atlas::api::Answer

pub(crate) mod api;
mod base_url;
mod client;
mod credential;
mod decoding;
mod digest;
mod endpoints;
mod headers;
mod oauth;
mod redactor;
mod reply;
mod route;
mod transport;
mod trust;
pub(crate) mod verdict;
mod wire;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use self::api::{
    Answer, Api, ApiError, Body, Create, Created, EndpointSet, Gateway, Grants, Invite, InviterName, Limit, Lost,
    Membership, Named, NextLink, NoAnswer, NotSent, Page, Person, Request, Response, Revoke,
};
pub use self::base_url::{BaseUrl, InvalidBaseUrl};
pub use self::client::Client;
pub use self::credential::Credential;
pub use self::route::usable_proxy;
pub use self::trust::{Authorities, InvalidAuthorities};
pub use self::wire::body;

use crate::model::invitation::ObjectId;

/// The settings of a [`Client`].
#[derive(Clone, Debug)]
pub struct Settings {
    /// The base URL of Atlas.
    pub base_url: BaseUrl,
    /// The organization that all requests concern.
    pub organization: ObjectId,
    /// The endpoint that creates invitations.
    pub api: Api,
    /// The credential that signs requests.
    pub credential: Credential,
    /// The time limit of one HTTP exchange, from connecting to the last byte of the answer.
    ///
    /// A call that first has to fetch a token or a challenge may take up to this much longer.
    pub timeout: Duration,
    /// The part of [`timeout`](Self::timeout) that connecting may take, including TLS.
    pub connect_timeout: Duration,
    /// Certificate authorities that are trusted in addition to the system's.
    pub authorities: Authorities,
    /// The number of concurrent requests, and thus of idle connections that are kept.
    pub concurrency: usize,
}

impl Settings {
    /// The default [`timeout`](Self::timeout). Atlas answers a create in about a third of a second.
    pub const TIMEOUT: Duration = Duration::from_secs(30);
    /// The default [`connect_timeout`](Self::connect_timeout).
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
    /// The default [`concurrency`](Self::concurrency).
    pub const CONCURRENCY: usize = 16;

    /// Creates settings with the default timeouts and concurrency.
    pub fn new(base_url: BaseUrl, organization: ObjectId, api: Api, credential: Credential) -> Self {
        Self {
            base_url,
            organization,
            api,
            credential,
            timeout: Self::TIMEOUT,
            connect_timeout: Self::CONNECT_TIMEOUT,
            authorities: Authorities::default(),
            concurrency: Self::CONCURRENCY,
        }
    }
}

/// An error on creating a [`Client`]. Contains no secret.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// A credential is empty or contains characters that are not valid in a header, such as a line break.
    #[error("the {0} is empty or contains characters that cannot be sent; copy it again, on one line")]
    Credential(&'static str),
    /// TLS could not be set up, usually because no trust roots were found.
    #[error(
        "could not set up TLS: no trusted certificates were found on this machine (or at SSL_CERT_FILE or \
         SSL_CERT_DIR, if set); install the `ca-certificates` package, correct the variable, or pass --ca-cert FILE"
    )]
    Tls(#[source] reqwest::Error),
}
