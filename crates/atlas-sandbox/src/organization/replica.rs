//! The people as look-ups see them if look-ups lag behind writes.
//!
//! A replica repeats each change some time later. It exists only if there is a lag.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::Organization;
use super::user::{InvitationEnd, Invite, User};
use super::users::{Slot, Users};

/// A copy of the people that is behind by a fixed time.
#[derive(Debug)]
pub(super) struct Replica {
    users: Users,
    lag: SignedDuration,
    /// The changes that are still to be repeated, each with its time.
    log: VecDeque<(Timestamp, Change)>,
}

/// A change to the people. Slots are the same in both copies, since both make the same changes in the same order.
#[derive(Debug)]
enum Change {
    Insert(User),
    AddInvite(Slot, Invite),
    Remove(Slot),
    RemoveInvite(String),
    End(Slot, InvitationEnd),
}

impl Replica {
    pub(super) fn new(users: Users, lag: SignedDuration) -> Self {
        Replica { users, lag, log: VecDeque::new() }
    }

    fn catch_up(&mut self, now: Timestamp) {
        while let Some((at, _)) = self.log.front()
            && at.saturating_add(self.lag).unwrap_or(Timestamp::MAX) <= now
            && let Some((at, change)) = self.log.pop_front()
        {
            match change {
                Change::Insert(user) => drop(self.users.insert(user)),
                Change::AddInvite(slot, invite) => drop(self.users.add_invite(slot, invite)),
                Change::Remove(slot) => self.users.remove(slot),
                Change::RemoveInvite(id) => drop(self.users.remove_invite(&id)),
                Change::End(slot, end) => drop(self.users.end_invitation(slot, end, at)),
            }
        }
        self.users.expire(now);
    }
}

/// The changes to the people, which the replica repeats.
impl Organization {
    pub(super) fn insert(&mut self, user: User, now: Timestamp) -> Slot {
        self.log(now, || Change::Insert(user.clone()));
        self.users.insert(user)
    }

    pub(super) fn add_invite(&mut self, slot: Slot, invite: Invite, now: Timestamp) -> usize {
        self.log(now, || Change::AddInvite(slot, invite.clone()));
        self.users.add_invite(slot, invite)
    }

    pub(crate) fn remove(&mut self, slot: Slot, now: Timestamp) {
        self.log(now, || Change::Remove(slot));
        self.users.remove(slot);
    }

    pub(crate) fn remove_invite(&mut self, id: &str, now: Timestamp) -> bool {
        self.log(now, || Change::RemoveInvite(id.to_owned()));
        self.users.remove_invite(id)
    }

    pub(crate) fn end_invitation(&mut self, slot: Slot, end: InvitationEnd, now: Timestamp) -> bool {
        self.log(now, || Change::End(slot, end));
        self.users.end_invitation(slot, end, now)
    }

    /// Replaces all people, for look-ups too.
    pub(crate) fn replace_people(&mut self, people: Vec<User>) {
        if let Some(replica) = &mut self.replica {
            replica.log.clear();
            replica.users.replace(people.clone());
        }
        self.users.replace(people);
    }

    /// Ends the invitations whose time is over, and repeats the changes that look-ups see from now on.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        self.users.expire(now);
        if let Some(replica) = &mut self.replica {
            replica.catch_up(now);
        }
    }

    /// Returns the people as look-ups see them.
    pub(crate) fn visible(&self) -> &Users {
        self.replica.as_ref().map_or(&self.users, |replica| &replica.users)
    }

    fn log(&mut self, now: Timestamp, change: impl FnOnce() -> Change) {
        if let Some(replica) = &mut self.replica {
            replica.log.push_back((now, change()));
        }
    }
}
