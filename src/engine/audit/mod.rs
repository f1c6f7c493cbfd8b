//! Compares a results file with what Atlas lists, after its job: every invite of the job is on record once, and every
//! id on record is that of the person's invite.
//!
//! [`read_listed`] reads the organization once. Everything else is pure, and nothing is changed. The results are the
//! claim and Atlas is the evidence: what the evidence cannot show is counted as unverified, and is never a finding.

mod inviters;
mod listed;
mod period;
mod record;
mod revoke;
mod run;

#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub use self::listed::{Listed, ListedAs, read_listed};
pub use self::period::Period;
pub use self::record::Record;

use self::inviters::Inviters;
use self::listed::Index;
use super::authorship::Author;
use crate::model::reason::AuditCode;
use crate::model::status::{JobKind, Status};
use crate::results::CurrentStatus;

/// The result of an audit of one organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// Lines of the results.
    pub rows: u64,
    /// Invites on record: those that the run created, or that `revoke` cancelled.
    pub recorded: u64,
    /// The number of these invites with each current status, in the order of [`CurrentStatus::ALL`].
    pub current: [u64; CurrentStatus::ALL.len()],
    /// The time in which the job sent requests, by the server's clock.
    pub period: Option<Period>,
    /// Invites that the job may have created, although their inviter cannot be recognized.
    pub unverified: u64,
    /// Invites of the same credential that the results call `already_invited`, because they are older than the job.
    pub earlier: u64,
    /// The contradictions, in the order of the results.
    pub findings: Vec<Finding>,
}

/// A contradiction between the results and Atlas, about one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The kind of contradiction.
    pub code: AuditCode,
    /// The row in the results; `None` if the person has none.
    pub row: Option<u32>,
    /// The address. Untrusted text if the person has no row.
    pub email: String,
    /// The status in the results.
    pub status: Option<Status>,
    /// The id of the invite in the results.
    pub invite_id: Option<String>,
    /// The invites in Atlas that contradict the results.
    pub listed: Vec<Listed>,
}

/// The evidence of one organization, beside its results.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a, A, T> {
    /// All invites and people that Atlas lists.
    pub listed: &'a [Listed],
    /// The current time, by the server's clock.
    pub now: Timestamp,
    /// Returns the author of an invite, by the name of its inviter.
    pub author: A,
    /// Converts a time of this machine to the server's clock.
    pub server_time: T,
}

/// Compares the lines of one organization with the evidence.
pub fn audit<A, T>(job: JobKind, records: &[Record], evidence: Evidence<'_, A, T>) -> Audit
where
    A: Fn(Option<&str>) -> Author,
    T: Fn(Timestamp) -> Timestamp,
{
    let Evidence { listed, now, author, server_time } = evidence;
    let index = Index::new(listed, now);
    let mut audit = Audit { rows: records.len() as u64, findings: record::repeated(records), ..Audit::default() };
    match job {
        JobKind::Invite => {
            let inviters = Inviters::new(records, &index, author);
            audit.period = Period::of(records, &index, server_time);
            run::compare(&mut audit, records, &index, &inviters);
        }
        JobKind::Revoke => revoke::compare(&mut audit, records, &index),
    }
    audit
}
