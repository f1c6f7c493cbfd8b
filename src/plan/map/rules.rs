//! The rules of a map for the rows of one sheet.

use std::borrow::Cow;

use hashbrown::HashMap;

use super::index::Index;
use super::pattern::Pattern;
use super::table::Resolved;
use crate::model::email::fold;
use crate::model::invitation::{ObjectId, OrgRoles};
use crate::model::quote::quoted;
use crate::plan::ANY;
use crate::plan::rejection::Rejection;
use crate::spreadsheet::Row;

/// The most cells that a message shows.
const CELLS_SHOWN: usize = 4;

/// The rules of a map, bound to the columns of a sheet and to organizations.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The name of the map's file.
    pub(super) name: String,
    /// The columns that conditions are about.
    pub(super) columns: Vec<Column>,
    /// The cell of the sheet with the address.
    pub(super) email: usize,
    pub(super) rules: Vec<BoundRule>,
    pub(super) blank: Vec<u32>,
    pub(super) index: Index,
}

/// A column of the sheet that conditions are about.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) cell: usize,
    pub(super) name: String,
}

/// What a rule grants in each organization; an error if the organization lacks a team or a project.
pub(super) type Granted = Vec<(ObjectId, Result<Resolved, Rejection>)>;

/// A rule, with what it grants in each organization.
#[derive(Clone, Debug)]
pub(in crate::plan) struct BoundRule {
    /// The number of its row in the map.
    pub(in crate::plan) row: u32,
    /// The conditions, each with its place in [`Rules::columns`].
    pub(super) conditions: Vec<(usize, Pattern)>,
    pub(in crate::plan) roles: OrgRoles,
    /// The teams and the projects as they are written.
    pub(in crate::plan) teams: String,
    pub(in crate::plan) projects: String,
    pub(super) granted: Granted,
}

impl BoundRule {
    /// Returns the teams and projects that the rule grants in an organization; an error if the organization lacks one.
    pub(in crate::plan) fn granted(&self, organization: ObjectId) -> Result<&Resolved, &Rejection> {
        let known = self.granted.iter().find(|(id, _)| *id == organization || *id == ANY);
        known.map_or(Ok(Resolved::NOTHING), |(_, resolved)| resolved.as_ref())
    }
}

impl Rules {
    /// Returns the name of the map's file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the rules with the conditions of an earlier one: their rows and the row of the earlier one.
    pub(super) fn repeated(&self) -> Vec<(u32, u32)> {
        let mut first: HashMap<&[(usize, Pattern)], u32> = HashMap::new();
        let repeated = self.rules.iter().filter_map(|rule| {
            let earlier = *first.entry(rule.conditions.as_slice()).or_insert(rule.row);
            (earlier != rule.row).then_some((rule.row, earlier))
        });
        repeated.collect()
    }

    /// Returns the cells of the sheet that conditions are about.
    pub fn cells(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().map(|column| column.cell)
    }

    /// Returns the rules that match a row, in the order of the map, as places in `self.rules`.
    pub(in crate::plan) fn matching(&self, row: &Row) -> Vec<u32> {
        let cells: Vec<Cow<'_, str>> = self.columns.iter().map(|column| fold(row.cell(column.cell))).collect();
        let fits = |number: &u32| {
            let mut conditions = self.rules[*number as usize].conditions.iter();
            conditions.all(|(column, pattern)| pattern.matches(&cells[*column]))
        };
        let mut matching: Vec<u32> = self.index.candidates(|column| &cells[column]).filter(fits).collect();
        matching.sort_unstable();
        matching
    }

    /// Returns the rule at a place.
    pub(in crate::plan) fn rule(&self, number: u32) -> &BoundRule {
        &self.rules[number as usize]
    }

    /// Describes the cells of a row that conditions are about, without the address, which differs in each row.
    pub(in crate::plan) fn describe(&self, row: &Row) -> String {
        let columns = self.columns.iter().filter(|column| column.cell != self.email);
        let shown =
            columns.take(CELLS_SHOWN).map(|column| format!("{} {}", column.name, quoted(row.cell(column.cell))));
        shown.collect::<Vec<_>>().join(", ")
    }
}
