//! Credentials, and the header values that are built from them.
//!
//! The caller chooses the kind and reads it from the environment or a file.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use super::ClientError;
use crate::atlas::api::InviterName;

/// A credential for Atlas. `Debug` shows ids, never secrets.
#[derive(Clone, Debug)]
pub enum Credential {
    /// An access token that is used as it is.
    Token(SecretString),
    /// A service account, whose secret is exchanged for tokens that last an hour (OAuth 2.0 client credentials).
    ServiceAccount {
        /// The client id, `mdb_sa_id_…`.
        client_id: String,
        /// The client secret.
        client_secret: SecretString,
    },
    /// An API key pair, for HTTP Digest.
    ApiKey {
        /// The public key, which is the user name.
        public: String,
        /// The private key, which is the password.
        private: SecretString,
    },
}

impl Credential {
    /// Returns the name under which Atlas records the invites that the credential creates.
    pub(super) fn inviter(&self) -> InviterName {
        match self {
            Credential::Token(_) => InviterName::Unknown,
            Credential::ServiceAccount { client_id, .. } => InviterName::Guessed(client_id.clone()),
            Credential::ApiKey { public, .. } => InviterName::Known(public.clone()),
        }
    }
}

/// Returns `Bearer <token>`, marked sensitive, or `None` if the token is empty or not valid in a header.
pub(super) fn bearer(token: &str) -> Option<HeaderValue> {
    sendable(token).then(|| sensitive(&format!("Bearer {token}")))?
}

/// Returns `Basic <base64 of id:secret>`, marked sensitive.
///
/// Neither part is percent-encoded, although RFC 6749 (2.3.1) requires it: Atlas expects them as they are, in
/// particular `_` (learned by MongoDB's MCP server).
pub(super) fn basic(id: &str, secret: &SecretString) -> Result<HeaderValue, ClientError> {
    if !sendable(id) || id.contains(':') {
        return Err(ClientError::Credential("client id"));
    }
    let secret = secret.expose_secret();
    if !sendable(secret) {
        return Err(ClientError::Credential("client secret"));
    }
    let encoded = BASE64_STANDARD.encode(format!("{id}:{secret}"));
    sensitive(&format!("Basic {encoded}")).ok_or(ClientError::Credential("client secret"))
}

/// Returns whether the text is valid in a header: not empty, and only visible ASCII without blanks.
pub(super) fn sendable(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Returns a header value that `Debug` does not show and HTTP/2 does not keep in its compression tables.
pub(super) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_ids_but_no_secrets() {
        let secret = || SecretString::from("hunter2");
        for (credential, id) in [
            (Credential::Token(secret()), ""),
            (Credential::ServiceAccount { client_id: "mdb_sa_id_1".into(), client_secret: secret() }, "mdb_sa_id_1"),
            (Credential::ApiKey { public: "abcdefgh".into(), private: secret() }, "abcdefgh"),
        ] {
            let shown = format!("{credential:?}");
            assert!(!shown.contains("hunter2"), "{shown}");
            assert!(shown.contains(id), "{shown}");
        }
    }

    #[test]
    fn basic_does_not_percent_encode_id_and_secret() {
        let value = basic("mdb_sa_id_1", &SecretString::from("mdb_sa_sk_%2")).unwrap();
        assert_eq!(value, "Basic bWRiX3NhX2lkXzE6bWRiX3NhX3NrXyUy");
        assert!(value.is_sensitive());
    }

    #[test]
    fn a_credential_that_is_not_valid_in_a_header_is_rejected() {
        for (id, secret, named) in [
            ("", "s", "client id"),
            ("a:b", "s", "client id"),
            ("a", "", "client secret"),
            ("a", "s\n", "client secret"),
        ] {
            let error = basic(id, &SecretString::from(secret)).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
        assert!(bearer("a b").is_none());
        assert!(bearer("tok\r\nX-Evil: 1").is_none());
    }
}
