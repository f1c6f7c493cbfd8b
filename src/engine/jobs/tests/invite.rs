use super::*;
use crate::engine::jobs::InviteJob;
use crate::engine::jobs::invite::decide;
use crate::model::invitation::{Invitation, ObjectId, OrgRole, OrgRoles};

fn invitation() -> Invitation {
    Invitation {
        organization: ObjectId::ZERO,
        email: EMAIL.to_owned(),
        roles: OrgRoles::from_iter([OrgRole::Member]),
        teams: Vec::new(),
        projects: Vec::new(),
    }
}

fn decided(earlier: Option<Line>, directory: &Directory, conditions: &Conditions) -> String {
    shown(&decide(invitation(), earlier, directory, conditions))
}

#[test]
fn a_person_is_sent_unless_present_or_withheld() {
    let owner = Grants { roles: OrgRoles::from_iter([OrgRole::Owner]), ..Grants::default() };
    for (directory, conditions, expected) in [
        (Directory::new(), conditions(), "send"),
        (with_member(Grants::default()), conditions(), "settle already_member"),
        (with_member(owner), conditions(), "settle already_member DIFFERS"),
        (with_invite(THEIRS), conditions(), "settle already_invited"),
        // Present people are reported as such even if nothing may be sent.
        (with_invite(THEIRS), withheld(RowReason::DryRun), "settle already_invited"),
        (Directory::new(), withheld(RowReason::DryRun), "settle not_sent DRY_RUN"),
        (Directory::new(), withheld(RowReason::BeyondLimit), "settle not_sent BEYOND_LIMIT"),
        (Directory::new(), withheld(RowReason::OrganizationBlocked), "settle not_sent ORGANIZATION_BLOCKED"),
        (Directory::new(), withheld(RowReason::Interrupted), "settle not_sent INTERRUPTED"),
    ] {
        assert_eq!(decided(None, &directory, &conditions), expected, "{directory:?} {conditions:?}");
    }
}

#[test]
fn an_earlier_line_stands_is_resolved_or_starts_over() {
    for status in Status::ALL {
        let expected = match status {
            Status::Invited | Status::Revoked | Status::Gone | Status::AlreadyInvited | Status::AlreadyMember => {
                format!("keep {} PERSON_GONE departed", status.as_str())
            }
            Status::Unknown | Status::Sending => "resolve, then send".to_owned(),
            Status::Accepted
            | Status::NotOurs
            | Status::Duplicate
            | Status::Invalid
            | Status::Failed
            | Status::NotSent => "send".to_owned(),
        };
        assert_eq!(decided(Some(line(status, OURS, None)), &Directory::new(), &conditions()), expected);
    }
}

#[test]
fn a_kept_line_shows_the_current_state_of_its_person() {
    let kept = |expires_at, directory: &Directory| {
        decided(Some(line(Status::Invited, OURS, expires_at)), directory, &conditions())
    };
    let owner = Grants { roles: OrgRoles::from_iter([OrgRole::Owner]), ..Grants::default() };
    assert_eq!(kept(None, &with_invite(OURS)), "keep invited");
    assert_eq!(kept(None, &with_member(owner)), "keep invited DIFFERS");
    assert_eq!(kept(Some(hours(-1)), &Directory::new()), "keep invited INVITE_EXPIRED departed");
    assert_eq!(kept(Some(hours(1)), &Directory::new()), "keep invited PERSON_GONE departed");
    assert_eq!(kept(Some(hours(-1)), &Directory::offline()), "keep invited", "the person's state is unknown");
}

#[test]
fn a_fresh_start_keeps_lines_that_may_be_about_a_pending_invite() {
    let fresh = || Conditions { fresh: true, ..conditions() };
    let withheld = || Conditions { fresh: true, ..withheld(RowReason::BeyondLimit) };
    let line = |status| Some(line(status, OURS, None));
    for (earlier, directory, conditions, expected) in [
        (line(Status::Invited), with_invite(OURS), fresh(), "keep invited"),
        (line(Status::Invited), with_invite(THEIRS), fresh(), "settle already_invited"),
        (line(Status::Invited), with_member(Grants::default()), fresh(), "keep invited"),
        (line(Status::Invited), Directory::new(), fresh(), "send"),
        (line(Status::Invited), Directory::new(), withheld(), "keep invited PERSON_GONE departed"),
        (line(Status::Invited), Directory::offline(), fresh(), "keep invited"),
        (line(Status::AlreadyInvited), Directory::new(), fresh(), "send"),
        (line(Status::AlreadyMember), with_invite(THEIRS), fresh(), "settle already_invited"),
        (line(Status::AlreadyMember), Directory::offline(), fresh(), "keep already_member"),
        (line(Status::Failed), Directory::new(), fresh(), "send"),
        (line(Status::Unknown), Directory::new(), fresh(), "resolve, then send"),
        (line(Status::Sending), with_invite(OURS), fresh(), "resolve, then send"),
    ] {
        assert_eq!(decided(earlier, &directory, &conditions), expected, "{directory:?}");
    }
    let lost_id = super::line(Status::Invited, "6,1E+23", None);
    assert_eq!(decided(Some(lost_id), &with_invite(THEIRS), &fresh()), "keep invited", "it may be ours");
    let long_ago = super::line(Status::Invited, OURS, None);
    let mut just_now = long_ago.clone();
    just_now.outcome.finished_at = now();
    assert_eq!(decided(Some(just_now), &Directory::new(), &fresh()), "resolve, then send");
}

#[test]
fn an_expired_invite_is_sent_again_only_if_asked_for() {
    let again = Conditions { reinvite_expired: true, ..conditions() };
    let expired = || Some(line(Status::Invited, OURS, Some(hours(-1))));
    let pending = || Some(line(Status::Invited, OURS, Some(hours(1))));
    for (earlier, directory, conditions, expected) in [
        (expired(), Directory::new(), again, "send"),
        (expired(), with_invite(THEIRS), again, "keep invited"),
        (expired(), Directory::offline(), again, "keep invited"),
        (pending(), Directory::new(), again, "keep invited PERSON_GONE departed"),
        (
            expired(),
            Directory::new(),
            Conditions { withheld: Some(RowReason::BeyondLimit), ..again },
            "keep invited INVITE_EXPIRED departed",
        ),
    ] {
        assert_eq!(decided(earlier, &directory, &conditions), expected, "{directory:?}");
    }
}

#[test]
fn an_unresolved_request_is_looked_up_beyond_the_limit() {
    for status in [Status::Unknown, Status::Sending] {
        let open = || Some(line(status, "", None));
        let decided = |conditions: Conditions| super::invite::decided(open(), &Directory::new(), &conditions);
        assert_eq!(decided(withheld(RowReason::BeyondLimit)), "resolve, then BEYOND_LIMIT");
        assert_eq!(decided(withheld(RowReason::DryRun)), "settle unknown NOT_LOOKED_UP");
        assert_eq!(decided(withheld(RowReason::OrganizationBlocked)), "settle unknown NOT_LOOKED_UP");
    }
}

#[test]
fn a_person_no_longer_listed_stays_recorded() {
    let job = InviteJob::new(sheet(), classifier(), Vec::new());
    let decided = |status, conditions: &Conditions| {
        use crate::engine::jobs::Job;
        job.decide_unlisted(&line(status, OURS, None), conditions).as_ref().map(shown)
    };
    assert_eq!(decided(Status::Invited, &conditions()).as_deref(), Some("keep invited"));
    assert_eq!(decided(Status::Failed, &conditions()), None);
    assert_eq!(decided(Status::Unknown, &conditions()).as_deref(), Some("resolve, then NO_LONGER_LISTED"));
    let dry_run = withheld(RowReason::DryRun);
    assert_eq!(decided(Status::Unknown, &dry_run).as_deref(), Some("settle unknown NOT_LOOKED_UP"));
}

fn sheet() -> crate::spreadsheet::Sheet {
    let options = crate::spreadsheet::SheetOptions::default();
    crate::spreadsheet::Sheet::from_bytes(&b"email,roles\n"[..], &options).unwrap()
}

fn classifier() -> crate::plan::classify::Classifier<'static> {
    use crate::model::person::PersonKeys;
    use crate::plan::{PlanOptions, Planner};
    let options = PlanOptions { default_roles: OrgRoles::default(), organization: Some(ObjectId::ZERO) };
    let planner = Planner::new(options, sheet().header(), Vec::new());
    crate::plan::classify::Classifier::new(planner, PersonKeys::default(), 0)
}
