//! What the page calls a row's fate.

use crate::model::status::Status;

/// How a fate is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// As it should be.
    Good,
    /// Nothing was to be done.
    Neutral,
    /// Still open.
    Open,
    /// Somebody has to do something.
    Bad,
}

impl Mood {
    /// The class in the page's styles.
    pub(super) fn class(self) -> &'static str {
        match self {
            Mood::Good => "good",
            Mood::Neutral => "neutral",
            Mood::Open => "open",
            Mood::Bad => "bad",
        }
    }
}

/// A fate's name, what it means, and how to take it.
pub(super) fn words(status: Status) -> (&'static str, &'static str, Mood) {
    match status {
        Status::Invited => ("Invited", "an email with an invite went out", Mood::Good),
        Status::Revoked => ("Cancelled", "the invite was cancelled", Mood::Good),
        Status::Accepted => {
            ("Accepted", "accepted before the invite could be cancelled; is in the organization", Mood::Bad)
        }
        Status::Gone => ("Gone", "no invite was there any more", Mood::Neutral),
        Status::NotOurs => ("Left alone", "had not been invited by this job", Mood::Neutral),
        Status::AlreadyInvited => ("Invited before", "an open invite was there already", Mood::Neutral),
        Status::AlreadyMember => ("Member already", "in the organization already", Mood::Neutral),
        Status::Duplicate => ("Listed twice", "an earlier row says the same", Mood::Neutral),
        Status::Invalid => ("To correct", "the row in the spreadsheet is not right; nothing was sent", Mood::Bad),
        Status::Failed => ("Failed", "Atlas refused, or could not be reached", Mood::Bad),
        Status::Unknown => ("In doubt", "a request went out, and no answer came", Mood::Open),
        Status::NotSent => ("Not sent", "nothing was sent", Mood::Open),
        Status::Sending => ("In doubt, cut off", "a request was on its way when the results were read", Mood::Open),
    }
}
