//! The accepted credentials. They are valid in a sandbox only, so they are not secret.

use serde::Deserialize;

/// The default bearer token.
pub const TOKEN: &str = "sandbox-access-token";
/// The default client id of the service account.
pub const CLIENT_ID: &str = "mdb_sa_id_5a4db0c5a4db0c5a4db0c500";
/// The default secret of the service account.
pub const CLIENT_SECRET: &str = "mdb_sa_sk_sandbox-only-this-secret-opens-nothing";
/// The default public half of the API key.
pub const PUBLIC_KEY: &str = "sandboxk";
/// The default private half of the API key.
pub const PRIVATE_KEY: &str = "5a4db0c5-0000-4000-8000-5a4db0c50000";

/// One credential of each of the three kinds.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Credentials {
    /// A bearer token that never expires.
    pub token: String,
    /// The client id of the service account, which requests tokens at `/api/oauth/token`.
    pub client_id: String,
    /// The secret of the service account.
    pub client_secret: String,
    /// The public key for HTTP Digest.
    pub public_key: String,
    /// The private key for HTTP Digest.
    pub private_key: String,
    /// The `inviterUsername` of invitations that are created with a bearer token. The client id if absent, which is a
    /// guess: no answer to a service account is known.
    pub bearer_inviter: Option<String>,
}

impl Default for Credentials {
    fn default() -> Self {
        Credentials {
            token: TOKEN.into(),
            client_id: CLIENT_ID.into(),
            client_secret: CLIENT_SECRET.into(),
            public_key: PUBLIC_KEY.into(),
            private_key: PRIVATE_KEY.into(),
            bearer_inviter: None,
        }
    }
}

/// The scheme by which a request was authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AuthScheme {
    Bearer,
    Digest,
}

impl Credentials {
    /// Returns the `inviterUsername` of an invitation. With an API key it is the public key, as recorded, not an address.
    pub(crate) fn inviter(&self, scheme: AuthScheme) -> &str {
        match scheme {
            AuthScheme::Bearer => self.bearer_inviter.as_ref().unwrap_or(&self.client_id),
            AuthScheme::Digest => &self.public_key,
        }
    }
}
