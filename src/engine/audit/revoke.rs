//! Compares the results of `revoke` with Atlas: no invite that was cancelled is pending.

use super::Audit;
use super::listed::{Index, Named};
use super::record::Record;
use crate::model::reason::AuditCode;
use crate::model::status::Status;

pub(super) fn compare(audit: &mut Audit, records: &[Record], index: &Index<'_>) {
    for record in records {
        match record.status {
            Status::Revoked | Status::Gone => {
                if record.status == Status::Revoked {
                    audit.recorded += 1;
                    audit.current[index.current(record) as usize] += 1;
                }
                if let Named::Pending(entry) = index.named(record) {
                    audit.findings.push(record.finding(AuditCode::StillPending, [entry]));
                }
            }
            Status::Unknown | Status::Sending => {
                audit.findings.push(record.finding(AuditCode::StillUnknown, index.pending(&record.email)));
            }
            // These leave the invite as it was.
            Status::Accepted
            | Status::NotOurs
            | Status::Invited
            | Status::AlreadyInvited
            | Status::AlreadyMember
            | Status::Duplicate
            | Status::Invalid
            | Status::Failed
            | Status::NotSent => {}
        }
    }
}
