//! Ctrl-C and SIGTERM while requests are in flight: the first lets them land, the second abandons them.

use atlas_sandbox::Running;
use serde_json::Value;

use crate::world::{Process, Promise, Signal, World, at_once, faults, people, sandbox, wait_until};

const SIGNALS: [(Signal, i32); 2] = [(Signal::Interrupt, 130), (Signal::Terminate, 143)];

/// Forty people, four at a time.
fn job<'a>(world: &'a World, server: &'a Running) -> Promise<'a> {
    let arguments = vec!["--concurrency=4", "--settle=200ms", "--timeout=60s", "--log-format=json", "--summary=-"];
    Promise { world, sandbox: server, people: people(40), arguments }
}

/// Returns how many halts a log in JSON has; its last line may be incomplete.
fn halts(log: &str) -> usize {
    let events = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    events.filter(|event| event["event"] == "halt").count()
}

/// Starts it, and waits until four invitations exist whose answers are still to come.
fn started(promise: &Promise<'_>) -> Process {
    let run = promise.run().start();
    wait_until("four are in flight", || promise.ledger().created.len() >= 4);
    run
}

#[test]
fn the_first_signal_waits_for_requests_in_flight() {
    at_once(SIGNALS, |(signal, code)| {
        let world = World::with_people(40);
        let server = sandbox(faults(&["slow-after=400ms@first:8"]));
        let promise = job(&world, &server);
        let run = started(&promise);
        run.signal(signal);
        let run = run.finish();
        run.exits(code);
        let (results, made) = (world.results(), promise.ledger().created.len());
        assert_eq!(results.count("invited"), made, "what landed is reported {}", run.output());
        assert_eq!(results.count("not_sent"), 40 - made, "{}", run.output());
        assert!(made < 40, "it was to end midway");
        promise.is_kept();
    });
}

#[test]
fn the_second_signal_abandons_requests_in_flight() {
    at_once(SIGNALS, |(signal, code)| {
        let world = World::with_people(40);
        let server = sandbox(faults(&["slow-after=10m@first:4"]));
        let promise = job(&world, &server);
        let mut run = started(&promise);
        run.signal(signal);
        wait_until("the first signal is received", || halts(&run.stderr()) == 1);
        assert!(run.is_running(), "requests are in flight");
        run.signal(signal);
        let run = run.finish();
        run.exits(code);
        assert_eq!(halts(&run.stderr), 2, "{}", run.output());
        let results = world.results();
        assert_eq!((results.count("unknown"), results.count("not_sent")), (4, 36), "{}", run.output());
        let abandoned = results.column("error_code").into_iter().filter(|code| *code == "ABANDONED").count();
        assert_eq!(abandoned, 4, "{}", run.output());
        promise.is_kept();
    });
}

#[test]
fn a_signal_before_the_first_invite_sends_nothing() {
    at_once(SIGNALS, |(signal, code)| {
        let world = World::with_people(40);
        let server = sandbox(faults(&["slow=10m@#2/lookups"]));
        let promise = job(&world, &server);
        let run = promise.run().start();
        wait_until("the organization is read", || promise.ledger().total_requests() >= 2);
        run.signal(signal);
        let run = run.finish();
        run.exits(code);
        assert_eq!(world.results().column("error_code"), ["INTERRUPTED"; 40], "{}", run.output());
        assert_eq!(promise.ledger().create_requests(), 0, "{}", run.output());
    });
}

#[test]
fn a_signal_before_a_look_up_leaves_it_to_the_next_run() {
    let world = World::with_people(12);
    let server = sandbox(faults(&["reset-after@first:12"]));
    let people = people(12);
    let patient = world.invite(&server.base_url()).args(&["--settle", "10m"]).start();
    wait_until("every invitation exists", || server.sandbox().ledger().created.len() == 12);
    patient.signal(Signal::Interrupt);
    let patient = patient.finish();
    patient.exits(130);
    assert_eq!(world.results().count("unknown"), 12, "{}", patient.output());
    // As if the settling time were over.
    let forget = |text: String, settled: &&str| text.replace(&format!(",unknown,,{settled},"), ",unknown,,,");
    let text = world.results().column("expires_at").iter().fold(world.read("people.results.csv"), forget);
    world.write("people.results.csv", text);
    Promise { world: &world, sandbox: &server, people, arguments: vec!["--settle=100ms"] }.is_kept();
    assert_eq!(server.sandbox().ledger().create_requests(), 12, "asking was enough");
}
