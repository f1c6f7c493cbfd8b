reasons! {
    /// A check that a row failed before anything was sent for it.
    RejectionCode {
        /// The email cell is empty.
        MissingEmail = "MISSING_EMAIL", "the email address is missing";
        /// The email cell holds no valid address.
        InvalidEmail = "INVALID_EMAIL", "the email address is not valid";
        /// The row names no role, and no default is set.
        MissingRole = "MISSING_ROLE", "the role is missing";
        /// No rule of the map matches the row, and it has no role otherwise.
        NoRule = "NO_RULE", "no rule of the map matches";
        /// The role is not an organization role.
        UnknownRole = "UNKNOWN_ROLE", "the role does not exist in Atlas";
        /// The organization has no such team.
        UnknownTeam = "UNKNOWN_TEAM", "the team was not found in the organization";
        /// Several teams have the name.
        AmbiguousTeam = "AMBIGUOUS_TEAM", "several teams have this name";
        /// The team looks like an id but has too many or too few digits.
        InvalidTeamId = "INVALID_TEAM_ID", "the team id is not valid";
        /// The organization has no such project.
        UnknownProject = "UNKNOWN_PROJECT", "the project was not found in the organization";
        /// Several projects have the name.
        AmbiguousProject = "AMBIGUOUS_PROJECT", "several projects have this name";
        /// The project looks like an id but has too many or too few digits.
        InvalidProjectId = "INVALID_PROJECT_ID", "the project id is not valid";
        /// The entry is not `project=ROLE`.
        InvalidProject = "INVALID_PROJECT", "the project is not written as project=ROLE";
        /// The role is not a project role, but close to one.
        UnknownProjectRole = "UNKNOWN_PROJECT_ROLE", "the project role does not exist in Atlas";
        /// No credentials are configured for the row's organization.
        OtherOrganization = "OTHER_ORGANIZATION", "no credentials are configured for the organization";
        /// The organization's id is malformed.
        InvalidOrgId = "INVALID_ORG_ID", "the organization id is not valid";
        /// The row names no organization, and none is set.
        MissingOrgId = "MISSING_ORG_ID", "the organization is missing";
        /// The row has more cells than the header has columns.
        TooManyFields = "TOO_MANY_FIELDS", "the row has more cells than the header has columns";
        /// The row contains bytes that are not valid in the sheet's encoding.
        InvalidEncoding = "INVALID_ENCODING", "the row contains unreadable characters";
        /// A cell contains an error such as `#REF!`.
        FormulaError = "FORMULA_ERROR", "a cell contains a formula error";
        /// A double quote opens and does not close.
        UnclosedQuote = "UNCLOSED_QUOTE", "a double quote is never closed";
        /// A quoted cell contains what look like whole rows.
        RowsInQuotes = "ROWS_IN_QUOTES", "a quoted cell contains whole rows";
        /// The row is longer than any real row.
        RowTooLong = "ROW_TOO_LONG", "the row is too long";
        /// An earlier row for the same person has other roles, teams or projects.
        ConflictingDuplicate = "CONFLICTING_DUPLICATE", "the person is listed twice and the rows differ";
    }
}
