use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::spreadsheet::{Input, Sheet, SheetOptions};

const ONE: &str = "sam.lee@example.com";
const OTHER: &str = "sam.home@example.org";

fn open(text: &str) -> Result<Sheet, SheetError> {
    Sheet::from_bytes(text.as_bytes(), &SheetOptions::default())
}

/// Returns the column that is invited from, in a sheet with these names and rows.
fn chosen(names: &[&str], rows: &[&[&str]]) -> Result<usize, SheetError> {
    let lines = std::iter::once(names).chain(rows.iter().copied()).map(|row| row.join(","));
    open(&lines.collect::<Vec<_>>().join("\n")).map(|sheet| sheet.header().email())
}

#[track_caller]
fn is_chosen(names: &[&str], row: &[&str], column: usize) {
    match chosen(names, &[row]) {
        Ok(found) => assert_eq!(found, column, "{names:?} {row:?}"),
        Err(error) => panic!("{names:?} {row:?}: {error}"),
    }
}

#[track_caller]
fn stops(names: &[&str], row: &[&str]) {
    match chosen(names, &[row]) {
        Ok(found) => panic!("{names:?} {row:?}: column {found} is chosen"),
        Err(SheetError::DifferentAddresses { row, .. }) => assert_eq!(row, 2),
        Err(SheetError::UnknownEmailColumn { .. }) => {}
        Err(error) => panic!("{names:?} {row:?}: {error}"),
    }
}

/// Pairs of a column for work and a private one.
const PAIRS: [(&str, &str); 24] = [
    ("Primary Work Email", "Personal Email"),
    ("Work Email", "Home Email"),
    ("workEmail", "personal_email"),
    ("Login", "Personal Email"),
    ("Sign-in name", "Private mail"),
    ("userPrincipalName", "otherMails"),
    ("Email", "Secondary Email"),
    ("Email Address [Required]", "Home Secondary Email"),
    ("Email (Work)", "Email (Home)"),
    ("Company email", "Alternate email"),
    ("Corporate E-Mail", "Recovery Email"),
    ("Email", "Manager Email"),
    ("Dienst-E-Mail", "Private E-Mail"),
    ("Arbeits-E-Mail", "E-Mail privat"),
    ("Firmen-Mail", "Privatmail"),
    ("Geschäftliche E-Mail", "Zweitmail"),
    ("Benutzername", "E-Mail (privat)"),
    ("Correo corporativo", "Correo personal"),
    ("Correo laboral", "Otro correo"),
    ("Adresse mail professionnelle", "Mail perso"),
    ("Courriel pro", "Courriel personnel"),
    ("E-mail corporativo", "E-mail pessoal"),
    ("Contact Email", "Supervisor"),
    ("Employee Email", "Emergency contact email"),
];

#[test]
fn the_work_address_is_chosen_beside_a_private_one() {
    for (work, private) in PAIRS {
        is_chosen(&["Name", work, private], &["Sam", ONE, OTHER], 1);
        is_chosen(&[private, "Name", work], &[OTHER, "Sam", ONE], 2);
    }
}

#[test]
fn an_empty_work_cell_does_not_lead_to_the_private_one() {
    for (work, private) in PAIRS {
        let rows: &[&[&str]] = &[&["Sam", ONE, OTHER], &["Pat", "", "pat.home@example.org"]];
        assert_eq!(chosen(&["Name", work, private], rows).unwrap(), 1, "{work}, {private}");
    }
    for (work, private) in [("Work Email", "Personal Email"), ("Email", "Secondary Email"), ("Dienstmail", "Privat")] {
        is_chosen(&[work, private], &["", OTHER], 0);
    }
    for unfilled in ["Employee Email", "UPN", "Login", "Benutzername", "Mail (London)"] {
        stops(&[unfilled, "Personal Email"], &["", OTHER]);
    }
    stops(&["Work Email", "Email"], &["", OTHER]);
}

#[test]
fn an_unknown_name_never_leads_to_a_private_address() {
    for unknown in ["Reach them at", "Konto", "Corp ID", "Indirizzo aziendale", "", "Manager Email", "Work"] {
        for private in ["Personal Email", "Private mail", "Home Email", "Courriel personnel"] {
            stops(&["Name", unknown, private, "Role"], &["Sam", ONE, OTHER, "member"]);
        }
    }
}

#[test]
fn equal_candidates_with_different_cells_are_for_the_user() {
    for (first, second) in [
        ("email", "Work Email"),
        ("Email", "E-Mail"),
        ("Email", "Email"),
        ("userPrincipalName", "mail"),
        ("Username", "Email"),
        ("Dienst-E-Mail", "E-Mail"),
        ("Primary Email", "Work Email"),
        ("Mail (London)", "Mail (Lagos)"),
        ("E-mail 1 - Value", "E-mail 2 - Value"),
        ("Contact Email", "Reach them at"),
        ("Personal Email", "Secondary Email"),
        ("Email", ""),
    ] {
        stops(&[first, second, "Role"], &[ONE, OTHER, "member"]);
        stops(&[first, second, "Role"], &[ONE, "someone@example.com", "member"]);
        is_chosen(&[first, second, "Role"], &[ONE, "SAM.LEE@example.com ", "member"], 0);
        is_chosen(&[first, second, "Role"], &[ONE, "Sam <mailto:sam.lee@example.com>", "member"], 0);
    }
}

#[test]
fn a_difference_in_any_row_is_found() {
    let line = format!("{ONE},{ONE}\n");
    for rows in [1, 10, 999, 5000] {
        let text = format!("email,Work Email\n{}{ONE},\n", line.repeat(rows));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        std::fs::write(&path, &text).unwrap();
        let Err(error) = Sheet::open(Input::File(path), &SheetOptions::default()) else { panic!("{rows} rows") };
        let SheetError::DifferentAddresses { row, .. } = error else { panic!("{error}") };
        assert_eq!(row as usize, rows + 2);

        // What can be read only once ends with the error before a person of that row is invited.
        let read = open(&text).and_then(|sheet| sheet.collect::<Result<Vec<_>, _>>());
        assert!(matches!(read, Err(SheetError::DifferentAddresses { .. })), "{read:?}");
    }
}

#[test]
fn a_column_without_addresses_is_no_candidate() {
    for (names, row, column) in [
        (&["username", "email"][..], &["slee", ONE][..], 1),
        (&["Email", "Login"], &[ONE, "EXAMPLE\\slee"], 0),
        (&["E-mail 1 - Label", "E-mail 1 - Value"], &["Work", ONE], 1),
        (&["E-mail 1 - Value", "E-mail 2 - Value"], &["", ONE], 1),
        (&["Email", "Work Email"], &["", ONE], 1),
        (&["Email Address [Required]", "New Primary Email [UPLOAD ONLY]"], &[ONE, ""], 0),
        (&["Work Email", "Work Email Verified"], &[ONE, "TRUE"], 0),
        (&["Email", "Email opt-in"], &[ONE, "yes"], 0),
        (&["Username", "Contact Email"], &["slee", ONE], 1),
        (&["Username", "Personal Email"], &["slee", OTHER], 1),
        (&["Mail (London)", "Mail (Lagos)"], &["", ONE], 1),
        (&["Home", "Email"], &["12 High Street", ONE], 1),
    ] {
        is_chosen(names, row, column);
    }
}

#[test]
fn a_private_address_is_chosen_if_there_is_no_other() {
    for name in ["Personal Email", "Private E-Mail", "Secondary Email", "Correo personal"] {
        is_chosen(&["Name", name, "Phone"], &["Sam", OTHER, "555"], 1);
    }
}

#[test]
fn the_address_of_another_person_is_not_chosen() {
    for name in ["Manager Email", "Supervisor", "HR contact", "Emergency contact email", "Recovery email", "Reply-to"] {
        stops(&["Name", name], &["Sam", OTHER]);
        is_chosen(&["Name", name, "Email"], &["Sam", OTHER, ONE], 2);
    }
}

#[test]
fn an_email_column_wins_over_the_rest() {
    for rest in ["Contact Email", "Reach them at", "Notes", "Mail (London)", "Email 2", "User Email"] {
        is_chosen(&["Name", rest, "Email"], &["Sam", OTHER, ONE], 2);
        is_chosen(&["Name", rest, "Work Email"], &["Sam", OTHER, ""], 2);
    }
}

#[test]
fn an_address_in_a_note_does_not_compete() {
    let rows: &[&[&str]] = &[&[ONE, "ask pat@example.com"], &["pat@example.com", "new"], &["kim@example.com", "new"]];
    assert_eq!(chosen(&["Contact Email", "Notes"], rows).unwrap(), 0);
}

#[test]
fn the_names_decide_if_no_row_has_an_address() {
    for (names, column) in [
        (&["Name", "Email", "Work Email"][..], 1),
        (&["Username", "Email"], 1),
        (&["Personal Email", "Contact Email"], 1),
        (&["Login", "Name"], 0),
    ] {
        assert_eq!(chosen(names, &[]).unwrap(), column, "{names:?}");
        is_chosen(names, &["x", "y", "z"], column);
    }
}

#[test]
fn a_column_that_holds_addresses_is_shown_with_its_flag() {
    let Err(SheetError::UnknownEmailColumn { columns, choose, .. }) =
        chosen(&["Person", "Reach them at", "Level"], &[&["Sam", ONE, "5"], &["Pat", "pat@example.com", "6"]])
    else {
        panic!()
    };
    assert_eq!((columns.as_str(), choose.as_str()), ("\"Reach them at\"", "--column \"email=Reach them at\""));
    let Err(SheetError::UnknownEmailColumn { choose, .. }) = chosen(&["Person", "", "Level"], &[&["Sam", ONE, "5"]])
    else {
        panic!()
    };
    assert_eq!(choose, "--column email=B");
    let Err(SheetError::UnknownEmailColumn { choose, .. }) = chosen(&["Person", "Level"], &[&["Sam", "5", "", ONE]])
    else {
        panic!()
    };
    assert_eq!(choose, "--column email=D");
}

#[test]
fn a_shown_flag_is_accepted() {
    for (text, email) in [
        (format!("Person,Reach them at\nSam,{ONE}\n"), "Reach them at"),
        (format!("Person,,Level\nSam,{ONE},5\n"), "B"),
        (format!("Person,Level\nSam,5,,{ONE}\n"), "D"),
        (format!("Email,Name,Email\n{OTHER},Sam,{ONE}\n"), "C"),
        (format!("Staff,,\nEmail,Name,Email\n{OTHER},Sam,{ONE}\n"), "c"),
    ] {
        let options = SheetOptions { columns: vec![(Column::Email, email.into())], ..SheetOptions::default() };
        let mut sheet = Sheet::from_bytes(text.as_bytes(), &options).unwrap();
        let email = sheet.header().email();
        assert_eq!(sheet.next_row().unwrap().unwrap().cell(email), ONE, "{text}");
    }
}

#[test]
fn an_ignored_column_does_not_compete() {
    let text = format!("Name,Mail (London),Mail (Lagos)\nSam,{ONE},{OTHER}\n");
    for (ignored, column) in [("Mail (Lagos)", 1), ("mail london", 2), ("C", 1)] {
        let options = SheetOptions { ignored: vec![ignored.into()], ..SheetOptions::default() };
        assert_eq!(Sheet::from_bytes(text.as_bytes(), &options).unwrap().header().email(), column, "{ignored}");
    }
}

/// Returns names of all kinds, each with cells of two people.
fn columns() -> impl Strategy<Value = Vec<(&'static str, [&'static str; 2])>> {
    let names = vec![
        "Email",
        "Work Email",
        "Dienst-E-Mail",
        "Login",
        "userPrincipalName",
        "Contact Email",
        "Mail (London)",
        "Email 2",
        "Personal Email",
        "Home Email",
        "otherMails",
        "Manager Email",
        "Recovery email",
        "Reach them at",
        "Notes",
        "",
    ];
    let cells = select(vec!["", "x", ONE, OTHER, "pat@example.com", "ask pat@example.com"]);
    prop::collection::vec((select(names), [cells.clone(), cells]), 1..6)
}

proptest! {
    #[test]
    fn any_columns_lead_to_one_address_or_to_a_question(columns in columns()) {
        let line = |cells: Vec<&str>| format!("No.,{}\n", cells.join(","));
        let row = |row: usize| line(columns.iter().map(|(_, cells)| cells[row]).collect());
        let text = line(columns.iter().map(|(name, _)| *name).collect()) + &row(0) + &row(1);
        let Ok(mut sheet) = open(&text) else { return Ok(()) };
        let chosen = sheet.header().email();
        let kind = |cell: usize| {
            sheet.header().names().get(cell).and_then(|name| Claim::of(name)).map(|claim| claim.kind)
        };
        let kinds: Vec<_> = (0..=columns.len()).map(kind).collect();
        prop_assert!(kinds[chosen].is_some_and(|kind| kind != AddressName::Foreign));
        while let Some(row) = sheet.next_row().unwrap() {
            for (cell, kind) in kinds.iter().enumerate().filter(|(cell, _)| has_address(row.cell(*cell))) {
                let is_equal = fold(row.cell(cell)) == fold(row.cell(chosen));
                let is_first_choice = |kind: Option<AddressName>| kind.is_some_and(AddressName::is_first_choice);
                prop_assert!(is_equal || kinds[chosen] != Some(AddressName::Private), "private: {text}");
                prop_assert!(is_equal || !is_first_choice(*kind), "a better name: {text}");
                prop_assert!(is_equal || is_first_choice(kinds[chosen]) || *kind != kinds[chosen], "the same kind: {text}");
            }
        }
    }
}
