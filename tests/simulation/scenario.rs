//! The scenario of a seed, except for the sheet and the faults: the server's behavior, the job's settings, other
//! actors.

use std::num::NonZeroU32;
use std::time::Duration;

use bulk_invite::atlas::Api;
use bulk_invite::engine::{Pace, Rate};
use fastrand::Rng;

use crate::faults::random_duration;
use crate::hazards::{Hazards, ServerHazards};

/// The server's reaction to an invitation of a person who has a pending one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Duplicates {
    /// It sends another email. Only the older endpoint may do so; for the newer one Atlas documents a 409.
    Accepted,
    /// It refuses with this status and an undocumented error code.
    Refused(u16, &'static str),
}

/// The behavior of the server throughout a seed.
#[derive(Clone, Debug)]
pub(crate) struct ServerOptions {
    /// The endpoint of the current run.
    pub(crate) api: Api,
    pub(crate) duplicates: Duplicates,
    /// Set if addresses are stored in lower case.
    pub(crate) lowercases: bool,
    /// Set if look-ups are case-sensitive.
    pub(crate) exact_look_ups: bool,
    /// Set if answers have a `Date`.
    pub(crate) dates: bool,
    /// Set if invitations have a creation time.
    pub(crate) shows_created: bool,
    /// The share of answers with `RateLimit-*` headers.
    pub(crate) limit_headers: f64,
    /// Set if a 429 has a `Retry-After` and names its limit.
    pub(crate) retry_after: bool,
    /// Set if `GET /rateLimits` returns the limits.
    pub(crate) shows_limits: bool,
    /// The time by which its clock is ahead of the job's, in milliseconds; negative if it is behind.
    pub(crate) skew: i64,
    /// Capacity, refill and period of each bucket.
    pub(crate) bucket: (u32, u32, Duration),
    pub(crate) invitation_limit: Option<(usize, Duration)>,
    /// The number of seats, until the administrators buy more before the last runs.
    pub(crate) seats: Option<usize>,
    /// The longest time that a request takes to the server, or an answer to the client.
    pub(crate) latency: Duration,
    pub(crate) hazards: ServerHazards,
}

/// The settings of the job.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) api: Api,
    pub(crate) concurrency: usize,
    pub(crate) pace: Pace,
    pub(crate) max_attempts: u32,
    pub(crate) settle: Duration,
    pub(crate) timeout: Duration,
}

/// The properties of a seed that do not change from run to run.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) server: ServerOptions,
    pub(crate) settings: Settings,
    /// The number of runs with faults, before the last ones.
    pub(crate) faulty_runs: u32,
    /// Set if the user stops runs soon and repeats them at once.
    pub(crate) hasty: bool,
    /// The longest pause until a person accepts.
    pub(crate) accepting: Option<Duration>,
    /// The longest pause until another administrator invites a person.
    pub(crate) inviting: Option<Duration>,
    /// The longest pause until another administrator cancels an invitation, or invites the person again.
    pub(crate) cancelling: Option<Duration>,
    /// The longest pause until another program spends tokens of the same buckets.
    pub(crate) spending: Option<Duration>,
}

impl Scenario {
    pub(crate) fn pick(rng: &mut Rng, hazards: &mut Hazards) -> Self {
        let one_in = |rng: &mut Rng, odds: u32| rng.u32(..odds) == 0;
        let secs = Duration::from_secs;
        let api = if rng.bool() { Api::Invites } else { Api::Users };
        let refused = [(409, "ALREADY_THERE"), (409, ""), (400, "USER_ALREADY_SOMEWHERE"), (400, "")][rng.usize(..4)];
        let timeout = secs([3, 10, 30][rng.usize(..3)]);
        let mut server = ServerOptions {
            api,
            duplicates: if api == Api::Invites && rng.bool() {
                Duplicates::Accepted
            } else {
                Duplicates::Refused(refused.0, refused.1)
            },
            lowercases: rng.bool(),
            exact_look_ups: rng.bool(),
            dates: !one_in(rng, 6),
            shows_created: !one_in(rng, 8),
            limit_headers: [1.0, 1.0, 0.7, 0.0][rng.usize(..4)],
            retry_after: !one_in(rng, 6),
            shows_limits: !one_in(rng, 3),
            skew: if rng.bool() { 0 } else { rng.i64(-7_200_000..7_200_000) },
            bucket: match rng.u8(..4) {
                0 => (500, 250, secs(60)),
                1 => (rng.u32(20..60), rng.u32(10..30), secs(60)),
                _ => (rng.u32(3..20), rng.u32(1..10), secs([5, 10, 20][rng.usize(..3)])),
            },
            invitation_limit: one_in(rng, 8).then(|| (rng.usize(3..12), secs(60))),
            seats: one_in(rng, 10).then(|| rng.usize(10..30)),
            latency: match rng.u8(..3) {
                0 => random_duration(rng, Duration::from_millis(1), timeout / 4),
                _ => Duration::from_millis(rng.u64(1..300)),
            },
            hazards: ServerHazards::default(),
        };
        let settings = Settings {
            api,
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
        hazards.apply(&mut server, &settings);
        let bucket = server.bucket;
        let hasty = one_in(rng, 4);
        Self {
            server,
            settings,
            faulty_runs: if hasty { rng.u32(3..8) } else { rng.u32(0..5) },
            hasty,
            accepting: rng.bool().then(|| secs(rng.u64(2..60))),
            inviting: one_in(rng, 3).then(|| secs([1, 5, 60][rng.usize(..3)])),
            cancelling: None,
            // Half of the tokens are left for the job.
            spending: one_in(rng, 5).then(|| bucket.2 * 4 / bucket.1),
        }
    }
}

impl ServerOptions {
    /// Returns the time by which an invitation of the job may appear older than its request, for a client that knows
    /// the server's clock only from `Date`, which has whole seconds and is as old as the answer's latency. `None` for
    /// any age.
    pub(crate) fn early(&self) -> Option<Duration> {
        let tolerance = Duration::from_secs(2);
        let rounding = Duration::from_secs(1);
        (self.dates && self.shows_created && !self.hazards.wrong_clocks).then(|| tolerance + rounding + self.latency)
    }
}
