//! Faults: the ways in which a sandbox misbehaves.

pub(crate) mod alterations;
pub(crate) mod kind;
pub(crate) mod plan;
pub(crate) mod syntax;

use std::time::Duration;

use serde::Deserialize;

use self::kind::{ClockFault, FaultKind};

/// A way to misbehave, when it happens, and the requests that it hits.
///
/// It is written `KIND@WHEN` or `KIND@WHEN/TARGET`, for example `503=30s@first:2/all`; [the crate's
/// documentation](crate#faults) lists the forms and which of them combine.
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Requests that create an invitation.
    Creates,
    /// Requests that create an invitation for this address.
    CreatesFor(String),
    /// Requests that change nothing.
    LookUps,
    /// Requests that delete an invitation or a member.
    Deletes,
    /// Requests to the OAuth endpoints.
    Tokens,
    /// All requests.
    All,
}

impl Target {
    /// Returns the requests that a fault hits if it names none.
    pub(crate) fn usual(kind: &FaultKind) -> Self {
        match kind {
            FaultKind::List(_) => Target::LookUps,
            FaultKind::Clock(ClockFault::Date(_)) => Target::All,
            FaultKind::Clock(ClockFault::Created(_) | ClockFault::CreatedJitter(_))
            | FaultKind::Status { .. }
            | FaultKind::Html { .. }
            | FaultKind::Echo { .. }
            | FaultKind::Reset(_)
            | FaultKind::CutOff
            | FaultKind::SlowBefore(_)
            | FaultKind::SlowAfter(_)
            | FaultKind::NoId
            | FaultKind::OtherUsername
            | FaultKind::Lacks(_)
            | FaultKind::WrongType
            | FaultKind::NoRateHeaders
            | FaultKind::NoHeaders
            | FaultKind::Redirect(_)
            | FaultKind::Maintenance(_)
            | FaultKind::Revoke => Target::Creates,
        }
    }
}
