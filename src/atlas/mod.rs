//! Carries one request to MongoDB Atlas and brings back its answer.
//!
//! One call of [`Client`] is one request: it signs it, sends it, reads the whole answer and says what the answer is.
//! It neither retries nor paces, and it judges nothing; repeating is for whoever understands the [`Answer`]. Redirects
//! and the HTTP library's own retries are off, so that no request is sent twice behind anyone's back and no credential
//! reaches another host.
//!
//! Two requests of our own come before the first one in some cases: a service account's token, and the challenge that
//! API keys answer. They run once for everyone, and their failure is the [`Answer`] of those who waited for them.
//!
//! # Layout
//!
//! [`BaseUrl`] and [`Credential`] are what the caller gives; `endpoints` knows Atlas's paths and versions, `transport`
//! sends and classifies what goes wrong on the wire, `route` says why there is no way to Atlas, `trust` reads whom else to
//! trust, `oauth` and `digest` keep the credentials that change, `headers` and `wire` read and write what Atlas's
//! documents describe.
//!
//! [`Answer`]: crate::atlas::api::Answer

pub(crate) mod api;
mod base_url;
mod client;
mod credential;
mod digest;
mod endpoints;
mod headers;
mod oauth;
mod route;
mod transport;
mod trust;
pub(crate) mod verdict;
mod wire;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use self::api::{
    Answer, Api, ApiError, Body, Create, Created, EndpointSet, Gateway, Grants, Invite, Limit, Lost, Membership, Named,
    NoAnswer, NotSent, Page, Person, Request, Response, Revoke,
};
pub use self::base_url::{BaseUrl, InvalidBaseUrl};
pub use self::client::Client;
pub use self::credential::Credential;
pub use self::route::usable_proxy;
pub use self::trust::{Authorities, InvalidAuthorities};
pub use self::wire::body;

use crate::model::invitation::ObjectId;

/// What a [`Client`] needs to know.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where Atlas is.
    pub base_url: BaseUrl,
    /// The one organization that requests are about.
    pub organization: ObjectId,
    /// The endpoint that creates invitations.
    pub api: Api,
    /// What proves who we are.
    pub credential: Credential,
    /// The time for one HTTP exchange, from connecting to the last byte of the answer.
    ///
    /// A call that has to fetch a token or a challenge first takes up to this much longer.
    pub timeout: Duration,
    /// The part of [`timeout`](Self::timeout) that connecting may take, TLS included.
    pub connect_timeout: Duration,
    /// Whom to trust beside the system's authorities.
    pub authorities: Authorities,
    /// Requests that will be on the wire together: so many idle connections are kept.
    pub concurrency: usize,
}

impl Settings {
    /// The default [`timeout`](Self::timeout): Atlas answers a create in about a third of a second.
    pub const TIMEOUT: Duration = Duration::from_secs(30);
    /// The default [`connect_timeout`](Self::connect_timeout).
    pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
    /// The default [`concurrency`](Self::concurrency).
    pub const CONCURRENCY: usize = 16;

    /// Settings with the default timeouts and concurrency.
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

/// Why there is no [`Client`]. Holds no secret.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// A credential is empty or has characters that no header can carry, such as a line break.
    #[error("the {0} is empty or holds characters that cannot be sent; copy it again, on one line")]
    Credential(&'static str),
    /// TLS could not be prepared: usually there are no trust roots.
    #[error(
        "could not prepare TLS: this machine has no trusted certificates, or none are where SSL_CERT_FILE or \
         SSL_CERT_DIR say; install them (the `ca-certificates` package), correct the variable, or pass --ca-cert FILE"
    )]
    Tls(#[source] reqwest::Error),
}
