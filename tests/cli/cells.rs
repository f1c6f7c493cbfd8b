//! Cells that mean something else than they say: what is sent, what is proposed, and what the results keep.

use atlas_sandbox::Options;

use crate::world::{Credential, Invocation, World, sandbox};

fn run(world: &World, file: &str, base_url: &str) -> Invocation {
    world.program(&["run", file]).aimed_at(base_url).credential(Credential::Token)
}

#[test]
fn the_results_have_the_invited_address_and_the_cell() {
    let world = World::new();
    world.write(
        "people.csv",
        "email,roles\nAda <ada@example.com>,ORG_MEMBER\nmailto:bob@example.com,ORG_MEMBER\n\
         cleo@example.com,ORG_MEMBER\nDan <dan@example.com>; Eve <eve@example.com>,ORG_MEMBER\n",
    );
    let server = sandbox(Options::default());
    run(&world, "people.csv", &server.base_url()).args(&["--failed", "failed.csv"]).finish().exits(1);
    let results = world.results();
    let cells = [
        "Ada <ada@example.com>",
        "mailto:bob@example.com",
        "cleo@example.com",
        "Dan <dan@example.com>; Eve <eve@example.com>",
    ];
    assert_eq!(results.column("email"), ["ada@example.com", "bob@example.com", "cleo@example.com", cells[3]]);
    assert_eq!(results.column("input_email"), cells);
    assert_eq!(results.column("status"), ["invited", "invited", "invited", "invalid"]);
    assert_eq!(world.read("failed.csv"), format!("email,roles\n{},ORG_MEMBER\n", cells[3]));
    let again = run(&world, "people.csv", &server.base_url()).finish();
    again.exits(1);
    assert_eq!(world.results().column("input_email"), cells, "{}", again.output());
    assert_eq!(server.sandbox().ledger().create_requests(), 3);
    world
        .program(&["revoke", "people.results.csv"])
        .aimed_at(&server.base_url())
        .credential(Credential::Token)
        .finish()
        .exits(0);
    assert_eq!(world.read("people.revoked.csv").matches(",revoked,").count(), 3);
}

#[test]
fn results_that_have_cells_as_addresses_are_resumed() {
    let world = World::new();
    world.write("people.csv", "email,roles\nAda <ada@example.com>,ORG_MEMBER\n");
    let server = sandbox(Options::default());
    run(&world, "people.csv", &server.base_url()).finish().exits(0);
    // As earlier versions wrote them.
    let results = world.read("people.results.csv");
    let earlier: String = results
        .lines()
        .map(|line| {
            line.rsplit_once(',').map_or("", |(rest, _)| rest).replace(",ada@", ",Ada <ada@").replace(".com,", ".com>,")
                + "\n"
        })
        .collect();
    assert!(earlier.contains(",Ada <ada@example.com>,"), "{earlier}");
    world.write("people.results.csv", earlier);
    let again = run(&world, "people.csv", &server.base_url()).finish();
    again.exits(0);
    assert_eq!(server.sandbox().ledger().create_requests(), 1, "{}", again.output());
    assert_eq!(world.results().column("email"), ["ada@example.com"]);
}

#[test]
fn plain_addresses_add_no_column() {
    let world = World::with_people(2);
    let server = sandbox(Options::default());
    run(&world, "people.csv", &server.base_url()).finish().exits(0);
    assert!(!world.read("people.results.csv").contains("input_email"));
}

#[test]
fn a_failed_column_is_one_finding_in_check_and_run() {
    let world = World::new();
    world.write("people.csv", "Email,User Role\nada@example.com,Engineer\nbob@example.com,Clerk\ncleo,Engineer\n");
    let server = sandbox(Options::default());
    let check = world.program(&["check", "people.csv", "--sandbox", "--format", "csv"]).finish();
    check.exits(1);
    let codes: Vec<_> = check.stdout.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>()).collect();
    let codes: Vec<_> = codes.iter().map(|cells| (cells[0], cells[3])).collect();
    assert_eq!(codes, [("", "UNKNOWN_ROLE"), ("4", "INVALID_EMAIL")]);
    let run = run(&world, "people.csv", &server.base_url()).args(&["--default-roles", "ORG_MEMBER"]).finish();
    run.exits(1);
    let flag = if cfg!(windows) { "--ignore-column \"User Role\"" } else { "--ignore-column 'User Role'" };
    assert!(run.stderr.contains(flag), "{}", run.output());
    assert_eq!(world.results().column("error_code"), ["UNKNOWN_ROLE", "UNKNOWN_ROLE", "INVALID_EMAIL"]);
}

#[test]
fn addresses_in_other_columns_are_accounted_for() {
    let world = World::new();
    world.write(
        "people.csv",
        "email,roles,Manager,Notes\nada@example.com,member,eve@example.com,\nada@example.com,member,,see eve@example.com\n\
         bob@example.com; dan@example.com,member,eve@example.com,@home\n",
    );
    let check = world.program(&["check", "people.csv", "--sandbox", "--format", "json"]).finish();
    let found = &check.json()["summary"]["addresses"];
    let unread = serde_json::json!([{"addresses": 2, "column": "Manager"}, {"addresses": 1, "column": "Notes"}]);
    assert_eq!(*found, serde_json::json!({"duplicates": 1, "planned": 1, "rejected": 2, "unread": unread}));
}

const SLIPS: &str = "Name,email,roles\nAda,'ada@example.com,ORG_MEBMER\n\nBob,bob lee@example.com,ORG_MEMBER\n";

#[test]
fn a_fixed_copy_has_the_certain_corrections() {
    let world = World::new();
    world.write("people.csv", SLIPS);
    let check = world.program(&["check", "people.csv", "--sandbox", "--fixed", "fixed.csv"]).finish();
    check.exits(1);
    let expected = "Name,email,roles\nAda,ada@example.com,ORG_MEMBER\n\"\"\nBob,bob lee@example.com,ORG_MEMBER\n";
    assert_eq!(world.read("fixed.csv"), expected);
    assert!(check.stderr.contains("2 cells corrected"), "{}", check.output());
    assert_eq!(world.read("people.csv"), SLIPS);
}

#[test]
fn a_fixed_copy_overwrites_no_file() {
    let world = World::new();
    world.write("people.csv", SLIPS);
    world.write("other.csv", "other");
    for file in ["people.csv", "other.csv", "fixed.xlsx", "-"] {
        world.program(&["check", "people.csv", "--sandbox", "--fixed", file]).finish().exits(2);
    }
    assert_eq!((world.read("people.csv").as_str(), world.read("other.csv").as_str()), (SLIPS, "other"));
    assert!(!world.path("fixed.xlsx").exists() && !world.path("-").exists());
}

#[test]
fn a_copy_that_would_lose_rows_is_removed() {
    let world = World::new();
    world.write("people.csv", "email,roles\nada@example.com,member\nbob@example.com,\"member\n");
    world.program(&["check", "people.csv", "--sandbox", "--fixed", "fixed.csv"]).finish().exits(2);
    assert!(!world.path("fixed.csv").exists());
}
