//! The version of a resource that a request asks for, and the version of its body.

use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE};
use jiff::civil::Date;

use crate::problem::Problem;

/// Returns the version that the `Accept` header resolves to: the newest that is not newer than its date.
pub(crate) fn negotiate(headers: &HeaderMap, versions: &'static [&'static str]) -> Result<&'static str, Problem> {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let mut accepted = accepted.flat_map(|value| value.split(',')).filter_map(version_of);
    accepted.find_map(|date| resolve(date, versions)).ok_or_else(Problem::invalid_version)
}

/// Refuses a body that is neither plain JSON nor JSON of a version that the resource has.
pub(crate) fn check_content_type(headers: &HeaderMap, versions: &'static [&'static str]) -> Result<(), Problem> {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    let fits = essence.eq_ignore_ascii_case("application/json")
        || version_of(given).is_some_and(|date| resolve(date, versions).is_some());
    if fits { Ok(()) } else { Err(Problem::unsupported_media_type(given)) }
}

fn version_of(media_type: &str) -> Option<&str> {
    let essence = media_type.split(';').next()?.trim();
    let date = essence.strip_prefix("application/vnd.atlas.")?.strip_suffix("+json")?;
    (date.len() == 10 && date.parse::<Date>().is_ok()).then_some(date)
}

fn resolve(date: &str, versions: &'static [&'static str]) -> Option<&'static str> {
    versions.iter().rev().find(|version| **version <= date).copied()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn accept(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_date_resolves_to_the_newest_version_before_it() {
        let versions = &["2023-01-01", "2025-02-19"];
        for (value, version) in [
            ("application/vnd.atlas.2023-01-01+json", Some("2023-01-01")),
            ("application/vnd.atlas.2023-10-01+json", Some("2023-01-01")),
            ("application/vnd.atlas.2025-03-12+json", Some("2025-02-19")),
            ("application/vnd.atlas.2025-02-19+json;charset=utf-8", Some("2025-02-19")),
            ("text/html, application/vnd.atlas.2025-02-19+json", Some("2025-02-19")),
            ("application/vnd.atlas.2022-12-31+json", None),
            ("application/vnd.atlas.2025-13-01+json", None),
            ("application/json", None),
            ("*/*", None),
        ] {
            assert_eq!(negotiate(&accept(value), versions).ok(), version, "{value}");
        }
        assert_eq!(negotiate(&HeaderMap::new(), versions).unwrap_err().status, 406);
    }

    #[test]
    fn bodies_are_json() {
        let of = |value| HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(value))]);
        let versions = &["2025-02-19"];
        assert!(check_content_type(&of("application/json; charset=utf-8"), versions).is_ok());
        assert!(check_content_type(&of("application/vnd.atlas.2025-02-19+json"), versions).is_ok());
        assert!(check_content_type(&of("application/vnd.atlas.2023-01-01+json"), versions).is_err());
        assert!(check_content_type(&of("application/x-www-form-urlencoded"), versions).is_err());
        assert!(check_content_type(&HeaderMap::new(), versions).is_err());
    }
}
