reasons! {
    /// A check that a row failed, before anything was sent for it.
    RejectionCode {
        /// The email cell is empty.
        MissingEmail = "MISSING_EMAIL", "the email address is missing";
        /// The email cell holds no valid address.
        InvalidEmail = "INVALID_EMAIL", "the email address is not valid";
        /// The row names no role, and there is no default.
        MissingRole = "MISSING_ROLE", "the role is missing";
        /// Not an organization role.
        UnknownRole = "UNKNOWN_ROLE", "the role does not exist in Atlas";
        /// The organization has no such team.
        UnknownTeam = "UNKNOWN_TEAM", "the organization has no such team";
        /// Several teams have the name.
        AmbiguousTeam = "AMBIGUOUS_TEAM", "several teams have this name";
        /// Nearly an id.
        InvalidTeamId = "INVALID_TEAM_ID", "the team's id is incomplete";
        /// The organization has no such project.
        UnknownProject = "UNKNOWN_PROJECT", "the organization has no such project";
        /// Several projects have the name.
        AmbiguousProject = "AMBIGUOUS_PROJECT", "several projects have this name";
        /// Nearly an id.
        InvalidProjectId = "INVALID_PROJECT_ID", "the project's id is incomplete";
        /// The entry is not `project=ROLE`.
        InvalidProject = "INVALID_PROJECT", "the project is not written as project=ROLE";
        /// Not a project role, and close to one.
        UnknownProjectRole = "UNKNOWN_PROJECT_ROLE", "the role in the project does not exist in Atlas";
        /// No credentials for the row's organization.
        OtherOrganization = "OTHER_ORGANIZATION", "there are no credentials for the row's organization";
        /// Not an organization's id.
        InvalidOrgId = "INVALID_ORG_ID", "the organization's id is not valid";
        /// The row names no organization, and none is set.
        MissingOrgId = "MISSING_ORG_ID", "the organization is missing";
        /// More cells than the header has columns.
        TooManyFields = "TOO_MANY_FIELDS", "the row has more cells than the sheet has columns";
        /// Bytes that the encoding does not have.
        InvalidEncoding = "INVALID_ENCODING", "the row has characters that cannot be read";
        /// A cell holds an error such as `#REF!`.
        FormulaError = "FORMULA_ERROR", "a cell holds the error of a formula";
        /// A quote opens and does not close.
        UnclosedQuote = "UNCLOSED_QUOTE", "a quotation mark is never closed";
        /// Longer than any row of people.
        RowTooLong = "ROW_TOO_LONG", "the row is too long";
        /// An earlier row asks for something else for the same person.
        ConflictingDuplicate = "CONFLICTING_DUPLICATE", "the person is listed twice, and the rows differ";
    }
}
