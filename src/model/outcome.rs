//! The outcome of a row, as the results file records it.

use std::time::Duration;

use jiff::Timestamp;

use super::reason::{ErrorCode, RowReason};
use super::status::Status;

/// The separator of the ids in the column `invite_id`, if a person has got several invites.
pub(crate) const INVITE_IDS: &str = ";";

/// The columns of the results file that this program fills, apart from those that identify the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The status of the row.
    pub status: Status,
    /// The invite's id, or several separated by semicolons.
    pub invite_id: Option<String>,
    /// The time at which the invite expires.
    pub expires_at: Option<Timestamp>,
    /// The time by the server's clock at which the last request has certainly ended, if its outcome is unknown. The
    /// results have it in the column of `expires_at`.
    pub settled_at: Option<Timestamp>,
    /// The HTTP status of the last answer about this row.
    pub http_status: Option<u16>,
    /// Atlas's `errorCode`, or one of our own codes.
    pub error_code: Option<ErrorCode>,
    /// The reason in plain words; untrusted if it came from the server.
    pub error_detail: Option<String>,
    /// The number of create or cancel requests that were sent for the row, in all runs of the job.
    pub attempts: u32,
    /// The time from the row's first request to its last answer.
    pub elapsed: Duration,
    /// The time at which the status became final.
    pub finished_at: Timestamp,
}

impl Outcome {
    /// Returns whether the invite has expired by `now`; false if its expiry time is not known.
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// Returns the ids of the row's invites.
    pub fn invite_ids(&self) -> impl Iterator<Item = &str> {
        self.invite_id.iter().flat_map(|ids| ids.split(INVITE_IDS)).map(str::trim).filter(|id| !id.is_empty())
    }

    /// Returns whether the row needs attention.
    pub fn needs_a_look(&self) -> bool {
        let of_code = matches!(self.error_code, Some(ErrorCode::Row(RowReason::TwoInvites | RowReason::NotAsAsked)));
        of_code || self.status.needs_a_look()
    }

    /// Creates an outcome with a status and a time.
    pub fn new(status: Status, finished_at: Timestamp) -> Self {
        Self {
            status,
            invite_id: None,
            expires_at: None,
            settled_at: None,
            http_status: None,
            error_code: None,
            error_detail: None,
            attempts: 0,
            elapsed: Duration::ZERO,
            finished_at,
        }
    }

    /// Returns the outcome with one of our own reasons, and its text as the detail.
    pub fn with_reason(self, reason: RowReason) -> Self {
        self.with_code(reason).with_detail(reason.text())
    }

    /// Returns the outcome with this code, unless it already has one.
    pub fn or_code(mut self, code: impl Into<ErrorCode>) -> Self {
        self.error_code.get_or_insert_with(|| code.into());
        self
    }

    /// Returns the outcome with this detail.
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.error_detail = Some(detail.into());
        self
    }

    /// Returns the outcome with this error code.
    pub fn with_code(mut self, code: impl Into<ErrorCode>) -> Self {
        self.error_code = Some(code.into());
        self
    }
}
