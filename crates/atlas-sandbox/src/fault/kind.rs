//! The effects of faults.

use std::num::NonZeroUsize;
use std::time::Duration;

use jiff::SignedDuration;

/// The effect of a [`Fault`](crate::Fault).
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
        /// The time at which the request is processed.
        moment: Moment,
    },
    /// An HTML page with this status.
    Html {
        /// The status.
        status: u16,
        /// The time at which the request is processed.
        moment: Moment,
    },
    /// An error that repeats the request's `Authorization` header.
    Echo {
        /// The status.
        status: u16,
        /// Whether it is an HTML page.
        html: bool,
    },
    /// A connection reset.
    Reset(Moment),
    /// An end of the connection within the answer's body.
    CutOff,
    /// A wait before the request is processed.
    SlowBefore(Duration),
    /// A wait after the request is processed.
    SlowAfter(Duration),
    /// A 2xx without an id.
    NoId,
    /// A 2xx that names another `username`.
    OtherUsername,
    /// An invitation without a role, team or project that was asked for.
    Lacks(Lacking),
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
    /// A list that is not as it was asked for.
    List(ListFault),
    /// Clocks that differ.
    Clock(ClockFault),
}

impl FaultKind {
    /// Returns when the request is processed, if the fault answers it in place of the organization.
    pub(crate) fn answers_at(&self) -> Option<Moment> {
        match self {
            FaultKind::Status { moment, .. } | FaultKind::Html { moment, .. } | FaultKind::Reset(moment) => {
                Some(*moment)
            }
            FaultKind::Echo { .. } | FaultKind::Redirect(_) => Some(Moment::Before),
            FaultKind::CutOff
            | FaultKind::SlowBefore(_)
            | FaultKind::SlowAfter(_)
            | FaultKind::NoId
            | FaultKind::OtherUsername
            | FaultKind::Lacks(_)
            | FaultKind::WrongType
            | FaultKind::NoRateHeaders
            | FaultKind::NoHeaders
            | FaultKind::Maintenance(_)
            | FaultKind::Revoke
            | FaultKind::List(_)
            | FaultKind::Clock(_) => None,
        }
    }
}

/// The time of a fault's answer, relative to the processing of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The request has no effect.
    Before,
    /// The request has its effect first.
    After,
    /// The request has its effect this long after the answer, as behind a gateway that gave up.
    Late(Duration),
}

/// The two forms of `Retry-After`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// Whole seconds.
    Seconds(u64),
    /// The date this many seconds from now.
    Date(u64),
}

/// The part of a request that the invitation lacks: the last of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// A role in the organization.
    Role,
    /// A team.
    Team,
    /// A project.
    Project,
}

/// A way in which a list is not as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListFault {
    /// Pages have at most this many entries, even if `itemsPerPage` asks for more.
    PageCap(NonZeroUsize),
    /// Every second page, the first included, has half of the entries.
    ShortPages,
    /// `totalCount` is off by this much.
    TotalCount(isize),
    /// `totalCount` is absent.
    NoTotalCount,
    /// The filter `username` is ignored.
    IgnoreUsername,
    /// Every page of all members is full, and has a `next`.
    Endless,
}

/// A way in which clocks differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockFault {
    /// `Date` is off by this much.
    Date(SignedDuration),
    /// `createdAt` is off by this much.
    Created(SignedDuration),
    /// `createdAt` is off by a random time up to this long, in either direction.
    CreatedJitter(Duration),
}
