//! Checks a sheet with the code that a run uses, and counts what would be sent.
//!
//! Nothing is sent or printed here; [`crate::report`] has the texts. Each [`Finding`] is passed on at once, so memory does
//! not grow with their number.

mod finding;

use std::collections::HashMap;

pub use self::finding::{Finding, FindingCode, FindingKind};

use crate::model::exit::Exit;
use crate::model::invitation::{Invitation, ObjectId, OrgRole};
use crate::model::seats::Seats;
use crate::plan::classify::{Classified, Classifier};
use crate::plan::directory::{Directory, Presence};
use crate::plan::forecast::{Counts, Forecast};
use crate::plan::{
    ANY, AddressCount, Addresses, Coverage, Explanation, FailedColumn, Planner, Rejection, differences,
    unknown_project_roles,
};
use crate::spreadsheet::{Header, Row};

/// Longer names are cut, in characters.
const LONGEST_NAME: usize = 100;

/// A checker of the rows of one sheet, in their order.
#[derive(Debug)]
pub struct Checker<'a> {
    classifier: Classifier<'a>,
    email: usize,
    failed_columns: Vec<FailedColumn>,
    tally: Tally,
    addresses: AddressCount,
    forecast: Forecast,
    /// Names by their placeholder ids, for names that could not be looked up.
    teams: HashMap<ObjectId, String>,
    projects: HashMap<ObjectId, String>,
}

/// Counts of the rows that were checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All rows with content.
    pub rows: u64,
    /// Rows that failed a check.
    pub invalid: u64,
    /// Rows with the content of an earlier row.
    pub duplicates: u64,
    /// People with a pending invite.
    pub already_invited: u64,
    /// People in the organization.
    pub already_member: u64,
    /// Warnings, of which a row may have several.
    pub warnings: u64,
}

/// The result of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Counts of the rows.
    pub tally: Tally,
    /// Blank rows, which were skipped.
    pub blank: u64,
    /// People who would be invited.
    pub people: u64,
    /// The number of people for each role, in a fixed order.
    pub roles: Vec<(OrgRole, u64)>,
    /// The number of people for each team, most first.
    pub teams: Vec<Share>,
    /// The number of people for each project, most first.
    pub projects: Vec<Share>,
    /// The seats that are needed and left in each organization.
    pub seats: Vec<(ObjectId, Seats)>,
    /// How the rows fit the rules of the map, if there is one.
    pub coverage: Option<Coverage>,
    /// The addresses in the sheet.
    pub addresses: Addresses,
}

/// The number of people that a team or a project gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Its id; `None` if only its name is known, or for the sum of those that are not counted separately.
    pub id: Option<ObjectId>,
    /// Its name, if it is known; untrusted.
    pub name: Option<String>,
    /// The number of people.
    pub people: u64,
}

impl Checked {
    /// Returns the exit code, which warnings do not change.
    pub fn exit(&self) -> Exit {
        if self.tally.invalid > 0 { Exit::RowsNeedALook } else { Exit::Success }
    }
}

impl<'a> Checker<'a> {
    /// Creates a checker for a sheet with this header. `failed_columns` are those of which every value fails.
    pub fn new(classifier: Classifier<'a>, header: &Header, failed_columns: Vec<FailedColumn>) -> Self {
        let forecast = Forecast::new(classifier.planner().rules());
        Self {
            classifier,
            email: header.email(),
            failed_columns,
            tally: Tally::default(),
            addresses: AddressCount::new(header),
            forecast,
            teams: HashMap::new(),
            projects: HashMap::new(),
        }
    }

    /// Returns the planner of the rows.
    pub fn planner(&self) -> &Planner<'a> {
        self.classifier.planner()
    }

    /// Passes a finding about each failed column to `on_finding`. It stands for those of the rows.
    pub fn failed_columns<E>(&self, mut on_finding: impl FnMut(&Finding<'_>) -> Result<(), E>) -> Result<(), E> {
        self.failed_columns.iter().try_for_each(|failed| {
            on_finding(&Finding {
                row: None,
                email: "",
                kind: FindingKind::Invalid,
                code: Some(FindingCode::Rejected(failed.code())),
                column: Some(&failed.name),
                detail: failed.to_string().into(),
            })
        })
    }

    /// Checks the next row and passes each finding to `on_finding`, whose error ends the check.
    pub fn take<E>(&mut self, row: &Row, mut on_finding: impl FnMut(&Finding<'_>) -> Result<(), E>) -> Result<(), E> {
        self.tally.rows += 1;
        self.forecast.cover(self.classifier.planner().rules(), row);
        let email = row.cell(self.email);
        let of_row = |kind, detail| Finding { row: Some(row.number), email, kind, code: None, column: None, detail };
        let class = self.classifier.classify(row);
        self.addresses.add(row, &class);
        match class {
            Classified::Invalid(first) => {
                self.tally.invalid += 1;
                let mut problems = self.classifier.planner().problems(row);
                if problems.is_empty() {
                    // The row is valid alone, but conflicts with an earlier one.
                    problems.push(first);
                }
                // What a rule of a map grants is not in a column of the sheet.
                let is_column = |problem: &&Rejection| {
                    let replaces = |it: &FailedColumn| it.replaces(problem.code);
                    problem.correction.is_none() && problem.column.is_some() && self.failed_columns.iter().any(replaces)
                };
                problems.iter().filter(|problem| !is_column(problem)).try_for_each(|problem| {
                    let (code, column) = (Some(FindingCode::Rejected(problem.code)), problem.column.as_deref());
                    let finding = of_row(FindingKind::Invalid, problem.finding.as_str().into());
                    on_finding(&Finding { code, column, ..finding })
                })
            }
            Classified::Duplicate(earlier) => {
                self.tally.duplicates += 1;
                on_finding(&of_row(FindingKind::Duplicate, format!("same as row {earlier}").into()))
            }
            Classified::Person(_, invitation) => match self.presence(&invitation) {
                Some((presence, directory)) => {
                    let (kind, state, count) = match presence {
                        Presence::Member { .. } => {
                            (FindingKind::AlreadyMember, "is already a member", &mut self.tally.already_member)
                        }
                        Presence::Invited { .. } => {
                            (FindingKind::AlreadyInvited, "is already invited", &mut self.tally.already_invited)
                        }
                    };
                    *count += 1;
                    let differences = differences(&invitation, presence.grants());
                    let code = differences.is_some().then_some(FindingCode::Differs);
                    let but = differences.map(|found| format!(", but {}", found.describe(directory)));
                    let detail = format!("{} {state}{}", invitation.email, but.unwrap_or_default());
                    on_finding(&Finding { code, ..of_row(kind, detail.into()) })
                }
                None => {
                    self.expect(row, &invitation);
                    let column = self.classifier.planner().projects_column(row);
                    let mut reported: Vec<&str> = Vec::new();
                    for role in unknown_project_roles(&invitation) {
                        if reported.contains(&role) {
                            continue;
                        }
                        reported.push(role);
                        self.tally.warnings += 1;
                        let detail = format!("unknown project role \"{role}\"; it is sent as written");
                        let finding = of_row(FindingKind::Warning, detail.into());
                        on_finding(&Finding { code: Some(FindingCode::UnlistedProjectRole), column, ..finding })?;
                    }
                    Ok(())
                }
            },
        }
    }

    /// Explains what the person in a row would get, if the row is valid.
    pub fn explain(&self, row: &Row) -> Option<Explanation> {
        let planner = self.classifier.planner();
        planner.plan(row).ok().map(|invitation| planner.explain(row, &invitation))
    }

    fn presence(&self, invitation: &Invitation) -> Option<(Presence<'a>, &'a Directory)> {
        let directory = self.classifier.planner().directory(invitation.organization)?;
        Some((directory.presence(&invitation.email)?, directory))
    }

    /// Counts a person who would be invited.
    fn expect(&mut self, row: &Row, invitation: &Invitation) {
        self.forecast.add(row.number, invitation);
        let planner = self.classifier.planner();
        if planner.directory(invitation.organization).is_none_or(|directory| !directory.is_offline()) {
            return;
        }
        let short = |name: &str| name.chars().take(LONGEST_NAME).collect::<String>();
        // Only teams and projects that are counted separately need a name.
        for (id, name) in planner.named_teams(row).filter(|(id, _)| self.forecast.teams.has(*id)) {
            self.teams.entry(id).or_insert_with(|| short(name));
        }
        for (id, name) in planner.named_projects(row).filter(|(id, _)| self.forecast.projects.has(*id)) {
            self.projects.entry(id).or_insert_with(|| short(name));
        }
    }

    /// Returns the result after the last row. `blank` is the number of blank rows, which were skipped.
    pub fn finish(self, blank: u64) -> Checked {
        let Self { tally, forecast, .. } = &self;
        let directories = self.classifier.planner().directories();
        let seats = directories.iter().map(|(id, directory)| {
            let needed = if *id == ANY { forecast.people } else { forecast.organizations.of(*id) };
            (*id, Seats { needed, taken: (!directory.is_offline()).then(|| directory.seats_used() as u64) })
        });
        let teams = shares(&forecast.teams, directories, &self.teams, Directory::team_name);
        let projects = shares(&forecast.projects, directories, &self.projects, Directory::project_name);
        Checked {
            tally: *tally,
            blank,
            people: forecast.people,
            roles: forecast.roles().collect(),
            teams,
            projects,
            seats: seats.collect(),
            coverage: self.forecast.coverage.clone(),
            addresses: self.addresses.finish(),
        }
    }
}

/// Returns the counts with names, most people first. Those that are not counted separately come last.
fn shares(
    counts: &Counts,
    directories: &[(ObjectId, &Directory)],
    spelled: &HashMap<ObjectId, String>,
    known: for<'d> fn(&'d Directory, &ObjectId) -> Option<&'d str>,
) -> Vec<Share> {
    let name = |id: &ObjectId| directories.iter().find_map(|(_, directory)| known(directory, id).map(str::to_owned));
    let share = |(id, people)| match (name(&id), spelled.get(&id)) {
        (Some(name), _) => Share { id: Some(id), name: Some(name), people },
        (None, Some(text)) if text.parse() != Ok(id) => Share { id: None, name: Some(text.clone()), people },
        (None, _) => Share { id: Some(id), name: None, people },
    };
    let mut shares: Vec<Share> = counts.iter().map(share).collect();
    shares.sort_by(|one, other| {
        other.people.cmp(&one.people).then_with(|| one.name.cmp(&other.name)).then_with(|| one.id.cmp(&other.id))
    });
    if counts.beyond > 0 {
        shares.push(Share { id: None, name: None, people: counts.beyond });
    }
    shares
}

#[cfg(test)]
mod tests;
