//! The state of an organization before the first invite: its teams, its projects, its members and pending invites.
//!
//! Plain data: the engine makes the look-ups and adds their answers. No requests are made here.

use hashbrown::HashMap;
use jiff::Timestamp;

use super::people::{Known, People};
use crate::atlas::api::{Invite, Membership, Named, Person};
use crate::model::email::{fold, fold_email};
use crate::model::invitation::ObjectId;

pub(crate) use super::people::Presence;

/// The minimum similarity of a suggested name, from 0 to 1.
const ALIKE: f64 = 0.5;

/// The maximum number of similar names in a message.
const SUGGESTIONS: usize = 3;

/// The most characters of a name that is compared with others: the time grows with the product of the lengths.
const LONGEST_COMPARED: usize = 100;

/// The teams, projects and people of one organization.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// The organization's name; untrusted text.
    name: Option<String>,
    teams: Names,
    projects: Names,
    people: People,
    lapsed: HashMap<Box<str>, Lapse>,
    offline: bool,
}

/// A reason why an invitation is no longer pending although the person did not accept it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// It expired without an answer.
    Expired,
    /// The person declined.
    Declined,
}

/// The pending invite to which the id in a results file refers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedInvite<'a> {
    /// A pending invite, by its own id.
    Pending(&'a str),
    /// None of the pending invites.
    Other,
    /// The person is pending, but the list of invites has none for them.
    Unlisted,
    /// It cannot be determined.
    Unclear,
}

/// A reason why a name or id in the sheet does not match exactly one team or project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoMatch {
    /// Several have this name; these are their ids.
    Ambiguous(Vec<ObjectId>),
    /// None in the organization matches.
    Unknown,
}

impl Directory {
    /// Creates an empty directory; what has not been added by the end does not exist in the organization.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates the directory of an organization that cannot be read: every id exists, every name gets a made-up id, and
    /// there are no people.
    ///
    /// It serves to check rows and to compare them with each other. Invitations planned with it must not be sent.
    pub fn offline() -> Self {
        Self { offline: true, ..Self::default() }
    }

    /// Returns whether this is [`Directory::offline`].
    pub fn is_offline(&self) -> bool {
        self.offline
    }

    /// Sets the organization's name.
    pub fn set_name(&mut self, name: String) {
        self.name = Some(name);
    }

    /// Returns the organization's name, if it is known. Untrusted text.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Adds a team.
    pub fn add_team(&mut self, team: Named) {
        self.teams.add(team);
    }

    /// Adds a project.
    pub fn add_project(&mut self, project: Named) {
        self.projects.add(project);
    }

    /// Adds an entry of the list of users. A person whose invitation expired or was declined counts as absent.
    pub fn add_person(&mut self, person: Person) {
        let lapse = match person.membership {
            Membership::Active => return self.people.add_member(person),
            Membership::Pending => return self.people.add_pending_user(person),
            Membership::Expired => Lapse::Expired,
            Membership::Declined => Lapse::Declined,
        };
        self.lapsed.insert(fold_email(&person.email).into(), lapse);
    }

    /// Adds a pending invite.
    pub fn add_invite(&mut self, invite: Invite) {
        self.people.add_invite(invite);
    }

    /// Returns why the last invitation of an absent person is no longer pending, if Atlas was asked and reported it.
    pub fn lapse(&self, email: &str) -> Option<Lapse> {
        self.lapsed.get(fold_email(email).as_ref()).copied()
    }

    /// Returns the state of the person with this address, if they are a member or invited.
    pub fn presence(&self, email: &str) -> Option<Presence<'_>> {
        self.people.get(email).and_then(Known::presence)
    }

    /// Returns the pending invite to this address to which the id `named` in a results file refers.
    ///
    /// The id may be that of the invite or, as the users endpoint returns it, that of the pending user. A user keeps their
    /// id when another administrator invites them again, so a user's id counts only if the invite still expires at
    /// `expires_at`, the time in the results file.
    pub fn named_invite(&self, email: &str, named: &str, expires_at: Option<Timestamp>) -> NamedInvite<'_> {
        let known = self.people.get(email);
        let invites = known.map_or(&[][..], Known::invites);
        if let Some(own) = invites.iter().find(|invite| *invite.id == *named) {
            return NamedInvite::Pending(&own.id);
        }
        let user = known.and_then(Known::user).filter(|user| *user.id == *named);
        let Some(user) = user else { return NamedInvite::Other };
        let (Some(theirs), Some(ours)) = (user.expires_at, expires_at) else { return NamedInvite::Unclear };
        if theirs != ours {
            return NamedInvite::Other;
        }
        let mut own = invites.iter().filter(|invite| invite.expires_at == Some(ours));
        match (own.next(), own.next()) {
            (Some(only), None) => NamedInvite::Pending(&only.id),
            (None, None) if invites.is_empty() => NamedInvite::Unlisted,
            (None, None) | (_, Some(_)) => NamedInvite::Unclear,
        }
    }

    /// Returns whether the list of invites has any to this address. The users endpoint lists only people.
    pub fn lists_invites(&self, email: &str) -> bool {
        self.people.get(email).is_some_and(|known| !known.invites().is_empty())
    }

    /// Returns the address of an invite as the server spells it, unless that is in lower case.
    pub fn spelling(&self, email: &str, invite: &str) -> Option<&str> {
        self.people.get(email)?.invites().iter().find(|known| *known.id == *invite)?.email.as_deref()
    }

    /// Returns how many seats of the organization are taken, by members and by people with a pending invite.
    pub fn seats_used(&self) -> usize {
        self.people.len()
    }

    /// Returns the id of the team with this name or id.
    pub fn team(&self, text: &str) -> Result<ObjectId, NoMatch> {
        self.teams.look_up(text, self.offline)
    }

    /// Returns the id of the project with this name or id.
    pub fn project(&self, text: &str) -> Result<ObjectId, NoMatch> {
        self.projects.look_up(text, self.offline)
    }

    /// Returns the names of similar teams, the most similar first. Slow, so only for messages.
    pub fn similar_teams(&self, name: &str) -> Vec<&str> {
        self.teams.similar(name)
    }

    /// Returns the names of similar projects, the most similar first. Slow, so only for messages.
    pub fn similar_projects(&self, name: &str) -> Vec<&str> {
        self.projects.similar(name)
    }

    /// Returns the name of a team.
    pub fn team_name(&self, id: &ObjectId) -> Option<&str> {
        self.teams.by_id.get(id).map(String::as_str)
    }

    /// Returns the name of a project.
    pub fn project_name(&self, id: &ObjectId) -> Option<&str> {
        self.projects.by_id.get(id).map(String::as_str)
    }
}

/// The teams or the projects of an organization, by id and by name.
#[derive(Clone, Debug, Default)]
struct Names {
    by_id: HashMap<ObjectId, String>,
    /// The ids by folded name; names that differ only in case share an entry.
    by_name: HashMap<String, Vec<ObjectId>>,
}

impl Names {
    fn add(&mut self, Named { id, name }: Named) {
        let name = name.trim().to_owned();
        let folded = fold(&name).into_owned();
        // Pages may overlap, so the same entry can be added twice.
        if self.by_id.insert(id, name).is_none() {
            self.by_name.entry(folded).or_default().push(id);
        }
    }

    fn look_up(&self, text: &str, offline: bool) -> Result<ObjectId, NoMatch> {
        let id = text.parse::<ObjectId>().ok();
        if let Some(id) = id
            && (offline || self.by_id.contains_key(&id))
        {
            return Ok(id);
        }
        let name = text.trim();
        match self.by_name.get(fold(name).as_ref()).map(Vec::as_slice) {
            Some([id]) => Ok(*id),
            Some(ids) => {
                let mut exact = ids.iter().filter(|id| self.by_id.get(*id).is_some_and(|known| known == name));
                match (exact.next(), exact.next()) {
                    (Some(id), None) => Ok(*id),
                    _ => Err(NoMatch::Ambiguous(ids.to_vec())),
                }
            }
            None if offline && !ObjectId::is_nearly(name) => Ok(ObjectId::placeholder(&fold(name))),
            None => Err(NoMatch::Unknown),
        }
    }

    fn similar(&self, name: &str) -> Vec<&str> {
        let name = fold(name.trim());
        if name.chars().count() > LONGEST_COMPARED {
            return Vec::new();
        }
        let mut similar: Vec<(f64, &str)> = self
            .by_id
            .values()
            .filter(|known| known.chars().count() <= LONGEST_COMPARED)
            .map(|known| (strsim::normalized_damerau_levenshtein(&name, &fold(known)), known.as_str()))
            .filter(|(likeness, _)| *likeness >= ALIKE)
            .collect();
        similar.sort_by(|(a, name), (b, other)| b.total_cmp(a).then_with(|| name.cmp(other)));
        similar.into_iter().map(|(_, name)| name).take(SUGGESTIONS).collect()
    }
}

#[cfg(test)]
mod tests;
