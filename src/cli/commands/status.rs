//! `bulk-invite status`: asks Atlas what became of everybody in a results file, and writes it beside what the run said.

use std::path::{Path, PathBuf};

use bulk_invite::atlas::Api;
use bulk_invite::engine::{Clock, preflight_people, read_lapsed};
use bulk_invite::model::{Blocked, Exit, ObjectId};
use bulk_invite::plan::Directory;
use bulk_invite::report::{self, escaped};
use bulk_invite::results::{CurrentStatus, ReadError, ResultsReader, StatusWriter};
use futures_util::future::join_all;
use jiff::Timestamp;

use super::answers::Answers;
use super::connection::{Connection, connect};
use super::output::after;
use super::targets::{Target, of_results};
use crate::cli::args::{LogFormat, StatusArgs};
use crate::cli::screen::Screen;
use crate::cli::settings::{Account, UsageError, environment};

const COLUMN: &str = "current_status";

/// What is known of one organization, and its server's time.
struct Known {
    id: ObjectId,
    directory: Directory,
    now: Timestamp,
}

/// Runs the command and says how it went.
pub(crate) fn status(args: &StatusArgs) -> Exit {
    let mut screen = Screen::new(LogFormat::Text, false);
    match try_status(args, &mut screen) {
        Ok((summary, exit)) => {
            screen.note(&summary);
            exit
        }
        Err(error) => {
            screen.error(&error.0);
            Exit::Usage
        }
    }
}

fn try_status(args: &StatusArgs, screen: &mut Screen) -> Result<(String, Exit), UsageError> {
    let account = Account::resolve(&args.account, &environment)?;
    let mut reading = ResultsReader::open(&args.results).map_err(UsageError::new)?;
    let output = output(args)?;
    let Answers { read: known, refused } = look_up(args, of_results(&mut reading, account)?, screen)?;

    let unwritable = |error| UsageError(format!("cannot write {}: {error}; correct --output", output.display()));
    let mut told = StatusWriter::create(&output, COLUMN, reading.carried()).map_err(unwritable)?;
    let mut tally = [0_u64; CurrentStatus::ALL.len()];
    let (mut unasked, mut others) = (0_u64, 0_u64);
    while let Some(line) = reading.next_line().map_err(UsageError::new)? {
        let id = line.org_id.parse().ok();
        let status = known.iter().find(|known| Some(known.id) == id).map(|Known { directory, now, .. }| {
            let status = CurrentStatus::of(&line, directory, *now);
            tally[status as usize] += 1;
            status.as_str()
        });
        if status.is_none() {
            let count = if id.is_some_and(|id| refused.contains(&id)) { &mut unasked } else { &mut others };
            *count += 1;
        }
        told.write(&line, status.unwrap_or_default()).map_err(unwritable)?;
    }
    told.finish().map_err(unwritable)?;
    let exit = if refused.is_empty() { Exit::Success } else { Exit::Usage };
    Ok((summary(&tally, [unasked, others], &output), exit))
}

/// Where the answer goes, which must not be the results nor anything that is not ours.
fn output(args: &StatusArgs) -> Result<PathBuf, UsageError> {
    let output = args.output.clone().unwrap_or_else(|| after(&args.results, "status"));
    let same = |one: &Path, other: &Path| {
        one == other || one.canonicalize().ok().is_some_and(|one| other.canonicalize().ok() == Some(one))
    };
    if same(&output, &args.results) {
        return Err(UsageError("--output would overwrite the results; name another file".to_owned()));
    }
    match ResultsReader::open(&output) {
        Ok(reading) if reading.carried().iter().any(|name| name == COLUMN) => Ok(output),
        Err(ReadError::Unreadable { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Ok(output),
        Ok(_) | Err(ReadError::Unreadable { .. } | ReadError::NotOurs { .. } | ReadError::Damaged { .. }) => {
            Err(UsageError(format!(
                "{} is there and was not written by this command; move it away, or name another file with --output",
                output.display()
            )))
        }
    }
}

fn look_up(args: &StatusArgs, targets: Vec<Target>, screen: &mut Screen) -> Result<Answers<Known>, UsageError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(UsageError::new)?;
    screen.wait("looking up what became of everybody");
    let answers = runtime.block_on(async {
        let clock = Clock::starting_at(Timestamp::now());
        let (connections, _learned) = connect(targets, Api::from(args.account.api), 1, &args.calls, clock)?;
        let read = join_all(connections.iter().map(read)).await;
        Ok(connections.iter().map(|connection| connection.id).zip(read).collect())
    });
    screen.stop();
    Answers::sorted(answers?, "", screen)
}

async fn read(Connection { id, session, .. }: &Connection) -> Result<Known, Blocked> {
    let mut directory = preflight_people(session).await?;
    read_lapsed(session, &mut directory).await?;
    Ok(Known { id: *id, directory, now: session.server_now() })
}

fn summary(tally: &[u64; CurrentStatus::ALL.len()], [unasked, others]: [u64; 2], output: &Path) -> String {
    let counts = CurrentStatus::ALL.iter().zip(tally).filter(|(_, count)| **count > 0);
    let mut counts: Vec<String> = counts.map(|(status, count)| format!("{count} {}", status.as_str())).collect();
    if unasked > 0 {
        counts.push(format!("{unasked} of organizations that could not be asked"));
    }
    if others > 0 {
        counts.push(format!("{others} of organizations without credentials"));
    }
    let rows = tally.iter().sum::<u64>() + unasked + others;
    let mut text = format!("{}: {}", report::rows(rows), counts.join(", "));
    if tally[CurrentStatus::Expired as usize] > 0 {
        text.push_str("\nto invite those again whose invite has expired: run with --reinvite-expired");
    }
    format!("{text}\nstatus: {}", escaped(&output.display().to_string()))
}
