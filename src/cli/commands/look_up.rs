//! Look-ups of several organizations at once. One that cannot be read does not stop the others.

use bulk_invite::atlas::Api;
use bulk_invite::engine::Clock;
use bulk_invite::model::{Blocked, ObjectId};
use futures_util::future::join_all;

use super::connection::{Connection, connect};
use super::error::CliError;
use super::runtime::block_on;
use super::targets::Target;
use super::unread::{Alternative, UnreadOrganization};
use crate::cli::args::CallArgs;
use crate::cli::screen::Screen;

/// The organizations that could be read, and those that could not.
pub(crate) struct LookedUp<T> {
    pub(crate) read: Vec<T>,
    pub(crate) unread: Vec<ObjectId>,
}

/// Reads each organization, and prints an error for each that cannot be read. Fails if none can.
pub(crate) fn look_up<T>(
    targets: Vec<Target>,
    api: Api,
    calls: &CallArgs,
    alternative: Alternative,
    screen: &mut Screen,
    read: impl AsyncFn(&Connection) -> Result<T, Blocked>,
) -> Result<LookedUp<T>, CliError> {
    let answers = block_on(async {
        let clock = Clock::system();
        let (connections, _learned) = connect(targets, api, 1, calls, clock)?;
        let answers = join_all(connections.iter().map(|connection| read(connection))).await;
        Ok::<Vec<_>, CliError>(connections.iter().map(|connection| connection.id).zip(answers).collect())
    });
    screen.stop();
    let answers = answers?;
    let several = answers.len() > 1;
    let (mut read, mut unread) = (Vec::new(), Vec::new());
    for (id, answer) in answers {
        match answer {
            Ok(answer) => read.push(answer),
            Err(blocked) => {
                let organization = several.then_some(id);
                unread.push((id, UnreadOrganization { organization, blocked, alternative }));
            }
        }
    }
    let last = if read.is_empty() { unread.pop() } else { None };
    unread.iter().for_each(|(_, error)| screen.error(error));
    match last {
        Some((_, error)) => Err(error.into()),
        None => Ok(LookedUp { read, unread: unread.into_iter().map(|(id, _)| id).collect() }),
    }
}
