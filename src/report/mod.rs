//! Texts and documents about a run or a check: the summary for people ([`text`]) and for machines ([`json`]), a check's
//! findings and result, warnings before a run, and the page of a results file ([`html`]).
//!
//! Only the page is written to a file here. Everything else is returned, and the binary prints it.

mod audit;
mod check;
mod command;
mod escape;
mod explain;
mod failures;
pub mod html;
mod input;
mod json;
mod map;
mod next_steps;
mod organization;
mod text;
mod warnings;

pub use self::audit::{AuditReport, audit_json, audit_text};
pub use self::check::{
    CHECK_COLUMNS, CheckJson, FindingsJson, check_text, explanation_record, explanation_text, finding_record,
    finding_text,
};
pub use self::command::shell_word;
pub use self::escape::{escaped, escaped_json, escaped_lines};
pub use self::explain::{announcement, blocked_advice};
pub use self::input::InputFacts;
pub use self::json::json;
pub use self::map::map_findings;
pub use self::organization::organization;
pub use self::text::{duration, rows, text};
pub use self::warnings::{failed_column, seats, unlisted_roles, unread_addresses};

use std::ffi::OsString;
use std::path::Path;

use crate::atlas::api::Api;
use crate::engine::Summary;
use crate::model::shard::Shard;
use crate::model::status::JobKind;
use crate::plan::{Coverage, FailedColumn};

/// The people whom a run was to invite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The number of people.
    pub people: u64,
    /// How many of them get the role Organization Owner.
    pub owners: u64,
    /// The addresses in columns that are not read.
    pub unread_addresses: u64,
}

/// A finished job, as the summary describes it.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The result of the run.
    pub summary: &'a Summary,
    /// The path of the results.
    pub results: &'a Path,
    /// The arguments of the command, without the program's name.
    pub arguments: &'a [OsString],
    /// The kind of job.
    pub job: JobKind,
    /// True if nothing was sent because of `--dry-run`.
    pub dry_run: bool,
    /// True with `--sandbox`. The embedded sandbox starts without the invites of earlier runs.
    pub rehearsal: bool,
    /// The endpoint that created invitations, or cancelled them.
    pub api: Api,
    /// The people to invite, as counted before the run; `None` if they were not counted.
    pub planned: Option<Planned>,
    /// How the rows fit the rules of the map, if there is one and the sheet was read before the run.
    pub coverage: Option<&'a Coverage>,
    /// The columns of which every value failed, if they were looked for before the run.
    pub failed_columns: &'a [FailedColumn],
    /// How the sheet was read; `None` for revoke.
    pub input: Option<&'a InputFacts>,
    /// The shard of the sheet, if only one was sent.
    pub shard: Option<Shard>,
}
