//! Answers that are not what Atlas documents: never a panic, judged by their status.

use atlas_sandbox::Running;

use crate::world::{Finished, World, at_once, faults, sandbox};

/// Invites two people on a server with this fault.
fn run(fault: &str) -> (World, Running, Finished) {
    let world = World::with_people(2);
    let server = sandbox(faults(&[fault]));
    let run = world.invite(&server.base_url()).args(&["--settle", "100ms", "--timeout", "5s"]).finish();
    assert!(!run.stderr.contains("panicked"), "{fault} {}", run.output());
    (world, server, run)
}

#[test]
fn a_lost_answer_to_an_invite_is_resolved_by_a_look_up() {
    let lost = ["no-id@1", "cut@1", "html-after@1", "html-after=200@1", "500-after@1", "reset-after@1"];
    at_once(lost, |fault| {
        let (world, server, run) = run(fault);
        run.exits(0);
        let ledger = server.sandbox().ledger();
        assert_eq!(ledger.create_requests(), 2, "{fault}: nothing is sent again {}", run.output());
        for made in &ledger.created {
            let results = world.results();
            let line = results.lines.iter().find(|line| line.get("email") == made.email).unwrap();
            assert_eq!((line.get("status"), line.get("invite_id")), ("invited", made.id.as_str()), "{fault}");
        }
    });
}

#[test]
fn an_answer_of_another_content_type_is_read() {
    let (world, server, run) = run("wrong-type@1");
    run.exits(0);
    let ledger = server.sandbox().ledger();
    assert_eq!(world.results().column("invite_id"), ids_in_order(&ledger), "{}", run.output());
    assert_eq!(ledger.create_requests(), 2);
}

fn ids_in_order(ledger: &atlas_sandbox::Ledger) -> Vec<&str> {
    let mut made: Vec<_> = ledger.created.iter().map(|made| (made.email.as_str(), made.id.as_str())).collect();
    made.sort_unstable();
    made.into_iter().map(|(_, id)| id).collect()
}

#[test]
fn an_error_page_is_looked_up_and_sent_again() {
    at_once(["html@first:2", "html=503@first:2", "html=422@first:2", "html=404@first:2", "500@first:2"], |fault| {
        let (world, server, run) = run(fault);
        run.exits(0);
        assert_eq!(world.results().column("attempts"), ["2", "2"], "{fault} {}", run.output());
        assert_eq!(server.sandbox().ledger().created.len(), 2);
    });
}

#[test]
fn an_error_page_with_a_blocking_status_ends_the_run() {
    let (world, server, run) = run("html=410@1");
    run.exits(3);
    assert!(world.results().column("status").contains(&"failed"), "{}", run.output());
    assert_eq!(server.sandbox().ledger().created.len(), 0);
}

#[test]
fn a_look_up_with_an_odd_answer_is_repeated() {
    let odd = ["html@first:2/lookups", "html=200@first:2/lookups", "cut@first:1/lookups", "no-id@#2/lookups"];
    at_once(odd, |fault| {
        let (world, server, run) = run(fault);
        run.exits(0);
        assert_eq!(world.results().count("invited"), 2, "{fault}");
        assert_eq!(server.sandbox().ledger().create_requests(), 2, "{fault}");
    });
}

#[test]
fn look_ups_that_only_get_error_pages_halt_the_run() {
    let world = World::with_people(2);
    let server = sandbox(faults(&["html@1/lookups"]));
    let run = world.invite(&server.base_url()).args(&["--max-attempts", "2", "--summary", "-"]).finish();
    run.is_blocked("NOT_ANSWERING");
    assert_eq!(world.results().count("not_sent"), 2, "{}", run.output());
}
