//! A check told: a line of text or of CSV for each finding, a summary as text, and both as JSON.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::{escaped, seats};
use crate::model::columns::protected;
use crate::model::invitation::ObjectId;
use crate::model::seats::Seats;
use crate::plan::ANY;
use crate::plan::check::{Checked, Finding, FindingCode, FindingKind, Share};

/// The header of a check as CSV.
pub const CHECK_COLUMNS: [&str; 6] = ["row", "email", "status", "code", "column", "detail"];

/// Teams, or projects, that the text lists.
const SHARES_SHOWN: usize = 20;

/// A finding as a line of text, without a line feed.
pub fn finding_text(finding: &Finding<'_>) -> String {
    let column = finding.column.map(|column| format!(", column {}", escaped(column))).unwrap_or_default();
    let warning = match finding.kind {
        FindingKind::Warning => "warning: ",
        FindingKind::Invalid | FindingKind::Duplicate | FindingKind::AlreadyInvited | FindingKind::AlreadyMember => "",
    };
    format!("row {}{column}: {warning}{}", finding.row, escaped(&finding.detail))
}

/// A finding's cells under [`CHECK_COLUMNS`], harmless to open in a spreadsheet.
pub fn finding_record<'a>(finding: &'a Finding<'_>) -> [Cow<'a, str>; 6] {
    [
        finding.row.to_string().into(),
        protected(finding.email),
        finding.kind.as_str().into(),
        finding.code.map_or("", FindingCode::as_str).into(),
        protected(finding.column.unwrap_or_default()),
        protected(&finding.detail),
    ]
}

/// A finding as a JSON object.
pub fn finding_json(finding: &Finding<'_>) -> Value {
    json!({
        "row": finding.row,
        "email": finding.email,
        "status": finding.kind.as_str(),
        "code": finding.code.map(FindingCode::as_str),
        "column": finding.column,
        "detail": finding.detail,
    })
}

/// What a check comes to, a few lines without a line feed at the end.
pub fn check_text(checked: &Checked) -> String {
    let tally = &checked.tally;
    let mut head = format!("{} {}:", tally.rows, if tally.rows == 1 { "row" } else { "rows" });
    let there = tally.already_member + tally.already_invited;
    let counts = [
        (checked.people, "would be sent"),
        (there, "there already"),
        (tally.duplicates, if tally.duplicates == 1 { "duplicate" } else { "duplicates" }),
        (tally.invalid, "invalid"),
    ];
    let counts = counts.into_iter().enumerate().filter(|(index, (count, _))| *index == 0 || *count > 0);
    let counts: Vec<String> = counts.map(|(_, (count, what))| format!("{count} {what}")).collect();
    head = format!("{head} {}", counts.join(", "));
    if checked.blank > 0 {
        head = format!("{head}; {} blank and skipped", checked.blank);
    }
    let mut lines = vec![head];
    let roles: Vec<String> = checked.roles.iter().map(|(role, people)| format!("{} {people}", role.as_str())).collect();
    let listed =
        [("roles", roles.join(", ")), ("teams", shares(&checked.teams)), ("projects", shares(&checked.projects))];
    lines.extend(listed.iter().filter(|(_, list)| !list.is_empty()).map(|(what, list)| format!("  {what}: {list}")));
    for (organization, of) in &checked.seats {
        let whose = if checked.seats.len() > 1 { format!(" of organization {organization}") } else { String::new() };
        lines.push(format!("  seats{whose}: {}", seats(*of)));
    }
    lines.join("\n")
}

fn shares(shares: &[Share]) -> String {
    let one = |share: &Share| match (&share.name, share.id) {
        (Some(name), _) => format!("{} {}", escaped(name), share.people),
        (None, Some(id)) => format!("{id} {}", share.people),
        (None, None) => format!("others {}", share.people),
    };
    let mut list: Vec<String> = shares.iter().take(SHARES_SHOWN).map(one).collect();
    if let Some(more @ 1..) = shares.len().checked_sub(SHARES_SHOWN) {
        list.push(format!("and {more} more"));
    }
    list.join(", ")
}

/// What a check comes to, as a JSON object without the findings; `online` where the organizations were asked.
pub fn check_json(checked: &Checked, online: bool) -> Value {
    let roles: Map<String, Value> =
        checked.roles.iter().map(|(role, people)| (role.as_str().to_owned(), (*people).into())).collect();
    let share = |share: &Share| json!({"id": share.id, "name": share.name, "people": share.people});
    let shares = |shares: &[Share]| -> Vec<Value> { shares.iter().map(share).collect() };
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "online": online,
        "exit_code": checked.exit() as i32,
        "summary": {
            "rows": checked.tally.rows,
            "would_be_sent": checked.people,
            "roles": roles,
            "teams": shares(&checked.teams),
            "projects": shares(&checked.projects),
            "duplicates": checked.tally.duplicates,
            "already_invited": checked.tally.already_invited,
            "already_member": checked.tally.already_member,
            "invalid": checked.tally.invalid,
            "blank": checked.blank,
            "seats": checked.seats.iter().map(seats_json).collect::<Vec<_>>(),
        },
    })
}

fn seats_json((organization, seats): &(ObjectId, Seats)) -> Value {
    json!({
        "org_id": (*organization != ANY).then_some(organization),
        "needed": seats.needed,
        "taken": seats.taken,
        "left": seats.left(),
        "missing": seats.missing(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::invitation::OrgRole;
    use crate::model::reason::RejectionCode;
    use crate::plan::check::Tally;

    #[test]
    fn a_finding_is_harmless_on_a_screen_and_in_a_spreadsheet() {
        let finding = Finding {
            row: 17,
            email: "=HYPERLINK(0)",
            kind: FindingKind::Invalid,
            code: Some(FindingCode::Rejected(RejectionCode::UnknownRole)),
            column: Some("ro\u{1b}[2Jles"),
            detail: "-unknown\u{202e}".into(),
        };
        assert_eq!(finding_text(&finding), "row 17, column ro\\u{1b}[2Jles: -unknown\\u{202e}");
        assert_eq!(
            finding_record(&finding),
            ["17", "'=HYPERLINK(0)", "invalid", "UNKNOWN_ROLE", "ro\u{1b}[2Jles", "'-unknown\u{202e}"]
        );
        let finding = Finding { kind: FindingKind::Warning, column: None, detail: "odd".into(), ..finding };
        assert_eq!(finding_text(&finding), "row 17: warning: odd");
    }

    #[test]
    fn the_summary_tells_who_gets_what() {
        let named = |name: &str, people| Share { id: None, name: Some(name.to_owned()), people };
        let mut checked = Checked {
            tally: Tally { rows: 9, invalid: 1, duplicates: 2, already_invited: 1, already_member: 1, warnings: 0 },
            blank: 3,
            people: 4,
            roles: vec![(OrgRole::Owner, 1), (OrgRole::Member, 3)],
            teams: (0..22).map(|n| named(&format!("T{n}"), 1)).collect(),
            projects: vec![named("bill\u{1b}ing", 2), Share { id: None, name: None, people: 7 }],
            seats: vec![(ANY, Seats { needed: 4, taken: Some(2) })],
        };
        let text = check_text(&checked);
        let teams: Vec<String> = (0..20).map(|n| format!("T{n} 1")).collect();
        assert_eq!(
            text,
            format!(
                "9 rows: 4 would be sent, 2 there already, 2 duplicates, 1 invalid; 3 blank and skipped\n  roles: ORG_OWNER 1, ORG_MEMBER 3\n  teams: {}, and 2 more\n  projects: bill\\u{{1b}}ing 2, \
                 others 7\n  seats: 4 needed, 498 of 500 left",
                teams.join(", ")
            )
        );
        checked = Checked {
            tally: Tally { rows: 1, ..Tally::default() },
            blank: 0,
            people: 1,
            roles: Vec::new(),
            teams: Vec::new(),
            projects: Vec::new(),
            ..checked
        };
        assert_eq!(check_text(&checked).lines().next(), Some("1 row: 1 would be sent"));
    }
}
