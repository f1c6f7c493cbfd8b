//! HTTP Digest (RFC 2617, MD5, `qop=auth`), with the challenge that Atlas sends and the nonces of the server whose
//! challenge it is like: a nonce lives a minute, serves a number of requests, and accepts each count once, in any order.

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
    age: Duration,
    uses: u32,
    random: fastrand::Rng,
    alive: HashMap<String, HashSet<u32>>,
    born: VecDeque<(Duration, String)>,
}

/// What an `Authorization: Digest` amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The caller holds the key.
    Accepted,
    /// The nonce is too old, used up or not ours; the key may be right.
    Stale,
    /// Anything else.
    Refused,
}

impl Nonces {
    pub(crate) fn new(age: Duration, uses: u32, seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        Nonces { age, uses, random, alive: HashMap::new(), born: VecDeque::new() }
    }

    /// The value of a `WWW-Authenticate` header with a new nonce.
    pub(crate) fn challenge(&mut self, stale: bool, now: Duration) -> String {
        self.bury(now);
        let mut bytes = [0; 24];
        self.random.fill(&mut bytes);
        let nonce = STANDARD.encode(bytes);
        let challenge =
            format!(r#"Digest realm="{REALM}", domain="", nonce="{nonce}", algorithm=MD5, qop="auth", stale={stale}"#);
        self.alive.insert(nonce.clone(), HashSet::new());
        self.born.push_back((now, nonce));
        challenge
    }

    /// Judges the parameters of an `Authorization: Digest` header. A count that is used is used, even by a wrong answer.
    pub(crate) fn verify(
        &mut self,
        parameters: &str,
        method: &str,
        uri: &str,
        credentials: &Credentials,
        now: Duration,
    ) -> Verdict {
        self.bury(now);
        let Some(fields) = parse(parameters) else { return Verdict::Refused };
        let field = |name: &str| fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, v)| &**v);
        let fits = field("algorithm").is_none_or(|algorithm| algorithm.eq_ignore_ascii_case("MD5"))
            && field("realm") == Some(REALM)
            && field("qop") == Some("auth");
        let (true, Some(nonce), Some(nc), Some(cnonce)) = (fits, field("nonce"), field("nc"), field("cnonce")) else {
            return Verdict::Refused;
        };
        let Ok(count) = u32::from_str_radix(nc, 16) else { return Verdict::Refused };
        let Some(seen) = self.alive.get_mut(nonce) else { return Verdict::Stale };
        if !(1..=self.uses).contains(&count) {
            return Verdict::Stale;
        }
        if !seen.insert(count) {
            return Verdict::Refused;
        }
        let ha1 = md5(&[&credentials.public_key, REALM, &credentials.private_key]);
        let ha2 = md5(&[method, uri]);
        let expected = md5(&[&ha1, nonce, nc, cnonce, "auth", &ha2]);
        let same = field("username") == Some(&credentials.public_key)
            && field("uri") == Some(uri)
            && field("response").is_some_and(|response| response.eq_ignore_ascii_case(&expected));
        if same { Verdict::Accepted } else { Verdict::Refused }
    }

    fn bury(&mut self, now: Duration) {
        while let Some((born, nonce)) = self.born.front()
            && now.saturating_sub(*born) > self.age
        {
            self.alive.remove(nonce);
            self.born.pop_front();
        }
    }
}

/// The MD5 of the parts with colons between, in lower-case hex.
fn md5(parts: &[&str]) -> String {
    Md5::digest(parts.join(":")).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Splits `name=value, name="quoted value"`, as liberal as a server is: spaces where they may be, either form of value.
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

    fn verify(nonces: &mut Nonces, parameters: &str, seconds: u64) -> Verdict {
        nonces.verify(parameters, "GET", URI, &Credentials::default(), Duration::from_secs(seconds))
    }

    /// The example of RFC 2617, section 3.5: an answer that somebody else computed.
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
    fn each_count_serves_once_in_any_order() {
        let mut nonces = nonces(1024);
        let nonce = nonce_of(&nonces.challenge(false, Duration::ZERO));
        let key = Credentials::default().private_key;
        for (nc, verdict) in [
            (1, Verdict::Accepted),
            (3, Verdict::Accepted),
            (2, Verdict::Accepted),
            (3, Verdict::Refused),
            (1024, Verdict::Accepted),
            (1025, Verdict::Stale),
        ] {
            assert_eq!(verify(&mut nonces, &authorization(&nonce, nc, &key), 1), verdict, "nc {nc}");
        }
    }

    #[test]
    fn an_old_or_unknown_nonce_is_stale_and_a_wrong_key_is_refused() {
        let mut nonces = nonces(1);
        let nonce = nonce_of(&nonces.challenge(false, Duration::ZERO));
        let key = Credentials::default().private_key;
        assert_eq!(verify(&mut nonces, &authorization(&nonce, 1, "wrong"), 0), Verdict::Refused);
        assert_eq!(verify(&mut nonces, &authorization(&nonce, 2, &key), 0), Verdict::Stale, "only one use allowed");
        let nonce = nonce_of(&nonces.challenge(false, Duration::from_secs(10)));
        assert_eq!(verify(&mut nonces, &authorization(&nonce, 1, &key), 70), Verdict::Accepted);
        assert_eq!(verify(&mut nonces, &authorization(&nonce, 1, &key), 71), Verdict::Stale);
        assert_eq!(verify(&mut nonces, &authorization("bm9ib2R5", 1, &key), 71), Verdict::Stale);
    }

    #[test]
    fn the_answer_is_bound_to_method_and_address() {
        let mut nonces = nonces(1024);
        let nonce = nonce_of(&nonces.challenge(false, Duration::ZERO));
        let credentials = Credentials::default();
        let right = authorization(&nonce, 1, &credentials.private_key);
        assert_eq!(nonces.verify(&right, "POST", URI, &credentials, Duration::ZERO), Verdict::Refused);
        let right = authorization(&nonce, 2, &credentials.private_key);
        assert_eq!(nonces.verify(&right, "GET", "/api/atlas/v2", &credentials, Duration::ZERO), Verdict::Refused);
    }

    #[test]
    fn broken_headers_are_refused() {
        for text in ["", "nonce", "nonce=\"x", "a=b c=\"d\" e", "nonce=\"\\", "username=\"é\", realm=x"] {
            assert_eq!(verify(&mut nonces(9), text, 0), Verdict::Refused, "{text}");
        }
    }
}
