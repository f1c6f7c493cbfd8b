//! What goes wrong with a request: each kind of the verdict table, several at a time, at rates that the seed picks.

use std::time::Duration;

use bulk_invite::atlas::{Lost, Request};
use fastrand::Rng;

/// What goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It never leaves.
    NeverSent,
    /// It is lost on its way to the server.
    LostBefore(Lost),
    /// It is processed and its answer is lost.
    LostAfter(Lost),
    /// The client gives up while the server still works on it, which ends within the settling delay.
    StillRunning(Lost),
    /// An error that leaves open whether it was processed: it was not.
    ErrorBefore(u16),
    /// An error that leaves open whether it was processed: it was.
    ErrorAfter(u16),
    /// A page of a proxy instead of an answer.
    PageBefore(u16),
    /// The same after the server processed it.
    PageAfter(u16),
    /// A success that does not say what was created, although nothing was.
    EmptyBefore,
    /// A success that does not say what was created.
    EmptyAfter,
    /// The credential lapsed; the next one is good.
    CredentialLapsed,
    /// Refused for good, which condemns the run.
    Denied(u16),
    /// A definite refusal of this row that another attempt would not meet.
    Refused(u16, &'static str),
    /// Something that the row names is missing just now.
    Missing,
    /// Atlas is being upgraded from now on, for a while.
    Upgrade,
    /// The organization does not answer to its id, for this run.
    OrganizationGone,
}

/// How often which faults come.
#[derive(Clone, Debug)]
pub(crate) struct Weather {
    changes: f64,
    look_ups: f64,
    kinds: Vec<fn(&mut Rng) -> Fault>,
}

const LOST: [Lost; 3] = [Lost::Timeout, Lost::Reset, Lost::CutOff];
const ERRORS: [u16; 5] = [408, 500, 502, 503, 504];

/// Faults that a job gets over by itself.
const PASSING: [fn(&mut Rng) -> Fault; 11] = [
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
    |_| Fault::CredentialLapsed,
];

/// Rarer faults, which end a row or the run.
const GRAVE: [fn(&mut Rng) -> Fault; 5] = [
    |rng| Fault::Denied([402, 403, 403, 406, 410, 302, 405][rng.usize(..7)]),
    |rng| {
        let refusals = [
            (400, "INVALID_ENUM_VALUE"),
            (400, "A_CODE_THAT_NOBODY_KNOWS"),
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

impl Weather {
    /// Nothing goes wrong.
    pub(crate) fn calm() -> Self {
        Self { changes: 0.0, look_ups: 0.0, kinds: Vec::new() }
    }

    pub(crate) fn pick(rng: &mut Rng) -> Self {
        let rates = [0.0, 0.05, 0.2, 0.5, 0.8];
        let (changes, look_ups) = (rates[rng.usize(..5)], rates[rng.usize(..4)]);
        if rng.u8(..5) == 0 {
            // A server so slow that nobody waits for it is the weather in which invitations are sent twice.
            return Self { changes, look_ups: 0.0, kinds: vec![|rng| Fault::StillRunning(LOST[rng.usize(..2)])] };
        }
        let mut kinds = Vec::new();
        let variety = rng.usize(1..=PASSING.len());
        for _ in 0..variety {
            kinds.push(PASSING[rng.usize(..PASSING.len())]);
        }
        // One grave fault among many, or every run would end at once.
        if rng.u8(..3) == 0 {
            for _ in 0..12 {
                kinds.push(PASSING[rng.usize(..PASSING.len())]);
            }
            kinds.push(GRAVE[rng.usize(..GRAVE.len())]);
        }
        Self { changes, look_ups, kinds }
    }

    /// What goes wrong with this request, if anything.
    pub(crate) fn draw(&self, request: &Request, rng: &mut Rng) -> Option<Fault> {
        let is_change = matches!(request, Request::Create(_) | Request::Revoke(_));
        let rate = if is_change { self.changes } else { self.look_ups };
        if rng.f64() >= rate || self.kinds.is_empty() {
            return None;
        }
        let fault = self.kinds[rng.usize(..self.kinds.len())](rng);
        // A question is not refused for a row's sake.
        let about_rows = matches!(fault, Fault::Refused(..) | Fault::Missing | Fault::Upgrade);
        (!about_rows || is_change).then_some(fault)
    }
}

/// A span between two lengths, to the millisecond.
pub(crate) fn span(rng: &mut Rng, from: Duration, to: Duration) -> Duration {
    let millis = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(rng.u64(millis(from)..=millis(to).max(millis(from))))
}
