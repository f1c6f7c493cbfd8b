//! The members and pending invites of an organization, which may have a million of them. Only the facts that decisions
//! need are kept, and people with the same roles, teams and projects share one copy of those.

use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashSet, HashTable};
use jiff::Timestamp;

use crate::atlas::api::{Grants, Invite, Person};
use crate::model::email::fold_email;

/// The state of a person who is in the organization already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence<'a> {
    /// An active member.
    Member {
        /// The member's roles, teams and projects.
        grants: &'a Grants,
    },
    /// A person with a pending invite.
    Invited {
        /// The id of the invite, or of the pending user if no invite is listed.
        invite_id: &'a str,
        /// The time at which the invite expires.
        expires_at: Option<Timestamp>,
        /// The roles, teams and projects that it grants.
        grants: &'a Grants,
    },
}

impl<'a> Presence<'a> {
    /// Returns what the person has, or will have after accepting, as far as Atlas reports it.
    pub fn grants(self) -> &'a Grants {
        match self {
            Presence::Member { grants } | Presence::Invited { grants, .. } => grants,
        }
    }
}

/// The people of one organization, by folded address.
#[derive(Clone, Debug, Default)]
pub(super) struct People {
    known: Vec<Known>,
    /// The places in `known`. A table of the people themselves would briefly need twice their memory to grow.
    places: HashTable<u32>,
    hasher: DefaultHashBuilder,
    grants: HashSet<Arc<Grants>>,
}

/// A person's entries in the lists. A member may still have an old invite.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// The folded address.
    email: Box<str>,
    member: Option<Arc<Grants>>,
    pending: Option<Box<PendingEntries>>,
}

#[derive(Clone, Debug, Default)]
struct PendingEntries {
    /// The entry in the list of users.
    user: Option<Pending>,
    /// The entries in the list of invites.
    invites: Vec<Pending>,
}

/// A pending invite, or a pending user.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) id: Box<str>,
    /// The address as the server spells it, unless that is in lower case.
    pub(super) email: Option<Box<str>>,
    pub(super) expires_at: Option<Timestamp>,
    grants: Arc<Grants>,
}

impl People {
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }

    pub(super) fn get(&self, email: &str) -> Option<&Known> {
        let key = fold_email(email);
        let place = self.places.find(self.hasher.hash_one(&*key), |at| *self.known[*at as usize].email == *key)?;
        self.known.get(*place as usize)
    }

    pub(super) fn add_member(&mut self, person: Person) {
        let grants = self.shared(person.grants);
        if let Some(known) = self.entry(&person.email) {
            known.member.get_or_insert(grants);
        }
    }

    pub(super) fn add_pending_user(&mut self, person: Person) {
        let Person { id, email, expires_at, grants, .. } = person;
        let pending = self.pending(id, &email, expires_at, grants);
        if let Some(known) = self.entry(&email) {
            known.pending.get_or_insert_default().user.get_or_insert(pending);
        }
    }

    pub(super) fn add_invite(&mut self, invite: Invite) {
        let Invite { id, email, expires_at, grants, .. } = invite;
        let pending = self.pending(id, &email, expires_at, grants);
        if let Some(known) = self.entry(&email) {
            let invites = &mut known.pending.get_or_insert_default().invites;
            invites.reserve_exact(1);
            invites.push(pending);
        }
    }

    fn entry(&mut self, email: &str) -> Option<&mut Known> {
        let key = fold_email(email);
        if key.is_empty() {
            return None;
        }
        let Self { known, places, hasher, .. } = self;
        let email = |at: &u32| &*known[*at as usize].email;
        let entry = places.entry(hasher.hash_one(&*key), |at| email(at) == key, |at| hasher.hash_one(email(at)));
        let place = match entry {
            Entry::Occupied(place) => *place.get(),
            Entry::Vacant(free) => {
                // The lists of an organization have fewer than 2^32 entries, which are bounded.
                let place = known.len() as u32;
                free.insert(place);
                known.push(Known { email: key.into(), member: None, pending: None });
                place
            }
        };
        known.get_mut(place as usize)
    }

    fn pending(&mut self, id: String, email: &str, expires_at: Option<Timestamp>, grants: Grants) -> Pending {
        let email = Some(email).filter(|email| *email != fold_email(email)).map(Into::into);
        Pending { id: id.into(), email, expires_at, grants: self.shared(grants) }
    }

    fn shared(&mut self, grants: Grants) -> Arc<Grants> {
        self.grants.get_or_insert_with(&grants, |grants| Arc::new(grants.clone())).clone()
    }
}

impl Known {
    /// Returns the state of the person. Requests about an invite need its own id, and not that of the user.
    pub(super) fn presence(&self) -> Option<Presence<'_>> {
        if let Some(grants) = &self.member {
            return Some(Presence::Member { grants });
        }
        let Pending { id, expires_at, grants, .. } = self.invites().first().or(self.user())?;
        Some(Presence::Invited { invite_id: id, expires_at: *expires_at, grants })
    }

    pub(super) fn user(&self) -> Option<&Pending> {
        self.pending.as_ref()?.user.as_ref()
    }

    pub(super) fn invites(&self) -> &[Pending] {
        self.pending.as_ref().map_or(&[], |pending| &pending.invites)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::api::Membership;
    use crate::model::invitation::{OrgRole, OrgRoles};

    #[test]
    fn equal_grants_share_one_copy() {
        let mut people = People::default();
        for number in 0..1000 {
            let role = if number % 10 == 0 { OrgRole::Owner } else { OrgRole::Member };
            people.add_member(Person {
                id: number.to_string(),
                email: format!("a{number}@example.com"),
                membership: Membership::Active,
                invited_at: None,
                expires_at: None,
                invited_by: None,
                grants: Grants { roles: OrgRoles::from_iter([role]), ..Grants::default() },
            });
        }
        assert_eq!((people.len(), people.grants.len()), (1000, 2));
        let grants = people.get("a10@example.com").and_then(Known::presence).map(Presence::grants);
        assert_eq!(grants.map(|grants| grants.roles), Some(OrgRoles::from_iter([OrgRole::Owner])));
    }
}
