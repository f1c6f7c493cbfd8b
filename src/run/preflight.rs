//! What is asked before the first invite: the limits in force, who is there already, and what names mean.

use crate::caller::{Caller, Unanswered};
use crate::directory::Directory;
use crate::exchange::{Api, Body, Gateway, Named, PAGE_SIZE, Request};
use crate::outcome::StopReason;

use super::Halt;

/// Pages read of a list before it is taken for endless.
const MOST_PAGES: u32 = 10_000;

/// Reads the organization: its limits, people, invites, teams and projects.
///
/// The limits may stay unknown; without the rest no row can be judged, so a failure halts the run.
pub async fn preflight<G: Gateway>(caller: &Caller<G>) -> Result<Directory, Halt> {
    // A key that may not read the limits invites at the documented ones.
    if let Ok(response) = caller.ask(&Request::RateLimits).await
        && let Body::Limits(limits) = response.body
    {
        limits.into_iter().for_each(|limit| caller.limiter.configure(limit));
    }
    let mut directory = Directory::new();
    read(caller, &mut directory).await.map_err(|unanswered| match unanswered {
        Unanswered::Stopped => Halt::new(StopReason::Condemned, "stopped before the organization could be read"),
        Unanswered::GaveUp(why) => {
            Halt::new(StopReason::Condemned, format!("the organization could not be read before inviting: {why}"))
        }
        Unanswered::Unauthorized(why) => {
            Halt::new(StopReason::Condemned, format!("the credentials are refused: {why}"))
        }
        Unanswered::Denied(why) => Halt::new(StopReason::Condemned, format!("the organization may not be read: {why}")),
    })?;
    Ok(directory)
}

async fn read<G: Gateway>(caller: &Caller<G>, directory: &mut Directory) -> Result<(), Unanswered> {
    for page in 1..MOST_PAGES {
        let Body::People(people) = caller.ask(&Request::Users(page)).await?.body else {
            return Err(Unanswered::GaveUp("the answer was not the list of users".into()));
        };
        let count = people.entries.len();
        people.entries.into_iter().for_each(|person| directory.add_person(person));
        if is_last(page, count, people.total) {
            break;
        }
    }
    if caller.api == Api::Invites {
        let Body::Invites(invites) = caller.ask(&Request::Invites).await?.body else {
            return Err(Unanswered::GaveUp("the answer was not the list of invites".into()));
        };
        invites.into_iter().for_each(|invite| directory.add_invite(invite));
    }
    read_named(caller, Request::Teams, |team| directory.add_team(team)).await?;
    read_named(caller, Request::Projects, |project| directory.add_project(project)).await
}

async fn read_named<G: Gateway>(
    caller: &Caller<G>,
    request: fn(u32) -> Request,
    mut add: impl FnMut(Named),
) -> Result<(), Unanswered> {
    for page in 1..MOST_PAGES {
        let Body::Named(named) = caller.ask(&request(page)).await?.body else {
            return Err(Unanswered::GaveUp("the answer was not a list of names".into()));
        };
        let count = named.entries.len();
        named.entries.into_iter().for_each(&mut add);
        if is_last(page, count, named.total) {
            break;
        }
    }
    Ok(())
}

/// Whether no page follows. `totalCount` is an estimate, so a full page is followed up unless it says enough.
fn is_last(page: u32, count: usize, total: Option<u64>) -> bool {
    let read = u64::from(page) * PAGE_SIZE as u64;
    count == 0 || (count < PAGE_SIZE && total.is_none_or(|total| read >= total))
}
