//! Explains an invitation: what the person gets, and whether the sheet, a rule or a default grants it.

use super::Planner;
use crate::model::invitation::{Invitation, ObjectId, OrgRole, ProjectAccess};
use crate::spreadsheet::Row;

/// What one person gets, and where each part comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The number of the row.
    pub row: u32,
    /// The address that is invited.
    pub email: String,
    /// What the person gets: roles, teams and projects, in this order.
    pub grants: Vec<Grant>,
}

/// A role, a team, or a role in a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Its kind.
    pub kind: GrantKind,
    /// Its name; for a project, `PROJECT=ROLE`. Untrusted text.
    pub name: String,
    /// Where it comes from, at least one.
    pub origins: Vec<Origin>,
}

/// A kind of grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantKind {
    /// A role in the organization.
    Role,
    /// A team.
    Team,
    /// A role in a project.
    Project,
}

/// The origin of a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A cell of the row.
    Sheet,
    /// The rule in this row of the map.
    Rule(u32),
    /// The default roles.
    Default,
}

impl Planner<'_> {
    /// Explains the invitation that was planned for this row.
    pub fn explain(&self, row: &Row, invitation: &Invitation) -> Explanation {
        let mut grants = Vec::new();
        let own_roles = self.own_roles(row).unwrap_or_default();
        let rules: Vec<_> = self.matching_rules(row).collect();
        for role in invitation.roles.iter() {
            let rules = rules.iter().filter(|rule| rule.roles.contains(role)).map(|rule| Origin::Rule(rule.row));
            let sheet = own_roles.contains(role).then_some(Origin::Sheet);
            let origins = origins(sheet, rules);
            grants.push(Grant { kind: GrantKind::Role, name: OrgRole::as_str(role).to_owned(), origins });
        }
        let Some(directory) = self.directory(invitation.organization) else {
            return Explanation { row: row.number, email: invitation.email.clone(), grants };
        };
        let own_teams = self.teams(row, directory).unwrap_or_default();
        let own_projects = self.projects(row, directory).unwrap_or_default();
        let granted: Vec<_> =
            rules.iter().filter_map(|rule| Some((rule.row, rule.granted(invitation.organization).ok()?))).collect();
        for team in &invitation.teams {
            let rules = granted.iter().filter(|(_, it)| it.teams.contains(team)).map(|(row, _)| Origin::Rule(*row));
            let origins = origins(own_teams.contains(team).then_some(Origin::Sheet), rules);
            let name = name(directory.team_name(team), self.named_teams(row), *team);
            grants.push(Grant { kind: GrantKind::Team, name, origins });
        }
        for ProjectAccess { project, roles } in &invitation.projects {
            let name = name(directory.project_name(project), self.named_projects(row), *project);
            for role in roles {
                let has = |all: &[ProjectAccess]| {
                    all.iter().any(|access| access.project == *project && access.roles.contains(role))
                };
                let rules = granted.iter().filter(|(_, it)| has(&it.projects)).map(|(row, _)| Origin::Rule(*row));
                let origins = origins(has(&own_projects).then_some(Origin::Sheet), rules);
                grants.push(Grant { kind: GrantKind::Project, name: format!("{name}={role}"), origins });
            }
        }
        Explanation { row: row.number, email: invitation.email.clone(), grants }
    }
}

fn origins(sheet: Option<Origin>, rules: impl Iterator<Item = Origin>) -> Vec<Origin> {
    let origins: Vec<Origin> = sheet.into_iter().chain(rules).collect();
    if origins.is_empty() { vec![Origin::Default] } else { origins }
}

/// Returns a name from the organization, or else as it is written, or else the id.
fn name<'n>(known: Option<&str>, mut written: impl Iterator<Item = (ObjectId, &'n str)>, id: ObjectId) -> String {
    let written = || written.find(|(other, _)| *other == id).map(|(_, name)| name.to_owned());
    known.map(str::to_owned).or_else(written).unwrap_or_else(|| id.to_string())
}
