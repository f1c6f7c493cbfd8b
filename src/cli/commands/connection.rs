//! Connections to the organizations of a command.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bulk_invite::atlas::{Api, Authorities, Client, ClientError, InvalidAuthorities, Settings, usable_proxy};
use bulk_invite::engine::{Clock, Learned, Limiter, Pace, Policy, Session};
use bulk_invite::model::ObjectId;
use thiserror::Error;
use tokio::sync::mpsc;

use super::targets::Target;
use crate::cli::args::CallArgs;

const PROXIES: [[&str; 2]; 2] = [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]];

/// Variables that every connection depends on, with descriptions. The HTTP client and the TLS library read them.
pub(crate) const NETWORK_VARIABLES: [(&str, &str); 5] = [
    (PROXIES[0][0], "Proxy for https, for example http://proxy.example.com:3128."),
    (PROXIES[1][0], "Proxy for all protocols, if HTTPS_PROXY is not set."),
    ("NO_PROXY", "Hosts that are reached without a proxy, separated by commas."),
    ("SSL_CERT_FILE", "File of certificate authorities to trust instead of the system's, on Linux."),
    ("SSL_CERT_DIR", "Folder of certificate authorities to trust instead of the system's, on Linux."),
];

/// A mistake in the flags or variables of connections, found before any connection is attempted.
#[derive(Debug, Error)]
pub(crate) enum ConnectionError {
    #[error("cannot read --ca-cert {}: {source}", path.display())]
    AuthoritiesUnreadable { path: PathBuf, source: io::Error },
    #[error("--ca-cert {}: {source}", path.display())]
    InvalidAuthorities { path: PathBuf, source: InvalidAuthorities },
    /// Without its value, which may hold a password.
    #[error(
        "{variable} is not a usable proxy address; write http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT with special \
         characters percent-encoded"
    )]
    UnusableProxy { variable: &'static str },
    #[error(
        "{variable} names {}, which {problem}; correct or unset the variable, or pass --ca-cert FILE", path.display()
    )]
    UnusableAuthorities { variable: &'static str, path: PathBuf, problem: UnusableAuthorities },
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// A reason why a variable leads to no trusted certificates.
#[derive(Debug, Error)]
pub(crate) enum UnusableAuthorities {
    #[error("cannot be read ({0})")]
    Unreadable(io::Error),
    #[error("has no valid certificate in PEM format (-----BEGIN CERTIFICATE-----)")]
    NoCertificate,
    #[error("has no certificates")]
    EmptyFolder,
}

/// An organization with a session in which requests are sent to it.
pub(crate) struct Connection {
    pub(crate) id: ObjectId,
    pub(crate) rows: Option<u64>,
    pub(crate) session: Session<Client>,
}

/// Opens a session for each organization, with up to `concurrency` requests in flight, and a channel of the rate limits
/// that answers contain.
pub(crate) fn connect(
    targets: Vec<Target>,
    api: Api,
    concurrency: usize,
    calls: &CallArgs,
    clock: Clock,
) -> Result<(Vec<Connection>, mpsc::UnboundedReceiver<Learned>), ConnectionError> {
    let pace = Pace::new(calls.rate, calls.burst);
    let limiter = Limiter::new(pace).with_max_wait(calls.max_wait);
    let (sender, learned) = mpsc::unbounded_channel();
    let authorities = calls.ca_cert.as_deref().map(authorities).transpose()?.unwrap_or_default();
    let connect = |Target { id, base_url, credential, rows }| {
        if !base_url.is_loopback() {
            check_proxies()?;
        }
        let settings = Settings {
            timeout: calls.timeout,
            connect_timeout: calls.connect_timeout,
            authorities: authorities.clone(),
            concurrency,
            ..Settings::new(base_url, id, api, credential)
        };
        let client = Client::new(settings).map_err(|error| match error {
            ClientError::Tls(_) => unusable_authorities().unwrap_or(error.into()),
            ClientError::Credential(_) => error.into(),
        })?;
        let policy = Policy::new(calls.max_attempts.get(), fastrand::u64(..));
        let session = Session::new(client, api, limiter.beside(pace), policy, clock, sender.clone());
        Ok(Connection { id, rows, session })
    };
    Ok((targets.into_iter().map(connect).collect::<Result<_, ConnectionError>>()?, learned))
}

/// Reads the file of `--ca-cert`.
fn authorities(path: &Path) -> Result<Authorities, ConnectionError> {
    let pem =
        fs::read(path).map_err(|source| ConnectionError::AuthoritiesUnreadable { path: path.to_owned(), source })?;
    Authorities::from_pem(&pem).map_err(|source| ConnectionError::InvalidAuthorities { path: path.to_owned(), source })
}

/// Returns the variable that leads to no trusted certificates, if one is set.
fn unusable_authorities() -> Option<ConnectionError> {
    let [.., (file, _), (folder, _)] = NETWORK_VARIABLES;
    let set = |variable| Some(PathBuf::from(std::env::var_os(variable)?)).filter(|path| !path.as_os_str().is_empty());
    let problem = |variable, path, problem| ConnectionError::UnusableAuthorities { variable, path, problem };
    if let Some(path) = set(file) {
        return match fs::read(&path).map(|pem| Authorities::from_pem(&pem)) {
            Ok(Ok(_)) => None,
            Ok(Err(_)) => Some(problem(file, path, UnusableAuthorities::NoCertificate)),
            Err(error) => Some(problem(file, path, UnusableAuthorities::Unreadable(error))),
        };
    }
    let path = set(folder)?;
    Some(match fs::read_dir(&path) {
        Ok(_) => problem(folder, path, UnusableAuthorities::EmptyFolder),
        Err(error) => problem(folder, path, UnusableAuthorities::Unreadable(error)),
    })
}

/// Refuses a proxy that the HTTP client would silently ignore.
fn check_proxies() -> Result<(), ConnectionError> {
    for variables in PROXIES {
        // An empty variable hides the other one, as it does for the HTTP client.
        let set = variables.into_iter().find_map(|variable| Some((variable, std::env::var(variable).ok()?)));
        if let Some((variable, value)) = set
            && !value.is_empty()
            && !usable_proxy(&value)
        {
            return Err(ConnectionError::UnusableProxy { variable });
        }
    }
    Ok(())
}
