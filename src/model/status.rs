//! The status of a row, its consequences, and the number of rows with each status.

use std::str::FromStr;

use super::exit::Exit;

/// The status of a row in the results file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// This job created the invite.
    Invited,
    /// An invite that this job created was cancelled.
    Revoked,
    /// The person had already accepted, so no invite was left to cancel. Members are never removed.
    Accepted,
    /// No invite of this job is pending: it has expired, was declined or cancelled, or was never created.
    Gone,
    /// This job created no invite for the row, so it cancelled none.
    NotOurs,
    /// A pending invite already existed.
    AlreadyInvited,
    /// The person is already a member of the organization.
    AlreadyMember,
    /// An earlier row has the same person with the same roles, teams and projects; nothing was sent.
    Duplicate,
    /// The row fails our checks; nothing was sent.
    Invalid,
    /// Atlas rejected the request, or every attempt definitely failed.
    Failed,
    /// A request was sent, no answer arrived, and a look-up did not show whether it succeeded.
    Unknown,
    /// The run ended before a request was sent for this row.
    NotSent,
    /// A request is in flight; only in the file of an unfinished run.
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

    /// Returns whether the status describes only the row, so that every run derives it again from the sheet. It says
    /// nothing about the person, whom another row may name too.
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

    /// Returns whether the line is kept in the results when the person is no longer in the input: invites that this job
    /// created or cancelled, and requests whose outcome is unknown.
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

    /// Returns the status as it is spelled in the results file.
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

    /// Returns what the next run of the same command does with a row of this status.
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
            | Status::NotSent => NextRun::PlanAgain,
        }
    }

    /// Returns whether the row needs attention.
    pub fn needs_a_look(self) -> bool {
        match self {
            // A person who was invited by mistake and has accepted is still a member.
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

/// A kind of job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JobKind {
    /// Creates invites (`run`).
    #[default]
    Invite,
    /// Cancels invites that a run created (`revoke`).
    Revoke,
}

impl JobKind {
    /// Returns the kind as it is spelled in the summary.
    pub fn as_str(self) -> &'static str {
        match self {
            JobKind::Invite => "invite",
            JobKind::Revoke => "revoke",
        }
    }
}

/// The treatment of a line that an earlier run left for the same person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextRun {
    /// The line is kept.
    Keep,
    /// The person is looked up before anything is sent.
    Settle,
    /// The line is ignored and the row is planned again.
    PlanAgain,
}

/// An error for a text that is not a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a known status")]
pub struct NotAStatus;

impl FromStr for Status {
    type Err = NotAStatus;

    fn from_str(text: &str) -> Result<Self, NotAStatus> {
        Status::ALL.into_iter().find(|status| status.as_str() == text).ok_or(NotAStatus)
    }
}

/// The number of rows with each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally([u64; Status::ALL.len()]);

impl Tally {
    /// Counts one row.
    pub fn add(&mut self, status: Status) {
        self.0[status as usize] += 1;
    }

    /// Returns the number of rows with this status.
    pub fn count(&self, status: Status) -> u64 {
        self.0[status as usize]
    }

    /// Returns the number of all rows.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Returns the exit code of a run that was not stopped.
    pub fn exit(&self) -> Exit {
        let needs_a_look = Status::ALL.into_iter().any(|status| status.needs_a_look() && self.count(status) > 0);
        if needs_a_look { Exit::RowsNeedALook } else { Exit::Success }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_parsed_from_its_own_spelling() {
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
