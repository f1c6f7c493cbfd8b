//! The options of a sandbox: what it holds, how strict it is, and how it misbehaves.
//!
//! Plain data. The same fields make up a TOML scenario file, in kebab case, with durations written `2s` and faults
//! written as in [`Fault`].

pub(crate) mod credentials;
pub(crate) mod initial_organization;
pub(crate) mod limits;
pub(crate) mod policy;

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

use self::credentials::Credentials;
use self::initial_organization::InitialOrganization;
use self::limits::{Caps, Limits};
use self::policy::{Access, Duplicates, EmailCase};
use crate::duration;
use crate::fault::Fault;

/// The setup of a sandbox. The default behaves as Atlas is known to behave.
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
    /// The organization and the people in it at the start.
    pub organization: InitialOrganization,
    /// The accepted credentials.
    pub credentials: Credentials,
    /// The permissions of the credentials.
    pub access: Access,
    /// The lifetime of a token from `/api/oauth/token`.
    #[serde(deserialize_with = "duration::deserialize")]
    pub token_lifetime: Duration,
    /// The lifetime of a digest nonce.
    #[serde(deserialize_with = "duration::deserialize")]
    pub nonce_age: Duration,
    /// The number of requests that may use a digest nonce; 1 for a server that allows no reuse.
    pub nonce_uses: u32,
    /// The token buckets and the other limits on requests.
    pub limits: Limits,
    /// The largest numbers of people and teams.
    pub caps: Caps,
    /// The answer of `POST /invites` for an address that is already invited.
    pub duplicates: Duplicates,
    /// The treatment of upper and lower case in addresses.
    pub emails: EmailCase,
    /// Addresses, or domains written `@example.org`, each with the documented `errorCode` that they are refused with,
    /// such as `USER_ORGS_RESTRICTED`, or with a status and any code, such as `403:SOME_CODE`.
    pub refusals: BTreeMap<String, String>,
    /// The lifetime of an invitation.
    #[serde(deserialize_with = "duration::deserialize")]
    pub invitation_lifetime: Duration,
    /// The faults to inject.
    pub faults: Vec<Fault>,
    /// The seed of every random choice, so that a run can be repeated.
    pub seed: u64,
    /// The shortest time that a request takes.
    #[serde(deserialize_with = "duration::deserialize")]
    pub latency: Duration,
    /// The time after which a write is visible to look-ups. A duplicate is refused at once.
    #[serde(deserialize_with = "duration::deserialize")]
    pub lookup_lag: Duration,
    /// The divisor of the periods of limits, nonces and tokens: with 60, a minute takes a second. What the server states
    /// about its limits is divided too; `Date` and the lifetime of an invitation are not.
    #[serde(deserialize_with = "speed")]
    pub speed: f64,
    /// The time of day at which the server's clock starts; the current time if absent.
    pub start: Option<Timestamp>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            organization: InitialOrganization::default(),
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
            lookup_lag: Duration::ZERO,
            speed: 1.0,
            start: None,
        }
    }
}

/// A scenario that cannot be read: the line, if it is known, and the problem.
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
            // A message is one line.
            let problem = error.message().lines().collect::<Vec<_>>().join("; ");
            ScenarioError(format!("{}{problem}", place.unwrap_or_default()))
        })
    }
}

fn speed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let speed = f64::deserialize(deserializer)?;
    let valid = speed.is_finite() && speed > 0.0;
    if valid { Ok(speed) } else { Err(D::Error::custom("speed has to be a number above 0")) }
}

impl Options {
    /// Divides every period by [`Options::speed`], so that nothing else depends on the speed.
    pub(crate) fn with_speed_applied(mut self) -> Self {
        let speed = if self.speed.is_finite() && self.speed > 0.0 { self.speed } else { 1.0 };
        let divide = |period: &mut Duration| {
            *period = Duration::try_from_secs_f64(period.as_secs_f64() / speed).unwrap_or(*period);
        };
        divide(&mut self.token_lifetime);
        divide(&mut self.nonce_age);
        let limits = &mut self.limits;
        for rate in [&mut limits.organizations, &mut limits.users, &mut limits.teams, &mut limits.inspection] {
            divide(&mut rate.period);
        }
        divide(&mut limits.tokens.per);
        if let Some(window) = &mut limits.invitations {
            divide(&mut window.per);
        }
        self.speed = 1.0;
        self
    }
}
