use super::*;
use crate::engine::jobs::revoke::decide;

fn decided(line: Line, earlier: Option<Line>, directory: &Directory, conditions: &Conditions) -> String {
    shown(&decide(line, earlier, directory, conditions).1)
}

/// Returns the line that an earlier revoke wrote about the invite.
fn left(status: Status, invite: &str, attempts: u32) -> Option<Line> {
    let line = line(status, invite, None);
    let outcome = Outcome { attempts, finished_at: hours(0), ..line.outcome };
    Some(Line { outcome, ..line })
}

#[test]
fn a_line_is_cancelled_only_if_its_own_invite_is_pending() {
    let invited = || line(Status::Invited, OURS, None);
    let unknown = || line(Status::Unknown, "", None);
    for (line, directory, expected) in [
        (invited(), with_invite(OURS), "cancel"),
        (invited(), with_invite(THEIRS), "settle gone OTHER_INVITE_PENDING"),
        (invited(), Directory::new(), "settle gone INVITE_GONE"),
        (invited(), with_member(Grants::default()), "settle accepted ALREADY_ACCEPTED"),
        (invited(), Directory::offline(), "find, then cancel"),
        (unknown(), Directory::new(), "find, then cancel"),
        (line(Status::AlreadyInvited, THEIRS, None), with_invite(THEIRS), "settle not_ours NOT_CREATED_BY_JOB"),
    ] {
        assert_eq!(decided(line, None, &directory, &conditions()), expected, "{directory:?}");
    }
}

#[test]
fn an_earlier_revoke_stands_unless_the_invite_is_pending() {
    let invited = || line(Status::Invited, OURS, None);
    for (earlier, directory, expected) in [
        (left(Status::Revoked, OURS, 1), Directory::new(), "keep revoked"),
        (left(Status::Revoked, OURS, 1), with_invite(OURS), "cancel"),
        // The server's lists may have lagged.
        (left(Status::Gone, OURS, 0), Directory::new(), "settle gone INVITE_GONE"),
        // A cancellation was sent, so an invite that is gone counts as cancelled.
        (left(Status::Sending, OURS, 1), Directory::new(), "settle revoked"),
        (left(Status::Unknown, OURS, 1), with_invite(OURS), "cancel, tried before"),
        (left(Status::Failed, OURS, 1), with_invite(OURS), "cancel"),
        // A line about another invite does not count.
        (left(Status::Revoked, THEIRS, 1), Directory::new(), "settle gone INVITE_GONE"),
    ] {
        assert_eq!(decided(invited(), earlier, &directory, &conditions()), expected, "{directory:?}");
    }
}

#[test]
fn a_fresh_revoke_decides_again_by_the_ids_that_were_found() {
    let fresh = Conditions { fresh: true, ..conditions() };
    let unknown = || line(Status::Unknown, "", None);
    for (earlier, directory, expected) in [
        (left(Status::Revoked, OURS, 1), Directory::new(), "keep revoked"),
        (left(Status::Revoked, OURS, 1), with_invite(OURS), "cancel"),
        (left(Status::Gone, OURS, 0), with_invite(OURS), "cancel"),
        (left(Status::Gone, "", 0), Directory::new(), "find, then cancel"),
        (left(Status::Failed, OURS, 1), with_invite(OURS), "cancel"),
        (left(Status::Failed, OURS, 1), with_invite(THEIRS), "settle gone OTHER_INVITE_PENDING"),
        (left(Status::Unknown, OURS, 1), with_invite(OURS), "cancel, tried before"),
    ] {
        assert_eq!(decided(unknown(), earlier, &directory, &fresh), expected, "{directory:?}");
    }
}

#[test]
fn a_withheld_cancellation_is_recorded() {
    let dry_run = withheld(RowReason::DryRun);
    let invited = || line(Status::Invited, OURS, None);
    assert_eq!(decided(invited(), None, &with_invite(OURS), &dry_run), "settle not_sent DRY_RUN");
    let tried = left(Status::Sending, OURS, 1);
    assert_eq!(decided(invited(), tried, &with_invite(OURS), &dry_run), "settle unknown NOT_LOOKED_UP");
    assert_eq!(decided(invited(), None, &Directory::new(), &dry_run), "settle gone INVITE_GONE");
}

#[test]
fn an_invite_found_by_an_earlier_revoke_keeps_its_id() {
    let found = left(Status::Failed, OURS, 1);
    let (line, decision) = decide(line(Status::Unknown, "", None), found, &with_invite(OURS), &conditions());
    assert_eq!((shown(&decision).as_str(), line.outcome.invite_id.as_deref()), ("cancel", Some(OURS)));
}
