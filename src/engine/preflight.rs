//! Reads an organization before the first request that changes something: its rate limits, people, teams and projects.

use super::pages::{not_a_list, read_pages, too_many};
use super::session::{Session, Unanswered};
use crate::atlas::api::{Answer, Api, Body, Gateway, Invite, MOST_ENTRIES, Person, Request};
use crate::model::reason::{Blocked, BlockedReason, NetworkFault};
use crate::plan::directory::Directory;

/// Reads the organization: its limits, people, invites, teams and projects.
///
/// The limits may stay unknown. The rest is needed to decide about any row, so a failure to read it blocks the
/// organization.
///
/// # Errors
///
/// The reason no request may be sent to the organization.
pub async fn preflight<G: Gateway>(session: &Session<G>) -> Result<Directory, Blocked> {
    let mut directory = preflight_people(session).await?;
    read_names(session, &mut directory).await?;
    read_name(session, &mut directory).await;
    Ok(directory)
}

/// Reads the organization's limits, people and invites, for a job that names no teams or projects.
///
/// # Errors
///
/// As of [`preflight`].
pub async fn preflight_people<G: Gateway>(session: &Session<G>) -> Result<Directory, Blocked> {
    read_limits(session).await?;
    let mut directory = Directory::new();
    read_people(session, &mut directory).await?;
    Ok(directory)
}

/// Reads the organization's limits, its pending invites, and then its people, for a job that cancels invites. In this
/// order, a person who accepts between the two requests is listed as a member.
///
/// # Errors
///
/// As of [`preflight`].
pub async fn preflight_pending<G: Gateway>(session: &Session<G>) -> Result<Directory, Blocked> {
    read_limits(session).await?;
    let mut directory = Directory::new();
    read_invites(session, &mut directory).await?;
    read_users(session, &mut directory).await?;
    read_name(session, &mut directory).await;
    Ok(directory)
}

async fn read_limits<G: Gateway>(session: &Session<G>) -> Result<(), Blocked> {
    // A credential that may not read the limits uses the documented ones.
    let limits = match session.ask(&Request::RateLimits).await {
        Ok(response) => {
            if let Body::Limits(limits) = response.body {
                limits
            } else {
                Vec::new()
            }
        }
        // Atlas may answer this one request in another form.
        Err(Unanswered::Unreachable(NetworkFault::ForeignAnswer, _)) => Vec::new(),
        // No other request would reach the server either.
        Err(unreachable @ Unanswered::Unreachable(..)) => return Err(unreachable.into()),
        Err(Unanswered::Stopped | Unanswered::GaveUp(_) | Unanswered::Refused(_)) => Vec::new(),
    };
    limits.into_iter().for_each(|limit| session.limiter.configure(limit));
    Ok(())
}

/// Adds the people whose invitation expired or was declined, which only reports need.
///
/// # Errors
///
/// As of [`preflight`].
pub async fn read_lapsed<G: Gateway>(session: &Session<G>, directory: &mut Directory) -> Result<(), Blocked> {
    Ok(read_pages(session, "lapsed invites", Request::Lapsed, |person| directory.add_person(person)).await?)
}

/// An entry of one of the lists that [`read_everyone`] reads.
pub(super) enum InviteOrPerson {
    Invite(Invite),
    Person(Person),
}

/// Reads the organization's limits, its pending invites, and then all its people, those whose invite expired or was
/// declined included. With the users endpoint, it goes on without the invites if Atlas no longer lists them.
///
/// # Errors
///
/// As of [`preflight`].
pub(super) async fn read_everyone<G: Gateway>(
    session: &Session<G>,
    mut add: impl FnMut(InviteOrPerson),
) -> Result<(), Blocked> {
    read_limits(session).await?;
    match session.ask(&Request::Invites).await {
        Ok(response) => {
            let Body::Invites(invites) = response.body else { return Err(not_a_list().into()) };
            if invites.len() > MOST_ENTRIES {
                return Err(too_many("invites").into());
            }
            invites.into_iter().for_each(|invite| add(InviteOrPerson::Invite(invite)));
        }
        Err(Unanswered::Refused(blocked))
            if session.api == Api::Users && blocked.reason == BlockedReason::EndpointGone => {}
        Err(unanswered) => return Err(unanswered.into()),
    }
    read_pages(session, "users", Request::Users, |person| add(InviteOrPerson::Person(person))).await?;
    Ok(read_pages(session, "lapsed invites", Request::Lapsed, |person| add(InviteOrPerson::Person(person))).await?)
}

async fn read_people<G: Gateway>(session: &Session<G>, directory: &mut Directory) -> Result<(), Unanswered> {
    read_users(session, directory).await?;
    if session.api == Api::Invites { read_invites(session, directory).await } else { Ok(()) }
}

async fn read_users<G: Gateway>(session: &Session<G>, directory: &mut Directory) -> Result<(), Unanswered> {
    read_pages(session, "users", Request::Users, |person| directory.add_person(person)).await
}

async fn read_invites<G: Gateway>(session: &Session<G>, directory: &mut Directory) -> Result<(), Unanswered> {
    let Body::Invites(invites) = session.ask(&Request::Invites).await?.body else { return Err(not_a_list()) };
    if invites.len() > MOST_ENTRIES {
        return Err(too_many("invites"));
    }
    invites.into_iter().for_each(|invite| directory.add_invite(invite));
    Ok(())
}

async fn read_names<G: Gateway>(session: &Session<G>, directory: &mut Directory) -> Result<(), Unanswered> {
    read_pages(session, "teams", Request::Teams, |team| directory.add_team(team)).await?;
    read_pages(session, "projects", Request::Projects, |project| directory.add_project(project)).await
}

/// Reads the organization's name, which only messages need. Comes last, because an organization that cannot be read at
/// all has failed by then, and the name alone may stay unknown.
async fn read_name<G: Gateway>(session: &Session<G>, directory: &mut Directory) {
    // Not worth a second attempt.
    let Ok(permit) = session.permit(&Request::Organization).await else { return };
    if let Ok(Answer::Response(response)) = session.send(permit, &Request::Organization).await
        && let Body::Organization(organization) = response.body
    {
        directory.set_name(organization.name);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use jiff::Timestamp;
    use tokio::sync::mpsc;

    use super::*;
    use crate::atlas::api::{Grants, Membership, NextLink, Page, Response};
    use crate::engine::backoff::Policy;
    use crate::engine::clock::Clock;
    use crate::engine::limiter::{Limiter, Pace};
    use crate::plan::directory::Presence;

    /// An organization whose one pending person accepts as soon as the first list has been read.
    #[derive(Default)]
    struct Accepting(AtomicU32);

    impl Gateway for Accepting {
        async fn send<'a>(&'a self, request: &'a Request) -> Answer {
            let (id, email, grants) =
                ("00000000000000000000000a".to_owned(), "ada@example.com".to_owned(), Grants::default());
            let accepted = || self.0.fetch_add(1, Ordering::Relaxed) > 0;
            let body = match request {
                Request::Invites if accepted() => Body::Invites(Vec::new()),
                Request::Invites => Body::Invites(vec![Invite {
                    id,
                    email,
                    created_at: None,
                    expires_at: None,
                    invited_by: None,
                    grants,
                }]),
                Request::Users(_) => {
                    let membership = if accepted() { Membership::Active } else { Membership::Pending };
                    let person =
                        Person { id, email, membership, invited_at: None, expires_at: None, invited_by: None, grants };
                    Body::People(Page { entries: vec![person], next: NextLink::Absent })
                }
                Request::Create(_)
                | Request::Revoke(_)
                | Request::FindUser(_)
                | Request::FindInvites(_)
                | Request::Organization
                | Request::Lapsed(_)
                | Request::Teams(_)
                | Request::Projects(_)
                | Request::RateLimits => Body::Limits(Vec::new()),
            };
            let (retry_after, date, limit, remaining) = (None, None, None, None);
            Answer::Response(Box::new(Response { status: 200, body, retry_after, date, limit, remaining }))
        }
    }

    fn session(api: Api) -> Session<Accepting> {
        let (limiter, policy) = (Limiter::new(Pace::Unlimited), Policy::new(1, 7));
        let clock = Clock::starting_at(Timestamp::UNIX_EPOCH);
        Session::new(Accepting::default(), api, limiter, policy, clock, mpsc::unbounded_channel().0)
    }

    #[tokio::test(start_paused = true)]
    async fn a_person_who_accepts_between_the_two_lists_is_a_member() {
        let directory = preflight_pending(&session(Api::Invites)).await.unwrap();
        assert!(matches!(directory.presence("ada@example.com"), Some(Presence::Member { .. })), "{directory:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_invites_endpoint_has_a_list_of_its_own() {
        for (api, expected) in [(Api::Invites, 2), (Api::Users, 1)] {
            let session = session(api);
            read_people(&session, &mut Directory::new()).await.unwrap();
            assert_eq!(session.gateway.0.load(Ordering::Relaxed), expected, "{api:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_organization_may_stay_without_a_name() {
        // The answer to `Request::Organization` is of another kind.
        assert_eq!(preflight_pending(&session(Api::Invites)).await.unwrap().name(), None);
    }
}
