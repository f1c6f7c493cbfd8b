//! What is known of the organization before the first invite: names and ids of teams and projects, and who is there.
//!
//! Plain data, filled from the answers of look-ups by whoever makes them; no requests are made here.

use hashbrown::HashMap;
use jiff::Timestamp;

use crate::atlas::api::{Invite, Membership, Named, Person};
use crate::model::email::{fold, fold_email};
use crate::model::invitation::ObjectId;

use crate::atlas::api::Grants;

/// Names less alike than this are not worth suggesting.
const ALIKE: f64 = 0.5;

/// How many similar names a message can usefully show.
const SUGGESTIONS: usize = 3;

/// Longer names are not compared with others: comparing takes time by the product of the lengths.
const LONGEST_COMPARED: usize = 100;

/// Names and people of one organization.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    teams: Names,
    projects: Names,
    people: HashMap<String, Known>,
    /// The pending invites to each address.
    invites: HashMap<String, Vec<Pending>>,
    lapsed: HashMap<String, Lapse>,
    offline: bool,
}

/// How a person is in the organization already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// An active member.
    Member {
        /// What the member holds.
        grants: Grants,
    },
    /// Invited, and the answer is pending.
    Invited {
        /// The invite's id, or the pending user's where no invite of its own is known.
        invite_id: String,
        /// When the invite lapses.
        expires_at: Option<Timestamp>,
        /// What it grants.
        grants: Grants,
    },
}

impl Presence {
    /// What the person holds or will hold, as far as Atlas said.
    pub fn grants(&self) -> &Grants {
        match self {
            Presence::Member { grants } | Presence::Invited { grants, .. } => grants,
        }
    }
}

/// How an invitation came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapse {
    /// Nobody answered in time.
    Expired,
    /// The person declined.
    Declined,
}

/// Which pending invite is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedInvite<'a> {
    /// This one, by its own id.
    Pending(&'a str),
    /// None that is pending.
    Other,
    /// The person is pending, and no invite of theirs is listed.
    Unlisted,
    /// It cannot be told.
    Unclear,
}

/// A pending invite, or a pending person.
#[derive(Clone, Debug)]
struct Pending {
    id: String,
    /// The address as the server has it, where that is not in lower case.
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
    /// The person as the list of users has them, where the invite is pending.
    user: Option<Pending>,
    /// Whether the id is an invite's own.
    by_invite: bool,
}

/// Why a name or id in the sheet does not mean one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoMatch {
    /// Several things, told apart only by their ids.
    Ambiguous(Vec<ObjectId>),
    /// Nothing in the organization.
    Unknown,
}

impl Directory {
    /// An empty organization, whose lists are complete once everything has been added.
    pub fn new() -> Self {
        Self::default()
    }

    /// An organization of which nothing is known: every id is taken to exist, a name stands for itself, nobody is there.
    ///
    /// Good for checking and comparing rows. What is planned with it must not be sent.
    pub fn offline() -> Self {
        Self { offline: true, ..Self::default() }
    }

    /// Whether nothing could be looked up.
    pub fn is_offline(&self) -> bool {
        self.offline
    }

    /// Adds a team.
    pub fn add_team(&mut self, team: Named) {
        self.teams.add(team);
    }

    /// Adds a project.
    pub fn add_project(&mut self, project: Named) {
        self.projects.add(project);
    }

    /// Adds someone of the list of users; those whose invitation lapsed are not there.
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
        // Members stay members whatever invite lingers, and an invite's own id is the one that names it.
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

    /// How the last invitation of someone who is not there came to nothing, where Atlas was asked and said so.
    pub fn lapse(&self, email: &str) -> Option<Lapse> {
        self.lapsed.get(fold_email(email).as_ref()).copied()
    }

    /// How the person with this address is there already.
    pub fn presence(&self, email: &str) -> Option<&Presence> {
        self.people.get(fold_email(email).as_ref()).map(|known| &known.presence)
    }

    /// Which pending invite to this address a results file names, be it by the invite's own id or by the pending person's,
    /// as the users' endpoint tells it. The person keeps that id when somebody else invites them again, so one counts
    /// only where the invite lapses when the results say.
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

    /// How the server writes the address of somebody who has this invite, where the list said so.
    pub fn spelling(&self, email: &str, invite: &str) -> Option<&str> {
        let invites = self.invites.get(fold_email(email).as_ref())?;
        invites.iter().find(|known| known.id == invite)?.email.as_deref()
    }

    /// How many people, members and invited, take a seat of the organization.
    pub fn seats_used(&self) -> usize {
        self.people.len()
    }

    /// What a team's name or id means.
    pub fn team(&self, text: &str) -> Result<ObjectId, NoMatch> {
        self.teams.look_up(text, self.offline)
    }

    /// What a project's name or id means.
    pub fn project(&self, text: &str) -> Result<ObjectId, NoMatch> {
        self.projects.look_up(text, self.offline)
    }

    /// Names of teams that are similar, best first. Takes its time, so it is for messages only.
    pub fn similar_teams(&self, name: &str) -> Vec<&str> {
        self.teams.similar(name)
    }

    /// Names of projects that are similar, best first. Takes its time, so it is for messages only.
    pub fn similar_projects(&self, name: &str) -> Vec<&str> {
        self.projects.similar(name)
    }

    /// The team's name.
    pub fn team_name(&self, id: &ObjectId) -> Option<&str> {
        self.teams.by_id.get(id).map(String::as_str)
    }

    /// The project's name.
    pub fn project_name(&self, id: &ObjectId) -> Option<&str> {
        self.projects.by_id.get(id).map(String::as_str)
    }
}

/// Things with a name and an id.
#[derive(Clone, Debug, Default)]
struct Names {
    by_id: HashMap<ObjectId, String>,
    /// By folded name; two ids share an entry where names differ only in case.
    by_name: HashMap<String, Vec<ObjectId>>,
}

impl Names {
    fn add(&mut self, Named { id, name }: Named) {
        let name = name.trim().to_owned();
        let folded = fold(&name).into_owned();
        // Pages may overlap, so the same thing can come twice.
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
            grants: Grants { roles: OrgRoles::from_iter([OrgRole::Member]), ..Grants::default() },
        }
    }

    fn invite(email: &str) -> Invite {
        Invite {
            id: "invite".to_owned(),
            email: email.to_owned(),
            created_at: None,
            expires_at: None,
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
    fn a_name_means_its_id_whatever_its_case() {
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
    fn similar_names_are_told_best_first() {
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
    fn offline_an_id_is_believed_and_a_name_stands_for_itself() {
        let directory = Directory::offline();
        assert_eq!(directory.team("000000000000000000000009"), Ok(id(9)));
        let billing = directory.project("billing");
        assert_eq!(directory.project(" Billing"), billing);
        assert_ne!(directory.project("warehouse"), billing);
        assert_eq!(directory.project("00000000000000000000009"), Err(NoMatch::Unknown), "an id with a digit missing");
    }

    #[test]
    fn people_are_found_whatever_the_case_of_their_address() {
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
    fn a_pending_person_is_named_by_the_invite_whichever_comes_first() {
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
    fn a_member_stays_one_whatever_invite_lingers() {
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
    fn folding_twice_is_folding_once() {
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
