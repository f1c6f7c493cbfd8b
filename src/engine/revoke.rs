//! Decides for each line of a run's results which invite to cancel, if any.
//!
//! The decision is pure. The revoke job uses it, and so does the preview that is shown before the job. Only invites
//! that this job created are cancelled: an invite is recognised by its id, never by the address alone.

use jiff::Timestamp;

use crate::engine::clock::signed;
use crate::model::email::bare_address;
use crate::model::invitation::ObjectId;
use crate::model::outcome::Outcome;
use crate::model::reason::RowReason;
use crate::model::status::Status;
use crate::plan::directory::{Directory, NamedInvite, Presence};
use crate::results::Line;

/// The next step for a line of a run's results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Cancel these invites of the person, at least one.
    Cancel(Vec<ObjectId>),
    /// Look up first whether the invitation exists.
    LookUp,
    /// Do nothing. The status of the row, and the reason unless the status is clear by itself.
    Nothing(Status, Option<RowReason>),
}

/// Returns the next step for a line of a run's results. `tried` is set if an earlier attempt to cancel its invite may
/// have succeeded.
pub fn revoke_step(line: &Line, directory: &Directory, tried: bool) -> Step {
    let email = bare_address(&line.email);
    let nothing = |status, reason| Step::Nothing(status, Some(reason));
    match line.outcome.status {
        // The organization's people were never read.
        Status::Invited if directory.is_offline() => return Step::LookUp,
        Status::Invited => {}
        Status::Unknown | Status::Sending => return Step::LookUp,
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
    match directory.presence(email) {
        Some(Presence::Member { .. }) => return nothing(Status::Accepted, RowReason::AlreadyAccepted),
        Some(Presence::Invited { .. }) => {}
        None if tried => return Step::Nothing(Status::Revoked, None),
        None => return nothing(Status::Gone, RowReason::InviteGone),
    }
    let named = named_invites(&line.outcome, email, directory);
    let pending = named.iter().filter_map(|named| match named {
        NamedInvite::Pending(id) => Some(id.parse()),
        NamedInvite::Other | NamedInvite::Unlisted | NamedInvite::Unclear => None,
    });
    match (pending.collect::<Result<Vec<ObjectId>, _>>(), named.first()) {
        (Err(_), _) => nothing(Status::Failed, RowReason::InvalidInviteId),
        (Ok(pending), _) if !pending.is_empty() => Step::Cancel(pending),
        (Ok(_), Some(NamedInvite::Other)) => nothing(Status::Gone, RowReason::OtherInvitePending),
        (Ok(_), Some(NamedInvite::Unlisted)) => nothing(Status::Failed, RowReason::InviteNotListed),
        (Ok(_), Some(NamedInvite::Unclear | NamedInvite::Pending(_)) | None) => {
            nothing(Status::Failed, RowReason::InviteAmbiguous)
        }
    }
}

/// Returns the invites that an outcome names, one for each of its ids. It is empty if a spreadsheet program has lost the
/// id or turned it into a number.
pub(crate) fn named_invites<'d>(outcome: &Outcome, email: &str, directory: &'d Directory) -> Vec<NamedInvite<'d>> {
    let ids = outcome.invite_ids().filter(|id| id.parse::<ObjectId>().is_ok());
    ids.map(|id| directory.named_invite(email, id, outcome.expires_at)).collect()
}

/// A preview of a revoke: the counts that are known before anything is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RevokePreview {
    /// Invites to cancel.
    pub cancel: u64,
    /// Rows whose invite must be looked up first.
    pub look_up: u64,
    /// People who have accepted. They stay members.
    pub accepted: u64,
}

impl RevokePreview {
    /// Counts the step for one line.
    pub fn add(&mut self, step: &Step) {
        match step {
            Step::Cancel(invites) => self.cancel += invites.len() as u64,
            Step::LookUp => self.look_up += 1,
            Step::Nothing(status, _) => self.accepted += u64::from(*status == Status::Accepted),
        }
    }
}

/// Returns whether the line of an earlier revoke is about the invite that `line` names, and not about one before it. If
/// `line` names no invite, returns whether it is about the same requests, whose outcome the run never learned.
pub(crate) fn is_about(earlier: &Line, line: &Line) -> bool {
    match &line.outcome.invite_id {
        // A person who is invited again may keep the id that the users endpoint gives them.
        Some(id) => {
            earlier.outcome.invite_id.as_ref() == Some(id) && earlier.outcome.expires_at == line.outcome.expires_at
        }
        // A run that could not look the person up rewrites its line without having sent anything since.
        None => earlier.outcome.finished_at >= first_sent(&line.outcome),
    }
}

/// Returns the time of the first request whose outcome the line leaves unknown.
pub(crate) fn first_sent(unresolved: &Outcome) -> Timestamp {
    unresolved.finished_at.checked_sub(signed(unresolved.elapsed)).unwrap_or(unresolved.finished_at)
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
                invited_by: None,
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
            directory.add_invite(Invite {
                id,
                email,
                created_at: None,
                expires_at,
                invited_by: None,
                grants: Grants::default(),
            });
        }
        directory
    }

    fn line(email: &str, status: Status, invite: &str, expires_at: Option<Timestamp>) -> Line {
        let invite_id = Some(invite.to_owned()).filter(|id| !id.is_empty());
        let outcome = Outcome { invite_id, expires_at, ..Outcome::new(status, time(2)) };
        Line { row: Some(2), email: email.to_owned(), org_id: String::new(), outcome, cells: Vec::new() }
    }

    #[test]
    fn only_a_pending_invite_of_this_job_is_cancelled() {
        let (directory, ours, theirs) = (directory(), OURS.parse().unwrap(), THEIRS.parse().unwrap());
        let cancel = || Step::Cancel(vec![ours]);
        let both = format!("{OURS};{THEIRS}");
        let nothing = |status, reason| Step::Nothing(status, Some(reason));
        let another = || nothing(Status::Gone, RowReason::OtherInvitePending);
        let unclear = || nothing(Status::Failed, RowReason::InviteAmbiguous);
        let unlisted = || nothing(Status::Failed, RowReason::InviteNotListed);
        for (name, status, invite, expires, tried, expected) in [
            ("ours", Status::Invited, OURS, Some(time(1)), false, cancel()),
            ("ours", Status::Invited, OURS, None, true, cancel()),
            ("OURS", Status::Invited, OURS, None, false, cancel()),
            // The users endpoint names the person by id instead of the invite.
            ("ours", Status::Invited, USER, Some(time(1)), false, cancel()),
            ("ours", Status::Invited, USER, Some(time(2)), false, another()),
            ("ours", Status::Invited, USER, None, false, unclear()),
            ("twice", Status::Invited, USER, Some(time(1)), false, unclear()),
            ("twice", Status::Invited, OURS, None, false, cancel()),
            ("twice", Status::Invited, &both, None, false, Step::Cancel(vec![ours, theirs])),
            ("ours", Status::Invited, &both, None, false, cancel()),
            ("theirs", Status::Invited, OURS, None, true, another()),
            ("theirs", Status::Invited, "", None, false, unclear()),
            ("theirs", Status::Invited, "6E+23", None, false, unclear()),
            ("unlisted", Status::Invited, USER, Some(time(1)), false, unlisted()),
            ("other day", Status::Invited, USER, Some(time(1)), false, unclear()),
            ("member", Status::Invited, OURS, None, false, nothing(Status::Accepted, RowReason::AlreadyAccepted)),
            ("member", Status::Invited, "", None, true, nothing(Status::Accepted, RowReason::AlreadyAccepted)),
            ("absent", Status::Invited, OURS, None, false, nothing(Status::Gone, RowReason::InviteGone)),
            ("absent", Status::Invited, OURS, None, true, Step::Nothing(Status::Revoked, None)),
            ("absent", Status::Unknown, "", None, false, Step::LookUp),
            ("member", Status::Sending, "", None, false, Step::LookUp),
        ] {
            let line = line(&format!("{name}@example.com"), status, invite, expires);
            assert_eq!(revoke_step(&line, &directory, tried), expected, "{name} {status:?} {invite} {tried}");
        }
        let invited = line("ours@example.com", Status::Invited, OURS, None);
        assert_eq!(revoke_step(&invited, &Directory::offline(), false), Step::LookUp);
        let odd = line("odd@example.com", Status::Invited, USER, Some(time(1)));
        assert!(matches!(revoke_step(&odd, &directory, false), Step::Nothing(Status::Failed, Some(_))));
    }

    #[test]
    fn a_line_that_created_no_invite_is_left_alone() {
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
    fn an_earlier_revoke_stands_only_for_its_own_invite() {
        let earlier = |invite| line("ours@example.com", Status::Revoked, invite, None);
        let invited = |invite| line("ours@example.com", Status::Invited, invite, None);
        assert!(is_about(&earlier(OURS), &invited(OURS)));
        assert!(!is_about(&earlier(OURS), &invited(THEIRS)));
        let again = line("ours@example.com", Status::Invited, OURS, Some(time(3)));
        assert!(!is_about(&earlier(OURS), &again), "with the users endpoint the id is that of the person");
        let unknown = |day| {
            let mut unknown = line("ours@example.com", Status::Unknown, "", None);
            unknown.outcome.finished_at = time(day);
            unknown
        };
        assert!(is_about(&earlier(OURS), &unknown(1)));
        assert!(!is_about(&earlier(OURS), &unknown(3)));
        // The run was repeated and could not look the person up.
        let mut again = unknown(3);
        again.outcome.elapsed = Duration::from_secs(2 * 86_400);
        assert!(is_about(&earlier(OURS), &again));
    }
}
