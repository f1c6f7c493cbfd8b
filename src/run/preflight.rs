//! What is asked before the first invite: the limits in force, who is there already, and what names mean.

use crate::caller::{Caller, Unanswered};
use crate::directory::Directory;
use crate::exchange::{Api, Body, Gateway, PAGE_SIZE, Page, Request};

/// Pages read of a list before it is taken for endless.
const MOST_PAGES: u32 = 10_000;

/// Reads the organization: its limits, people, invites, teams and projects.
///
/// The limits may stay unknown; without the rest no row can be judged, so a failure condemns the organization.
///
/// # Errors
///
/// Why nothing may be sent to it, in words; untrusted where the server said it.
pub async fn preflight<G: Gateway>(caller: &Caller<G>) -> Result<Directory, String> {
    let mut directory = preflight_people(caller).await?;
    read_names(caller, &mut directory).await.map_err(in_words)?;
    Ok(directory)
}

/// Reads the organization's limits, people and invites, for a job that names no teams and projects.
///
/// # Errors
///
/// As of [`preflight`].
pub async fn preflight_people<G: Gateway>(caller: &Caller<G>) -> Result<Directory, String> {
    // A key that may not read the limits invites at the documented ones.
    let limits = match caller.ask(&Request::RateLimits).await {
        Ok(response) => {
            if let Body::Limits(limits) = response.body {
                limits
            } else {
                Vec::new()
            }
        }
        // Nothing else would be told either.
        Err(unreachable @ Unanswered::Unreachable(_)) => return Err(in_words(unreachable)),
        Err(Unanswered::Stopped | Unanswered::GaveUp(_) | Unanswered::Unauthorized(_) | Unanswered::Denied(_)) => {
            Vec::new()
        }
    };
    limits.into_iter().for_each(|limit| caller.limiter.configure(limit));
    let mut directory = Directory::new();
    read_people(caller, &mut directory).await.map_err(in_words)?;
    Ok(directory)
}

fn in_words(unanswered: Unanswered) -> String {
    match unanswered {
        Unanswered::Stopped => "stopped before the organization could be read".to_owned(),
        Unanswered::Unreachable(why) | Unanswered::GaveUp(why) => {
            format!("the organization could not be read beforehand: {why}")
        }
        Unanswered::Unauthorized(why) => format!("the credentials are refused: {why}"),
        Unanswered::Denied(why) => format!("the organization may not be read: {why}"),
    }
}

/// Adds those whose invitation expired or was declined, whom a run need not know of.
///
/// # Errors
///
/// As of [`preflight`].
pub async fn read_lapsed<G: Gateway>(caller: &Caller<G>, directory: &mut Directory) -> Result<(), String> {
    let people = |body| if let Body::People(page) = body { Some(page) } else { None };
    read_pages(caller, Request::Lapsed, people, |person| directory.add_person(person)).await.map_err(in_words)
}

async fn read_people<G: Gateway>(caller: &Caller<G>, directory: &mut Directory) -> Result<(), Unanswered> {
    let people = |body| if let Body::People(page) = body { Some(page) } else { None };
    read_pages(caller, Request::Users, people, |person| directory.add_person(person)).await?;
    if caller.api == Api::Invites {
        let Body::Invites(invites) = caller.ask(&Request::Invites).await?.body else { return Err(not_a_list()) };
        invites.into_iter().for_each(|invite| directory.add_invite(invite));
    }
    Ok(())
}

async fn read_names<G: Gateway>(caller: &Caller<G>, directory: &mut Directory) -> Result<(), Unanswered> {
    let named = |body| if let Body::Named(page) = body { Some(page) } else { None };
    read_pages(caller, Request::Teams, named, |team| directory.add_team(team)).await?;
    read_pages(caller, Request::Projects, named, |project| directory.add_project(project)).await
}

async fn read_pages<G: Gateway, T>(
    caller: &Caller<G>,
    request: fn(u32) -> Request,
    page_of: impl Fn(Body) -> Option<Page<T>>,
    mut add: impl FnMut(T),
) -> Result<(), Unanswered> {
    for number in 1..=MOST_PAGES {
        let page = page_of(caller.ask(&request(number)).await?.body).ok_or_else(not_a_list)?;
        let count = page.entries.len();
        page.entries.into_iter().for_each(&mut add);
        if is_last(number, count, page.total) {
            return Ok(());
        }
    }
    Err(Unanswered::GaveUp("a list has no end".into()))
}

fn not_a_list() -> Unanswered {
    Unanswered::GaveUp("an answer was not the list that was asked for".into())
}

/// Whether no page follows. `totalCount` is an estimate, so a full page is followed up unless it says enough.
fn is_last(page: u32, count: usize, total: Option<u64>) -> bool {
    let read = u64::from(page) * PAGE_SIZE as u64;
    count == 0 || (count < PAGE_SIZE && total.is_none_or(|total| read >= total))
}
