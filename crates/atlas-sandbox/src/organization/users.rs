//! The people of an organization, found by user id, invite id or address.
//!
//! Adding, finding and removing take the same time in an organization of any size.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use jiff::Timestamp;

use super::user::{Grants, InvitationEnd, Invite, MembershipStatus, User};
use crate::options::policy::EmailCase;

/// A position in the list of people, which never changes.
pub(crate) type Slot = usize;

/// The people in the order in which they were added, and the indices over them.
#[derive(Clone, Debug)]
pub(crate) struct Users {
    email_case: EmailCase,
    slots: Vec<Option<User>>,
    by_id: HashMap<String, Slot>,
    by_invite: HashMap<String, Slot>,
    by_email: HashMap<String, Slot>,
    expiries: BinaryHeap<Reverse<(Timestamp, Slot)>>,
    seats: usize,
    /// People in each team and project, by its id.
    sizes: HashMap<String, usize>,
}

impl Users {
    pub(crate) fn new(email_case: EmailCase) -> Self {
        Users {
            email_case,
            slots: Vec::new(),
            by_id: HashMap::new(),
            by_invite: HashMap::new(),
            by_email: HashMap::new(),
            expiries: BinaryHeap::new(),
            seats: 0,
            sizes: HashMap::new(),
        }
    }

    /// Replaces all people.
    pub(crate) fn replace(&mut self, users: Vec<User>) {
        *self = Users::new(self.email_case);
        for user in users {
            self.insert(user);
        }
    }

    pub(crate) fn insert(&mut self, user: User) -> Slot {
        let slot = self.slots.len();
        self.by_id.insert(user.id.clone(), slot);
        self.by_email.insert(self.email_case.key(&user.username), slot);
        for invite in &user.invites {
            self.by_invite.insert(invite.id.clone(), slot);
        }
        if user.status == MembershipStatus::Pending {
            self.expiries.push(Reverse((user.expires_at, slot)));
        }
        if user.status.takes_seat() {
            self.count(&user.grants, |size| size + 1);
        }
        self.slots.push(Some(user));
        slot
    }

    /// Adds an invite to a pending person, and returns its position among the person's invites.
    pub(crate) fn add_invite(&mut self, slot: Slot, invite: Invite) -> usize {
        let Some(user) = &mut self.slots[slot] else { return 0 };
        self.by_invite.insert(invite.id.clone(), slot);
        self.expiries.push(Reverse((invite.expires_at, slot)));
        user.expires_at = invite.expires_at;
        user.invites.push(invite);
        user.invites.len() - 1
    }

    pub(crate) fn remove(&mut self, slot: Slot) {
        let Some(user) = self.slots[slot].take() else { return };
        self.by_id.remove(&user.id);
        self.by_email.remove(&self.email_case.key(&user.username));
        for invite in &user.invites {
            self.by_invite.remove(&invite.id);
        }
        if user.status.takes_seat() {
            self.count(&user.grants, |size| size.saturating_sub(1));
        }
    }

    /// Removes an invite, and the pending person with the last one. Returns false if there is no such invite.
    pub(crate) fn remove_invite(&mut self, id: &str) -> bool {
        let Some(slot) = self.by_invite.remove(id) else { return false };
        let Some(user) = &mut self.slots[slot] else { return false };
        user.invites.retain(|invite| invite.id != id);
        if user.invites.is_empty() {
            self.remove(slot);
        }
        true
    }

    /// Ends a pending invitation. Returns false if the person is not pending.
    pub(crate) fn end_invitation(&mut self, slot: Slot, end: InvitationEnd, now: Timestamp) -> bool {
        let pending = |user: &&mut User| user.status == MembershipStatus::Pending;
        let Some(user) = self.slots[slot].as_mut().filter(pending) else { return false };
        user.status = end.status();
        for invite in user.invites.drain(..) {
            self.by_invite.remove(&invite.id);
        }
        if user.status == MembershipStatus::Active {
            user.created_at = Timestamp::from_second(now.as_second()).unwrap_or(now);
        }
        if !user.status.takes_seat() {
            let grants = user.grants.clone();
            self.count(&grants, |size| size.saturating_sub(1));
        }
        true
    }

    /// Ends the invitations whose time is over.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        while let Some(Reverse((at, slot))) = self.expiries.peek().copied()
            && at <= now
        {
            self.expiries.pop();
            if self.get(slot).is_some_and(|user| user.expires_at <= now) {
                self.end_invitation(slot, InvitationEnd::Expired, now);
            }
        }
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<&User> {
        self.slots.get(slot)?.as_ref()
    }

    pub(crate) fn slot_of_id(&self, id: &str) -> Option<Slot> {
        self.by_id.get(id).copied()
    }

    pub(crate) fn slot_of_invite(&self, id: &str) -> Option<Slot> {
        self.by_invite.get(id).copied()
    }

    pub(crate) fn slot_of_email(&self, email: &str) -> Option<Slot> {
        self.by_email.get(&self.email_case.key(email)).copied()
    }

    pub(crate) fn find_by_email(&self, email: &str) -> Option<&User> {
        self.get(self.slot_of_email(email)?)
    }

    /// Returns all people, in the order in which they were added.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &User> {
        self.slots.iter().flatten()
    }

    /// Returns the number of people who take a seat.
    pub(crate) fn seats(&self) -> usize {
        self.seats
    }

    /// Returns the number of people in a team or project.
    pub(crate) fn size_of(&self, id: &str) -> usize {
        self.sizes.get(id).copied().unwrap_or_default()
    }

    /// Returns an id or address that two of these people share.
    pub(crate) fn first_duplicate<'u>(&self, users: &'u [User]) -> Option<&'u str> {
        let (mut ids, mut emails) = (HashSet::new(), HashSet::new());
        users.iter().find_map(|user| {
            let invites = user.invites.iter().map(|invite| &invite.id);
            let id = [&user.id].into_iter().chain(invites).find(|id| !ids.insert(*id));
            let email = || (!emails.insert(self.email_case.key(&user.username))).then_some(&user.username);
            id.or_else(email).map(String::as_str)
        })
    }

    fn count(&mut self, grants: &Grants, change: impl Fn(usize) -> usize) {
        self.seats = change(self.seats);
        for id in grants.team_ids.iter().chain(grants.project_ids()) {
            let size = self.sizes.entry(id.clone()).or_default();
            *size = change(*size);
        }
    }
}
