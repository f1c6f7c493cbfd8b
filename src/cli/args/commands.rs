//! Flags of single commands.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use atlas_sandbox::Fault;
use clap::Args;

use super::choices::{CheckFormat, DuplicatesArg};
use super::groups::{AccountArgs, CallArgs, JobArgs, SheetArgs};
use super::values::{speed, time};

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The spreadsheet: a header row, then a row a person. `-` reads standard input.
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) account: AccountArgs,

    #[command(flatten)]
    pub(crate) sheet: SheetArgs,

    /// Rehearse against an embedded Atlas: no account, no network, no email.
    #[arg(long, conflicts_with_all = ["org_id", "base_url"], help_heading = "Rehearsing")]
    pub(crate) sandbox: bool,

    /// Make the embedded Atlas misbehave, for example `500@0.1` or `reset-after@#3`; may be repeated.
    #[arg(long, value_name = "FAULT", requires = "sandbox", help_heading = "Rehearsing")]
    pub(crate) sandbox_fault: Vec<Fault>,

    /// Where the results go [default: FILE with `.results.csv` instead of its ending].
    #[arg(long, value_name = "FILE", env = "BULK_INVITE_RESULTS", help_heading = "Results")]
    pub(crate) results: Option<PathBuf>,

    /// Write the rows that need another look to FILE too, with exactly the input's columns.
    #[arg(long, value_name = "FILE", env = "BULK_INVITE_FAILED", help_heading = "Results")]
    pub(crate) failed: Option<PathBuf>,

    /// Invite again those whose invite has expired.
    #[arg(long, env = "BULK_INVITE_REINVITE_EXPIRED", help_heading = "Results")]
    pub(crate) reinvite_expired: bool,

    #[command(flatten)]
    pub(crate) job: JobArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RevokeArgs {
    /// The results file of the run whose invites are to be cancelled.
    #[arg(value_name = "RESULTS")]
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) account: AccountArgs,

    /// Where the results of the revocation go [default: `people.revoked.csv` beside `people.results.csv`].
    #[arg(long, value_name = "FILE", help_heading = "Results")]
    pub(crate) results: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) job: JobArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The spreadsheet: a header row, then a row a person. `-` reads standard input.
    pub(crate) file: PathBuf,

    #[command(flatten)]
    pub(crate) account: AccountArgs,

    #[command(flatten)]
    pub(crate) sheet: SheetArgs,

    /// Check against an embedded Atlas: no account, no network.
    #[arg(long, conflicts_with_all = ["org_id", "base_url", "offline"], help_heading = "Rehearsing")]
    pub(crate) sandbox: bool,

    /// Make the embedded Atlas misbehave, for example `500@0.1`; may be repeated.
    #[arg(long, value_name = "FAULT", requires = "sandbox", help_heading = "Rehearsing")]
    pub(crate) sandbox_fault: Vec<Fault>,

    /// Ask nobody, whatever credentials are set: names are believed, and who is there already is not known.
    #[arg(long, env = "BULK_INVITE_OFFLINE", help_heading = "Account")]
    pub(crate) offline: bool,

    #[command(flatten)]
    pub(crate) calls: CallArgs,

    /// How to tell what is found, on standard output.
    #[arg(long, value_enum, default_value_t = CheckFormat::Text, env = "BULK_INVITE_FORMAT", help_heading = "Output")]
    pub(crate) format: CheckFormat,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// The results file of a run.
    pub(crate) results: PathBuf,

    /// Where to write the results with the column `current_status` [default: `people.status.csv` beside
    /// `people.results.csv`].
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) account: AccountArgs,

    #[command(flatten)]
    pub(crate) calls: CallArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The results file.
    pub(crate) results: PathBuf,

    /// Where the page goes, `-` for standard output [default: RESULTS with `.html` instead of its ending].
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// Where to listen.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", env = "BULK_INVITE_SANDBOX_LISTEN")]
    pub(crate) listen: SocketAddr,

    /// A TOML file that says what the sandbox holds and how it behaves.
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<PathBuf>,

    /// A way to misbehave, for example `500@0.1` or `reset-after@#3`; may be repeated.
    #[arg(long, value_name = "FAULT")]
    pub(crate) fault: Vec<Fault>,

    /// How long every request takes at least.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) latency: Option<Duration>,

    /// Make the minutes of limits and tokens shorter: 60 makes each a second.
    #[arg(long, value_name = "FACTOR", value_parser = speed)]
    pub(crate) speed: Option<f64>,

    /// Enforce no rate limits and no seats.
    #[arg(long)]
    pub(crate) no_limits: bool,

    /// Let 10 invitations through a minute and answer the others 400, as Atlas once did.
    #[arg(long)]
    pub(crate) invitation_limiter: bool,

    /// What `POST .../invites` says of an address that is there already [default: 409].
    #[arg(long, value_enum)]
    pub(crate) duplicates: Option<DuplicatesArg>,

    /// Repeat the random choices of a run.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
}
