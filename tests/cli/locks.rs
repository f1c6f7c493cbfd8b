//! A second run of the same job is refused while the first is going, by any name of its results file.

use std::fs;
use std::os::unix::fs::symlink;

use atlas_sandbox::Running;

use crate::world::{Process, World, faults, sandbox, wait_until};

const PEOPLE: usize = 6;

/// Returns a sandbox that keeps the second request waiting.
fn slow() -> Running {
    sandbox(faults(&["slow-after=1h@#2"]))
}

/// Starts a run with these results, and waits until the second person has been invited.
fn started(world: &World, server: &Running, results: &str) -> Process {
    let arguments = ["--results", results, "--concurrency", "1", "--settle", "50ms"];
    let run = world.invite(&server.base_url()).args(&arguments).start();
    wait_until("the run is at work", || server.sandbox().ledger().created.len() == 2);
    run
}

/// Asserts that a run with these results is refused, and that no person gets a second invitation.
#[track_caller]
fn is_refused(world: &World, server: &Running, results: &str) {
    let created = server.sandbox().ledger().created.len();
    let second = world.invite(&server.base_url()).args(&["--results", results]).finish();
    second.exits(2);
    assert!(second.stderr.contains("another bulk-invite is using"), "{}", second.output());
    assert_eq!(server.sandbox().ledger().created.len(), created, "{}", second.output());
}

#[test]
fn a_link_without_a_target_names_its_target() {
    let (world, server) = (World::with_people(PEOPLE), slow());
    for link in ["link.csv", "other.csv"] {
        symlink("real.csv", world.path(link)).unwrap();
    }
    let run = started(&world, &server, "link.csv");
    for results in ["link.csv", "other.csv", "real.csv"] {
        is_refused(&world, &server, results);
    }
    run.kill();
    world.invite(&server.base_url()).args(&["--results", "link.csv", "--settle", "0s"]).finish().exits(0);
    assert!(world.path("link.csv").is_symlink() && world.path("other.csv").is_symlink(), "the target is replaced");
    assert_eq!(world.results_in("real.csv").lines.len(), PEOPLE);
}

#[test]
fn a_run_is_refused_after_the_lock_file_was_deleted() {
    let (world, server) = (World::with_people(PEOPLE), slow());
    let _run = started(&world, &server, "people.results.csv");
    fs::remove_file(world.path("people.results.csv.lock")).unwrap();
    is_refused(&world, &server, "people.results.csv");
    is_refused(&world, &server, "people.results.csv");
}

#[test]
fn a_run_that_resumes_is_refused_without_its_lock_file() {
    let (world, server) = (World::with_people(PEOPLE), sandbox(faults(&["slow-after=1h@#2", "slow-after=1h@#3"])));
    started(&world, &server, "people.results.csv").kill();
    let run = world.invite(&server.base_url()).args(&["--concurrency", "1", "--settle", "0s"]).start();
    wait_until("the run is at work", || server.sandbox().ledger().created.len() == 3);
    fs::remove_file(world.path("people.results.csv.lock")).unwrap();
    is_refused(&world, &server, "people.results.csv");
    run.kill();
    assert_eq!(server.sandbox().ledger().invited_twice(), [""; 0]);
}

#[test]
fn a_second_name_of_the_results_is_locked_too() {
    let (world, server) = (World::with_people(PEOPLE), slow());
    let run = started(&world, &server, "people.results.csv");
    fs::hard_link(world.path("people.results.csv"), world.path("hard.csv")).unwrap();
    is_refused(&world, &server, "hard.csv");
    run.kill();
    // The next run replaces the file, of which the second name still has the old one.
    let server = slow();
    let _run = started(&world, &server, "people.results.csv");
    is_refused(&world, &server, "hard.csv");
    let revoke = world.program(&["revoke", "hard.csv"]).with_token(&server).finish();
    revoke.exits(2);
    assert!(revoke.stderr.contains("another bulk-invite"), "{}", revoke.output());
}
