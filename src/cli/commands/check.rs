//! `bulk-invite check`: checks each row as a run would, without sending anything. It reads the organizations first if
//! credentials are set.

use bulk_invite::atlas::Api;
use bulk_invite::engine::preflight;
use bulk_invite::model::{Blocked, Exit, ObjectId, PersonKeys};
use bulk_invite::plan::{ANY, Checker, Classifier, Directory, FailedColumn, PlanOptions, Planner};
use bulk_invite::report::{self, organization, rows};
use bulk_invite::spreadsheet::{Header, Opened};

use super::connection::Connection;
use super::error::CliError;
use super::fixed::Fixed;
use super::input::OpenInput;
use super::look_up::{LookedUp, look_up};
use super::printer::Printer;
use super::unread::Alternative;
use super::{input, prompt, rehearsal, targets};
use crate::cli::args::CheckArgs;
use crate::cli::screen::Screen;
use crate::cli::settings::Account;

pub(crate) fn run(args: &CheckArgs, screen: &mut Screen) -> Result<Exit, CliError> {
    let (account, _sandbox) = rehearsal::account(&args.account, args.sandbox, &args.sandbox_fault)?;
    let OpenInput { opened: input, map, facts } =
        input::open(&args.file, &args.sheet, &args.map, account.organization, prompt::is_interactive(), screen)?;
    let header = &input.how_read.header;
    let Organizations { default, directories, unread } =
        if args.offline || (account.credential.is_none() && account.others.is_empty()) {
            offline(args, &account, header, screen)
        } else {
            online(args, account, &input, screen)?
        };

    let default_roles = args.sheet.default_roles.unwrap_or_default();
    let options = PlanOptions { default_roles, organization: default };
    let known: Vec<_> = directories.iter().map(|(id, directory)| (*id, directory)).collect();
    let rules = map.as_ref().map(|map| map.bind(header, &known)).transpose()?;
    let planner = Planner::new(options, header, known).with_rules(rules.as_ref());
    let failed_columns = FailedColumn::find(&input.sheet, &planner);
    let mut checker = Checker::new(Classifier::new(planner, PersonKeys::default(), 0), header, failed_columns);
    let mut printer = Printer::new(args.format).map_err(CliError::StandardOutput)?;
    checker.failed_columns(|finding| printer.finding(finding)).map_err(CliError::StandardOutput)?;
    let mut fixed = args.fixed.as_deref().map(|path| Fixed::create(path, header)).transpose()?;
    let mut sheet = input.sheet;
    while let Some(row) = sheet.next_row()? {
        if let Some(fixed) = &mut fixed {
            fixed.add(&row, checker.planner(), screen)?;
        }
        checker.take(&row, |finding| printer.finding(finding)).map_err(CliError::StandardOutput)?;
        let explanation = if args.explain { checker.explain(&row) } else { None };
        explanation.iter().try_for_each(|it| printer.explanation(it)).map_err(CliError::StandardOutput)?;
    }
    if let Some(fixed) = fixed {
        fixed.finish(screen)?;
    }
    if let (Some(shard), 1..) = (args.sheet.shard, sheet.elsewhere()) {
        screen.note(format_args!("shard {shard}: {} in other shards", rows(sheet.elsewhere())));
    }
    let checked = checker.finish(sheet.skipped_blank());
    let findings = checked.coverage.as_ref().map(|coverage| report::map_findings(coverage, args.sheet.shard.is_some()));
    findings.iter().flatten().try_for_each(|it| printer.finding(it)).map_err(CliError::StandardOutput)?;
    let online = unread.is_empty() && directories.iter().any(|(_, directory)| !directory.is_offline());
    let exit = if unread.is_empty() { checked.exit() } else { Exit::Usage };
    printer.finish(&facts, &checked, online, exit).map_err(CliError::StandardOutput)?;
    Ok(exit)
}

/// The organizations that rows may be for.
struct Organizations {
    /// The organization of rows that name none.
    default: Option<ObjectId>,
    directories: Vec<(ObjectId, Directory)>,
    /// Those that could not be read.
    unread: Vec<ObjectId>,
}

/// Returns the organizations of the account, or any organization if none is set.
fn offline(args: &CheckArgs, account: &Account, header: &Header, screen: &Screen) -> Organizations {
    let reason = if args.offline { "" } else { " (no credentials are set)" };
    let organizations = match account.organization {
        None if header.org_id().is_some() => "organizations, ",
        None | Some(_) => "",
    };
    screen.note(format_args!(
        "checking offline{reason}: {organizations}teams, projects and existing members are not checked"
    ));
    let known = account.organizations();
    let (default, known) = if known.is_empty() { (Some(ANY), vec![ANY]) } else { (account.organization, known) };
    let directories = known.into_iter().map(|id| (id, Directory::offline())).collect();
    Organizations { default, directories, unread: Vec::new() }
}

/// Reads the organizations that rows are for.
fn online(args: &CheckArgs, account: Account, input: &Opened, screen: &mut Screen) -> Result<Organizations, CliError> {
    let default = account.organization;
    let targets = targets::of_sheet(account, input, args.sheet.shard)?;
    screen.wait("reading members and invites");
    let api = Api::from(args.account.api);
    let LookedUp { read: mut directories, unread } =
        look_up(targets, api, &args.calls, Alternative::Offline, screen, read)?;
    for (id, directory) in &directories {
        let used = directory.seats_used();
        let name = organization(*id, directory.name());
        screen.note(format_args!("{name}: {used} members and pending invites"));
    }
    for id in &unread {
        screen.note(format_args!("organization {id}: its rows are checked offline"));
        directories.push((*id, Directory::offline()));
    }
    Ok(Organizations { default, directories, unread })
}

async fn read(Connection { id, session, .. }: &Connection) -> Result<(ObjectId, Directory), Blocked> {
    Ok((*id, preflight(session).await?))
}
