//! What the page calls a row's fate.

use crate::model::status::Status;

/// How a fate is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Severity {
    /// As it should be.
    Good,
    /// Nothing was to be done.
    Neutral,
    /// Still open.
    Open,
    /// Somebody has to do something.
    Bad,
}

impl Severity {
    /// The class in the page's styles.
    pub(super) fn class(self) -> &'static str {
        match self {
            Severity::Good => "good",
            Severity::Neutral => "neutral",
            Severity::Open => "open",
            Severity::Bad => "bad",
        }
    }
}

/// A fate's name, what it means, and how to take it.
pub(super) fn words(status: Status) -> (&'static str, &'static str, Severity) {
    match status {
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
    }
}
