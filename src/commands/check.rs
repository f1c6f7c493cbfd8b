//! `bulk-invite check`: everything but the sending, without the network.

use std::io::{self, Write};

use bulk_invite::directory::Directory;
use bulk_invite::invitation::ObjectId;
use bulk_invite::outcome::Exit;
use bulk_invite::person::{PersonKeys, Seen, Sighting};
use bulk_invite::plan::{PlanOptions, Planner, Rejection, digest};
use bulk_invite::report::escaped;

use super::input;
use crate::cli::CheckArgs;
use crate::settings::{Account, UsageError, environment};

/// Runs the command and says how it went.
pub(crate) fn check(args: &CheckArgs) -> Exit {
    match try_check(args) {
        Ok(exit) => exit,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            Exit::Usage
        }
    }
}

fn try_check(args: &CheckArgs) -> Result<Exit, UsageError> {
    let account = Account::resolve(&args.account, &environment)?;
    let mut roster = input::open(&args.file, &args.sheet)?;
    let directory = Directory::offline();
    if roster.header().org_id().is_some() && account.organization.is_none() {
        return Err(UsageError("the sheet names organizations; pass --org-id ID to say which one is meant".to_owned()));
    }
    let organization = account.organization.unwrap_or(ObjectId::ZERO);
    let options = PlanOptions { default_roles: args.sheet.default_roles.unwrap_or_default(), organization };
    let header = roster.header().clone();
    let planner = Planner::new(options, &header, &directory);
    let (keys, mut seen) = (PersonKeys::default(), Seen::default());
    let mut out = io::stdout().lock();
    let (mut rows, mut good, mut duplicates) = (0_u64, 0_u64, 0_u64);
    let mut problem = |row: u32, rejection: &Rejection| {
        writeln!(out, "row {row}: {} ({})", escaped(&rejection.to_string()), rejection.code.as_str())
    };
    while let Some(row) = roster.next_row().map_err(UsageError::new)? {
        rows += 1;
        let rejection = match planner.plan(&row) {
            Ok(invitation) => {
                match seen.meet(keys.key(organization, &invitation.email), digest(&invitation), row.number) {
                    Sighting::First => {
                        good += 1;
                        continue;
                    }
                    Sighting::Same(_) => {
                        duplicates += 1;
                        continue;
                    }
                    Sighting::Other(earlier) => Rejection::conflicting_duplicate(earlier),
                }
            }
            Err(rejection) => rejection,
        };
        problem(row.number, &rejection).map_err(UsageError::new)?;
    }
    let bad = rows - good - duplicates;
    let summary =
        format!("{rows} rows: {good} would be sent, {duplicates} said by an earlier row already, {bad} with a problem");
    writeln!(out, "{summary}").map_err(UsageError::new)?;
    Ok(if bad == 0 { Exit::Success } else { Exit::RowsNeedALook })
}
