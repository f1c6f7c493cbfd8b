use super::{CORRECT, Explanation};
use crate::model::reason::RejectionCode;

/// Returns the explanation of rows that failed a check.
pub(super) fn explanation(code: RejectionCode) -> Explanation {
    Explanation { heading: heading(code), remedy: remedy(code) }
}

fn remedy(code: RejectionCode) -> &'static str {
    if code == RejectionCode::OtherOrganization {
        "add credentials for the organizations of these rows to the profile, or correct their org_id"
    } else if code == RejectionCode::NoRule {
        "add a rule for these rows to the map, or set --default-roles"
    } else {
        CORRECT
    }
}

fn heading(code: RejectionCode) -> &'static str {
    match code {
        RejectionCode::MissingEmail => "The email address is missing",
        RejectionCode::InvalidEmail => "The email address is not valid",
        RejectionCode::MissingRole => "The role is missing",
        RejectionCode::NoRule => "No rule of the map matches",
        RejectionCode::UnknownRole => "The role does not exist in Atlas",
        RejectionCode::UnknownTeam => "The organization has no such team",
        RejectionCode::AmbiguousTeam => "Several teams have this name",
        RejectionCode::InvalidTeamId => "The team id is incomplete",
        RejectionCode::UnknownProject => "The organization has no such project",
        RejectionCode::AmbiguousProject => "Several projects have this name",
        RejectionCode::InvalidProjectId => "The project id is incomplete",
        RejectionCode::InvalidProject => "The project is not written as project=ROLE",
        RejectionCode::UnknownProjectRole => "The project role does not exist in Atlas",
        RejectionCode::OtherOrganization => "There are no credentials for the row's organization",
        RejectionCode::InvalidOrgId => "The organization id is not valid",
        RejectionCode::MissingOrgId => "The organization is missing",
        RejectionCode::TooManyFields => "The row has more cells than the sheet has columns",
        RejectionCode::InvalidEncoding => "The row has characters that cannot be read",
        RejectionCode::FormulaError => "A cell contains a formula error",
        RejectionCode::UnclosedQuote => "A quotation mark is not closed",
        RejectionCode::RowsInQuotes => "A quoted cell contains whole rows",
        RejectionCode::RowTooLong => "The row is too long",
        RejectionCode::ConflictingDuplicate => "The person is listed twice, and the rows differ",
    }
}
