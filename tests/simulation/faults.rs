//! The faults of requests: each kind of the verdict table, at rates that the seed picks.

use std::time::Duration;

use bulk_invite::atlas::{Lost, Request};
use fastrand::Rng;

/// A fault of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The request is never sent.
    NeverSent,
    /// The request is lost before the server processes it.
    LostBefore(Lost),
    /// The request is processed and its answer is lost.
    LostAfter(Lost),
    /// The client abandons the request while the server still processes it, which ends within the settle delay.
    StillRunning(Lost),
    /// An ambiguous error, although the request was not processed.
    ErrorBefore(u16),
    /// An ambiguous error, although the request was processed.
    ErrorAfter(u16),
    /// A page of a proxy, and the request was not processed.
    PageBefore(u16),
    /// A page of a proxy, although the request was processed.
    PageAfter(u16),
    /// A success without an id, although the request was not processed.
    EmptyBefore,
    /// A success without an id.
    EmptyAfter,
    /// The credential has expired; the next one is valid.
    CredentialExpired,
    /// A refusal that blocks the organization.
    Denied(u16),
    /// A definite refusal of this row. Another attempt would succeed.
    Refused(u16, &'static str),
    /// A 404, because a team or project of the row is missing for now.
    Missing,
    /// The beginning of an upgrade of Atlas.
    Upgrade,
    /// A 404, because the organization is missing for the rest of the run.
    OrganizationGone,
}

/// The kinds of faults, with the rates for requests that change something and for look-ups.
#[derive(Clone, Debug)]
pub(crate) struct Faults {
    changes: f64,
    look_ups: f64,
    kinds: Vec<fn(&mut Rng) -> Fault>,
}

const LOST: [Lost; 3] = [Lost::Timeout, Lost::Reset, Lost::CutOff];
const ERRORS: [u16; 5] = [408, 500, 502, 503, 504];

/// Faults after which a job succeeds by itself.
const TRANSIENT: [fn(&mut Rng) -> Fault; 11] = [
    |_| Fault::NeverSent,
    |rng| Fault::LostBefore(LOST[rng.usize(..2)]),
    |rng| Fault::LostAfter(LOST[rng.usize(..3)]),
    |rng| Fault::StillRunning(LOST[rng.usize(..2)]),
    |rng| Fault::ErrorBefore(ERRORS[rng.usize(..5)]),
    |rng| Fault::ErrorAfter(ERRORS[rng.usize(..5)]),
    |rng| Fault::PageBefore([200, 502, 503, 500][rng.usize(..4)]),
    |rng| Fault::PageAfter([200, 201, 502, 503][rng.usize(..4)]),
    |_| Fault::EmptyBefore,
    |_| Fault::EmptyAfter,
    |_| Fault::CredentialExpired,
];

/// Rarer faults, which end a row or the run.
const PERMANENT: [fn(&mut Rng) -> Fault; 5] = [
    |rng| Fault::Denied([402, 403, 403, 406, 410, 302, 405][rng.usize(..7)]),
    |rng| {
        let refusals = [
            (400, "INVALID_ENUM_VALUE"),
            (400, "AN_UNKNOWN_CODE"),
            (400, ""),
            (403, "USER_ORGS_RESTRICTED"),
            (409, "SOME_CONFLICT"),
            (422, "UNPROCESSABLE"),
        ];
        let (status, code) = refusals[rng.usize(..refusals.len())];
        Fault::Refused(status, code)
    },
    |_| Fault::Missing,
    |_| Fault::Upgrade,
    |_| Fault::OrganizationGone,
];

impl Faults {
    /// Returns no faults.
    pub(crate) fn none() -> Self {
        Self { changes: 0.0, look_ups: 0.0, kinds: Vec::new() }
    }

    pub(crate) fn pick(rng: &mut Rng) -> Self {
        let rates = [0.0, 0.05, 0.2, 0.5, 0.8];
        let (changes, look_ups) = (rates[rng.usize(..5)], rates[rng.usize(..4)]);
        if rng.u8(..5) == 0 {
            // With a server slower than every timeout, invitations are sent twice most easily.
            return Self { changes, look_ups: 0.0, kinds: vec![|rng| Fault::StillRunning(LOST[rng.usize(..2)])] };
        }
        let mut kinds = Vec::new();
        let variety = rng.usize(1..=TRANSIENT.len());
        for _ in 0..variety {
            kinds.push(TRANSIENT[rng.usize(..TRANSIENT.len())]);
        }
        // One permanent fault among many. With more, every run would end at once.
        if rng.u8(..3) == 0 {
            for _ in 0..12 {
                kinds.push(TRANSIENT[rng.usize(..TRANSIENT.len())]);
            }
            kinds.push(PERMANENT[rng.usize(..PERMANENT.len())]);
        }
        Self { changes, look_ups, kinds }
    }

    /// Returns whether look-ups may have faults.
    pub(crate) fn concern_look_ups(&self) -> bool {
        self.look_ups > 0.0
    }

    /// Picks the fault of this request, if it has one.
    pub(crate) fn draw(&self, request: &Request, rng: &mut Rng) -> Option<Fault> {
        let is_change = matches!(request, Request::Create(_) | Request::Revoke(_));
        let rate = if is_change { self.changes } else { self.look_ups };
        if rng.f64() >= rate || self.kinds.is_empty() {
            return None;
        }
        let fault = self.kinds[rng.usize(..self.kinds.len())](rng);
        // These faults concern rows, so look-ups do not have them.
        let about_rows = matches!(fault, Fault::Refused(..) | Fault::Missing | Fault::Upgrade);
        (!about_rows || is_change).then_some(fault)
    }
}

/// Picks a duration between two others, to the millisecond.
pub(crate) fn random_duration(rng: &mut Rng, from: Duration, to: Duration) -> Duration {
    let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(rng.u64(millis(from)..=millis(to).max(millis(from))))
}
