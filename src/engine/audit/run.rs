//! Compares the results of a run with Atlas.

use std::collections::HashSet;

use super::inviters::Inviters;
use super::listed::{Index, Listed, Named};
use super::period::Period;
use super::record::Record;
use super::{Audit, Finding};
use crate::engine::authorship::Author;
use crate::model::reason::AuditCode;
use crate::model::status::Status;

pub(super) fn compare<A: Fn(Option<&str>) -> Author>(
    audit: &mut Audit,
    records: &[Record],
    index: &Index<'_>,
    inviters: &Inviters<'_, A>,
) {
    let is_about_person = |record: &&Record| !record.status.is_of_the_row_alone();
    let people: HashSet<&str> = records.iter().filter(is_about_person).map(|record| record.email.as_str()).collect();
    let comparison = Comparison { index, inviters, period: audit.period };
    for record in records {
        match record.status {
            Status::Invited => comparison.invited(audit, record),
            Status::Unknown | Status::Sending => comparison.unresolved(audit, record),
            Status::AlreadyInvited | Status::AlreadyMember | Status::Failed | Status::NotSent => {
                comparison.not_invited(audit, record);
            }
            Status::Duplicate | Status::Invalid => {
                // Another row has the outcome of the person.
                if !people.contains(record.email.as_str()) {
                    comparison.not_invited(audit, record);
                }
            }
            // A run does not write these.
            Status::Revoked | Status::Accepted | Status::Gone | Status::NotOurs => {}
        }
    }
    let on_record: HashSet<&str> = records.iter().map(|record| record.email.as_str()).collect();
    comparison.unlisted(audit, |email| on_record.contains(email));
}

struct Comparison<'a, A> {
    index: &'a Index<'a>,
    inviters: &'a Inviters<'a, A>,
    period: Option<Period>,
}

/// Invites that a row does not name, by their relation to the job.
#[derive(Default)]
struct Others<'a> {
    /// Invites that the job created.
    own: Vec<&'a Listed>,
    /// The number of invites that it may have created.
    unverified: u64,
    /// The number of invites that its credential created before.
    earlier: u64,
}

impl<A: Fn(Option<&str>) -> Author> Comparison<'_, A> {
    fn invited(&self, audit: &mut Audit, record: &Record) {
        audit.recorded += 1;
        audit.current[self.index.current(record) as usize] += 1;
        let mut pending = self.index.pending(&record.email);
        match self.index.named(record) {
            Named::Pending(entry) => {
                if self.inviters.is_foreign(entry) {
                    audit.findings.push(record.finding(AuditCode::OtherInviter, [entry]));
                }
                if pending.len() > 1 {
                    audit.findings.push(record.finding(AuditCode::TwoInvites, pending));
                }
                return;
            }
            Named::NoId => {
                pending.retain(|entry| self.inviters.author(entry) != Author::Other);
                if !pending.is_empty() {
                    audit.findings.push(record.finding(AuditCode::IdMissing, pending));
                }
                return;
            }
            Named::OtherPerson(entry) => audit.findings.push(record.finding(AuditCode::OtherPersonsId, [entry])),
            Named::Absent => {}
        }
        let others = self.others(&pending);
        if others.own.is_empty() {
            audit.unverified += others.unverified;
        } else if pending.len() > 1 {
            audit.findings.push(record.finding(AuditCode::TwoInvites, pending));
        } else {
            audit.findings.push(record.finding(AuditCode::OtherInvite, others.own));
        }
    }

    fn unresolved(&self, audit: &mut Audit, record: &Record) {
        let others = self.others(&self.index.created(&record.email));
        audit.findings.push(record.finding(AuditCode::StillUnknown, others.own.iter().copied()));
        if others.own.len() > 1 {
            audit.findings.push(record.finding(AuditCode::TwoInvites, others.own));
        }
    }

    fn not_invited(&self, audit: &mut Audit, record: &Record) {
        let created = self.index.created(&record.email);
        let others = self.others(&created);
        audit.unverified += others.unverified;
        if record.status == Status::AlreadyInvited {
            audit.earlier += others.earlier;
        }
        if others.own.is_empty() {
            return;
        }
        if self.index.pending(&record.email).len() > 1 {
            audit.findings.push(record.finding(AuditCode::TwoInvites, created));
        }
        audit.findings.push(record.finding(AuditCode::RecordedAsNotInvited, others.own));
    }

    /// Adds the invites of the job for people without a row.
    fn unlisted(&self, audit: &mut Audit, is_on_record: impl Fn(&str) -> bool) {
        let mut emails: Vec<&str> = self.index.emails().filter(|email| !is_on_record(email)).collect();
        emails.sort_unstable();
        for email in emails {
            let others = self.others(&self.index.created(email));
            audit.unverified += others.unverified;
            let several = (others.own.len() > 1).then_some(AuditCode::TwoInvites);
            let codes = several.into_iter().chain((!others.own.is_empty()).then_some(AuditCode::NotOnRecord));
            audit.findings.extend(codes.map(|code| Finding {
                code,
                row: None,
                email: email.to_owned(),
                status: None,
                invite_id: None,
                listed: others.own.iter().map(|entry| (*entry).clone()).collect(),
            }));
        }
    }

    fn others<'e>(&self, entries: &[&'e Listed]) -> Others<'e> {
        let mut others = Others::default();
        for entry in entries {
            let author = self.inviters.author(entry);
            if author == Author::Other {
                continue;
            }
            let (Some(period), Some(at)) = (self.period, entry.created_at) else {
                others.earlier += u64::from(author == Author::Own && self.period.is_none());
                others.unverified += u64::from(self.period.is_some());
                continue;
            };
            match author {
                Author::Own if period.includes(at) => others.own.push(entry),
                Author::Own => others.earlier += u64::from(period.is_after(at)),
                Author::Unknown => others.unverified += u64::from(period.includes(at)),
                Author::Other => {}
            }
        }
        others
    }
}
