//! All that the results file records of a row beyond the row itself.

use std::time::Duration;

use jiff::Timestamp;

use super::reason::{ErrorCode, RowReason};
use super::status::Status;

/// All that the results file says of a row beyond what the row itself said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The fate.
    pub status: Status,
    /// The invite's id.
    pub invite_id: Option<String>,
    /// When the invite lapses.
    pub expires_at: Option<Timestamp>,
    /// The HTTP status of the last answer about this row.
    pub http_status: Option<u16>,
    /// Atlas's `errorCode`, or one of ours where the row is `invalid`.
    pub error_code: Option<ErrorCode>,
    /// In words; untrusted where the server said it.
    pub error_detail: Option<String>,
    /// Requests to create, or to cancel, that went out, over all runs that this line stands for.
    pub attempts: u32,
    /// From the row's first request to its last answer.
    pub elapsed: Duration,
    /// When the fate was settled.
    pub finished_at: Timestamp,
}

impl Outcome {
    /// Whether the invite has expired by `now`, where the outcome tells when it does.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// An outcome with nothing but its status and time.
    pub fn new(status: Status, finished_at: Timestamp) -> Self {
        Self {
            status,
            invite_id: None,
            expires_at: None,
            http_status: None,
            error_code: None,
            error_detail: None,
            attempts: 0,
            elapsed: Duration::ZERO,
            finished_at,
        }
    }

    /// Returns the same with a reason of our own, and its text as the detail.
    pub fn with_reason(self, reason: RowReason) -> Self {
        self.with_code(reason).with_detail(reason.text())
    }

    /// Returns the same with this code, unless it has one.
    pub fn or_code(mut self, code: impl Into<ErrorCode>) -> Self {
        self.error_code.get_or_insert_with(|| code.into());
        self
    }

    /// The same with a detail in words.
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.error_detail = Some(detail.into());
        self
    }

    /// The same with an error code.
    pub fn with_code(mut self, code: impl Into<ErrorCode>) -> Self {
        self.error_code = Some(code.into());
        self
    }
}
