//! Rows without success, grouped by cause, each with an explanation, a remedy and the people affected.

use std::borrow::Cow;
use std::collections::HashMap;

use super::label::{Label, label};
use super::text::{beginning, counted, number};
use crate::model::reason::ErrorCode;
use crate::model::status::Status;
use crate::report::explain::{Explanation, explain};
use crate::results::Line;

/// The most groups. There must be a limit, because a server can send any code.
const GROUPS: usize = 60;
/// The number of people named in a group; the table has all.
const PEOPLE: usize = 50;
/// The longest list that is unfolded.
const UNFOLDED: usize = 10;
/// Characters of a text that are shown.
const LONGEST: usize = 500;

/// Rows gathered from the results. Its memory does not grow with the rows.
#[derive(Default)]
pub(super) struct Groups {
    groups: HashMap<(Status, Option<ErrorCode>), Group>,
    /// Rows of groups beyond the first [`GROUPS`].
    beyond: u64,
}

#[derive(Default)]
struct Group {
    count: u64,
    people: Vec<Affected>,
}

/// A person in a group, with texts cut to what is shown.
pub(super) struct Affected {
    pub(super) row: String,
    pub(super) email: String,
    pub(super) detail: Option<String>,
}

/// A group as the page shows it.
pub(super) struct Cause<'a> {
    pub(super) status: &'static str,
    pub(super) label: Label,
    pub(super) heading: &'static str,
    pub(super) count: String,
    pub(super) remedy: String,
    pub(super) code: Option<Cow<'a, str>>,
    /// The text to search the table for, to find these rows.
    pub(super) search: &'a str,
    pub(super) is_unfolded: bool,
    pub(super) people: &'a [Affected],
    /// The number of people who are not listed.
    pub(super) more: Option<String>,
}

impl Groups {
    pub(super) fn add(&mut self, line: &Line) {
        let outcome = &line.outcome;
        let key = (outcome.status, outcome.error_code.clone());
        if self.groups.len() >= GROUPS && !self.groups.contains_key(&key) {
            self.beyond += 1;
            return;
        }
        let group = self.groups.entry(key).or_default();
        group.count += 1;
        if group.people.len() < PEOPLE {
            group.people.push(Affected::new(line));
        }
    }

    /// Returns the groups: first those that need a person to act, then by size.
    pub(super) fn causes(&self) -> Vec<Cause<'_>> {
        let mut groups: Vec<_> =
            self.groups.iter().map(|((status, code), group)| (*status, code.as_ref(), group)).collect();
        groups.sort_by_key(|(status, code, group)| (*status, u64::MAX - group.count, *code));
        groups.into_iter().map(|(status, code, group)| Cause::new(status, code, group)).collect()
    }

    /// Returns the number of rows that are in no group.
    pub(super) fn beyond(&self) -> u64 {
        self.beyond
    }
}

impl Affected {
    fn new(line: &Line) -> Self {
        let email = if line.email.is_empty() { "(no address)" } else { &line.email };
        let detail = line.outcome.error_detail.as_deref();
        // If nothing was sent, the heading is enough.
        let detail = detail.filter(|detail| !detail.is_empty() && line.outcome.status != Status::NotSent);
        Self {
            row: line.row.map_or_else(|| "no longer listed".to_owned(), |row| format!("row {row}")),
            email: beginning(email, LONGEST).into_owned(),
            detail: detail.map(|detail| beginning(detail, LONGEST).into_owned()),
        }
    }
}

impl<'a> Cause<'a> {
    fn new(status: Status, code: Option<&'a ErrorCode>, group: &'a Group) -> Self {
        let Explanation { heading, remedy } = explain(status, code);
        let (first, rest) = remedy.split_at(1);
        let (code, unlisted) = (code.map(ErrorCode::as_str), group.count - group.people.len() as u64);
        Self {
            status: status.as_str(),
            label: label(status),
            heading,
            count: counted(group.count, "person", "people"),
            remedy: format!("{}{rest}.", first.to_uppercase()),
            code: code.map(|code| beginning(code, LONGEST)),
            search: code.unwrap_or_default(),
            is_unfolded: group.people.len() <= UNFOLDED,
            people: &group.people,
            more: (unlisted > 0).then(|| number(unlisted)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::outcome::Outcome;
    use jiff::Timestamp;

    fn line(row: u32, status: Status, code: &str, detail: &str) -> Line {
        let mut outcome = Outcome::new(status, Timestamp::UNIX_EPOCH).with_detail(detail);
        outcome.error_code = (!code.is_empty()).then(|| ErrorCode::parse(status, code));
        Line { row: Some(row), email: format!("p{row}@example.com"), org_id: "o".into(), outcome, cells: vec![] }
    }

    fn groups(lines: impl IntoIterator<Item = Line>) -> Groups {
        let mut groups = Groups::default();
        lines.into_iter().for_each(|line| groups.add(&line));
        groups
    }

    #[test]
    fn rows_are_grouped_by_cause_urgent_and_large_ones_first() {
        let groups = groups([
            line(2, Status::NotSent, "BEYOND_LIMIT", "beyond --limit"),
            line(3, Status::Failed, "TEAM_NOT_FOUND", "No team with ID 7 exists."),
            line(4, Status::Invalid, "MISSING_EMAIL", ""),
            line(5, Status::Invalid, "INVALID_EMAIL", "no address"),
            line(6, Status::Invalid, "INVALID_EMAIL", "no address"),
            line(7, Status::Failed, "UNKNOWN_TO_US", "No."),
        ]);
        let causes: Vec<String> = groups
            .causes()
            .iter()
            .map(|cause| {
                let rows: Vec<&str> = cause.people.iter().map(|person| person.row.as_str()).collect();
                format!("{} {}: {}", cause.status, cause.search, rows.join(", "))
            })
            .collect();
        assert_eq!(
            causes,
            [
                "invalid INVALID_EMAIL: row 5, row 6",
                "invalid MISSING_EMAIL: row 4",
                "failed TEAM_NOT_FOUND: row 3",
                "failed UNKNOWN_TO_US: row 7",
                "not_sent BEYOND_LIMIT: row 2",
            ]
        );
    }

    #[test]
    fn a_detail_is_left_out_if_it_adds_nothing() {
        let detail = |status, detail| Affected::new(&line(2, status, "", detail)).detail;
        assert_eq!(detail(Status::Failed, "No."), Some("No.".to_owned()));
        assert_eq!((detail(Status::Failed, ""), detail(Status::NotSent, "beyond --limit")), (None, None));
    }

    #[test]
    fn many_people_do_not_make_the_page_grow() {
        let many = groups((0..1000).map(|row| line(row, Status::Failed, "TEAM_NOT_FOUND", &"x".repeat(9000))));
        let causes = many.causes();
        let [cause] = causes.as_slice() else { panic!("one cause") };
        assert_eq!((cause.people.len(), cause.more.as_deref()), (50, Some("950")));
        assert!(cause.people.iter().all(|person| person.detail.as_ref().unwrap().chars().count() == LONGEST + 1));
    }

    #[test]
    fn many_codes_do_not_make_the_page_grow() {
        let many = groups((0..1000).map(|row| line(row, Status::Failed, &format!("CODE_{row}"), "")));
        assert_eq!((many.causes().len(), many.beyond()), (60, 940));
    }
}
