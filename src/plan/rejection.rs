//! Why a row is not sent: a code for programs, and the column, the value and the remedy for people.

use std::fmt::{self, Display};

use crate::model::invitation::ObjectId;
use crate::model::quote::quoted;
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

/// The column, where one is at fault, and the finding: what the results' `error_detail` holds.
impl Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "column {column}: {}", self.finding),
            None => f.write_str(&self.finding),
        }
    }
}

/// The checks, a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each says its own meaning, see `as_str`")]
pub enum RejectionCode {
    MissingEmail,
    InvalidEmail,
    MissingRole,
    UnknownRole,
    UnknownTeam,
    AmbiguousTeam,
    InvalidTeamId,
    UnknownProject,
    AmbiguousProject,
    InvalidProjectId,
    /// The entry is not `project=ROLE`.
    InvalidProject,
    UnknownProjectRole,
    OtherOrganization,
    InvalidOrgId,
    MissingOrgId,
    TooManyFields,
    InvalidEncoding,
    FormulaError,
    UnclosedQuote,
    RowTooLong,
    /// An earlier row asks for something else for the same person.
    ConflictingDuplicate,
}

impl RejectionCode {
    /// Every check.
    pub const ALL: [RejectionCode; 21] = [
        RejectionCode::MissingEmail,
        RejectionCode::InvalidEmail,
        RejectionCode::MissingRole,
        RejectionCode::UnknownRole,
        RejectionCode::UnknownTeam,
        RejectionCode::AmbiguousTeam,
        RejectionCode::InvalidTeamId,
        RejectionCode::UnknownProject,
        RejectionCode::AmbiguousProject,
        RejectionCode::InvalidProjectId,
        RejectionCode::InvalidProject,
        RejectionCode::UnknownProjectRole,
        RejectionCode::OtherOrganization,
        RejectionCode::InvalidOrgId,
        RejectionCode::MissingOrgId,
        RejectionCode::TooManyFields,
        RejectionCode::InvalidEncoding,
        RejectionCode::FormulaError,
        RejectionCode::UnclosedQuote,
        RejectionCode::RowTooLong,
        RejectionCode::ConflictingDuplicate,
    ];

    /// The check that results files call so.
    pub fn named(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == code)
    }

    /// The code as results files hold it.
    pub fn as_str(self) -> &'static str {
        match self {
            RejectionCode::MissingEmail => "MISSING_EMAIL",
            RejectionCode::InvalidEmail => "INVALID_EMAIL",
            RejectionCode::MissingRole => "MISSING_ROLE",
            RejectionCode::UnknownRole => "UNKNOWN_ROLE",
            RejectionCode::UnknownTeam => "UNKNOWN_TEAM",
            RejectionCode::AmbiguousTeam => "AMBIGUOUS_TEAM",
            RejectionCode::InvalidTeamId => "INVALID_TEAM_ID",
            RejectionCode::UnknownProject => "UNKNOWN_PROJECT",
            RejectionCode::AmbiguousProject => "AMBIGUOUS_PROJECT",
            RejectionCode::InvalidProjectId => "INVALID_PROJECT_ID",
            RejectionCode::InvalidProject => "INVALID_PROJECT",
            RejectionCode::UnknownProjectRole => "UNKNOWN_PROJECT_ROLE",
            RejectionCode::OtherOrganization => "OTHER_ORGANIZATION",
            RejectionCode::InvalidOrgId => "INVALID_ORG_ID",
            RejectionCode::MissingOrgId => "MISSING_ORG_ID",
            RejectionCode::TooManyFields => "TOO_MANY_FIELDS",
            RejectionCode::InvalidEncoding => "INVALID_ENCODING",
            RejectionCode::FormulaError => "FORMULA_ERROR",
            RejectionCode::UnclosedQuote => "UNCLOSED_QUOTE",
            RejectionCode::RowTooLong => "ROW_TOO_LONG",
            RejectionCode::ConflictingDuplicate => "CONFLICTING_DUPLICATE",
        }
    }
}

impl Display for RejectionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
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
