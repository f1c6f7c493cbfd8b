//! The state of an organization before the first invite: its teams, its projects, its members and pending invites.
//!
//! Plain data: the engine makes the look-ups and adds their answers. No requests are made here.

use hashbrown::HashMap;
use jiff::Timestamp;

use crate::atlas::api::{Invite, Membership, Named, Person};
use crate::model::email::{fold, fold_email};
use crate::model::invitation::ObjectId;

use crate::atlas::api::Grants;

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
    people: HashMap<String, Known>,
    /// The pending invites by folded address.
    invites: HashMap<String, Vec<Pending>>,
    lapsed: HashMap<String, Lapse>,
    offline: bool,
}

/// The state of a person who is in the organization already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// An active member.
    Member {
        /// The member's roles, teams and projects.
        grants: Grants,
    },
    /// A person with a pending invite.
    Invited {
        /// The id of the invite, or of the pending user if no invite is listed.
        invite_id: String,
        /// The time at which the invite expires.
        expires_at: Option<Timestamp>,
        /// The roles, teams and projects that it grants.
        grants: Grants,
    },
}

impl Presence {
    /// Returns what the person has, or will have after accepting, as far as Atlas reports it.
    pub fn grants(&self) -> &Grants {
        match self {
            Presence::Member { grants } | Presence::Invited { grants, .. } => grants,
        }
    }
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

/// A pending invite, or a pending user.
#[derive(Clone, Debug)]
struct Pending {
    id: String,
    /// The address as the server spells it, unless that is in lower case.
    email: Option<String>,
    expires_at: Option<Timestamp>,
}

impl Pending {
    fn new(id: String, email: &str, expires_at: Option<Timestamp>) -> Self {
        let email = Some(email).filter(|email| *email != fold_email(email)).map(str::to_owned);
        Self { id, email, expires_at }
    }
}

#[derive(Clone, Debug)]
struct Known {
    presence: Presence,
    /// The entry in the list of users, if the person is pending.
    user: Option<Pending>,
    /// True if the id in `presence` is that of an invite, false if it is that of a user.
    by_invite: bool,
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
        let Person { id, email, membership, expires_at, grants, .. } = person;
        let user = (membership == Membership::Pending).then(|| Pending::new(id.clone(), &email, expires_at));
        let presence = match membership {
            Membership::Active => Presence::Member { grants },
            Membership::Pending => Presence::Invited { invite_id: id, expires_at, grants },
            Membership::Expired => return self.add_lapse(&email, Lapse::Expired),
            Membership::Declined => return self.add_lapse(&email, Lapse::Declined),
        };
        self.add(&email, Known { presence, user, by_invite: false });
    }

    fn add_lapse(&mut self, email: &str, lapse: Lapse) {
        self.lapsed.insert(fold_email(email).into_owned(), lapse);
    }

    /// Adds a pending invite.
    pub fn add_invite(&mut self, invite: Invite) {
        let Invite { id, email, expires_at, grants, .. } = invite;
        let pending = self.invites.entry(fold_email(&email).into_owned()).or_default();
        pending.push(Pending::new(id.clone(), &email, expires_at));
        let presence = Presence::Invited { invite_id: id, expires_at, grants };
        self.add(&email, Known { presence, user: None, by_invite: true });
    }

    fn add(&mut self, email: &str, new: Known) {
        let key = fold_email(email).into_owned();
        if key.is_empty() {
            return;
        }
        // A member may still have an old invite. Requests about an invite need its own id, and not that of the user.
        let rank = |known: &Known| match known.presence {
            Presence::Member { .. } => 2,
            Presence::Invited { .. } => u8::from(known.by_invite),
        };
        let known = self.people.entry(key).or_insert_with(|| new.clone());
        let user = known.user.take().or_else(|| new.user.clone());
        if rank(&new) > rank(known) {
            *known = new;
        }
        known.user = user;
    }

    /// Returns why the last invitation of an absent person is no longer pending, if Atlas was asked and reported it.
    pub fn lapse(&self, email: &str) -> Option<Lapse> {
        self.lapsed.get(fold_email(email).as_ref()).copied()
    }

    /// Returns the state of the person with this address, if they are a member or invited.
    pub fn presence(&self, email: &str) -> Option<&Presence> {
        self.people.get(fold_email(email).as_ref()).map(|known| &known.presence)
    }

    /// Returns the pending invite to this address to which the id `named` in a results file refers.
    ///
    /// The id may be that of the invite or, as the users endpoint returns it, that of the pending user. A user keeps their
    /// id when another administrator invites them again, so a user's id counts only if the invite still expires at
    /// `expires_at`, the time in the results file.
    pub fn named_invite(&self, email: &str, named: &str, expires_at: Option<Timestamp>) -> NamedInvite<'_> {
        let key = fold_email(email);
        let invites = self.invites.get(key.as_ref()).map_or(&[][..], Vec::as_slice);
        if let Some(own) = invites.iter().find(|invite| invite.id == named) {
            return NamedInvite::Pending(&own.id);
        }
        let user = self.people.get(key.as_ref()).and_then(|known| known.user.as_ref());
        let Some(user) = user.filter(|user| user.id == named) else { return NamedInvite::Other };
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

    /// Returns the address of an invite as the server spells it, unless that is in lower case.
    pub fn spelling(&self, email: &str, invite: &str) -> Option<&str> {
        let invites = self.invites.get(fold_email(email).as_ref())?;
        invites.iter().find(|known| known.id == invite)?.email.as_deref()
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
mod tests {
    use super::*;
    use crate::model::invitation::{OrgRole, OrgRoles};

    fn id(n: u8) -> ObjectId {
        format!("{n:024x}").parse().unwrap()
    }

    fn named(n: u8, name: &str) -> Named {
        Named { id: id(n), name: name.to_owned() }
    }

    fn person(email: &str, membership: Membership) -> Person {
        Person {
            id: "user".to_owned(),
            email: email.to_owned(),
            membership,
            invited_at: None,
            expires_at: None,
            invited_by: None,
            grants: Grants { roles: OrgRoles::from_iter([OrgRole::Member]), ..Grants::default() },
        }
    }

    fn invite(email: &str) -> Invite {
        Invite {
            id: "invite".to_owned(),
            email: email.to_owned(),
            created_at: None,
            expires_at: None,
            invited_by: None,
            grants: Grants::default(),
        }
    }

    fn teams() -> Directory {
        let mut directory = Directory::new();
        for team in
            [named(1, "Backend"), named(2, " Data Platform "), named(3, "Ops"), named(4, "OPS"), named(1, "Backend")]
        {
            directory.add_team(team);
        }
        directory
    }

    #[test]
    fn a_name_or_id_is_found_in_any_case() {
        let directory = teams();
        for (text, found) in [
            ("Backend", Ok(id(1))),
            (" bACKEND ", Ok(id(1))),
            ("data platform", Ok(id(2))),
            ("000000000000000000000002", Ok(id(2))),
            ("OPS", Ok(id(4))),
            ("ops", Err(NoMatch::Ambiguous(vec![id(3), id(4)]))),
            ("Legal", Err(NoMatch::Unknown)),
            ("000000000000000000000009", Err(NoMatch::Unknown)),
        ] {
            assert_eq!(directory.team(text), found, "{text}");
        }
        assert_eq!(directory.project("Backend"), Err(NoMatch::Unknown));
        assert_eq!(directory.team_name(&id(2)), Some("Data Platform"));
    }

    #[test]
    fn the_most_similar_name_comes_first() {
        let directory = teams();
        for (name, similar) in [
            ("Backed", &["Backend"][..]),
            (" opz", &["OPS", "Ops"]),
            ("dataplatform", &["Data Platform"]),
            ("Legal", &[]),
            (&"Backend".repeat(100), &[]),
        ] {
            assert_eq!(directory.similar_teams(name), similar, "{name}");
        }
        assert!(directory.similar_projects("Backed").is_empty());
    }

    #[test]
    fn offline_every_id_exists_and_every_name_has_one() {
        let directory = Directory::offline();
        assert_eq!(directory.team("000000000000000000000009"), Ok(id(9)));
        let billing = directory.project("billing");
        assert_eq!(directory.project(" Billing"), billing);
        assert_ne!(directory.project("warehouse"), billing);
        assert_eq!(directory.project("00000000000000000000009"), Err(NoMatch::Unknown), "an id with a digit missing");
    }

    #[test]
    fn people_are_found_by_address_in_any_case() {
        let mut directory = Directory::new();
        directory.add_person(person("Ada.Lovelace@Example.com", Membership::Active));
        directory.add_person(person("gone@example.com", Membership::Expired));
        directory.add_invite(invite(""));
        assert!(matches!(directory.presence(" ada.lovelace@EXAMPLE.com"), Some(Presence::Member { .. })));
        assert_eq!(directory.presence("gone@example.com"), None);
        assert_eq!(directory.presence(""), None);
        assert_eq!(directory.seats_used(), 1);
    }

    #[test]
    fn a_pending_person_has_the_id_of_the_invite_in_any_order() {
        for invite_first in [false, true] {
            let mut directory = Directory::new();
            if invite_first {
                directory.add_invite(invite("a@example.com"));
            }
            directory.add_person(person("a@example.com", Membership::Pending));
            if !invite_first {
                directory.add_invite(invite("A@example.com"));
            }
            let Some(Presence::Invited { invite_id, .. }) = directory.presence("a@example.com") else { panic!() };
            assert_eq!(invite_id, "invite");
            assert_eq!(directory.seats_used(), 1);
        }
    }

    #[test]
    fn a_member_with_an_old_invite_is_a_member() {
        for invite_first in [false, true] {
            let mut directory = Directory::new();
            if invite_first {
                directory.add_invite(invite("a@example.com"));
            }
            directory.add_person(person("a@example.com", Membership::Active));
            if !invite_first {
                directory.add_invite(invite("a@example.com"));
            }
            assert!(matches!(directory.presence("a@example.com"), Some(Presence::Member { .. })));
        }
    }

    #[test]
    fn folding_an_address_twice_changes_nothing() {
        for (email, folded) in [
            ("A@Example.com", "a@example.com"),
            ("ZOË@example.com", "zoë@example.com"),
            ("ΝΊΚΟΣ@example.com", "νίκοσ@example.com"),
            ("İ@example.com", "i\u{307}@example.com"),
        ] {
            assert_eq!(fold_email(email), folded);
            assert_eq!(fold_email(folded), folded);
        }
    }
}
