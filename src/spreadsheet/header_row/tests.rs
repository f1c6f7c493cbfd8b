use std::num::NonZeroU32;

use proptest::prelude::*;

use super::*;
use crate::spreadsheet::{Header, Sheet};

fn open(text: &str, header_row: u32) -> Result<Header, SheetError> {
    let options = SheetOptions { header_row: NonZeroU32::new(header_row), ..SheetOptions::default() };
    Sheet::from_bytes(text.as_bytes(), &options).map(|sheet| sheet.header().clone())
}

#[track_caller]
fn is_found(text: &str, number: u32, above: &[u32]) {
    match open(text, 0) {
        Ok(header) => assert_eq!((header.number(), header.rows_above()), (number, above), "{text}"),
        Err(error) => panic!("{text}: {error}"),
    }
}

#[test]
fn rows_above_the_header_are_skipped() {
    for (text, number, above) in [
        ("Name,Email\nSam,sam@example.com\n", 1, &[][..]),
        ("Active employees as of 30.11.2026\n\nName,Email,Role\nSam,sam@example.com,x\n", 3, &[1]),
        ("Staff,,\n,,\nHR; export of today\n\nName,Email\n", 5, &[1, 3]),
        ("version:v1.0\nEmail address to invite [inviteeEmail] Required,Url\nsam@example.com,x\n", 2, &[1]),
        ("Person,,Access,\nName,Email,Role,Team\nSam,sam@example.com,x,y\n", 2, &[1]),
        ("Person,,Email addresses,,Access\nName,Team,Work Email,Personal Email,Role\n", 2, &[1]),
        ("Name,,Email\n\nSam,x,sam@example.com\n", 1, &[]),
        ("Name,,Email\n", 1, &[]),
        ("Work Email list\nName,Work Email\n", 2, &[1]),
        ("Questions to hr@example.com please\nName,Work Email\n", 2, &[1]),
        (",,,\n,,,\n,,,\n,Name,Email\n,Sam,sam@example.com\n", 4, &[]),
        ("email\nsam@example.com\n", 1, &[]),
        ("E-Mail,,\n,,\nsam@example.com,,\n", 1, &[]),
        ("Quarter 3\nE-Mail\nsam@example.com\n", 2, &[1]),
        ("Staff\nPerson,Mail (London)\nSam,sam@example.com\n", 2, &[1]),
    ] {
        is_found(text, number, above);
    }
    is_found(&format!("{}Name,Email\n", "x\n".repeat(19)), 20, &(1..20).collect::<Vec<_>>());
    is_found(&format!("{}Name,Email\n", "\n".repeat(5000)), 5001, &[]);
}

#[test]
fn rows_below_a_title_keep_their_numbers() {
    let text = "Staff\n\nName,Email\n\nSam,sam@example.com\n";
    let mut sheet = Sheet::from_bytes(text.as_bytes(), &SheetOptions::default()).unwrap();
    let row = sheet.next_row().unwrap().unwrap();
    assert_eq!((row.number, row.cell(1), sheet.skipped_blank()), (5, "sam@example.com", 1));
    assert!(sheet.next_row().unwrap().is_none());
}

#[test]
fn the_separator_is_that_of_the_header_below_a_title() {
    for (text, names) in [
        ("Staff, active, all\nName;E-Mail;Rolle\n", 3),
        ("E-Mail\n", 1),
        ("Staff | active\n\nName\tE-Mail\n", 2),
        ("Staff, active\n\nPerson;Mail (London);a,b\nSam;sam@example.com;x,y\n", 3),
    ] {
        assert_eq!(open(text, 0).unwrap().names().len(), names, "{text}");
    }
}

#[test]
fn names_below_a_name_of_several_columns_are_for_the_user() {
    for text in [
        "Name,,E-Mail,\nFirst,Last,Private,Business\nSam,Lee,sam@example.org,\n",
        "Name,,E-Mail,,Unit\n\nFirst,Last,Work,Home,Unit\nSam,Lee,sam@example.com,sam@example.org,x\n",
        "Email,Access,\n,Roles,Teams\nsam@example.com,x,y\n",
        "Person,,Email,\nName,Team,Work,Start\nSam,x,sam@example.com,y\n",
    ] {
        let error = open(text, 0).unwrap_err();
        assert!(matches!(error, SheetError::TwoHeaderRows { .. }), "{text}: {error}");
    }
    is_found("Name,Email,\nSam,n/a,a note\n", 1, &[]);
    is_found("Name,Email,\nSam,,a note\n", 1, &[]);
    is_found("Name,Email,Place\nSam,home,Role\n", 1, &[]);
    is_found("Name,Email\nName,Email\n", 1, &[]);
}

#[test]
fn a_title_that_is_a_column_name_is_for_the_user() {
    for text in [
        "E-Mail,,\n\nName,E-Mail,Role\nSam,sam@example.com,x\n",
        "Emails\nHR\nName,Work Email,Role\nSam,sam@example.com,x\n",
        "Username\n\nEmail\nsam@example.com\n",
    ] {
        let Err(SheetError::TwoHeaderRows { first, second }) = open(text, 0) else { panic!("{text}") };
        assert_eq!((first, second), (1, 3), "{text}");
        assert_eq!(open(text, 3).unwrap().number(), 3);
    }
}

#[test]
fn a_person_above_the_header_is_for_the_user() {
    let text = "Report,Staff\nE-Mail,hr@example.com\nName,E-Mail,Role\nSam,sam@example.com,x\n";
    let error = open(text, 0).unwrap_err();
    assert!(matches!(error, SheetError::AddressAboveHeader { row: 2, header: 3 }), "{error}");
    assert_eq!(open(text, 3).unwrap().rows_above(), [1, 2]);
}

#[test]
fn a_cell_of_a_person_is_not_a_header() {
    let text = "Person,Reach them at,Prefers\nSam,sam@example.com,Phone\nPat,,Email\n";
    let error = open(text, 0).unwrap_err();
    assert!(matches!(error, SheetError::UnknownEmailColumn { .. }), "{error}");
}

#[test]
fn a_file_whose_first_row_is_a_person_has_no_header() {
    for text in ["Sam,sam@example.com\nPat,pat@example.com\n", "\n,sam@example.com\n"] {
        let error = open(text, 0).unwrap_err();
        assert!(matches!(error, SheetError::NoHeader { .. }), "{error}");
    }
}

#[test]
fn the_header_is_searched_in_twenty_rows() {
    let error = open(&format!("{}Name,Email\n", "x\n".repeat(20)), 0).unwrap_err();
    assert!(matches!(error, SheetError::NoEmailColumn { .. }), "{error}");
    assert_eq!(open(&format!("{}Name,Email\n", "x\n".repeat(2000)), 2001).unwrap().rows_above().len(), 2000);
}

#[test]
fn the_header_row_that_the_user_names_must_be_one() {
    let text = "Staff\n\nName,Email\nSam,sam@example.com\n";
    assert_eq!(open(text, 3).unwrap().number(), 3);
    assert!(matches!(open(text, 2), Err(SheetError::BlankHeaderRow { row: 2 })));
    assert!(matches!(open(text, 4), Err(SheetError::PersonAsHeaderRow { row: 4, .. })));
    assert!(matches!(open(text, 9), Err(SheetError::NoSuchHeaderRow { row: 9, last: 4 })));
    assert!(matches!(open("Staff\nName,Phone\n", 1), Err(SheetError::NoEmailColumn { .. })));
    assert!(matches!(open("", 1), Err(SheetError::Empty)));
}

#[test]
fn a_chosen_name_finds_the_header_below_a_title() {
    let text = "Staff\n\nPerson,Reach them at\nSam,sam@example.com\n";
    for name in ["Reach them at", "reach-them-at", "B"] {
        let options = SheetOptions { columns: vec![(Column::Email, name.into())], ..SheetOptions::default() };
        let header = Sheet::from_bytes(text.as_bytes(), &options).unwrap().header().clone();
        assert_eq!((header.number(), header.email()), (3, 1), "{name}");
    }
}

proptest! {
    #[test]
    fn any_titles_above_a_table_leave_it_as_it_is(
        titles in prop::collection::vec("[A-Za-z0-9 .:()-]{0,12}(,{0,3}[A-Z][a-z ]{0,6}){0,2}", 0..10),
        delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
        rows in 1_u32..30,
    ) {
        // A title that names an email column has tests of its own.
        let options = SheetOptions::default();
        prop_assume!(!titles.iter().flat_map(|title| title.split(',')).any(|cell| names_email(cell.trim(), &options)));
        let mut text: String = titles.iter().map(|title| format!("{title}\n")).collect();
        text.push_str(&["No.", "Work Email", "Role", "Start"].join(&delimiter.to_string()));
        (1..=rows).for_each(|number| text.push_str(&format!("\n{number}{delimiter}p{number}@example.com{delimiter}x")));
        let mut sheet = Sheet::from_bytes(text.as_bytes(), &options).unwrap();
        let header = sheet.header().clone();
        prop_assert_eq!((header.number() as usize, header.email()), (titles.len() + 1, 1));
        for number in 1..=rows {
            let row = sheet.next_row().unwrap().unwrap();
            prop_assert_eq!((row.number, row.cell(0).to_owned()), (header.number() + number, number.to_string()));
        }
        prop_assert!(sheet.next_row().unwrap().is_none());
    }
}
