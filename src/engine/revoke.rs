//! What taking back a run's invitations asks of each line of its results: which invite to cancel, if any.
//!
//! Pure, and shared by the job itself and by the question that is asked before it. Only what this job created is touched:
//! an invite counts by its id, and never by the address alone.

use jiff::Timestamp;

use crate::engine::clock::signed;
use crate::model::email::bare_address;
use crate::model::invitation::ObjectId;
use crate::model::outcome::Outcome;
use crate::model::reason::RowReason;
use crate::model::status::Status;
use crate::plan::directory::{Directory, NamedInvite, Presence};
use crate::results::Line;

/// What is to be done about a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Cancel this invite.
    Cancel(ObjectId),
    /// Ask first what became of the invitation.
    FindOut,
    /// Nothing; the status of the row, and the reason unless the status says it all.
    Nothing(Status, Option<RowReason>),
}

/// What is to be done about a line of the results of a run, `tried` where an earlier attempt to cancel its invite may have
/// come through.
pub fn revoke_step(line: &Line, directory: &Directory, tried: bool) -> Step {
    let email = bare_address(&line.email);
    let nothing = |status, reason| Step::Nothing(status, Some(reason));
    match line.outcome.status {
        // Whether the person is present was never read.
        Status::Invited if directory.is_offline() => return Step::FindOut,
        Status::Invited => {}
        Status::Unknown | Status::Sending => return Step::FindOut,
        Status::Revoked
        | Status::Accepted
        | Status::Gone
        | Status::NotOurs
        | Status::AlreadyInvited
        | Status::AlreadyMember
        | Status::Duplicate
        | Status::Invalid
        | Status::Failed
        | Status::NotSent => return nothing(Status::NotOurs, RowReason::NotCreatedByJob),
    }
    let named = match directory.presence(email) {
        Some(Presence::Member { .. }) => return nothing(Status::Accepted, RowReason::AlreadyAccepted),
        Some(Presence::Invited { .. }) => {
            // An id that was lost, or that a spreadsheet program turned into a number, names nothing.
            let named = line.outcome.invite_id.as_deref().filter(|id| id.parse::<ObjectId>().is_ok());
            named.map_or(NamedInvite::Unclear, |named| directory.named_invite(email, named, line.outcome.expires_at))
        }
        None if tried => return Step::Nothing(Status::Revoked, None),
        None => return nothing(Status::Gone, RowReason::InviteGone),
    };
    match named {
        NamedInvite::Pending(id) => match id.parse() {
            Ok(invite) => Step::Cancel(invite),
            Err(_) => nothing(Status::Failed, RowReason::InvalidInviteId),
        },
        NamedInvite::Other => nothing(Status::Gone, RowReason::OtherInvitePending),
        NamedInvite::Unlisted => nothing(Status::Failed, RowReason::InviteNotListed),
        NamedInvite::Unclear => nothing(Status::Failed, RowReason::InviteAmbiguous),
    }
}

/// What a revoke is about to do, as far as that is known before it sends anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RevokePreview {
    /// Invites to cancel.
    pub cancel: u64,
    /// Rows of which it has to be found out first whether there is an invite.
    pub find_out: u64,
    /// People who have accepted, and stay.
    pub accepted: u64,
}

impl RevokePreview {
    /// Counts what is to be done about one line.
    pub fn add(&mut self, step: &Step) {
        match step {
            Step::Cancel(_) => self.cancel += 1,
            Step::FindOut => self.find_out += 1,
            Step::Nothing(status, _) => self.accepted += u64::from(*status == Status::Accepted),
        }
    }
}

/// Whether the line of an earlier revocation is about the invite that this line names, and not about one before it; where
/// none is named, about the requests of which the run never learned what came.
pub(crate) fn is_about(earlier: &Line, line: &Line) -> bool {
    match &line.outcome.invite_id {
        // A person invited anew may keep the id by which the users' endpoint names them.
        Some(id) => {
            earlier.outcome.invite_id.as_ref() == Some(id) && earlier.outcome.expires_at == line.outcome.expires_at
        }
        // A run that could not ask either writes its line anew, and has sent nothing since.
        None => earlier.outcome.finished_at >= first_sent(&line.outcome),
    }
}

/// When the first request of those was sent that the line leaves open.
pub(crate) fn first_sent(open: &Outcome) -> Timestamp {
    open.finished_at.checked_sub(signed(open.elapsed)).unwrap_or(open.finished_at)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::atlas::api::{Grants, Invite, Membership, Person};

    const OURS: &str = "00000000000000000000000a";
    const THEIRS: &str = "00000000000000000000000b";
    const USER: &str = "00000000000000000000000c";

    fn time(day: i8) -> Timestamp {
        format!("2026-12-{day:02}T10:00:00Z").parse().unwrap()
    }

    fn directory() -> Directory {
        let mut directory = Directory::new();
        let mut person = |name: &str, membership| {
            let (id, email, expires_at) = (USER.to_owned(), format!("{name}@example.com"), Some(time(1)));
            directory.add_person(Person {
                id,
                email,
                membership,
                invited_at: None,
                expires_at,
                grants: Grants::default(),
            });
        };
        person("member", Membership::Active);
        ["ours", "theirs", "twice", "odd", "unlisted", "other day"]
            .into_iter()
            .for_each(|name| person(name, Membership::Pending));
        for (name, id, day) in [
            ("ours", OURS, 1),
            ("theirs", THEIRS, 1),
            ("member", OURS, 1),
            ("twice", THEIRS, 1),
            ("twice", OURS, 1),
            ("other day", THEIRS, 3),
            ("odd", "../users/00000000000000000000000c", 1),
        ] {
            let (id, email, expires_at) = (id.to_owned(), format!("{name}@example.com"), Some(time(day)));
            directory.add_invite(Invite { id, email, created_at: None, expires_at, grants: Grants::default() });
        }
        directory
    }

    fn line(email: &str, status: Status, invite: &str, expires_at: Option<Timestamp>) -> Line {
        let invite_id = Some(invite.to_owned()).filter(|id| !id.is_empty());
        let outcome = Outcome { invite_id, expires_at, ..Outcome::new(status, time(2)) };
        Line { row: Some(2), email: email.to_owned(), org_id: String::new(), outcome, cells: Vec::new() }
    }

    #[test]
    fn only_an_invite_that_the_job_created_and_that_is_pending_is_cancelled() {
        let (directory, ours) = (directory(), OURS.parse().unwrap());
        let nothing = |status, reason| Step::Nothing(status, Some(reason));
        let another = || nothing(Status::Gone, RowReason::OtherInvitePending);
        let unclear = || nothing(Status::Failed, RowReason::InviteAmbiguous);
        let unlisted = || nothing(Status::Failed, RowReason::InviteNotListed);
        for (name, status, invite, expires, tried, expected) in [
            ("ours", Status::Invited, OURS, Some(time(1)), false, Step::Cancel(ours)),
            ("ours", Status::Invited, OURS, None, true, Step::Cancel(ours)),
            ("OURS", Status::Invited, OURS, None, false, Step::Cancel(ours)),
            // By the users' endpoint, where the person is named.
            ("ours", Status::Invited, USER, Some(time(1)), false, Step::Cancel(ours)),
            ("ours", Status::Invited, USER, Some(time(2)), false, another()),
            ("ours", Status::Invited, USER, None, false, unclear()),
            ("twice", Status::Invited, USER, Some(time(1)), false, unclear()),
            ("twice", Status::Invited, OURS, None, false, Step::Cancel(ours)),
            ("theirs", Status::Invited, OURS, None, true, another()),
            ("theirs", Status::Invited, "", None, false, unclear()),
            ("theirs", Status::Invited, "6E+23", None, false, unclear()),
            ("unlisted", Status::Invited, USER, Some(time(1)), false, unlisted()),
            ("other day", Status::Invited, USER, Some(time(1)), false, unclear()),
            ("member", Status::Invited, OURS, None, false, nothing(Status::Accepted, RowReason::AlreadyAccepted)),
            ("member", Status::Invited, "", None, true, nothing(Status::Accepted, RowReason::AlreadyAccepted)),
            ("nobody", Status::Invited, OURS, None, false, nothing(Status::Gone, RowReason::InviteGone)),
            ("nobody", Status::Invited, OURS, None, true, Step::Nothing(Status::Revoked, None)),
            ("nobody", Status::Unknown, "", None, false, Step::FindOut),
            ("member", Status::Sending, "", None, false, Step::FindOut),
        ] {
            let line = line(&format!("{name}@example.com"), status, invite, expires);
            assert_eq!(revoke_step(&line, &directory, tried), expected, "{name} {status:?} {invite} {tried}");
        }
        let invited = line("ours@example.com", Status::Invited, OURS, None);
        assert_eq!(revoke_step(&invited, &Directory::offline(), false), Step::FindOut);
        let odd = line("odd@example.com", Status::Invited, USER, Some(time(1)));
        assert!(matches!(revoke_step(&odd, &directory, false), Step::Nothing(Status::Failed, Some(_))));
    }

    #[test]
    fn what_the_job_did_not_create_is_left_alone_whatever_is_pending() {
        for status in Status::ALL {
            let found = revoke_step(&line("ours@example.com", status, OURS, None), &directory(), true);
            match status {
                Status::Invited | Status::Unknown | Status::Sending => {
                    assert!(!matches!(found, Step::Nothing(..)), "{status:?}");
                }
                Status::Revoked
                | Status::Accepted
                | Status::Gone
                | Status::NotOurs
                | Status::AlreadyInvited
                | Status::AlreadyMember
                | Status::Duplicate
                | Status::Invalid
                | Status::Failed
                | Status::NotSent => {
                    assert_eq!(found, Step::Nothing(Status::NotOurs, Some(RowReason::NotCreatedByJob)));
                }
            }
        }
    }

    #[test]
    fn an_earlier_revocation_stands_for_the_invite_that_it_was_about_and_for_no_later_one() {
        let earlier = |invite| line("ours@example.com", Status::Revoked, invite, None);
        let invited = |invite| line("ours@example.com", Status::Invited, invite, None);
        assert!(is_about(&earlier(OURS), &invited(OURS)));
        assert!(!is_about(&earlier(OURS), &invited(THEIRS)));
        let anew = line("ours@example.com", Status::Invited, OURS, Some(time(3)));
        assert!(!is_about(&earlier(OURS), &anew), "by the users' endpoint the id is the person's");
        let unknown = |day| {
            let mut unknown = line("ours@example.com", Status::Unknown, "", None);
            unknown.outcome.finished_at = time(day);
            unknown
        };
        assert!(is_about(&earlier(OURS), &unknown(1)));
        assert!(!is_about(&earlier(OURS), &unknown(3)));
        // The run was repeated and could not ask.
        let mut again = unknown(3);
        again.outcome.elapsed = Duration::from_secs(2 * 86_400);
        assert!(is_about(&earlier(OURS), &again));
    }
}
