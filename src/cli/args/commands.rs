//! Flags of single commands.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use atlas_sandbox::Fault;
use clap::Args;

use super::choices::{CheckFormat, DuplicatesArg};
use super::groups::{AccountArgs, CallArgs, JobArgs, MapArgs, SheetArgs};
use super::values::{speed, time};

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Spreadsheet with a header row and one row per person; `-` reads standard input.
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) account: AccountArgs,

    #[command(flatten)]
    pub(crate) sheet: SheetArgs,

    #[command(flatten)]
    pub(crate) map: MapArgs,

    /// Use an embedded imitation of Atlas: no account, no network, no email.
    #[arg(long, conflicts_with_all = ["org_id", "base_url"], help_heading = "Trial runs")]
    pub(crate) sandbox: bool,

    /// Inject a fault into the sandbox, for example `500@0.1` or `reset-after@#3` (repeatable).
    #[arg(long, value_name = "FAULT", requires = "sandbox", help_heading = "Trial runs", hide_short_help = true)]
    pub(crate) sandbox_fault: Vec<Fault>,

    /// Results file [default: `people.results.csv` beside `people.csv`].
    #[arg(long, value_name = "FILE", env = "BULK_INVITE_RESULTS", help_heading = "Results")]
    pub(crate) results: Option<PathBuf>,

    /// Also write the rows that need attention to FILE, with the spreadsheet's columns.
    #[arg(long, value_name = "FILE", env = "BULK_INVITE_FAILED", help_heading = "Results")]
    pub(crate) failed: Option<PathBuf>,

    /// Invite people again whose invite has expired.
    #[arg(long, env = "BULK_INVITE_REINVITE_EXPIRED", help_heading = "Results", hide_short_help = true)]
    pub(crate) reinvite_expired: bool,

    #[command(flatten)]
    pub(crate) job: JobArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RevokeArgs {
    /// Results file of the run whose invites are cancelled.
    #[arg(value_name = "RESULTS")]
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) account: AccountArgs,

    /// Results file of this command [default: `people.revoked.csv` beside `people.results.csv`].
    #[arg(long, value_name = "FILE", help_heading = "Results")]
    pub(crate) results: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) job: JobArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Spreadsheet with a header row and one row per person; `-` reads standard input.
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) account: AccountArgs,

    #[command(flatten)]
    pub(crate) sheet: SheetArgs,

    #[command(flatten)]
    pub(crate) map: MapArgs,

    /// Use an embedded imitation of Atlas: no account, no network.
    #[arg(long, conflicts_with_all = ["org_id", "base_url", "offline"], help_heading = "Trial runs")]
    pub(crate) sandbox: bool,

    /// Inject a fault into the sandbox, for example `500@0.1` (repeatable).
    #[arg(long, value_name = "FAULT", requires = "sandbox", help_heading = "Trial runs", hide_short_help = true)]
    pub(crate) sandbox_fault: Vec<Fault>,

    /// Do not contact Atlas, even if credentials are set.
    ///
    /// Teams and projects are then not verified, and existing members are not found.
    #[arg(long, env = "BULK_INVITE_OFFLINE", help_heading = "Account")]
    pub(crate) offline: bool,

    #[command(flatten)]
    pub(crate) calls: CallArgs,

    /// Also print what each person gets, and from which cell or rule of --map.
    #[arg(long, env = "BULK_INVITE_EXPLAIN", help_heading = "Output")]
    pub(crate) explain: bool,

    /// Also write a copy of the sheet to FILE, with the cells corrected that were certainly meant otherwise.
    ///
    /// FILE must not exist yet. It is CSV with the columns and the order of the sheet.
    #[arg(long, value_name = "FILE", conflicts_with = "shard", help_heading = "Output")]
    pub(crate) fixed: Option<PathBuf>,

    /// Output format.
    #[arg(long, value_enum, default_value_t = CheckFormat::Text, env = "BULK_INVITE_FORMAT", help_heading = "Output")]
    pub(crate) format: CheckFormat,

    /// Print only the result, and errors.
    #[arg(long, short, env = "BULK_INVITE_QUIET", help_heading = "Output")]
    pub(crate) quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Results file of a run.
    pub(crate) results: PathBuf,

    /// Output file [default: `people.status.csv` beside `people.results.csv`].
    ///
    /// It has the columns of the results file, with `current_status` added.
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) account: AccountArgs,

    #[command(flatten)]
    pub(crate) calls: CallArgs,
}

#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    /// Results file of a run or of revoke.
    pub(crate) results: PathBuf,

    /// Print one JSON document instead of text.
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) account: AccountArgs,

    #[command(flatten)]
    pub(crate) calls: CallArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Results file of a run or of revoke.
    pub(crate) results: PathBuf,

    /// Output file, or `-` for standard output [default: RESULTS with the extension `.html`].
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct TemplateArgs {
    /// Print a map for SHEET instead: a rule for each of its departments and job titles, to fill in.
    #[arg(long = "map", value_name = "SHEET")]
    pub(crate) mapped: Option<PathBuf>,

    /// Write a workbook to FILE instead, with a list to choose organization roles from.
    #[arg(long, value_name = "FILE")]
    pub(crate) xlsx: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) sheet: SheetArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// Address to listen on; port 0 chooses a free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", env = "BULK_INVITE_SANDBOX_LISTEN")]
    pub(crate) listen: SocketAddr,

    /// TOML file with the contents and the behavior of the sandbox.
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<PathBuf>,

    /// Inject a fault, for example `500@0.1` or `reset-after@#3` (repeatable).
    #[arg(long, value_name = "FAULT")]
    pub(crate) fault: Vec<Fault>,

    /// Minimum duration of each request.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) latency: Option<Duration>,

    /// Time after which look-ups see a change.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) lookup_lag: Option<Duration>,

    /// Start with N further members.
    #[arg(long, value_name = "N")]
    pub(crate) members: Option<usize>,

    /// Start with N further pending invites.
    #[arg(long, value_name = "N")]
    pub(crate) pending: Option<usize>,

    /// `inviterUsername` of invites created with a token [default: the client id].
    #[arg(long, value_name = "NAME")]
    pub(crate) inviter: Option<String>,

    /// Shorten the minutes of rate limits and token lifetimes: 60 makes each a second.
    #[arg(long, value_name = "FACTOR", value_parser = speed)]
    pub(crate) speed: Option<f64>,

    /// Do not limit requests or seats.
    #[arg(long)]
    pub(crate) no_limits: bool,

    /// Accept 10 invitations per minute and answer the others with 400, as Atlas once did.
    #[arg(long)]
    pub(crate) invitation_limiter: bool,

    /// Answer of `POST .../invites` for a person who is already invited or a member [default: 409].
    #[arg(long, value_enum)]
    pub(crate) duplicates: Option<DuplicatesArg>,

    /// Seed of random choices, to repeat a run.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
}
