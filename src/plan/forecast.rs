//! Counts the invitations that a run would send: people, roles, teams, projects, and project roles that may be mistakes.
//!
//! Invitations are counted one at a time, in memory that does not grow with the sheet. No requests are made.

use hashbrown::HashMap;
use std::collections::BTreeMap;

use crate::model::invitation::{Invitation, ObjectId, OrgRole};
use crate::model::person::PersonKey;
use crate::plan::classify::{Classified, Classifier};
use crate::plan::{AddressCount, Addresses, ColumnSurvey, Coverage, FailedColumn, Rules, unknown_project_roles};
use crate::spreadsheet::{Row, Sheet, SheetError};

/// The most teams or projects with a count of their own; all others are counted together.
const MOST_NAMED: usize = 10_000;
/// The most unlisted project roles with a count of their own.
const MOST_ROLES: usize = 1000;

/// The number of invitations that a run would send, by what they grant.
#[derive(Clone, Debug, Default)]
pub struct Forecast {
    /// The number of people.
    pub people: u64,
    /// The people in each organization.
    pub organizations: Counts,
    /// The people in each team.
    pub teams: Counts,
    /// The people in each project.
    pub projects: Counts,
    /// The project roles that are not on Atlas's list.
    pub unlisted: UnlistedRoles,
    /// How the rows fit the rules of the map, if there is one.
    pub coverage: Option<Coverage>,
    /// How many of the people to send, which a limit may reduce, get the role Organization Owner.
    pub owners: u64,
    /// The columns of which every value fails.
    pub failed_columns: Vec<FailedColumn>,
    /// The addresses in the sheet.
    pub addresses: Addresses,
    roles: [u64; OrgRole::ALL.len()],
}

impl Forecast {
    /// Starts to count for a sheet with these rules.
    pub(crate) fn new(rules: Option<&Rules>) -> Self {
        Self { coverage: rules.map(Coverage::new), ..Self::default() }
    }

    /// Counts how one more row fits the rules.
    pub(crate) fn cover(&mut self, rules: Option<&Rules>, row: &Row) {
        if let (Some(rules), Some(coverage)) = (rules, &mut self.coverage) {
            coverage.count(rules, row);
        }
    }

    /// Reads a sheet to its end and counts the people who would be invited: the first valid row of each person who is not
    /// in the directory, and for whom `is_settled` returns false because no earlier run is done with them. Only the first `limit` of them are sent.
    pub fn of(
        mut sheet: Sheet,
        mut classifier: Classifier<'_>,
        limit: u64,
        mut is_settled: impl FnMut(PersonKey, ObjectId) -> bool,
    ) -> Result<Self, SheetError> {
        let rules = classifier.planner().rules();
        let mut forecast = Self::new(rules);
        let mut addresses = AddressCount::new(sheet.header());
        let mut columns = ColumnSurvey::new(classifier.planner());
        while let Some(row) = sheet.next_row()? {
            forecast.cover(rules, &row);
            columns.add(classifier.planner(), &row);
            let class = classifier.classify(&row);
            addresses.add(&row, &class);
            let Classified::Person(key, invitation) = class else { continue };
            let directory = classifier.planner().directory(invitation.organization);
            let is_present = directory.is_some_and(|directory| directory.presence(&invitation.email).is_some());
            if !is_present && !is_settled(key, invitation.organization) {
                forecast.owners +=
                    u64::from(forecast.people < limit && invitation.roles.iter().any(|role| role == OrgRole::Owner));
                forecast.add(row.number, &invitation);
            }
        }
        forecast.failed_columns = columns.finish();
        forecast.addresses = addresses.finish();
        Ok(forecast)
    }

    /// Counts one more person, who is in this row.
    pub fn add(&mut self, row: u32, invitation: &Invitation) {
        self.people += 1;
        self.organizations.add(invitation.organization);
        invitation.roles.iter().for_each(|role| self.roles[role as usize] += 1);
        invitation.teams.iter().for_each(|team| self.teams.add(*team));
        invitation.projects.iter().for_each(|access| self.projects.add(access.project));
        unknown_project_roles(invitation).for_each(|role| self.unlisted.add(role, row));
    }

    /// Returns how many people get each organization role, without roles that no person gets.
    pub fn roles(&self) -> impl Iterator<Item = (OrgRole, u64)> {
        OrgRole::ALL.into_iter().map(|role| (role, self.roles[role as usize])).filter(|(_, people)| *people > 0)
    }
}

/// The number of people in each organization, team or project.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    people: HashMap<ObjectId, u64>,
    /// The number of memberships in all but the first 10,000.
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

    /// Returns the number of people in one of them, 0 if it has no count of its own.
    pub fn of(&self, id: ObjectId) -> u64 {
        self.people.get(&id).copied().unwrap_or_default()
    }

    /// Returns whether this id has a count of its own.
    pub fn has(&self, id: ObjectId) -> bool {
        self.people.contains_key(&id)
    }

    /// Returns each id with its number of people, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (ObjectId, u64)> {
        self.people.iter().map(|(id, people)| (*id, *people))
    }
}

/// Project roles that are not on Atlas's list; they are sent, with a warning.
#[derive(Clone, Debug, Default)]
pub struct UnlistedRoles {
    uses: BTreeMap<String, Uses>,
    /// True if more than 1,000 different roles occurred; the rest is dropped.
    pub beyond: bool,
}

/// The rows that contain a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uses {
    /// The first of these rows.
    pub first_row: u32,
    /// The number of these rows.
    pub rows: u64,
    last_row: u32,
}

impl UnlistedRoles {
    fn add(&mut self, role: &str, row: u32) {
        let room = self.uses.len() < MOST_ROLES;
        match self.uses.get_mut(role) {
            // A row with the role in two projects counts once.
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

    /// Returns each role with its rows, in the order of the sheet.
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
    fn people_are_counted_by_role_team_and_project() {
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
    fn an_unlisted_role_is_counted_by_rows() {
        let mut forecast = Forecast::default();
        forecast.add(5, &invitation(&[], &[(1, "GROUP_ZEBRA"), (2, "GROUP_ZEBRA")]));
        forecast.add(6, &invitation(&[], &[(1, "GROUP_APE")]));
        forecast.add(9, &invitation(&[], &[(1, "GROUP_ZEBRA")]));
        let found: Vec<_> =
            forecast.unlisted.by_row().into_iter().map(|(role, uses)| (role, uses.first_row, uses.rows)).collect();
        assert_eq!(found, [("GROUP_ZEBRA", 5, 2), ("GROUP_APE", 6, 1)]);
    }

    #[test]
    fn names_beyond_the_limits_are_not_kept() {
        let mut forecast = Forecast::default();
        for n in 0..20_000 {
            forecast.add(n, &invitation(&[n], &[(n, &format!("GROUP_{n}"))]));
        }
        assert_eq!((forecast.teams.iter().count(), forecast.teams.beyond), (MOST_NAMED, 10_000));
        assert_eq!((forecast.unlisted.by_row().len(), forecast.unlisted.beyond), (MOST_ROLES, true));
    }
}
