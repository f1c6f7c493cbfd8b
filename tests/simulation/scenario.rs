//! What a seed picks, but for the sheet and the weather: the server's manners, the job's settings, who else is about.

use std::num::NonZeroU32;
use std::time::Duration;

use bulk_invite::atlas::Api;
use bulk_invite::engine::{Pace, Rate};
use fastrand::Rng;

use crate::weather::span;

/// What the server makes of an invitation to somebody who has a pending one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Duplicates {
    /// It sends another email. Only the older endpoint may; for the newer one Atlas documents a 409.
    Accepted,
    /// It refuses with this status and an error code that nobody documents.
    Refused(u16, &'static str),
}

/// How the server behaves all through a seed.
#[derive(Clone, Debug)]
pub(crate) struct Manners {
    pub(crate) api: Api,
    pub(crate) duplicates: Duplicates,
    /// Whether it stores addresses in lower case.
    pub(crate) lower_cases: bool,
    /// Whether a look-up finds an address only in the case in which it is stored.
    pub(crate) exact_look_ups: bool,
    /// Whether answers have a `Date`.
    pub(crate) dates: bool,
    /// Whether invitations tell when they were created.
    pub(crate) tells_created: bool,
    /// How often an answer has `RateLimit-*` headers.
    pub(crate) limit_headers: f64,
    /// Whether a 429 says when to come again, and which limit it speaks of.
    pub(crate) retry_after: bool,
    /// Whether `GET /rateLimits` tells the limits.
    pub(crate) tells_limits: bool,
    /// How far its clock is ahead of the job's, in milliseconds.
    pub(crate) skew: i64,
    /// Capacity, refill and period of each bucket.
    pub(crate) bucket: (u32, u32, Duration),
    pub(crate) invitation_limit: Option<(usize, Duration)>,
    /// Seats until the administrators buy more, before the last runs.
    pub(crate) seats: Option<usize>,
    /// The longest way of a request, and of an answer.
    pub(crate) latency: Duration,
}

/// How the job is run.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) concurrency: usize,
    pub(crate) pace: Pace,
    pub(crate) max_attempts: u32,
    pub(crate) settle: Duration,
    pub(crate) timeout: Duration,
}

/// Everything about a seed that does not change from run to run.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) manners: Manners,
    pub(crate) settings: Settings,
    /// Runs in bad weather before the last ones.
    pub(crate) rough_runs: u32,
    /// Whether the user is in a hurry: runs are ended soon and repeated at once.
    pub(crate) hasty: bool,
    /// How long until somebody accepts, or another administrator invites: the longest pause.
    pub(crate) accepting: Option<Duration>,
    pub(crate) inviting: Option<Duration>,
    /// How long until another administrator cancels an invitation, or invites again: the longest pause.
    pub(crate) cancelling: Option<Duration>,
    /// Another program that drinks from the same buckets: the longest pause.
    pub(crate) drinking: Option<Duration>,
}

impl Scenario {
    pub(crate) fn pick(rng: &mut Rng) -> Self {
        let one_in = |rng: &mut Rng, odds: u32| rng.u32(..odds) == 0;
        let secs = Duration::from_secs;
        let api = if rng.bool() { Api::Invites } else { Api::Users };
        let refused = [(409, "ALREADY_THERE"), (409, ""), (400, "USER_ALREADY_SOMEWHERE"), (400, "")][rng.usize(..4)];
        let timeout = secs([3, 10, 30][rng.usize(..3)]);
        let manners = Manners {
            api,
            duplicates: if api == Api::Invites && rng.bool() {
                Duplicates::Accepted
            } else {
                Duplicates::Refused(refused.0, refused.1)
            },
            lower_cases: rng.bool(),
            exact_look_ups: rng.bool(),
            dates: !one_in(rng, 6),
            tells_created: !one_in(rng, 8),
            limit_headers: [1.0, 1.0, 0.7, 0.0][rng.usize(..4)],
            retry_after: !one_in(rng, 6),
            tells_limits: !one_in(rng, 3),
            skew: if rng.bool() { 0 } else { rng.i64(-7_200_000..7_200_000) },
            bucket: match rng.u8(..4) {
                0 => (500, 250, secs(60)),
                1 => (rng.u32(20..60), rng.u32(10..30), secs(60)),
                _ => (rng.u32(3..20), rng.u32(1..10), secs([5, 10, 20][rng.usize(..3)])),
            },
            invitation_limit: one_in(rng, 8).then(|| (rng.usize(3..12), secs(60))),
            seats: one_in(rng, 10).then(|| rng.usize(10..30)),
            latency: match rng.u8(..3) {
                0 => span(rng, Duration::from_millis(1), timeout / 4),
                _ => Duration::from_millis(rng.u64(1..300)),
            },
        };
        let settings = Settings {
            concurrency: [1, 2, 4, 16, 64][rng.usize(..5)],
            pace: match rng.u8(..8) {
                0 => Pace::Unlimited,
                1 => Pace::Fixed {
                    rate: Rate { requests: NonZeroU32::new(rng.u32(1..20)).expect("not zero"), per: secs(1) },
                    burst: NonZeroU32::new(rng.u32(1..5)).expect("not zero"),
                },
                _ => Pace::Atlas,
            },
            max_attempts: [5, 5, 1, 2][rng.usize(..4)],
            settle: secs([2, 10, 30][rng.usize(..3)]),
            timeout,
        };
        let bucket = manners.bucket;
        let hasty = one_in(rng, 4);
        Self {
            manners,
            settings,
            rough_runs: if hasty { rng.u32(3..8) } else { rng.u32(0..5) },
            hasty,
            accepting: rng.bool().then(|| secs(rng.u64(2..60))),
            inviting: one_in(rng, 3).then(|| secs([1, 5, 60][rng.usize(..3)])),
            cancelling: None,
            // It leaves half of what flows in, or the job would starve.
            drinking: one_in(rng, 5).then(|| bucket.2 * 4 / bucket.1),
        }
    }
}

impl Manners {
    /// How much older than a request an invitation may look that could be its own, for a client that knows no more of
    /// the server's clock than `Date` tells: whole seconds, as old as the answer's way was long. `None`: any age.
    pub(crate) fn early(&self) -> Option<Duration> {
        let tolerance = Duration::from_secs(2);
        let rounding = Duration::from_secs(1);
        (self.dates && self.tells_created).then(|| tolerance + rounding + self.latency)
    }
}
