//! Turns a row into an invitation, or rejects it with a reason.
//!
//! Pure: the same row, options and directory give the same result. A caller that also needs to know whether the person is
//! in the organization already, or in an earlier row, uses [`Directory::presence`], [`digest`] and [`differences`].

mod addresses;
pub(crate) mod check;
pub(crate) mod classify;
mod compare;
pub(crate) mod directory;
mod explain;
mod failed_column;
mod fixed;
pub(crate) mod forecast;
mod formula;
pub(crate) mod map;
mod names;
mod people;
mod projects;
mod rejection;
mod roles;
mod teams;

use crate::model::email;
use crate::model::invitation::{Invitation, NotAnObjectId, ObjectId, OrgRoles, ProjectAccess};
use crate::model::quote::quoted;
use crate::model::reason::RejectionCode;
use crate::spreadsheet::{CellFault, Header, Row, RowFault};

pub(crate) use addresses::AddressCount;
pub use addresses::{Addresses, UnreadAddresses};
pub use check::{Checked, Checker, Finding, FindingCode, FindingKind};
pub use classify::{Classified, Classifier};
pub(crate) use compare::not_granted;
pub use compare::{Differences, differences, digest};
pub use directory::Directory;
pub use explain::{Explanation, Grant, GrantKind, Origin};
pub(crate) use failed_column::ColumnSurvey;
pub use failed_column::FailedColumn;
pub use fixed::{CopyError, Correction, FixedCopy};
pub use forecast::{Forecast, UnlistedRoles};
pub use map::{CellError, Coverage, MapError, RoleMap, Rules, Starter, Uncovered};
pub use projects::unknown_project_roles;
pub use rejection::Rejection;
pub use roles::{UnknownRole, parse_roles};

use rejection::Cell;

/// A placeholder for all organizations, for checks without credentials: a row may be for any of them. Invitations planned
/// with it must not be sent.
pub const ANY: ObjectId = ObjectId::ZERO;

/// The settings that apply to every row.
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// The roles of people whose row has none.
    pub default_roles: OrgRoles,
    /// The organization of people whose row has none.
    pub organization: Option<ObjectId>,
}

/// A planner for the rows of one sheet.
#[derive(Clone, Debug)]
pub struct Planner<'a> {
    options: PlanOptions,
    directories: Vec<(ObjectId, &'a Directory)>,
    names: Vec<String>,
    email: usize,
    roles: Option<usize>,
    teams: Option<usize>,
    projects: Option<usize>,
    org_id: Option<usize>,
    rules: Option<&'a Rules>,
}

impl<'a> Planner<'a> {
    /// Creates a planner for rows below this header and for the organizations in `directories`; an entry for [`ANY`] covers
    /// all others.
    pub fn new(options: PlanOptions, header: &Header, directories: Vec<(ObjectId, &'a Directory)>) -> Self {
        Self {
            options,
            directories,
            names: header.names().to_vec(),
            email: header.email(),
            roles: header.roles(),
            teams: header.teams(),
            projects: header.projects(),
            org_id: header.org_id(),
            rules: None,
        }
    }

    /// Adds what the rules of a map grant to what the rows have.
    #[must_use]
    pub fn with_rules(self, rules: Option<&'a Rules>) -> Self {
        Self { rules, ..self }
    }

    /// Returns the rules of the map, if there is one.
    pub fn rules(&self) -> Option<&'a Rules> {
        self.rules
    }

    /// Returns whether the sheet has no roles column, and neither default roles nor a map are set. No row can be valid
    /// then, so this is an error of the whole sheet.
    pub fn lacks_roles(&self) -> bool {
        self.roles.is_none() && self.options.default_roles.is_empty() && self.rules.is_none()
    }

    /// Returns the invitation to send for the row, or the first reason why the row is invalid.
    pub fn plan(&self, row: &Row) -> Result<Invitation, Rejection> {
        if let Some(fault) = row.fault() {
            return Err(self.faulty(fault));
        }
        self.check_cells(row)?;
        let email = self.address(row)?;
        let (organization, directory) = self.organization(row)?;
        let matching = self.matching(row);
        let roles = self.roles(row, &matching)?;
        let (mut teams, mut projects) = (self.teams(row, directory)?, self.projects(row, directory)?);
        self.add_granted(&matching, organization, &mut teams, &mut projects)?;
        Ok(Invitation { organization, email: email.to_owned(), roles, teams, projects })
    }

    /// Returns every reason why the row is invalid, the one from [`Planner::plan`] first. A list with several unknown
    /// entries yields the first one only.
    pub fn problems(&self, row: &Row) -> Vec<Rejection> {
        if let Some(fault) = row.fault() {
            return vec![self.faulty(fault)];
        }
        let matching = self.matching(row);
        let (email, roles) = (self.address(row).err(), self.roles(row, &matching).err());
        let (organization, teams, projects, granted) = match self.organization(row) {
            Ok((id, directory)) => {
                let granted = self.add_granted(&matching, id, &mut Vec::new(), &mut Vec::new());
                (None, self.teams(row, directory).err(), self.projects(row, directory).err(), granted.err())
            }
            Err(rejection) => (Some(rejection), None, None, None),
        };
        let cells = self.check_cells(row).err();
        // A rule may be missing only because a cell cannot be read.
        let roles = roles.filter(|rejection| rejection.code != RejectionCode::NoRule || cells.is_none());
        let all = [cells, email, organization, roles, teams, projects, granted];
        let mut problems: Vec<Rejection> = Vec::new();
        for problem in all.into_iter().flatten() {
            // A formula error is also an invalid address, role or name, which is not worth a second message.
            if problems.iter().all(|known| known.column != problem.column) {
                problems.push(problem);
            }
        }
        problems
    }

    /// Returns the directory of an organization, if rows may be for it.
    pub fn directory(&self, organization: ObjectId) -> Option<&'a Directory> {
        let known = |known: &&(ObjectId, &Directory)| known.0 == organization || known.0 == ANY;
        self.directories.iter().find(known).map(|(_, directory)| *directory)
    }

    /// Returns the directories of all organizations that rows may be for.
    pub fn directories(&self) -> &[(ObjectId, &'a Directory)] {
        &self.directories
    }

    /// Returns the name of the projects column, if the row has text there.
    pub fn projects_column(&self, row: &Row) -> Option<&str> {
        self.projects.filter(|index| !row.cell(*index).is_empty()).map(|index| self.column(index))
    }

    fn column(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }

    fn faulty(&self, fault: RowFault) -> Rejection {
        match fault {
            RowFault::TooManyFields { fields, columns } => Rejection::of_row(
                RejectionCode::TooManyFields,
                format!(
                    "the row has {fields} cells but the header has {columns} columns; name or empty the extra column, or \
                     put double quotes around a cell that contains the separator"
                ),
            ),
            RowFault::UnclosedQuote => Rejection::of_row(
                RejectionCode::UnclosedQuote,
                "a double quote in this row is never closed, so the rows below were not read; add the closing double \
                 quote or delete the opening one"
                    .to_owned(),
            ),
            RowFault::RowsInQuotes => Rejection::of_row(
                RejectionCode::RowsInQuotes,
                "a double quote in this row closes rows later, so that the rows between were read as one cell; add the \
                 closing double quote or delete the opening one"
                    .to_owned(),
            ),
            RowFault::TooLong => Rejection::of_row(
                RejectionCode::RowTooLong,
                "the row is too long (over 1 million characters or 32,000 cells); look for a double quote that is closed \
                 too late"
                    .to_owned(),
            ),
        }
    }

    /// Rejects a row with a cell that must count neither as empty nor as a name.
    fn check_cells(&self, row: &Row) -> Result<(), Rejection> {
        let columns = [Some(self.email), self.org_id, self.roles, self.teams, self.projects];
        columns.into_iter().flatten().try_for_each(|index| self.check_cell(row, index))?;
        // A rule that depends on an unreadable cell might match or not.
        self.rules.iter().flat_map(|rules| rules.cells()).try_for_each(|index| self.check_cell(row, index))
    }

    fn check_cell(&self, row: &Row, index: usize) -> Result<(), Rejection> {
        let text = row.cell(index);
        let cell = Cell::new(self.column(index), text);
        match row.cell_fault(index) {
            Some(CellFault::InvalidEncoding) => Err(cell.reject(
                RejectionCode::InvalidEncoding,
                "some characters cannot be read; type the cell again and save the file as CSV UTF-8",
            )),
            Some(CellFault::NoResult) => Err(cell.reject(
                RejectionCode::FormulaError,
                "the formula in the cell has no saved result; save the file in a spreadsheet program, or type the value \
                 instead",
            )),
            Some(CellFault::LinkDiffers { address }) => Err(cell.reject(
                RejectionCode::InvalidEmail,
                format_args!(
                    "the cell shows {} but links to {}; remove the link, or type the right address",
                    quoted(text),
                    quoted(address)
                ),
            )),
            Some(CellFault::Error) => Err(formula::rejection(cell)),
            None if formula::is_error(text) => Err(formula::rejection(cell)),
            None => Ok(()),
        }
    }

    fn address<'r>(&self, row: &'r Row) -> Result<&'r str, Rejection> {
        let text = row.cell(self.email);
        if text.is_empty() {
            let cell = Cell::new(self.column(self.email), text);
            return Err(
                cell.reject(RejectionCode::MissingEmail, "no email address; fill in the cell or delete the row")
            );
        }
        email::address(text).map_err(|why| {
            let rejection = Cell::new(self.column(self.email), text).reject(RejectionCode::InvalidEmail, &why);
            rejection.corrected(why.meant.filter(|meant| meant.is_certain).map(|meant| meant.address))
        })
    }

    /// Returns the organization in the row, or else the default one, with its directory.
    fn organization(&self, row: &Row) -> Result<(ObjectId, &'a Directory), Rejection> {
        let text = self.org_id.map_or("", |index| row.cell(index));
        let cell = Cell::new(self.org_id.map_or("org_id", |index| self.column(index)), text);
        let id = if text.is_empty() {
            self.options.organization.ok_or_else(|| {
                let finding = "no organization; fill in the cell, or set --org-id for rows without one";
                cell.reject(RejectionCode::MissingOrgId, finding)
            })?
        } else {
            text.parse().map_err(|error: NotAnObjectId| {
                let finding = format_args!("{} is {error}; correct or clear the cell", quoted(text));
                cell.reject(RejectionCode::InvalidOrgId, finding)
            })?
        };
        if let Some(directory) = self.directory(id) {
            return Ok((id, directory));
        }
        Err(match self.directories.as_slice() {
            // Clearing the cell must select the organization in the message, and not one of another shard.
            [(only, _)] if self.options.organization == Some(*only) => cell.reject(
                RejectionCode::OtherOrganization,
                format_args!(
                    "the row is for organization {id} but this run is for {only}; clear the cell, or add credentials \
                     for {id} to the profile file"
                ),
            ),
            _ => cell.reject(
                RejectionCode::OtherOrganization,
                format_args!(
                    "no credentials for organization {id}; correct the cell, or add the credentials to the profile file"
                ),
            ),
        })
    }

    /// Returns the roles in the row and those of matching rules, or else the default ones.
    fn roles(&self, row: &Row, matching: &[u32]) -> Result<OrgRoles, Rejection> {
        let roles = self.own_roles(row)?.union(self.granted_roles(matching));
        if !roles.is_empty() {
            return Ok(roles);
        }
        if self.options.default_roles.is_empty() {
            return Err(self.without_role(row, matching));
        }
        Ok(self.options.default_roles)
    }

    fn own_roles(&self, row: &Row) -> Result<OrgRoles, Rejection> {
        let (index, text) = match self.roles {
            Some(index) => (index, row.cell(index)),
            None => (usize::MAX, ""),
        };
        roles::parse_roles(text).map_err(|unknown| {
            let cell = Cell::new(self.column(index), text);
            let correction = unknown.correction().map(|(entry, role)| cell.with(entry, role.as_str()));
            cell.reject(RejectionCode::UnknownRole, unknown).corrected(correction)
        })
    }

    fn teams(&self, row: &Row, directory: &Directory) -> Result<Vec<ObjectId>, Rejection> {
        let Some(index) = self.teams else { return Ok(Vec::new()) };
        teams::parse(Cell::new(self.column(index), row.cell(index)), directory)
    }

    fn projects(&self, row: &Row, directory: &Directory) -> Result<Vec<ProjectAccess>, Rejection> {
        let Some(index) = self.projects else { return Ok(Vec::new()) };
        let text = row.cell(index);
        if text.is_empty() {
            return Ok(Vec::new());
        }
        projects::parse(Cell::new(self.column(index), text), directory)
    }
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b';' | b'|' | b',' | b'\n')
}

fn is_list(text: &str) -> bool {
    text.bytes().fold(false, |found, byte| found | is_separator(byte))
}

/// Returns the entries of a list within a cell, trimmed, without empty ones.
fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(|c: char| c.is_ascii() && is_separator(c as u8)).map(str::trim).filter(|entry| !entry.is_empty())
}

#[cfg(test)]
mod tests;
