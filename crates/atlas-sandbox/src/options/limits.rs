//! The limits on requests and on the size of the organization.

use std::time::Duration;

use serde::Deserialize;

use crate::duration;

/// The limits on requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Whether the token buckets limit at all.
    pub enforced: bool,
    /// The bucket of the organization, its invites and its projects.
    pub organizations: Rate,
    /// The bucket of the organization's users.
    pub users: Rate,
    /// The bucket of the organization's teams.
    pub teams: Rate,
    /// The size of two buckets: one for the rate limits, one for the root.
    pub inspection: Rate,
    /// Whether answers have `RateLimit-Limit` and `RateLimit-Remaining`.
    pub headers: bool,
    /// Whether a 429 has `Retry-After`.
    pub retry_after: bool,
    /// The limit on invitations, which is answered with 400; off if absent. Atlas's was 10 a minute.
    pub invitations: Option<Window>,
    /// The limit on requests to `/api/oauth/token`.
    pub tokens: Window,
    /// The number of tokens from `/api/oauth/token` that may be valid at once.
    pub active_tokens: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            enforced: true,
            organizations: Rate::per_minute(500, 250),
            users: Rate::per_minute(500, 250),
            teams: Rate::per_minute(1200, 500),
            inspection: Rate::per_minute(300, 100),
            headers: true,
            retry_after: true,
            invitations: None,
            tokens: Window::per_minute(50),
            active_tokens: 100,
        }
    }
}

impl Limits {
    /// Returns limits without token buckets; the token endpoint keeps its own limit.
    pub fn off() -> Self {
        Limits { enforced: false, ..Limits::default() }
    }
}

/// The size and the refill of a token bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rate {
    /// Tokens in a full bucket.
    pub capacity: u32,
    /// Tokens added at the end of each period, all at once.
    pub refill: u32,
    /// The period.
    #[serde(deserialize_with = "duration::deserialize")]
    pub period: Duration,
}

impl Rate {
    /// Returns a bucket that is refilled each minute.
    pub const fn per_minute(capacity: u32, refill: u32) -> Self {
        Rate { capacity, refill, period: Duration::from_secs(60) }
    }
}

/// A number of requests in each period, which starts with its first request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Window {
    /// The number of requests.
    pub max: u32,
    /// The period.
    #[serde(deserialize_with = "duration::deserialize")]
    pub per: Duration,
}

impl Window {
    /// Returns a limit of this many requests a minute.
    pub const fn per_minute(max: u32) -> Self {
        Window { max, per: Duration::from_secs(60) }
    }
}

/// The largest numbers of people and teams. Pending people count.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Caps {
    /// People in the organization.
    pub seats: usize,
    /// People in a team.
    pub team: usize,
    /// People in a project.
    pub project: usize,
    /// Teams of a person.
    pub teams_per_user: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Caps { seats: 500, team: 250, project: 500, teams_per_user: 100 }
    }
}

impl Caps {
    /// Returns caps that are never reached.
    pub fn unlimited() -> Self {
        Caps { seats: usize::MAX, team: usize::MAX, project: usize::MAX, teams_per_user: usize::MAX }
    }
}
