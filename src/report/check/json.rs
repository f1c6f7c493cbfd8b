//! A check as one JSON document. The fields are declared in the order in which they are printed, which must not change.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::model::exit::Exit;
use crate::model::invitation::{ObjectId, OrgRole};
use crate::model::seats::Seats;
use crate::plan::ANY;
use crate::plan::check::{Checked, Finding, FindingCode, FindingKind, Share};
use crate::report::InputFacts;

/// The findings so far, kept as JSON because it takes less memory.
#[derive(Debug, Default)]
pub struct FindingsJson {
    problems: Vec<Box<RawValue>>,
    warnings: Vec<Box<RawValue>>,
}

impl FindingsJson {
    /// Adds a finding.
    pub fn add(&mut self, finding: &Finding<'_>) -> serde_json::Result<()> {
        let list = match finding.kind {
            FindingKind::Invalid => &mut self.problems,
            FindingKind::Duplicate
            | FindingKind::AlreadyInvited
            | FindingKind::AlreadyMember
            | FindingKind::Warning => &mut self.warnings,
        };
        list.push(to_raw_value(&FindingJson {
            code: finding.code.map(FindingCode::as_str),
            column: finding.column,
            detail: &finding.detail,
            email: finding.email,
            row: finding.row,
            status: finding.kind.as_str(),
        })?);
        Ok(())
    }
}

#[derive(Serialize)]
struct FindingJson<'a> {
    code: Option<&'static str>,
    column: Option<&'a str>,
    detail: &'a str,
    email: &'a str,
    row: u32,
    status: &'static str,
}

/// The whole document.
#[derive(Debug, Serialize)]
pub struct CheckJson<'a> {
    problems: Vec<Box<RawValue>>,
    warnings: Vec<Box<RawValue>>,
    exit_code: i32,
    input: &'a InputFacts,
    online: bool,
    summary: SummaryJson<'a>,
    version: &'static str,
}

#[derive(Debug, Serialize)]
struct SummaryJson<'a> {
    already_invited: u64,
    already_member: u64,
    blank: u64,
    duplicates: u64,
    invalid: u64,
    projects: Vec<ShareJson<'a>>,
    roles: BTreeMap<&'static str, u64>,
    rows: u64,
    seats: Vec<SeatsJson>,
    teams: Vec<ShareJson<'a>>,
    would_be_sent: u64,
}

#[derive(Debug, Serialize)]
struct ShareJson<'a> {
    id: Option<ObjectId>,
    name: Option<&'a str>,
    people: u64,
}

#[derive(Debug, Serialize)]
struct SeatsJson {
    left: Option<u64>,
    missing: u64,
    needed: u64,
    org_id: Option<ObjectId>,
    taken: Option<u64>,
}

impl<'a> CheckJson<'a> {
    /// Creates the document. `online` is true if the organizations were read.
    pub fn new(findings: FindingsJson, input: &'a InputFacts, checked: &'a Checked, online: bool, exit: Exit) -> Self {
        let FindingsJson { problems, warnings } = findings;
        let version = env!("CARGO_PKG_VERSION");
        Self { problems, warnings, exit_code: exit as i32, input, online, summary: checked.into(), version }
    }
}

impl<'a> From<&'a Checked> for SummaryJson<'a> {
    fn from(checked: &'a Checked) -> Self {
        let Checked { tally, blank, people, roles, teams, projects, seats } = checked;
        let share = |share: &'a Share| ShareJson { id: share.id, name: share.name.as_deref(), people: share.people };
        Self {
            already_invited: tally.already_invited,
            already_member: tally.already_member,
            blank: *blank,
            duplicates: tally.duplicates,
            invalid: tally.invalid,
            projects: projects.iter().map(share).collect(),
            roles: roles.iter().map(|(role, people): &(OrgRole, u64)| (role.as_str(), *people)).collect(),
            rows: tally.rows,
            seats: seats.iter().map(|(id, seats)| SeatsJson::new(*id, *seats)).collect(),
            teams: teams.iter().map(share).collect(),
            would_be_sent: *people,
        }
    }
}

impl SeatsJson {
    fn new(organization: ObjectId, seats: Seats) -> Self {
        Self {
            left: seats.left(),
            missing: seats.missing(),
            needed: seats.needed,
            org_id: (organization != ANY).then_some(organization),
            taken: seats.taken,
        }
    }
}
