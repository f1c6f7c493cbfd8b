//! Parses `WWW-Authenticate` and picks the first supported challenge.

use http::HeaderMap;
use http::header::WWW_AUTHENTICATE;

/// A Digest challenge with MD5 and `qop=auth`. `stale` and `domain` are not kept, because a new nonce is tried once in
/// any case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    pub(super) realm: String,
    pub(super) nonce: String,
    pub(super) opaque: Option<String>,
}

impl Challenge {
    /// Returns the first supported challenge of an answer.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let values = headers.get_all(WWW_AUTHENTICATE).iter();
        values.filter_map(|value| std::str::from_utf8(value.as_bytes()).ok()).find_map(Self::parse)
    }

    /// Parses the first supported challenge of one header.
    ///
    /// A comma separates challenges as well as parameters (RFC 9110, 11.6.1), so a token without a following `=` starts
    /// a new challenge. Parsing stops at malformed text; the challenges before it count.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let mut reader = Reader(header);
        let mut offer = Offer::default();
        loop {
            reader.skip(|c| c == ',' || is_blank(c));
            let Some(name) = reader.token() else { break };
            reader.skip(is_blank);
            if reader.eat('=') {
                reader.skip(is_blank);
                let Some(value) = reader.value() else { break };
                offer.set(name, value);
            } else {
                if let Some(challenge) = offer.challenge() {
                    return Some(challenge);
                }
                offer = Offer { digest: name.eq_ignore_ascii_case("digest"), ..Offer::default() };
                if !offer.digest {
                    reader.skip_token68();
                }
            }
        }
        offer.challenge()
    }
}

/// The parameters of one challenge. If one is repeated, its first value counts.
#[derive(Default)]
struct Offer {
    digest: bool,
    realm: Option<String>,
    nonce: Option<String>,
    opaque: Option<String>,
    algorithm: Option<String>,
    qop: Option<String>,
}

impl Offer {
    fn set(&mut self, name: &str, value: String) {
        let slots = [
            ("realm", &mut self.realm),
            ("nonce", &mut self.nonce),
            ("opaque", &mut self.opaque),
            ("algorithm", &mut self.algorithm),
            ("qop", &mut self.qop),
        ];
        for (known, slot) in slots {
            if name.eq_ignore_ascii_case(known) {
                slot.get_or_insert(value);
                return;
            }
        }
    }

    fn challenge(&mut self) -> Option<Challenge> {
        let md5 = self.algorithm.as_deref().is_none_or(|algorithm| algorithm.eq_ignore_ascii_case("md5"));
        let auth = self.qop.as_deref()?.split(',').any(|qop| qop.trim().eq_ignore_ascii_case("auth"));
        if !(self.digest && md5 && auth) {
            return None;
        }
        Some(Challenge { realm: self.realm.take()?, nonce: self.nonce.take()?, opaque: self.opaque.take() })
    }
}

/// The rest of the header.
struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    fn skip(&mut self, skipped: impl Fn(char) -> bool) {
        self.0 = self.0.trim_start_matches(skipped);
    }

    fn eat(&mut self, c: char) -> bool {
        let rest = self.0.strip_prefix(c);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn token(&mut self) -> Option<&'a str> {
        let end = self.0.find(|c| !is_token(c)).unwrap_or(self.0.len());
        let (token, rest) = self.0.split_at(end);
        self.0 = rest;
        (!token.is_empty()).then_some(token)
    }

    fn value(&mut self) -> Option<String> {
        if !self.eat('"') {
            return self.token().map(str::to_owned);
        }
        let mut value = String::new();
        let mut chars = self.0.char_indices();
        while let Some((index, c)) = chars.next() {
            match c {
                '"' => {
                    self.0 = &self.0[index + 1..];
                    return Some(value);
                }
                '\\' => value.push(chars.next()?.1),
                c => value.push(c),
            }
        }
        None
    }

    /// Skips a single value in place of the parameters, as in `Negotiate abc==`.
    fn skip_token68(&mut self) {
        let rest = self.0.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c));
        let rest = rest.trim_start_matches('=').trim_start_matches(is_blank);
        if rest.is_empty() || rest.starts_with(',') {
            self.0 = rest;
        }
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// Returns whether the character is a `tchar` of RFC 9110 (5.6.2).
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn challenge(realm: &str, nonce: &str, opaque: Option<&str>) -> Option<Challenge> {
        Some(Challenge { realm: realm.into(), nonce: nonce.into(), opaque: opaque.map(Into::into) })
    }

    #[test]
    fn supported_challenges_are_found() {
        for (header, expected) in [
            (
                r#"Digest realm="MMS Public API", domain="", nonce="SlgYP7Tv3FS/BuCj", algorithm=MD5, qop="auth", stale=false"#,
                challenge("MMS Public API", "SlgYP7Tv3FS/BuCj", None),
            ),
            (r#"digest REALM="a",Nonce=b,QOP=auth"#, challenge("a", "b", None)),
            (
                r#"Digest realm = "a" ,  nonce = "b" , qop = "auth-int, auth", opaque="c""#,
                challenge("a", "b", Some("c")),
            ),
            (
                r#"Digest realm="a\"b\\c, d=e", nonce="n", qop="AUTH", algorithm="md5""#,
                challenge(r#"a"b\c, d=e"#, "n", None),
            ),
            (r#"Digest realm="", nonce="", qop=auth"#, challenge("", "", None)),
            (
                r#"Digest realm="é", nonce="n", qop="auth", userhash=true, charset=UTF-8, new="x""#,
                challenge("é", "n", None),
            ),
            (r#"Basic realm="x", Digest realm="a", nonce="b", qop="auth""#, challenge("a", "b", None)),
            (r#"Negotiate abc==, Digest realm="a", nonce="b", qop="auth""#, challenge("a", "b", None)),
            (r#"Negotiate, Digest realm="a", nonce="b", qop="auth", Basic realm="c""#, challenge("a", "b", None)),
            (
                r#"Digest realm="a", nonce="1", algorithm=SHA-256, qop="auth", Digest realm="a", nonce="2", algorithm=MD5, qop="auth""#,
                challenge("a", "2", None),
            ),
            (r#"Digest realm="a", nonce="1", nonce="2", qop="auth""#, challenge("a", "1", None)),
            (r#",, ,Digest realm="a",, nonce="b", qop="auth",,"#, challenge("a", "b", None)),
            (r#"Digest realm="a", nonce="b", qop="auth", Basic realm="open"#, challenge("a", "b", None)),
        ] {
            assert_eq!(Challenge::parse(header), expected, "{header}");
        }
    }

    #[test]
    fn unsupported_or_malformed_challenges_are_ignored() {
        for header in [
            "",
            "Digest",
            "Digest ",
            "Digest =",
            "Basic realm=\"x\"",
            r#"Digest realm="a", nonce="b""#,
            r#"Digest realm="a", nonce="b", op="auth""#,
            r#"Digest realm="a", nonce="b", qop="auth-int""#,
            r#"Digest realm="a", qop="auth""#,
            r#"Digest nonce="a", qop="auth""#,
            r#"Digest realm="a", nonce="b", qop="auth", algorithm=MD5-sess"#,
            r#"Digest realm="a, nonce="b", qop="auth""#,
            r#"Digest realm="a", qop="auth", nonce="b"#,
            r#"Digest realm="a", qop="auth", nonce="b\"#,
            r#"Basic realm="a", nonce="b", qop="auth""#,
            "\"Digest\" realm=a, nonce=b, qop=auth",
        ] {
            assert_eq!(Challenge::parse(header), None, "{header}");
        }
    }

    #[test]
    fn every_header_is_searched_for_a_challenge() {
        let mut headers = HeaderMap::new();
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_bytes(b"Digest realm=\"\xff\", nonce=n, qop=auth").unwrap());
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"x\""));
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("Digest realm=a, nonce=b, qop=auth"));
        assert_eq!(Challenge::of(&headers), challenge("a", "b", None));
    }

    proptest! {
        #[test]
        fn no_text_panics(header in ".*") {
            let _ = Challenge::parse(&header);
        }

        #[test]
        fn no_challenge_like_text_panics(header in r#"(Digest|Basic|[a-z]{1,3}|realm|nonce|qop|auth|=|"|\\|,| |é|==){0,40}"#) {
            let _ = Challenge::parse(&header);
        }
    }
}
