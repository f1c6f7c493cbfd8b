use crate::plan::check::{Checked, Finding, FindingKind, Share};
use crate::report::{escaped, rows, seats, unread_addresses};

/// The number of teams, or projects, that are listed.
const SHARES_SHOWN: usize = 20;

/// Returns a finding as a line of text, without a line feed.
pub fn finding_text(finding: &Finding<'_>) -> String {
    let row = finding.row.map(|row| format!("row {row}"));
    let column = finding.column.map(|column| format!("column {}", escaped(column)));
    let place = row.into_iter().chain(column).collect::<Vec<_>>().join(", ");
    let place = if place.is_empty() { place } else { format!("{place}: ") };
    let warning = match finding.kind {
        FindingKind::Warning => "warning: ",
        FindingKind::Invalid | FindingKind::Duplicate | FindingKind::AlreadyInvited | FindingKind::AlreadyMember => "",
    };
    format!("{place}{warning}{}", escaped(&finding.detail))
}

/// Returns the result of a check as a few lines, the verdict last, without a line feed at the end.
pub fn check_text(checked: &Checked) -> String {
    let tally = &checked.tally;
    let head = format!("{}:", rows(tally.rows));
    let present = tally.already_member + tally.already_invited;
    let counts = [
        (checked.people, "would be invited"),
        (present, "already invited or members"),
        (tally.duplicates, if tally.duplicates == 1 { "duplicate" } else { "duplicates" }),
        (tally.invalid, "invalid"),
    ];
    let counts = counts.into_iter().enumerate().filter(|(index, (count, _))| *index == 0 || *count > 0);
    let counts: Vec<String> = counts.map(|(_, (count, what))| format!("{count} {what}")).collect();
    let mut lines = vec![format!("{head} {}", counts.join(", "))];
    match checked.blank {
        0 => {}
        1 => lines.push("  1 blank row was skipped".to_owned()),
        blank => lines.push(format!("  {blank} blank rows were skipped")),
    }
    let roles: Vec<String> = checked.roles.iter().map(|(role, people)| format!("{people} {}", role.as_str())).collect();
    let listed =
        [("roles", roles.join(", ")), ("teams", shares(&checked.teams)), ("projects", shares(&checked.projects))];
    lines.extend(listed.iter().filter(|(_, list)| !list.is_empty()).map(|(what, list)| format!("  {what}: {list}")));
    for (organization, numbers) in &checked.seats {
        let of_organization =
            if checked.seats.len() > 1 { format!(" of organization {organization}") } else { String::new() };
        lines.push(format!("  seats{of_organization}: {}", seats(*numbers)));
    }
    lines.extend(unread_addresses(&checked.addresses).map(|line| format!("  {line}")));
    lines.push(match tally.invalid {
        0 => "no row needs correction".to_owned(),
        1 => "1 row needs correction".to_owned(),
        invalid => format!("{invalid} rows need correction"),
    });
    lines.join("\n")
}

fn shares(shares: &[Share]) -> String {
    let one = |share: &Share| match (&share.name, share.id) {
        (Some(name), _) => format!("{} {}", share.people, escaped(name)),
        (None, Some(id)) => format!("{} {id}", share.people),
        (None, None) => format!("{} in others", share.people),
    };
    let mut list: Vec<String> = shares.iter().take(SHARES_SHOWN).map(one).collect();
    if let Some(more @ 1..) = shares.len().checked_sub(SHARES_SHOWN) {
        list.push(format!("and {more} more"));
    }
    list.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::invitation::OrgRole;
    use crate::model::seats::Seats;
    use crate::plan::check::{FindingCode, Tally};
    use crate::plan::{ANY, Addresses, UnreadAddresses};

    #[test]
    fn a_warning_is_marked() {
        let finding = Finding {
            row: Some(17),
            email: "",
            kind: FindingKind::Warning,
            code: Some(FindingCode::UnlistedProjectRole),
            column: None,
            detail: "odd".into(),
        };
        assert_eq!(finding_text(&finding), "row 17: warning: odd");
    }

    #[test]
    fn the_result_lists_counts_roles_teams_and_seats() {
        let named = |name: &str, people| Share { id: None, name: Some(name.to_owned()), people };
        let many = Checked {
            tally: Tally { rows: 9, invalid: 1, duplicates: 2, already_invited: 1, already_member: 1, warnings: 0 },
            blank: 3,
            people: 4,
            roles: vec![(OrgRole::Owner, 1), (OrgRole::Member, 3)],
            teams: (0..22).map(|n| named(&format!("T{n}"), 1)).collect(),
            projects: vec![named("bill\u{1b}ing", 2), Share { id: None, name: None, people: 7 }],
            seats: vec![(ANY, Seats { needed: 4, taken: Some(2) })],
            coverage: None,
            addresses: Addresses {
                unread: vec![UnreadAddresses { column: "Manager".to_owned(), addresses: 3 }],
                ..Addresses::default()
            },
        };
        let one = Checked {
            tally: Tally { rows: 1, ..Tally::default() },
            blank: 0,
            people: 1,
            roles: Vec::new(),
            teams: Vec::new(),
            projects: Vec::new(),
            seats: Vec::new(),
            coverage: None,
            addresses: Addresses::default(),
        };
        insta::assert_snapshot!(format!("{}\n\n{}", check_text(&many), check_text(&one)));
    }
}
