//! `bulk-invite check`: everything but the sending. Without credentials it asks nobody; with them it reads the
//! organization first, as a run does.

use bulk_invite::atlas::Api;
use bulk_invite::engine::{Clock, preflight};
use bulk_invite::model::{Exit, ObjectId, PersonKeys};
use bulk_invite::plan::{ANY, Checker, Classifier, Directory, PlanOptions, Planner};
use futures_util::future::join_all;
use jiff::Timestamp;

use super::answers::Answers;
use super::connection::{account, connect};
use super::input;
use super::printer::Printer;
use super::stdout::unprintable;
use super::targets::{self, Target};
use crate::cli::args::{CheckArgs, LogFormat};
use crate::cli::screen::Screen;
use crate::cli::settings::UsageError;

/// Runs the command and says how it went.
pub(crate) fn check(args: &CheckArgs) -> Exit {
    let mut screen = Screen::new(LogFormat::Text, false);
    match try_check(args, &mut screen) {
        Ok(exit) => exit,
        Err(error) => {
            screen.error(&error.0);
            Exit::Usage
        }
    }
}

fn try_check(args: &CheckArgs, screen: &mut Screen) -> Result<Exit, UsageError> {
    let (account, _running) = account(args.sandbox.then_some(&args.sandbox_fault[..]), &args.account)?;
    let input = input::open(&args.file, &args.sheet, account.organization, screen)?;
    let header = &input.how_read.header;
    let organization = account.organization;
    let mut refused = Vec::new();
    let (organization, directories) = if args.offline || (account.credential.is_none() && account.others.is_empty()) {
        screen.note(&unchecked(args, organization, header.org_id().is_some()));
        let others = account.others.iter().map(|other| other.id);
        let known: Vec<ObjectId> = organization.into_iter().chain(others).collect();
        if known.is_empty() {
            (Some(ANY), vec![(ANY, Directory::offline())])
        } else {
            (organization, known.into_iter().map(|id| (id, Directory::offline())).collect())
        }
    } else {
        let answers = look_up(args, targets::of_sheet(account, &input, args.sheet.shard)?, screen)?;
        let mut directories = answers.read;
        for (id, directory) in &directories {
            let there = directory.seats_used();
            screen.note(&format!("checking online: organization {id} has {there} members and pending invites"));
        }
        refused = answers.refused;
        for id in &refused {
            screen.note(&format!("checking offline the rows for organization {id}"));
            directories.push((*id, Directory::offline()));
        }
        (organization, directories)
    };

    let options = PlanOptions { default_roles: args.sheet.default_roles.unwrap_or_default(), organization };
    let known = directories.iter().map(|(id, directory)| (*id, directory)).collect();
    let planner = Planner::new(options, header, known);
    let mut checker = Checker::new(Classifier::new(planner, PersonKeys::default(), 0), header);
    let mut printer = Printer::new(args.format).map_err(unprintable)?;
    let mut sheet = input.sheet;
    while let Some(row) = sheet.next_row().map_err(UsageError::new)? {
        checker.take(&row, |finding| printer.finding(finding)).map_err(unprintable)?;
    }
    if let Some(shard) = args.sheet.shard {
        screen.note(&format!("shard {shard}: {} rows are left to other shards", sheet.elsewhere()));
    }
    let checked = checker.finish(sheet.skipped_blank());
    let online = refused.is_empty() && directories.iter().any(|(_, directory)| !directory.is_offline());
    let exit = if refused.is_empty() { checked.exit() } else { Exit::Usage };
    printer.finish(&checked, online, exit).map_err(unprintable)?;
    Ok(exit)
}

/// What an offline check leaves open, and why it is one.
fn unchecked(args: &CheckArgs, organization: Option<ObjectId>, names_organizations: bool) -> String {
    let why = if args.offline { "as asked" } else { "since no credentials are set" };
    let whose = match organization {
        None if names_organizations => ", whether the organizations named are yours",
        None | Some(_) => "",
    };
    format!("checking offline, {why}; not checked: whether teams and projects exist, who is there already{whose}")
}

fn look_up(
    args: &CheckArgs,
    targets: Vec<Target>,
    screen: &mut Screen,
) -> Result<Answers<(ObjectId, Directory)>, UsageError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(UsageError::new)?;
    screen.wait("looking up who is there already");
    let answers = runtime.block_on(async {
        let clock = Clock::starting_at(Timestamp::now());
        let (connections, _learned) = connect(targets, Api::from(args.account.api), 1, &args.calls, clock)?;
        let read = join_all(connections.iter().map(|connection| preflight(&connection.session))).await;
        let ids = connections.iter().map(|connection| connection.id);
        Ok(ids.zip(read).map(|(id, read)| (id, read.map(|directory| (id, directory)))).collect())
    });
    screen.stop();
    Answers::sorted(answers?, ", or check without asking Atlas: --offline", screen)
}
