use crate::model::status::Status;

/// The words and the colour of a status on the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
    pub(super) severity: Severity,
}

/// The degree to which a status concerns the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Severity {
    /// Success.
    Good,
    /// No action was needed.
    Neutral,
    /// Not finished.
    Open,
    /// A person has to act.
    Bad,
}

impl Severity {
    /// Returns the class in the page's styles.
    pub(super) fn class(self) -> &'static str {
        match self {
            Severity::Good => "good",
            Severity::Neutral => "neutral",
            Severity::Open => "open",
            Severity::Bad => "bad",
        }
    }
}

/// Returns the label of a status.
pub(super) fn label(status: Status) -> Label {
    let (name, meaning, severity) = match status {
        Status::Invited => ("Invited", "an invite was sent by email", Severity::Good),
        Status::Revoked => ("Cancelled", "the invite was cancelled", Severity::Good),
        Status::Accepted => {
            ("Accepted", "accepted before the invite could be cancelled, and is a member", Severity::Bad)
        }
        Status::Gone => ("Not pending", "no invite was pending", Severity::Neutral),
        Status::NotOurs => ("Not changed", "not invited by this job", Severity::Neutral),
        Status::AlreadyInvited => ("Already invited", "an invite was already pending", Severity::Neutral),
        Status::AlreadyMember => ("Already a member", "already in the organization", Severity::Neutral),
        Status::Duplicate => ("Listed twice", "the same as an earlier row", Severity::Neutral),
        Status::Invalid => {
            ("Needs correction", "the row in the spreadsheet is not valid; nothing was sent", Severity::Bad)
        }
        Status::Failed => ("Failed", "Atlas rejected the request or could not be reached", Severity::Bad),
        Status::Unknown => ("Unconfirmed", "a request was sent, but no answer arrived", Severity::Open),
        Status::NotSent => ("Not sent", "nothing was sent", Severity::Open),
        Status::Sending => {
            ("Unconfirmed, in progress", "a request was in progress when this page was made", Severity::Open)
        }
    };
    Label { name, meaning, severity }
}
