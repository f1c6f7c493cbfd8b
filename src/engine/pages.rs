//! Reads a list page by page, to its end.
//!
//! Pages are counted with `pageNum`. The address of the next page is not followed, because it may lead to another host.

use super::session::{Session, Unanswered};
use crate::atlas::api::{Body, Gateway, MOST_ENTRIES, Named, Page, Person, Request};
use crate::model::invitation::ObjectId;
use crate::model::reason::{Blocked, BlockedReason};

/// An entry of a list that has pages.
pub(super) trait Listed: Sized {
    type Id: PartialEq;

    fn id(&self) -> Self::Id;

    /// Returns the page in an answer, if it has one of these entries.
    fn page(body: Body) -> Option<Page<Self>>;
}

impl Listed for Person {
    type Id = String;

    fn id(&self) -> String {
        self.id.clone()
    }

    fn page(body: Body) -> Option<Page<Self>> {
        if let Body::People(page) = body { Some(page) } else { None }
    }
}

impl Listed for Named {
    type Id = ObjectId;

    fn id(&self) -> ObjectId {
        self.id
    }

    fn page(body: Body) -> Option<Page<Self>> {
        if let Body::Named(page) = body { Some(page) } else { None }
    }
}

/// Reads a list to its last page.
///
/// # Errors
///
/// The reason a page has no answer. A list that does not end blocks the organization.
pub(super) async fn read_pages<G: Gateway, T: Listed>(
    session: &Session<G>,
    list: &str,
    request: fn(u32) -> Request,
    mut add: impl FnMut(T),
) -> Result<(), Unanswered> {
    let (mut number, mut count, mut previous) = (0, 0, Vec::new());
    loop {
        number += 1;
        let page = T::page(session.ask(&request(number)).await?.body).ok_or_else(not_a_list)?;
        let (is_last, ids) = (page.is_last(), page.entries.iter().map(T::id).collect::<Vec<_>>());
        if !ids.is_empty() && ids == previous {
            return Err(endless(format!("page {number} of the {list} repeats page {}", number - 1)));
        }
        count += ids.len();
        if count > MOST_ENTRIES {
            return Err(too_many(list));
        }
        page.entries.into_iter().for_each(&mut add);
        if is_last {
            return Ok(());
        }
        previous = ids;
    }
}

/// Returns the failure of a look-up whose answer is of another kind.
pub(super) fn not_a_list() -> Unanswered {
    Unanswered::GaveUp("an answer was not the requested list".into())
}

/// Returns the failure of a list with more than [`MOST_ENTRIES`] entries.
pub(super) fn too_many(list: &str) -> Unanswered {
    endless(format!("more than {MOST_ENTRIES} {list}"))
}

fn endless(why: String) -> Unanswered {
    Unanswered::Refused(Blocked::new(BlockedReason::EndlessList, why))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use jiff::Timestamp;
    use tokio::sync::mpsc;

    use super::*;
    use crate::atlas::api::{Answer, Api, NextLink, Response};
    use crate::engine::backoff::Policy;
    use crate::engine::clock::Clock;
    use crate::engine::limiter::{Limiter, Pace};

    /// A server whose pages have these entries and links, then repeat `rest` entries without an end.
    struct Pages {
        pages: Vec<(Vec<u32>, NextLink)>,
        rest: u32,
        requests: Mutex<u32>,
    }

    fn named(number: u32) -> Named {
        Named { id: format!("{number:024x}").parse().unwrap(), name: String::new() }
    }

    impl Gateway for Pages {
        async fn send<'a>(&'a self, request: &'a Request) -> Answer {
            let Request::Teams(number) = request else { panic!("{request:?}") };
            *self.requests.lock().unwrap() += 1;
            let (entries, next) = self.pages.get(*number as usize - 1).cloned().unwrap_or_else(|| {
                let entries = (0..self.rest).map(|entry| number * self.rest + entry).collect();
                (entries, NextLink::Present)
            });
            let body = Body::Named(Page { entries: entries.into_iter().map(named).collect(), next });
            let (retry_after, date, limit, remaining) = (None, None, None, None);
            Answer::Response(Box::new(Response { status: 200, body, retry_after, date, limit, remaining }))
        }
    }

    /// Returns the entries that were read, or the reason that there is no end, and the number of requests.
    async fn read(pages: &[(&[u32], NextLink)], rest: u32) -> (Result<usize, Unanswered>, u32) {
        let pages = pages.iter().map(|(entries, next)| (entries.to_vec(), *next)).collect();
        let gateway = Pages { pages, rest, requests: Mutex::new(0) };
        let (limiter, policy) = (Limiter::new(Pace::Unlimited), Policy::new(1, 7));
        let (clock, learned) = (Clock::starting_at(Timestamp::UNIX_EPOCH), mpsc::unbounded_channel().0);
        let session = Session::new(gateway, Api::Invites, limiter, policy, clock, learned);
        let mut count = 0;
        let outcome = read_pages(&session, "teams", Request::Teams, |_: Named| count += 1).await;
        let requests = *session.gateway.requests.lock().unwrap();
        (outcome.map(|()| count), requests)
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_ends_without_a_next_link_or_at_an_empty_page() {
        use NextLink::{Absent, Present, Unstated};
        for (pages, count) in [
            (&[(&[1, 2][..], Absent)][..], 2),
            (&[(&[], Present)], 0),
            // A short page is not the last.
            (&[(&[1], Present), (&[2, 3], Present), (&[4], Absent)], 4),
            (&[(&[1, 2], Present), (&[3], Present), (&[], Present)], 3),
            (&[(&[1, 2], Unstated), (&[3], Unstated), (&[], Unstated)], 3),
            // Pages overlap if people join meanwhile.
            (&[(&[1, 2], Present), (&[2, 3], Absent)], 4),
        ] {
            assert_eq!(read(pages, 0).await, (Ok(count), pages.len() as u32), "{pages:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_repeated_page_ends_the_list_with_an_error() {
        for next in [NextLink::Present, NextLink::Unstated, NextLink::Absent] {
            let (read, requests) = read(&[(&[1, 2], NextLink::Present), (&[1, 2], next)], 0).await;
            assert_eq!(read, Err(endless("page 2 of the teams repeats page 1".into())));
            assert_eq!(requests, 2);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_has_a_bound() {
        let (read, requests) = read(&[], 1_000_000).await;
        assert_eq!((read, requests), (Err(too_many("teams")), 3));
    }
}
