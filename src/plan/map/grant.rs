//! The part of the planner that asks the rules of a map.

use super::rules::BoundRule;
use crate::model::invitation::{ObjectId, OrgRoles, ProjectAccess};
use crate::model::reason::RejectionCode;
use crate::plan::rejection::{Cell, Rejection};
use crate::plan::{Planner, projects};
use crate::spreadsheet::Row;

impl Planner<'_> {
    /// Returns the matching rules, as places in the map; none without a map.
    pub(in crate::plan) fn matching(&self, row: &Row) -> Vec<u32> {
        self.rules.map_or(Vec::new(), |rules| rules.matching(row))
    }

    /// Returns the matching rules in the order of the map.
    pub(in crate::plan) fn matching_rules(&self, row: &Row) -> impl Iterator<Item = &BoundRule> {
        self.these_rules(self.matching(row))
    }

    fn these_rules(&self, matching: impl IntoIterator<Item = u32>) -> impl Iterator<Item = &BoundRule> {
        matching.into_iter().filter_map(|number| Some(self.rules?.rule(number)))
    }

    /// Returns the roles that these rules grant.
    pub(in crate::plan) fn granted_roles(&self, matching: &[u32]) -> OrgRoles {
        let roles = self.these_rules(matching.iter().copied()).map(|rule| rule.roles);
        roles.fold(OrgRoles::default(), OrgRoles::union)
    }

    /// Adds the teams and projects that these rules grant, and keeps both in order without duplicates.
    pub(in crate::plan) fn add_granted(
        &self,
        matching: &[u32],
        organization: ObjectId,
        teams: &mut Vec<ObjectId>,
        projects: &mut Vec<ProjectAccess>,
    ) -> Result<(), Rejection> {
        if matching.is_empty() {
            return Ok(());
        }
        for rule in self.these_rules(matching.iter().copied()) {
            let granted = rule.granted(organization).map_err(|rejection| self.of_rule(rule, rejection))?;
            teams.extend(&granted.teams);
            projects.extend(granted.projects.iter().cloned());
        }
        teams.sort_unstable();
        teams.dedup();
        projects::merge(projects);
        Ok(())
    }

    /// Returns the rejection of a row whose organization lacks what a rule grants.
    fn of_rule(&self, rule: &BoundRule, rejection: &Rejection) -> Rejection {
        let map = self.rules.map_or("", |rules| rules.name());
        let column = rejection.column.as_deref().unwrap_or_default();
        let finding = format!("{map}, row {}, column {column}: {}", rule.row, rejection.finding);
        Rejection::of_row(rejection.code, finding)
    }

    /// Returns the rejection of a row that has no role and gets none.
    pub(in crate::plan) fn without_role(&self, row: &Row, matching: &[u32]) -> Rejection {
        let Some(rules) = self.rules else {
            let (column, text) = self.roles.map_or(("roles", ""), |index| (self.column(index), row.cell(index)));
            return Cell::new(column, text).reject(
                RejectionCode::MissingRole,
                "no role; fill in the cell, for example ORG_MEMBER, or set --default-roles",
            );
        };
        let map = rules.name();
        if matching.is_empty() {
            let cells = rules.describe(row);
            let of = if cells.is_empty() { "the row".to_owned() } else { cells };
            let finding = format!("no rule of {map} matches {of}; add a rule, or set --default-roles");
            return Rejection::of_row(RejectionCode::NoRule, finding);
        }
        let rows: Vec<String> = self.these_rules(matching.iter().copied()).map(|rule| rule.row.to_string()).collect();
        let rows = rows.join(", ");
        let finding =
            format!("the matching rules of {map} (rows {rows}) grant no role; add one there, or set --default-roles");
        Rejection::of_row(RejectionCode::MissingRole, finding)
    }
}
