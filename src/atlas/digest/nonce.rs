//! Signs requests with the nonce of a challenge, and counts them.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};

use http::{HeaderValue, Method};
use md5::{Digest as _, Md5};
use secrecy::{ExposeSecret, SecretString};

use super::challenge::Challenge;
use crate::atlas::credential::sensitive;

/// A nonce from the server, and the parts of a signature that stay the same for it.
pub(super) struct Nonce {
    /// A number in the order of arrival; a newer nonce replaces an older one.
    pub(super) serial: u64,
    challenge: Challenge,
    /// MD5 of `public:realm:private`.
    ha1: String,
    cnonce: String,
    /// The beginning of the header, which is the same for all requests.
    prefix: String,
    /// The number of requests signed so far.
    used: AtomicU32,
}

impl Nonce {
    pub(super) fn new(serial: u64, challenge: Challenge, ha1: String, public: &str, cnonce: String) -> Self {
        let Challenge { realm, nonce, opaque } = &challenge;
        let mut prefix = String::from("Digest ");
        let mut quoted = |name: &str, value: &str| {
            prefix.push_str(name);
            prefix.push_str("=\"");
            for c in value.chars() {
                if matches!(c, '"' | '\\') {
                    prefix.push('\\');
                }
                prefix.push(c);
            }
            prefix.push_str("\", ");
        };
        quoted("username", public);
        quoted("realm", realm);
        quoted("nonce", nonce);
        if let Some(opaque) = opaque {
            quoted("opaque", opaque);
        }
        quoted("cnonce", &cnonce);
        prefix.push_str("algorithm=MD5, qop=auth");
        Self { serial, challenge, ha1, cnonce, prefix, used: AtomicU32::new(0) }
    }

    pub(super) fn realm(&self) -> &str {
        &self.challenge.realm
    }

    pub(super) fn ha1(&self) -> &str {
        &self.ha1
    }

    /// Returns the `Authorization` of the next request, to `target` (path and query as they are sent).
    ///
    /// `None` if the challenge contains characters that cannot be sent back in a header.
    pub(super) fn sign(&self, method: &Method, target: &str) -> Option<HeaderValue> {
        let count = self.used.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let ha2 = hex(&[method.as_str(), target]);
        let nc = format!("{count:08x}");
        let response = hex(&[&self.ha1, &self.challenge.nonce, &nc, &self.cnonce, "auth", &ha2]);
        let mut header = String::with_capacity(self.prefix.len() + target.len() + 80);
        header.push_str(&self.prefix);
        let _ = write!(header, ", uri=\"{target}\", nc={nc}, response=\"{response}\"");
        sensitive(&header)
    }
}

/// Returns the MD5 of `public:realm:private`.
pub(super) fn ha1(public: &str, realm: &str, private: &SecretString) -> String {
    hex(&[public, realm, private.expose_secret()])
}

/// Returns the MD5 of the parts, joined with colons, in lower-case hexadecimal.
fn hex(parts: &[&str]) -> String {
    let mut hash = Md5::new();
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            hash.update(b":");
        }
        hash.update(part.as_bytes());
    }
    let mut text = String::with_capacity(32);
    for byte in hash.finalize() {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 2617, 3.5.
    fn rfc_2617() -> Nonce {
        let challenge = Challenge {
            realm: "testrealm@host.com".into(),
            nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093".into(),
            opaque: Some("5ccc069c403ebaf9f0171e9517f40e41".into()),
        };
        let ha1 = ha1("Mufasa", &challenge.realm, &SecretString::from("Circle Of Life"));
        Nonce::new(0, challenge, ha1, "Mufasa", "0a4f113b".into())
    }

    #[test]
    fn the_example_of_rfc_2617_has_the_documented_signature() {
        let header = rfc_2617().sign(&Method::GET, "/dir/index.html").unwrap();
        assert!(header.is_sensitive());
        assert_eq!(
            header,
            concat!(
                r#"Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", "#,
                r#"opaque="5ccc069c403ebaf9f0171e9517f40e41", cnonce="0a4f113b", algorithm=MD5, qop=auth, "#,
                r#"uri="/dir/index.html", nc=00000001, response="6629fae49393a05397450978507c4ef1""#
            )
        );
    }

    #[test]
    fn each_request_increments_the_nonce_count() {
        let nonce = rfc_2617();
        let first = nonce.sign(&Method::GET, "/").unwrap();
        let second = nonce.sign(&Method::GET, "/").unwrap();
        assert!(second.to_str().unwrap().contains("nc=00000002"));
        assert_ne!(first, second);
    }

    #[test]
    fn quotes_in_a_challenge_are_escaped() {
        let nonce = |text: &str| {
            let challenge = Challenge { realm: text.into(), nonce: "n".into(), opaque: None };
            Nonce::new(0, challenge, String::new(), "p", "c".into()).sign(&Method::GET, "/")
        };
        assert!(nonce(r#"a"\"#).unwrap().to_str().unwrap().contains(r#"realm="a\"\\","#));
        assert!(nonce("a\r\nX-Evil: 1").is_none(), "a line break cannot be sent");
    }
}
