//! Results that another program changes during a run: nothing that was recorded is lost, and nothing more is sent.

use std::fs;
use std::path::Path;

use atlas_sandbox::{Duplicates, Options};

use crate::world::{World, at_once, faults, people, sandbox, wait_until};

type Change = fn(&Path);

/// What a spreadsheet program, an editor or a user may do to the file, by its name.
const CHANGES: [(&str, Change); 4] = [
    ("saved in place", |path| {
        let text = fs::read_to_string(path).expect("the results");
        fs::write(path, text.replace(',', ";").replace('\n', "\r\n")).expect("the results");
    }),
    ("truncated", |path| fs::write(path, "").expect("the results")),
    ("replaced", |path| {
        fs::write(path.with_extension("tmp"), "row;email\r\n").expect("a file");
        fs::rename(path.with_extension("tmp"), path).expect("the results");
    }),
    ("removed", |path| fs::remove_file(path).expect("the results")),
];

#[test]
fn a_run_continues_with_what_was_recovered() {
    at_once(CHANGES, |(name, change)| {
        let (world, people) = (World::with_people(60), people(60));
        // The server would send a second email.
        let options = faults(&["slow-after=30ms@1"]);
        let server = sandbox(Options { duplicates: Duplicates::Accept, ..options });
        let created = || server.sandbox().ledger().created.len();
        let run = world.invite(&server.base_url()).args(&["--concurrency", "4", "--settle", "50ms"]).summed().start();
        wait_until("some are invited", || created() >= 12);
        change(&world.path("people.results.csv"));
        let left = fs::read(world.path("people.results.csv")).ok();
        let run = run.finish();
        run.exits(3);
        assert_eq!(run.json()["exit_reason"], "results_unwritable", "{name} {}", run.output());
        assert_eq!(run.json()["results"], "people.results.recovered.csv", "{name} {}", run.output());
        assert_eq!(fs::read(world.path("people.results.csv")).ok(), left, "{name}: the file is left alone");
        let sent = created();
        assert!(sent < 60, "{name}: it was to end midway");

        // Every invitation is known as this job's.
        let arguments = ["--results", "people.results.recovered.csv", "--settle", "50ms"];
        world.invite(&server.base_url()).args(&arguments).finish().exits(0);
        let results = world.results_in("people.results.recovered.csv");
        assert_eq!(
            (results.column("email"), results.count("invited")),
            (people.iter().map(String::as_str).collect(), 60)
        );
        assert_eq!(server.sandbox().ledger().invited_twice(), [""; 0], "{name}");
        assert_eq!(created(), 60, "{name}");
        let revoke = world.program(&["revoke", "people.results.recovered.csv"]).with_token(&server).finish();
        revoke.exits(0);
        assert_eq!(
            world.results_in("people.results.recovered.revoked.csv").count("revoked"),
            60,
            "{}",
            revoke.output()
        );
    });
}

#[test]
fn revoke_continues_with_what_was_recovered() {
    let world = World::with_people(30);
    let server = sandbox(faults(&["slow-after=30ms@1"]));
    world.invite(&server.base_url()).finish().exits(0);
    let revoke = |arguments: &[&str]| {
        world.program(&["revoke", "people.results.csv", "--concurrency", "2"]).args(arguments).with_token(&server)
    };
    let run = revoke(&[]).start();
    let lines = || fs::read(world.path("people.revoked.csv")).unwrap_or_default().len();
    wait_until("some are cancelled", || lines() > 2000);
    fs::write(world.path("people.revoked.csv"), "mine").expect("the results");
    run.finish().exits(3);
    revoke(&["--results", "people.revoked.recovered.csv"]).finish().exits(0);
    assert_eq!(world.results_in("people.revoked.recovered.csv").count("revoked"), 30);
    assert_eq!(world.read("people.revoked.csv"), "mine");
}

#[test]
fn a_file_overwritten_with_the_same_length_is_found() {
    let world = World::with_people(4);
    let server = sandbox(faults(&["slow-after=300ms@#4"]));
    let run = world.invite(&server.base_url()).args(&["--concurrency", "1"]).start();
    wait_until("the last is invited", || server.sandbox().ledger().created.len() == 4);
    let text = world.read("people.results.csv");
    world.write("people.results.csv", text.replace("person-001", "person-999"));
    run.finish().exits(3);
    let recovered = world.read("people.results.recovered.csv");
    assert!(recovered.contains("person-001") && !recovered.contains("person-999"));
}
