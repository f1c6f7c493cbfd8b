//! Parses the headers that control the pace: `Date`, `Retry-After`, `RateLimit-*`.
//!
//! Parsing is lenient, because Atlas's documentation says that any of them may be missing at any time.

use std::time::Duration;

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::TimeZone;

/// The longest `Retry-After` that is accepted. Atlas's buckets refill every minute.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");

#[derive(Debug, PartialEq, Eq)]
pub(super) struct PaceHeaders {
    pub(super) date: Option<Timestamp>,
    pub(super) retry_after: Option<Duration>,
    pub(super) limit: Option<u32>,
    pub(super) remaining: Option<u32>,
}

impl PaceHeaders {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let count = |name| text(name)?.trim().parse().ok();
        let date = text(DATE).and_then(http_date);
        Self {
            date,
            retry_after: text(RETRY_AFTER).and_then(|value| retry_after(value, date)),
            limit: count(LIMIT),
            remaining: count(REMAINING),
        }
    }
}

/// Parses a `Retry-After`: whole seconds, or a date relative to the same answer's `date`.
///
/// Without that `date` a date is ignored, because our clock may be wrong. The result is at least zero and at most a
/// day.
pub(super) fn retry_after(value: &str, date: Option<Timestamp>) -> Option<Duration> {
    let value = value.trim();
    let digits = value.strip_prefix('-').unwrap_or(value);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        if digits.len() < value.len() {
            return Some(Duration::ZERO);
        }
        let seconds = digits.parse().map_or(LONGEST_WAIT, Duration::from_secs);
        return Some(seconds.min(LONGEST_WAIT));
    }
    let wait = http_date(value)?.duration_since(date?);
    Some(Duration::try_from(wait).unwrap_or_default().min(LONGEST_WAIT))
}

/// Parses an HTTP date in any of the three forms of RFC 9110 (5.6.7).
pub(super) fn http_date(value: &str) -> Option<Timestamp> {
    const PARSER: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);
    let value = value.trim();
    PARSER.parse_timestamp(value).ok().or_else(|| {
        let utc = |format| TimeZone::UTC.to_timestamp(DateTime::strptime(format, value).ok()?).ok();
        utc("%A, %d-%b-%y %H:%M:%S GMT").or_else(|| utc("%a %b %e %H:%M:%S %Y"))
    })
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    #[test]
    fn retry_after_is_seconds_or_a_date_relative_to_the_answer() {
        let seconds = |count| Some(Duration::from_secs(count));
        for (value, wait) in [
            ("0", seconds(0)),
            ("6", seconds(6)),
            ("  12\t", seconds(12)),
            ("-1", seconds(0)),
            ("86401", Some(LONGEST_WAIT)),
            ("99999999999999999999999999", Some(LONGEST_WAIT)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", seconds(60)),
            ("Sunday, 06-Nov-94 08:50:37 GMT", seconds(60)),
            ("Sun Nov  6 08:50:37 1994", seconds(60)),
            ("Sun, 06 Nov 1994 08:49:36 GMT", seconds(0)),
            ("Sun, 06 Nov 2094 08:49:36 GMT", Some(LONGEST_WAIT)),
            ("", None),
            ("-", None),
            ("+5", None),
            ("1.5", None),
            ("soon", None),
            ("6, 6", None),
            ("Sun, 99 Nov 1994 08:50:37 GMT", None),
        ] {
            assert_eq!(retry_after(value, http_date(DATE)), wait, "{value}");
        }
    }

    #[test]
    fn a_retry_after_date_without_the_server_date_is_ignored() {
        assert_eq!(retry_after(DATE, None), None);
    }

    #[test]
    fn all_three_forms_of_a_date_are_parsed() {
        let instant: Timestamp = "1994-11-06T08:49:37Z".parse().unwrap();
        for value in
            [DATE, "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", " Sun, 6 Nov 1994 08:49:37 GMT"]
        {
            assert_eq!(http_date(value), Some(instant), "{value}");
        }
    }

    #[test]
    fn header_names_ignore_case_and_bad_values_are_dropped() {
        let headers = |pairs: &[(&str, &'static str)]| {
            pairs
                .iter()
                .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_static(value)))
                .collect::<HeaderMap>()
        };
        let pace = PaceHeaders::of(&headers(&[
            ("Ratelimit-Limit", "500"),
            ("RateLimit-Remaining", " 0"),
            ("DATE", DATE),
            ("retry-after", "6"),
        ]));
        let expected = PaceHeaders {
            date: http_date(DATE),
            retry_after: Some(Duration::from_secs(6)),
            limit: Some(500),
            remaining: Some(0),
        };
        assert_eq!(pace, expected);
        let pace =
            PaceHeaders::of(&headers(&[("RateLimit-Limit", "-5"), ("RateLimit-Remaining", "many"), ("Date", "today")]));
        assert_eq!(pace, PaceHeaders { date: None, retry_after: None, limit: None, remaining: None });
    }

    proptest! {
        #[test]
        fn no_text_panics(value in ".*", date in ".*") {
            let _ = retry_after(&value, http_date(&date));
        }

        #[test]
        fn no_date_like_text_panics(value in "[A-Za-z]{3,9},? [0-9 -]{1,12}[A-Za-z]{3}[ -][0-9: ]{2,16}( GMT)?") {
            let _ = retry_after(&value, http_date(&value));
        }
    }
}
