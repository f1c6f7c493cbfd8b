//! The result of an audit, as text and as JSON.

mod json;
mod text;

use std::path::Path;

pub use self::json::audit_json;
pub use self::text::audit_text;

use crate::engine::audit::{Audit, Finding};
use crate::model::exit::Exit;
use crate::model::invitation::ObjectId;
use crate::model::status::JobKind;

/// The audit of a results file.
#[derive(Clone, Copy, Debug)]
pub struct AuditReport<'a> {
    /// The path of the results.
    pub results: &'a Path,
    /// The kind of job that wrote the results.
    pub job: JobKind,
    /// The organizations that could be read.
    pub organizations: &'a [(ObjectId, Audit)],
    /// The organizations that could not be read.
    pub unread: &'a [ObjectId],
    /// Rows for which requests were sent to organizations without credentials.
    pub without_credentials: u64,
}

impl AuditReport<'_> {
    /// Returns the exit code. Findings do not count if a part of the results was not compared.
    pub fn exit(&self) -> Exit {
        if !self.unread.is_empty() || self.without_credentials > 0 {
            Exit::Usage
        } else if self.findings().next().is_some() {
            Exit::RowsNeedALook
        } else {
            Exit::Success
        }
    }

    /// Returns the findings of all organizations.
    fn findings(&self) -> impl Iterator<Item = (ObjectId, &Finding)> {
        self.organizations.iter().flat_map(|(id, audit)| audit.findings.iter().map(|finding| (*id, finding)))
    }

    fn sum(&self, count: impl Fn(&Audit) -> u64) -> u64 {
        self.organizations.iter().map(|(_, audit)| count(audit)).sum()
    }
}
