//! API keys: HTTP Digest (RFC 7616) with MD5 and `qop=auth`, which is what Atlas offers.
//!
//! `challenge` reads what the server asks, `nonce` answers it, `session` decides which nonce a request uses. SHA-256
//! and `auth-int` are left out, since Atlas has neither.

mod challenge;
mod nonce;
mod session;

pub(super) use self::session::Session;
