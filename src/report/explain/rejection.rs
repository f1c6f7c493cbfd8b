use super::Explanation;
use crate::model::reason::RejectionCode;

/// Returns the explanation of rows that failed one of our checks.
pub(super) fn explanation(code: RejectionCode) -> Explanation {
    Explanation { heading: heading(code), remedy: remedy(code) }
}

fn remedy(code: RejectionCode) -> &'static str {
    if code == RejectionCode::OtherOrganization {
        "give the profile credentials for the organizations of these rows, or correct their org_id"
    } else {
        "correct these rows in the spreadsheet and run the same command again"
    }
}

fn heading(code: RejectionCode) -> &'static str {
    match code {
        RejectionCode::MissingEmail => "The email address is missing",
        RejectionCode::InvalidEmail => "The email address is not right",
        RejectionCode::MissingRole => "The role is missing",
        RejectionCode::UnknownRole => "The role is not one that Atlas has",
        RejectionCode::UnknownTeam => "The organization has no such team",
        RejectionCode::AmbiguousTeam => "Several teams have this name",
        RejectionCode::InvalidTeamId => "The team's id is not whole",
        RejectionCode::UnknownProject => "The organization has no such project",
        RejectionCode::AmbiguousProject => "Several projects have this name",
        RejectionCode::InvalidProjectId => "The project's id is not whole",
        RejectionCode::InvalidProject => "The project is not written as project=ROLE",
        RejectionCode::UnknownProjectRole => "The role in the project is not one that Atlas has",
        RejectionCode::OtherOrganization => "The row is for an organization that this program may not invite to",
        RejectionCode::InvalidOrgId => "The organization's id is not right",
        RejectionCode::MissingOrgId => "The organization is missing",
        RejectionCode::TooManyFields => "The row has more cells than the sheet has columns",
        RejectionCode::InvalidEncoding => "The row has characters that cannot be read",
        RejectionCode::FormulaError => "A cell holds the error of a formula",
        RejectionCode::UnclosedQuote => "A quotation mark is never closed",
        RejectionCode::RowTooLong => "The row is far too long",
        RejectionCode::ConflictingDuplicate => "The person is listed twice, and the rows differ",
    }
}
