//! Where Atlas is: an address that credentials may be sent to.
//!
//! Not for paths under it; those are `endpoints`' job.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// An `https` address, or an `http` one that never leaves this machine. No query, no fragment, no trailing slash.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl {
    url: Url,
    loopback: bool,
}

/// Why the text is not a usable base URL, with the remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBaseUrl {
    /// It does not parse, or names no host.
    #[error("not a URL; write it like https://cloud.mongodb.com")]
    NotAUrl,
    /// It is neither `https` nor `http`.
    #[error("not a web address; it must start with https://")]
    Scheme,
    /// Plain `http` to another machine would show the credentials to the network.
    #[error(
        "plain http would show the credentials to the network; use https:// \
         (http:// is for loopback addresses such as 127.0.0.1 only)"
    )]
    Plain,
    /// It holds a user name or a password.
    #[error("holds a user name or password; remove what stands before the @")]
    UserInfo,
    /// It holds a query or a fragment.
    #[error("ends in a query or fragment; remove everything from the ? or #")]
    Trailer,
}

impl BaseUrl {
    /// Atlas's public address.
    pub const ATLAS: &'static str = "https://cloud.mongodb.com";

    /// Whether it names this machine.
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// The address with `path`, which starts with a slash, behind it.
    pub(super) fn join(&self, path: &str) -> Url {
        let mut url = self.url.clone();
        let base = self.url.path().trim_end_matches('/');
        url.set_path(&format!("{base}{path}"));
        url
    }

    /// Host and port, for messages.
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
    fn https_goes_anywhere_and_http_stays_here() {
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
    fn anything_else_is_refused_with_a_remedy() {
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
    fn paths_go_behind_a_base_with_or_without_one() {
        for (base, joined) in [
            ("https://example.com", "https://example.com/a/b"),
            ("https://example.com/x/", "https://example.com/x/a/b"),
        ] {
            assert_eq!(base.parse::<BaseUrl>().unwrap().join("/a/b").as_str(), joined);
        }
    }
}
