//! The base URL of Atlas: an address to which credentials may be sent.
//!
//! Paths below it are built by `endpoints`.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// An `https` URL, or an `http` URL of a loopback address. It has no query, no fragment and no trailing slash.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl {
    url: Url,
    loopback: bool,
}

/// An error in the text of a base URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBaseUrl {
    /// The text is not a URL, or has no host.
    #[error("not a URL; write it like https://cloud.mongodb.com")]
    NotAUrl,
    /// The scheme is neither `https` nor `http`.
    #[error("must start with https://")]
    Scheme,
    /// The scheme is `http` and the host is another machine.
    #[error(
        "http:// would send the credentials unencrypted; use https:// \
         (http:// is allowed only for loopback addresses such as 127.0.0.1)"
    )]
    Plain,
    /// The URL contains a user name or a password.
    #[error("contains a user name or password; remove everything up to the @")]
    UserInfo,
    /// The URL contains a query or a fragment.
    #[error("contains a query or fragment; remove everything from the ? or #")]
    Trailer,
}

impl BaseUrl {
    /// Atlas's public address.
    pub const ATLAS: &'static str = "https://cloud.mongodb.com";

    /// Returns whether the host is this machine.
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Appends `path`, which must start with a slash.
    pub(super) fn join(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        let base = self.url.path().trim_end_matches('/');
        url.set_path(&format!("{base}{path}"));
        url
    }

    /// Returns host and port, for messages.
    pub(super) fn authority(&self) -> &str {
        self.url.authority()
    }

    pub(super) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }
}

impl FromStr for BaseUrl {
    type Err = InvalidBaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidBaseUrl> {
        let mut url = Url::parse(text.trim()).map_err(|_| InvalidBaseUrl::NotAUrl)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(InvalidBaseUrl::Scheme);
        }
        let loopback = match url.host().ok_or(InvalidBaseUrl::NotAUrl)? {
            Host::Domain(name) => name == "localhost",
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        if url.scheme() == "http" && !loopback {
            return Err(InvalidBaseUrl::Plain);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(InvalidBaseUrl::UserInfo);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidBaseUrl::Trailer);
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self { url, loopback })
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_is_for_loopback_addresses_only() {
        for (text, shown) in [
            ("https://cloud.mongodb.com", "https://cloud.mongodb.com"),
            ("https://cloud.mongodb.com/", "https://cloud.mongodb.com"),
            (" https://Example.com:8443/atlas// ", "https://example.com:8443/atlas"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://127.9.9.9", "http://127.9.9.9"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
            ("http://localhost:1", "http://localhost:1"),
        ] {
            assert_eq!(text.parse::<BaseUrl>().unwrap().to_string(), shown, "{text}");
        }
    }

    #[test]
    fn each_kind_of_invalid_url_has_its_own_error() {
        use InvalidBaseUrl::*;
        for (text, error) in [
            ("", NotAUrl),
            ("cloud.mongodb.com", NotAUrl),
            ("https://", NotAUrl),
            ("ftp://example.com", Scheme),
            ("file:///etc/passwd", Scheme),
            ("http://cloud.mongodb.com", Plain),
            ("http://localhost.example.com", Plain),
            ("http://128.0.0.1", Plain),
            ("http://0.0.0.0", Plain),
            ("http://[::ffff:10.0.0.1]", Plain),
            ("http://localhost@example.com", Plain),
            ("https://user@example.com", UserInfo),
            ("https://:secret@example.com", UserInfo),
            ("https://example.com/?a=b", Trailer),
            ("https://example.com/#a", Trailer),
        ] {
            assert_eq!(text.parse::<BaseUrl>(), Err(error), "{text}");
        }
    }

    #[test]
    fn a_path_is_appended_to_that_of_the_base_url() {
        for (base, joined) in [
            ("https://example.com", "https://example.com/a/b"),
            ("https://example.com/x/", "https://example.com/x/a/b"),
        ] {
            assert_eq!(base.parse::<BaseUrl>().unwrap().join("/a/b").as_str(), joined);
        }
    }
}
