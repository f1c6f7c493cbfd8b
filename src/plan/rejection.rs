//! Why a row is not sent: a code for programs, and the column, the value and the remedy for people.

use std::fmt::{self, Display};

use crate::model::invitation::ObjectId;
use jiff::Timestamp;

use crate::model::outcome::Outcome;
use crate::model::quote::quoted;
use crate::model::reason::RejectionCode;
use crate::model::status::Status;
use crate::plan::directory::{Directory, NoMatch};

/// A row that fails our checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Which check.
    pub code: RejectionCode,
    /// The column, as the sheet names it; none where the row as a whole is at fault.
    pub column: Option<String>,
    /// What is wrong and what to do, without the column; as a whole it is displayed.
    pub finding: String,
}

impl Rejection {
    /// Returns the outcome of the row.
    pub(crate) fn outcome(&self, now: Timestamp) -> Outcome {
        Outcome::new(Status::Invalid, now).with_code(self.code).with_detail(self.to_string())
    }
}

/// The column, where one is at fault, and the finding: what the results' `error_detail` holds.
impl Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "column {column}: {}", self.finding),
            None => f.write_str(&self.finding),
        }
    }
}

impl Rejection {
    /// A fault of the row as a whole.
    pub(super) fn of_row(code: RejectionCode, finding: String) -> Self {
        Self { code, column: None, finding }
    }

    /// The row is for an organization that nobody may write to.
    pub fn no_credentials(organization: ObjectId) -> Self {
        Self::of_row(
            RejectionCode::OtherOrganization,
            format!("there are no credentials for organization {organization}; add them to the profile file"),
        )
    }

    /// An earlier row has the same email but other roles, teams or projects.
    pub fn conflicting_duplicate(earlier_row: u32) -> Self {
        Self::of_row(
            RejectionCode::ConflictingDuplicate,
            format!(
                "row {earlier_row} has the same email but other roles, teams or projects; keep one of the two rows, \
                 with everything the person needs"
            ),
        )
    }
}

/// The cell that a message is about.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    pub(super) column: &'a str,
    pub(super) text: &'a str,
}

impl<'a> Cell<'a> {
    pub(super) fn new(column: &'a str, text: &'a str) -> Self {
        Self { column, text }
    }

    pub(super) fn reject(self, code: RejectionCode, finding: impl Display) -> Rejection {
        Rejection { code, column: Some(self.column.to_owned()), finding: finding.to_string() }
    }
}

/// How messages and codes speak of a team or a project.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    noun: &'static str,
    unknown: RejectionCode,
    ambiguous: RejectionCode,
    invalid_id: RejectionCode,
    similar: for<'d> fn(&'d Directory, &str) -> Vec<&'d str>,
}

pub(super) const TEAM: Kind = Kind {
    noun: "team",
    unknown: RejectionCode::UnknownTeam,
    ambiguous: RejectionCode::AmbiguousTeam,
    invalid_id: RejectionCode::InvalidTeamId,
    similar: Directory::similar_teams,
};

pub(super) const PROJECT: Kind = Kind {
    noun: "project",
    unknown: RejectionCode::UnknownProject,
    ambiguous: RejectionCode::AmbiguousProject,
    invalid_id: RejectionCode::InvalidProjectId,
    similar: Directory::similar_projects,
};

/// Why a team or project entry does not mean one thing.
pub(super) fn unresolved(cell: Cell<'_>, kind: Kind, entry: &str, why: NoMatch, directory: &Directory) -> Rejection {
    let Kind { noun, unknown, ambiguous, invalid_id, similar } = kind;
    let shown = quoted(entry);
    match why {
        NoMatch::Ambiguous(ids) => {
            let ids: Vec<String> = ids.iter().take(IDS_SHOWN).map(ToString::to_string).collect();
            let ids = ids.join(" or ");
            cell.reject(ambiguous, format_args!("several {noun}s are called {shown}; write the id instead: {ids}"))
        }
        NoMatch::Unknown if ObjectId::is_nearly(entry) => cell.reject(
            invalid_id,
            format_args!(
                "{shown} looks like an Atlas id and has {} digits where an id has 24; copy it again",
                entry.len()
            ),
        ),
        NoMatch::Unknown => {
            let similar: Vec<String> = similar(directory, entry).into_iter().map(quoted).collect();
            if similar.is_empty() {
                return cell.reject(
                    unknown,
                    format_args!(
                        "the organization has no {noun} {shown}; correct it, or create the {noun} in Atlas first, since \
                         this program creates no {noun}s"
                    ),
                );
            }
            let similar = similar.join(" or ");
            cell.reject(
                unknown,
                format_args!(
                    "unknown {noun} {shown}, did you mean {similar}? If not, create the {noun} in Atlas first, since this \
                     program creates no {noun}s"
                ),
            )
        }
    }
}

/// A message with more ids helps nobody.
const IDS_SHOWN: usize = 5;
