//! Authorities that are trusted beside the system's own, read from PEM.
//!
//! Not for the system's; the TLS library finds those (on Linux what `SSL_CERT_FILE` and `SSL_CERT_DIR` name where either
//! is set, else where distributions keep them).

use std::fmt;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::ClientError;

/// Certificates of authorities, each of which TLS can use.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Authorities(Vec<CertificateDer<'static>>);

/// Why a text holds no usable certificates, with the remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAuthorities {
    /// There is none.
    #[error("holds no certificate; it must be PEM, with -----BEGIN CERTIFICATE----- in it")]
    Empty,
    /// One, counted from 1, cannot be read.
    #[error("holds a certificate that cannot be read, number {0} in it; export it again, as PEM")]
    Broken(usize),
}

impl Authorities {
    /// Reads all certificates of a PEM text; whatever else is in it, a private key for example, is passed over.
    ///
    /// # Errors
    ///
    /// There is none, or one of them is broken: leaving it out would only be noticed when a connection fails.
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
