//! Values of flags that are parsed from text.

use std::num::{IntErrorKind, NonZeroU32, ParseIntError};
use std::time::Duration;

use bulk_invite::engine::{LONGEST_SETTLE, MaxWait};
use bulk_invite::model::{NotAShard, Shard};
use bulk_invite::spreadsheet::{Column, UnknownColumn};
use jiff::SignedDuration;
use thiserror::Error;

/// The variable that `--shard index/N` takes its number from.
pub(crate) const INDEX: &str = "JOB_COMPLETION_INDEX";

/// A mistake in a value of `--column`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum InvalidColumn {
    #[error("must have the form COLUMN=NAME, for example email=\"Work Email\"")]
    Malformed,
    #[error("{name:?}: {source}")]
    Unknown { name: String, source: UnknownColumn },
    #[error("the name is missing; write for example {column}=\"Work Email\"")]
    Unnamed { column: Column },
}

/// A mistake in a value of `--shard`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum InvalidShard {
    #[error(transparent)]
    Malformed(#[from] NotAShard),
    #[error("{INDEX} is not set; outside an Indexed Job, write a number, for example 2/8")]
    NoIndex,
    #[error("{INDEX} is {index:?}; it must be a whole number, counted from 0")]
    InvalidIndex { index: String },
    #[error("{source}; {INDEX} is {index}, counted from 0; set the completions of the job to the number of shards")]
    Indexed { index: String, source: NotAShard },
}

/// A mistake in a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum InvalidTime {
    #[error("must be a time such as 30s, 500ms or 2m")]
    Malformed,
    #[error("must not be negative")]
    Negative,
    #[error("must be greater than zero, for example 30s")]
    Zero,
    #[error("must be at most 1h")]
    TooLong,
}

/// A mistake in a value of `--max-wait`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{0}, or off")]
pub(crate) struct InvalidMaxWait(#[from] InvalidTime);

/// A mistake in a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum InvalidCount {
    #[error("must be at most {}", u32::MAX)]
    TooLarge,
    #[error("must be a whole number of at least 1")]
    Malformed,
}

/// A value of `--speed` that is not a positive number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be a number greater than 0, for example 60")]
pub(crate) struct InvalidSpeed;

/// Parses `email=Work Email`.
pub(super) fn column(text: &str) -> Result<(Column, String), InvalidColumn> {
    let (column, name) = text.split_once('=').ok_or(InvalidColumn::Malformed)?;
    let column = column.trim();
    let column = column.parse().map_err(|source| InvalidColumn::Unknown { name: column.to_owned(), source })?;
    // Some shells leave the quotation marks in place.
    let name = name.trim();
    let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
    if name.is_empty() { Err(InvalidColumn::Unnamed { column }) } else { Ok((column, name.to_owned())) }
}

/// Parses `2/8` or `index/8`.
pub(super) fn shard(text: &str) -> Result<Shard, InvalidShard> {
    shard_by(text, || std::env::var(INDEX).ok())
}

fn shard_by(text: &str, index: impl FnOnce() -> Option<String>) -> Result<Shard, InvalidShard> {
    let Some(("index", of)) = text.split_once('/').map(|(number, of)| (number.trim(), of)) else {
        return Ok(text.parse()?);
    };
    let index = index().ok_or(InvalidShard::NoIndex)?;
    let Some(number) = index.parse::<u32>().ok().and_then(|index| index.checked_add(1)) else {
        return Err(InvalidShard::InvalidIndex { index });
    };
    format!("{number}/{of}").parse().map_err(|source| InvalidShard::Indexed { index, source })
}

/// Parses a duration such as `30s`.
pub(super) fn time(text: &str) -> Result<Duration, InvalidTime> {
    let time: SignedDuration = text.parse().map_err(|_| InvalidTime::Malformed)?;
    Duration::try_from(time).map_err(|_| InvalidTime::Negative)
}

/// Parses a duration greater than zero.
pub(super) fn time_limit(text: &str) -> Result<Duration, InvalidTime> {
    let time = time(text)?;
    if time.is_zero() { Err(InvalidTime::Zero) } else { Ok(time) }
}

/// Parses the settling delay. A results file with a longer one would look as if the clock had been changed.
pub(super) fn settle(text: &str) -> Result<Duration, InvalidTime> {
    let time = time(text)?;
    if time > LONGEST_SETTLE { Err(InvalidTime::TooLong) } else { Ok(time) }
}

/// Parses a duration greater than zero, or `off`.
pub(super) fn max_wait(text: &str) -> Result<MaxWait, InvalidMaxWait> {
    if text.eq_ignore_ascii_case("off") { Ok(MaxWait::Off) } else { Ok(MaxWait::Time(time_limit(text)?)) }
}

/// Parses a whole number from 1.
pub(super) fn count(text: &str) -> Result<NonZeroU32, InvalidCount> {
    text.trim().parse().map_err(|error: ParseIntError| {
        if *error.kind() == IntErrorKind::PosOverflow { InvalidCount::TooLarge } else { InvalidCount::Malformed }
    })
}

/// Parses a factor by which time is sped up.
pub(super) fn speed(text: &str) -> Result<f64, InvalidSpeed> {
    text.trim().parse().ok().filter(|speed: &f64| speed.is_finite() && *speed > 0.0).ok_or(InvalidSpeed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_chosen_by_its_name_and_the_sheets() {
        for (text, chosen) in [
            ("email=Work Email", (Column::Email, "Work Email")),
            (" Org-ID = \"Mandant\" ", (Column::OrgId, "Mandant")),
            ("roles=a=b", (Column::Roles, "a=b")),
        ] {
            assert_eq!(column(text), Ok((chosen.0, chosen.1.to_owned())), "{text}");
        }
        let unknown = InvalidColumn::Unknown { name: "mail".to_owned(), source: UnknownColumn };
        for (text, error) in [
            ("Work Email", InvalidColumn::Malformed),
            ("mail=Work Email", unknown),
            ("email=", InvalidColumn::Unnamed { column: Column::Email }),
        ] {
            assert_eq!(column(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_shard_may_take_the_index_of_an_indexed_job() {
        let shard = |text: &str, index: Option<&str>| shard_by(text, || index.map(ToOwned::to_owned));
        for (text, index, number) in
            [("2/8", Some("5"), "2/8"), ("index/8", Some("0"), "1/8"), (" index /8", Some("7"), "8/8")]
        {
            assert_eq!(shard(text, index).map(|shard| shard.to_string()).as_deref(), Ok(number));
        }
        let range = NotAShard::OutOfRange { of: NonZeroU32::new(8).unwrap() };
        for (text, index, error) in [
            ("0/8", None, InvalidShard::Malformed(range)),
            ("9/8", None, InvalidShard::Malformed(range)),
            ("a/b", None, InvalidShard::Malformed(NotAShard::Malformed)),
            ("index/8", None, InvalidShard::NoIndex),
            ("index/8", Some("8"), InvalidShard::Indexed { index: "8".to_owned(), source: range }),
            ("index/8", Some("first"), InvalidShard::InvalidIndex { index: "first".to_owned() }),
            ("index/b", Some("1"), InvalidShard::Indexed { index: "1".to_owned(), source: NotAShard::Malformed }),
        ] {
            assert_eq!(shard(text, index), Err(error), "{text}");
        }
    }

    #[test]
    fn a_time_has_a_unit_and_is_not_negative() {
        for (text, millis) in [("1s", 1000), ("500ms", 500), ("2m", 120_000)] {
            assert_eq!(time(text).unwrap().as_millis(), millis, "{text}");
        }
        for text in ["", "5", "soon"] {
            assert_eq!(time(text), Err(InvalidTime::Malformed), "{text}");
        }
        assert_eq!(time("-1s"), Err(InvalidTime::Negative));
        assert_eq!(time("0s"), Ok(Duration::ZERO));
        assert_eq!(time_limit("0s"), Err(InvalidTime::Zero));
        assert!(time_limit("1ms").is_ok());
        assert_eq!(max_wait("90m"), Ok(MaxWait::Time(Duration::from_secs(5400))));
        assert_eq!(max_wait("Off"), Ok(MaxWait::Off));
        assert_eq!(max_wait("0s"), Err(InvalidMaxWait(InvalidTime::Zero)));
        assert_eq!(max_wait("never"), Err(InvalidMaxWait(InvalidTime::Malformed)));
    }

    #[test]
    fn a_number_counts_from_1() {
        assert_eq!(count("16").map(NonZeroU32::get), Ok(16));
        for text in ["0", "", "-1", "1.5", "few"] {
            assert_eq!(count(text), Err(InvalidCount::Malformed), "{text}");
        }
        assert_eq!(count("4294967296"), Err(InvalidCount::TooLarge));
    }
}
