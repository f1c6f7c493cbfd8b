//! What would be sent: how many people, with which roles, into which teams and projects, and what is odd about them.
//!
//! Counted from invitations one at a time, in memory that does not grow with the sheet. Nothing is asked or sent.

use hashbrown::HashMap;
use std::collections::BTreeMap;

use crate::model::invitation::{Invitation, ObjectId, OrgRole};
use crate::model::person::PersonKey;
use crate::plan::classify::{Classified, Classifier};
use crate::plan::unknown_project_roles;
use crate::spreadsheet::{Sheet, SheetError};

/// Teams or projects that are told apart; what comes after is counted together.
const MOST_NAMED: usize = 10_000;
/// Project roles that are told apart.
const MOST_ROLES: usize = 1000;

/// What would be sent.
#[derive(Clone, Debug, Default)]
pub struct Forecast {
    /// How many people.
    pub people: u64,
    /// The organizations they would be in.
    pub organizations: Counts,
    /// The teams they would be in.
    pub teams: Counts,
    /// The projects they would have.
    pub projects: Counts,
    /// Project roles that Atlas is not known to have.
    pub unlisted: UnlistedRoles,
    roles: [u64; OrgRole::ALL.len()],
}

impl Forecast {
    /// Reads a sheet to its end and counts who would be sent: sound rows that name somebody for the first time whom
    /// the directory does not know, and whom an earlier run, as far as `is_settled` knows, has not settled.
    pub fn of(
        mut sheet: Sheet,
        mut classifier: Classifier<'_>,
        mut is_settled: impl FnMut(PersonKey, ObjectId) -> bool,
    ) -> Result<Self, SheetError> {
        let mut forecast = Self::default();
        while let Some(row) = sheet.next_row()? {
            let Classified::Person(key, invitation) = classifier.classify(&row) else { continue };
            let directory = classifier.planner().directory(invitation.organization);
            let is_there = directory.is_some_and(|directory| directory.presence(&invitation.email).is_some());
            if !is_there && !is_settled(key, invitation.organization) {
                forecast.add(row.number, &invitation);
            }
        }
        Ok(forecast)
    }

    /// Counts one more person, who stands in this row.
    pub fn add(&mut self, row: u32, invitation: &Invitation) {
        self.people += 1;
        self.organizations.add(invitation.organization);
        invitation.roles.iter().for_each(|role| self.roles[role as usize] += 1);
        invitation.teams.iter().for_each(|team| self.teams.add(*team));
        invitation.projects.iter().for_each(|access| self.projects.add(access.project));
        unknown_project_roles(invitation).for_each(|role| self.unlisted.add(role, row));
    }

    /// How many people get each organization role, of those that anybody gets.
    pub fn roles(&self) -> impl Iterator<Item = (OrgRole, u64)> {
        OrgRole::ALL.into_iter().map(|role| (role, self.roles[role as usize])).filter(|(_, people)| *people > 0)
    }
}

/// How many people by team or by project.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    people: HashMap<ObjectId, u64>,
    /// Memberships in those beyond the first 10,000.
    pub beyond: u64,
}

impl Counts {
    fn add(&mut self, id: ObjectId) {
        let room = self.people.len() < MOST_NAMED;
        match self.people.get_mut(&id) {
            Some(people) => *people += 1,
            None if room => _ = self.people.insert(id, 1),
            None => self.beyond += 1,
        }
    }

    /// The people of one.
    pub fn of(&self, id: ObjectId) -> u64 {
        self.people.get(&id).copied().unwrap_or_default()
    }

    /// Whether it is told apart.
    pub fn has(&self, id: ObjectId) -> bool {
        self.people.contains_key(&id)
    }

    /// Each with its people, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (ObjectId, u64)> {
        self.people.iter().map(|(id, people)| (*id, *people))
    }
}

/// Project roles that are sent although Atlas is not known to have them.
#[derive(Clone, Debug, Default)]
pub struct UnlistedRoles {
    uses: BTreeMap<String, Uses>,
    /// Whether there are more than can be told apart.
    pub beyond: bool,
}

/// The rows that name a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uses {
    /// The first of them.
    pub first_row: u32,
    /// How many.
    pub rows: u64,
    last_row: u32,
}

impl UnlistedRoles {
    fn add(&mut self, role: &str, row: u32) {
        let room = self.uses.len() < MOST_ROLES;
        match self.uses.get_mut(role) {
            // A row that names a role for two projects is one row.
            Some(uses) if uses.last_row == row => {}
            Some(uses) => {
                uses.rows += 1;
                uses.last_row = row;
            }
            None if room => {
                self.uses.insert(role.to_owned(), Uses { first_row: row, rows: 1, last_row: row });
            }
            None => self.beyond = true,
        }
    }

    /// Each role with its rows, in the order of the sheet.
    pub fn by_row(&self) -> Vec<(&str, Uses)> {
        let mut uses: Vec<_> = self.uses.iter().map(|(role, uses)| (role.as_str(), *uses)).collect();
        uses.sort_by_key(|(_, uses)| uses.first_row);
        uses
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::invitation::{OrgRoles, ProjectAccess};

    fn id(n: u32) -> ObjectId {
        format!("{n:024x}").parse().unwrap()
    }

    fn invitation(teams: &[u32], projects: &[(u32, &str)]) -> Invitation {
        Invitation {
            organization: id(0),
            email: "a@example.com".to_owned(),
            roles: OrgRoles::from_iter([OrgRole::Member, OrgRole::ReadOnly]),
            teams: teams.iter().copied().map(id).collect(),
            projects: projects
                .iter()
                .map(|(project, role)| ProjectAccess { project: id(*project), roles: vec![(*role).to_owned()] })
                .collect(),
        }
    }

    #[test]
    fn everything_is_counted_by_people() {
        let mut forecast = Forecast::default();
        forecast.add(2, &invitation(&[1, 2], &[(7, "GROUP_OWNER")]));
        forecast.add(3, &invitation(&[2], &[(7, "GROUP_OWNER"), (8, "GROUP_OWNER")]));
        assert_eq!(forecast.people, 2);
        assert_eq!(forecast.roles().collect::<Vec<_>>(), [(OrgRole::Member, 2), (OrgRole::ReadOnly, 2)]);
        let sorted = |counts: &Counts| {
            let mut all: Vec<_> = counts.iter().collect();
            all.sort();
            all
        };
        assert_eq!(sorted(&forecast.teams), [(id(1), 1), (id(2), 2)]);
        assert_eq!(sorted(&forecast.projects), [(id(7), 2), (id(8), 1)]);
        assert!(forecast.unlisted.by_row().is_empty());
    }

    #[test]
    fn a_role_that_is_not_on_the_list_is_told_with_its_rows() {
        let mut forecast = Forecast::default();
        forecast.add(5, &invitation(&[], &[(1, "GROUP_ZEBRA"), (2, "GROUP_ZEBRA")]));
        forecast.add(6, &invitation(&[], &[(1, "GROUP_APE")]));
        forecast.add(9, &invitation(&[], &[(1, "GROUP_ZEBRA")]));
        let told: Vec<_> =
            forecast.unlisted.by_row().into_iter().map(|(role, uses)| (role, uses.first_row, uses.rows)).collect();
        assert_eq!(told, [("GROUP_ZEBRA", 5, 2), ("GROUP_APE", 6, 1)]);
    }

    #[test]
    fn endless_names_take_no_endless_memory() {
        let mut forecast = Forecast::default();
        for n in 0..20_000 {
            forecast.add(n, &invitation(&[n], &[(n, &format!("GROUP_{n}"))]));
        }
        assert_eq!((forecast.teams.iter().count(), forecast.teams.beyond), (MOST_NAMED, 10_000));
        assert_eq!((forecast.unlisted.by_row().len(), forecast.unlisted.beyond), (MOST_ROLES, true));
    }
}
