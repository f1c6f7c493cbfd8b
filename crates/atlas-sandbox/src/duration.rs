//! Durations in text: `500ms`, `2s`, `1.5m`, `1h`, `30d`.

use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, de::Error};

/// Parses a number and its unit.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let bad = || format!("`{text}` is not a duration such as 500ms, 2s or 1m");
    let split = text.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(bad)?;
    let (number, unit) = text.split_at(split);
    let seconds = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return Err(bad()),
    };
    let number: f64 = number.parse().map_err(|_| bad())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| bad())
}

/// Parses a duration with or without a sign.
pub(crate) fn parse_signed(text: &str) -> Result<SignedDuration, String> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (true, unsigned),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let duration = SignedDuration::try_from(parse(unsigned)?).map_err(|error| error.to_string())?;
    Ok(if negative { -duration } else { duration })
}

/// Deserializes a duration, for `#[serde(deserialize_with)]`.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_number_with_a_unit() {
        assert_eq!(parse("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse("1.5m"), Ok(Duration::from_secs(90)));
        for bad in ["", "5", "s", "-1s", "1e400s", "5 s x", "nans"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_difference_may_have_a_sign() {
        for (text, millis) in [("-5s", -5000), ("+1m", 60_000), ("500ms", 500)] {
            assert_eq!(parse_signed(text), Ok(SignedDuration::from_millis(millis)));
        }
        assert!(parse_signed("--5s").is_err());
        assert!(parse_signed("-").is_err());
    }
}
