//! Audits the results of a finished job with the model as the evidence: it finds nothing about people whom no one else
//! invited, and it finds each line that is removed.

use std::path::Path;

use bulk_invite::atlas::Membership;
use bulk_invite::engine::Author;
use bulk_invite::engine::audit::{Audit, Evidence, Listed, ListedAs, Record, audit};
use bulk_invite::model::{AuditCode, JobKind, Status};
use bulk_invite::results::ResultsReader;
use jiff::{SignedDuration, Timestamp};

use crate::atlas::Atlas;
use crate::ledger::{Creator, OUR_NAME};

/// Returns the violations.
pub(crate) fn violations(atlas: &Atlas, results: &Path) -> Vec<String> {
    let mut reader = ResultsReader::open(results).expect("the results can be read");
    reader.keep_repeated();
    let lines = std::iter::from_fn(|| reader.next_line().expect("the results can be read"));
    let records: Vec<Record> = lines.map(|line| Record::from(&line)).collect();
    let listed = listed(atlas);
    let is_shared = |address: &str| atlas.ledger.of(address).any(|issued| issued.creator != Creator::Job);

    let audit = audited(atlas, &records, &listed);
    let unexplained = audit.findings.iter().filter(|finding| !is_shared(&finding.email));
    let mut violations: Vec<String> = unexplained.map(|finding| format!("the audit finds {finding:?}")).collect();

    // A server without times cannot show when an invite was created, and the inviter of an invite that only counts as the
    // job's says nothing about the job.
    let has_times = atlas.server.early().is_some();
    let may_be_mistaken = records.iter().any(|record| record.status == Status::Invited && is_shared(&record.email));
    let is_sole = |address: &str| atlas.ledger.of(address).count() == 1 && !is_shared(address);
    let pending = |record: &&Record| {
        let invite = |entry: &Listed| entry.kind == ListedAs::Invite && entry.email == record.email;
        record.status == Status::Invited && is_sole(&record.email) && listed.iter().any(invite)
    };
    if let Some(lost) = records.iter().filter(pending).nth(1).filter(|_| has_times && !may_be_mistaken) {
        let kept: Vec<Record> = records.iter().filter(|record| record.email != lost.email).cloned().collect();
        let codes: Vec<AuditCode> = audited(atlas, &kept, &listed)
            .findings
            .iter()
            .filter(|finding| finding.email == lost.email)
            .map(|finding| finding.code)
            .collect();
        let is_within = audit.period == audited(atlas, &kept, &listed).period;
        if is_within && codes != [AuditCode::NotOnRecord] {
            violations.push(format!("the audit finds {codes:?} without the line {lost:?}"));
        }
    }
    violations
}

fn audited(atlas: &Atlas, records: &[Record], listed: &[Listed]) -> Audit {
    let skew = SignedDuration::from_millis(atlas.server.skew);
    let evidence = Evidence {
        listed,
        now: atlas.shown(SignedDuration::ZERO),
        author: |name: Option<&str>| if name == Some(OUR_NAME) { Author::Own } else { Author::Other },
        server_time: |at: Timestamp| at + skew,
    };
    audit(JobKind::Invite, records, evidence)
}

/// Returns what Atlas lists, with the inviter of each invite.
fn listed(atlas: &Atlas) -> Vec<Listed> {
    let shows_times = atlas.server.early().is_some();
    let created = |at| shows_times.then_some(at);
    let invites = atlas.ledger.issued.iter().filter(|issued| issued.is_pending()).map(|issued| Listed {
        kind: ListedAs::Invite,
        id: issued.invite.clone(),
        email: issued.address.clone(),
        created_at: created(issued.shown.created_at),
        expires_at: Some(issued.shown.expires_at),
        invited_by: Some(issued.inviter.to_owned()),
    });
    let people = atlas.accounts.iter().map(|(address, account)| Listed {
        kind: match account.membership {
            Membership::Active => ListedAs::Member,
            Membership::Pending => ListedAs::Pending,
            Membership::Expired => ListedAs::Expired,
            Membership::Declined => ListedAs::Declined,
        },
        id: account.user_id.clone(),
        email: address.clone(),
        created_at: created(account.shown.created_at),
        expires_at: Some(account.shown.expires_at),
        invited_by: None,
    });
    invites.chain(people).collect()
}
