//! Flags that several commands have.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use bulk_invite::engine::{MaxFailures, MaxWait, RateLimit};
use bulk_invite::model::{ObjectId, OrgRoles, Shard};
use bulk_invite::plan::parse_roles;
use bulk_invite::spreadsheet::{Column, Delimiter, Encoding};
use clap::Args;

use super::choices::{ApiArg, DurabilityArg, HiddenRowsArg, LogFormat};
use super::values::{column, count, max_wait, settle, shard, time_limit};

/// Flags of a job: its limits, its files and its messages.
#[derive(Debug, Args)]
pub(crate) struct JobArgs {
    /// Send nothing, and write what would be sent.
    #[arg(long, help_heading = "Trial runs")]
    pub(crate) dry_run: bool,

    /// Send at most N rows.
    #[arg(long, value_name = "N", env = "BULK_INVITE_LIMIT", help_heading = "Trial runs")]
    pub(crate) limit: Option<u64>,

    /// Start the results file with a byte order mark, so that Excel shows accents.
    #[arg(long, env = "BULK_INVITE_EXCEL", help_heading = "Results", hide_short_help = true)]
    pub(crate) excel: bool,

    /// Event that the record of sent requests survives.
    #[arg(
        long,
        value_enum,
        value_name = "EVENT",
        default_value_t = DurabilityArg::Power,
        env = "BULK_INVITE_DURABILITY",
        help_heading = "Results",
        hide_short_help = true
    )]
    pub(crate) durability: DurabilityArg,

    /// Decide about every row again; invites of this job stay on record, and the old results are kept under a dated name.
    #[arg(long, help_heading = "Results")]
    pub(crate) fresh: bool,

    /// Write a JSON summary to FILE, or to standard output if it is `-`.
    #[arg(long, value_name = "FILE", env = "BULK_INVITE_SUMMARY", help_heading = "Results")]
    pub(crate) summary: Option<PathBuf>,

    /// Write an HTML page about the results to FILE.
    #[arg(long, value_name = "FILE", env = "BULK_INVITE_REPORT", help_heading = "Results")]
    pub(crate) report: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) pace: PaceArgs,

    /// Do not ask for confirmation.
    #[arg(long, short, env = "BULK_INVITE_YES", help_heading = "Output")]
    pub(crate) yes: bool,

    /// Print only errors.
    #[arg(long, short, env = "BULK_INVITE_QUIET", help_heading = "Output")]
    pub(crate) quiet: bool,

    /// Format of messages on standard error.
    #[arg(
        long,
        value_enum,
        default_value_t = LogFormat::Text,
        env = "BULK_INVITE_LOG_FORMAT",
        help_heading = "Output",
        hide_short_help = true
    )]
    pub(crate) log_format: LogFormat,
}

/// Flags that choose the organization and its settings. Secrets come from the environment or the profile file only.
#[derive(Debug, Args)]
#[command(next_help_heading = "Account")]
pub(crate) struct AccountArgs {
    /// Organization id, 24 hexadecimal digits [env: MONGODB_ATLAS_ORG_ID].
    #[arg(long, value_name = "ID")]
    pub(crate) org_id: Option<ObjectId>,

    /// Endpoint that creates invites.
    #[arg(long, value_enum, default_value_t = ApiArg::Invites, env = "BULK_INVITE_API")]
    pub(crate) api: ApiArg,

    /// Base URL of Atlas [default: https://cloud.mongodb.com] [env: MONGODB_ATLAS_BASE_URL].
    #[arg(long, value_name = "URL", hide_short_help = true)]
    pub(crate) base_url: Option<String>,

    /// Profile file [default: `bulk-invite/config.toml` in the configuration directory].
    #[arg(long, value_name = "FILE", env = "BULK_INVITE_CONFIG", hide_short_help = true)]
    pub(crate) config: Option<PathBuf>,

    /// Profile to use.
    #[arg(long, value_name = "NAME", default_value = "default", env = "BULK_INVITE_PROFILE")]
    pub(crate) profile: String,

    /// Atlas CLI profile to use for settings that are not set otherwise.
    ///
    /// It supplies the organization, the base URL and the credentials.
    #[arg(long, value_name = "NAME", env = "BULK_INVITE_ATLAS_CLI_PROFILE", hide_short_help = true)]
    pub(crate) atlas_cli_profile: Option<String>,
}

/// Flags for reading the spreadsheet.
#[derive(Debug, Args)]
#[command(next_help_heading = "Spreadsheet")]
pub(crate) struct SheetArgs {
    /// Organization roles of rows without any, for example `ORG_MEMBER`.
    #[arg(long, value_name = "ROLES", env = "BULK_INVITE_DEFAULT_ROLES", value_parser = parse_roles)]
    pub(crate) default_roles: Option<OrgRoles>,

    /// Sheet of a workbook [default: the first visible one].
    #[arg(long, value_name = "NAME", env = "BULK_INVITE_SHEET", hide_short_help = true)]
    pub(crate) sheet: Option<String>,

    /// Cell separator: `,`, `;`, `|`, comma, semicolon, pipe or tab [default: detected from the header].
    #[arg(long, value_name = "CHAR", env = "BULK_INVITE_DELIMITER", hide_short_help = true)]
    pub(crate) delimiter: Option<Delimiter>,

    /// Encoding of a text file, for example `windows-1250` or `mac-roman` [default: detected].
    #[arg(long, value_name = "NAME", env = "BULK_INVITE_ENCODING", hide_short_help = true)]
    pub(crate) encoding: Option<Encoding>,

    /// Use the column NAME as COLUMN, for example `email="Work Email"` (repeatable).
    #[arg(
        long = "column",
        value_name = "COLUMN=NAME",
        env = "BULK_INVITE_COLUMN",
        value_parser = column,
        hide_short_help = true
    )]
    pub(crate) columns: Vec<(Column, String)>,

    /// Take the column NAME out of consideration; it is still copied to the results (repeatable).
    #[arg(long = "ignore-column", value_name = "NAME", env = "BULK_INVITE_IGNORE_COLUMN", hide_short_help = true)]
    pub(crate) ignored: Vec<String>,

    /// Row with the names of the columns [default: the first that names an email column].
    #[arg(
        long,
        value_name = "N",
        env = "BULK_INVITE_HEADER_ROW",
        value_parser = count,
        hide_short_help = true
    )]
    pub(crate) header_row: Option<NonZeroU32>,
    /// Treatment of hidden and filtered-out rows; without it a sheet that has any is refused.
    #[arg(long, value_enum, value_name = "TREATMENT", env = "BULK_INVITE_HIDDEN_ROWS", hide_short_help = true)]
    pub(crate) hidden_rows: Option<HiddenRowsArg>,

    /// Process only the organizations of one shard, for example `2/8`.
    ///
    /// `index/8` takes the number from JOB_COMPLETION_INDEX, which an Indexed Job of Kubernetes counts from 0.
    #[arg(long, value_name = "K/N", env = "BULK_INVITE_SHARD", value_parser = shard, hide_short_help = true)]
    pub(crate) shard: Option<Shard>,
}

/// Flags for a map of other columns to roles, teams and projects.
#[derive(Debug, Args)]
#[command(next_help_heading = "Spreadsheet")]
pub(crate) struct MapArgs {
    /// Rules that grant roles by other columns.
    ///
    /// Its columns `roles`, `teams` and `projects` are what people get; all others, such as `Department`, are conditions on
    /// the columns of the spreadsheet.
    #[arg(long, value_name = "FILE", env = "BULK_INVITE_MAP")]
    pub(crate) map: Option<PathBuf>,

    /// Allow the rules of --map to grant ORG_OWNER.
    #[arg(long, hide_short_help = true)]
    pub(crate) map_owners: bool,
}

/// Flags of every request: rate, timeouts, attempts and trust.
#[derive(Debug, Args)]
#[command(next_help_heading = "Pace and retries")]
pub(crate) struct CallArgs {
    /// Maximum rate: `10/min`, `5/s` or `unlimited` [default: the rate limit of Atlas].
    #[arg(long, env = "BULK_INVITE_RATE", hide_short_help = true)]
    pub(crate) rate: Option<RateLimit>,

    /// Requests sent at once after a pause [default: the rate limit of Atlas, or 1 with --rate].
    #[arg(long, value_name = "N", env = "BULK_INVITE_BURST", value_parser = count, hide_short_help = true)]
    pub(crate) burst: Option<NonZeroU32>,

    /// Time limit of a request, including the connection.
    #[arg(
        long,
        value_name = "TIME",
        default_value = "30s",
        env = "BULK_INVITE_TIMEOUT",
        value_parser = time_limit,
        hide_short_help = true
    )]
    pub(crate) timeout: Duration,

    /// Time limit of the connection, including TLS.
    #[arg(
        long,
        value_name = "TIME",
        default_value = "10s",
        env = "BULK_INVITE_CONNECT_TIMEOUT",
        value_parser = time_limit,
        help_heading = "Network",
        hide_short_help = true
    )]
    pub(crate) connect_timeout: Duration,

    /// PEM file of certificate authorities to trust in addition to the system's.
    #[arg(long, value_name = "FILE", env = "BULK_INVITE_CA_CERT", help_heading = "Network", hide_short_help = true)]
    pub(crate) ca_cert: Option<PathBuf>,

    /// Longest wait for a rate limit, a `Retry-After` or maintenance, or `off`.
    ///
    /// The command ends if it would have to wait for longer before a request gets past the limits. The waits of a long run
    /// do not add up.
    #[arg(
        long,
        value_name = "TIME",
        default_value = "1h",
        env = "BULK_INVITE_MAX_WAIT",
        value_parser = max_wait,
        hide_short_help = true
    )]
    pub(crate) max_wait: MaxWait,

    /// Maximum attempts per request.
    #[arg(
        long,
        value_name = "N",
        default_value = "5",
        env = "BULK_INVITE_MAX_ATTEMPTS",
        value_parser = count,
        hide_short_help = true
    )]
    pub(crate) max_attempts: NonZeroU32,
}

/// Flags for sending invitations.
#[derive(Debug, Args)]
#[command(next_help_heading = "Pace and retries")]
pub(crate) struct PaceArgs {
    /// Maximum requests in flight.
    #[arg(
        long,
        value_name = "N",
        default_value = "16",
        env = "BULK_INVITE_CONCURRENCY",
        value_parser = count,
        hide_short_help = true
    )]
    pub(crate) concurrency: NonZeroU32,

    #[command(flatten)]
    pub(crate) calls: CallArgs,

    /// Time to wait before looking up the outcome of a request that Atlas may still be processing.
    ///
    /// That is a request without an answer, or with an answer from a gateway. A time shorter than Atlas takes risks a
    /// second email.
    #[arg(
        long,
        value_name = "TIME",
        default_value = "30s",
        env = "BULK_INVITE_SETTLE",
        value_parser = settle,
        hide_short_help = true
    )]
    pub(crate) settle: Duration,

    /// Time from the start after which nothing is sent.
    ///
    /// Requests in flight are completed, and the same command continues with the rest.
    #[arg(long, value_name = "TIME", env = "BULK_INVITE_DEADLINE", value_parser = time_limit, hide_short_help = true)]
    pub(crate) deadline: Option<Duration>,

    /// Failures after which the run stops: a number, a percentage or `off`.
    ///
    /// A percentage is of the last 100 rows, and counts once 20 were sent.
    #[arg(long, value_name = "N|P%", default_value = "50%", env = "BULK_INVITE_MAX_FAILURES", hide_short_help = true)]
    pub(crate) max_failures: MaxFailures,
}
