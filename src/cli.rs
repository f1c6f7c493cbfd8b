//! What can be typed. What it means is [`crate::settings`]' business.

use std::num::NonZeroU32;
use std::path::PathBuf;

use bulk_invite::exchange::Api;
use bulk_invite::invitation::{ObjectId, OrgRoles};
use bulk_invite::limiter::RateLimit;
use bulk_invite::roster::{Column, Delimiter, UnknownColumn};
use bulk_invite::run::MaxFailures;
use bulk_invite::sandbox::{Duplicates, Fault};
use bulk_invite::shard::{NotAShard, Shard};
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::SignedDuration;

/// Invite a spreadsheet of people to a MongoDB Atlas organization, each exactly once.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Invite everyone in a spreadsheet and write what happened, row by row.
    Run(Box<RunArgs>),
    /// Check a spreadsheet, row by row, and tell what would be sent; sends no invite.
    Check(CheckArgs),
    /// Tell what became of each invite of a results file.
    Status(StatusArgs),
    /// Cancel the pending invites that a run created, and no others.
    ///
    /// It goes by Atlas's invites endpoint whatever --api says, so that nobody who has accepted is removed. Run it again to
    /// go on where it ended.
    Revoke(Box<RevokeArgs>),
    /// Run the embedded Atlas-like server on its own.
    Sandbox(SandboxArgs),
    /// Make a page that people can read from a results file, finished or not.
    Report(ReportArgs),
    /// Print a sheet to start from, as CSV.
    Template {
        /// Write it to FILE instead, as a workbook in which organization roles can be chosen from a list.
        #[arg(long, value_name = "FILE")]
        xlsx: Option<PathBuf>,
    },
    /// Show the settings and where each comes from.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the program's manual page.
    Man {
        /// A folder to write a page for each command into instead.
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

impl Command {
    /// How the command, where it is a job, goes about its rows.
    pub(crate) fn job(&self) -> Option<&JobArgs> {
        match self {
            Command::Run(args) => Some(&args.job),
            Command::Revoke(args) => Some(&args.job),
            Command::Check(_)
            | Command::Status(_)
            | Command::Config { .. }
            | Command::Sandbox(_)
            | Command::Report(_)
            | Command::Template { .. }
            | Command::Completions { .. }
            | Command::Man { .. } => None,
        }
    }

    /// The account that the command is about.
    pub(crate) fn account(&self) -> Option<&AccountArgs> {
        match self {
            Command::Run(args) => Some(&args.account),
            Command::Check(args) => Some(&args.account),
            Command::Status(args) => Some(&args.account),
            Command::Revoke(args) => Some(&args.account),
            Command::Config { command: ConfigCommand::Show { account } } => Some(account),
            Command::Sandbox(_)
            | Command::Report(_)
            | Command::Template { .. }
            | Command::Completions { .. }
            | Command::Man { .. } => None,
        }
    }
}

/// The definition with these defaults, by the names of the arguments, wherever a command has them.
pub(crate) fn with_defaults(command: clap::Command, defaults: &[(&'static str, String)]) -> clap::Command {
    let set = |mut command: clap::Command| {
        for (name, value) in defaults {
            if command.get_arguments().any(|argument| argument.get_id() == name) {
                command = command.mut_arg(name, |argument| argument.default_value(value.clone()));
            }
        }
        command
    };
    command.mut_subcommands(set)
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print what `run` would go by, a setting a line; secrets are not shown.
    Show {
        #[command(flatten)]
        account: Box<AccountArgs>,
    },
}

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

/// How a job goes about its rows and tells of it.
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

/// Which organization, and how to get in. Secrets come from the environment or the profile file, never from a flag.
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

/// How to read the spreadsheet.
#[derive(Debug, Args)]
#[command(next_help_heading = "Spreadsheet")]
pub(crate) struct SheetArgs {
    /// The organization roles of people whose row names none, for example `ORG_MEMBER`.
    #[arg(long, value_name = "ROLES", env = "BULK_INVITE_DEFAULT_ROLES", value_parser = roles)]
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

/// How fast requests go, and when one is given up.
#[derive(Debug, Args)]
#[command(next_help_heading = "Pace and retries")]
pub(crate) struct CallArgs {
    /// A rate of your own: `10/min`, `5/s` or `unlimited` [default: what Atlas allows].
    #[arg(long, env = "BULK_INVITE_RATE")]
    pub(crate) rate: Option<RateLimit>,

    /// Requests that may go at once after a pause [default: what Atlas allows, or 1 with --rate].
    #[arg(long, value_name = "N", env = "BULK_INVITE_BURST")]
    pub(crate) burst: Option<NonZeroU32>,

    /// How long a request may take.
    #[arg(long, value_name = "TIME", default_value = "30s", env = "BULK_INVITE_TIMEOUT", value_parser = time)]
    pub(crate) timeout: SignedDuration,

    /// How much of that connecting may take, TLS included.
    #[arg(
        long,
        value_name = "TIME",
        default_value = "10s",
        env = "BULK_INVITE_CONNECT_TIMEOUT",
        value_parser = time,
        help_heading = "Network"
    )]
    pub(crate) connect_timeout: SignedDuration,

    /// A PEM file of authorities to trust beside the system's, such as that of a company's own network.
    #[arg(long, value_name = "FILE", env = "BULK_INVITE_CA_CERT", help_heading = "Network")]
    pub(crate) ca_cert: Option<PathBuf>,

    /// Requests for a row or a question, the first included.
    #[arg(long, value_name = "N", default_value = "5", env = "BULK_INVITE_MAX_ATTEMPTS")]
    pub(crate) max_attempts: NonZeroU32,
}

/// How invitations go.
#[derive(Debug, Args)]
#[command(next_help_heading = "Pace and retries")]
pub(crate) struct PaceArgs {
    /// Requests on the wire at once.
    #[arg(long, value_name = "N", default_value = "16", env = "BULK_INVITE_CONCURRENCY")]
    pub(crate) concurrency: NonZeroU32,

    #[command(flatten)]
    pub(crate) calls: CallArgs,

    /// How long Atlas may still be busy with a request that was given up; only then is it asked about.
    #[arg(long, value_name = "TIME", default_value = "30s", env = "BULK_INVITE_SETTLE", value_parser = time)]
    pub(crate) settle: SignedDuration,

    /// Stop when this many rows failed, or this share of the last 100 once 20 were sent, or `off`.
    #[arg(long, value_name = "N|P%", default_value = "50%", env = "BULK_INVITE_MAX_FAILURES")]
    pub(crate) max_failures: MaxFailures,
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
    pub(crate) listen: std::net::SocketAddr,

    /// A TOML file that says what the sandbox holds and how it behaves.
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<PathBuf>,

    /// A way to misbehave, for example `500@0.1` or `reset-after@#3`; may be repeated.
    #[arg(long, value_name = "FAULT")]
    pub(crate) fault: Vec<Fault>,

    /// How long every request takes at least.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) latency: Option<SignedDuration>,

    /// Make the minutes of limits and tokens shorter: 60 makes each a second.
    #[arg(long, value_name = "FACTOR")]
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

fn roles(text: &str) -> Result<OrgRoles, String> {
    bulk_invite::plan::parse_roles(text)
}

fn column(text: &str) -> Result<(Column, String), String> {
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

fn shard(text: &str) -> Result<Shard, String> {
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

fn time(text: &str) -> Result<SignedDuration, String> {
    let time: SignedDuration = text.parse().map_err(|_| "write a time as 30s, 500ms or 2m".to_owned())?;
    if time.is_negative() { Err("a time cannot be negative".to_owned()) } else { Ok(time) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

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
    fn a_profile_can_set_only_what_run_has() {
        let command = Cli::command();
        let run = command.find_subcommand("run").unwrap();
        for name in crate::settings::SETTINGS {
            assert!(run.get_arguments().any(|argument| argument.get_id() == name), "{name}");
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
    }
}
