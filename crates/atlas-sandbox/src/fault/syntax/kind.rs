//! Reads the KIND of a fault.

use crate::duration;
use crate::fault::kind::{ClockFault, FaultKind, Lacking, ListFault, Moment, RetryAfter};

pub(super) fn parse(text: &str) -> Result<FaultKind, String> {
    let (name, argument) = match text.split_once('=') {
        Some((name, argument)) => (name, Some(argument)),
        None => (text, None),
    };
    let given = argument.unwrap_or_default();
    let wait = || duration::parse(given);
    let difference = || duration::parse_signed(given);
    let status = |default| argument.map_or(Ok(default), parse_status);
    let kind = match name {
        "html" | "html-before" => FaultKind::Html { status: status(502)?, moment: Moment::Before },
        "html-after" => FaultKind::Html { status: status(502)?, moment: Moment::After },
        "html-late" => FaultKind::Html { status: 502, moment: Moment::Late(wait()?) },
        "echo" => FaultKind::Echo { status: status(500)?, html: false },
        "html-echo" => FaultKind::Echo { status: status(502)?, html: true },
        "redirect" => FaultKind::Redirect(status(307)?),
        "reset-late" => FaultKind::Reset(Moment::Late(wait()?)),
        "slow" | "slow-before" => FaultKind::SlowBefore(wait()?),
        "slow-after" => FaultKind::SlowAfter(wait()?),
        "maintenance" => FaultKind::Maintenance(wait()?),
        "lacks" => FaultKind::Lacks(parse_lacking(given)?),
        "page-cap" => FaultKind::List(ListFault::PageCap(
            given.parse().map_err(|_| format!("`{given}` is not a number of entries from 1"))?,
        )),
        "total-count" => FaultKind::List(ListFault::TotalCount(
            given.parse().map_err(|_| format!("`{given}` is not a difference such as +5 or -5"))?,
        )),
        "date-skew" => FaultKind::Clock(ClockFault::Date(difference()?)),
        "created-skew" => FaultKind::Clock(ClockFault::Created(difference()?)),
        "created-jitter" => FaultKind::Clock(ClockFault::CreatedJitter(wait()?)),
        name if name.starts_with(|c: char| c.is_ascii_digit()) => return parse_error_status(name, argument),
        name => {
            let kind = parse_plain(name)?;
            if argument.is_some() {
                return Err(format!("`{name}` takes no argument"));
            }
            kind
        }
    };
    Ok(kind)
}

/// Reads a kind that has no argument.
fn parse_plain(name: &str) -> Result<FaultKind, String> {
    Ok(match name {
        "reset-before" => FaultKind::Reset(Moment::Before),
        "reset" | "reset-after" => FaultKind::Reset(Moment::After),
        "cut" => FaultKind::CutOff,
        "no-id" => FaultKind::NoId,
        "other-username" => FaultKind::OtherUsername,
        "wrong-type" => FaultKind::WrongType,
        "no-rate-headers" => FaultKind::NoRateHeaders,
        "no-headers" => FaultKind::NoHeaders,
        "revoke" => FaultKind::Revoke,
        "short-pages" => FaultKind::List(ListFault::ShortPages),
        "no-total-count" => FaultKind::List(ListFault::NoTotalCount),
        "ignore-username" => FaultKind::List(ListFault::IgnoreUsername),
        "endless-users" => FaultKind::List(ListFault::Endless),
        _ => return Err(format!("`{name}` is no kind of fault")),
    })
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
        Some((status, "late")) => {
            let moment = Moment::Late(duration::parse(argument.unwrap_or_default())?);
            return Ok(FaultKind::Status { status: parse_status(status)?, code, retry_after: None, moment });
        }
        Some((_, other)) => return Err(format!("`{other}` is none of before, after, late")),
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

fn parse_lacking(text: &str) -> Result<Lacking, String> {
    match text {
        "role" => Ok(Lacking::Role),
        "team" => Ok(Lacking::Team),
        "project" => Ok(Lacking::Project),
        other => Err(format!("`{other}` is none of role, team, project")),
    }
}
