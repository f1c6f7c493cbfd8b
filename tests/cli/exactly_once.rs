//! The promise on real sockets, while the server fails in every way.

use std::time::Duration;

use atlas_sandbox::{Duplicates, EmailCase, Options, Running};

use crate::world::{Promise, Signal, World, faults, people, sandbox, sheet, wait_until};

/// Every kind of fault at once. What is slow is done with the request well within the timeout and the settling delay.
const FAULTS: [&str; 11] = [
    "503=0s@#9",
    "429=0s@#20",
    "500-after@0.06",
    "reset-after@0.06",
    "reset-before@0.04",
    "cut@0.06",
    "slow-after=600ms@0.05",
    "slow-before=250ms@0.05",
    "no-id@0.06",
    "html-after@0.05",
    "500@0.08/lookups",
];

const ARGUMENTS: [&str; 3] = ["--timeout=300ms", "--settle=500ms", "--max-failures=off"];

#[track_caller]
fn lose_nothing(duplicates: Duplicates, emails: EmailCase, arguments: &[&'static str], people: Vec<String>) {
    let world = World::new();
    world.write("people.csv", sheet(&people));
    let server = sandbox(Options { duplicates, emails, ..faults(&FAULTS) });
    let arguments = [&ARGUMENTS, arguments].concat();
    let promise = Promise { world: &world, sandbox: &server, people, arguments };
    promise.is_kept();
    assert!(promise.ledger().faults > 10, "there were too few faults");
}

#[test]
fn faults_lose_nothing_if_a_second_invite_is_answered_409() {
    lose_nothing(Duplicates::Refuse409, EmailCase::Preserved, &[], people(50));
}

#[test]
fn faults_lose_nothing_if_a_second_invite_is_answered_400() {
    lose_nothing(Duplicates::Refuse400, EmailCase::Preserved, &[], people(50));
}

#[test]
fn faults_send_no_second_email_if_the_server_would() {
    lose_nothing(Duplicates::Accept, EmailCase::Preserved, &[], people(50));
}

#[test]
fn faults_lose_nothing_on_the_successor_endpoint() {
    lose_nothing(Duplicates::Refuse409, EmailCase::Preserved, &["--api=users"], people(50));
}

#[test]
fn faults_lose_nothing_if_addresses_come_back_in_lower_case() {
    let people = people(50).iter().map(|email| email.replace("person", "Person")).collect();
    lose_nothing(Duplicates::Accept, EmailCase::Lowered, &[], people);
}

#[track_caller]
fn two_signals_among_faults(duplicates: Duplicates, signal: Signal, code: i32) {
    let world = World::with_people(30);
    let server = sandbox(Options { latency: Duration::from_millis(30), duplicates, ..faults(&FAULTS) });
    let arguments = [&ARGUMENTS[..], &["--concurrency=4"]].concat();
    let promise = Promise { world: &world, sandbox: &server, people: people(30), arguments };
    for created in [5, 15] {
        let run = promise.run().start();
        wait_until("enough are invited", || promise.ledger().created.len() >= created);
        run.signal(signal);
        run.finish().exits(code);
        assert_eq!(world.results().lines.len(), 30, "a line a row after every signal");
    }
    promise.is_kept();
}

#[test]
fn signals_lose_nothing_if_a_second_invite_is_answered_409() {
    two_signals_among_faults(Duplicates::Refuse409, Signal::Interrupt, 130);
}

#[test]
fn signals_lose_nothing_if_a_second_invite_is_answered_400() {
    two_signals_among_faults(Duplicates::Refuse400, Signal::Terminate, 143);
}

#[test]
fn signals_send_no_second_email_if_the_server_would() {
    two_signals_among_faults(Duplicates::Accept, Signal::Interrupt, 130);
}

#[test]
fn expired_invites_are_replaced_by_the_servers_clock() {
    let world = World::with_people(3);
    let at = |start: &str| sandbox(Options { start: start.parse().ok(), ..Options::default() });
    let (then, within, after) = (at("2026-08-01T00:00:00Z"), at("2026-08-30T00:00:00Z"), at("2026-09-01T00:00:00Z"));
    let run = |server: &Running, more: &[&str]| world.invite(&server.base_url()).args(more).summed().finish();
    run(&then, &[]).exits(0);
    for (server, more) in [(&within, &["--reinvite-expired"][..]), (&after, &[])] {
        let kept = run(server, more);
        kept.exits(0);
        assert_eq!(kept.json()["kept"], 3, "{}", kept.output());
        assert_eq!(server.sandbox().ledger().created.len(), 0);
    }
    run(&after, &["--reinvite-expired"]).exits(0);
    assert_eq!(after.sandbox().ledger().created.len(), 3);
}

#[test]
fn a_second_run_of_the_same_results_is_refused() {
    let world = World::with_people(4);
    let server = sandbox(faults(&["slow-after=10m@1"]));
    let mut first = world.invite(&server.base_url()).start();
    wait_until("the first run is at work", || server.sandbox().ledger().created.len() == 4);
    world.invite(&server.base_url()).finish().exits(2);
    assert!(first.is_running());
    assert_eq!(server.sandbox().ledger().created.len(), 4);
}
