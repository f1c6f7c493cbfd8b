use crate::model::status::Status;

/// The words and the colour of a status on the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Label {
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
    pub(super) severity: Severity,
}

/// A degree of how much a status concerns the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Severity {
    /// As it should be.
    Good,
    /// Nothing had to be done.
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
        Status::Invited => ("Invited", "an email with an invite went out", Severity::Good),
        Status::Revoked => ("Cancelled", "the invite was cancelled", Severity::Good),
        Status::Accepted => {
            ("Accepted", "accepted before the invite could be cancelled; is in the organization", Severity::Bad)
        }
        Status::Gone => ("Gone", "no invite was there any more", Severity::Neutral),
        Status::NotOurs => ("Left alone", "had not been invited by this job", Severity::Neutral),
        Status::AlreadyInvited => ("Invited before", "an open invite was there already", Severity::Neutral),
        Status::AlreadyMember => ("Member already", "in the organization already", Severity::Neutral),
        Status::Duplicate => ("Listed twice", "an earlier row says the same", Severity::Neutral),
        Status::Invalid => ("To correct", "the row in the spreadsheet is not right; nothing was sent", Severity::Bad),
        Status::Failed => ("Failed", "Atlas refused, or could not be reached", Severity::Bad),
        Status::Unknown => ("In doubt", "a request went out, and no answer came", Severity::Open),
        Status::NotSent => ("Not sent", "nothing was sent", Severity::Open),
        Status::Sending => ("In doubt, cut off", "a request was on its way when the results were read", Severity::Open),
    };
    Label { name, meaning, severity }
}
