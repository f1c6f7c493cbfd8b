//! The reasons why a row is not sent: a code for programs; the column, the value and the remedy for people.

use std::fmt::{self, Display};

use jiff::Timestamp;

use crate::model::email::fold;
use crate::model::invitation::ObjectId;
use crate::model::outcome::Outcome;
use crate::model::quote::quoted;
use crate::model::reason::RejectionCode;
use crate::model::status::Status;
use crate::plan::directory::{Directory, NoMatch};
use crate::plan::is_separator;

/// A reason why a row is invalid and is not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The check that failed.
    pub code: RejectionCode,
    /// The name of the column in the sheet; `None` if the fault concerns the whole row.
    pub column: Option<String>,
    /// The fault and the remedy, without the column.
    pub finding: String,
    /// The text that the cell was certainly meant to have.
    pub correction: Option<String>,
}

impl Rejection {
    /// Returns the outcome of the row.
    pub(crate) fn outcome(&self, now: Timestamp) -> Outcome {
        Outcome::new(Status::Invalid, now).with_code(self.code).with_detail(self.to_string())
    }
}

/// The column, if there is one, and the finding, as in the column `error_detail` of the results.
impl Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "column {column}: {}", self.finding),
            None => f.write_str(&self.finding),
        }
    }
}

impl Rejection {
    /// Returns the rejection with the text that the cell was meant to have, if that is certain.
    pub(super) fn corrected(self, correction: Option<String>) -> Self {
        Self { correction, ..self }
    }

    pub(super) fn of_row(code: RejectionCode, finding: String) -> Self {
        Self { code, column: None, finding, correction: None }
    }

    /// Returns the rejection of a row for an organization without credentials.
    pub fn no_credentials(organization: ObjectId) -> Self {
        Self::of_row(
            RejectionCode::OtherOrganization,
            format!("no credentials for organization {organization}; add them to the profile file"),
        )
    }

    /// Returns the rejection of a row with the email of an earlier one, but with other roles, teams or projects.
    pub fn conflicting_duplicate(earlier_row: u32) -> Self {
        Self::of_row(
            RejectionCode::ConflictingDuplicate,
            format!(
                "row {earlier_row} has the same email but different roles, teams or projects; merge the two rows into one"
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

    /// Returns the text of the cell with `text` in place of one of its entries.
    pub(super) fn with(self, entry: &str, text: &str) -> String {
        let pieces = self.text.split_inclusive(|c: char| c.is_ascii() && is_separator(c as u8));
        let replaced =
            pieces.map(|piece| match piece.trim_end_matches(|c: char| c.is_ascii() && is_separator(c as u8)) {
                known if known.trim() == entry => piece.replacen(entry, text, 1),
                _ => piece.to_owned(),
            });
        replaced.collect()
    }

    pub(super) fn reject(self, code: RejectionCode, finding: impl Display) -> Rejection {
        Rejection { code, column: Some(self.column.to_owned()), finding: finding.to_string(), correction: None }
    }
}

/// The word and the codes for teams or for projects.
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

/// The fewest characters of a name with a single letter wrong that cannot be another name.
const LONG_NAME: usize = 6;

/// The maximum number of ids in a message.
const IDS_SHOWN: usize = 5;

/// Returns the rejection of an entry that does not match exactly one team or project.
pub(super) fn unresolved(cell: Cell<'_>, kind: Kind, entry: &str, why: NoMatch, directory: &Directory) -> Rejection {
    let Kind { noun, unknown, ambiguous, invalid_id, similar } = kind;
    let shown = quoted(entry);
    match why {
        NoMatch::Ambiguous(ids) => {
            let ids: Vec<String> = ids.iter().take(IDS_SHOWN).map(ToString::to_string).collect();
            let ids = ids.join(" or ");
            cell.reject(ambiguous, format_args!("several {noun}s are named {shown}; write the id instead: {ids}"))
        }
        NoMatch::Unknown if ObjectId::is_nearly(entry) => cell.reject(
            invalid_id,
            format_args!("{shown} looks like an Atlas id but has {} digits instead of 24; copy it again", entry.len()),
        ),
        NoMatch::Unknown => {
            let similar = similar(directory, entry);
            let correction = only_misspelt(entry, &similar).map(|name| cell.with(entry, name));
            let similar: Vec<String> = similar.into_iter().map(quoted).collect();
            if similar.is_empty() {
                return cell.reject(
                    unknown,
                    format_args!("unknown {noun} {shown}; correct the cell, or create the {noun} in Atlas first"),
                );
            }
            let similar = similar.join(" or ");
            cell.reject(
                unknown,
                format_args!(
                    "unknown {noun} {shown}, did you mean {similar}? If not, create the {noun} in Atlas first"
                ),
            )
            .corrected(correction)
        }
    }
}

/// Returns the one name of which the entry is certainly a misspelling: a letter of a long word differs, and no other name
/// is near.
fn only_misspelt<'n>(entry: &str, similar: &[&'n str]) -> Option<&'n str> {
    let distance = |name: &str| strsim::damerau_levenshtein(&fold(entry), &fold(name));
    let has_digit = |text: &str| text.contains(|c: char| c.is_ascii_digit());
    let mut near = similar.iter().filter(|name| distance(name) <= 2);
    match (near.next(), near.next()) {
        // "Team 1" and "Team 2" differ in a letter, too.
        (Some(name), None) if distance(name) == 1 && entry.chars().count() >= LONG_NAME && !has_digit(name) => {
            Some(name)
        }
        (Some(_), _) | (None, _) => None,
    }
}
