//! `kill -9` at several moments, and the same command again each time.
//!
//! The server never answers some requests, so that the program is always killed while it waits. The next run has to find
//! out whether the server has processed them.

use std::fs::OpenOptions;
use std::io::Write;

use atlas_sandbox::{Duplicates, Options, Running};

use crate::world::{Promise, World, faults, people, sandbox, sheet, wait_until};

const ROWS: usize = 40;

/// Faults, three of which keep a request for ever.
const TRAPS: [&str; 7] = [
    "slow-after=1h@#3",
    "slow-before=1h@#14",
    "slow-after=1h@#25",
    "500-after@0.1",
    "reset-after@0.1",
    "no-id@0.05",
    "500@0.05/lookups",
];

fn trapped(duplicates: Duplicates, faults_of_it: &[&str]) -> (World, Running) {
    (World::with_people(ROWS), sandbox(Options { duplicates, ..faults(faults_of_it) }))
}

fn job<'a>((world, sandbox): &'a (World, Running), arguments: &[&'static str]) -> Promise<'a> {
    let arguments = [&["--settle=200ms", "--timeout=1h", "--max-failures=off"], arguments].concat();
    Promise { world, sandbox, people: people(ROWS), arguments }
}

#[track_caller]
fn three_kills(duplicates: Duplicates, arguments: &[&'static str]) {
    let place = trapped(duplicates, &TRAPS);
    let promise = job(&place, arguments);
    for (requests, lines) in [(3, 8), (14, 20), (25, 30)] {
        let run = promise.run().start();
        let reached = || promise.ledger().create_requests() >= requests && promise.world.lines_written() >= lines;
        wait_until("the moment of the kill", reached);
        run.kill();
    }
    assert!(promise.ledger().created.len() < ROWS, "there was to be something left");
    promise.is_kept();
}

#[test]
fn kills_lose_nothing_if_a_second_invite_is_answered_409() {
    three_kills(Duplicates::Refuse409, &["--concurrency=4"]);
}

#[test]
fn kills_lose_nothing_if_a_second_invite_is_answered_400() {
    three_kills(Duplicates::Refuse400, &["--concurrency=4"]);
}

#[test]
fn kills_send_no_second_email_if_the_server_would() {
    three_kills(Duplicates::Accept, &["--concurrency=4"]);
}

#[test]
fn kills_lose_nothing_on_the_successor_endpoint() {
    three_kills(Duplicates::Refuse409, &["--concurrency=4", "--api=users"]);
}

#[test]
fn a_kill_with_every_request_in_flight_loses_nothing() {
    let place = trapped(Duplicates::Accept, &["slow-after=1h@first:16", "slow-after=1h@#20"]);
    let promise = job(&place, &[]);
    let run = promise.run().start();
    wait_until("sixteen are in flight", || promise.ledger().created.len() == 16);
    run.kill();
    let run = promise.run().start();
    wait_until("another one is", || promise.ledger().created.len() >= 20);
    run.kill();
    promise.is_kept();
    assert_eq!(promise.ledger().create_requests(), ROWS as u64, "nothing was sent again");
}

#[test]
fn a_kill_while_another_is_resolved_loses_nothing() {
    let place = trapped(Duplicates::Accept, &["slow-after=1h@first:4", "slow=1h@#13/lookups"]);
    let promise = job(&place, &["--concurrency=4"]);
    let run = promise.run().start();
    wait_until("four are in flight", || promise.ledger().created.len() == 4);
    run.kill();
    let run = promise.run().start();
    // Each run lists all people once; a further look-up is about one person, and the first of those gets no answer.
    let asked = || promise.ledger().requests("GET", "/api/atlas/v2/orgs/{orgId}/users");
    wait_until("the next run looks up a person", || asked() > 2);
    run.kill();
    promise.is_kept();
    assert_eq!(promise.ledger().create_requests(), ROWS as u64, "nothing was sent again");
}

#[test]
fn a_torn_line_is_dropped_and_no_other() {
    let place = trapped(Duplicates::Accept, &["slow-after=1h@#12"]);
    let promise = job(&place, &["--concurrency=1"]);
    let run = promise.run().start();
    wait_until("the twelfth is in flight", || promise.ledger().created.len() == 12);
    run.kill();
    let results = promise.world.path("people.results.csv");
    OpenOptions::new().append(true).open(results).unwrap().write_all(b"14,\"person-013@exam").unwrap();
    let run = promise.run().summed().finish();
    run.exits(0);
    assert_eq!(run.json()["kept"], 11, "{}", run.output());
    promise.is_kept();
}

#[test]
fn a_kill_is_resolved_under_a_changed_sheet() {
    let place = trapped(Duplicates::Accept, &["slow-after=1h@#12"]);
    let mut promise = job(&place, &["--concurrency=1"]);
    let run = promise.run().start();
    wait_until("the twelfth is in flight", || promise.ledger().created.len() == 12);
    run.kill();
    promise.people.reverse();
    promise.world.write("people.csv", sheet(&promise.people));
    promise.is_kept();
    assert_eq!(promise.ledger().create_requests(), ROWS as u64);
}
