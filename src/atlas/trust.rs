//! Parses certificate authorities that are trusted in addition to the system's.
//!
//! The system's own are loaded by the TLS library: on Linux from `SSL_CERT_FILE` and `SSL_CERT_DIR` if either is set,
//! otherwise from the distribution's folder.

use std::fmt;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::ClientError;

/// The valid certificates of additional authorities.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Authorities(Vec<CertificateDer<'static>>);

/// An error in a PEM text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAuthorities {
    /// The text has no certificate.
    #[error("contains no certificate in PEM format (-----BEGIN CERTIFICATE-----); export it again as PEM")]
    Empty,
    /// The certificate with this number, counted from 1, is not valid.
    #[error("contains an unreadable certificate (number {0}); export it again as PEM")]
    Broken(usize),
}

impl Authorities {
    /// Parses all certificates of a PEM text, and ignores anything else in it, such as a private key.
    ///
    /// # Errors
    ///
    /// Fails if the text has no certificate or if one is broken, since a missing authority would only be noticed when a
    /// connection fails.
    pub fn from_pem(pem: &[u8]) -> Result<Self, InvalidAuthorities> {
        let mut certificates = Vec::new();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let broken = InvalidAuthorities::Broken(certificates.len() + 1);
            let certificate = certificate.map_err(|_| broken)?.into_owned();
            RootCertStore::empty().add(certificate.clone()).map_err(|_| broken)?;
            certificates.push(certificate);
        }
        if certificates.is_empty() { Err(InvalidAuthorities::Empty) } else { Ok(Self(certificates)) }
    }

    pub(super) fn certificates(&self) -> Result<Vec<reqwest::Certificate>, ClientError> {
        self.0.iter().map(|der| reqwest::Certificate::from_der(der)).collect::<Result<_, _>>().map_err(ClientError::Tls)
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authorities({})", self.0.len())
    }
}
