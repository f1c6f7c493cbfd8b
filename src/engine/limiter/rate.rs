//! The pace that the user sets with `--rate` and `--burst`: `10/min`, `5/s`, `unlimited`.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

/// The pace of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// As fast as Atlas's token buckets allow, as far as they are known.
    #[default]
    Atlas,
    /// A fixed rate.
    Fixed {
        /// The rate.
        rate: Rate,
        /// The number of requests that may be sent at once after a pause.
        burst: NonZeroU32,
    },
    /// No rate of our own. Limits that answers name still apply.
    Unlimited,
}

impl Pace {
    /// Creates the pace from `--rate` and `--burst`. A burst alone means the rate at which Atlas's bucket fills.
    pub fn new(rate: Option<RateLimit>, burst: Option<NonZeroU32>) -> Self {
        match (rate, burst) {
            (None, None) => Pace::Atlas,
            (None, Some(burst)) => Pace::Fixed { rate: Rate::ATLAS, burst },
            (Some(RateLimit::Unlimited), _) => Pace::Unlimited,
            (Some(RateLimit::Per(rate)), burst) => Pace::Fixed { rate, burst: burst.unwrap_or(NonZeroU32::MIN) },
        }
    }
}

/// A number of requests in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests in a period.
    pub requests: NonZeroU32,
    /// The period.
    pub per: Duration,
}

impl Rate {
    /// The rate at which Atlas's documented bucket for invitations fills: 250 a minute.
    pub const ATLAS: Self = Self { requests: NonZeroU32::MIN.saturating_add(249), per: Duration::from_secs(60) };
}

/// A rate, or no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimit {
    /// At most this.
    Per(Rate),
    /// As fast as the answers arrive.
    Unlimited,
}

/// A text that is not a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a rate such as 10/min, 5/s or 600/h, or unlimited")]
pub struct NotARate;

impl FromStr for RateLimit {
    type Err = NotARate;

    fn from_str(text: &str) -> Result<Self, NotARate> {
        if text.eq_ignore_ascii_case("unlimited") {
            return Ok(RateLimit::Unlimited);
        }
        let (requests, unit) = text.split_once('/').ok_or(NotARate)?;
        let seconds = match unit.trim().to_ascii_lowercase().as_str() {
            "s" | "sec" | "second" => 1,
            "m" | "min" | "minute" => 60,
            "h" | "hour" => 3600,
            _ => return Err(NotARate),
        };
        let requests = requests.trim().parse().map_err(|_| NotARate)?;
        Ok(RateLimit::Per(Rate { requests, per: Duration::from_secs(seconds) }))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.per.as_secs() {
            1 => write!(f, "{}/s", self.requests),
            60 => write!(f, "{}/min", self.requests),
            3600 => write!(f, "{}/h", self.requests),
            seconds => write!(f, "{} per {seconds} s", self.requests),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_number_per_unit_of_time() {
        for (text, shown) in [("10/min", "10/min"), ("5/s", "5/s"), (" 600 / Hour", "600/h"), ("1/m", "1/min")] {
            let Ok(RateLimit::Per(rate)) = text.parse() else { panic!("{text}") };
            assert_eq!(rate.to_string(), shown);
        }
        assert_eq!("Unlimited".parse(), Ok(RateLimit::Unlimited));
    }

    #[test]
    fn a_burst_alone_smooths_the_documented_rate() {
        let burst = NonZeroU32::MIN;
        assert_eq!(Pace::new(None, Some(burst)), Pace::Fixed { rate: Rate::ATLAS, burst });
        assert_eq!(Rate::ATLAS.to_string(), "250/min");
        assert_eq!(Pace::new(None, None), Pace::Atlas);
        assert_eq!(Pace::new(Some(RateLimit::Unlimited), Some(burst)), Pace::Unlimited);
    }

    #[test]
    fn other_texts_are_not_rates() {
        for text in ["", "10", "0/s", "-1/s", "1.5/s", "10/day", "/s", "5000000000/s"] {
            assert_eq!(text.parse::<RateLimit>(), Err(NotARate), "{text}");
        }
    }
}
