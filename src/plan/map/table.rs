//! Reads the table of rules that an administrator wrote.

use super::error::{CellError, MapError};
use crate::model::invitation::{ObjectId, OrgRole, OrgRoles, ProjectAccess};
use crate::model::quote::quoted;
use crate::plan::directory::Directory;
use crate::plan::formula;
use crate::plan::rejection::{Cell, Rejection};
use crate::plan::{parse_roles, projects, teams};
use crate::spreadsheet::{Column, Row, Sheet, SheetError, normalized};

/// The most rules. A table that people write has hundreds; the spreadsheet of people may have a million rows.
const MOST_RULES: usize = 10_000;

/// The most text in the table, in bytes.
const MOST_TEXT: usize = 8 << 20;

/// The columns that hold what people get.
pub(super) const GRANTS: [Column; 3] = [Column::Roles, Column::Teams, Column::Projects];

/// A table of rules: what people get whose rows fit the conditions.
#[derive(Clone, Debug)]
pub struct RoleMap {
    /// The name of the file, for messages.
    pub(super) name: String,
    pub(super) names: Vec<String>,
    /// The columns that hold what people get, in the order of [`GRANTS`].
    pub(super) grants: [Option<usize>; 3],
    pub(super) rules: Vec<TableRule>,
    /// The rows of rules that grant nothing. They match no row.
    pub(super) blank: Vec<u32>,
}

/// A rule as it is written.
#[derive(Clone, Debug)]
pub(super) struct TableRule {
    pub(super) row: u32,
    /// The conditions that are not empty, each with its column in the table.
    pub(super) conditions: Vec<(usize, String)>,
    pub(super) roles: OrgRoles,
    pub(super) teams: String,
    pub(super) projects: String,
}

impl RoleMap {
    /// Reads all rules of a sheet that was opened as one of rules. `name` is the name of the file, for messages.
    pub fn read(mut sheet: Sheet, name: String) -> Result<Self, MapError> {
        let names = sheet.header().names().to_vec();
        let grants = grants(&names)?;
        let mut map = Self { name, names, grants, rules: Vec::new(), blank: Vec::new() };
        let (mut faults, mut text) = (Vec::new(), 0);
        while let Some(row) = sheet.next_row()? {
            text += (0..map.names.len()).map(|cell| row.cell(cell).len()).sum::<usize>();
            if map.rules.len() + map.blank.len() >= MOST_RULES || text > MOST_TEXT {
                return Err(MapError::TooLarge { most: MOST_RULES });
            }
            match map.rule(&row) {
                Ok(rule) if rule.roles.is_empty() && rule.teams.is_empty() && rule.projects.is_empty() => {
                    map.blank.push(rule.row);
                }
                Ok(rule) => map.rules.push(rule),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(map) } else { Err(MapError::Cells(faults)) }
    }

    /// Returns an error if a rule makes people owners of the organization.
    pub fn without_owners(&self) -> Result<(), MapError> {
        let owners = self.rules.iter().filter(|rule| rule.roles.contains(OrgRole::Owner));
        let rows: Vec<u32> = owners.map(|rule| rule.row).collect();
        if rows.is_empty() { Ok(()) } else { Err(MapError::Owners { rows }) }
    }

    /// Returns the columns that are conditions, each with its name.
    pub(super) fn conditions(&self) -> impl Iterator<Item = (usize, &str)> {
        let names = self.names.iter().enumerate().filter(|(index, _)| !self.grants.contains(&Some(*index)));
        names.map(|(index, name)| (index, name.as_str()))
    }

    /// Returns the name of a column of [`GRANTS`] in this table.
    pub(super) fn grant_name(&self, grant: usize) -> &str {
        self.grants[grant].map_or("", |index| &self.names[index])
    }

    fn rule(&self, row: &Row) -> Result<TableRule, CellError> {
        let at_row = |finding: &str| CellError { row: row.number, column: None, finding: finding.to_owned() };
        if row.fault().is_some() {
            return Err(at_row(
                "the row cannot be read; look for a double quote that is not closed, or for a cell \
                               beyond the last column",
            ));
        }
        for (index, name) in self.names.iter().enumerate() {
            let text = row.cell(index);
            let of_cell = |finding| CellError { row: row.number, column: Some(name.clone()), finding };
            if row.cell_fault(index).is_some() || formula::is_error(text) {
                return Err(of_cell(format!("the cell cannot be read ({}); type it again", quoted(text))));
            }
            if name.is_empty() && !text.is_empty() {
                return Err(at_row(&format!("{} is in a column without a name; name it in the header", quoted(text))));
            }
        }
        let [roles, teams, projects] = self.grants.map(|index| index.map_or("", |index| row.cell(index)));
        let written = |(index, _)| (index, row.cell(index).to_owned());
        let rule = TableRule {
            row: row.number,
            conditions: self.conditions().map(written).filter(|(_, text)| !text.is_empty()).collect(),
            roles: parse_roles(roles).map_err(|unknown| CellError {
                row: row.number,
                column: Some(self.grant_name(0).to_owned()),
                finding: unknown.to_string(),
            })?,
            teams: teams.to_owned(),
            projects: projects.to_owned(),
        };
        // Names can be looked up only in an organization, but all else can be checked now.
        self.resolve(&rule, &Directory::offline()).map_err(|fault| rule.fault(fault))?;
        Ok(rule)
    }

    /// Looks up the teams and projects that a rule grants in an organization.
    pub(super) fn resolve(&self, rule: &TableRule, directory: &Directory) -> Result<Resolved, Rejection> {
        Ok(Resolved {
            teams: teams::parse(Cell::new(self.grant_name(1), &rule.teams), directory)?,
            projects: projects::parse(Cell::new(self.grant_name(2), &rule.projects), directory)?,
        })
    }
}

impl TableRule {
    pub(super) fn fault(&self, Rejection { column, finding, .. }: Rejection) -> CellError {
        CellError { row: self.row, column, finding }
    }
}

/// The teams and projects of a rule in one organization.
#[derive(Clone, Debug)]
pub(in crate::plan) struct Resolved {
    pub(in crate::plan) teams: Vec<ObjectId>,
    pub(in crate::plan) projects: Vec<ProjectAccess>,
}

impl Resolved {
    pub(super) const NOTHING: &'static Self = &Self { teams: Vec::new(), projects: Vec::new() };
}

/// Finds the columns that hold what people get. A column with the canonical name wins over other spellings, which are
/// conditions then: HR's sheets have columns such as `Team` and `Role`, too.
fn grants(names: &[String]) -> Result<[Option<usize>; 3], MapError> {
    let mut found = [None; 3];
    for (grant, column) in found.iter_mut().zip(GRANTS) {
        let all: Vec<usize> = (0..names.len()).filter(|&index| Column::named(&names[index]) == Some(column)).collect();
        let only = |fits: &dyn Fn(&str) -> bool| {
            let mut fitting = all.iter().copied().filter(|&index| fits(&names[index]));
            fitting.next().filter(|_| fitting.next().is_none())
        };
        let canonical = column.as_str();
        *grant = only(&|name| name == canonical)
            .or_else(|| only(&|name| normalized(name) == canonical))
            .or_else(|| only(&|_| true));
        if let (None, [first, second, ..]) = (&grant, all.as_slice()) {
            let (first, second) = (quoted(&names[*first]), quoted(&names[*second]));
            return Err(MapError::TwoColumns { column, first, second });
        }
    }
    Ok(found)
}

// By hand: `#[from]` would make it the source too, and a printed chain of errors would repeat it.
impl From<SheetError> for MapError {
    fn from(error: SheetError) -> Self {
        // The advice to choose another sheet, or to add a column of addresses, is about the spreadsheet of people.
        if let SheetError::Sheet { error, .. } = error {
            return (*error).into();
        }
        // So is the flag for hidden rows.
        if let SheetError::HiddenRows { rows } = error {
            return MapError::HiddenRules { rows };
        }
        if matches!(error, SheetError::Empty) { MapError::Empty } else { MapError::Sheet(error) }
    }
}
