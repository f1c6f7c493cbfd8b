//! The way to Atlas, through a proxy or not, and in plain words why it is closed.
//!
//! Not for what happens once a request may have gone out; that is `transport`'s.

use std::error::Error;
use std::io;
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use rustls::CertificateError;

use super::Settings;
use super::wire::clean;
use crate::atlas::api::NotSent;
use crate::model::reason::NetworkFault;

/// Who is connected to, for messages.
pub(super) struct Route {
    /// Atlas's host and port.
    pub(super) peer: String,
    proxy: Option<Proxy>,
    connect_timeout: Duration,
}

/// A proxy, without its password.
struct Proxy {
    /// `the proxy HOST:PORT`.
    name: String,
    has_credentials: bool,
}

/// What a proxy's refusal to let us through is called by `hyper-util`, whose type for it is not public.
const TUNNEL: &str = "tunnel error: ";

impl Route {
    /// The way that the HTTP client will take: its rules are those of the same crate.
    pub(super) fn new(settings: &Settings) -> Self {
        let base_url = &settings.base_url;
        let proxy = if base_url.is_loopback() { None } else { proxy(base_url.join("/").as_str()) };
        Self { peer: base_url.authority().to_owned(), proxy, connect_timeout: settings.connect_timeout }
    }

    /// Why no connection came about.
    pub(super) fn closed(&self, error: &reqwest::Error) -> NotSent {
        let tunnel = chain(error).map(ToString::to_string).find_map(|told| Some(told.strip_prefix(TUNNEL)?.to_owned()));
        let cause = innermost(error);
        let (peer, proxy) = (self.peer.as_str(), self.proxy.as_ref());
        let through = proxy.map(|proxy| format!(" through {}", proxy.name)).unwrap_or_default();
        // With a proxy it is the proxy's name that is looked up, and the proxy that is connected to.
        let first = proxy.map_or(peer, |proxy| &proxy.name);
        let refused = match (tunnel.as_deref(), proxy) {
            (Some("proxy authorization required"), Some(Proxy { name, has_credentials: true })) => Some(format!(
                "{name} refuses the user name and password that HTTPS_PROXY (or ALL_PROXY) gives; \
                 correct them, percent-encoded"
            )),
            (Some("proxy authorization required"), Some(Proxy { name, has_credentials: false })) => Some(format!(
                "{name} asks for a user name and password; set HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
            )),
            (Some(_) | None, _) => None,
        };
        if let Some(detail) = refused {
            return NotSent { fault: NetworkFault::Proxy, detail, retry_after: None, lasting: true };
        }
        let of_the_proxy = tunnel.as_deref().is_some_and(|told| told.starts_with("failed to create"));
        if let Some(tls) = chain(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
            let (whose, setting) = if of_the_proxy { (first, "HTTPS_PROXY") } else { (peer, "--base-url") };
            let is_certificate = matches!(tls, rustls::Error::InvalidCertificate(_));
            let fault = if is_certificate { NetworkFault::Certificate } else { NetworkFault::Tls };
            return NotSent { fault, detail: tls_failed(whose, setting, tls), retry_after: None, lasting: lasts(tls) };
        }
        let (fault, detail) = if error.is_timeout() {
            let within = self.connect_timeout;
            (NetworkFault::Connection, format!("could not connect to {peer}{through} within {within:?}"))
        } else if error.is_dns() {
            (NetworkFault::Dns, format!("could not resolve {first}: {cause}"))
        } else if tunnel.as_deref() == Some("unsuccessful") {
            let detail =
                format!("{first} refused to connect to {peer}; have it allowed, or set NO_PROXY if none is needed");
            (NetworkFault::Proxy, detail)
        } else if tunnel.is_some() && !of_the_proxy {
            (NetworkFault::Proxy, format!("{first} gave no way to {peer}: {cause}"))
        } else {
            (NetworkFault::Connection, format!("could not connect to {first}: {cause}"))
        };
        NotSent { fault, detail, retry_after: None, lasting: false }
    }
}

/// The proxy that the environment (or the system, where it has such settings) names for this address.
fn proxy(url: &str) -> Option<Proxy> {
    let found = Matcher::from_system().intercept(&url.parse().ok()?)?;
    let host = found.uri().host().unwrap_or_default();
    let port = found.uri().port().map(|port| format!(":{port}")).unwrap_or_default();
    let has_credentials = found.basic_auth().is_some() || found.raw_auth().is_some();
    Some(Proxy { name: format!("the proxy {host}{port}"), has_credentials })
}

/// Whether the text, from a variable such as `HTTPS_PROXY`, names a proxy that will be used.
///
/// The HTTP client passes over one that it does not understand, and half of a password with an `@` in it would be taken
/// for a host's name.
pub fn usable_proxy(text: &str) -> bool {
    let found = Matcher::builder().https(text).build().intercept(&http::Uri::from_static("https://example.com"));
    found.is_some_and(|found| found.uri().authority().is_some_and(|authority| !authority.as_str().contains('@')))
}

/// Whether trying again is in vain: it is a matter of settings, on one side or the other.
fn lasts(error: &rustls::Error) -> bool {
    matches!(error, rustls::Error::InvalidCertificate(_) | rustls::Error::InvalidMessage(_))
}

/// What was wrong between us and `whose`, which `setting` names, when TLS began.
fn tls_failed(whose: &str, setting: &str, error: &rustls::Error) -> String {
    use CertificateError::*;
    let rustls::Error::InvalidCertificate(certificate) = error else {
        return if let rustls::Error::InvalidMessage(_) = error {
            format!("{whose} answers, but not with TLS; check what {setting} says")
        } else {
            format!("could not agree on TLS with {whose}: {}", clean(&error.to_string()))
        };
    };
    let wrong = if let UnknownIssuer = certificate {
        "was issued by nobody whom this machine trusts; if your company's network inspects traffic, name its \
         authority's certificate with --ca-cert FILE (or SSL_CERT_FILE)"
            .to_owned()
    } else if matches!(certificate, Expired | ExpiredContext { .. }) {
        "has expired; check this machine's clock, else have it renewed".to_owned()
    } else if matches!(certificate, NotValidYet | NotValidYetContext { .. }) {
        "is not valid yet; check this machine's clock".to_owned()
    } else if let NotValidForNameContext { presented, .. } = certificate {
        // `DnsName("example.com")`.
        let names = presented.iter().take(3).filter_map(|name| name.split('"').nth(1));
        let names = clean(&names.collect::<Vec<_>>().join(", "));
        format!("is for another name ({names}); check what {setting} says")
    } else if let NotValidForName = certificate {
        format!("is for another name; check what {setting} says")
    } else {
        let other = clean(&certificate.to_string());
        format!("cannot be trusted ({other}); have it replaced, or name its authority's with --ca-cert FILE")
    };
    format!("the certificate of {whose} {wrong}")
}

/// The cause at the bottom, in its own words: reqwest's own name the URL, and with it an address.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    let last = chain(error).last();
    last.map_or_else(|| "no reason given".to_owned(), |cause| clean(&cause.to_string()))
}

/// What caused the error, and what caused that. An I/O error that wraps another does not name it as its source.
pub(super) fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| {
        match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => cause.source(),
        }
    })
}
