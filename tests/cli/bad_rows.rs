//! Rows that fail our checks: each is `invalid` with a code of ours, and the run goes on.

use atlas_sandbox::Options;

use crate::world::{World, sandbox};

/// Rows, each with its code; without a code it is invited.
pub(crate) const ROWS: [(&str, &str); 14] = [
    ("good@example.com,ORG_MEMBER,Backend,billing=GROUP_READ_ONLY,", ""),
    (",ORG_MEMBER,,,", "MISSING_EMAIL"),
    ("no-at-sign,ORG_MEMBER,,,", "INVALID_EMAIL"),
    ("a@example.com,,,,", "MISSING_ROLE"),
    ("b@example.com,Organization Membr,,,", "UNKNOWN_ROLE"),
    ("c@example.com,ORG_MEMBER,Bakend,,", "UNKNOWN_TEAM"),
    ("d@example.com,ORG_MEMBER,,biling=GROUP_READ_ONLY,", "UNKNOWN_PROJECT"),
    ("e@example.com,ORG_MEMBER,,billing,", "INVALID_PROJECT"),
    ("f@example.com,ORG_MEMBER,,billing=reader,", "UNKNOWN_PROJECT_ROLE"),
    ("g@example.com,ORG_MEMBER,,,bbbbbbbbbbbbbbbbbbbbbbbb", "OTHER_ORGANIZATION"),
    ("h@example.com,ORG_MEMBER,,,mine", "INVALID_ORG_ID"),
    ("i@example.com,ORG_MEMBER,,,,more", "TOO_MANY_FIELDS"),
    ("good@example.com,ORG_OWNER,,,", "CONFLICTING_DUPLICATE"),
    ("last@example.com,ORG_MEMBER,,,", ""),
];

/// Returns the sheet of [`ROWS`].
pub(crate) fn sheet() -> String {
    let rows = ROWS.iter().map(|(row, _)| format!("{row}\n"));
    std::iter::once("Email,Roles,Teams,Projects,org_id\n".to_owned()).chain(rows).collect()
}

#[test]
fn every_bad_row_has_a_code_and_the_good_are_invited() {
    let world = World::new();
    world.write("people.csv", sheet());
    let server = sandbox(Options::default());
    let run = world.invite(&server.base_url()).finish();
    run.exits(1);
    let results = world.results();
    for ((row, code), number) in ROWS.iter().zip(2..) {
        let line = results.row(number);
        let status = if code.is_empty() { "invited" } else { "invalid" };
        assert_eq!((line.get("status"), line.get("error_code")), (status, *code), "{row}\n{}", run.output());
    }
    assert_eq!(results.lines.len(), ROWS.len());
    assert_eq!(server.sandbox().ledger().create_requests(), 2, "bad rows are not sent");
}

#[test]
fn a_byte_that_is_not_text_makes_only_its_row_invalid() {
    let world = World::new();
    // Long enough to be taken for UTF-8 before the bad byte comes.
    let mut sheet = b"email,roles,name\n".to_vec();
    for number in 0..3000 {
        sheet.extend(format!("ad\u{e9}le-{number}@example.com,ORG_MEMBR,Ad\u{e8}le Dubois the {number}th\n").bytes());
    }
    sheet.extend(b"bad@example.com,ORG_MEMBER\xff\xfe,Bob\ngood@example.com,ORG_MEMBER,Zo\xc3\xab\n");
    world.write("people.csv", sheet);
    let server = sandbox(Options::default());
    let run = world.invite(&server.base_url()).finish();
    run.exits(1);
    let results = world.results();
    let (bad, good) = (results.row(3002), results.row(3003));
    assert_eq!((bad.get("status"), bad.get("error_code")), ("invalid", "INVALID_ENCODING"), "{bad:?}");
    assert_eq!((good.get("status"), good.get("name")), ("invited", "Zo\u{eb}"), "{good:?}");
}

#[test]
fn quotes_that_swallow_rows_fault_one_row_of_a_stream() {
    for (end, code) in [("", "UNCLOSED_QUOTE"), ("dan@example.com,ORG_MEMBER,\"Dan\"\n", "ROWS_IN_QUOTES")] {
        let world = World::new();
        let rows = "ada@example.com,ORG_MEMBER,Ada\nbob@example.com,ORG_MEMBER,\"Bob\ncyd@example.com,ORG_MEMBER,Cyd\n";
        world.write("people.csv", format!("email,roles,name\n{rows}{end}"));
        let run = world.shell("\"$0\" run - --sandbox --results results.csv < people.csv").finish();
        run.exits(1);
        let results = world.results_in("results.csv");
        assert_eq!(results.column("email"), ["ada@example.com", "bob@example.com"]);
        assert_eq!(results.row(3).get("error_code"), code);
        let file = world.program(&["run", "people.csv", "--sandbox"]).finish();
        file.exits(2);
        assert!(!world.path("people.sandbox.results.csv").exists(), "{}", file.output());
    }
}

#[test]
fn a_cell_that_a_spreadsheet_would_run_is_neutralized() {
    let world = World::new();
    world.write("people.csv", "email,roles,note\nada@example.com,ORG_MEMBER,=HYPERLINK(0)\n");
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).finish().exits(0);
    assert_eq!(world.results().column("note"), ["'=HYPERLINK(0)"]);
}
