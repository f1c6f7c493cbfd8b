//! `bulk-invite check`: everything but the sending. Without credentials it asks nobody; with them it reads the
//! organization first, as a run does.

use bulk_invite::check::{Checked, Checker};
use bulk_invite::clock::Clock;
use bulk_invite::directory::Directory;
use bulk_invite::exchange::Api;
use bulk_invite::invitation::ObjectId;
use bulk_invite::outcome::Exit;
use bulk_invite::person::PersonKeys;
use bulk_invite::plan::{PlanOptions, Planner};
use bulk_invite::report::{escaped, halt_advice};
use bulk_invite::run::{Halt, preflight};
use bulk_invite::triage::Triage;
use jiff::Timestamp;

use super::connection::{Connection, rehearsal};
use super::input;
use super::printer::Printer;
use crate::cli::{CheckArgs, LogFormat};
use crate::screen::Screen;
use crate::settings::{Account, UsageError, environment};

/// Runs the command and says how it went.
pub(crate) fn check(args: &CheckArgs) -> Exit {
    let mut screen = Screen::new(LogFormat::Text, false);
    match try_check(args, &mut screen) {
        Ok(checked) => checked.exit(),
        Err(error) => {
            screen.error(&error.0);
            Exit::Usage
        }
    }
}

fn try_check(args: &CheckArgs, screen: &mut Screen) -> Result<Checked, UsageError> {
    let (account, _running) = if args.sandbox {
        let (account, running) = rehearsal(&args.sandbox_fault)?;
        (account, Some(running))
    } else {
        (Account::resolve(&args.account, &environment)?, None)
    };
    let mut roster = input::open(&args.file, &args.sheet)?;
    roster.notes().iter().for_each(|note| screen.note(&note.to_string()));
    let header = roster.header().clone();
    let (organization, directory) = if args.offline || account.credential.is_none() {
        screen.note(&unchecked(args, account.organization, header.org_id().is_some()));
        (account.organization.unwrap_or(ObjectId::ZERO), Directory::offline())
    } else {
        let connection = Connection::of(account)?;
        let organization = connection.organization;
        let directory = look_up(args, connection, screen)?;
        screen.note(&format!(
            "checking online: organization {organization} has {} members and pending invites",
            directory.seats_used()
        ));
        (organization, directory)
    };

    let options = PlanOptions { default_roles: args.sheet.default_roles.unwrap_or_default(), organization };
    let planner = Planner::new(options, &header, &directory);
    let mut checker = Checker::new(Triage::new(planner, PersonKeys::default(), 0), &header, &directory);
    let unprintable = |error| UsageError(format!("cannot write to standard output: {error}"));
    let mut printer = Printer::new(args.format).map_err(unprintable)?;
    while let Some(row) = roster.next_row().map_err(UsageError::new)? {
        checker.take(&row, |finding| printer.finding(finding)).map_err(unprintable)?;
    }
    let checked = checker.finish(roster.skipped_blank());
    let asked = (!directory.is_offline()).then(|| organization.to_string());
    printer.finish(&checked, asked.as_deref()).map_err(unprintable)?;
    Ok(checked)
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

fn look_up(args: &CheckArgs, connection: Connection, screen: &mut Screen) -> Result<Directory, UsageError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(UsageError::new)?;
    screen.wait("looking up who is there already");
    let directory = runtime.block_on(async {
        let clock = Clock::starting_at(Timestamp::now());
        let (caller, _learned) = connection.caller(Api::from(args.account.api), 1, &args.calls, clock)?;
        preflight(&caller).await.map_err(|halt| refused(&halt))
    });
    screen.stop();
    directory
}

fn refused(halt: &Halt) -> UsageError {
    let remedy = halt_advice(halt).map(|remedy| format!("{remedy}, or ")).unwrap_or_default();
    UsageError(format!("{}; {remedy}check without asking Atlas: --offline", escaped(&halt.detail)))
}
