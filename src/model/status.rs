//! The status of a row, what follows from it, and how many rows have which.

use std::str::FromStr;

use super::exit::Exit;

/// A row's fate, as the results file spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// This job created the invite.
    Invited,
    /// An invite that this job created was cancelled.
    Revoked,
    /// The person has accepted, so that there was no invite left to cancel; nobody is removed.
    Accepted,
    /// No invite of this job's is there any more: it lapsed, was declined or cancelled, or never came to be.
    Gone,
    /// This job created no invite for the row, and touched none.
    NotOurs,
    /// A pending invite was there before.
    AlreadyInvited,
    /// The person is in the organization.
    AlreadyMember,
    /// An earlier row says the same for the same person; nothing was sent.
    Duplicate,
    /// The row fails our checks; nothing was sent.
    Invalid,
    /// Atlas refused, or every attempt got a definite failure.
    Failed,
    /// A request went out, no answer came, and asking afterwards did not settle it.
    Unknown,
    /// The run ended before this row's turn.
    NotSent,
    /// A request is on its way; only in the file of an unfinished run.
    Sending,
}

impl Status {
    /// Every status, in the order that summaries list them.
    pub const ALL: [Status; 13] = [
        Status::Invited,
        Status::Revoked,
        Status::Accepted,
        Status::Gone,
        Status::NotOurs,
        Status::AlreadyInvited,
        Status::AlreadyMember,
        Status::Duplicate,
        Status::Invalid,
        Status::Failed,
        Status::Unknown,
        Status::NotSent,
        Status::Sending,
    ];

    /// Whether a line with it is about its row alone: worked out anew from the sheet, and no statement about the person,
    /// whom another row may name too.
    pub fn is_of_the_row_alone(self) -> bool {
        match self {
            Status::Duplicate | Status::Invalid | Status::NotOurs => true,
            Status::Invited
            | Status::Revoked
            | Status::Accepted
            | Status::Gone
            | Status::AlreadyInvited
            | Status::AlreadyMember
            | Status::Failed
            | Status::Unknown
            | Status::NotSent
            | Status::Sending => false,
        }
    }

    /// Whether a line with it stays on record when its person is no longer in the input: this job's invites, those it
    /// cancelled, and open questions.
    pub fn stays_on_record(self) -> bool {
        match self {
            Status::Invited | Status::Revoked | Status::Unknown | Status::Sending => true,
            Status::Accepted
            | Status::Gone
            | Status::NotOurs
            | Status::AlreadyInvited
            | Status::AlreadyMember
            | Status::Duplicate
            | Status::Invalid
            | Status::Failed
            | Status::NotSent => false,
        }
    }

    /// The status as the results file spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Invited => "invited",
            Status::Revoked => "revoked",
            Status::Accepted => "accepted",
            Status::Gone => "gone",
            Status::NotOurs => "not_ours",
            Status::AlreadyInvited => "already_invited",
            Status::AlreadyMember => "already_member",
            Status::Duplicate => "duplicate",
            Status::Invalid => "invalid",
            Status::Failed => "failed",
            Status::Unknown => "unknown",
            Status::NotSent => "not_sent",
            Status::Sending => "sending",
        }
    }

    /// What the next run of the same command does with a row that this one left so.
    pub fn next_run(self) -> NextRun {
        match self {
            Status::Invited | Status::Revoked | Status::Gone | Status::AlreadyInvited | Status::AlreadyMember => {
                NextRun::Keep
            }
            Status::Unknown | Status::Sending => NextRun::Settle,
            Status::Accepted
            | Status::NotOurs
            | Status::Duplicate
            | Status::Invalid
            | Status::Failed
            | Status::NotSent => NextRun::Anew,
        }
    }

    /// Whether somebody should look at the row.
    pub fn needs_a_look(self) -> bool {
        match self {
            // Whoever was invited by mistake and has accepted is still in the organization.
            Status::Accepted | Status::Invalid | Status::Failed | Status::Unknown | Status::Sending => true,
            Status::Invited
            | Status::Revoked
            | Status::Gone
            | Status::NotOurs
            | Status::AlreadyInvited
            | Status::AlreadyMember
            | Status::Duplicate
            | Status::NotSent => false,
        }
    }
}

/// What a job does to the invites of its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JobKind {
    /// It creates them (`run`).
    #[default]
    Invite,
    /// It cancels those that a run created (`revoke`).
    Revoke,
}

impl JobKind {
    /// Its name, as the summary spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            JobKind::Invite => "invite",
            JobKind::Revoke => "revoke",
        }
    }
}

/// What a run does with the line that an earlier run left for the same person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextRun {
    /// The line stands.
    Keep,
    /// The server is asked before anything is sent.
    Settle,
    /// The row is worked out from the beginning.
    Anew,
}

/// The text is none of our statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a status of ours")]
pub struct NotAStatus;

impl FromStr for Status {
    type Err = NotAStatus;

    fn from_str(text: &str) -> Result<Self, NotAStatus> {
        Status::ALL.into_iter().find(|status| status.as_str() == text).ok_or(NotAStatus)
    }
}

/// How many rows have which status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally([u64; Status::ALL.len()]);

impl Tally {
    /// Counts one row.
    pub fn add(&mut self, status: Status) {
        self.0[status as usize] += 1;
    }

    /// Rows with this status.
    pub fn count(&self, status: Status) -> u64 {
        self.0[status as usize]
    }

    /// All rows.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The exit code of a run that was not stopped.
    pub fn exit(&self) -> Exit {
        let a_look = Status::ALL.into_iter().any(|status| status.needs_a_look() && self.count(status) > 0);
        if a_look { Exit::RowsNeedALook } else { Exit::Success }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_reads_back_from_its_own_spelling() {
        for status in Status::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
        }
        assert_eq!("Invited".parse::<Status>(), Err(NotAStatus));
    }

    #[test]
    fn the_exit_code_follows_the_worst_row() {
        let mut tally = Tally::default();
        for status in [Status::Invited, Status::AlreadyMember, Status::Duplicate, Status::NotSent] {
            tally.add(status);
        }
        assert_eq!(tally.exit(), Exit::Success);
        tally.add(Status::Invalid);
        assert_eq!(tally.exit(), Exit::RowsNeedALook);
        assert_eq!((tally.total(), tally.count(Status::Invited)), (5, 1));
    }
}
