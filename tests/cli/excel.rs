//! `--excel`: what is written begins with a byte order mark, and a run goes on with and without one.

use atlas_sandbox::Options;

use crate::world::{Credential, World, faults, people, sandbox, sheet};

const MARK: char = '\u{feff}';

#[test]
fn excel_adds_a_byte_order_mark_to_each_output() {
    let world = World::new();
    world.write("people.csv", "email,roles,name\nada@example.com,ORG_MEMBER,Zo\u{eb}\nno-at-sign,ORG_MEMBER,Bob\n");
    let server = sandbox(Options::default());
    let run = |excel: bool| {
        let run = world.invite(&server.base_url()).args(&["--failed", "failed.csv"]);
        let run = if excel { run.env("BULK_INVITE_EXCEL", "true") } else { run };
        run.finish().exits(1);
        ["people.results.csv", "failed.csv"].map(|name| world.read(name).starts_with(MARK))
    };
    assert_eq!(run(true), [true, true]);
    assert_eq!(world.results().column("name"), ["Zo\u{eb}", "Bob"]);
    assert_eq!(run(false), [false, false], "each run uses its own flag");
    assert_eq!(run(true), [true, true]);
    assert_eq!(world.results().column("status"), ["invited", "invalid"]);
    assert_eq!(server.sandbox().ledger().create_requests(), 1);
    assert!(!world.read("people.results.csv").trim_start_matches(MARK).contains(MARK), "one mark and no more");
}

#[test]
fn a_file_with_a_byte_order_mark_can_be_run() {
    let world = World::with_people(3);
    let server = sandbox(faults(&["422@#2"]));
    let arguments = ["--excel", "--concurrency", "1", "--failed", "again.csv"];
    world.invite(&server.base_url()).args(&arguments).finish().exits(1);
    assert_eq!(world.read("again.csv"), format!("{MARK}{}", sheet(&people(2)[1..])));
    for (name, count) in [("again.csv", 1), ("people.results.csv", 3)] {
        let command = ["run", name, "--results", "new.csv", "--fresh"];
        let run = world.program(&command).aimed_at(&server.base_url());
        run.credential(Credential::Token).finish().exits(0);
        assert_eq!(world.results_in("new.csv").lines.len(), count, "{name}");
    }
}
