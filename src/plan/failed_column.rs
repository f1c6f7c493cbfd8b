//! Finds columns of which every value fails for one reason: the column means something else than its name.

use std::collections::HashSet;
use std::fmt;

use crate::model::quote::{argument, quoted};
use crate::model::reason::RejectionCode;
use crate::plan::{Planner, Rejection, parse_roles};
use crate::spreadsheet::{Column, Row, Sheet};

/// The fewest values that show the meaning of a column. A single one may be a typing mistake.
const FEWEST_VALUES: u64 = 2;

/// The most different values of a column that are kept, to check each once.
const MOST_KEPT: usize = 1000;

/// The most values that a message shows.
const VALUES_SHOWN: usize = 2;

/// A column of which every value fails for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedColumn {
    /// The meaning that the column's name has.
    pub column: Column,
    /// The name of the column in the sheet; untrusted.
    pub name: String,
    /// The number of its values, none of which is valid.
    pub values: u64,
    examples: Vec<String>,
    /// Set if rows would have no role without the column.
    needs_default_roles: bool,
}

impl FailedColumn {
    /// Reads a sheet up to the row that shows that no column fails. A sheet that cannot be read again has none.
    pub fn find(sheet: &Sheet, planner: &Planner<'_>) -> Vec<Self> {
        let mut survey = ColumnSurvey::new(planner);
        if survey.columns.is_empty() {
            return Vec::new();
        }
        let Some(mut sheet) = sheet.reopen() else { return Vec::new() };
        // An error in the sheet is reported when its rows are processed.
        while let Ok(Some(row)) = sheet.next_row() {
            survey.add(planner, &row);
            if survey.columns.is_empty() {
                break;
            }
        }
        survey.finish()
    }

    /// Returns whether the finding about the column replaces those of its rows with this code.
    pub fn replaces(&self, code: RejectionCode) -> bool {
        is_unknown_value(self.column, code)
    }

    /// Returns the code of the finding.
    pub(crate) fn code(&self) -> RejectionCode {
        match self.column {
            Column::Email => RejectionCode::InvalidEmail,
            Column::Roles => RejectionCode::UnknownRole,
            Column::Teams => RejectionCode::UnknownTeam,
            Column::Projects => RejectionCode::InvalidProject,
            Column::OrgId => RejectionCode::InvalidOrgId,
        }
    }
}

/// The fault and the flag that helps, without the column.
impl fmt::Display for FailedColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, name, values, examples, needs_default_roles } = self;
        let what = match column {
            Column::Email => "email addresses",
            Column::Roles => "Atlas roles",
            Column::Teams => "teams of the organization",
            Column::Projects => "projects of the organization with roles (PROJECT=ROLE)",
            Column::OrgId => "ids of organizations",
        };
        let examples: Vec<String> = examples.iter().map(|example| quoted(example)).collect();
        let roles = if *needs_default_roles { " --default-roles ORG_MEMBER" } else { "" };
        write!(
            f,
            "{values} of {values} values are not {what}, for example {}; if this column means something else, pass \
             --ignore-column {}{roles}",
            examples.join(" and "),
            argument(name),
        )
    }
}

/// Returns whether the code means that the value of a column does not exist, as opposed to other faults of a cell.
fn is_unknown_value(column: Column, code: RejectionCode) -> bool {
    use RejectionCode as Code;
    match column {
        Column::Email => false,
        Column::Roles => matches!(code, Code::UnknownRole),
        Column::Teams => matches!(code, Code::UnknownTeam | Code::InvalidTeamId),
        Column::Projects => matches!(code, Code::UnknownProject | Code::InvalidProject | Code::InvalidProjectId),
        Column::OrgId => matches!(code, Code::InvalidOrgId),
    }
}

impl Planner<'_> {
    /// Returns the cell with this meaning, if the sheet has one.
    pub(super) fn cell_of(&self, column: Column) -> Option<usize> {
        match column {
            Column::Email => Some(self.email),
            Column::Roles => self.roles,
            Column::Teams => self.teams,
            Column::Projects => self.projects,
            Column::OrgId => self.org_id,
        }
    }

    /// Returns the reason why one cell of a row is invalid. If the row's organization is unknown, the default one or else
    /// the first counts.
    pub(super) fn rejection_of(&self, row: &Row, column: Column) -> Option<Rejection> {
        let index = self.cell_of(column)?;
        if let Err(rejection) = self.check_cell(row, index) {
            return Some(rejection);
        }
        let directory = || {
            let of_row = self.organization(row).ok().map(|(_, directory)| directory);
            let by_default = || self.options.organization.and_then(|id| self.directory(id));
            of_row.or_else(by_default).or_else(|| self.directories.first().map(|(_, directory)| *directory))
        };
        match column {
            Column::Email => self.address(row).err(),
            Column::Roles => self.own_roles(row).err(),
            Column::Teams => self.teams(row, directory()?).err(),
            Column::Projects => self.projects(row, directory()?).err(),
            Column::OrgId => self.organization(row).err(),
        }
    }
}

/// A survey of the columns of a sheet, row by row. It is over when each column has a valid value, which is soon.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColumnSurvey {
    columns: Vec<Candidate>,
}

/// A column without a valid value so far.
#[derive(Clone, Debug)]
struct Candidate {
    failed: FailedColumn,
    cell: usize,
    unknown: HashSet<String>,
}

impl ColumnSurvey {
    /// Creates a survey of the columns that the planner reads, besides that of the addresses.
    pub(crate) fn new(planner: &Planner<'_>) -> Self {
        let columns = [Column::OrgId, Column::Roles, Column::Teams, Column::Projects];
        let candidates = columns.into_iter().filter_map(|column| {
            let cell = planner.cell_of(column)?;
            let needs_default_roles =
                column == Column::Roles && planner.options.default_roles.is_empty() && planner.rules.is_none();
            let name = planner.column(cell).to_owned();
            let failed = FailedColumn { column, name, values: 0, examples: Vec::new(), needs_default_roles };
            Some(Candidate { failed, cell, unknown: HashSet::new() })
        });
        Self { columns: candidates.collect() }
    }

    /// Adds the next row.
    pub(crate) fn add(&mut self, planner: &Planner<'_>, row: &Row) {
        if row.fault().is_none() {
            self.columns.retain_mut(|candidate| candidate.stays(planner, row));
        }
    }

    /// Returns the columns without any valid value.
    pub(crate) fn finish(self) -> Vec<FailedColumn> {
        let failed = self.columns.into_iter().map(|candidate| candidate.failed);
        failed.filter(|column| column.values >= FEWEST_VALUES).collect()
    }
}

impl Candidate {
    /// Counts the value of a row, and returns whether the column still has no valid one.
    fn stays(&mut self, planner: &Planner<'_>, row: &Row) -> bool {
        let text = row.cell(self.cell);
        if text.is_empty() {
            return true;
        }
        // A team may exist in another organization.
        let is_known_to_fail = planner.directories().len() < 2 && self.unknown.contains(text);
        if !is_known_to_fail {
            match planner.rejection_of(row, self.failed.column) {
                Some(rejection) if self.failed.replaces(rejection.code) && !self.is_slip(&rejection, text) => {}
                Some(_) | None => return false,
            }
            if self.unknown.len() < MOST_KEPT {
                self.unknown.insert(text.to_owned());
            }
            if self.failed.examples.len() < VALUES_SHOWN && !self.failed.examples.iter().any(|known| known == text) {
                self.failed.examples.push(text.to_owned());
            }
        }
        self.failed.values += 1;
        true
    }

    /// Returns whether the value is a mistake that shows what the column means, such as `ORG_OWNER?`.
    fn is_slip(&self, rejection: &Rejection, text: &str) -> bool {
        let is_role = self.failed.column == Column::Roles && parse_roles(text).is_err_and(|unknown| unknown.is_slip());
        rejection.correction.is_some() || is_role
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::api::Named;
    use crate::model::invitation::OrgRoles;
    use crate::plan::{Directory, PlanOptions};
    use crate::spreadsheet::SheetOptions;

    const ORGANIZATION: &str = "32b6e34b3d91647abb20e7b8";

    fn survey(text: &str, default_roles: OrgRoles) -> Vec<FailedColumn> {
        let sheet = Sheet::from_bytes(text.as_bytes(), &SheetOptions::default()).unwrap();
        let organization = ORGANIZATION.parse().unwrap();
        let mut directory = Directory::new();
        directory.add_team(Named { id: organization, name: "Backend".to_owned() });
        let options = PlanOptions { default_roles, organization: Some(organization) };
        let planner = Planner::new(options, sheet.header(), vec![(organization, &directory)]);
        let mut survey = ColumnSurvey::new(&planner);
        sheet.for_each(|row| survey.add(&planner, &row.unwrap()));
        survey.finish()
    }

    fn failed(text: &str) -> Vec<(Column, u64)> {
        survey(text, OrgRoles::default()).into_iter().map(|column| (column.column, column.values)).collect()
    }

    #[test]
    fn a_column_without_a_valid_value_is_found() {
        let sheet = "Email,Role,Team,Organization ID,Project\n\
            a@example.com,Engineer,Squad,ORG-1,Apollo\n\
            b@example.com,,,,\n\
            c@example.com,Accountant,Squad,ORG-1,Apollo\n\
            d@example.com,Engineer,Crew,ORG-2,Gemini\n";
        let expected = [(Column::OrgId, 3), (Column::Roles, 3), (Column::Teams, 3), (Column::Projects, 3)];
        assert_eq!(failed(sheet), expected);
    }

    #[test]
    fn a_valid_value_anywhere_shows_what_the_column_means() {
        for sheet in [
            "Email,Role\na@example.com,Engineer\nb@example.com,Clerk\nc@example.com,member\n",
            "Email,Role\na@example.com,member\nb@example.com,Engineer\nc@example.com,Clerk\n",
            "Email,Role\na@example.com,ORG_OWNER?\nb@example.com,ORG_OWNER?\n",
            "Email,Role\na@example.com,ORG_ONWER\nb@example.com,Clerk\n",
            "Email,Role,Project\na@example.com,member,x: GROUP_OWNER\nb@example.com,member,y: GROUP_OWNER\n",
            "Email,Role,Team\na@example.com,member,Backend\nb@example.com,member,x\nb@example.com,member,y\n",
        ] {
            assert_eq!(failed(sheet), [], "{sheet}");
        }
    }

    #[test]
    fn one_value_shows_nothing_about_its_column() {
        assert_eq!(failed("Email,Role\na@example.com,Engineer\nb@example.com,\n"), []);
        assert_eq!(failed("Email,Role\na@example.com,Engineer\nb@example.com,Engineer\n"), [(Column::Roles, 2)]);
    }

    #[test]
    fn other_faults_of_cells_do_not_count() {
        assert_eq!(failed("Email,Role\na@example.com,#N/A\nb@example.com,#N/A\n"), []);
    }

    #[test]
    fn the_finding_shows_a_flag_to_paste() {
        let sheet = "Email,Job Role,Organization ID\na@example.com,Engineer,x\nb@example.com,Clerk,x\n";
        let sheet = sheet.replace("Job Role", "User Role");
        let without = survey(&sheet, OrgRoles::default());
        let with = survey(&sheet, OrgRoles::from_iter([crate::model::invitation::OrgRole::Member]));
        let texts: Vec<String> = without.iter().chain(&with).map(ToString::to_string).collect();
        insta::assert_snapshot!(texts.join("\n"));
    }
}
