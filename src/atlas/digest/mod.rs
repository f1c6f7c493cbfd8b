//! Authentication with API keys: HTTP Digest (RFC 7616) with MD5 and `qop=auth`, as Atlas offers it.
//!
//! `challenge` parses the server's challenge, `nonce` signs requests with it, and `auth` decides which nonce a request
//! uses. SHA-256 and `auth-int` are not implemented because Atlas does not use them.

mod auth;
mod challenge;
mod nonce;

pub(super) use self::auth::DigestAuth;
