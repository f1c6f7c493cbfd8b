//! Requests that are processed after their answer, look-ups that lag, and answers that differ from the request.
//!
//! The sandbox never delays a request by more than the settling delay, so a second email is a mistake of the program.

use std::collections::HashMap;
use std::time::Duration;

use atlas_sandbox::{Duplicates, Options, Running};

use crate::world::{Credential, Finished, Invocation, World, at_once, invite_elsewhere, people, sandbox, wait_until};

const SETTLE: &str = "--settle=500ms";

/// Returns options with these faults and without limits, which look-ups would use up.
fn faults(faults: &[&str]) -> Options {
    let mut options = crate::world::faults(faults);
    options.limits.enforced = false;
    options
}

/// Returns the command, which invites everyone in one run.
fn run(world: &World, server: &Running) -> Invocation {
    world.invite(&server.base_url()).args(&[SETTLE, "--max-failures=off"])
}

fn revoke(world: &World, server: &Running) -> Finished {
    world.program(&["revoke", "people.results.csv", SETTLE]).with_token(server).finish()
}

/// Asserts that every person got one email, and that each row names that person's invite.
#[track_caller]
fn invited_once(world: &World, server: &Running, count: usize, why: &str) {
    let ledger = server.sandbox().ledger();
    let sent: HashMap<&str, &str> = ledger.created.iter().map(|made| (made.email.as_str(), made.id.as_str())).collect();
    assert_eq!((ledger.created.len(), sent.len()), (count, count), "one email for each person: {why}");
    for line in &world.results().lines {
        let expected = ("invited", sent[line.get("email")]);
        assert_eq!((line.get("status"), line.get("invite_id")), expected, "{line:?} {why}");
    }
}

#[track_caller]
fn sends_one_email(credential: Credential, arguments: &[&str], options: Options, why: &str) {
    let world = World::with_people(100);
    let server = sandbox(Options { duplicates: Duplicates::Accept, ..options });
    let run = run(&world, &server).credential(credential).args(arguments).finish();
    run.exits(0);
    assert!(server.sandbox().ledger().faults > 0, "there were no faults");
    invited_once(&world, &server, 100, &format!("{why}\n{}", run.output()));
}

#[test]
fn a_late_gateway_leads_to_no_second_email() {
    let late = ["500-late=100ms", "502-late=100ms", "503-late=90ms", "504-late=100ms", "408-late=100ms"];
    let late = late.into_iter().chain(["html-late=100ms", "reset-late=100ms", "200-late=100ms"]);
    at_once(late, |kind| {
        let fault = format!("{kind}@0.2");
        sends_one_email(Credential::Token, &[], faults(&[&fault]), kind);
    });
}

#[test]
fn a_late_gateway_sends_no_second_email_through_users() {
    let options = faults(&["503-late=100ms@0.1", "html-late=100ms@0.1"]);
    sends_one_email(Credential::Token, &["--api=users"], options, "users");
}

#[test]
fn late_gateways_send_no_second_email_if_all_are_late() {
    let options = faults(&["503-late=100ms@first:100"]);
    sends_one_email(Credential::Token, &[], options, "every request");
}

#[test]
fn our_invites_are_ours_despite_a_skewed_clock() {
    for skew in ["created-skew=10s@1", "created-skew=-10s@1", "created-jitter=10s@1"] {
        // An API key's name is known; that of a token is learned from an answer.
        at_once(
            [(Credential::Keys, "503-after@first:100"), (Credential::Token, "503-after@0.2")],
            |(credential, lost)| {
                sends_one_email(credential, &[], faults(&[skew, lost]), skew);
            },
        );
    }
}

#[test]
fn a_409_is_believed_although_look_ups_lag() {
    at_once([(Credential::Token, "503-after@0.3"), (Credential::Keys, "503-after@first:100")], |(credential, lost)| {
        let world = World::with_people(100);
        // Even on a busy machine most look-ups after the settling delay come before this. The last one after a 409 never
        // does: two settling delays are longer.
        let server = sandbox(Options { lookup_lag: Duration::from_millis(2900), ..faults(&[lost]) });
        let settle = ["--settle=1500ms", "--max-failures=off"];
        let run = world.invite(&server.base_url()).args(&settle).credential(credential).finish();
        let refused = server.sandbox().ledger().answers.get(&409).copied().unwrap_or_default();
        assert!(refused > 5, "only {refused} look-ups lagged");
        run.exits(0);
        invited_once(&world, &server, 100, &run.output());
        revoke(&world, &server).exits(0);
        wait_until("no invite is left", || !server.sandbox().state().contains("PENDING"));
    });
}

#[test]
fn an_answer_about_another_person_is_looked_up() {
    let world = World::with_people(10);
    let server = sandbox(faults(&["other-username@every:2"]));
    let run = run(&world, &server).finish();
    run.exits(0);
    invited_once(&world, &server, 10, &run.output());
    let asked = server.sandbox().ledger().requests("GET", "/api/atlas/v2/orgs/{orgId}/users");
    assert!(asked > 5, "only {asked} look-ups: {}", run.output());
}

#[test]
fn an_invite_that_lacks_a_role_needs_a_look() {
    let world = World::new();
    let rows = people(4).into_iter().map(|email| format!("{email},ORG_MEMBER;ORG_BILLING_ADMIN\n"));
    world.write("people.csv", "email,roles\n".to_owned() + &rows.collect::<String>());
    let server = sandbox(faults(&["lacks=role@#2"]));
    let run = run(&world, &server).args(&["--concurrency=1"]).finish();
    run.exits(1);
    invited_once(&world, &server, 4, &run.output());
    assert_eq!(world.results().column("error_code"), ["", "NOT_AS_ASKED", "", ""], "{}", run.output());
}

#[test]
fn a_403_for_one_person_does_not_stop_the_others() {
    let world = World::with_people(20);
    let server = sandbox(faults(&["403:SOME_CODE@1/person-002@example.com"]));
    let run = run(&world, &server).finish();
    run.exits(1);
    let results = world.results();
    assert_eq!((results.count("invited"), results.count("failed")), (19, 1), "{}", run.output());
    assert_eq!(results.row(3).get("error_code"), "SOME_CODE");
    assert_eq!(server.sandbox().ledger().created.len(), 19);
}

#[test]
fn two_invites_of_one_person_are_reported() {
    let world = World::with_people(3);
    let server = sandbox(Options { duplicates: Duplicates::Accept, ..faults(&["slow-after=1h@#2"]) });
    let first = run(&world, &server).args(&["--concurrency=1", "--timeout=1h"]).start();
    wait_until("the second answer is outstanding", || server.sandbox().ledger().created.len() == 2);
    invite_elsewhere(&server, "person-002@example.com");
    first.kill();
    let second = run(&world, &server).finish();
    second.exits(1);
    let (results, ledger) = (world.results(), server.sandbox().ledger());
    let made = ledger.created.iter().filter(|made| made.email == "person-002@example.com");
    let ids: Vec<&str> = made.map(|made| made.id.as_str()).collect();
    let line = results.row(3);
    assert_eq!((line.get("status"), line.get("error_code")), ("invited", "TWO_INVITES"), "{}", second.output());
    assert_eq!(line.get("invite_id").split(';').collect::<Vec<_>>(), ids, "{}", second.output());
    assert_eq!((results.count("invited"), ledger.created.len()), (3, 4), "no third email");
    revoke(&world, &server).exits(0);
    assert!(!server.sandbox().state().contains("PENDING"), "both are cancelled");
}
