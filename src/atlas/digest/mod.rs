//! API keys: HTTP Digest (RFC 7616) with MD5 and `qop=auth`, which is what Atlas offers.
//!
//! `challenge` reads what the server asks, `nonce` answers it, `auth` decides which nonce a request uses. SHA-256
//! and `auth-int` are left out, since Atlas has neither.

mod auth;
mod challenge;
mod nonce;

pub(super) use self::auth::DigestAuth;
