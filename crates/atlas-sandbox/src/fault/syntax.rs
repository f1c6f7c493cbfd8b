//! Reads faults as [`Fault`] describes them.

use std::str::FromStr;

use super::{Fault, FaultKind, Moment, RetryAfter, Target, When};
use crate::duration;

/// A fault that is not written as [`Fault`] describes.
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
    use std::time::Duration;

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
}
