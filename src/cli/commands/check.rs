//! `bulk-invite check`: a run without the sending. It reads the organizations first if there are credentials.

use bulk_invite::atlas::api::Api;
use bulk_invite::engine::preflight;
use bulk_invite::model::exit::Exit;
use bulk_invite::model::invitation::ObjectId;
use bulk_invite::model::person::PersonKeys;
use bulk_invite::model::reason::Blocked;
use bulk_invite::plan::check::Checker;
use bulk_invite::plan::classify::Classifier;
use bulk_invite::plan::directory::Directory;
use bulk_invite::plan::{ANY, PlanOptions, Planner};

use super::connection::Connection;
use super::error::CliError;
use super::look_up::look_up;
use super::printer::Printer;
use super::unread::Alternative;
use super::{input, rehearsal, targets};
use crate::cli::args::CheckArgs;
use crate::cli::screen::Screen;

/// Runs the command.
pub(crate) fn run(args: &CheckArgs, screen: &mut Screen) -> Result<Exit, CliError> {
    let (account, _sandbox) = rehearsal::account(&args.account, args.sandbox, &args.sandbox_fault)?;
    let input = input::open(&args.file, &args.sheet, account.organization, screen)?;
    let header = &input.how_read.header;
    let organization = account.organization;
    let mut unread = Vec::new();
    let (organization, directories) = if args.offline || (account.credential.is_none() && account.others.is_empty()) {
        screen.note(unchecked(args, organization, header.org_id().is_some()));
        let known = account.organizations();
        if known.is_empty() {
            (Some(ANY), vec![(ANY, Directory::offline())])
        } else {
            (organization, known.into_iter().map(|id| (id, Directory::offline())).collect())
        }
    } else {
        let targets = targets::of_sheet(account, &input, args.sheet.shard)?;
        screen.wait("looking up who is there already");
        let api = Api::from(args.account.api);
        let looked_up = look_up(targets, api, &args.calls, Alternative::Offline, screen, read)?;
        let mut directories = looked_up.read;
        for (id, directory) in &directories {
            let used = directory.seats_used();
            screen.note(format_args!("checking online: organization {id} has {used} members and pending invites"));
        }
        unread = looked_up.unread;
        for id in &unread {
            screen.note(format_args!("checking offline the rows for organization {id}"));
            directories.push((*id, Directory::offline()));
        }
        (organization, directories)
    };

    let options = PlanOptions { default_roles: args.sheet.default_roles.unwrap_or_default(), organization };
    let known = directories.iter().map(|(id, directory)| (*id, directory)).collect();
    let planner = Planner::new(options, header, known);
    let mut checker = Checker::new(Classifier::new(planner, PersonKeys::default(), 0), header);
    let mut printer = Printer::new(args.format).map_err(CliError::StandardOutput)?;
    let mut sheet = input.sheet;
    while let Some(row) = sheet.next_row()? {
        checker.take(&row, |finding| printer.finding(finding)).map_err(CliError::StandardOutput)?;
    }
    if let Some(shard) = args.sheet.shard {
        screen.note(format_args!("shard {shard}: {} rows are left to other shards", sheet.elsewhere()));
    }
    let checked = checker.finish(sheet.skipped_blank());
    let online = unread.is_empty() && directories.iter().any(|(_, directory)| !directory.is_offline());
    let exit = if unread.is_empty() { checked.exit() } else { Exit::Usage };
    printer.finish(&checked, online, exit).map_err(CliError::StandardOutput)?;
    Ok(exit)
}

/// Says why the check is offline, and what it leaves open.
fn unchecked(args: &CheckArgs, organization: Option<ObjectId>, names_organizations: bool) -> String {
    let why = if args.offline { "as asked" } else { "since no credentials are set" };
    let whose = match organization {
        None if names_organizations => ", whether the organizations named are yours",
        None | Some(_) => "",
    };
    format!("checking offline, {why}; not checked: whether teams and projects exist, who is there already{whose}")
}

async fn read(Connection { id, session, .. }: &Connection) -> Result<(ObjectId, Directory), Blocked> {
    Ok((*id, preflight(session).await?))
}
