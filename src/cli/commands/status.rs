//! `bulk-invite status`: looks up the current status of each row of a results file, and writes it beside the results.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use bulk_invite::atlas::Api;
use bulk_invite::engine::{preflight_people, read_lapsed};
use bulk_invite::model::{Blocked, Exit, ObjectId};
use bulk_invite::plan::Directory;
use bulk_invite::report::{self, escaped};
use bulk_invite::results::{CurrentStatus, ReadError, ResultsReader, StatusWriter};
use jiff::Timestamp;

use super::connection::Connection;
use super::error::CliError;
use super::input::open_results;
use super::look_up::{LookedUp, look_up};
use super::paths::{beside_results, is_same};
use super::targets::of_results;
use super::unread::Alternative;
use crate::cli::args::StatusArgs;
use crate::cli::screen::Screen;
use crate::cli::settings::{Account, environment};

const COLUMN: &str = "current_status";

/// One organization, with its server's time.
struct Known {
    id: ObjectId,
    directory: Directory,
    now: Timestamp,
}

pub(crate) fn run(args: &StatusArgs, screen: &mut Screen) -> Result<Exit, CliError> {
    let account = Account::resolve(&args.account, &environment)?;
    let mut results = open_results(&args.results)?;
    let output = output(args)?;
    let targets = of_results(&mut results, account)?;
    screen.wait("reading members and invites");
    let api = Api::from(args.account.api);
    let LookedUp { read: known, unread } = look_up(targets, api, &args.calls, Alternative::None, screen, read)?;

    let unwritable = |source| CliError::StatusUnwritable { path: output.clone(), source };
    let mut writer = StatusWriter::create(&output, COLUMN, results.carried()).map_err(unwritable)?;
    let mut counts = Counts::default();
    while let Some(line) = results.next_line()? {
        let id = line.org_id.parse().ok();
        let status = known
            .iter()
            .find(|known| Some(known.id) == id)
            .map(|Known { directory, now, .. }| CurrentStatus::of(&line, directory, *now));
        match status {
            Some(status) => counts.by_status[status as usize] += 1,
            None if id.is_some_and(|id| unread.contains(&id)) => counts.unread += 1,
            None => counts.without_credentials += 1,
        }
        writer.write(&line, status.map(CurrentStatus::as_str).unwrap_or_default()).map_err(unwritable)?;
    }
    writer.finish().map_err(unwritable)?;
    screen.note(summary(&counts, &output));
    Ok(if unread.is_empty() { Exit::Success } else { Exit::Usage })
}

/// Returns the path of the status file. It must not be the results file, or a file that this command did not write.
fn output(args: &StatusArgs) -> Result<PathBuf, CliError> {
    let output = args.output.clone().unwrap_or_else(|| beside_results(&args.results, "status"));
    if is_same(&output, &args.results) {
        return Err(CliError::StatusOverResults);
    }
    match ResultsReader::open(&output) {
        Ok(reader) if reader.carried().iter().any(|name| name == COLUMN) => Ok(output),
        Err(ReadError::Unreadable { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(output),
        Ok(_)
        | Err(
            ReadError::Unreadable { .. }
            | ReadError::NotOurs { .. }
            | ReadError::Damaged { .. }
            | ReadError::Foreign { .. },
        ) => Err(CliError::NotAStatusFile { path: output }),
    }
}

async fn read(Connection { id, session, .. }: &Connection) -> Result<Known, Blocked> {
    let mut directory = preflight_people(session).await?;
    read_lapsed(session, &mut directory).await?;
    Ok(Known { id: *id, directory, now: session.server_now() })
}

/// Numbers of rows by status.
#[derive(Default)]
struct Counts {
    by_status: [u64; CurrentStatus::ALL.len()],
    /// Rows of organizations that could not be read.
    unread: u64,
    /// Rows of organizations without credentials.
    without_credentials: u64,
}

fn summary(Counts { by_status, unread, without_credentials }: &Counts, output: &Path) -> String {
    let counts = CurrentStatus::ALL.iter().zip(by_status).filter(|(_, count)| **count > 0);
    let mut counts: Vec<String> = counts.map(|(status, count)| format!("{count} {}", status.as_str())).collect();
    if *unread > 0 {
        counts.push(format!("{unread} in organizations that could not be read"));
    }
    if *without_credentials > 0 {
        counts.push(format!("{without_credentials} in organizations without credentials"));
    }
    let rows = by_status.iter().sum::<u64>() + unread + without_credentials;
    let path = output.display().to_string();
    let mut text = format!("status: {}\n{}: {}", escaped(&path), report::rows(rows), counts.join(", "));
    if by_status[CurrentStatus::Expired as usize] > 0 {
        text.push_str(
            "\nto invite people again whose invite has expired: bulk-invite run SPREADSHEET --reinvite-expired",
        );
    }
    text
}
