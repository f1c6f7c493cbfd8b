//! Values of flags that are one of a closed list.

use atlas_sandbox::Duplicates;
use bulk_invite::atlas::Api;
use bulk_invite::results::Durability;
use bulk_invite::spreadsheet::HiddenRows;
use clap::ValueEnum;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DuplicatesArg {
    /// Refuse with 409.
    #[value(name = "409")]
    Refuse409,
    /// Refuse with 400.
    #[value(name = "400")]
    Refuse400,
    /// Invite again, with a second email.
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
pub(crate) enum DurabilityArg {
    /// A power cut: the record of a request is on the disk before it is sent.
    Power,
    /// A kill of the process only; faster without a rate limit.
    Process,
}

impl From<DurabilityArg> for Durability {
    fn from(durability: DurabilityArg) -> Self {
        match durability {
            DurabilityArg::Power => Durability::Power,
            DurabilityArg::Process => Durability::Process,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HiddenRowsArg {
    /// Leave them out.
    Skip,
    /// Read them like any other row.
    Include,
}

impl From<HiddenRowsArg> for HiddenRows {
    fn from(treatment: HiddenRowsArg) -> Self {
        match treatment {
            HiddenRowsArg::Skip => HiddenRows::Skip,
            HiddenRowsArg::Include => HiddenRows::Include,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// A progress bar on a terminal, plain lines elsewhere.
    Text,
    /// One JSON object per line.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// One line per finding, then a summary.
    Text,
    /// A header, then one line per finding.
    Csv,
    /// One document with the findings and a summary.
    Json,
}
