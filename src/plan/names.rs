//! The names of teams and projects as a row and the matching rules spell them.

use super::{Planner, entries, projects};
use crate::model::invitation::ObjectId;
use crate::spreadsheet::Row;

impl Planner<'_> {
    /// Returns the teams of a valid row, each with its spelling there, so that ids made from names can be shown by name.
    pub fn named_teams<'r>(&'r self, row: &'r Row) -> impl Iterator<Item = (ObjectId, &'r str)> {
        let text = self.teams.map_or("", |index| row.cell(index));
        let directory = self.organization(row).ok().map(|(_, directory)| directory);
        let granted = self.matching_rules(row).flat_map(|rule| entries(&rule.teams));
        entries(text).chain(granted).filter_map(move |entry| Some((directory?.team(entry).ok()?, entry)))
    }

    /// Returns the projects of a valid row, each with its spelling there.
    pub fn named_projects<'r>(&'r self, row: &'r Row) -> impl Iterator<Item = (ObjectId, &'r str)> {
        let text = self.projects.map_or("", |index| row.cell(index));
        let directory = self.organization(row).ok().map(|(_, directory)| directory);
        let granted = self.matching_rules(row).flat_map(|rule| projects::names(&rule.projects));
        projects::names(text).chain(granted).filter_map(move |name| Some((directory?.project(name).ok()?, name)))
    }
}
