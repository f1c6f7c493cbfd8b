//! Faults: the ways in which a sandbox misbehaves.

pub(crate) mod plan;
pub(crate) mod syntax;

use std::time::Duration;

use serde::Deserialize;

/// A way to misbehave, when it happens, and the requests that it hits.
///
/// It is written `KIND@WHEN` or `KIND@WHEN/TARGET`, for example `503=30s@first:2/all`; [the crate's
/// documentation](crate#faults) lists the forms. If several faults hit a request, their waits add up, and of the others the
/// first one applies.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct Fault {
    /// The effect.
    pub kind: FaultKind,
    /// The time or the requests at which it happens.
    pub when: When,
    /// The requests that it hits.
    pub target: Target,
}

/// The effect of a [`Fault`].
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// An error status with Atlas's body.
    Status {
        /// The status.
        status: u16,
        /// The `errorCode`; one that suits the status if absent.
        code: Option<String>,
        /// The `Retry-After` header.
        retry_after: Option<RetryAfter>,
        /// Before or after the request is processed.
        moment: Moment,
    },
    /// An HTML page with this status.
    Html {
        /// The status.
        status: u16,
        /// Before or after the request is processed.
        moment: Moment,
    },
    /// A connection reset.
    Reset(Moment),
    /// An end of the connection within the answer's body.
    CutOff,
    /// A wait.
    Slow(Moment, Duration),
    /// A 2xx without an id.
    NoId,
    /// An answer whose type is `text/html`.
    WrongType,
    /// An answer without `RateLimit-*`.
    NoRateHeaders,
    /// An answer without any header but its length.
    NoHeaders,
    /// A redirect to another host with this status.
    Redirect(u16),
    /// A time in which writes are not allowed.
    Maintenance(Duration),
    /// The end of all credentials.
    Revoke,
}

/// Whether a fault happens before or after the request is processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The request has no effect.
    Before,
    /// The request has its effect.
    After,
}

/// The two forms of `Retry-After`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// Whole seconds.
    Seconds(u64),
    /// The date this many seconds from now.
    Date(u64),
}

/// The time at which a fault happens, or the requests, counted over those in its target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// At each request with this probability.
    Chance(f64),
    /// At the request with this number, from 1.
    Nth(u64),
    /// At this many requests from the first on.
    First(u64),
    /// At each request whose number is a multiple of this.
    Every(u64),
    /// At the first request after the server has run for this long.
    At(Duration),
}

/// The requests that a fault hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Requests that create an invitation.
    Creates,
    /// Requests that change nothing.
    LookUps,
    /// Requests that delete an invitation or a member.
    Deletes,
    /// Requests to the OAuth endpoints.
    Tokens,
    /// All requests.
    All,
}
