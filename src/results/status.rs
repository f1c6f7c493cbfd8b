//! The current status of an invitation, derived from its line in the results and the organization's directory.
//!
//! Pure: the caller reads the directory and writes the status.

use jiff::Timestamp;

use crate::model::email::bare_address;
use crate::model::status::Status;
use crate::plan::directory::{Directory, Lapse, Presence};
use crate::results::Line;

/// The current status of a row's person in the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CurrentStatus {
    /// The person is a member.
    Accepted,
    /// The invite is pending.
    Pending,
    /// The invite has expired.
    Expired,
    /// The person declined the invite.
    Declined,
    /// The person was pending or a member, and is no longer either: the invite was cancelled or declined, or the member
    /// was removed.
    Gone,
    /// The person was not invited, and is not a member.
    NotInvited,
}

impl CurrentStatus {
    /// Every status, in the order of summaries.
    pub const ALL: [CurrentStatus; 6] = [
        CurrentStatus::Accepted,
        CurrentStatus::Pending,
        CurrentStatus::Expired,
        CurrentStatus::Declined,
        CurrentStatus::Gone,
        CurrentStatus::NotInvited,
    ];

    /// Returns the status as it is spelled in the column `current_status`.
    pub fn as_str(self) -> &'static str {
        match self {
            CurrentStatus::Accepted => "accepted",
            CurrentStatus::Pending => "pending",
            CurrentStatus::Expired => "expired",
            CurrentStatus::Declined => "declined",
            CurrentStatus::Gone => "gone",
            CurrentStatus::NotInvited => "not_invited",
        }
    }

    /// Returns the status of the line's person at `now`, the server's time.
    pub fn of(line: &Line, directory: &Directory, now: Timestamp) -> Self {
        let email = bare_address(&line.email);
        match (directory.presence(email), directory.lapse(email)) {
            (Some(Presence::Member { .. }), _) => return CurrentStatus::Accepted,
            (Some(Presence::Invited { .. }), _) => return CurrentStatus::Pending,
            (None, Some(Lapse::Expired)) => return CurrentStatus::Expired,
            (None, Some(Lapse::Declined)) => return CurrentStatus::Declined,
            (None, None) => {}
        }
        match line.outcome.status {
            Status::Invited | Status::AlreadyInvited if line.outcome.expires_at.is_some_and(|at| at <= now) => {
                CurrentStatus::Expired
            }
            Status::Invited | Status::AlreadyInvited | Status::AlreadyMember => CurrentStatus::Gone,
            // Results of `revoke`: a person who had accepted is no longer a member, and any other was not to become
            // one.
            Status::Accepted | Status::Revoked | Status::Gone => CurrentStatus::Gone,
            Status::NotOurs
            | Status::Duplicate
            | Status::Invalid
            | Status::Failed
            | Status::Unknown
            | Status::NotSent
            | Status::Sending => CurrentStatus::NotInvited,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::api::{Grants, Membership, Person};
    use crate::model::outcome::Outcome;

    #[test]
    fn the_directory_takes_precedence_over_the_line() {
        let now: Timestamp = "2026-11-24T10:00:00Z".parse().unwrap();
        let mut directory = Directory::new();
        for (email, membership) in [
            ("member", Membership::Active),
            ("pending", Membership::Pending),
            ("expired", Membership::Expired),
            ("declined", Membership::Declined),
        ] {
            let email = format!("{email}@example.com");
            let (id, grants) = ("u".to_owned(), Grants::default());
            directory.add_person(Person {
                id,
                email,
                membership,
                invited_at: None,
                expires_at: None,
                invited_by: None,
                grants,
            });
        }
        let day = jiff::SignedDuration::from_hours(24);
        for (email, status, expires_at, expected) in [
            ("Member@Example.com", Status::Invited, None, "accepted"),
            ("Member <member@example.com>", Status::AlreadyMember, None, "accepted"),
            ("pending@example.com", Status::Failed, None, "pending"),
            ("expired@example.com", Status::Invited, Some(now + day), "expired"),
            ("declined@example.com", Status::Invited, Some(now - day), "declined"),
            ("absent@example.com", Status::Invited, Some(now), "expired"),
            ("absent@example.com", Status::Invited, Some(now + day), "gone"),
            ("absent@example.com", Status::Invited, None, "gone"),
            ("absent@example.com", Status::AlreadyMember, None, "gone"),
            ("absent@example.com", Status::Unknown, None, "not_invited"),
            ("", Status::Invalid, None, "not_invited"),
        ] {
            let outcome = Outcome { expires_at, ..Outcome::new(status, now) };
            let line =
                Line { row: Some(2), email: email.to_owned(), org_id: String::new(), outcome, cells: Vec::new() };
            assert_eq!(CurrentStatus::of(&line, &directory, now).as_str(), expected, "{email} {status:?}");
        }
    }
}
