//! The sheets that people have: workbooks, options for reading, and the template.

use atlas_sandbox::Options;
use rust_xlsxwriter::{Formula, Workbook, XlsxError};

use crate::world::{Credential, Invocation, World, faults, people, sandbox};

/// A workbook with a sheet of these cells, after a hidden one.
pub(crate) fn workbook(cells: &[&[&str]]) -> Vec<u8> {
    try_workbook(cells).expect("a workbook")
}

fn try_workbook(cells: &[&[&str]]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Archive")?.set_hidden(true).write(0, 0, "email")?;
    let sheet = workbook.add_worksheet().set_name("People")?.set_active(true);
    for (row, cells) in (0..).zip(cells) {
        for (column, cell) in (0..).zip(*cells) {
            match cell.strip_prefix('=') {
                Some(error) => sheet.write(row, column, Formula::new("NA()").set_result(error))?,
                None => sheet.write(row, column, *cell)?,
            };
        }
    }
    workbook.save_to_buffer()
}

/// `run` of this file against a sandbox, with its token.
fn run(world: &World, file: &str, base_url: &str) -> Invocation {
    world.program(&["run", file]).aimed_at(base_url).credential(Credential::Token)
}

const PEOPLE: [&[&str]; 6] = [
    &["Name", "E-Mail", "Rolle", "Team lead"],
    &["Ada", "ada@example.com", "Mitglied", "Hopper, G"],
    &["Bob", "bob@example.com", "Mitgleid"],
    &[],
    &["Cleo", "=#N/A", "Mitglied", "=#N/A"],
    &["Dan", "dan@example.com", "Mitglied", "=#N/A"],
];

#[test]
fn a_workbook_is_resumed_and_its_failed_rows_are_csv() {
    let world = World::new();
    world.write("people.xlsx", workbook(&PEOPLE));
    let server = sandbox(faults(&["422@#2"]));
    let arguments = ["--failed", "again.csv", "--concurrency", "1"];
    let first = run(&world, "people.xlsx", &server.base_url()).args(&arguments).finish();
    first.exits(1);
    let results = world.results();
    assert_eq!(results.column("row"), ["2", "3", "5", "6"], "the spreadsheet's own numbers {}", first.output());
    assert_eq!(results.column("status"), ["invited", "invalid", "invalid", "failed"], "{}", first.output());
    assert_eq!(results.column("error_code")[1..3], ["UNKNOWN_ROLE", "FORMULA_ERROR"]);
    assert_eq!(results.column("Name"), ["Ada", "Bob", "Cleo", "Dan"]);
    assert_eq!(results.column("Team lead"), ["Hopper, G", "", "#N/A", "#N/A"]);
    let again = world.read("again.csv");
    let expected = "Name,E-Mail,Rolle,Team lead\nBob,bob@example.com,Mitgleid,\nCleo,#N/A,Mitglied,#N/A\n\
                    Dan,dan@example.com,Mitglied,#N/A\n";
    assert_eq!(again, expected);
    world.write("again.csv", again.replace("Mitgleid", "Mitglied").replace("Cleo,#N/A", "Cleo,cleo@example.com"));
    run(&world, "again.csv", &server.base_url()).finish().exits(0);

    // Sorted otherwise in between, which makes no difference.
    let mut sorted = PEOPLE;
    sorted.swap(1, 5);
    world.write("people.xlsx", workbook(&sorted));
    let third = run(&world, "people.xlsx", &server.base_url()).summed().finish();
    third.exits(1);
    assert_eq!(third.json()["kept"], 1, "{}", third.output());
    let results = world.results();
    assert_eq!(results.column("status"), ["already_invited", "invalid", "invalid", "invited"]);
    assert_eq!(server.sandbox().ledger().invited_twice(), Vec::<&str>::new());
}

#[test]
fn a_workbook_on_standard_input_is_read_as_from_a_file() {
    let world = World::new();
    world.write("people.xlsx", workbook(&PEOPLE));
    let run = world.shell("\"$0\" \"$@\" < people.xlsx").args(&["run", "-", "--sandbox", "--results", "out.csv"]);
    run.finish().exits(1);
    assert_eq!(world.results_in("out.csv").column("status"), ["invited", "invalid", "invalid", "invited"]);
}

#[test]
fn the_name_of_a_file_does_not_matter() {
    let world = World::new();
    world.write("text.xlsx", "email,roles\nada@example.com,member\n");
    world.write("workbook.csv", workbook(&[&["email", "roles"], &["ada@example.com", "member"]]));
    for (file, name) in [("text.xlsx", "text"), ("workbook.csv", "workbook")] {
        world.program(&["run", file, "--sandbox"]).finish().exits(0);
        assert_eq!(world.results_in(&format!("{name}.sandbox.results.csv")).column("row"), ["2"]);
    }
}

/// A flag, its variable and a value.
type Setting = (&'static str, &'static str, &'static str);

#[test]
fn reading_options_are_set_by_flag_or_variable() {
    let filtered = filtered().expect("a workbook");
    let cases: [(&[u8], &[Setting]); 9] = [
        (
            b"Kontakt|Notes;x|Access\nada@example.com|email;roles|member\n",
            &[
                ("--delimiter", "BULK_INVITE_DELIMITER", "pipe"),
                ("--column", "BULK_INVITE_COLUMN", "email=Kontakt"),
                ("--default-roles", "BULK_INVITE_DEFAULT_ROLES", "member"),
            ],
        ),
        (
            b"Email,Work Email,Role\nada@example.org,ada@example.com,member\n",
            &[("--column", "BULK_INVITE_COLUMN", "email=work email")],
        ),
        (
            b"E-Mail, dienstlich;Rolle\nada@example.com;Mitglied\n",
            &[
                ("--delimiter", "BULK_INVITE_DELIMITER", ";"),
                ("--column", "BULK_INVITE_COLUMN", "email=E-Mail, dienstlich"),
            ],
        ),
        (b"email,r\x99le\nada@example.com,member\n", &[("--encoding", "BULK_INVITE_ENCODING", "mac-roman")]),
        (
            b"Email,Name,Email,Role\nada@example.org,Ada,ada@example.com,member\n",
            &[("--column", "BULK_INVITE_COLUMN", "email=C")],
        ),
        (
            b"Email,Work Email,Role\nada@example.org,ada@example.com,member\n",
            &[("--ignore-column", "BULK_INVITE_IGNORE_COLUMN", "Email")],
        ),
        (b"Email\nName,Email,Role\nAda,ada@example.com,member\n", &[("--header-row", "BULK_INVITE_HEADER_ROW", "2")]),
        (&filtered, &[("--hidden-rows", "BULK_INVITE_HIDDEN_ROWS", "skip")]),
        (
            &workbook(&[&["x"]]),
            &[("--sheet", "BULK_INVITE_SHEET", "Archive"), ("--default-roles", "BULK_INVITE_DEFAULT_ROLES", "member")],
        ),
    ];
    for (sheet, settings) in cases {
        let world = World::new();
        world.write("people", sheet);
        let (mut by_flag, mut by_variable) = (world.program(&["run", "people"]), world.program(&["check", "people"]));
        for (flag, variable, value) in settings {
            by_flag = by_flag.args(&[*flag, *value]);
            by_variable = by_variable.env(variable, value);
        }
        by_flag.args(&["--sandbox"]).finish().exits(0);
        by_variable.finish().exits(0);
        let results = world.results_in("people.sandbox.results.csv");
        assert!(results.column("email").iter().all(|email| *email == "ada@example.com"), "{settings:?}");
    }
}

/// A workbook whose second person is hidden.
fn filtered() -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write(0, 0, "email")?.write(0, 1, "roles")?;
    for (row, email) in (1..).zip(["ada@example.com", "bob@example.com"]) {
        sheet.write(row, 0, email)?.write(row, 1, "member")?;
    }
    sheet.set_row_hidden(2)?;
    workbook.save_to_buffer()
}

#[test]
fn hidden_rows_need_a_decision_before_anything_is_sent() {
    let world = World::new();
    world.write("people.xlsx", filtered().expect("a workbook"));
    let server = sandbox(Options::default());
    for command in ["run", "check"] {
        let refused = world.program(&[command, "people.xlsx"]).aimed_at(&server.base_url());
        let refused = refused.credential(Credential::Token).finish();
        refused.exits(2);
        assert!(refused.stderr.contains("row 3 of the sheet is hidden"), "{}", refused.output());
    }
    assert_eq!(server.sandbox().ledger().create_requests(), 0);
    for (treatment, rows, sent) in [("skip", 1, 1), ("include", 2, 2)] {
        let treated = ["--hidden-rows", treatment, "--fresh", "--summary", "-"];
        let ran = run(&world, "people.xlsx", &server.base_url()).args(&treated).finish();
        ran.exits(0);
        assert_eq!((&ran.json()["rows"], &ran.json()["blank"]), (&rows.into(), &0.into()), "{}", ran.output());
        assert_eq!(server.sandbox().ledger().created.len(), sent);
        world.program(&["check", "people.xlsx", "--hidden-rows", treatment]).finish().exits(0);
    }
}

#[test]
fn an_ignored_column_is_copied_to_the_results() {
    let world = World::new();
    world.write("people.csv", "Name,Email,Role,Role\nAda,ada@example.com,Engineer,member\n");
    let run = |arguments: &[&str]| world.program(&["run", "people.csv", "--sandbox"]).args(arguments).finish();
    run(&[]).exits(2);
    run(&["--ignore-column", "roles"]).exits(2);
    run(&["--ignore-column", "c"]).exits(0);
    let results = world.results_in("people.sandbox.results.csv");
    assert_eq!((results.column("roles"), results.column("Role")), (vec!["member"], vec!["Engineer"]));

    let file = "people.sandbox.results.csv";
    world.program(&["check", file]).finish().exits(0);
}

#[test]
fn no_person_is_invited_if_two_columns_differ() {
    for (names, choice) in [("Email,Work Email", "email=Work Email"), ("Reach them at,Home", "email=Reach them at")] {
        let world = World::new();
        world.write("people.csv", format!("{names},Role\nada@example.com,ada@example.org,member\n"));
        let server = sandbox(Options::default());
        let refused = run(&world, "people.csv", &server.base_url()).finish();
        refused.exits(2);
        assert!(refused.stderr.contains(&format!("--column \"{choice}\"")), "{}", refused.output());
        assert_eq!(server.sandbox().ledger().created.len(), 0);
        run(&world, "people.csv", &server.base_url()).args(&["--column", choice]).finish().exits(0);
        assert_eq!(server.sandbox().ledger().created.len(), 1);
    }
}

#[test]
fn a_header_without_rows_is_an_empty_sheet() {
    let world = World::new();
    world.write("people.csv", "email,roles\n\n");
    let server = sandbox(Options::default());
    let run = world.invite(&server.base_url()).args(&["--summary", "-"]).finish();
    run.exits(0);
    assert_eq!((&run.json()["rows"], &run.json()["blank"]), (&0.into(), &1.into()), "{}", run.output());
    assert_eq!(world.results().lines.len(), 0);
}

#[test]
fn every_row_of_a_long_workbook_is_invited() {
    let world = World::new();
    let people = people(300);
    let mut cells: Vec<Vec<&str>> = vec![vec!["email", "roles"]];
    cells.extend(people.iter().map(|email| vec![email.as_str(), "ORG_MEMBER"]));
    let cells: Vec<&[&str]> = cells.iter().map(Vec::as_slice).collect();
    world.write("people.xlsx", workbook(&cells));
    let server = sandbox(Options::default());
    run(&world, "people.xlsx", &server.base_url()).finish().exits(0);
    assert_eq!(world.results().column("email"), people);
    assert_eq!(server.sandbox().ledger().created.len(), 300);
}

#[test]
fn the_template_can_be_run() {
    let world = World::new();
    let printed = world.program(&["template"]).finish();
    printed.exits(0);
    world.write("csv.csv", &printed.stdout);
    let write = || world.program(&["template", "--xlsx", "book.xlsx"]).finish();
    write().exits(0);
    for (file, results) in [("csv.csv", "csv.sandbox.results.csv"), ("book.xlsx", "book.sandbox.results.csv")] {
        world.program(&["check", file]).finish().exits(0);
        world.program(&["run", file, "--sandbox"]).finish().exits(0);
        assert_eq!(world.results_in(results).column("status"), ["invited"; 3]);
    }
}
