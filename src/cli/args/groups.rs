//! Flags that several commands have.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use bulk_invite::engine::{MaxFailures, RateLimit};
use bulk_invite::model::{ObjectId, OrgRoles, Shard};
use bulk_invite::plan::parse_roles;
use bulk_invite::spreadsheet::{Column, Delimiter};
use clap::Args;

use super::choices::{ApiArg, LogFormat};
use super::values::{column, count, shard, time, time_limit};

/// Flags of a job: how far it goes, and what it writes and prints.
#[derive(Debug, Args)]
pub(crate) struct JobArgs {
    /// Send nothing; write what would be done.
    #[arg(long, help_heading = "Rehearsing")]
    pub(crate) dry_run: bool,

    /// Send only the first N rows that need sending.
    #[arg(long, value_name = "N", env = "BULK_INVITE_LIMIT", help_heading = "Rehearsing")]
    pub(crate) limit: Option<u64>,

    /// Begin the results with a byte order mark, so that Excel shows accents.
    #[arg(long, env = "BULK_INVITE_EXCEL", help_heading = "Results")]
    pub(crate) excel: bool,

    /// Start over; the old results are kept under a name with the date.
    #[arg(long, help_heading = "Results")]
    pub(crate) fresh: bool,

    /// Write a summary as JSON to FILE, or to standard output for `-`.
    #[arg(long, value_name = "FILE", env = "BULK_INVITE_SUMMARY", help_heading = "Results")]
    pub(crate) summary: Option<PathBuf>,

    /// Write a page that people can read to FILE, in HTML; `report` makes one later.
    #[arg(long, value_name = "FILE", env = "BULK_INVITE_REPORT", help_heading = "Results")]
    pub(crate) report: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) pace: PaceArgs,

    /// Do not ask first.
    #[arg(long, short, env = "BULK_INVITE_YES", help_heading = "Output")]
    pub(crate) yes: bool,

    /// Say nothing but errors.
    #[arg(long, short, env = "BULK_INVITE_QUIET", help_heading = "Output")]
    pub(crate) quiet: bool,

    /// How to tell what happens, on standard error.
    #[arg(long, value_enum, default_value_t = LogFormat::Text, env = "BULK_INVITE_LOG_FORMAT", help_heading = "Output")]
    pub(crate) log_format: LogFormat,
}

/// Flags that choose the organization and its settings. Secrets come from the environment or the profile file only.
#[derive(Debug, Args)]
#[command(next_help_heading = "Account")]
pub(crate) struct AccountArgs {
    /// The organization's id, 24 hexadecimal digits [env: MONGODB_ATLAS_ORG_ID].
    #[arg(long, value_name = "ID")]
    pub(crate) org_id: Option<ObjectId>,

    /// The endpoint that creates invitations.
    #[arg(long, value_enum, default_value_t = ApiArg::Invites, env = "BULK_INVITE_API")]
    pub(crate) api: ApiArg,

    /// Where Atlas is [default: https://cloud.mongodb.com] [env: MONGODB_ATLAS_BASE_URL].
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,

    /// The profile file [default: `bulk-invite/config.toml` in the configuration directory].
    #[arg(long, value_name = "FILE", env = "BULK_INVITE_CONFIG")]
    pub(crate) config: Option<PathBuf>,

    /// The profile in that file.
    #[arg(long, value_name = "NAME", default_value = "default", env = "BULK_INVITE_PROFILE")]
    pub(crate) profile: String,

    /// A profile of the Atlas CLI to take the organization, the base URL and the credentials from, where nothing else
    /// says them.
    #[arg(long, value_name = "NAME", env = "BULK_INVITE_ATLAS_CLI_PROFILE")]
    pub(crate) atlas_cli_profile: Option<String>,
}

/// Flags for reading the spreadsheet.
#[derive(Debug, Args)]
#[command(next_help_heading = "Spreadsheet")]
pub(crate) struct SheetArgs {
    /// The organization roles of people whose row names none, for example `ORG_MEMBER`.
    #[arg(long, value_name = "ROLES", env = "BULK_INVITE_DEFAULT_ROLES", value_parser = parse_roles)]
    pub(crate) default_roles: Option<OrgRoles>,

    /// The sheet of a workbook [default: the first visible one].
    #[arg(long, value_name = "NAME", env = "BULK_INVITE_SHEET")]
    pub(crate) sheet: Option<String>,

    /// What separates cells: `,`, `;`, `|`, comma, semicolon, pipe or tab [default: found out from the header].
    #[arg(long, value_name = "CHAR", env = "BULK_INVITE_DELIMITER")]
    pub(crate) delimiter: Option<Delimiter>,

    /// Which column is which where its name says too little, for example `email="Work Email"`; may be repeated.
    #[arg(long = "column", value_name = "COLUMN=NAME", env = "BULK_INVITE_COLUMN", value_parser = column)]
    pub(crate) columns: Vec<(Column, String)>,

    /// Take only the organizations of one shard of so many, for example `2/8`; `index/8` counts JOB_COMPLETION_INDEX from
    /// 0, as an Indexed Job of Kubernetes does.
    #[arg(long, value_name = "K/N", env = "BULK_INVITE_SHARD", value_parser = shard)]
    pub(crate) shard: Option<Shard>,
}

/// Flags of every request: rate, timeouts, attempts and trust.
#[derive(Debug, Args)]
#[command(next_help_heading = "Pace and retries")]
pub(crate) struct CallArgs {
    /// A rate of your own: `10/min`, `5/s` or `unlimited` [default: what Atlas allows].
    #[arg(long, env = "BULK_INVITE_RATE")]
    pub(crate) rate: Option<RateLimit>,

    /// Requests that may go at once after a pause [default: what Atlas allows, or 1 with --rate].
    #[arg(long, value_name = "N", env = "BULK_INVITE_BURST", value_parser = count)]
    pub(crate) burst: Option<NonZeroU32>,

    /// How long a request may take.
    #[arg(long, value_name = "TIME", default_value = "30s", env = "BULK_INVITE_TIMEOUT", value_parser = time_limit)]
    pub(crate) timeout: Duration,

    /// How much of that connecting may take, TLS included.
    #[arg(
        long,
        value_name = "TIME",
        default_value = "10s",
        env = "BULK_INVITE_CONNECT_TIMEOUT",
        value_parser = time_limit,
        help_heading = "Network"
    )]
    pub(crate) connect_timeout: Duration,

    /// A PEM file of authorities to trust beside the system's, such as that of a company's own network.
    #[arg(long, value_name = "FILE", env = "BULK_INVITE_CA_CERT", help_heading = "Network")]
    pub(crate) ca_cert: Option<PathBuf>,

    /// Requests for a row or a question, the first included.
    #[arg(long, value_name = "N", default_value = "5", env = "BULK_INVITE_MAX_ATTEMPTS", value_parser = count)]
    pub(crate) max_attempts: NonZeroU32,
}

/// Flags for sending invitations.
#[derive(Debug, Args)]
#[command(next_help_heading = "Pace and retries")]
pub(crate) struct PaceArgs {
    /// Requests on the wire at once.
    #[arg(long, value_name = "N", default_value = "16", env = "BULK_INVITE_CONCURRENCY", value_parser = count)]
    pub(crate) concurrency: NonZeroU32,

    #[command(flatten)]
    pub(crate) calls: CallArgs,

    /// How long Atlas may still be busy with a request that was given up; only then is it asked about. A time shorter than
    /// Atlas takes risks a second email.
    #[arg(long, value_name = "TIME", default_value = "30s", env = "BULK_INVITE_SETTLE", value_parser = time)]
    pub(crate) settle: Duration,

    /// Stop when this many rows failed, or this share of the last 100 once 20 were sent, or `off`.
    #[arg(long, value_name = "N|P%", default_value = "50%", env = "BULK_INVITE_MAX_FAILURES")]
    pub(crate) max_failures: MaxFailures,
}
