//! Turns a row into an invitation, or says why not.
//!
//! Pure: the same row, options and directory give the same answer. Whether the person is there already and whether an
//! earlier row said the same is for the caller to ask, with [`Directory::presence`], [`digest`] and [`differences`].

pub(crate) mod check;
pub(crate) mod classify;
mod compare;
pub(crate) mod directory;
pub(crate) mod forecast;
mod formula;
mod projects;
mod rejection;
mod roles;

use crate::model::email;
use crate::model::invitation::{Invitation, NotAnObjectId, ObjectId, OrgRoles, ProjectAccess};
use crate::model::quote::quoted;
use crate::model::reason::RejectionCode;
use crate::spreadsheet::{Header, Row, RowFault};

pub use check::{Checked, Checker, Finding, FindingCode, FindingKind};
pub use classify::{Classified, Classifier};
pub use compare::{Differences, differences, digest};
pub use directory::Directory;
pub use forecast::{Forecast, UnlistedRoles};
pub use projects::unknown_project_roles;
pub use rejection::Rejection;
pub use roles::{UnknownRole, parse_roles};

use rejection::Cell;

/// Stands for every organization where it is not known which ones there are, so that a row may be for any. What is
/// planned so must not be sent.
pub const ANY: ObjectId = ObjectId::ZERO;

/// What the settings say about every row.
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// The roles of people whose row names none.
    pub default_roles: OrgRoles,
    /// The organization of people whose row names none.
    pub organization: Option<ObjectId>,
}

/// Plans the rows of one sheet.
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
}

impl<'a> Planner<'a> {
    /// Plans rows that stand under this header, for the organizations that these directories describe; [`ANY`] stands for
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
        }
    }

    /// Whether no row can have a role, for want of a column and of default roles: an error of the whole sheet.
    pub fn lacks_roles(&self) -> bool {
        self.roles.is_none() && self.options.default_roles.is_empty()
    }

    /// What to ask of Atlas for the row's person.
    pub fn plan(&self, row: &Row) -> Result<Invitation, Rejection> {
        if let Some(fault) = row.fault() {
            return Err(self.faulty(*fault));
        }
        self.check_formulas(row)?;
        let email = self.address(row)?;
        let (organization, directory) = self.organization(row)?;
        let roles = self.roles(row)?;
        let (teams, projects) = (self.teams(row, directory)?, self.projects(row, directory)?);
        Ok(Invitation { organization, email: email.to_owned(), roles, teams, projects })
    }

    /// All that is wrong with the row, [`Planner::plan`]'s reason first. Of a list with several unknown entries the first
    /// is told.
    pub fn problems(&self, row: &Row) -> Vec<Rejection> {
        if let Some(fault) = row.fault() {
            return vec![self.faulty(*fault)];
        }
        let (email, roles) = (self.address(row).err(), self.roles(row).err());
        let (organization, teams, projects) = match self.organization(row) {
            Ok((_, directory)) => (None, self.teams(row, directory).err(), self.projects(row, directory).err()),
            Err(rejection) => (Some(rejection), None, None),
        };
        let all = [self.check_formulas(row).err(), email, organization, roles, teams, projects];
        let mut problems: Vec<Rejection> = Vec::new();
        for problem in all.into_iter().flatten() {
            // A formula's error is no address, role or name either, which need not be said.
            if problems.iter().all(|known| known.column != problem.column) {
                problems.push(problem);
            }
        }
        problems
    }

    /// What is known of an organization that rows may be for.
    pub fn directory(&self, organization: ObjectId) -> Option<&'a Directory> {
        let known = |known: &&(ObjectId, &Directory)| known.0 == organization || known.0 == ANY;
        self.directories.iter().find(known).map(|(_, directory)| *directory)
    }

    /// What is known of all of them.
    pub fn directories(&self) -> &[(ObjectId, &'a Directory)] {
        &self.directories
    }

    /// The teams of a sound row as it writes them, for telling what an id stands for that came of a name.
    pub fn named_teams<'r>(&self, row: &'r Row) -> impl Iterator<Item = (ObjectId, &'r str)> {
        let text = self.teams.map_or("", |index| row.cell(index));
        let directory = self.organization(row).ok().map(|(_, directory)| directory);
        entries(text).filter_map(move |entry| Some((directory?.team(entry).ok()?, entry)))
    }

    /// The projects of a sound row as it writes them.
    pub fn named_projects<'r>(&self, row: &'r Row) -> impl Iterator<Item = (ObjectId, &'r str)> {
        let text = self.projects.map_or("", |index| row.cell(index));
        let directory = self.organization(row).ok().map(|(_, directory)| directory);
        projects::names(text).filter_map(move |name| Some((directory?.project(name).ok()?, name)))
    }

    /// The name of the projects column.
    pub fn projects_column(&self) -> Option<&str> {
        self.projects.map(|index| self.column(index))
    }

    fn column(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }

    fn faulty(&self, fault: RowFault) -> Rejection {
        match fault {
            RowFault::TooManyFields { fields, columns } => Rejection::of_row(
                RejectionCode::TooManyFields,
                format!(
                    "the row has {fields} cells and the header names {columns} columns; put a cell that holds the \
                     separator in double quotes, or name the extra column"
                ),
            ),
            RowFault::InvalidEncoding { cell } => Cell::new(self.column(cell), "").reject(
                RejectionCode::InvalidEncoding,
                "some characters cannot be read; type the cell again and save the file as CSV UTF-8",
            ),
            RowFault::UnclosedQuote => Rejection::of_row(
                RejectionCode::UnclosedQuote,
                "a double quote opens in this row and never closes, so the rows below it were not read; delete that \
                 double quote or add its pair"
                    .to_owned(),
            ),
            RowFault::TooLong => Rejection::of_row(
                RejectionCode::RowTooLong,
                "the row is longer than a million characters or has thousands of cells; look for a double quote that \
                 closes too late"
                    .to_owned(),
            ),
        }
    }

    /// An error instead of a role or a team must not pass for none, nor for a name.
    fn check_formulas(&self, row: &Row) -> Result<(), Rejection> {
        let columns = [Some(self.email), self.org_id, self.roles, self.teams, self.projects];
        let Some(index) = columns.into_iter().flatten().find(|index| formula::is_error(row.cell(*index))) else {
            return Ok(());
        };
        let text = row.cell(index);
        Err(Cell::new(self.column(index), text).reject(
            RejectionCode::FormulaError,
            format_args!("the formula in the cell gives {text}; correct it, or type what it should give"),
        ))
    }

    fn address<'r>(&self, row: &'r Row) -> Result<&'r str, Rejection> {
        let text = row.cell(self.email);
        if text.is_empty() {
            let cell = Cell::new(self.column(self.email), text);
            return Err(cell.reject(RejectionCode::MissingEmail, "no email address; fill the cell or delete the row"));
        }
        email::address(text).map_err(|flaw| {
            Cell::new(self.column(self.email), text)
                .reject(RejectionCode::InvalidEmail, format_args!("{} is not an email address: {flaw}", quoted(text)))
        })
    }

    /// The organization that the row names, or else the one of rows that name none, and what is known of it.
    fn organization(&self, row: &Row) -> Result<(ObjectId, &'a Directory), Rejection> {
        let text = self.org_id.map_or("", |index| row.cell(index));
        let cell = Cell::new(self.org_id.map_or("org_id", |index| self.column(index)), text);
        let id = if text.is_empty() {
            self.options.organization.ok_or_else(|| {
                let finding = "no organization; fill the cell, or give --org-id for the rows that name none";
                cell.reject(RejectionCode::MissingOrgId, finding)
            })?
        } else {
            text.parse().map_err(|error: NotAnObjectId| {
                let finding = format_args!("{} is {error}; correct the cell or empty it", quoted(text));
                cell.reject(RejectionCode::InvalidOrgId, finding)
            })?
        };
        if let Some(directory) = self.directory(id) {
            return Ok((id, directory));
        }
        Err(match self.directories.as_slice() {
            // An empty cell must lead to where the message says, and not to an organization of another shard's.
            [(only, _)] if self.options.organization == Some(*only) => cell.reject(
                RejectionCode::OtherOrganization,
                format_args!(
                    "the row is for organization {id} and this run is for {only}; empty the cell, or add that \
                     organization's credentials to the profile file"
                ),
            ),
            _ => cell.reject(
                RejectionCode::OtherOrganization,
                format_args!(
                    "there are no credentials for organization {id}; correct the cell, or add its credentials to the \
                     profile file"
                ),
            ),
        })
    }

    fn roles(&self, row: &Row) -> Result<OrgRoles, Rejection> {
        let (index, text) = match self.roles {
            Some(index) => (index, row.cell(index)),
            None => (usize::MAX, ""),
        };
        let roles = roles::parse_roles(text)
            .map_err(|unknown| Cell::new(self.column(index), text).reject(RejectionCode::UnknownRole, unknown))?;
        if !roles.is_empty() {
            return Ok(roles);
        }
        if self.options.default_roles.is_empty() {
            return Err(Cell::new(if self.roles.is_some() { self.column(index) } else { "roles" }, text).reject(
                RejectionCode::MissingRole,
                "no role; fill the cell, for example with ORG_MEMBER, or give --default-roles",
            ));
        }
        Ok(self.options.default_roles)
    }

    fn teams(&self, row: &Row, directory: &Directory) -> Result<Vec<ObjectId>, Rejection> {
        let Some(index) = self.teams else { return Ok(Vec::new()) };
        let text = row.cell(index);
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let one = |entry: &str| {
            let cell = Cell::new(self.column(index), text);
            let unresolved = |why| rejection::unresolved(cell, rejection::TEAM, entry, why, directory);
            directory.team(entry).map_err(unresolved)
        };
        if !is_list(text) {
            return Ok(vec![one(text)?]);
        }
        // A team's own name may hold what separates a list, which only the organization's own list can tell.
        if !directory.is_offline()
            && let Ok(id) = directory.team(text)
        {
            return Ok(vec![id]);
        }
        let mut teams = entries(text).map(one).collect::<Result<Vec<_>, _>>()?;
        teams.sort_unstable();
        teams.dedup();
        Ok(teams)
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

/// What separates the entries of a list within a cell.
fn is_separator(byte: u8) -> bool {
    matches!(byte, b';' | b'|' | b',' | b'\n')
}

/// Whether a cell may hold more than one entry.
fn is_list(text: &str) -> bool {
    text.bytes().fold(false, |found, byte| found | is_separator(byte))
}

/// The entries of a list, trimmed; empty ones are none.
fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.split(|c: char| c.is_ascii() && is_separator(c as u8)).map(str::trim).filter(|entry| !entry.is_empty())
}

#[cfg(test)]
mod tests;
