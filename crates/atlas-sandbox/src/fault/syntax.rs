//! Reads faults as [`Fault`] describes them.

mod kind;

use std::str::FromStr;

use super::{Fault, Target, When};
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
    let kind = kind::parse(kind)?;
    let (when, target) = match when.split_once('/') {
        Some((when, target)) => (when, parse_target(target)?),
        None => (when, Target::usual(&kind)),
    };
    Ok(Fault { kind, when: parse_when(when)?, target })
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
        email if email.contains('@') => Ok(Target::CreatesFor(email.to_owned())),
        other => Err(format!("`{other}` is none of creates, lookups, deletes, tokens, all, or an address")),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::SignedDuration;

    use super::*;
    use crate::fault::kind::{ClockFault, FaultKind, Lacking, ListFault, Moment, RetryAfter};

    fn status(status: u16, code: Option<&str>, retry_after: Option<RetryAfter>, moment: Moment) -> FaultKind {
        FaultKind::Status { status, code: code.map(Into::into), retry_after, moment }
    }

    #[test]
    fn every_form_is_read() {
        use FaultKind::*;
        use Moment::*;
        let (creates, chance) = (|| Target::Creates, When::Chance);
        for (text, kind, when, target) in [
            ("500@0.1", status(500, None, None, Before), chance(0.1), creates()),
            ("503-after@5%", status(503, None, None, After), chance(0.05), creates()),
            ("400-after:SOME_CODE@1", status(400, Some("SOME_CODE"), None, After), chance(1.0), creates()),
            (
                "503=30s@first:2/all",
                status(503, None, Some(RetryAfter::Seconds(30)), Before),
                When::First(2),
                Target::All,
            ),
            ("429:X=date+2m@#1", status(429, Some("X"), Some(RetryAfter::Date(120)), Before), When::Nth(1), creates()),
            ("html=504@every:7/lookups", Html { status: 504, moment: Before }, When::Every(7), Target::LookUps),
            ("html-after@#2", Html { status: 502, moment: After }, When::Nth(2), creates()),
            ("reset-before@#2", Reset(Before), When::Nth(2), creates()),
            ("reset-after@0.02", Reset(After), chance(0.02), creates()),
            ("cut@0.01", CutOff, chance(0.01), creates()),
            ("slow-after=2s@0.1", SlowAfter(Duration::from_secs(2)), chance(0.1), creates()),
            ("no-id@#1", NoId, When::Nth(1), creates()),
            ("cut@first:2/deletes", CutOff, When::First(2), Target::Deletes),
            ("redirect=301@#1/tokens", Redirect(301), When::Nth(1), Target::Tokens),
            ("maintenance=10s@#5", Maintenance(Duration::from_secs(10)), When::Nth(5), creates()),
            ("revoke@#100/all", Revoke, When::Nth(100), Target::All),
            ("revoke@at:90s/all", Revoke, When::At(Duration::from_secs(90)), Target::All),
            ("no-headers@1", NoHeaders, chance(1.0), creates()),
        ] {
            assert_eq!(text.parse(), Ok(Fault { kind, when, target }), "{text}");
        }
    }

    #[test]
    fn an_answer_may_come_before_its_processing() {
        use Moment::Late;
        let late = Late(Duration::from_secs(1));
        for (text, kind) in [
            ("503-late=1s@1", status(503, None, None, late)),
            ("500-late:SOME_CODE=1s@1", status(500, Some("SOME_CODE"), None, late)),
            ("html-late=1s@1", FaultKind::Html { status: 502, moment: late }),
            ("reset-late=1s@1", FaultKind::Reset(late)),
        ] {
            assert_eq!(text.parse::<Fault>().map(|fault| fault.kind), Ok(kind), "{text}");
        }
    }

    #[test]
    fn a_kind_has_its_usual_target() {
        let (five, cap) = (SignedDuration::from_secs(5), "100".parse().unwrap());
        for (text, kind, target) in [
            ("echo@1", FaultKind::Echo { status: 500, html: false }, Target::Creates),
            ("html-echo=503@1/all", FaultKind::Echo { status: 503, html: true }, Target::All),
            ("lacks=team@1", FaultKind::Lacks(Lacking::Team), Target::Creates),
            ("page-cap=100@1", FaultKind::List(ListFault::PageCap(cap)), Target::LookUps),
            ("total-count=+5@1", FaultKind::List(ListFault::TotalCount(5)), Target::LookUps),
            ("total-count=-5@1", FaultKind::List(ListFault::TotalCount(-5)), Target::LookUps),
            ("endless-users@1/all", FaultKind::List(ListFault::Endless), Target::All),
            ("date-skew=5s@1", FaultKind::Clock(ClockFault::Date(five)), Target::All),
            ("created-skew=-5s@1", FaultKind::Clock(ClockFault::Created(-five)), Target::Creates),
            (
                "other-username@1/eve@example.com",
                FaultKind::OtherUsername,
                Target::CreatesFor("eve@example.com".into()),
            ),
        ] {
            assert_eq!(text.parse(), Ok(Fault { kind, when: When::Chance(1.0), target }), "{text}");
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
            "503-late@1",
            "html-late=502@1",
            "lacks=name@1",
            "page-cap=0@1",
            "total-count=many@1",
            "short-pages=2@1",
            "created-skew=5@1",
        ] {
            let error = text.parse::<Fault>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("fault `{text}`: ")), "{error}");
        }
    }
}
