//! The organization: who is in it, who is invited, and the rules by which that changes.
//!
//! Creating, finding and removing cost the same however many people there are. Nothing here knows of HTTP.

pub(crate) mod invite_request;
pub(crate) mod refusal;
pub(crate) mod user;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};

use crate::options::initial_organization::NamedSeed;
use crate::options::{Caps, Duplicates, EmailCase, Options};
use crate::organization::invite_request::{Draft, Grants};
use crate::organization::user::{Invite, Named, Person, Status, Via};
use crate::problem::Problem;

/// A place in the organization's list of people.
pub(crate) type Slot = usize;

/// The organization.
#[derive(Debug)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) founded: Timestamp,
    pub(crate) teams: Vec<Named>,
    other_teams: Vec<String>,
    pub(crate) projects: Vec<Named>,
    people: Vec<Option<Person>>,
    by_id: HashMap<String, Slot>,
    by_invite: HashMap<String, Slot>,
    by_email: HashMap<String, Slot>,
    expiries: BinaryHeap<Reverse<(Timestamp, Slot)>>,
    seats: usize,
    /// People in each team and project, by its id.
    sizes: HashMap<String, usize>,
    next_id: u64,
    emails: EmailCase,
    duplicates: Duplicates,
    caps: Caps,
    lifetime: SignedDuration,
}

impl Organization {
    /// The organization as the options describe it.
    pub(crate) fn new(options: &Options, now: Timestamp) -> Self {
        let seed = &options.organization;
        let named = |seeds: &[NamedSeed]| {
            seeds.iter().map(|seed| Named { id: seed.id.clone(), name: seed.name.clone() }).collect()
        };
        let mut organization = Organization {
            id: seed.id.clone(),
            name: seed.name.clone(),
            founded: now,
            teams: named(&seed.teams),
            other_teams: seed.other_teams.clone(),
            projects: named(&seed.projects),
            people: Vec::new(),
            by_id: HashMap::new(),
            by_invite: HashMap::new(),
            by_email: HashMap::new(),
            expiries: BinaryHeap::new(),
            seats: 0,
            sizes: HashMap::new(),
            next_id: 0,
            emails: options.emails,
            duplicates: options.duplicates,
            caps: options.caps,
            lifetime: SignedDuration::try_from(options.invitation_lifetime).unwrap_or(SignedDuration::MAX),
        };
        let pending = seed.pending.iter().map(|email| (email, Status::Pending));
        for (email, status) in seed.members.iter().map(|email| (email, Status::Active)).chain(pending) {
            let grants = Grants { roles: vec!["ORG_MEMBER".into()], ..Grants::default() };
            let draft = Draft { username: email.clone(), grants };
            let mut person = organization.invite(draft, "owner@example.com", now);
            if status == Status::Active {
                person.status = status;
                person.invites.clear();
            }
            organization.seat(person);
        }
        organization
    }

    /// An id or address that more than one of these people has.
    pub(crate) fn twice<'p>(&self, people: &'p [Person]) -> Option<&'p str> {
        let (mut ids, mut emails) = (HashSet::new(), HashSet::new());
        people.iter().find_map(|person| {
            let invites = person.invites.iter().map(|invite| &invite.id);
            let id = [&person.id].into_iter().chain(invites).find(|id| !ids.insert(*id));
            id.or_else(|| (!emails.insert(self.key(&person.username))).then_some(&person.username)).map(String::as_str)
        })
    }

    /// Replaces everybody.
    pub(crate) fn load(&mut self, people: Vec<Person>) {
        self.people.clear();
        self.by_id.clear();
        self.by_invite.clear();
        self.by_email.clear();
        self.expiries.clear();
        self.sizes.clear();
        self.seats = 0;
        for person in people {
            self.seat(person);
        }
    }

    /// Makes an invitation, or says why not. Gives the person and which of the person's invites is the new one.
    pub(crate) fn create(
        &mut self,
        draft: Draft,
        via: Via,
        by: &str,
        now: Timestamp,
    ) -> Result<(Slot, usize), Problem> {
        self.expire(now);
        if let Some(id) = draft.grants.team_ids.iter().find(|id| !self.teams.iter().any(|team| team.id == **id)) {
            let elsewhere = self.other_teams.contains(id);
            return Err(if elsewhere { Problem::team_not_in_org(id, &self.id) } else { Problem::team_not_found(id) });
        }
        let mut projects = draft.grants.projects.iter().map(|project| &project.group_id);
        if let Some(id) = projects.find(|id| !self.projects.iter().any(|project| project.id == **id)) {
            return Err(Problem::group_not_found(id));
        }
        let there = self.by_email.get(&self.key(&draft.username)).copied();
        if let Some(slot) = there {
            match self.people[slot].as_ref().map(|person| person.status) {
                Some(Status::Pending) if via == Via::Invites && self.duplicates == Duplicates::Accept => {
                    return Ok(self.invite_again(slot, draft, now));
                }
                Some(Status::Pending | Status::Active) => {
                    return Err(Problem::already_in_org(self.duplicate_status(via), &draft.username, &self.id));
                }
                Some(Status::InvitationExpired | Status::InvitationRejected) | None => {}
            }
        }
        self.check_caps(&draft)?;
        if let Some(slot) = there {
            self.remove(slot);
        }
        let person = self.invite(draft, by, now);
        Ok((self.seat(person), 0))
    }

    fn duplicate_status(&self, via: Via) -> StatusCode {
        match (via, self.duplicates) {
            (Via::Invites, Duplicates::Refuse400) => StatusCode::BAD_REQUEST,
            (Via::Invites, Duplicates::Refuse409 | Duplicates::Accept) | (Via::Users, _) => StatusCode::CONFLICT,
        }
    }

    fn check_caps(&self, draft: &Draft) -> Result<(), Problem> {
        let Caps { seats, team, project, teams_per_user } = self.caps;
        if self.seats >= seats {
            return Err(Problem::organization_full(seats, &self.id));
        }
        if draft.grants.team_ids.len() > teams_per_user {
            return Err(Problem::too_many_teams(teams_per_user, &draft.username));
        }
        let full = |id: &&String, cap| self.sizes.get(*id).copied().unwrap_or_default() >= cap;
        if let Some(id) = draft.grants.team_ids.iter().find(|id| full(id, team)) {
            return Err(Problem::team_full(team, id));
        }
        let mut projects = draft.grants.projects.iter().map(|grant| &grant.group_id);
        match projects.find(|id| full(id, project)) {
            Some(id) => Err(Problem::project_full(project, id)),
            None => Ok(()),
        }
    }

    /// A pending person. The invite's id and the user's differ by one, as in recordings.
    fn invite(&mut self, draft: Draft, by: &str, now: Timestamp) -> Person {
        let created_at = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let expires_at = created_at.saturating_add(self.lifetime).unwrap_or(Timestamp::MAX);
        let invite = Invite { id: self.new_id(now), created_at, expires_at, grants: draft.grants.clone() };
        let username = match self.emails {
            EmailCase::Lowered => draft.username.to_lowercase(),
            EmailCase::Preserved | EmailCase::Distinct => draft.username,
        };
        Person {
            id: self.new_id(now),
            username,
            status: Status::Pending,
            created_at,
            expires_at,
            inviter_username: by.to_owned(),
            grants: draft.grants,
            invites: vec![invite],
        }
    }

    fn invite_again(&mut self, slot: Slot, draft: Draft, now: Timestamp) -> (Slot, usize) {
        let again = self.invite(draft, "", now);
        let Some(person) = &mut self.people[slot] else { return (slot, 0) };
        for invite in again.invites {
            self.by_invite.insert(invite.id.clone(), slot);
            person.invites.push(invite);
        }
        person.expires_at = again.expires_at;
        self.expiries.push(Reverse((again.expires_at, slot)));
        (slot, person.invites.len() - 1)
    }

    fn seat(&mut self, person: Person) -> Slot {
        let slot = self.people.len();
        self.by_id.insert(person.id.clone(), slot);
        self.by_email.insert(self.key(&person.username), slot);
        for invite in &person.invites {
            self.by_invite.insert(invite.id.clone(), slot);
        }
        if person.status == Status::Pending {
            self.expiries.push(Reverse((person.expires_at, slot)));
        }
        if person.status.seated() {
            self.count(&person.grants, true);
        }
        self.people.push(Some(person));
        slot
    }

    fn count(&mut self, grants: &Grants, more: bool) {
        let change = |n: usize| if more { n + 1 } else { n.saturating_sub(1) };
        self.seats = change(self.seats);
        for id in grants.team_ids.iter().chain(grants.projects.iter().map(|grant| &grant.group_id)) {
            let size = self.sizes.entry(id.clone()).or_default();
            *size = change(*size);
        }
    }

    /// Lets the invitations lapse whose time is over.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        while let Some(Reverse((at, slot))) = self.expiries.peek().copied()
            && at <= now
        {
            self.expiries.pop();
            let due = |person: &Person| person.status == Status::Pending && person.expires_at <= now;
            if self.people[slot].as_ref().is_some_and(due) {
                self.settle(slot, Status::InvitationExpired, now);
            }
        }
    }

    /// Ends a pending invitation: accepted, declined or expired.
    pub(crate) fn settle(&mut self, slot: Slot, status: Status, now: Timestamp) {
        let Some(person) = self.people[slot].as_mut().filter(|person| person.status == Status::Pending) else { return };
        person.status = status;
        for invite in person.invites.drain(..) {
            self.by_invite.remove(&invite.id);
        }
        if status == Status::Active {
            person.created_at = Timestamp::from_second(now.as_second()).unwrap_or(now);
        }
        if !status.seated() {
            let grants = person.grants.clone();
            self.count(&grants, false);
        }
    }

    /// Removes someone altogether.
    pub(crate) fn remove(&mut self, slot: Slot) {
        let Some(person) = self.people[slot].take() else { return };
        self.by_id.remove(&person.id);
        self.by_email.remove(&self.key(&person.username));
        for invite in &person.invites {
            self.by_invite.remove(&invite.id);
        }
        if person.status.seated() {
            self.count(&person.grants, false);
        }
    }

    /// Takes one invite back, and the pending person with the last one.
    pub(crate) fn remove_invite(&mut self, id: &str) -> bool {
        let Some(slot) = self.by_invite.remove(id) else { return false };
        let Some(person) = &mut self.people[slot] else { return false };
        person.invites.retain(|invite| invite.id != id);
        if person.invites.is_empty() {
            self.remove(slot);
        }
        true
    }

    /// The person in this place.
    pub(crate) fn person(&self, slot: Slot) -> Option<&Person> {
        self.people.get(slot)?.as_ref()
    }

    /// The place of the person with this id.
    pub(crate) fn slot_of(&self, id: &str) -> Option<Slot> {
        self.by_id.get(id).copied()
    }

    /// The place of the person whom this invite invites.
    pub(crate) fn slot_of_invite(&self, id: &str) -> Option<Slot> {
        self.by_invite.get(id).copied()
    }

    /// The person with this address.
    pub(crate) fn find(&self, email: &str) -> Option<&Person> {
        self.person(*self.by_email.get(&self.key(email))?)
    }

    /// Everybody, in the order in which they came.
    pub(crate) fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().flatten()
    }

    fn key(&self, email: &str) -> String {
        match self.emails {
            EmailCase::Preserved | EmailCase::Lowered => email.to_lowercase(),
            EmailCase::Distinct => email.to_owned(),
        }
    }

    /// An id in the manner of the database's: seconds, something of the server's own, a counter.
    fn new_id(&mut self, now: Timestamp) -> String {
        let seconds = u32::try_from(now.as_second()).unwrap_or_default();
        loop {
            self.next_id += 1;
            let id = format!("{seconds:08x}5a4db0{:010x}", self.next_id);
            // A loaded state may hold it already.
            if !self.by_id.contains_key(&id) && !self.by_invite.contains_key(&id) {
                return id;
            }
        }
    }
}
