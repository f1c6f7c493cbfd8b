//! Tables of results and of what Atlas lists, with the findings.
//!
//! The job ran from 10:00:00 to 10:01:00 on 2026-12-01, and the audit is on 2026-12-03.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::model::reason::AuditCode::{self, *};
use crate::model::status::Status;

const OURS: &str = "00000000000000000000000a";
const SECOND: &str = "00000000000000000000000b";
const USER: &str = "00000000000000000000000c";
const ADMIN: &str = "owner@example.com";
const KEY: &str = "abcdefgh";

/// Returns the time this number of seconds after the job began.
fn at(seconds: i64) -> Timestamp {
    let start: Timestamp = "2026-12-01T10:00:00Z".parse().unwrap();
    start + SignedDuration::from_secs(seconds)
}

fn expiry(created: Timestamp) -> Timestamp {
    created + SignedDuration::from_hours(30 * 24)
}

/// Returns a line of the job whose request was sent after 10 s and answered after 11 s.
fn record(name: &str, status: Status, id: &str) -> Record {
    let is_created = status == Status::Invited;
    Record {
        row: Some(2),
        email: format!("{name}@example.com"),
        status,
        invite_id: Some(id.to_owned()).filter(|id| !id.is_empty()),
        expires_at: is_created.then(|| expiry(at(10))),
        http_status: is_created.then_some(200),
        attempts: 1,
        elapsed: Duration::from_secs(1),
        finished_at: at(11),
    }
}

fn invited(name: &str, id: &str) -> Record {
    record(name, Status::Invited, id)
}

/// Returns an `invited` line whose invite was found by a look-up.
fn looked_up(name: &str, id: &str) -> Record {
    Record { http_status: Some(503), ..invited(name, id) }
}

fn listed(kind: ListedAs, name: &str, id: &str, by: &str, created: i64) -> Listed {
    Listed {
        kind,
        id: id.to_owned(),
        email: format!("{name}@example.com"),
        created_at: Some(at(created)),
        expires_at: Some(expiry(at(created))),
        invited_by: Some(by.to_owned()).filter(|by| !by.is_empty()),
    }
}

fn invite(name: &str, id: &str, by: &str, created: i64) -> Listed {
    listed(ListedAs::Invite, name, id, by, created)
}

fn author(name: Option<&str>) -> Author {
    match name {
        Some(KEY) => Author::Own,
        Some(ADMIN) => Author::Other,
        Some(_) | None => Author::Unknown,
    }
}

/// Audits these lines beside a line of the job's first request and one of its last.
fn audited(job: JobKind, mut records: Vec<Record>, listed: &[Listed]) -> Audit {
    for (name, finished_at) in [("first", at(0)), ("last", at(60))] {
        let failed = record(name, Status::Failed, "");
        records.push(Record { finished_at, elapsed: Duration::ZERO, ..failed });
    }
    let now = at(2 * 86_400);
    audit(job, &records, Evidence { listed, now, author, server_time: |time| time })
}

fn codes(audit: &Audit) -> Vec<AuditCode> {
    audit.findings.iter().map(|finding| finding.code).collect()
}

/// Asserts the codes of findings and the number of invites that cannot be verified.
#[track_caller]
fn finds(records: &[Record], listed: &[Listed], expected: &[AuditCode], unverified: u64) {
    let audit = audited(JobKind::Invite, records.to_vec(), listed);
    assert_eq!((codes(&audit).as_slice(), audit.unverified), (expected, unverified), "{records:?}\n{listed:?}");
}

#[test]
fn an_invite_on_record_is_no_finding_in_any_state() {
    let line = || vec![invited("ada", OURS)];
    let user = |kind| listed(kind, "ada", USER, KEY, 10);
    for (entries, current) in [
        (vec![invite("ada", OURS, KEY, 10)], CurrentStatus::Pending),
        (vec![invite("ada", OURS, KEY, 10), user(ListedAs::Pending)], CurrentStatus::Pending),
        (vec![invite("ada", OURS, "", 10)], CurrentStatus::Pending),
        (vec![user(ListedAs::Member)], CurrentStatus::Accepted),
        (vec![invite("ada", OURS, KEY, 10), user(ListedAs::Member)], CurrentStatus::Accepted),
        (vec![user(ListedAs::Expired)], CurrentStatus::Expired),
        (vec![user(ListedAs::Declined)], CurrentStatus::Declined),
        (vec![], CurrentStatus::Gone),
    ] {
        let audit = audited(JobKind::Invite, line(), &entries);
        assert_eq!((audit.findings.as_slice(), audit.unverified, audit.recorded), (&[][..], 0, 1), "{entries:?}");
        assert_eq!(audit.current[current as usize], 1, "{entries:?} {audit:?}");
    }
}

#[test]
fn the_users_endpoint_names_the_person() {
    let person = |created| listed(ListedAs::Pending, "ada", USER, KEY, created);
    let line = || [invited("ada", USER)];
    finds(&line(), &[person(10)], &[], 0);
    finds(&line(), &[invite("ada", OURS, KEY, 10), person(10)], &[], 0);
    // A page that is read twice.
    finds(&line(), &[person(10), person(10)], &[], 0);
    // The same person was invited again.
    finds(&line(), &[person(40)], &[OtherInvite], 0);
    finds(&line(), &[listed(ListedAs::Pending, "ada", USER, ADMIN, 40)], &[], 0);
    finds(&line(), &[invite("ada", OURS, KEY, 10), invite("ada", SECOND, KEY, 10), person(10)], &[TwoInvites], 0);
}

#[test]
fn a_second_invite_is_a_finding() {
    let ours = || invite("ada", OURS, KEY, 10);
    for (second, expected) in [
        (invite("ada", SECOND, KEY, 11), &[TwoInvites][..]),
        // Also if another administrator sent it, or another job.
        (invite("ada", SECOND, ADMIN, 11), &[TwoInvites]),
        (invite("ada", SECOND, KEY, 3600), &[TwoInvites]),
        (invite("bob", SECOND, ADMIN, 11), &[]),
    ] {
        finds(&[invited("ada", OURS)], &[ours(), second.clone()], expected, 0);
    }
}

#[test]
fn an_invite_other_than_the_recorded_one_is_a_finding() {
    let line = || [invited("ada", OURS), invited("proof", USER)];
    let proof = || invite("proof", USER, KEY, 12);
    for (by, created, expected, unverified) in [
        (KEY, 30, &[OtherInvite][..], 0),
        (KEY, 3600, &[], 0),
        (KEY, -3600, &[], 0),
        (ADMIN, 30, &[], 0),
        ("", 30, &[], 1),
        ("", 3600, &[], 0),
    ] {
        finds(&line(), &[proof(), invite("ada", SECOND, by, created)], expected, unverified);
    }
}

#[test]
fn an_invite_of_this_job_is_recorded_as_invited() {
    for (status, code) in [
        (Status::AlreadyInvited, Some(RecordedAsNotInvited)),
        (Status::AlreadyMember, Some(RecordedAsNotInvited)),
        (Status::Failed, Some(RecordedAsNotInvited)),
        (Status::NotSent, Some(RecordedAsNotInvited)),
        (Status::Invalid, Some(RecordedAsNotInvited)),
        (Status::Duplicate, Some(RecordedAsNotInvited)),
        (Status::Unknown, Some(StillUnknown)),
        (Status::Sending, Some(StillUnknown)),
        (Status::Invited, None),
    ] {
        finds(&[record("ada", status, OURS)], &[invite("ada", OURS, KEY, 10)], code.as_slice(), 0);
    }
    // An invite that has ended was an email too.
    for kind in [ListedAs::Expired, ListedAs::Declined] {
        let entries = [listed(kind, "ada", USER, KEY, 10)];
        finds(&[record("ada", Status::Failed, "")], &entries, &[RecordedAsNotInvited], 0);
    }
}

#[test]
fn an_invite_of_another_inviter_or_time_is_not_this_jobs() {
    for (by, created, expected, unverified) in [
        (KEY, -10, &[RecordedAsNotInvited][..], 0),
        (KEY, -11, &[], 0),
        (KEY, 70, &[RecordedAsNotInvited], 0),
        (KEY, 71, &[], 0),
        (ADMIN, 10, &[], 0),
        ("", 10, &[], 1),
        ("mdb_sa_id_1", 10, &[], 1),
        ("", 71, &[], 0),
    ] {
        let entries = [invite("ada", OURS, by, created)];
        finds(&[record("ada", Status::AlreadyInvited, OURS)], &entries, expected, unverified);
    }
}

#[test]
fn an_invite_without_a_row_is_not_on_record() {
    for (entry, expected, unverified) in [
        (invite("eve", OURS, KEY, 10), &[NotOnRecord][..], 0),
        (listed(ListedAs::Pending, "eve", USER, KEY, 10), &[NotOnRecord], 0),
        (listed(ListedAs::Expired, "eve", USER, KEY, 10), &[NotOnRecord], 0),
        (listed(ListedAs::Member, "eve", USER, "", 10), &[], 0),
        (invite("eve", OURS, KEY, 3600), &[], 0),
        (invite("eve", OURS, ADMIN, 10), &[], 0),
        (invite("eve", OURS, "", 10), &[], 1),
        (Listed { created_at: None, ..invite("eve", OURS, KEY, 10) }, &[], 1),
    ] {
        finds(&[], &[entry], expected, unverified);
    }
    let twice = [invite("eve", OURS, KEY, 10), invite("eve", SECOND, KEY, 10)];
    finds(&[], &twice, &[TwoInvites, NotOnRecord], 0);
    let both = [invite("eve", OURS, KEY, 10), listed(ListedAs::Pending, "eve", USER, KEY, 10)];
    finds(&[], &both, &[NotOnRecord], 0);
}

#[test]
fn an_id_on_record_belongs_to_the_person() {
    let line = || [looked_up("ada", OURS)];
    finds(&line(), &[invite("bob", OURS, ADMIN, 10)], &[OtherPersonsId], 0);
    finds(&line(), &[listed(ListedAs::Pending, "bob", OURS, ADMIN, 10)], &[OtherPersonsId], 0);
    // A member can change their address.
    finds(&line(), &[listed(ListedAs::Member, "bob", OURS, "", 10)], &[], 0);
    finds(&line(), &[invite("ada", OURS, ADMIN, 10)], &[OtherInviter], 0);
    finds(&line(), &[invite("ada", OURS, "", 10)], &[], 0);
}

#[test]
fn a_pending_invite_without_an_id_on_record_is_a_finding() {
    for id in ["", "6E+23"] {
        finds(&[invited("ada", id)], &[invite("ada", OURS, KEY, 10)], &[IdMissing], 0);
        finds(&[invited("ada", id)], &[invite("ada", OURS, ADMIN, 10)], &[], 0);
        finds(&[invited("ada", id)], &[listed(ListedAs::Member, "ada", USER, "", 10)], &[], 0);
        finds(&[invited("ada", id)], &[], &[], 0);
    }
}

#[test]
fn a_person_on_record_twice_is_a_finding() {
    let entries = [invite("ada", OURS, KEY, 10)];
    finds(&[invited("ada", OURS), record("ada", Status::Duplicate, "")], &entries, &[], 0);
    let twice = [invited("ada", OURS), record("ada", Status::NotSent, "")];
    finds(&twice, &entries, &[PersonTwice, RecordedAsNotInvited], 0);
}

#[test]
fn an_unresolved_request_names_the_invites_it_may_have_created() {
    for (by, found) in [(KEY, 1), (ADMIN, 0)] {
        let entries = [invite("ada", OURS, by, 10)];
        let audit = audited(JobKind::Invite, vec![record("ada", Status::Unknown, "")], &entries);
        assert_eq!((codes(&audit), audit.findings[0].listed.len()), (vec![StillUnknown], found), "{by}");
    }
    let twice = [invite("ada", OURS, KEY, 10), invite("ada", SECOND, KEY, 12)];
    finds(&[record("ada", Status::Unknown, "")], &twice, &[StillUnknown, TwoInvites], 0);
}

#[test]
fn answered_requests_show_the_name_of_the_jobs_credential() {
    // The job used another credential than the audit, which sent an invite of its own.
    let entries = [
        invite("ada", OURS, "of the job", 10),
        invite("eve", SECOND, "of the job", 20),
        invite("fay", USER, KEY, 20),
        invite("bob", "00000000000000000000000d", ADMIN, 20),
    ];
    finds(
        &[invited("ada", OURS), looked_up("bob", "00000000000000000000000d")],
        &entries,
        &[OtherInviter, NotOnRecord],
        0,
    );
    // Without an answered request, the name is not known.
    finds(&[looked_up("ada", OURS)], &entries[..2], &[], 1);
}

#[test]
fn the_period_is_by_the_clock_that_dates_invites() {
    let job = [invited("ada", OURS)];
    // The clock of the invites is an hour ahead of all others.
    let entries = |created| [invite("ada", OURS, KEY, 3610), invite("eve", SECOND, KEY, created)];
    finds(&job, &entries(3615), &[NotOnRecord], 0);
    finds(&job, &entries(3621), &[], 0);
    let evidence = |listed, ahead| Evidence {
        listed,
        now: at(2 * 86_400),
        author,
        server_time: move |time: Timestamp| time + SignedDuration::from_secs(ahead),
    };
    let entries = [invite("eve", SECOND, KEY, 10)];
    for (ahead, expected) in [(0, 1), (3600, 0)] {
        let audit = audit(JobKind::Invite, &job, evidence(&entries, ahead));
        assert_eq!(audit.findings.len(), expected, "{ahead}");
        assert_eq!(audit.period, Some(Period { from: at(ahead + 10), until: at(ahead + 11) }));
    }
}

#[test]
fn invites_before_a_job_that_sent_nothing_are_counted() {
    let already = || Record { attempts: 0, ..record("ada", Status::AlreadyInvited, OURS) };
    for (by, earlier) in [(KEY, 1), (ADMIN, 0), ("", 0)] {
        let entries = [invite("ada", OURS, by, 5), invite("eve", SECOND, KEY, 5)];
        let evidence = Evidence { listed: &entries, now: at(60), author, server_time: |time| time };
        let audit = audit(JobKind::Invite, &[already()], evidence);
        assert_eq!(
            (audit.findings.len(), audit.earlier, audit.period, audit.unverified),
            (0, earlier, None, 0),
            "{by}"
        );
    }
    let audit = audited(JobKind::Invite, vec![already()], &[invite("ada", OURS, KEY, -3600)]);
    assert_eq!((audit.findings.len(), audit.earlier), (0, 1));
}

#[test]
fn a_cancelled_invite_is_not_pending() {
    for (status, entries, expected) in [
        (Status::Revoked, vec![], &[][..]),
        (Status::Revoked, vec![invite("ada", OURS, KEY, 10)], &[StillPending]),
        (Status::Gone, vec![invite("ada", OURS, KEY, 10)], &[StillPending]),
        (Status::Revoked, vec![invite("ada", SECOND, ADMIN, 10)], &[]),
        (Status::Failed, vec![invite("ada", OURS, KEY, 10)], &[]),
        (Status::Unknown, vec![invite("ada", OURS, KEY, 10)], &[StillUnknown]),
        (Status::Accepted, vec![listed(ListedAs::Member, "ada", USER, "", 10)], &[]),
    ] {
        let audit = audited(JobKind::Revoke, vec![record("ada", status, OURS)], &entries);
        assert_eq!(codes(&audit), expected, "{status:?} {entries:?}");
        assert_eq!(audit.recorded, u64::from(status == Status::Revoked));
    }
}
