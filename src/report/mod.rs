//! The run told afterwards, as text for people ([`text`]) and as JSON for machines ([`json`]); a check told likewise, and
//! what is worth a warning before a run. [`html`] makes a page of the results, whenever they were written.
//!
//! Pure, but for the page: a [`crate::engine::Summary`] or the like and a few circumstances become a string. Printing is the
//! binary's.

mod check;
mod escape;
mod explain;
pub mod html;
mod json;
mod text;
mod warnings;

pub use self::check::{CHECK_COLUMNS, CheckJson, FindingsJson, check_text, finding_record, finding_text};
pub use self::escape::escaped;
pub use self::explain::{announcement, blocked_advice};
pub use self::json::json;
pub use self::text::{duration, rows, text};
pub use self::warnings::{seats, unlisted_roles};

use std::path::Path;

use crate::atlas::api::Api;
use crate::engine::Summary;
use crate::model::shard::Shard;
use crate::model::status::JobKind;

/// What a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What came of the run.
    pub summary: &'a Summary,
    /// Where the results are.
    pub results: &'a Path,
    /// What the run did.
    pub job: JobKind,
    /// Whether nothing was to be sent.
    pub dry_run: bool,
    /// Whether it went to the sandbox within the program, which holds nothing of an earlier run.
    pub rehearsal: bool,
    /// The endpoint that created invitations, or cancelled them.
    pub api: Api,
    /// The shard that the run took.
    pub shard: Option<Shard>,
}
