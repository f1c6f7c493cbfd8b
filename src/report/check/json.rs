//! A check as one JSON document. The fields are declared in the order in which they are printed, which must not change.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::explained::ExplanationJson;

use crate::model::exit::Exit;
use crate::model::invitation::{ObjectId, OrgRole};
use crate::model::seats::Seats;
use crate::plan::check::{Checked, Finding, FindingCode, FindingKind, Share};
use crate::plan::{ANY, Addresses, Explanation};
use crate::report::InputFacts;
use crate::report::map::map_json;

/// The findings so far, kept as JSON because it takes less memory.
#[derive(Debug, Default)]
pub struct FindingsJson {
    problems: Vec<Box<RawValue>>,
    warnings: Vec<Box<RawValue>>,
    explained: Option<Vec<Box<RawValue>>>,
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

    /// Adds an explanation.
    pub fn explain(&mut self, explanation: &Explanation) -> serde_json::Result<()> {
        let json = to_raw_value(&ExplanationJson::from(explanation))?;
        self.explained.get_or_insert_default().push(json);
        Ok(())
    }
}

#[derive(Serialize)]
struct FindingJson<'a> {
    code: Option<&'static str>,
    column: Option<&'a str>,
    detail: &'a str,
    email: &'a str,
    row: Option<u32>,
    status: &'static str,
}

/// The whole document.
#[derive(Debug, Serialize)]
pub struct CheckJson<'a> {
    problems: Vec<Box<RawValue>>,
    warnings: Vec<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explained: Option<Vec<Box<RawValue>>>,
    exit_code: i32,
    input: &'a InputFacts,
    online: bool,
    summary: SummaryJson<'a>,
    version: &'static str,
}

#[derive(Debug, Serialize)]
struct SummaryJson<'a> {
    addresses: AddressesJson<'a>,
    already_invited: u64,
    already_member: u64,
    blank: u64,
    duplicates: u64,
    invalid: u64,
    map: Option<Value>,
    projects: Vec<ShareJson<'a>>,
    roles: BTreeMap<&'static str, u64>,
    rows: u64,
    seats: Vec<SeatsJson>,
    teams: Vec<ShareJson<'a>>,
    would_be_sent: u64,
}

#[derive(Debug, Serialize)]
struct AddressesJson<'a> {
    duplicates: u64,
    planned: u64,
    rejected: u64,
    unread: Vec<UnreadJson<'a>>,
}

#[derive(Debug, Serialize)]
struct UnreadJson<'a> {
    addresses: u64,
    column: &'a str,
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
        let FindingsJson { problems, warnings, explained } = findings;
        let version = env!("CARGO_PKG_VERSION");
        Self { problems, warnings, explained, exit_code: exit as i32, input, online, summary: checked.into(), version }
    }
}

impl<'a> From<&'a Checked> for SummaryJson<'a> {
    fn from(checked: &'a Checked) -> Self {
        let Checked { tally, blank, people, roles, teams, projects, seats, coverage, addresses } = checked;
        let share = |share: &'a Share| ShareJson { id: share.id, name: share.name.as_deref(), people: share.people };
        Self {
            addresses: addresses.into(),
            already_invited: tally.already_invited,
            already_member: tally.already_member,
            blank: *blank,
            duplicates: tally.duplicates,
            invalid: tally.invalid,
            map: coverage.as_ref().map(map_json),
            projects: projects.iter().map(share).collect(),
            roles: roles.iter().map(|(role, people): &(OrgRole, u64)| (role.as_str(), *people)).collect(),
            rows: tally.rows,
            seats: seats.iter().map(|(id, seats)| SeatsJson::new(*id, *seats)).collect(),
            teams: teams.iter().map(share).collect(),
            would_be_sent: *people,
        }
    }
}

impl<'a> From<&'a Addresses> for AddressesJson<'a> {
    fn from(Addresses { planned, duplicates, rejected, unread }: &'a Addresses) -> Self {
        let unread = unread.iter().map(|it| UnreadJson { addresses: it.addresses, column: &it.column });
        Self { duplicates: *duplicates, planned: *planned, rejected: *rejected, unread: unread.collect() }
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
