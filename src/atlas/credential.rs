//! What proves who we are, kept out of sight.
//!
//! Choosing between them, and reading them from the environment or a file, is the caller's job.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use super::ClientError;

/// One of the three ways into Atlas. `Debug` shows ids, never secrets.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A ready bearer token.
    Token(SecretString),
    /// A service account, which exchanges its secret for tokens of an hour (OAuth 2.0 client credentials).
    ServiceAccount {
        /// The client id, `mdb_sa_id_…`.
        client_id: String,
        /// Its secret.
        client_secret: SecretString,
    },
    /// An API key pair, for HTTP Digest.
    ApiKey {
        /// The public key, the user name of the scheme.
        public: String,
        /// The private key.
        private: SecretString,
    },
}

/// `Bearer <token>`, marked sensitive; `None` where the token is empty or cannot be in a header.
pub(super) fn bearer(token: &str) -> Option<HeaderValue> {
    sendable(token).then(|| sensitive(&format!("Bearer {token}")))?
}

/// `Basic <base64 of id:secret>`, marked sensitive.
///
/// Neither is percent-encoded, though RFC 6749 (2.3.1) asks for it: Atlas takes them as they are (`_` in particular,
/// MongoDB's MCP server found out).
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

/// Whether a header can carry the text: not empty, no blanks, nothing but visible ASCII.
pub(super) fn sendable(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A header value that neither `Debug` nor HTTP/2's compression tables show or keep.
pub(super) fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_ids_and_no_secrets() {
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
    fn basic_encodes_id_and_secret_as_they_are() {
        let value = basic("mdb_sa_id_1", &SecretString::from("mdb_sa_sk_%2")).unwrap();
        assert_eq!(value, "Basic bWRiX3NhX2lkXzE6bWRiX3NhX3NrXyUy");
        assert!(value.is_sensitive());
    }

    #[test]
    fn what_no_header_can_carry_is_refused_by_name_and_not_shown() {
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
