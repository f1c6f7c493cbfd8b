//! The rate-limit facts in an answer: its headers, and the numbers in Atlas's error texts.
//!
//! All of it is untrusted, so numbers out of a sensible range are ignored.

use std::time::Duration;

use super::bounds::is_plausible;
use crate::atlas::api::{Answer, Response};
use crate::atlas::verdict::{Busy, busy};

/// The effect of one answer on the limits.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum RateSignal {
    /// The request took a token. The headers may name the number that are left.
    Served { remaining: Option<u32>, capacity: Option<u32> },
    /// The request took no token: it was never sent, or refused before the bucket (as an unauthenticated one is).
    Uncounted,
    /// It is unknown whether the request took a token.
    Lost,
    /// A limit refused the request.
    Limited(Limited),
    /// Atlas refused the request because it is being upgraded.
    Maintenance,
}

/// The limit that refused a request, as far as the answer names it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Limited {
    pub(super) retry_after: Option<Duration>,
    /// Capacity, refill and period of a token bucket.
    pub(super) bucket: Option<(u32, u32, Duration)>,
    /// The number of invitations and the period.
    pub(super) invitations: Option<(u32, Duration)>,
}

/// The longest wait or period that is accepted. `--max-wait` ends a run that would wait longer than its user wants.
const LONGEST_S: u32 = 86_400;
/// The most invitations in a period that are accepted.
const MOST_INVITATIONS: u32 = 100_000;

pub(super) fn signal(answer: &Answer) -> RateSignal {
    let response = match answer {
        Answer::NotSent(_) => return RateSignal::Uncounted,
        Answer::NoAnswer(_) => return RateSignal::Lost,
        Answer::Response(response) => response,
    };
    match busy(response) {
        Some(Busy::RateLimited) => RateSignal::Limited(limited(response)),
        Some(Busy::Maintenance) => RateSignal::Maintenance,
        None if response.status == 401 => RateSignal::Uncounted,
        None => {
            RateSignal::Served { remaining: response.remaining, capacity: response.limit.filter(|limit| *limit > 0) }
        }
    }
}

fn limited(response: &Response) -> Limited {
    let text = response.error().and_then(|error| error.detail.as_deref()).unwrap_or_default();
    let seconds = |number: u32| Duration::from_secs(number.min(LONGEST_S).into());
    let bucket = (|| {
        let capacity = number_after(text, "Request capacity: ")?;
        let refill = number_after(text, "Refill rate: ")?;
        let period = number_after(text.split_once("Refill rate: ")?.1, " per ")?;
        Some((capacity, refill, seconds(period)))
    })();
    let invitations = (|| {
        let after = text.split_once("Rate limit of ")?.1;
        let minutes = number_after(after, " per ")?;
        Some((leading_number(after)?, seconds(minutes.min(1440) * 60)))
    })();
    let named = || number_after(text, "retry after ").map(seconds);
    Limited {
        retry_after: response.retry_after.or_else(named),
        bucket: bucket.filter(|(capacity, refill, period)| is_plausible(*capacity, *refill, *period)),
        invitations: invitations
            .filter(|(number, period)| (1..=MOST_INVITATIONS).contains(number) && !period.is_zero()),
    }
}

fn number_after(text: &str, words: &str) -> Option<u32> {
    leading_number(text.split_once(words)?.1)
}

fn leading_number(text: &str) -> Option<u32> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::api::{ApiError, Body};

    fn answer(status: u16, code: &str, detail: &str, retry_after: Option<u64>) -> Answer {
        Answer::Response(Box::new(Response {
            status,
            body: Body::Error(ApiError { code: Some(code.into()), detail: Some(detail.into()) }),
            retry_after: retry_after.map(Duration::from_secs),
            date: None,
            limit: Some(500),
            remaining: Some(7),
        }))
    }

    #[test]
    fn the_recorded_texts_name_their_limits() {
        let bucket = "Rate limit exceeded for api/atlas/v2/groups/1/alertConfigs. Please retry after 6 seconds. \
                      Request capacity: 1200. Refill rate: 500 per 60 seconds. For more information, see: http://x.";
        let minute = Duration::from_secs(60);
        let RateSignal::Limited(limited) = signal(&answer(429, "RATE_LIMITED_TOKEN_BUCKET", bucket, None)) else {
            panic!()
        };
        assert_eq!(limited.retry_after, Some(Duration::from_secs(6)));
        assert_eq!(limited.bucket, Some((1200, 500, minute)));
        assert_eq!(limited.invitations, None);

        let invitations = "Rate limit of 10 invitations per 1 minutes exceeded.";
        let RateSignal::Limited(limited) = signal(&answer(400, "INVITATIONS_RATE_LIMITED_IP", invitations, None))
        else {
            panic!()
        };
        assert_eq!(limited.invitations, Some((10, minute)));
        assert_eq!((limited.retry_after, limited.bucket), (None, None));
    }

    #[test]
    fn the_header_comes_before_the_text() {
        let RateSignal::Limited(limited) =
            signal(&answer(429, "RATE_LIMITED", "Please retry after 6 seconds.", Some(2)))
        else {
            panic!()
        };
        assert_eq!(limited.retry_after, Some(Duration::from_secs(2)));
    }

    #[test]
    fn nonsense_numbers_are_ignored() {
        for text in [
            "Rate limit of 0 invitations per 1 minutes exceeded",
            "Rate limit of 99999999999 invitations per 1 minutes exceeded",
            "Rate limit of 10 invitations per 0 minutes exceeded",
            "Rate limit of",
            "Request capacity: 1. Refill rate: 0 per 60 seconds",
            "Request capacity: 1. Refill rate: ",
            "Request capacity: 1. Refill rate: 1 per 60 seconds",
            "Request capacity: 4000000000. Refill rate: 4000000000 per 60 seconds",
            "Rate limit of 4000000000 invitations per 1 minutes exceeded",
            "",
        ] {
            let RateSignal::Limited(limited) = signal(&answer(429, "X", text, None)) else { panic!() };
            assert_eq!(limited, Limited::default(), "{text}");
        }
    }

    #[test]
    fn no_text_makes_requests_wait_for_more_than_a_day() {
        let text = "Please retry after 4294967295 seconds. Request capacity: 5. Refill rate: 1 per 4294967295 seconds.";
        let RateSignal::Limited(limited) = signal(&answer(429, "RATE_LIMITED", text, None)) else { panic!() };
        let day = Duration::from_secs(86_400);
        assert_eq!((limited.retry_after, limited.bucket), (Some(day), None));
    }

    #[test]
    fn a_refusal_costs_a_token_unless_it_is_a_401() {
        let served = RateSignal::Served { remaining: Some(7), capacity: Some(500) };
        assert_eq!(signal(&answer(404, "TEAM_NOT_FOUND", "", None)), served);
        assert_eq!(signal(&answer(401, "UNEXPECTED_ERROR", "", None)), RateSignal::Uncounted);
        assert_eq!(signal(&answer(405, "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES", "", None)), RateSignal::Maintenance);
    }
}
