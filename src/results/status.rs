//! What became of each invitation after its run: a line of the results beside what the organization says now.
//!
//! Pure. Asking, and writing the answer down, is for others; nothing is sent or changed.

use jiff::Timestamp;

use crate::model::email::bare_address;
use crate::model::status::Status;
use crate::plan::directory::{Directory, Lapse, Presence};
use crate::results::Line;

/// What became of a row's person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CurrentStatus {
    /// In the organization.
    Accepted,
    /// Invited, and has not answered yet.
    Pending,
    /// Did not answer in time.
    Expired,
    /// Declined.
    Declined,
    /// Was invited or a member, and is neither any more: cancelled, removed, or declined without Atlas saying so.
    Gone,
    /// Was not invited, and is not there.
    NotInvited,
}

impl CurrentStatus {
    /// Every one, in the order that summaries list them.
    pub const ALL: [CurrentStatus; 6] = [
        CurrentStatus::Accepted,
        CurrentStatus::Pending,
        CurrentStatus::Expired,
        CurrentStatus::Declined,
        CurrentStatus::Gone,
        CurrentStatus::NotInvited,
    ];

    /// As the column `current_status` spells it.
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

    /// What became of the line's person by `now`, the server's time.
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
            // A file of `revoke`: who had accepted is there no more, and nobody else was to be.
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
    fn what_the_organization_says_comes_first_and_then_what_the_line_does() {
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
            directory.add_person(Person { id, email, membership, invited_at: None, expires_at: None, grants });
        }
        let day = jiff::SignedDuration::from_hours(24);
        for (email, status, expires_at, expected) in [
            ("Member@Example.com", Status::Invited, None, "accepted"),
            ("Member <member@example.com>", Status::AlreadyMember, None, "accepted"),
            ("pending@example.com", Status::Failed, None, "pending"),
            ("expired@example.com", Status::Invited, Some(now + day), "expired"),
            ("declined@example.com", Status::Invited, Some(now - day), "declined"),
            ("nobody@example.com", Status::Invited, Some(now), "expired"),
            ("nobody@example.com", Status::Invited, Some(now + day), "gone"),
            ("nobody@example.com", Status::Invited, None, "gone"),
            ("nobody@example.com", Status::AlreadyMember, None, "gone"),
            ("nobody@example.com", Status::Unknown, None, "not_invited"),
            ("", Status::Invalid, None, "not_invited"),
        ] {
            let outcome = Outcome { expires_at, ..Outcome::new(status, now) };
            let line =
                Line { row: Some(2), email: email.to_owned(), org_id: String::new(), outcome, cells: Vec::new() };
            assert_eq!(CurrentStatus::of(&line, &directory, now).as_str(), expected, "{email} {status:?}");
        }
    }
}
