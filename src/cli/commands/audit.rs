//! `bulk-invite audit`: verifies a results file against Atlas, and changes nothing.

use std::collections::HashMap;

use bulk_invite::atlas::Api;
use bulk_invite::engine::audit::{Audit, Evidence, Record, audit, read_listed};
use bulk_invite::model::{Blocked, Exit, JobKind, ObjectId};
use bulk_invite::report::{AuditReport, audit_json, audit_text};
use bulk_invite::results::{FileLock, ResultsReader};

use super::connection::Connection;
use super::error::CliError;
use super::input::open_results;
use super::look_up::{LookedUp, look_up};
use super::stdout;
use super::targets::of_results;
use super::unread::Alternative;
use crate::cli::args::AuditArgs;
use crate::cli::screen::Screen;
use crate::cli::settings::{Account, environment};

pub(crate) fn run(args: &AuditArgs, screen: &mut Screen) -> Result<Exit, CliError> {
    let account = Account::resolve(&args.account, &environment)?;
    let path = || args.results.clone();
    // The results of a run that is still going do not have its latest invites.
    let _lock = FileLock::take(&args.results).map_err(|source| CliError::ResultsInUse { path: path(), source })?;
    let mut results = open_results(&args.results)?;
    if results.is_torn() {
        let path = args.results.display();
        screen.note(format_args!("the last line of {path} is incomplete, because its run was killed"));
    }
    let default = account.organization;
    let targets = of_results(&mut results, account)?;
    let job = results.kind();
    let records = records(&mut results, default)?;

    screen.wait("reading members and invites");
    let read = async |connection: &Connection| compare(connection, job, &records).await;
    let LookedUp { read: organizations, unread } =
        look_up(targets, Api::from(args.account.api), &args.calls, Alternative::None, screen, read)?;

    let is_known = |id: &ObjectId| unread.contains(id) || organizations.iter().any(|(known, _)| known == id);
    let others = records.iter().filter(|(id, _)| !id.is_some_and(|id| is_known(&id))).flat_map(|(_, records)| records);
    let without_credentials = others.filter(|record| record.was_sent()).count() as u64;
    let report = AuditReport {
        results: &args.results,
        job,
        organizations: &organizations,
        unread: &unread,
        without_credentials,
    };
    let text = if args.json { audit_json(report).to_string() } else { audit_text(report) };
    stdout::write(format!("{text}\n").as_bytes()).map_err(CliError::StandardOutput)?;
    Ok(report.exit())
}

/// The lines of each organization. `None` has those that name no organization.
type Records = HashMap<Option<ObjectId>, Vec<Record>>;

/// Reads the lines. Those without an organization are for the default one.
fn records(results: &mut ResultsReader, default: Option<ObjectId>) -> Result<Records, CliError> {
    let mut records = Records::new();
    results.keep_repeated();
    while let Some(line) = results.next_line()? {
        let id = line.org_id.parse().ok().or(default);
        records.entry(id).or_default().push(Record::from(&line));
    }
    Ok(records)
}

async fn compare(
    Connection { id, session, .. }: &Connection,
    job: JobKind,
    records: &Records,
) -> Result<(ObjectId, Audit), Blocked> {
    let listed = read_listed(session).await?;
    let records = records.get(&Some(*id)).map_or(&[][..], Vec::as_slice);
    let evidence = Evidence {
        listed: &listed,
        now: session.server_now(),
        author: |name: Option<&str>| session.authorship.author(name),
        server_time: |at| session.server_time(at),
    };
    Ok((*id, audit(job, records, evidence)))
}
