//! The account of a command that may use the sandbox instead of Atlas.

use atlas_sandbox::{Fault, Options, Running};
use bulk_invite::atlas::Credential;

use super::error::CliError;
use crate::cli::args::AccountArgs;
use crate::cli::settings::{Account, Sources, environment};

/// Returns the account from the settings, or that of a new sandbox with these faults, which runs until the second value
/// is dropped.
pub(crate) fn account(
    args: &AccountArgs,
    sandbox: bool,
    faults: &[Fault],
) -> Result<(Account, Option<Running>), CliError> {
    if !sandbox {
        return Ok((Account::resolve(args, &environment)?, None));
    }
    let options = Options { faults: faults.to_vec(), ..Options::default() };
    let running = atlas_sandbox::start(options).map_err(CliError::SandboxNotStarted)?;
    let account = Account {
        organization: atlas_sandbox::ORGANIZATION.parse().ok(),
        base_url: running.base_url().parse().map_err(CliError::SandboxUrl)?,
        credential: Some(Credential::Token(atlas_sandbox::TOKEN.into())),
        others: Vec::new(),
        sources: Sources::default(),
    };
    Ok((account, Some(running)))
}
