//! The invites and people that Atlas lists.

use std::collections::HashMap;

use jiff::Timestamp;

use super::record::Record;
use crate::atlas::api::{Gateway, Invite, Membership, Person};
use crate::engine::preflight::{InviteOrPerson, read_everyone};
use crate::engine::session::Session;
use crate::model::email::fold_email;
use crate::model::reason::Blocked;
use crate::results::CurrentStatus;

/// An invite or a person that Atlas lists, without roles, teams and projects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The list and the state in it.
    pub kind: ListedAs,
    /// The id of the invite, or of the person.
    pub id: String,
    /// The address, in the form in which addresses are compared.
    pub email: String,
    /// The time at which the invite was created.
    pub created_at: Option<Timestamp>,
    /// The time at which the invite expires.
    pub expires_at: Option<Timestamp>,
    /// The name of the inviter. Untrusted text.
    pub invited_by: Option<String>,
}

/// The list that has an entry, and the entry's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedAs {
    /// A pending invite.
    Invite,
    /// A person with a pending invite, which may be listed too.
    Pending,
    /// A member.
    Member,
    /// A person whose invite has expired.
    Expired,
    /// A person who has declined.
    Declined,
}

impl From<Invite> for Listed {
    fn from(Invite { id, email, created_at, expires_at, invited_by, grants: _ }: Invite) -> Self {
        let email = fold_email(&email).into_owned();
        Self { kind: ListedAs::Invite, id, email, created_at, expires_at, invited_by }
    }
}

impl From<Person> for Listed {
    fn from(Person { id, email, membership, invited_at, expires_at, invited_by, grants: _ }: Person) -> Self {
        let kind = match membership {
            Membership::Active => ListedAs::Member,
            Membership::Pending => ListedAs::Pending,
            Membership::Expired => ListedAs::Expired,
            Membership::Declined => ListedAs::Declined,
        };
        Self { kind, id, email: fold_email(&email).into_owned(), created_at: invited_at, expires_at, invited_by }
    }
}

/// Reads all invites and people of the organization, once.
///
/// # Errors
///
/// The reason the organization cannot be read.
pub async fn read_listed<G: Gateway>(session: &Session<G>) -> Result<Vec<Listed>, Blocked> {
    let mut listed = Vec::new();
    let add = |entry| {
        listed.push(match entry {
            InviteOrPerson::Invite(invite) => invite.into(),
            InviteOrPerson::Person(person) => person.into(),
        });
    };
    read_everyone(session, add).await?;
    Ok(listed)
}

/// The entries by address and by id. An entry that pages repeat is in it once.
#[derive(Debug)]
pub(super) struct Index<'a> {
    by_email: HashMap<&'a str, Vec<&'a Listed>>,
    by_id: HashMap<&'a str, &'a Listed>,
    now: Timestamp,
}

/// The entry to which the id in the results refers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named<'a> {
    /// The pending invite on record.
    Pending(&'a Listed),
    /// An invite of another person.
    OtherPerson(&'a Listed),
    /// No pending invite.
    Absent,
    /// The results have no id.
    NoId,
}

impl<'a> Index<'a> {
    pub(super) fn new(listed: &'a [Listed], now: Timestamp) -> Self {
        let (mut by_email, mut by_id) = (HashMap::<&str, Vec<&Listed>>::new(), HashMap::new());
        for entry in listed {
            if by_id.insert(entry.id.as_str(), entry).is_none() {
                by_email.entry(&entry.email).or_default().push(entry);
            }
        }
        Self { by_email, by_id, now }
    }

    /// Returns all addresses, in no order.
    pub(super) fn emails(&self) -> impl Iterator<Item = &'a str> {
        self.by_email.keys().copied()
    }

    fn entries(&self, email: &str) -> impl Iterator<Item = &'a Listed> {
        self.by_email.get(email).into_iter().flatten().copied()
    }

    fn has(&self, email: &str, kind: ListedAs) -> bool {
        self.entries(email).any(|entry| entry.kind == kind)
    }

    /// Returns the pending invites to an address. A pending person counts only if no invite is listed, because both
    /// are about the same email.
    pub(super) fn pending(&self, email: &str) -> Vec<&'a Listed> {
        let of = |kind| self.entries(email).filter(move |entry| entry.kind == kind && !self.has_expired(entry));
        let invites: Vec<_> = of(ListedAs::Invite).collect();
        if invites.is_empty() { of(ListedAs::Pending).collect() } else { invites }
    }

    /// Returns the invites to an address that were created, whether or not they are still pending.
    pub(super) fn created(&self, email: &str) -> Vec<&'a Listed> {
        let pending = self.pending(email);
        if !pending.is_empty() {
            return pending;
        }
        self.entries(email).filter(|entry| entry.kind != ListedAs::Member).collect()
    }

    /// Returns the entry to which the id of a line refers.
    ///
    /// A person keeps their id when they are invited again, so such an id counts only if the invite still expires at the
    /// time on record.
    pub(super) fn named(&self, record: &Record) -> Named<'a> {
        let Some(id) = record.id() else { return Named::NoId };
        let Some(entry) = self.by_id.get(id).copied() else { return Named::Absent };
        match entry.kind {
            ListedAs::Invite | ListedAs::Pending if self.has_expired(entry) => Named::Absent,
            ListedAs::Invite | ListedAs::Pending if entry.email != record.email => Named::OtherPerson(entry),
            ListedAs::Invite => Named::Pending(entry),
            ListedAs::Pending => {
                let is_other = record.expires_at.zip(entry.expires_at).is_some_and(|(ours, theirs)| ours != theirs);
                if is_other { Named::Absent } else { Named::Pending(entry) }
            }
            // The address of a member can change.
            ListedAs::Member | ListedAs::Expired | ListedAs::Declined => Named::Absent,
        }
    }

    /// Returns the current status of a line's person, as the command `status` does.
    pub(super) fn current(&self, record: &Record) -> CurrentStatus {
        let email = &record.email;
        if self.has(email, ListedAs::Member) {
            CurrentStatus::Accepted
        } else if !self.pending(email).is_empty() {
            CurrentStatus::Pending
        } else if self.has(email, ListedAs::Declined) {
            CurrentStatus::Declined
        } else if self.has(email, ListedAs::Expired) || record.expires_at.is_some_and(|at| at <= self.now) {
            CurrentStatus::Expired
        } else {
            CurrentStatus::Gone
        }
    }

    fn has_expired(&self, entry: &Listed) -> bool {
        entry.expires_at.is_some_and(|at| at <= self.now)
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::atlas::api::{Answer, Api, ApiError, Body, Grants, NextLink, Page, Request, Response};
    use crate::engine::backoff::Policy;
    use crate::engine::clock::Clock;
    use crate::engine::limiter::{Limiter, Pace};
    use crate::model::reason::BlockedReason;

    /// An organization with a member, a person whose invite has expired, and perhaps the endpoint of invites.
    struct Organization {
        has_invites: bool,
    }

    impl Gateway for Organization {
        async fn send<'a>(&'a self, request: &'a Request) -> Answer {
            let person = |id: &str, membership| {
                let (id, email, grants) = (id.to_owned(), format!("{id}@Example.com"), Grants::default());
                let (invited_at, expires_at, invited_by) = (None, None, Some("abcdefgh".to_owned()));
                let person = Person { id, email, membership, invited_at, expires_at, invited_by, grants };
                Body::People(Page { entries: vec![person], next: NextLink::Absent })
            };
            let (status, body) = match request {
                Request::Users(_) => (200, person("ada", Membership::Active)),
                Request::Lapsed(_) => (200, person("bob", Membership::Expired)),
                Request::Invites if self.has_invites => (200, Body::Invites(Vec::new())),
                Request::Invites => (410, Body::Error(ApiError::default())),
                Request::Create(_)
                | Request::Revoke(_)
                | Request::FindUser(_)
                | Request::FindInvites(_)
                | Request::Organization
                | Request::Teams(_)
                | Request::Projects(_)
                | Request::RateLimits => (200, Body::Limits(Vec::new())),
            };
            let (retry_after, date, limit, remaining) = (None, None, None, None);
            Answer::Response(Box::new(Response { status, body, retry_after, date, limit, remaining }))
        }
    }

    async fn read(api: Api, has_invites: bool) -> Result<Vec<Listed>, Blocked> {
        let (limiter, policy) = (Limiter::new(Pace::Unlimited), Policy::new(1, 7));
        let (clock, learned) = (Clock::starting_at(Timestamp::UNIX_EPOCH), mpsc::unbounded_channel().0);
        read_listed(&Session::new(Organization { has_invites }, api, limiter, policy, clock, learned)).await
    }

    #[tokio::test(start_paused = true)]
    async fn the_users_endpoint_needs_no_list_of_invites() {
        for (api, has_invites) in [(Api::Invites, true), (Api::Users, true), (Api::Users, false)] {
            let listed = read(api, has_invites).await.unwrap();
            let found: Vec<_> = listed.iter().map(|entry| (entry.email.as_str(), entry.kind)).collect();
            assert_eq!(found, [("ada@example.com", ListedAs::Member), ("bob@example.com", ListedAs::Expired)]);
            assert_eq!(listed[1].invited_by.as_deref(), Some("abcdefgh"));
        }
        assert_eq!(read(Api::Invites, false).await.unwrap_err().reason, BlockedReason::EndpointGone);
    }
}
