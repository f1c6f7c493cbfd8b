//! HTTP Digest (RFC 2617, MD5, `qop=auth`) with Atlas's challenge.
//!
//! A nonce is valid for a minute and a number of requests, and each of its counts is accepted once, in any order.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use crate::options::credentials::Credentials;

const REALM: &str = "MMS Public API";

/// The nonces in use.
#[derive(Debug)]
pub(crate) struct Nonces {
    max_age: Duration,
    max_uses: u32,
    random: fastrand::Rng,
    used_counts: HashMap<String, HashSet<u32>>,
    /// The nonces with the times of their challenges, oldest first.
    by_age: VecDeque<(Duration, String)>,
}

/// The result of verifying an `Authorization: Digest` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verification {
    /// The key is right.
    Accepted,
    /// The nonce is expired, used up or unknown; the key may be right.
    Stale,
    /// The header is malformed, the key is wrong or the count was used before.
    Refused,
}

impl Nonces {
    pub(crate) fn new(max_age: Duration, max_uses: u32, seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        Nonces { max_age, max_uses, random, used_counts: HashMap::new(), by_age: VecDeque::new() }
    }

    /// Returns the value of a `WWW-Authenticate` header with a new nonce.
    pub(crate) fn challenge(&mut self, stale: bool, now: Duration) -> String {
        self.drop_expired(now);
        let mut bytes = [0; 24];
        self.random.fill(&mut bytes);
        let nonce = STANDARD.encode(bytes);
        let challenge =
            format!(r#"Digest realm="{REALM}", domain="", nonce="{nonce}", algorithm=MD5, qop="auth", stale={stale}"#);
        self.used_counts.insert(nonce.clone(), HashSet::new());
        self.by_age.push_back((now, nonce));
        challenge
    }

    /// Verifies the parameters of an `Authorization: Digest` header. A wrong response uses up its count too.
    pub(crate) fn verify(
        &mut self,
        parameters: &str,
        method: &str,
        uri: &str,
        credentials: &Credentials,
        now: Duration,
    ) -> Verification {
        self.drop_expired(now);
        let Some(fields) = parse(parameters) else { return Verification::Refused };
        let field = |name: &str| fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, v)| &**v);
        let fits = field("algorithm").is_none_or(|algorithm| algorithm.eq_ignore_ascii_case("MD5"))
            && field("realm") == Some(REALM)
            && field("qop") == Some("auth");
        let (true, Some(nonce), Some(nc), Some(cnonce)) = (fits, field("nonce"), field("nc"), field("cnonce")) else {
            return Verification::Refused;
        };
        let Ok(count) = u32::from_str_radix(nc, 16) else { return Verification::Refused };
        let Some(used) = self.used_counts.get_mut(nonce) else { return Verification::Stale };
        if !(1..=self.max_uses).contains(&count) {
            return Verification::Stale;
        }
        if !used.insert(count) {
            return Verification::Refused;
        }
        let ha1 = md5(&[&credentials.public_key, REALM, &credentials.private_key]);
        let ha2 = md5(&[method, uri]);
        let expected = md5(&[&ha1, nonce, nc, cnonce, "auth", &ha2]);
        let same = field("username") == Some(&credentials.public_key)
            && field("uri") == Some(uri)
            && field("response").is_some_and(|response| response.eq_ignore_ascii_case(&expected));
        if same { Verification::Accepted } else { Verification::Refused }
    }

    fn drop_expired(&mut self, now: Duration) {
        while let Some((created, nonce)) = self.by_age.front()
            && now.saturating_sub(*created) > self.max_age
        {
            self.used_counts.remove(nonce);
            self.by_age.pop_front();
        }
    }
}

/// Returns the MD5 of the parts joined by colons, in lower-case hex.
fn md5(parts: &[&str]) -> String {
    Md5::digest(parts.join(":")).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Splits `name=value, name="quoted value"`. Spaces and either form of value are accepted anywhere.
fn parse(text: &str) -> Option<Vec<(&str, String)>> {
    let mut fields = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let mut value = String::new();
        let after = after.trim_start();
        rest = if let Some(quoted) = after.strip_prefix('"') {
            let mut chars = quoted.char_indices();
            loop {
                match chars.next()? {
                    (at, '"') => break &quoted[at + 1..],
                    (_, '\\') => value.push(chars.next()?.1),
                    (_, c) => value.push(c),
                }
            }
        } else {
            let end = after.find(',').unwrap_or(after.len());
            value.push_str(after[..end].trim_end());
            &after[end..]
        };
        fields.push((name.trim(), value));
        rest = rest.trim_start();
        rest = match rest.strip_prefix(',') {
            Some(rest) => rest.trim_start(),
            None if rest.is_empty() => rest,
            None => return None,
        };
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URI: &str = "/api/atlas/v2/orgs/5a4db0c5a4db0c5a4db0c5a4/users?pageNum=1";

    fn nonces(uses: u32) -> Nonces {
        Nonces::new(Duration::from_secs(60), uses, 7)
    }

    fn nonce_of(challenge: &str) -> String {
        challenge.split('"').nth(5).unwrap().to_owned()
    }

    fn authorization(nonce: &str, nc: u32, key: &str) -> String {
        let credentials = Credentials::default();
        let ha1 = md5(&[&credentials.public_key, REALM, key]);
        let response = md5(&[&ha1, nonce, &format!("{nc:08x}"), "c0ffee", "auth", &md5(&["GET", URI])]);
        format!(
            r#"username="{}", realm="{REALM}", nonce="{nonce}", uri="{URI}", response="{response}", algorithm="MD5", cnonce="c0ffee", qop=auth, nc={nc:08x}"#,
            credentials.public_key
        )
    }

    fn verify(nonces: &mut Nonces, parameters: &str, seconds: u64) -> Verification {
        nonces.verify(parameters, "GET", URI, &Credentials::default(), Duration::from_secs(seconds))
    }

    /// The example of RFC 2617, section 3.5.
    #[test]
    fn the_hash_is_that_of_rfc_2617() {
        let ha1 = md5(&["Mufasa", "testrealm@host.com", "Circle Of Life"]);
        let ha2 = md5(&["GET", "/dir/index.html"]);
        assert_eq!(ha1, "939e7578ed9e3c518a452acee763bce9");
        let response = md5(&[&ha1, "dcd98b7102dd2f0e8b11d0f600bfb0c093", "00000001", "0a4f113b", "auth", &ha2]);
        assert_eq!(response, "6629fae49393a05397450978507c4ef1");
    }

    #[test]
    fn the_challenge_has_the_recorded_form() {
        let challenge = nonces(1024).challenge(false, Duration::ZERO);
        let nonce = nonce_of(&challenge);
        assert_eq!((nonce.len(), STANDARD.decode(&nonce).unwrap().len()), (32, 24));
        assert_eq!(
            challenge,
            format!(
                r#"Digest realm="MMS Public API", domain="", nonce="{nonce}", algorithm=MD5, qop="auth", stale=false"#
            )
        );
    }

    #[test]
    fn each_count_is_accepted_once_in_any_order() {
        let mut nonces = nonces(1024);
        let nonce = nonce_of(&nonces.challenge(false, Duration::ZERO));
        let key = Credentials::default().private_key;
        for (nc, result) in [
            (1, Verification::Accepted),
            (3, Verification::Accepted),
            (2, Verification::Accepted),
            (3, Verification::Refused),
            (1024, Verification::Accepted),
            (1025, Verification::Stale),
        ] {
            assert_eq!(verify(&mut nonces, &authorization(&nonce, nc, &key), 1), result, "nc {nc}");
        }
    }

    #[test]
    fn an_old_or_unknown_nonce_is_stale() {
        let mut nonces = nonces(1);
        let nonce = nonce_of(&nonces.challenge(false, Duration::ZERO));
        let key = Credentials::default().private_key;
        assert_eq!(verify(&mut nonces, &authorization(&nonce, 1, "wrong"), 0), Verification::Refused);
        assert_eq!(
            verify(&mut nonces, &authorization(&nonce, 2, &key), 0),
            Verification::Stale,
            "only one use allowed"
        );
        let nonce = nonce_of(&nonces.challenge(false, Duration::from_secs(10)));
        assert_eq!(verify(&mut nonces, &authorization(&nonce, 1, &key), 70), Verification::Accepted);
        assert_eq!(verify(&mut nonces, &authorization(&nonce, 1, &key), 71), Verification::Stale);
        assert_eq!(verify(&mut nonces, &authorization("dW5rbm93bg==", 1, &key), 71), Verification::Stale);
    }

    #[test]
    fn a_response_is_bound_to_method_and_path() {
        let mut nonces = nonces(1024);
        let nonce = nonce_of(&nonces.challenge(false, Duration::ZERO));
        let credentials = Credentials::default();
        let right = authorization(&nonce, 1, &credentials.private_key);
        assert_eq!(nonces.verify(&right, "POST", URI, &credentials, Duration::ZERO), Verification::Refused);
        let right = authorization(&nonce, 2, &credentials.private_key);
        assert_eq!(nonces.verify(&right, "GET", "/api/atlas/v2", &credentials, Duration::ZERO), Verification::Refused);
    }

    #[test]
    fn broken_headers_are_refused() {
        for text in ["", "nonce", "nonce=\"x", "a=b c=\"d\" e", "nonce=\"\\", "username=\"é\", realm=x"] {
            assert_eq!(verify(&mut nonces(9), text, 0), Verification::Refused, "{text}");
        }
    }
}
