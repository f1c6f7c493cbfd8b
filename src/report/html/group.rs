//! Rows that did not end well, grouped by cause: what it is in plain words, what to do, and who is affected.

use std::collections::HashMap;
use std::io::{self, Write};

use super::text::{Beginning, Text, counted, number};
use super::words::words;
use crate::model::reason::ErrorCode;
use crate::model::status::Status;
use crate::report::explain::{Explanation, explain};
use crate::results::Line;

/// Groups told apart; a server can invent codes.
const GROUPS: usize = 60;
/// People named in a group; the table has all.
const PEOPLE: usize = 50;
/// Groups of so many are unfolded.
const UNFOLDED: usize = 10;
/// Characters of what is said of a row.
const LONGEST: usize = 500;

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

struct Affected {
    row: Option<u32>,
    email: String,
    detail: String,
}

impl Groups {
    pub(super) fn add(&mut self, line: &Line) {
        let outcome = &line.outcome;
        let detail = outcome.error_detail.as_deref().unwrap_or_default();
        let key = (outcome.status, outcome.error_code.clone());
        if self.groups.len() >= GROUPS && !self.groups.contains_key(&key) {
            self.beyond += 1;
            return;
        }
        let group = self.groups.entry(key).or_default();
        group.count += 1;
        if group.people.len() < PEOPLE {
            let (email, detail) = (line.email.clone(), detail.chars().take(LONGEST + 1).collect());
            group.people.push(Affected { row: line.row, email, detail });
        }
    }

    /// Returns the groups, those that need somebody first, then by size.
    fn sorted(&self) -> Vec<(Status, Option<&ErrorCode>, &Group)> {
        let mut groups: Vec<_> =
            self.groups.iter().map(|((status, code), group)| (*status, code.as_ref(), group)).collect();
        groups.sort_by_key(|(status, code, group)| (*status, u64::MAX - group.count, *code));
        groups
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        if self.groups.is_empty() {
            return Ok(());
        }
        writeln!(out, "<section>\n<h2>What to do</h2>")?;
        for (status, code, group) in self.sorted() {
            group.write(out, status, code)?;
        }
        if self.beyond > 0 {
            let rows = counted(self.beyond, "more row", "more rows");
            writeln!(out, "<p>And {rows} for other reasons; the table below has them.</p>")?;
        }
        writeln!(out, "</section>")
    }
}

impl Group {
    fn write(&self, out: &mut impl Write, status: Status, code: Option<&ErrorCode>) -> io::Result<()> {
        let Explanation { heading, remedy } = explain(status, code);
        let (name, _, severity) = words(status);
        let count = counted(self.count, "person", "people");
        writeln!(out, "<div class=\"group {}\">\n<h3>{heading} <span>{count}</span></h3>", severity.class())?;
        let (first, rest) = remedy.split_at(1);
        writeln!(out, "<p><b>What to do:</b> {}{}.</p>", Text(&first.to_uppercase()), Text(rest))?;
        let unfolded = if self.people.len() <= UNFOLDED { " open" } else { "" };
        writeln!(out, "<details{unfolded}><summary>Who is affected</summary>\n<ul>")?;
        for person in &self.people {
            let row = person.row.map(|row| format!("row {row}")).unwrap_or_else(|| "no longer listed".to_owned());
            let email = if person.email.is_empty() { "(no address)" } else { &person.email };
            write!(out, "<li><b>{}</b> <small>{row}</small>", Beginning(email, LONGEST))?;
            if !person.detail.is_empty() && status != Status::NotSent {
                write!(out, "<br>{}", Beginning(&person.detail, LONGEST))?;
            }
            writeln!(out, "</li>")?;
        }
        writeln!(out, "</ul>")?;
        if self.count > self.people.len() as u64 {
            let more = number(self.count - self.people.len() as u64);
            let code = code.map_or("", ErrorCode::as_str);
            writeln!(
                out,
                "<p><a href=\"#all\" data-status=\"{}\" data-search=\"{}\">And {more} more, in the table</a></p>",
                status.as_str(),
                Text(code)
            )?;
        }
        write!(out, "</details>\n<p class=\"code\">In the results: <code>{}</code>", status.as_str())?;
        if let Some(code) = code {
            write!(out, " <code>{}</code>", Beginning(code.as_str(), LONGEST))?;
        }
        writeln!(out, "<span class=\"unseen\"> ({name})</span></p>\n</div>")
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

    fn told(lines: impl IntoIterator<Item = Line>) -> String {
        let mut groups = Groups::default();
        lines.into_iter().for_each(|line| groups.add(&line));
        let mut out = Vec::new();
        groups.write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn rows_with_the_same_cause_stand_together_with_the_remedy_and_who_is_affected() {
        let page = told([
            line(2, Status::NotSent, "BEYOND_LIMIT", "beyond --limit"),
            line(3, Status::Failed, "TEAM_NOT_FOUND", "No team with ID 7 exists."),
            line(4, Status::Invalid, "MISSING_EMAIL", "column email: no email address"),
            line(5, Status::Invalid, "INVALID_EMAIL", "column email: \"a\" is no address"),
            line(6, Status::Invalid, "INVALID_EMAIL", "column email: \"<b>\" is no address"),
            line(7, Status::Failed, "NEVER_HEARD_OF", "No."),
        ]);
        let headings: Vec<&str> =
            page.lines().filter_map(|line| line.strip_prefix("<h3>")?.strip_suffix("</span></h3>")).collect();
        assert_eq!(
            headings,
            [
                "The email address is not right <span>2 people",
                "The email address is missing <span>1 person",
                "Atlas refused, or could not be reached <span>1 person",
                "The organization has no such team <span>1 person",
                "Left for later, as asked <span>1 person",
            ]
        );
        for part in [
            "<p><b>What to do:</b> Check the teams of these rows.</p>",
            "<li><b>p3@example.com</b> <small>row 3</small><br>No team with ID 7 exists.</li>",
            "&quot;&lt;b&gt;&quot; is no address",
            "<code>invalid</code> <code>INVALID_EMAIL</code>",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
    }

    #[test]
    fn neither_many_people_nor_many_codes_make_the_page_grow_without_end() {
        let page = told((0..1000).map(|row| line(row, Status::Failed, "TEAM_NOT_FOUND", &"x".repeat(9000))));
        assert!(page.contains("And 950 more, in the table") && page.len() < 50 * 700 + 1000, "{}", page.len());
        assert_eq!(page.matches("<li>").count(), 50);
        let page = told((0..1000).map(|row| line(row, Status::Failed, &format!("CODE_{row}"), "")));
        assert!(page.contains("And 940 more rows for other reasons"), "{page}");
    }
}
