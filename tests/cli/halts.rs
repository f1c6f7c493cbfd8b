//! Runs that cannot go on: exit code 3, the rest `not_sent`, nothing claimed that is not so.

use std::collections::HashSet;

use atlas_sandbox::{Access, Options};

use crate::world::{Credential, Promise, Results, World, faults, people, sandbox, sheet, wait_until};

#[test]
fn refused_credentials_halt_the_run_before_anything_is_sent() {
    let world = World::with_people(30);
    let server = sandbox(Options::default());
    let wrong: [&[(&str, &str)]; 3] = [
        &[("MONGODB_ATLAS_ACCESS_TOKEN", "a-lapsed-token")],
        &[("MONGODB_ATLAS_CLIENT_ID", "mdb_sa_id_0"), ("MONGODB_ATLAS_CLIENT_SECRET", "mdb_sa_sk_0")],
        &[("MONGODB_ATLAS_PUBLIC_API_KEY", "abcdefgh"), ("MONGODB_ATLAS_PRIVATE_API_KEY", "a-wrong-key")],
    ];
    for environment in wrong {
        let run = world.program(&["run", "people.csv"]).aimed_at(&server.base_url());
        let run = environment.iter().fold(run, |run, (name, value)| run.env(name, value)).summed().finish();
        run.is_blocked("UNAUTHORIZED");
        assert_eq!(world.results().column("error_code"), ["ORGANIZATION_BLOCKED"; 30], "{}", run.output());
    }
    assert_eq!(server.sandbox().ledger().create_requests(), 0);
}

#[test]
fn credentials_revoked_meanwhile_halt_the_run() {
    let world = World::with_people(100);
    let server = sandbox(faults(&["revoke@#20"]));
    let run = world.invite(&server.base_url()).args(&["--concurrency", "4"]).summed().finish();
    run.is_blocked("UNAUTHORIZED");
    let (results, ledger) = (world.results(), server.sandbox().ledger());
    assert_eq!(results.column("email"), people(100));
    assert_eq!(results.count("invited"), ledger.created.len(), "{}", run.output());
    // Each of four rows may ask once more with what is current by then.
    assert!(ledger.create_requests() <= 20 + 2 * 4, "{} requests went out", ledger.create_requests());
    assert!(results.count("not_sent") >= 100 - 28, "{}", run.output());
}

#[test]
fn an_unknown_organization_halts_the_run() {
    let world = World::with_people(30);
    let server = sandbox(Options::default());
    let run = world.invite(&server.base_url()).args(&["--org-id", &"b".repeat(24)]).summed().finish();
    run.is_blocked("ORGANIZATION_NOT_FOUND");
    assert_eq!(world.results().column("error_code"), ["ORGANIZATION_BLOCKED"; 30], "{}", run.output());
}

#[test]
fn a_missing_permission_halts_the_run_at_once() {
    for (access, reason) in [
        (Access::Member, "UNAUTHORIZED"),
        (Access::AddressNotListed, "ACCESS_LIST"),
        (Access::ListRequired, "ACCESS_LIST"),
        (Access::Suspended, "ACCOUNT_SUSPENDED"),
    ] {
        let world = World::with_people(60);
        let server = sandbox(Options { access, ..Options::default() });
        let run = world.invite(&server.base_url()).summed().finish();
        run.is_blocked(reason);
        let ledger = server.sandbox().ledger();
        assert!(ledger.create_requests() <= 2 * 16, "{access:?}: {ledger:?}");
        assert!(world.results().count("not_sent") >= 60 - 16, "{access:?} {}", run.output());
    }
}

#[test]
fn a_spent_failure_budget_halts_the_run() {
    let world = World::with_people(60);
    let server = sandbox(faults(&["400:INVALID_ENUM_VALUE@1"]));
    let run = world.invite(&server.base_url()).args(&["--max-failures", "5", "--concurrency", "2"]).finish();
    run.exits(3);
    let results = world.results();
    assert!((5..=6).contains(&results.count("failed")), "{}", run.output());
    assert_eq!(results.count("failed") + results.count("not_sent"), 60, "{}", run.output());
}

#[test]
fn half_of_the_rows_failing_halts_the_run_unless_that_is_off() {
    let world = World::with_people(60);
    let server = sandbox(faults(&["400:INVALID_ENUM_VALUE@1"]));
    world.invite(&server.base_url()).finish().exits(3);
    assert!(world.results().column("error_code").contains(&"TOO_MANY_FAILURES"));
    let run = world.invite(&server.base_url()).args(&["--max-failures", "off"]).finish();
    run.exits(1);
    assert_eq!(world.results().count("failed"), 60, "{}", run.output());
}

/// Asserts that every invitation that exists is in the results with its id, or on standard error.
#[track_caller]
fn nothing_is_lost(promise: &Promise<'_>, in_the_file: &Results, stderr: &str) {
    let written: HashSet<&str> = in_the_file.column("invite_id").into_iter().collect();
    let ledger = promise.ledger();
    assert!(!ledger.created.is_empty() && ledger.created.len() < promise.people.len(), "it was to end midway");
    for made in &ledger.created {
        let on_stderr = stderr.contains(&made.id) && stderr.contains(&made.email);
        assert!(written.contains(made.id.as_str()) || on_stderr, "{} of {} is lost\n{stderr}", made.id, made.email);
    }
}

#[test]
fn a_full_disk_halts_the_run_and_loses_nothing() {
    let world = World::with_people(120);
    let server = sandbox(Options::default());
    let promise = Promise {
        world: &world,
        sandbox: &server,
        people: people(120),
        arguments: vec!["--concurrency=4", "--settle=100ms"],
    };
    // A limit on the size of files, which is reported as a full disk is.
    let script = "ulimit -f 16; exec \"$0\" \"$@\"";
    let run = world.shell(script).args(&["run", "people.csv"]).args(&promise.arguments);
    let run = run.with_token(&server).summed().finish();
    run.exits(3);
    assert_eq!(run.json()["exit_reason"], "results_unwritable", "{}", run.output());

    let torn = world.read("people.results.csv");
    world.write("whole.csv", &torn[..=torn.rfind('\n').expect("a line")]);
    nothing_is_lost(&promise, &world.results_in("whole.csv"), &run.stderr);
    promise.is_kept();
}

#[test]
fn a_full_disk_reports_only_the_rows_that_are_missing() {
    let world = World::with_people(200);
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).finish().exits(0);
    world.write("people.csv", sheet(&people(201)));
    // The lines that are kept are written together with the first request, and the limit lets a part of them through.
    let length = world.read("people.results.csv").len();
    let script = format!("ulimit -f {}; exec \"$0\" \"$@\"", length * 3 / 2 / 512);
    let run = world.shell(&script).args(&["run", "people.csv"]).aimed_at(&server.base_url());
    let run = run.credential(Credential::Token).finish();
    run.exits(3);
    let whole = world.lines_written() - 1 - 200;
    assert!((50..150).contains(&whole), "it was to end midway: {whole}");
    let missing = &people(200)[whole..];
    let named = run.stderr.lines().filter(|line| line.contains("@example.com"));
    // Nothing was sent for the last row, which has a line for each of its states.
    let named: Vec<&str> = named.filter(|line| !line.contains("person-201")).collect();
    assert_eq!(named.len(), missing.len(), "{}", run.output());
    assert!(named.iter().zip(missing).all(|(line, email)| line.contains(email)), "{}", run.output());
}

#[cfg(target_os = "linux")]
#[test]
fn an_unwritable_failed_file_leaves_the_results_complete() {
    let world = World::with_people(30);
    let server = sandbox(faults(&["422@#2"]));
    let run = world.invite(&server.base_url()).args(&["--failed", "/dev/full"]).summed().finish();
    run.exits(3);
    assert_eq!(run.json()["exit_reason"], "results_unwritable", "{}", run.output());
    let results = world.results();
    assert_eq!(results.column("email"), people(30));
    assert_eq!((results.count("invited"), results.count("failed")), (29, 1), "{}", run.output());
}

#[test]
fn a_results_folder_that_vanishes_halts_the_run() {
    let world = World::with_people(200);
    std::fs::create_dir(world.path("out")).unwrap();
    // Ten seconds at least, of which half a one is enough to notice.
    let server = sandbox(faults(&["slow-after=100ms@1"]));
    let run = world.invite(&server.base_url()).args(&["--results", "out/people.csv", "--concurrency", "2"]).start();
    wait_until("some are invited", || server.sandbox().ledger().created.len() >= 6);
    std::fs::remove_dir_all(world.path("out")).unwrap();
    let run = run.finish();
    run.exits(3);
    let ledger = server.sandbox().ledger();
    assert!(ledger.created.len() < 200, "it was to end midway");
    for made in &ledger.created {
        let reported = |line: &str| line.contains(&made.email) && line.contains(&made.id);
        assert!(run.stderr.lines().any(reported), "{} {} {}", made.email, made.id, run.output());
    }
}

#[test]
fn a_wait_that_is_too_long_halts_the_run() {
    for (fault, arguments, invited) in [
        ("429=365d@1/all", &[][..], 0),
        ("429=365d@#6", &["--concurrency", "1"], 5),
        ("503=date+365d@1/lookups", &[], 0),
        ("maintenance=10m@#6", &["--concurrency", "1", "--max-wait", "1s"], 5),
    ] {
        let world = World::with_people(30);
        let server = sandbox(faults(&[fault]));
        let run = world.invite(&server.base_url()).args(arguments).summed().finish();
        run.exits(3);
        let summary = run.json();
        assert_eq!(
            (&summary["exit_reason"], &summary["ended_early_reason"]),
            (&"wait_too_long".into(), &"WAIT_TOO_LONG".into()),
            "{fault}"
        );
        let results = world.results();
        assert_eq!((results.count("invited"), results.count("not_sent")), (invited, 30 - invited), "{fault}");
        let codes = results.column("error_code");
        assert_eq!(codes.iter().filter(|code| **code == "WAIT_TOO_LONG").count(), 30 - invited, "{fault}");
        // The same command resumes.
        let server = sandbox(Options::default());
        world.invite(&server.base_url()).finish().exits(0);
        assert_eq!(server.sandbox().ledger().created.len(), 30 - invited, "{fault}");
    }
}

#[test]
fn a_wait_that_is_too_long_ends_other_commands() {
    let world = World::with_people(3);
    world.invite(&sandbox(Options::default()).base_url()).finish().exits(0);
    let server = sandbox(faults(&["429=365d@1/all"]));
    for (command, exit) in [
        (&["check", "people.csv"][..], 2),
        (&["status", "people.results.csv"], 2),
        (&["revoke", "people.results.csv"], 3),
    ] {
        let run = world.program(command).with_token(&server).finish();
        run.exits(exit);
        assert!(run.stderr.contains("--max-wait"), "{}", run.output());
    }
}

#[test]
fn nothing_is_sent_after_the_deadline() {
    let world = World::with_people(5);
    let server = sandbox(Options::default());
    let run = world.invite(&server.base_url()).args(&["--deadline", "1ms"]).summed().finish();
    run.exits(3);
    assert_eq!(run.json()["exit_reason"], "deadline_reached");
    assert_eq!(world.results().column("error_code"), ["DEADLINE_REACHED"; 5]);
    assert_eq!(server.sandbox().ledger().create_requests(), 0);
    world.invite(&server.base_url()).env("BULK_INVITE_DEADLINE", "10m").finish().exits(0);
    assert_eq!(server.sandbox().ledger().created.len(), 5);
}

#[test]
fn rows_are_not_invalid_if_the_organization_was_not_read() {
    let world = World::new();
    world.write("people.csv", "email,roles,teams,projects\nada@example.com,ORG_MEMBER,Backend,billing=GROUP_OWNER\n");
    let server = sandbox(Options::default());
    let run = world.program(&["run", "people.csv"]).aimed_at(&server.base_url());
    run.env("MONGODB_ATLAS_ACCESS_TOKEN", "a-lapsed-token").finish().exits(3);
    assert_eq!(world.results().column("status"), ["not_sent"]);
}
