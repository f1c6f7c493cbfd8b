//! `revoke` undoes a run with the wrong file, and leaves the organization as it was.

use std::fs;

use atlas_sandbox::{ORGANIZATION, Options, Running};
use serde_json::Value;

use crate::world::{
    Credential, Finished, Invocation, SandboxProcess, Signal, World, faults, people, play, sandbox, sheet, wait_until,
};

fn revoke(world: &World, base_url: &str) -> Invocation {
    let arguments = ["revoke", "people.results.csv", "--settle=200ms", "--summary=-"];
    world.program(&arguments).aimed_at(base_url).credential(Credential::Token)
}

fn accept(server: &Running, email: &str) {
    play(server, "POST", &format!("/_sandbox/invites/{email}/accept"));
}

/// Returns how many rows have each status, by the summary.
fn statuses<const N: usize>(run: &Finished, names: [&str; N]) -> [usize; N] {
    let summary = run.json();
    names.map(|name| summary["statuses"][name].as_u64().and_then(|count| count.try_into().ok()).expect("a number"))
}

/// Returns the people of the organization, with all that Atlas keeps of them.
fn organization(server: &SandboxProcess) -> Value {
    server.state()["organization"]["people"].clone()
}

/// 100 people of a wrong file, two of whom were in the organization before.
fn wrong_file(world: &World) -> Vec<String> {
    let mut listed = people(98);
    listed.insert(40, "grace.hopper@example.com".to_owned());
    listed.insert(60, "ada.lovelace@example.com".to_owned());
    world.write("people.csv", sheet(&listed));
    listed
}

/// Revokes until it is done, and holds every step against the files.
#[track_caller]
fn taken_back(world: &World, server: &SandboxProcess, listed: &[String], arguments: &[&str]) -> Finished {
    let mut output = String::new();
    for _ in 0..12 {
        let finished = revoke(world, &server.base_url()).args(arguments).finish();
        output += &finished.output();
        let results = world.results_in("people.revoked.csv");
        let emails = results.column("email");
        assert_eq!(emails, listed[..emails.len()], "a line for each person\n{output}");
        if finished.code() == Some(0) {
            let invited: Vec<_> =
                world.results().lines.into_iter().filter(|line| line.get("status") == "invited").collect();
            // A killed run has no lines for those whose turn had not come.
            assert!(emails.len() == listed.len() || world.read("people.results.csv").contains(",sending,"));
            for line in &invited {
                let revoked = results.lines.iter().find(|revoked| revoked.get("email") == line.get("email"));
                let revoked = revoked.unwrap_or_else(|| panic!("no line for {line:?}\n{output}"));
                assert_eq!(revoked.get("status"), "revoked", "{line:?}\n{output}");
                assert_eq!(revoked.get("invite_id"), line.get("invite_id"), "{output}");
            }
            return finished;
        }
    }
    panic!("not done after 12 runs\n{output}");
}

#[test]
fn revoke_undoes_an_interrupted_run_and_nothing_else() {
    for api in ["invites", "users"] {
        let world = World::new();
        let listed = wrong_file(&world);
        let server = SandboxProcess::start(&world, &["--no-limits", "--fault=slow-before=5ms@1"]);
        let before = organization(&server);
        let run = world.invite(&server.base_url()).args(&["--api", api, "--concurrency=4"]).start();
        wait_until("half of them are invited", || organization(&server).as_array().map_or(0, Vec::len) >= 50);
        run.signal(Signal::Interrupt);
        run.finish().exits(130);
        let sent = world.results();
        assert!(sent.count("invited") >= 45 && sent.count("not_sent") > 0, "it was to end half way");

        let rehearsed = revoke(&world, &server.base_url()).args(&["--dry-run"]).finish();
        rehearsed.exits(0);
        assert_eq!(statuses(&rehearsed, ["not_sent"]), [sent.count("invited")]);
        assert_ne!(organization(&server), before, "a dry run changes nothing");
        let done = taken_back(&world, &server, &listed, &[]);
        assert_eq!(statuses(&done, ["revoked"]), [sent.count("invited")]);
        assert_eq!(organization(&server), before, "{api}");
        // Once more, and nothing is left to do.
        let requests = |server: &SandboxProcess| server.state()["ledger"]["requests"].clone();
        let made = requests(&server);
        let again = revoke(&world, &server.base_url()).finish();
        again.exits(0);
        assert_eq!(again.json()["kept"], sent.count("invited"));
        let deletes = |ledger: &Value| ledger.to_string().matches("DELETE").count();
        assert_eq!(deletes(&requests(&server)), deletes(&made));
        assert_eq!(organization(&server), before, "{api}");
    }
}

#[test]
fn revoke_undoes_a_killed_run_despite_faults() {
    let world = World::new();
    let listed = wrong_file(&world);
    let server = SandboxProcess::start(
        &world,
        &[
            "--no-limits",
            "--fault=slow-after=1h@#45",
            "--fault=503-after@0.1/deletes",
            "--fault=reset-after@0.05/deletes",
            "--fault=reset-before@0.05/deletes",
            "--fault=html=502@0.05/deletes",
            "--fault=cut@0.03/deletes",
        ],
    );
    let before = organization(&server);
    let run = world.invite(&server.base_url()).args(&["--concurrency=4", "--timeout=1h", "--settle=200ms"]).start();
    wait_until("fifty rows are invited", || world.lines_written() >= 100);
    revoke(&world, &server.base_url()).finish().exits(2);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(world.path("people.results.csv"), world.path("link.csv")).expect("a link");
        let busy = world.program(&["revoke", "link.csv"]).aimed_at(&server.base_url()).credential(Credential::Token);
        busy.finish().exits(2);
    }
    run.kill();
    assert!(world.read("people.results.csv").contains(",sending,"), "what was on its way is not known");
    taken_back(&world, &server, &listed, &["--max-attempts=3", "--max-failures=off"]);
    assert_eq!(organization(&server), before);
}

#[test]
fn a_person_who_has_accepted_is_not_removed() {
    let world = World::with_people(5);
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).finish().exits(0);
    accept(&server, "person-001@example.com");
    let revoked = revoke(&world, &server.base_url()).finish();
    revoked.exits(1);
    assert_eq!(statuses(&revoked, ["revoked", "accepted"]), [4, 1]);
    world.program(&["status", "people.results.csv"]).with_token(&server).finish().exits(0);
    let current = world.results_in("people.status.csv");
    assert_eq!(current.column("current_status"), ["accepted", "gone", "gone", "gone", "gone"]);
    let again = world.invite(&server.base_url()).summed().finish();
    again.exits(0);
    assert_eq!(again.json()["departed"], 4);
    assert_eq!(world.results().column("error_code"), ["", "PERSON_GONE", "PERSON_GONE", "PERSON_GONE", "PERSON_GONE"]);
    assert_eq!(world.results_in("people.revoked.csv").column("run_status"), ["invited"; 5]);
}

#[test]
fn a_person_who_accepts_meanwhile_is_not_removed() {
    let world = World::with_people(1);
    let server = sandbox(faults(&["slow-before=300ms@1/deletes"]));
    world.invite(&server.base_url()).finish().exits(0);
    let process = revoke(&world, &server.base_url()).start();
    wait_until("the request is on record", || {
        fs::read_to_string(world.path("people.revoked.csv")).is_ok_and(|text| text.contains(",sending,"))
    });
    accept(&server, "person-001@example.com");
    process.finish().exits(1);
    assert_eq!(world.results_in("people.revoked.csv").row(2).get("error_code"), "ALREADY_ACCEPTED");
}

#[test]
fn revoke_asks_first_and_no_sends_nothing() {
    let world = World::with_people(3);
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).finish().exits(0);
    revoke(&world, &server.base_url()).on_a_terminal("n").exits(130);
    assert_eq!(world.results_in("people.revoked.csv").column("error_code"), ["DECLINED"; 3]);
    let limited = revoke(&world, &server.base_url()).args(&["--limit=2"]).on_a_terminal("y");
    limited.exits(0);
    assert_eq!(statuses(&limited, ["revoked", "not_sent"]), [2, 1]);
    let last = revoke(&world, &server.base_url()).args(&["--yes"]).on_a_terminal("n");
    last.exits(0);
    assert_eq!((statuses(&last, ["revoked"]), &last.json()["kept"]), ([3], &2.into()));
    // Nothing is left to ask about.
    let again = revoke(&world, &server.base_url()).on_a_terminal("n");
    again.exits(0);
    assert_eq!((statuses(&again, ["revoked"]), &again.json()["kept"]), ([3], &3.into()));
}

#[test]
fn a_resolved_invite_is_not_asked_about_again() {
    // Either the invite exists, or the request had no effect.
    for (status, there) in [("revoked", true), ("gone", false)] {
        let world = World::with_people(1);
        let server = sandbox(Options::default());
        world.invite(&server.base_url()).finish().exits(0);
        let (text, results) = (world.read("people.results.csv"), world.results());
        let invite = results.row(2).get("invite_id");
        world.write("people.results.csv", text.replace(&format!("invited,{invite},"), "unknown,,"));
        if !there {
            play(&server, "DELETE", &format!("/api/atlas/v2/orgs/{ORGANIZATION}/invites/{invite}"));
        }
        for (typed, kept) in [("y", 0), ("n", 1)] {
            let run = revoke(&world, &server.base_url()).on_a_terminal(typed);
            run.exits(0);
            assert_eq!((statuses(&run, [status]), &run.json()["kept"]), ([1], &kept.into()), "{}", run.output());
        }
    }
}

#[test]
fn a_row_that_is_decided_again_does_not_count_as_kept() {
    let world = World::with_people(5);
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).finish().exits(0);
    let results = world.results();
    // One was in doubt, and never came to be; one has lapsed since; one has accepted.
    let invite = |row| results.row(row).get("invite_id");
    let text = world.read("people.results.csv").replace(&format!("invited,{},", invite(2)), "unknown,,");
    world.write("people.results.csv", text);
    for row in [2, 3] {
        play(&server, "DELETE", &format!("/api/atlas/v2/orgs/{ORGANIZATION}/invites/{}", invite(row)));
    }
    accept(&server, "person-003@example.com");
    for kept in [0, 3] {
        let run = revoke(&world, &server.base_url()).finish();
        run.exits(1);
        assert_eq!(statuses(&run, ["revoked", "accepted", "gone"]), [2, 1, 2], "{}", run.output());
        assert_eq!(run.json()["kept"], kept, "{}", run.output());
    }
}
