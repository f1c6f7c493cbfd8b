//! The way to Atlas for the commands that need one: the account as far as it must be set, or the embedded Atlas.

use std::time::Duration;

use bulk_invite::atlas::{BaseUrl, Client, Credential, Settings};
use bulk_invite::caller::Caller;
use bulk_invite::clock::Clock;
use bulk_invite::exchange::Api;
use bulk_invite::invitation::ObjectId;
use bulk_invite::limiter::{Learned, Limiter, Pace};
use bulk_invite::retry::Policy;
use bulk_invite::sandbox::{self, Fault};
use jiff::SignedDuration;
use tokio::sync::mpsc;

use crate::cli::CallArgs;
use crate::settings::{Account, UsageError};

/// An account with all that a request takes.
pub(crate) struct Connection {
    pub(crate) organization: ObjectId,
    pub(crate) base_url: BaseUrl,
    pub(crate) credential: Credential,
}

impl Connection {
    /// The account's, which must say where and with what; the error names the remedy.
    pub(crate) fn of(account: Account) -> Result<Self, UsageError> {
        let Account { organization, base_url, credential } = account;
        let organization = organization.ok_or_else(|| {
            UsageError("no organization is set; pass --org-id ID or set MONGODB_ATLAS_ORG_ID".to_owned())
        })?;
        let credential = credential.ok_or_else(|| {
            UsageError(
                "no credentials are set; set MONGODB_ATLAS_ACCESS_TOKEN, or MONGODB_ATLAS_CLIENT_ID and \
                 MONGODB_ATLAS_CLIENT_SECRET, or MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY, or \
                 rehearse with --sandbox"
                    .to_owned(),
            )
        })?;
        Ok(Self { organization, base_url, credential })
    }

    /// Makes what asks and invites, so many requests at once.
    pub(crate) fn caller(
        self,
        api: Api,
        concurrency: usize,
        calls: &CallArgs,
        clock: Clock,
    ) -> Result<(Caller<Client>, mpsc::UnboundedReceiver<Learned>), UsageError> {
        let settings = Settings::new(self.base_url, self.organization, api, self.credential);
        let settings = Settings { timeout: unsigned(calls.timeout), concurrency, ..settings };
        let client = Client::new(settings).map_err(UsageError::new)?;
        let limiter = Limiter::new(Pace::new(calls.rate, calls.burst));
        let policy = Policy::new(calls.max_attempts.get(), fastrand::u64(..));
        Ok(Caller::new(client, api, limiter, policy, clock))
    }
}

/// Starts an embedded Atlas that misbehaves so. It runs until the second value is dropped.
pub(crate) fn rehearsal(faults: &[Fault]) -> Result<(Account, sandbox::Running), UsageError> {
    let options = sandbox::Options { faults: faults.to_vec(), ..sandbox::Options::default() };
    let running = sandbox::start(options)
        .map_err(|error| UsageError(format!("the sandbox cannot listen on this machine: {error}")))?;
    let account = Account {
        organization: sandbox::ORGANIZATION.parse().ok(),
        base_url: running.base_url().parse().map_err(UsageError::new)?,
        credential: Some(Credential::Token(sandbox::TOKEN.into())),
    };
    Ok((account, running))
}

/// A time that was typed.
pub(crate) fn unsigned(duration: SignedDuration) -> Duration {
    Duration::try_from(duration).unwrap_or_default()
}
