//! Rows that fail our checks: each `invalid` with a code of ours and the column named, and the run goes on.

use atlas_sandbox::Options;

use crate::world::{World, sandbox};

/// A row, and what is to become of it: the code, and a part of what is said.
const ROWS: [(&str, &str, &str); 15] = [
    ("good@example.com,ORG_MEMBER,Backend,billing=GROUP_READ_ONLY,", "", ""),
    (",ORG_MEMBER,,,", "MISSING_EMAIL", "column Email: "),
    ("no-at-sign,ORG_MEMBER,,,", "INVALID_EMAIL", "column Email: \"no-at-sign\" is not an email address"),
    ("a@example.com,,,,", "MISSING_ROLE", "column Roles: no role"),
    (
        "b@example.com,Organization Membr,,,",
        "UNKNOWN_ROLE",
        "column Roles: unknown role \"Organization Membr\", did you mean ORG_MEMBER?",
    ),
    (
        "c@example.com,ORG_MEMBER,Bakend,,",
        "UNKNOWN_TEAM",
        "column Teams: unknown team \"Bakend\", did you mean \"Backend\"?",
    ),
    (
        "d@example.com,ORG_MEMBER,,biling=GROUP_READ_ONLY,",
        "UNKNOWN_PROJECT",
        "column Projects: unknown project \"biling\", did you mean \"billing\"?",
    ),
    ("e@example.com,ORG_MEMBER,,billing,", "INVALID_PROJECT", "column Projects: \"billing\" names no role"),
    ("f@example.com,ORG_MEMBER,,billing=reader,", "UNKNOWN_PROJECT_ROLE", "column Projects: "),
    ("g@example.com,ORG_MEMBER,,,bbbbbbbbbbbbbbbbbbbbbbbb", "OTHER_ORGANIZATION", "column org_id: "),
    ("h@example.com,ORG_MEMBER,,,mine", "INVALID_ORG_ID", "column org_id: \"mine\" is not an Atlas id"),
    ("i@example.com,ORG_MEMBER,,,,more", "TOO_MANY_FIELDS", "6 cells and the header names 5 columns"),
    ("good@example.com,ORG_OWNER,,,", "CONFLICTING_DUPLICATE", "row 2 has the same email"),
    ("last@example.com,ORG_MEMBER,,,", "", ""),
    ("j@example.com,\"ORG_MEMBER,,,", "UNCLOSED_QUOTE", "quote"),
];

#[test]
fn every_bad_row_is_named_and_the_good_ones_are_invited() {
    let world = World::new();
    let rows = ROWS.iter().map(|(row, _, _)| format!("{row}\n"));
    let sheet: String = std::iter::once("Email,Roles,Teams,Projects,org_id\n".to_owned()).chain(rows).collect();
    world.write("people.csv", sheet);
    let server = sandbox(Options::default());
    let run = world.invite(&server.base_url()).finish();
    run.exits(1);

    let results = world.results();
    for ((row, code, detail), number) in ROWS.iter().zip(2..) {
        let line = results.row(number);
        let status = if code.is_empty() { "invited" } else { "invalid" };
        assert_eq!((line.get("status"), line.get("error_code")), (status, *code), "{row}\n{}", run.told());
        assert!(line.get("error_detail").contains(detail), "{row}\n{line:?}");
    }
    assert_eq!(results.lines.len(), ROWS.len());
    assert_eq!(server.sandbox().ledger().create_requests(), 2, "bad rows are not sent");
}

#[test]
fn bytes_that_are_no_text_are_the_fault_of_their_row() {
    let world = World::new();
    // Long enough to be taken for UTF-8 before the bad byte comes.
    let mut sheet = b"email,roles,name\n".to_vec();
    for number in 0..3000 {
        sheet.extend(format!("ad\u{e9}le-{number}@example.com,ORG_MEMBR,Ad\u{e8}le Dubois the {number}th\n").bytes());
    }
    sheet.extend(b"bad@example.com,ORG_MEMBER,\xff\xfe\ngood@example.com,ORG_MEMBER,Zo\xc3\xab\n");
    world.write("people.csv", sheet);
    let server = sandbox(Options::default());
    let run = world.invite(&server.base_url()).finish();
    run.exits(1);
    let results = world.results();
    let (bad, good) = (results.row(3002), results.row(3003));
    assert_eq!((bad.get("status"), bad.get("error_code")), ("invalid", "INVALID_ENCODING"), "{bad:?}");
    assert!(bad.get("error_detail").contains("column name"), "{bad:?}");
    assert_eq!((good.get("status"), good.get("name")), ("invited", "Zo\u{eb}"), "{good:?}");
}

#[test]
fn cells_that_a_spreadsheet_would_run_are_neutralised_in_the_results() {
    let world = World::new();
    world.write("people.csv", "email,roles,note\nada@example.com,ORG_MEMBER,=HYPERLINK(0)\n");
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).finish().exits(0);
    assert_eq!(world.results().column("note"), ["'=HYPERLINK(0)"]);
}
