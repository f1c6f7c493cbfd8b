//! The hazards of a seed: what the server, the machine and the user may do beyond the faults of single requests.
//!
//! Half of the seeds have none, so that the faults alone keep their weight. They have a random generator of their own, so
//! that seeds without them keep their histories.

use std::env;
use std::time::Duration;

use bulk_invite::atlas::Api;
use fastrand::Rng;

use crate::faults::random_duration;
use crate::scenario::{Duplicates, ServerOptions, Settings};

/// The hazards that seeds have without [`VARIABLE`]. The model does not yet judge the others in every case: a revoke
/// before lists that lag, pages that shift while people join or leave, look-ups that stay inconclusive, a second job of
/// the same credential, results that another program saved incompletely, and a disk that fails beside another hazard.
pub(crate) const ENABLED: &[Hazard] = &[
    Hazard::EarlyAnswers,
    Hazard::SlowTokens,
    Hazard::NamedInviters,
    Hazard::WrongClocks,
    Hazard::ChangedFlags,
    Hazard::FreshRuns,
    Hazard::Expiry,
    Hazard::SecondRun,
    Hazard::PowerCuts,
];

/// A variable with the names of hazards, separated by commas, that every seed then has.
const VARIABLE: &str = "BULK_INVITE_HAZARDS";

/// Distinguishes the random numbers of the hazards from those of the seed itself.
const SALT: u64 = 0x6861_7a61_7264_7321;

/// A hazard of a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hazard {
    /// An answer that leaves the outcome open may precede the commit of its request.
    EarlyAnswers,
    /// A request may first wait for a token, for as long as a request may take.
    SlowTokens,
    /// Look-ups and lists show a new invitation only after some time. Duplicates are refused at once.
    LaggingLists,
    /// Pages are shorter than requested, and the last one may have a link to the next.
    ShortPages,
    /// Look-ups may return the first page of all people.
    IgnoredFilters,
    /// Answers name the creator of an invitation.
    NamedInviters,
    /// Creation times deviate from `Date`, the job's clock is wrong, and the machine is suspended.
    WrongClocks,
    /// The flags and the endpoint differ from run to run.
    ChangedFlags,
    /// Some runs start over.
    FreshRuns,
    /// Invitations expire between two runs, and some runs invite those people again.
    Expiry,
    /// The user saves the results with another program between two runs.
    SavedResults,
    /// Another process runs the same sheet with results of its own.
    SecondJob,
    /// Another process tries to run with the same results.
    SecondRun,
    /// A kill also loses what may not have been on the disk.
    PowerCuts,
    /// The disk of some runs fails while they write.
    FailingDisk,
}

impl Hazard {
    /// Every hazard.
    pub(crate) const ALL: [Hazard; 15] = [
        Hazard::EarlyAnswers,
        Hazard::SlowTokens,
        Hazard::LaggingLists,
        Hazard::ShortPages,
        Hazard::IgnoredFilters,
        Hazard::NamedInviters,
        Hazard::WrongClocks,
        Hazard::ChangedFlags,
        Hazard::FreshRuns,
        Hazard::Expiry,
        Hazard::SavedResults,
        Hazard::SecondJob,
        Hazard::SecondRun,
        Hazard::PowerCuts,
        Hazard::FailingDisk,
    ];
}

/// The hazards of one seed.
#[derive(Clone, Debug)]
pub(crate) struct Hazards {
    kinds: Vec<Hazard>,
    pub(crate) rng: Rng,
}

impl Hazards {
    /// Returns no hazards.
    pub(crate) fn none() -> Self {
        Self { kinds: Vec::new(), rng: Rng::with_seed(0) }
    }

    /// Returns one hazard.
    pub(crate) fn only(hazard: Hazard, seed: u64) -> Self {
        Self { kinds: vec![hazard], rng: Rng::with_seed(seed ^ SALT) }
    }

    /// Picks up to three of the enabled hazards for every second seed.
    pub(crate) fn pick(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed ^ SALT);
        if let Ok(names) = env::var(VARIABLE) {
            let named = |name: &str| {
                let mut all = Hazard::ALL.into_iter();
                all.find(|hazard| format!("{hazard:?}") == name)
                    .unwrap_or_else(|| panic!("{VARIABLE}: no hazard is named {name}"))
            };
            return Self { kinds: names.split(',').map(named).collect(), rng };
        }
        let mut kinds = Vec::new();
        if rng.bool() && !ENABLED.is_empty() {
            for _ in 0..rng.usize(1..=3) {
                kinds.push(ENABLED[rng.usize(..ENABLED.len())]);
            }
            // Without its inviter, an invitation is recognized by its time alone.
            if kinds.contains(&Hazard::WrongClocks) {
                kinds.push(Hazard::NamedInviters);
            }
        }
        Self { kinds, rng }
    }

    pub(crate) fn has(&self, hazard: Hazard) -> bool {
        self.kinds.contains(&hazard)
    }

    /// Sets the server's part of the hazards.
    pub(crate) fn apply(&mut self, server: &mut ServerOptions, settings: &Settings) {
        let [wrong_clocks, named_inviters, lags] =
            [Hazard::WrongClocks, Hazard::NamedInviters, Hazard::LaggingLists].map(|hazard| self.has(hazard));
        let [short_pages, ignored_filters, changed_flags] =
            [Hazard::ShortPages, Hazard::IgnoredFilters, Hazard::ChangedFlags].map(|hazard| self.has(hazard));
        let (early_answers, slow_tokens) = (self.has(Hazard::EarlyAnswers), self.has(Hazard::SlowTokens));
        let rng = &mut self.rng;
        // The assumption of the guarantee: what a request did is visible within the settle delay of any run.
        let settle = if changed_flags { SETTLES[0].min(settings.settle) } else { settings.settle };
        let longest = (settle - Duration::from_millis(100)).min(Duration::from_secs(8));
        server.hazards = ServerHazards {
            early_answers,
            slow_tokens,
            lag: if lags { random_duration(rng, Duration::from_millis(100), longest) } else { Duration::ZERO },
            page_cap: short_pages.then(|| rng.usize(3..12)),
            ignored_filters,
            // Without a name, only the clocks would show whose an invitation is.
            named_inviters: named_inviters || wrong_clocks,
            wrong_clocks,
            created_offset: if wrong_clocks { rng.i64(-25_000..25_000) } else { 0 },
        };
        if lags {
            server.duplicates = Duplicates::Refused(409, "ALREADY_THERE");
        }
    }

    /// Returns the settings of the next run.
    pub(crate) fn change_flags(&mut self, usual: &Settings) -> Settings {
        if !self.has(Hazard::ChangedFlags) {
            return usual.clone();
        }
        let is_named = self.has(Hazard::NamedInviters);
        let rng = &mut self.rng;
        let timeout = Duration::from_secs([3, 10, 30][rng.usize(..3)]);
        Settings {
            api: if rng.u8(..3) == 0 { [Api::Invites, Api::Users][rng.usize(..2)] } else { usual.api },
            concurrency: [1, 4, 16][rng.usize(..3)],
            max_attempts: [1, 2, 5][rng.usize(..3)],
            settle: SETTLES[rng.usize(..3)],
            // Without its inviter, an invitation is recognized by its time, and that depends on the timeout.
            timeout: if is_named { timeout } else { usual.timeout },
            ..usual.clone()
        }
    }
}

/// The settle delays that runs are given.
pub(crate) const SETTLES: [Duration; 3] = [Duration::from_secs(2), Duration::from_secs(10), Duration::from_secs(30)];

/// The server's part of the hazards.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServerHazards {
    pub(crate) early_answers: bool,
    pub(crate) slow_tokens: bool,
    /// The longest time until lists show a new invitation.
    pub(crate) lag: Duration,
    /// The most entries of a page.
    pub(crate) page_cap: Option<usize>,
    /// Set if look-ups may return the first page of all people.
    pub(crate) ignored_filters: bool,
    /// Set if answers name the creator of an invitation.
    pub(crate) named_inviters: bool,
    /// Set if no time can be compared with another.
    pub(crate) wrong_clocks: bool,
    /// The time by which creation times are ahead of `Date`, in milliseconds, with 5 s of jitter.
    pub(crate) created_offset: i64,
}

impl ServerHazards {
    /// Ends the hazards that pass, so that every row can be settled.
    pub(crate) fn end(&mut self) {
        (self.early_answers, self.slow_tokens, self.ignored_filters) = (false, false, false);
        self.lag = Duration::ZERO;
    }
}
