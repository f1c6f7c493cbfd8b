//! The credentials that the sandbox knows. They open nothing but a sandbox, so they are no secrets.

use serde::Deserialize;

/// A ready-made bearer token.
pub const TOKEN: &str = "sandbox-access-token";
/// The client id of a service account.
pub const CLIENT_ID: &str = "mdb_sa_id_5a4db0c5a4db0c5a4db0c500";
/// Its secret.
pub const CLIENT_SECRET: &str = "mdb_sa_sk_sandbox-only-this-secret-opens-nothing";
/// The public half of an API key.
pub const PUBLIC_KEY: &str = "sandboxk";
/// Its private half.
pub const PRIVATE_KEY: &str = "5a4db0c5-0000-4000-8000-5a4db0c50000";

/// One credential of each of the three kinds.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Credentials {
    /// A bearer token that never lapses.
    pub token: String,
    /// The client id of the service account, which asks for tokens at `/api/oauth/token`.
    pub client_id: String,
    /// The secret of the service account.
    pub client_secret: String,
    /// The public key for HTTP Digest.
    pub public_key: String,
    /// The private key for HTTP Digest.
    pub private_key: String,
}

impl Default for Credentials {
    fn default() -> Self {
        Credentials {
            token: TOKEN.into(),
            client_id: CLIENT_ID.into(),
            client_secret: CLIENT_SECRET.into(),
            public_key: PUBLIC_KEY.into(),
            private_key: PRIVATE_KEY.into(),
        }
    }
}

/// The credential that a request proved to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    Bearer,
    Key,
}

impl Credentials {
    /// What an invitation names as its inviter. With an API key Atlas names the public key, not an address; that a
    /// service account appears by its client id is our guess.
    pub(crate) fn inviter(&self, caller: Caller) -> &str {
        match caller {
            Caller::Bearer => &self.client_id,
            Caller::Key => &self.public_key,
        }
    }
}
