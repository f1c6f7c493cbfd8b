//! The ways in which a sandbox misbehaves, how they are written, and when each strikes.

use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

use crate::duration;

/// One way to misbehave, when it strikes and which requests it hits.
///
/// # In writing
///
/// `KIND@WHEN` or `KIND@WHEN/TARGET`, for example `500@0.1`, `reset-after@#3`, `slow-after=2s@10%`,
/// `503=30s@first:2/all`.
///
/// | KIND | what happens |
/// | --- | --- |
/// | `NNN` | status NNN with Atlas's error body; nothing was processed |
/// | `NNN-after` | the same, but the request was processed |
/// | `NNN:CODE`, `NNN-after:CODE` | with this `errorCode` |
/// | `503=30s`, `503:CODE=30s` | with `Retry-After: 30`; `=date+30s` writes it as a date |
/// | `html`, `html=NNN`, `html-after` | a proxy's HTML page, 502 or NNN |
/// | `reset-before`, `reset-after` | the connection is reset before or after the request is processed |
/// | `cut` | processed; the connection ends within the answer's body |
/// | `slow-before=2s`, `slow-after=2s` | waits before or after the request is processed |
/// | `no-id` | processed; a 2xx whose body is `{}` |
/// | `wrong-type` | processed; the answer says that it is `text/html` |
/// | `no-rate-headers` | processed; the answer lacks `RateLimit-*` |
/// | `no-headers` | processed; the answer has no header but its length: no `Content-Type`, `Date` or `RateLimit-*` |
/// | `redirect`, `redirect=NNN` | 307 or NNN to another host |
/// | `maintenance=10s` | from this request on, for so long, writes are answered 405 |
/// | `revoke` | from this request on, nobody is authorized |
///
/// WHEN is a probability (`0.1`, `10%`, `1`), `#3` (the third request only), `first:3`, `every:3`, or `at:30s` (the first
/// request once the server has run for so long; `maintenance` lasts from that moment on). TARGET is `creates` (assumed),
/// `lookups`, `deletes`, `tokens` or `all`; requests that are not authorized or find their bucket empty do not count.
/// Every slow fault that strikes adds to the wait; of the others the first that strikes wins.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct Fault {
    /// What happens.
    pub kind: FaultKind,
    /// When it strikes.
    pub when: When,
    /// Which requests it hits.
    pub target: Target,
}

/// What happens in a [`Fault`].
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// An error status with Atlas's body.
    Status {
        /// The status.
        status: u16,
        /// The `errorCode`; one that suits the status where absent.
        code: Option<String>,
        /// The `Retry-After` header.
        retry_after: Option<RetryAfter>,
        /// Before or after the request is processed.
        moment: Moment,
    },
    /// A page of HTML with this status.
    Html {
        /// The status.
        status: u16,
        /// Before or after the request is processed.
        moment: Moment,
    },
    /// The connection is reset.
    Reset(Moment),
    /// The connection ends within the answer's body.
    CutOff,
    /// A wait.
    Slow(Moment, Duration),
    /// A 2xx without an id.
    NoId,
    /// An answer that says it is `text/html`.
    WrongType,
    /// An answer without `RateLimit-*`.
    NoRateHeaders,
    /// An answer without any header but its length.
    NoHeaders,
    /// A redirect to another host with this status.
    Redirect(u16),
    /// Writes are not allowed for so long.
    Maintenance(Duration),
    /// The credentials end.
    Revoke,
}

/// Whether a fault strikes before or after the request is processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The request has no effect.
    Before,
    /// The request has its effect.
    After,
}

/// The two ways to write `Retry-After`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// Whole seconds.
    Seconds(u64),
    /// The date so many seconds from now.
    Date(u64),
}

/// When a fault strikes, counted over the requests that its target takes in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum When {
    /// With this probability.
    Chance(f64),
    /// At the request of this number only, from 1.
    Nth(u64),
    /// At each of so many first requests.
    First(u64),
    /// At each request whose number this divides.
    Every(u64),
    /// At the first request once the server has run for so long.
    At(Duration),
}

/// The requests that a fault hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Those that make an invitation.
    Creates,
    /// Those that change nothing.
    LookUps,
    /// Those that take an invitation back or remove somebody.
    Deletes,
    /// Those to the OAuth endpoints.
    Tokens,
    /// Every one.
    All,
}

/// What kind of request asks whether a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Create,
    LookUp,
    Delete,
    Token,
}

impl Target {
    fn takes(self, kind: Kind) -> bool {
        match self {
            Target::Creates => kind == Kind::Create,
            Target::LookUps => kind == Kind::LookUp,
            Target::Deletes => kind == Kind::Delete,
            Target::Tokens => kind == Kind::Token,
            Target::All => true,
        }
    }
}

/// What befalls one request.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Plan {
    pub(crate) before: Duration,
    pub(crate) after: Duration,
    pub(crate) fault: Option<FaultKind>,
}

/// The faults with what they have seen.
#[derive(Debug)]
pub(crate) struct Faults {
    /// Each with the requests that it counted; of an [`When::At`], those since its moment.
    faults: Vec<(Fault, u64)>,
    random: fastrand::Rng,
}

impl Faults {
    pub(crate) fn new(faults: Vec<Fault>, seed: u64) -> Self {
        Faults { faults: faults.into_iter().map(|fault| (fault, 0)).collect(), random: fastrand::Rng::with_seed(seed) }
    }

    /// Counts a request and says what befalls it.
    pub(crate) fn plan(&mut self, kind: Kind, now: Duration) -> Plan {
        let mut plan = Plan::default();
        for (fault, seen) in self.faults.iter_mut().filter(|(fault, _)| fault.target.takes(kind)) {
            let late = match fault.when {
                When::At(at) => now.checked_sub(at),
                When::Chance(_) | When::Nth(_) | When::First(_) | When::Every(_) => Some(Duration::ZERO),
            };
            let Some(late) = late else { continue };
            *seen += 1;
            let strikes = match fault.when {
                When::Chance(chance) => self.random.f64() < chance,
                When::Nth(n) => *seen == n,
                When::First(n) => *seen <= n,
                When::Every(n) => n > 0 && *seen % n == 0,
                When::At(_) => *seen == 1,
            };
            match (&fault.kind, strikes) {
                (_, false) => {}
                (FaultKind::Slow(Moment::Before, wait), true) => plan.before = plan.before.saturating_add(*wait),
                (FaultKind::Slow(Moment::After, wait), true) => plan.after = plan.after.saturating_add(*wait),
                (FaultKind::Maintenance(lasting), true) => {
                    plan.fault.get_or_insert(FaultKind::Maintenance(lasting.saturating_sub(late)));
                }
                (kind, true) => {
                    plan.fault.get_or_insert_with(|| kind.clone());
                }
            }
        }
        plan
    }
}

/// A fault that is not written as [`Fault`] says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("fault `{text}`: {reason}")]
pub struct FaultError {
    text: String,
    reason: String,
}

impl TryFrom<String> for Fault {
    type Error = FaultError;

    fn try_from(text: String) -> Result<Self, FaultError> {
        text.parse()
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        parse(text).map_err(|reason| FaultError { text: text.to_owned(), reason })
    }
}

fn parse(text: &str) -> Result<Fault, String> {
    let (kind, when) = text.split_once('@').ok_or("write KIND@WHEN, for example 500@0.1")?;
    let (when, target) = when.split_once('/').unwrap_or((when, "creates"));
    Ok(Fault { kind: parse_kind(kind)?, when: parse_when(when)?, target: parse_target(target)? })
}

fn parse_kind(text: &str) -> Result<FaultKind, String> {
    let (name, argument) = match text.split_once('=') {
        Some((name, argument)) => (name, Some(argument)),
        None => (text, None),
    };
    let wait = || duration::parse(argument.unwrap_or_default());
    let status = |default| argument.map_or(Ok(default), parse_status);
    let kind = match name {
        "html" | "html-before" => FaultKind::Html { status: status(502)?, moment: Moment::Before },
        "html-after" => FaultKind::Html { status: status(502)?, moment: Moment::After },
        "redirect" => FaultKind::Redirect(status(307)?),
        "slow" | "slow-before" => FaultKind::Slow(Moment::Before, wait()?),
        "slow-after" => FaultKind::Slow(Moment::After, wait()?),
        "maintenance" => FaultKind::Maintenance(wait()?),
        name if name.starts_with(|c: char| c.is_ascii_digit()) => return parse_error_status(name, argument),
        name => {
            let kind = match name {
                "reset-before" => FaultKind::Reset(Moment::Before),
                "reset" | "reset-after" => FaultKind::Reset(Moment::After),
                "cut" => FaultKind::CutOff,
                "no-id" => FaultKind::NoId,
                "wrong-type" => FaultKind::WrongType,
                "no-rate-headers" => FaultKind::NoRateHeaders,
                "no-headers" => FaultKind::NoHeaders,
                "revoke" => FaultKind::Revoke,
                _ => return Err(format!("`{name}` is no kind of fault")),
            };
            if argument.is_some() {
                return Err(format!("`{name}` takes no argument"));
            }
            kind
        }
    };
    Ok(kind)
}

fn parse_error_status(name: &str, argument: Option<&str>) -> Result<FaultKind, String> {
    let (status, code) = match name.split_once(':') {
        Some((status, code)) => (status, Some(code.to_owned())),
        None => (name, None),
    };
    let (status, moment) = match status.split_once('-') {
        None => (status, Moment::Before),
        Some((status, "before")) => (status, Moment::Before),
        Some((status, "after")) => (status, Moment::After),
        Some((_, other)) => return Err(format!("`{other}` is neither before nor after")),
    };
    let seconds = |text| duration::parse(text).map(|wait| wait.as_secs());
    let retry_after = match argument.map(|text| (text, text.strip_prefix("date+"))) {
        None => None,
        Some((_, Some(text))) => Some(RetryAfter::Date(seconds(text)?)),
        Some((text, None)) => Some(RetryAfter::Seconds(seconds(text)?)),
    };
    Ok(FaultKind::Status { status: parse_status(status)?, code, retry_after, moment })
}

fn parse_status(text: &str) -> Result<u16, String> {
    let status = text.parse().ok().filter(|status| (200..=599).contains(status));
    status.ok_or_else(|| format!("`{text}` is no status that an answer can have"))
}

fn parse_when(text: &str) -> Result<When, String> {
    let number = |text: &str| match text.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err(format!("`{text}` is not a number from 1")),
    };
    if let Some(n) = text.strip_prefix('#') {
        return number(n).map(When::Nth);
    }
    if let Some(n) = text.strip_prefix("first:") {
        return number(n).map(When::First);
    }
    if let Some(n) = text.strip_prefix("every:") {
        return number(n).map(When::Every);
    }
    if let Some(wait) = text.strip_prefix("at:") {
        return duration::parse(wait).map(When::At);
    }
    let chance: Option<f64> = match text.strip_suffix('%') {
        Some(percent) => percent.parse().ok().map(|percent: f64| percent / 100.0),
        None => text.parse().ok(),
    };
    let chance = chance.filter(|chance| (0.0..=1.0).contains(chance));
    chance
        .map(When::Chance)
        .ok_or_else(|| format!("`{text}` is neither a probability nor #N, first:N, every:N or at:TIME"))
}

fn parse_target(text: &str) -> Result<Target, String> {
    match text {
        "creates" => Ok(Target::Creates),
        "lookups" => Ok(Target::LookUps),
        "deletes" => Ok(Target::Deletes),
        "tokens" => Ok(Target::Tokens),
        "all" => Ok(Target::All),
        other => Err(format!("`{other}` is none of creates, lookups, deletes, tokens, all")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(status: u16, code: Option<&str>, retry_after: Option<RetryAfter>, moment: Moment) -> FaultKind {
        FaultKind::Status { status, code: code.map(Into::into), retry_after, moment }
    }

    #[test]
    fn every_form_is_read() {
        use FaultKind::*;
        use Moment::*;
        let (creates, chance) = (Target::Creates, When::Chance);
        for (text, kind, when, target) in [
            ("500@0.1", status(500, None, None, Before), chance(0.1), creates),
            ("503-after@5%", status(503, None, None, After), chance(0.05), creates),
            ("400-after:SOME_CODE@1", status(400, Some("SOME_CODE"), None, After), chance(1.0), creates),
            (
                "503=30s@first:2/all",
                status(503, None, Some(RetryAfter::Seconds(30)), Before),
                When::First(2),
                Target::All,
            ),
            ("429:X=date+2m@#1", status(429, Some("X"), Some(RetryAfter::Date(120)), Before), When::Nth(1), creates),
            ("html=504@every:7/lookups", Html { status: 504, moment: Before }, When::Every(7), Target::LookUps),
            ("html-after@#2", Html { status: 502, moment: After }, When::Nth(2), creates),
            ("reset-before@#2", Reset(Before), When::Nth(2), creates),
            ("reset-after@0.02", Reset(After), chance(0.02), creates),
            ("cut@0.01", CutOff, chance(0.01), creates),
            ("slow-after=2s@0.1", Slow(After, Duration::from_secs(2)), chance(0.1), creates),
            ("no-id@#1", NoId, When::Nth(1), creates),
            ("cut@first:2/deletes", CutOff, When::First(2), Target::Deletes),
            ("redirect=301@#1/tokens", Redirect(301), When::Nth(1), Target::Tokens),
            ("maintenance=10s@#5", Maintenance(Duration::from_secs(10)), When::Nth(5), creates),
            ("revoke@#100/all", Revoke, When::Nth(100), Target::All),
            ("revoke@at:90s/all", Revoke, When::At(Duration::from_secs(90)), Target::All),
            ("no-headers@1", NoHeaders, chance(1.0), creates),
        ] {
            assert_eq!(text.parse(), Ok(Fault { kind, when, target }), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_fault_is_named() {
        for text in [
            "",
            "500",
            "500@",
            "500@2",
            "500@-1",
            "99@1",
            "abc@1",
            "cut=1@1",
            "slow@1",
            "500@#0",
            "500@1/people",
            "500-x@1",
            "500@NaN",
            "500@at:5",
            "html=x@1",
        ] {
            let error = text.parse::<Fault>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("fault `{text}`: ")), "{error}");
        }
    }

    #[test]
    fn faults_strike_by_count_and_target() {
        let faults = ["500@#2", "slow-after=1s@every:2", "cut@first:3"].map(|text| text.parse().unwrap());
        let mut faults = Faults::new(faults.into(), 1);
        assert_eq!(faults.plan(Kind::LookUp, Duration::ZERO), Plan::default());
        let plans: Vec<_> = (0..4).map(|_| faults.plan(Kind::Create, Duration::ZERO)).collect();
        assert_eq!(plans[0].fault, Some(FaultKind::CutOff));
        assert_eq!(plans[1].fault, Some(status(500, None, None, Moment::Before)), "the first that strikes");
        assert_eq!(plans[1].after, Duration::from_secs(1));
        assert_eq!(plans[3].fault, None);
    }

    #[test]
    fn a_moment_strikes_once_and_a_window_ends_when_it_was_said_to() {
        let second = Duration::from_secs;
        let strikes = |text: &str| {
            let mut faults = Faults::new(vec![text.parse().unwrap()], 1);
            [29, 31, 32].map(|now| faults.plan(Kind::Create, second(now)).fault)
        };
        assert_eq!(strikes("revoke@at:30s"), [None, Some(FaultKind::Revoke), None]);
        assert_eq!(strikes("maintenance=10s@at:30s")[1], Some(FaultKind::Maintenance(second(9))));
        assert_eq!(strikes("maintenance=10s@#2")[1], Some(FaultKind::Maintenance(second(10))));
    }

    #[test]
    fn chance_is_seeded() {
        let strikes = |seed| {
            let mut faults = Faults::new(vec!["500@0.25".parse().unwrap()], seed);
            (0..1000).filter(|_| faults.plan(Kind::Create, Duration::ZERO).fault.is_some()).count()
        };
        assert_eq!(strikes(3), strikes(3));
        assert!((200..300).contains(&strikes(3)), "{}", strikes(3));
    }
}
