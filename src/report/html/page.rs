//! The page's templates: [`Page`] up to the first row of the table of people, and [`PageEnd`] after its last row.

use std::borrow::Cow;

use askama::Template;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::PageContext;
use super::counts::{Count, counts};
use super::expiry::ExpirySection;
use super::facts::Facts;
use super::group::Cause;
use super::input::InputSection;
use super::lead::lead;
use super::pace::PaceSection;
use super::table::LONGEST;
use super::text::{beginning, counted, minute};
use crate::model::status::{JobKind, Status};

pub(super) const STYLE: &str = include_str!("templates/page.css");
const SCRIPT: &str = include_str!("templates/page.js");

/// The spreadsheet's columns that are shown; the results have all.
const COLUMNS: usize = 12;

/// The page up to the first row of the table. The template escapes all its texts.
#[derive(Template)]
#[template(path = "page.html")]
pub(super) struct Page<'a> {
    version: &'static str,
    style_digest: String,
    script_digest: String,
    name: &'a str,
    made_at: String,
    lead: String,
    is_rehearsed: bool,
    is_dry_run: bool,
    is_unfinished: bool,
    organizations: &'a [String],
    period: Option<String>,
    counts: Vec<Count>,
    causes: Vec<Cause<'a>>,
    /// True if rows have to be sent again after the corrections.
    needs_another_run: bool,
    /// The rows of causes that are not listed.
    other_causes: Option<String>,
    expiry: Option<ExpirySection>,
    pace: Option<PaceSection>,
    input: Option<InputSection>,
    columns: Columns<'a>,
    /// The statuses that need attention, as the script reads them.
    needs_attention: String,
}

/// The rest of the page.
#[derive(Template)]
#[template(path = "end.html")]
pub(super) struct PageEnd;

/// The spreadsheet's columns.
struct Columns<'a> {
    all: usize,
    shown: Vec<Cow<'a, str>>,
}

impl<'a> Page<'a> {
    pub(super) fn new(context: &'a PageContext, facts: &'a Facts, job: JobKind, columns: &'a [String]) -> Self {
        let digest = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
        let rehearsed = context.rehearsed.map(|id| id.to_string());
        let looks = Status::ALL.into_iter().filter(|status| status.needs_a_look());
        let beyond = facts.groups.beyond();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            style_digest: digest(STYLE),
            script_digest: digest(SCRIPT),
            name: &context.name,
            made_at: minute(context.made_at).to_string(),
            lead: lead(&facts.tally),
            is_rehearsed: rehearsed.is_some_and(|id| facts.organizations.contains(&id)),
            is_dry_run: facts.dry_run,
            is_unfinished: facts.cut_off || facts.tally.count(Status::Sending) > 0,
            organizations: &facts.organizations,
            period: facts.period.map(|(first, last)| match last.duration_since(first).as_secs() {
                60.. => format!("{} to {}", minute(first), minute(last)),
                ..60 => minute(first).to_string(),
            }),
            counts: counts(&facts.tally),
            causes: facts.groups.causes(),
            needs_another_run: [Status::Invalid, Status::Failed].iter().any(|status| facts.tally.count(*status) > 0),
            other_causes: (beyond > 0).then(|| counted(beyond, "more row", "more rows")),
            expiry: facts.expiry.section(),
            pace: facts.pace.section(job),
            input: context.input.as_ref().map(InputSection::from),
            columns: Columns::new(columns),
            needs_attention: looks.map(Status::as_str).collect::<Vec<_>>().join(" "),
        }
    }

    /// Returns how many of the spreadsheet's columns are shown.
    pub(super) fn columns(&self) -> usize {
        self.columns.shown.len()
    }
}

impl<'a> Columns<'a> {
    fn new(names: &'a [String]) -> Self {
        let shown = names.iter().take(COLUMNS).map(|name| beginning(name, LONGEST));
        Self { all: names.len(), shown: shown.collect() }
    }
}
