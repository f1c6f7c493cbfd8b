//! The way to Atlas for the commands that need one, or to the embedded Atlas.

use std::path::Path;
use std::time::Duration;

use atlas_sandbox::Fault;
use bulk_invite::atlas::{Api, Authorities, Client, Credential, Settings, usable_proxy};
use bulk_invite::engine::{Clock, Learned, Limiter, Pace, Policy, Session};
use bulk_invite::model::ObjectId;
use jiff::SignedDuration;
use tokio::sync::mpsc;

use super::targets::Target;
use crate::cli::args::{AccountArgs, CallArgs};
use crate::cli::settings::{Account, Sources, UsageError, environment};

/// An organization that can be asked and written to.
pub(crate) struct Connection {
    pub(crate) id: ObjectId,
    pub(crate) rows: Option<u64>,
    pub(crate) session: Session<Client>,
}

/// Makes what asks and invites, so many requests at once to each organization, and what tells of limits.
pub(crate) fn connect(
    targets: Vec<Target>,
    api: Api,
    concurrency: usize,
    calls: &CallArgs,
    clock: Clock,
) -> Result<(Vec<Connection>, mpsc::UnboundedReceiver<Learned>), UsageError> {
    let pace = Pace::new(calls.rate, calls.burst);
    let limiter = Limiter::new(pace);
    let (sender, learned) = mpsc::unbounded_channel();
    let authorities = calls.ca_cert.as_deref().map(authorities).transpose()?.unwrap_or_default();
    let connect = |Target { id, base_url, credential, rows }| {
        if !base_url.is_loopback() {
            proxies_are_usable()?;
        }
        let settings = Settings {
            timeout: unsigned(calls.timeout),
            connect_timeout: unsigned(calls.connect_timeout),
            authorities: authorities.clone(),
            concurrency,
            ..Settings::new(base_url, id, api, credential)
        };
        let client = Client::new(settings);
        let client = client.map_err(UsageError::new)?;
        let policy = Policy::new(calls.max_attempts.get(), fastrand::u64(..));
        let session = Session::new(client, api, limiter.beside(pace), policy, clock, sender.clone());
        Ok(Connection { id, rows, session })
    };
    Ok((targets.into_iter().map(connect).collect::<Result<_, _>>()?, learned))
}

/// Reads the file of `--ca-cert`.
fn authorities(path: &Path) -> Result<Authorities, UsageError> {
    let pem = std::fs::read(path)
        .map_err(|error| UsageError(format!("cannot read --ca-cert {}: {error}", path.display())))?;
    Authorities::from_pem(&pem).map_err(|error| UsageError(format!("--ca-cert {} {error}", path.display())))
}

/// Refuses a proxy that would be left out without a word, and Atlas reached without it, or not at all.
fn proxies_are_usable() -> Result<(), UsageError> {
    for names in [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]] {
        // An empty one hides the other, as it does for the HTTP client.
        let set = names.into_iter().find_map(|name| Some((name, std::env::var(name).ok()?)));
        if let Some((name, value)) = set
            && !value.is_empty()
            && !usable_proxy(&value)
        {
            // The value is not told: it may hold a password.
            return Err(UsageError(format!(
                "{name} is not the address of a proxy that can be used; write http://HOST:PORT, or \
                 http://USER:PASSWORD@HOST:PORT with every special character percent-encoded"
            )));
        }
    }
    Ok(())
}

/// The account to go by: an embedded Atlas's, which runs until the second value is dropped, where faults are given.
pub(crate) fn account(
    rehearses: Option<&[Fault]>,
    args: &AccountArgs,
) -> Result<(Account, Option<atlas_sandbox::Running>), UsageError> {
    match rehearses {
        Some(faults) => rehearsal(faults).map(|(account, running)| (account, Some(running))),
        None => Ok((Account::resolve(args, &environment)?, None)),
    }
}

/// Starts an embedded Atlas that misbehaves so. It runs until the second value is dropped.
fn rehearsal(faults: &[Fault]) -> Result<(Account, atlas_sandbox::Running), UsageError> {
    let options = atlas_sandbox::Options { faults: faults.to_vec(), ..atlas_sandbox::Options::default() };
    let running = atlas_sandbox::start(options)
        .map_err(|error| UsageError(format!("the sandbox cannot listen on this machine: {error}")))?;
    let account = Account {
        organization: atlas_sandbox::ORGANIZATION.parse().ok(),
        base_url: running.base_url().parse().map_err(UsageError::new)?,
        credential: Some(Credential::Token(atlas_sandbox::TOKEN.into())),
        others: Vec::new(),
        sources: Sources::default(),
    };
    Ok((account, running))
}

/// A time that was typed.
pub(crate) fn unsigned(duration: SignedDuration) -> Duration {
    Duration::try_from(duration).unwrap_or_default()
}
