//! The last answer to a row's request, as the results record it.

use crate::atlas::api::{Answer, Body};
use crate::model::reason::{ErrorCode, RowReason};

#[derive(Clone, Debug, Default)]
pub(super) struct LastAnswer {
    pub(super) http_status: Option<u16>,
    /// The code that Atlas gave.
    pub(super) code: Option<ErrorCode>,
    /// Our own reason, for a failure without a code.
    pub(super) fault: Option<RowReason>,
    pub(super) detail: Option<String>,
}

impl LastAnswer {
    pub(super) fn of(answer: &Answer) -> Self {
        let fault = match answer {
            Answer::NotSent(not_sent) => not_sent.fault.into(),
            Answer::NoAnswer(_) => RowReason::NoAnswer,
            Answer::Response(response) if matches!(response.body, Body::Created(_) | Body::Revoked) => {
                return Self { http_status: Some(response.status), ..Self::default() };
            }
            Answer::Response(_) => RowReason::HttpError,
        };
        let (http_status, error) = match answer {
            Answer::NotSent(_) | Answer::NoAnswer(_) => (None, None),
            Answer::Response(response) => (Some(response.status), response.error()),
        };
        let code = error.and_then(|error| error.code.clone()).map(ErrorCode::Atlas);
        let detail = error.and_then(|error| error.detail.clone()).unwrap_or_else(|| answer.describe());
        Self { http_status, code, fault: Some(fault), detail: Some(detail) }
    }
}
