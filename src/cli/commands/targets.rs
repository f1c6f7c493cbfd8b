//! The organizations that a spreadsheet or a results file is for, with their credentials.

use std::collections::HashMap;

use bulk_invite::atlas::{BaseUrl, Credential};
use bulk_invite::model::{ObjectId, Shard};
use bulk_invite::results::{ReadError, ResultsReader};
use bulk_invite::spreadsheet::Opened;
use thiserror::Error;

use crate::cli::settings::{Account, OtherOrganization};

/// A reason why no organization can be selected.
#[derive(Debug, Error)]
pub(crate) enum TargetError {
    #[error("no organization is set; pass --org-id ID or set MONGODB_ATLAS_ORG_ID")]
    NoOrganization,
    #[error(
        "no credentials are set; set MONGODB_ATLAS_CLIENT_ID and MONGODB_ATLAS_CLIENT_SECRET of a service account, or \
         MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY, or MONGODB_ATLAS_ACCESS_TOKEN; --sandbox needs \
         none"
    )]
    NoCredentials,
    #[error(transparent)]
    Results(#[from] ReadError),
}

/// An organization that rows are for, with its credential.
pub(crate) struct Target {
    pub(crate) id: ObjectId,
    pub(crate) base_url: BaseUrl,
    pub(crate) credential: Credential,
    /// The number of rows for it, if known.
    pub(crate) rows: Option<u64>,
}

/// Returns the organizations that the rows of a results file are for. Rewinds the reader.
pub(crate) fn of_results(results: &mut ResultsReader, account: Account) -> Result<Vec<Target>, TargetError> {
    let mut counts: HashMap<ObjectId, u64> = HashMap::new();
    while let Some(line) = results.next_line()? {
        if let Some(id) = line.org_id.parse().ok().or(account.organization) {
            *counts.entry(id).or_default() += 1;
        }
    }
    results.rewind();
    targets(account, true, Some(&counts), None)
}

/// Returns the organizations that the rows of a spreadsheet are for.
pub(crate) fn of_sheet(account: Account, input: &Opened, shard: Option<Shard>) -> Result<Vec<Target>, TargetError> {
    let by_row = input.how_read.header.org_id().is_some();
    targets(account, by_row, input.rows.as_ref().map(|rows| &rows.by_organization), shard)
}

/// Selects the organizations of an account that rows are for: those that rows name if `by_row`, and the one of rows that
/// name none.
fn targets(
    account: Account,
    by_row: bool,
    counts: Option<&HashMap<ObjectId, u64>>,
    shard: Option<Shard>,
) -> Result<Vec<Target>, TargetError> {
    let Account { organization, base_url, credential, others, sources: _ } = account;
    if organization.is_none() && (!by_row || others.is_empty()) {
        return Err(TargetError::NoOrganization);
    }
    let rows = |id| counts.map(|counts| counts.get(&id).copied().unwrap_or_default());
    let is_named = |id| by_row && rows(id) != Some(0);
    let others = others.into_iter().filter(|other| is_named(other.id));
    let others = others.map(|OtherOrganization { id, base_url, credential }| Target {
        id,
        base_url,
        credential,
        rows: rows(id),
    });
    let mut targets: Vec<Target> = others.collect();
    let is_included = |id| match (shard, rows(id)) {
        // A shard without rows leaves the organization to the shard that has them.
        (Some(_), Some(rows)) => rows > 0,
        (Some(_) | None, _) => targets.is_empty() || is_named(id),
    };
    if let Some(id) = organization.filter(|id| is_included(*id)) {
        let credential = credential.ok_or(TargetError::NoCredentials)?;
        targets.insert(0, Target { id, base_url, credential, rows: rows(id) });
    }
    Ok(targets)
}
