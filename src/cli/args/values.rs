//! The values of flags: closed lists, and text that has to be read.

use std::num::{IntErrorKind, NonZeroU32};

use atlas_sandbox::Duplicates;
use bulk_invite::atlas::Api;
use bulk_invite::model::{NotAShard, OrgRoles, Shard};
use bulk_invite::spreadsheet::{Column, UnknownColumn};
use clap::ValueEnum;
use jiff::SignedDuration;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DuplicatesArg {
    /// Refuses with 409.
    #[value(name = "409")]
    Refuse409,
    /// Refuses with 400.
    #[value(name = "400")]
    Refuse400,
    /// Invites again, with a second email.
    Accept,
}

impl From<DuplicatesArg> for Duplicates {
    fn from(duplicates: DuplicatesArg) -> Self {
        match duplicates {
            DuplicatesArg::Refuse409 => Duplicates::Refuse409,
            DuplicatesArg::Refuse400 => Duplicates::Refuse400,
            DuplicatesArg::Accept => Duplicates::Accept,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ApiArg {
    /// `POST /orgs/{orgId}/invites`, which Atlas removes on 2027-07-01.
    Invites,
    /// `POST /orgs/{orgId}/users`, its successor.
    Users,
}

impl From<ApiArg> for Api {
    fn from(api: ApiArg) -> Self {
        match api {
            ApiArg::Invites => Api::Invites,
            ApiArg::Users => Api::Users,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// A progress bar on a terminal, plain lines elsewhere.
    Text,
    /// A JSON object a line.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// A line for each finding, then a summary.
    Text,
    /// A line for each finding under a header.
    Csv,
    /// One document with the findings and a summary.
    Json,
}

pub(super) fn roles(text: &str) -> Result<OrgRoles, String> {
    bulk_invite::plan::parse_roles(text)
}

pub(super) fn column(text: &str) -> Result<(Column, String), String> {
    let (column, name) = text.split_once('=').ok_or("write it as email=\"Work Email\"")?;
    let known = column.parse().map_err(|error: UnknownColumn| format!("{:?} is {error}", column.trim()))?;
    // Where no shell took the quotation marks away.
    let name = name.trim();
    let name = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
    if name.is_empty() {
        return Err(format!("say which column holds the {known}, for example {known}=\"Work Email\""));
    }
    Ok((known, name.to_owned()))
}

pub(super) fn shard(text: &str) -> Result<Shard, String> {
    shard_by(text, || std::env::var("JOB_COMPLETION_INDEX").ok())
}

fn shard_by(text: &str, index: impl FnOnce() -> Option<String>) -> Result<Shard, String> {
    let shard = match text.split_once('/') {
        Some((number, of)) if number.trim() == "index" => {
            let index =
                index().ok_or("JOB_COMPLETION_INDEX is not set; write it as 2/8 where no Indexed Job sets it")?;
            let number = index.parse::<u32>().ok().and_then(|index| index.checked_add(1));
            let number = number.ok_or_else(|| format!("JOB_COMPLETION_INDEX is {index:?}, which is no index"))?;
            return format!("{number}/{of}").parse().map_err(|error: NotAShard| {
                format!("{error}, and JOB_COMPLETION_INDEX is {index}, from 0; have as many completions as shards")
            });
        }
        _ => text.parse(),
    };
    shard.map_err(|error: NotAShard| error.to_string())
}

pub(super) fn time(text: &str) -> Result<SignedDuration, String> {
    let time: SignedDuration = text.parse().map_err(|_| "write a time as 30s, 500ms or 2m".to_owned())?;
    if time.is_negative() { Err("a time cannot be negative".to_owned()) } else { Ok(time) }
}

/// A time within which something has to be done.
pub(super) fn time_limit(text: &str) -> Result<SignedDuration, String> {
    match time(text)? {
        SignedDuration::ZERO => Err("zero leaves no time at all; write for example 30s".to_owned()),
        time => Ok(time),
    }
}

pub(super) fn count(text: &str) -> Result<NonZeroU32, String> {
    text.trim().parse().map_err(|error: std::num::ParseIntError| {
        let too_large = *error.kind() == IntErrorKind::PosOverflow;
        if too_large { format!("write at most {}", u32::MAX) } else { "write a whole number, at least 1".to_owned() }
    })
}

pub(super) fn speed(text: &str) -> Result<f64, String> {
    let speed = text.trim().parse().ok().filter(|speed: &f64| speed.is_finite() && *speed > 0.0);
    speed.ok_or_else(|| "write a number above 0, for example 60".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_chosen_by_its_own_name_and_the_sheet_s() {
        for (text, chosen) in [
            ("email=Work Email", (Column::Email, "Work Email")),
            (" Org-ID = \"Mandant\" ", (Column::OrgId, "Mandant")),
            ("roles=a=b", (Column::Roles, "a=b")),
        ] {
            assert_eq!(column(text), Ok((chosen.0, chosen.1.to_owned())), "{text}");
        }
        for (text, says) in [
            ("Work Email", "write it as email="),
            ("mail=Work Email", "\"mail\" is not one of email, roles, teams, projects, org_id"),
            ("email=", "say which column holds the email"),
        ] {
            assert!(column(text).unwrap_err().contains(says), "{text}");
        }
    }

    #[test]
    fn a_shard_may_be_an_indexed_job_s() {
        let says = |text: &str, index: Option<&str>| {
            shard_by(text, || index.map(ToOwned::to_owned)).map(|shard| shard.to_string())
        };
        assert_eq!(says("2/8", Some("5")).as_deref(), Ok("2/8"));
        assert_eq!(says("index/8", Some("0")).as_deref(), Ok("1/8"));
        assert_eq!(says("index/8", Some("7")).as_deref(), Ok("8/8"));
        for (text, index, error) in [
            ("0/8", None, "shards count from 1 to 8"),
            ("9/8", None, "shards count from 1 to 8"),
            ("a/b", None, "write it as 2/8"),
            ("index/8", None, "JOB_COMPLETION_INDEX is not set"),
            ("index/8", Some("8"), "shards count from 1 to 8, and JOB_COMPLETION_INDEX is 8"),
            ("index/8", Some("first"), "is \"first\", which is no index"),
            ("index/b", Some("1"), "write it as 2/8"),
        ] {
            let said = says(text, index).unwrap_err();
            assert!(said.contains(error), "{text}: {said}");
        }
    }

    #[test]
    fn times_are_written_as_the_design_says() {
        for (text, millis) in [("1s", 1000), ("500ms", 500), ("2m", 120_000)] {
            assert_eq!(time(text).unwrap().as_millis(), millis, "{text}");
        }
        for text in ["", "5", "-1s", "soon"] {
            assert!(time(text).is_err(), "{text}");
        }
        assert_eq!(time("0s"), Ok(SignedDuration::ZERO));
        assert!(time_limit("0s").is_err() && time_limit("1ms").is_ok());
    }

    #[test]
    fn a_number_counts_from_1() {
        assert_eq!(count("16").map(NonZeroU32::get), Ok(16));
        for text in ["0", "", "-1", "1.5", "few"] {
            assert_eq!(count(text), Err("write a whole number, at least 1".to_owned()), "{text}");
        }
        assert_eq!(count("4294967296"), Err("write at most 4294967295".to_owned()));
    }
}
