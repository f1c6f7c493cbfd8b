//! Replaces this client's secrets in texts that come from a server, which may send back what it was sent.
//!
//! A secret is found as it is, with percent-encoding, quoted in JSON or HTML, and within Base64 of a longer text. Secrets
//! of fewer than eight characters are left alone: they would also match words and codes that mean something else.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use http::HeaderValue;
use memchr::memmem::Finder;
use secrecy::ExposeSecret;

use super::Credential;
use super::decoding::Decoding;
use super::wire::{shortened, visible};

const REDACTED: &str = "[redacted]";
/// The shortest secret that is replaced, in bytes.
const SHORTEST: usize = 8;
/// The length of the response in a header of HTTP Digest, in bytes: an MD5 in hexadecimal (RFC 7616).
const DIGEST_RESPONSE: usize = 32;
/// The number of tokens that are remembered after they have been sent: that of a request in flight may be an older one.
const REMEMBERED: usize = 8;

/// The secrets of a client: those of its credential, and those in requests that it has sent.
pub(super) struct Secrets(Mutex<Known>);

struct Known {
    own: Option<Arc<Secret>>,
    sent: VecDeque<(HeaderValue, Arc<Secret>)>,
    /// All of them, shared with the redactors.
    all: Arc<[Arc<Secret>]>,
}

/// Replaces secrets in texts.
#[derive(Clone, Default)]
pub(super) struct Redactor {
    known: Arc<[Arc<Secret>]>,
    /// The `Authorization` of the request if it is of HTTP Digest, where each request has a response of its own.
    digest: Option<HeaderValue>,
}

/// The forms of one secret.
struct Secret {
    plain: Finder<'static>,
    /// The parts of its Base64 that do not depend on the text around it, for each position modulo three.
    encoded: Vec<Finder<'static>>,
    /// The length of the shortest form, in bytes.
    shortest: usize,
}

impl Secrets {
    pub(super) fn new(credential: &Credential) -> Self {
        let secret = match credential {
            Credential::Token(token) => token,
            Credential::ServiceAccount { client_secret, .. } => client_secret,
            Credential::ApiKey { private, .. } => private,
        };
        let own = Secret::new(secret.expose_secret());
        let all = own.iter().cloned().collect();
        Self(Mutex::new(Known { own, sent: VecDeque::new(), all }))
    }

    /// Returns a redactor for the answer to a request with this `Authorization`.
    pub(super) fn redactor(&self, authorization: Option<&HeaderValue>) -> Redactor {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = |value: &HeaderValue| known.sent.iter().any(|(sent, _)| sent == value);
        let mut digest = None;
        if let Some(value) = authorization.filter(|value| !is_known(value)) {
            match value.to_str().ok().and_then(|text| text.split_once(' ')) {
                Some(("Digest", _)) => digest = Some(value.clone()),
                Some(("Bearer" | "Basic", secret)) => known.remember(value, Secret::new(secret)),
                Some(_) | None => {}
            }
        }
        Redactor { known: Arc::clone(&known.all), digest }
    }
}

impl Known {
    fn remember(&mut self, value: &HeaderValue, secret: Option<Arc<Secret>>) {
        let Some(secret) = secret else { return };
        self.sent.truncate(REMEMBERED - 1);
        self.sent.push_front((value.clone(), secret));
        self.all = self.own.iter().chain(self.sent.iter().map(|(_, secret)| secret)).cloned().collect();
    }
}

impl Secret {
    fn new(secret: &str) -> Option<Arc<Self>> {
        if secret.len() < SHORTEST {
            return None;
        }
        let finder = |bytes: &[u8]| Finder::new(bytes).into_owned();
        let mut forms: Vec<Vec<u8>> = Vec::new();
        for before in 0..3 {
            let text = [&[0; 2][..before.min(2)], secret.as_bytes()].concat();
            for engine in [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD] {
                let encoded = engine.encode(&text).into_bytes();
                forms.push(encoded[(before * 8).div_ceil(6)..text.len() * 8 / 6].to_vec());
            }
        }
        forms.dedup();
        let encoded = forms.iter().map(|form| finder(form)).collect();
        let shortest = forms.iter().map(Vec::len).min().unwrap_or(usize::MAX).min(secret.len());
        Some(Arc::new(Self { plain: finder(secret.as_bytes()), encoded, shortest }))
    }
}

impl Redactor {
    /// Replaces secrets, removes control and invisible characters, and shortens the text.
    pub(super) fn clean(&self, text: &str) -> String {
        // Characters that are removed may separate those of a secret.
        shortened(&self.redact(&visible(text)))
    }

    /// Cleans a text in place.
    pub(super) fn clean_in_place(&self, text: &mut String) {
        let is_plain = text.len() < 100 && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_plain || matches!(self.redact(text), Cow::Owned(_)) {
            *text = self.clean(text);
        }
    }

    /// Replaces secrets, and changes nothing else.
    pub(super) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        // Decoding makes no text longer. The ids in most answers end here.
        let may_hold = |secret: &Arc<Secret>| text.len() >= secret.shortest;
        let digest = self.digest.as_ref().filter(|_| text.len() >= DIGEST_RESPONSE).map(digest_secrets);
        if digest.is_none() && !self.known.iter().any(may_hold) {
            return Cow::Borrowed(text);
        }
        let secrets: Vec<&Arc<Secret>> = self.known.iter().chain(digest.iter().flatten()).collect();
        let mut found = Vec::new();
        let mut decoding = Some(Decoding::new(text));
        while let Some(decoded) = decoding {
            for secret in &secrets {
                let plain = secret.plain.find_iter(decoded.bytes());
                found.extend(plain.map(|at| decoded.source(at..at + secret.plain.needle().len())));
                for form in &secret.encoded {
                    let within = form.find_iter(decoded.bytes());
                    found.extend(within.map(|at| decoded.source(whole(decoded.bytes(), at..at + form.needle().len()))));
                }
            }
            decoding = decoded.next();
        }
        if found.is_empty() {
            return Cow::Borrowed(text);
        }
        found.sort_unstable_by_key(|range| range.start);
        let (mut safe, mut end) = (String::with_capacity(text.len()), 0);
        for range in found {
            if range.start >= end {
                safe.push_str(&text[end..range.start]);
                safe.push_str(REDACTED);
            }
            end = end.max(range.end);
        }
        safe.push_str(&text[end..]);
        Cow::Owned(safe)
    }
}

/// Returns the secrets in the header of a request with HTTP Digest.
fn digest_secrets(authorization: &HeaderValue) -> Vec<Arc<Secret>> {
    let parameters =
        authorization.to_str().ok().and_then(|text| text.split_once(' ')).map(|(_, parameters)| parameters);
    let response = parameters.and_then(|text| text.split("response=\"").nth(1)?.split('"').next());
    [parameters, response].into_iter().flatten().filter_map(Secret::new).collect()
}

/// Extends a part of a Base64 text to the whole text.
fn whole(bytes: &[u8], part: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
    let before = bytes[..part.start].iter().rev().take_while(|byte| is_base64(byte)).count();
    let after = bytes[part.end..].iter().take_while(|byte| is_base64(byte)).count();
    part.start - before..part.end + after
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
    use secrecy::SecretString;

    use super::*;

    const SECRET: &str = "mdb_sa_sk_a/b+c=d\"e%f&g";

    fn redactor(authorization: &str) -> Redactor {
        let secrets = Secrets::new(&Credential::Token(SecretString::from(SECRET)));
        secrets.redactor(Some(&HeaderValue::from_str(authorization).unwrap()))
    }

    #[test]
    fn a_secret_is_replaced_in_every_form() {
        let redactor = redactor("Bearer other-token-of-this-run");
        let percent = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let entities = SECRET.replace('&', "&amp;").replace('"', "&quot;").replace('/', "&#x2F;").replace('=', "&#61;");
        let json = serde_json::to_string(SECRET).unwrap();
        for form in [
            SECRET.to_owned(),
            "other-token-of-this-run".to_owned(),
            percent(SECRET),
            percent(&percent(SECRET)).to_lowercase(),
            url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect(),
            json.clone(),
            serde_json::to_string(&json).unwrap(),
            SECRET.replace('/', "\\/").replace('"', "\\u0022"),
            entities,
        ] {
            let clean = redactor.clean(&format!("You sent <{form}> to us"));
            assert!(
                ["<[redacted]>", "<\"[redacted]\">"].iter().any(|end| clean.contains(end)) || form.starts_with("\"\\"),
                "{clean}"
            );
            assert!(!clean.contains("sa_sk") && !clean.contains("other-token"), "{form}: {clean}");
        }
        for before in ["", "x", "xy", "Bearer "] {
            let sent = format!("{before}{SECRET} and more");
            for encoded in
                [BASE64_STANDARD.encode(&sent), BASE64_URL_SAFE.encode(&sent), percent(&BASE64_STANDARD.encode(&sent))]
            {
                assert_eq!(redactor.clean(&format!("({encoded})")), "([redacted])", "{before}");
            }
        }
    }

    #[test]
    fn a_secret_that_is_cut_off_or_broken_up_is_replaced() {
        let redactor = redactor("Bearer other-token-of-this-run");
        let long = redactor.clean(&format!("{} {SECRET}", "x".repeat(280)));
        assert!(!long.contains("mdb"), "{long}");
        let (first, rest) = SECRET.split_at(7);
        for broken in [format!("{first}\u{200b}{rest}"), format!("{first}\u{202e}{rest}\u{2066}")] {
            assert_eq!(redactor.clean(&broken), REDACTED);
        }
    }

    #[test]
    fn the_parts_of_a_header_are_replaced() {
        let digest = "Digest username=\"abcdefgh\", nonce=\"n\", response=\"0123456789abcdef0123456789abcdef\"";
        let redactor = redactor(digest);
        assert_eq!(redactor.clean(&format!("got {digest}")), "got Digest [redacted]");
        assert_eq!(redactor.clean(&serde_json::to_string(digest).unwrap()), "\"Digest [redacted]\"");
        assert_eq!(redactor.clean("response 0123456789abcdef0123456789abcdef."), "response [redacted].");
        let basic = self::redactor("Basic bWRiX3NhX2lkXzE6czNjcmV0");
        assert_eq!(basic.clean("Basic bWRiX3NhX2lkXzE6czNjcmV0!"), "Basic [redacted]!");
    }

    #[test]
    fn tokens_of_earlier_requests_are_still_known() {
        let secrets = Secrets::new(&Credential::Token(SecretString::from(SECRET)));
        let bearer = |number| HeaderValue::from_str(&format!("Bearer token-number-{number}")).unwrap();
        (0..10).for_each(|number| _ = secrets.redactor(Some(&bearer(number))));
        let redactor = secrets.redactor(None);
        let known = (0..10).filter(|number| redactor.redact(&format!("token-number-{number}")) == REDACTED);
        assert_eq!(known.collect::<Vec<_>>(), (10 - REMEMBERED..10).collect::<Vec<_>>());
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        let short = Secrets::new(&Credential::Token(SecretString::from("RATE")));
        let redactor = short.redactor(Some(&HeaderValue::from_static("Bearer RATE")));
        assert!(matches!(redactor.redact("RATE_LIMITED 100% of é \\u0041 &amp;"), Cow::Borrowed(_)));
        let redactor = self::redactor("Bearer other-token-of-this-run");
        for text in ["", "100%", "%zz \\u12 \\", "é%C3%A9 &eacute; & &#x;", "a person"] {
            assert_eq!(redactor.redact(text), text);
        }
        assert_eq!(redactor.redact(&format!("é%C3%A9{SECRET}é")), "é%C3%A9[redacted]é");
    }
}
