//! Describes why no connection to Atlas could be made, directly or through a proxy.
//!
//! Failures after a request may have been sent are handled by `transport`.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use rustls::CertificateError;

use super::Settings;
use super::redactor::Redactor;
use super::wire::clean;
use crate::atlas::api::NotSent;
use crate::model::reason::NetworkFault;

/// The servers between us and Atlas, for messages.
pub(super) struct Route {
    /// Atlas's host and port.
    pub(super) peer: Arc<str>,
    proxy: Option<Proxy>,
    connect_timeout: Duration,
}

struct Proxy {
    /// `the proxy HOST:PORT`, without a password.
    name: String,
    has_credentials: bool,
}

/// The prefix of `hyper-util`'s error for a proxy that opens no tunnel. Its type is not public.
const TUNNEL: &str = "tunnel error: ";

impl Route {
    /// Determines the route that the HTTP client will take; both use the rules of `hyper-util`.
    pub(super) fn new(settings: &Settings) -> Self {
        let base_url = &settings.base_url;
        let proxy = if base_url.is_loopback() { None } else { proxy(base_url.join("/").as_str()) };
        Self { peer: base_url.authority().into(), proxy, connect_timeout: settings.connect_timeout }
    }

    /// Describes a connection that failed.
    pub(super) fn failure(&self, error: &reqwest::Error, redactor: &Redactor) -> NotSent {
        let tunnel = chain(error).map(ToString::to_string).find_map(|text| Some(text.strip_prefix(TUNNEL)?.to_owned()));
        let cause = innermost(error, redactor);
        let (peer, proxy) = (&*self.peer, self.proxy.as_ref());
        let through = proxy.map(|proxy| format!(" through {}", proxy.name)).unwrap_or_default();
        // If a proxy is set, its name is resolved and the connection is made to it.
        let first = proxy.map_or(peer, |proxy| &proxy.name);
        let refused = match (tunnel.as_deref(), proxy) {
            (Some("proxy authorization required"), Some(Proxy { name, has_credentials: true })) => Some(format!(
                "{name} rejected the user name and password in HTTPS_PROXY (or ALL_PROXY); \
                 correct them (they must be percent-encoded)"
            )),
            (Some("proxy authorization required"), Some(Proxy { name, has_credentials: false })) => Some(format!(
                "{name} requires a user name and password; set HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"
            )),
            (Some(_) | None, _) => None,
        };
        if let Some(detail) = refused {
            return NotSent { fault: NetworkFault::Proxy, detail, retry_after: None, lasting: true };
        }
        let before_the_proxy = tunnel.as_deref().is_some_and(|text| text.starts_with("failed to create"));
        if let Some(tls) = chain(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
            let (host, setting) = if before_the_proxy { (first, "HTTPS_PROXY") } else { (peer, "--base-url") };
            let is_certificate = matches!(tls, rustls::Error::InvalidCertificate(_));
            let fault = if is_certificate { NetworkFault::Certificate } else { NetworkFault::Tls };
            let (detail, lasting) = (tls_failure(host, setting, tls), is_permanent(tls));
            return NotSent { fault, detail, retry_after: None, lasting };
        }
        let (fault, detail) = if error.is_timeout() {
            let limit = self.connect_timeout;
            (NetworkFault::Connection, format!("could not connect to {peer}{through} within {limit:?}"))
        } else if error.is_dns() {
            (NetworkFault::Dns, format!("could not resolve {first}: {cause}"))
        } else if tunnel.as_deref() == Some("unsuccessful") {
            let detail = format!(
                "{first} refused to connect to {peer}; have that host allowed, or set NO_PROXY if no proxy is needed"
            );
            (NetworkFault::Proxy, detail)
        } else if tunnel.is_some() && !before_the_proxy {
            (NetworkFault::Proxy, format!("{first} could not connect to {peer}: {cause}"))
        } else {
            (NetworkFault::Connection, format!("could not connect to {first}: {cause}"))
        };
        NotSent { fault, detail, retry_after: None, lasting: false }
    }
}

/// Returns the proxy that the environment or the system sets for this URL.
fn proxy(url: &str) -> Option<Proxy> {
    let found = Matcher::from_system().intercept(&url.parse().ok()?)?;
    let host = found.uri().host().unwrap_or_default();
    let port = found.uri().port().map(|port| format!(":{port}")).unwrap_or_default();
    let has_credentials = found.basic_auth().is_some() || found.raw_auth().is_some();
    Some(Proxy { name: format!("the proxy {host}{port}"), has_credentials })
}

/// Returns whether the text of a variable such as `HTTPS_PROXY` names a usable proxy.
///
/// The HTTP client silently ignores a proxy that it cannot parse, and would take a part of a password with an `@` in it
/// for the host name.
pub fn usable_proxy(text: &str) -> bool {
    let found = Matcher::builder().https(text).build().intercept(&http::Uri::from_static("https://example.com"));
    found.is_some_and(|found| found.uri().authority().is_some_and(|authority| !authority.as_str().contains('@')))
}

/// Returns whether retrying cannot help, because the settings of the client or the server are wrong.
fn is_permanent(error: &rustls::Error) -> bool {
    matches!(error, rustls::Error::InvalidCertificate(_) | rustls::Error::InvalidMessage(_))
}

/// Describes why the TLS handshake with `host`, which is set by `setting`, failed.
fn tls_failure(host: &str, setting: &str, error: &rustls::Error) -> String {
    use CertificateError::*;
    let rustls::Error::InvalidCertificate(certificate) = error else {
        return if let rustls::Error::InvalidMessage(_) = error {
            format!("{host} does not speak TLS; check {setting}")
        } else {
            format!("the TLS handshake with {host} failed: {}", clean(&error.to_string()))
        };
    };
    let problem = if let UnknownIssuer = certificate {
        "was issued by an authority that this machine does not trust; if your company's network inspects traffic, pass \
         the certificate of its authority with --ca-cert FILE (or SSL_CERT_FILE)"
            .to_owned()
    } else if matches!(certificate, Expired | ExpiredContext { .. }) {
        "has expired; check this machine's clock, or have the certificate renewed".to_owned()
    } else if matches!(certificate, NotValidYet | NotValidYetContext { .. }) {
        "is not valid yet; check this machine's clock".to_owned()
    } else if let NotValidForNameContext { presented, .. } = certificate {
        // `DnsName("example.com")`.
        let names = presented.iter().take(3).filter_map(|name| name.split('"').nth(1));
        let names = clean(&names.collect::<Vec<_>>().join(", "));
        format!("is for another host name ({names}); check {setting}")
    } else if let NotValidForName = certificate {
        format!("is for another host name; check {setting}")
    } else {
        let other = clean(&certificate.to_string());
        format!("cannot be trusted ({other}); have it replaced, or pass that of its authority with --ca-cert FILE")
    };
    format!("the certificate of {host} {problem}")
}

/// Returns the text of the innermost cause. The outer errors, reqwest's own, would show the URL and with it an address.
pub(super) fn innermost(error: &reqwest::Error, redactor: &Redactor) -> String {
    let last = chain(error).last();
    last.map_or_else(|| "no reason given".to_owned(), |cause| redactor.clean(&cause.to_string()))
}

/// Returns the causes of the error, outermost first. An I/O error that wraps another does not return it as its source.
pub(super) fn chain(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |&cause| {
        match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => cause.source(),
        }
    })
}
