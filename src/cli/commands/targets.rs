//! Which organizations a spreadsheet is for, and the credentials for each.

use std::collections::HashMap;

use bulk_invite::atlas::{BaseUrl, Credential};
use bulk_invite::model::{ObjectId, Shard};
use bulk_invite::results::ResultsReader;
use bulk_invite::spreadsheet::Opened;

use crate::cli::settings::{Account, OtherOrganization, UsageError};

/// An organization that rows are for, and how to get in.
pub(crate) struct Target {
    pub(crate) id: ObjectId,
    pub(crate) base_url: BaseUrl,
    pub(crate) credential: Credential,
    pub(crate) rows: Option<u64>,
}

/// The organizations that the rows of a results file are for, which `reading` is then about to tell again.
pub(crate) fn of_results(reading: &mut ResultsReader, account: Account) -> Result<Vec<Target>, UsageError> {
    let mut counts: HashMap<ObjectId, u64> = HashMap::new();
    while let Some(line) = reading.next_line().map_err(UsageError::new)? {
        if let Some(id) = line.org_id.parse().ok().or(account.organization) {
            *counts.entry(id).or_default() += 1;
        }
    }
    reading.rewind();
    targets(account, true, Some(&counts), None)
}

/// The organizations that the rows of a spreadsheet are for.
pub(crate) fn of_sheet(account: Account, input: &Opened, shard: Option<Shard>) -> Result<Vec<Target>, UsageError> {
    let by_row = input.how_read.header.org_id().is_some();
    targets(account, by_row, input.rows.as_ref().map(|rows| &rows.by_organization), shard)
}

/// The organizations that rows are for, by an `org_id` column or because they name none.
fn targets(
    account: Account,
    by_row: bool,
    counts: Option<&HashMap<ObjectId, u64>>,
    shard: Option<Shard>,
) -> Result<Vec<Target>, UsageError> {
    let Account { organization, base_url, credential, others, sources: _ } = account;
    if organization.is_none() && (!by_row || others.is_empty()) {
        return Err(UsageError("no organization is set; pass --org-id ID or set MONGODB_ATLAS_ORG_ID".to_owned()));
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
    let is_ours = |id| match (shard, rows(id)) {
        // A shard may have no rows at all, and leaves the organization to the one that does.
        (Some(_), Some(rows)) => rows > 0,
        (Some(_) | None, _) => targets.is_empty() || is_named(id),
    };
    if let Some(id) = organization.filter(|id| is_ours(*id)) {
        let credential = credential.ok_or_else(|| {
            UsageError(
                "no credentials are set; set MONGODB_ATLAS_ACCESS_TOKEN, or MONGODB_ATLAS_CLIENT_ID and \
                 MONGODB_ATLAS_CLIENT_SECRET, or MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY, or \
                 rehearse with --sandbox"
                    .to_owned(),
            )
        })?;
        targets.insert(0, Target { id, base_url, credential, rows: rows(id) });
    }
    Ok(targets)
}
