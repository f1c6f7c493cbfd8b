//! Everything a sandbox can be told: what it holds, how strict it is, and how it misbehaves.
//!
//! Plain data. The same fields make up a TOML scenario file, in kebab case, with durations written `2s` and faults
//! written as in [`Fault`].

pub(crate) mod credentials;
pub(crate) mod initial_organization;

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::duration;
use crate::fault::Fault;
use crate::options::credentials::Credentials;
use crate::options::initial_organization::Seed;

/// How a sandbox is set up. The default one behaves as Atlas is known to.
///
/// ```
/// let options: atlas_sandbox::Options = r#"
///     seed = 7
///     latency = "150ms"
///     speed = 60
///     duplicates = "refuse400"
///     faults = ["503-after@5%", "reset-after@#3", "429=2s@first:2"]
///
///     [organization]
///     members = ["grace.hopper@example.com"]
///
///     [limits]
///     organizations = { capacity = 10, refill = 5, period = "1m" }
///     invitations = { max = 10, per = "1m" }
///
///     [refusals]
///     "eve@example.com" = "USER_ORGS_RESTRICTED"
///     "@example.org" = "DOMAIN_NOT_IN_ALLOW_LIST"
/// "#
/// .parse()?;
/// assert_eq!(options.faults.len(), 3);
/// # Ok::<(), atlas_sandbox::ScenarioError>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Options {
    /// The organization and who is in it at the start.
    pub organization: Seed,
    /// The credentials that open it.
    pub credentials: Credentials,
    /// What the credentials may do.
    pub access: Access,
    /// How long a token from `/api/oauth/token` lives.
    #[serde(deserialize_with = "duration::deserialize")]
    pub token_lifetime: Duration,
    /// How long a digest nonce lives.
    #[serde(deserialize_with = "duration::deserialize")]
    pub nonce_age: Duration,
    /// How often a digest nonce may be used; 1 for a server that allows no reuse.
    pub nonce_uses: u32,
    /// The token buckets and the other limits on requests.
    pub limits: Limits,
    /// How many people fit.
    pub caps: Caps,
    /// What `POST /invites` says of an address that is invited already.
    pub duplicates: Duplicates,
    /// What the server does with the case of an address.
    pub emails: EmailCase,
    /// Addresses, or domains written `@example.org`, that the server refuses with an `errorCode` of its documentation,
    /// such as `USER_ORGS_RESTRICTED`.
    pub refusals: BTreeMap<String, String>,
    /// How long an invitation lasts.
    #[serde(deserialize_with = "duration::deserialize")]
    pub invitation_lifetime: Duration,
    /// The ways in which it misbehaves.
    pub faults: Vec<Fault>,
    /// Seeds every random choice, so that a run can be repeated.
    pub seed: u64,
    /// How long every request takes at least.
    #[serde(deserialize_with = "duration::deserialize")]
    pub latency: Duration,
    /// Compresses the minutes of limits, nonces and tokens: 60 makes each a second. What the server states about its
    /// limits is compressed alike; `Date` and the life of an invitation are not.
    #[serde(deserialize_with = "speed")]
    pub speed: f64,
    /// The server's clock when it starts; the wall clock's time where absent.
    pub start: Option<Timestamp>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            organization: Seed::default(),
            credentials: Credentials::default(),
            access: Access::default(),
            token_lifetime: Duration::from_secs(3600),
            nonce_age: Duration::from_secs(60),
            nonce_uses: 1024,
            limits: Limits::default(),
            caps: Caps::default(),
            duplicates: Duplicates::default(),
            emails: EmailCase::default(),
            refusals: BTreeMap::new(),
            invitation_lifetime: Duration::from_secs(30 * 86_400),
            faults: Vec::new(),
            seed: 1,
            latency: Duration::ZERO,
            speed: 1.0,
            start: None,
        }
    }
}

/// A scenario file that cannot be read: the line, where one is known to be wrong, and what is.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ScenarioError(String);

impl FromStr for Options {
    type Err = ScenarioError;

    /// Reads a TOML scenario.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        toml::from_str(text).map_err(|error: toml::de::Error| {
            let line = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
            let place = error.span().map(|span| format!("line {}: ", line(span.start)));
            // One line, as every message is.
            let problem = error.message().lines().collect::<Vec<_>>().join("; ");
            ScenarioError(format!("{}{problem}", place.unwrap_or_default()))
        })
    }
}

fn speed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let speed = f64::deserialize(deserializer)?;
    let is_one = speed.is_finite() && speed > 0.0;
    if is_one { Ok(speed) } else { Err(D::Error::custom("speed has to be a number above 0")) }
}

impl Options {
    /// Applies [`Options::speed`] to every period, once, so that nothing else has to know of it.
    pub(crate) fn compressed(mut self) -> Self {
        let speed = if self.speed.is_finite() && self.speed > 0.0 { self.speed } else { 1.0 };
        let compress = |period: &mut Duration| {
            *period = Duration::try_from_secs_f64(period.as_secs_f64() / speed).unwrap_or(*period);
        };
        compress(&mut self.token_lifetime);
        compress(&mut self.nonce_age);
        let limits = &mut self.limits;
        for rate in [&mut limits.organizations, &mut limits.users, &mut limits.teams, &mut limits.inspection] {
            compress(&mut rate.period);
        }
        compress(&mut limits.tokens.per);
        if let Some(window) = &mut limits.invitations {
            compress(&mut window.per);
        }
        self.speed = 1.0;
        self
    }
}

/// What the credentials may do, and from where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Everything: Organization Owner, from an address on the access list.
    #[default]
    Owner,
    /// Look-ups only: Organization Member. Creating and deleting is answered 401 `USER_UNAUTHORIZED`.
    Member,
    /// Nothing: the caller's address is not on the key's access list (403).
    AddressNotListed,
    /// Nothing: the organization requires an access list, and the key has none (403).
    ListRequired,
    /// Nothing: the account is suspended (402).
    Suspended,
    /// Nothing: the organization is inactive (400).
    Inactive,
    /// Nothing: the credentials belong to another organization (401 `USER_CANNOT_ACCESS_ORG`).
    Outsider,
}

/// What `POST /invites` says of an address that is invited or a member already. Atlas does not document it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Duplicates {
    /// 409, as a public script expects.
    #[default]
    #[serde(rename = "refuse409")]
    Refuse409,
    /// 400, as Atlas answers for projects.
    #[serde(rename = "refuse400")]
    Refuse400,
    /// A second invite to a pending address, and a second email. A member is refused with 409 all the same.
    Accept,
}

/// What the server does with the case of an address. Atlas does not document it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmailCase {
    /// Keeps addresses as written and finds them in any case.
    #[default]
    Preserved,
    /// Stores lower case and finds in any case.
    Lowered,
    /// Takes addresses that differ in case for different people.
    Distinct,
}

/// The limits on requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Whether buckets limit at all.
    pub enforced: bool,
    /// The organization, its invites and its projects.
    pub organizations: Rate,
    /// The organization's users.
    pub users: Rate,
    /// The organization's teams.
    pub teams: Rate,
    /// Reading the rate limits, and the root: each has a bucket of this size.
    pub inspection: Rate,
    /// Whether answers carry `RateLimit-Limit` and `RateLimit-Remaining`.
    pub headers: bool,
    /// Whether a 429 carries `Retry-After`.
    pub retry_after: bool,
    /// The limiter of invitations that answers 400, where it is on: Atlas's was 10 in a minute.
    pub invitations: Option<Window>,
    /// Requests to `/api/oauth/token`.
    pub tokens: Window,
    /// Tokens from `/api/oauth/token` that may be alive at once.
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
    /// No bucket limits anything; the token endpoint keeps its own limit.
    pub fn off() -> Self {
        Limits { enforced: false, ..Limits::default() }
    }
}

/// A token bucket's size and refill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rate {
    /// Tokens in a full bucket.
    pub capacity: u32,
    /// Tokens added at once, each period.
    pub refill: u32,
    /// The period.
    #[serde(deserialize_with = "duration::deserialize")]
    pub period: Duration,
}

impl Rate {
    /// A bucket refilled each minute.
    pub const fn per_minute(capacity: u32, refill: u32) -> Self {
        Rate { capacity, refill, period: Duration::from_secs(60) }
    }
}

/// So many requests in each period, counted from the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Window {
    /// How many.
    pub max: u32,
    /// In how long.
    #[serde(deserialize_with = "duration::deserialize")]
    pub per: Duration,
}

impl Window {
    /// So many a minute.
    pub const fn per_minute(max: u32) -> Self {
        Window { max, per: Duration::from_secs(60) }
    }
}

/// How many people fit.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Caps {
    /// Active and pending people in the organization.
    pub seats: usize,
    /// Active and pending people in a team.
    pub team: usize,
    /// Active and pending people in a project.
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
    /// Room for everybody.
    pub fn unlimited() -> Self {
        Caps { seats: usize::MAX, team: usize::MAX, project: usize::MAX, teams_per_user: usize::MAX }
    }
}
