//! The wrong file: what a run did is taken back, and the organization is what it was.

use std::fs;

use atlas_sandbox::{ORGANIZATION, Options, Running};
use serde_json::Value;

use crate::world::{
    Credential, Finished, Invocation, SandboxProcess, Signal, World, faults, people, play, sandbox, sheet, wait_until,
};

fn revoke(world: &World, base_url: &str) -> Invocation {
    let arguments = ["revoke", "people.results.csv", "--settle=200ms"];
    world.program(&arguments).aimed_at(base_url).credential(Credential::Token)
}

fn accept(server: &Running, email: &str) {
    play(server, "POST", &format!("/_sandbox/invites/{email}/accept"));
}

/// Everybody in the organization, with all that Atlas keeps of them.
fn organization(server: &SandboxProcess) -> Value {
    server.state()["organization"]["people"].clone()
}

/// 100 people of a wrong file, two of whom were in the organization before.
fn wrong_file(world: &World) -> Vec<String> {
    let mut everybody = people(98);
    everybody.insert(40, "grace.hopper@example.com".to_owned());
    everybody.insert(60, "ada.lovelace@example.com".to_owned());
    world.write("people.csv", sheet(&everybody));
    everybody
}

/// Revokes until it is done, and holds every step against the files.
#[track_caller]
fn taken_back(world: &World, server: &SandboxProcess, everybody: &[String], arguments: &[&str]) -> Finished {
    let mut told = String::new();
    for _ in 0..12 {
        let finished = revoke(world, &server.base_url()).args(arguments).finish();
        told += &finished.told();
        let results = world.results_in("people.revoked.csv");
        let emails = results.column("email");
        assert_eq!(emails, everybody[..emails.len()], "a line for everybody\n{told}");
        if finished.code() == Some(0) {
            let invited: Vec<_> =
                world.results().lines.into_iter().filter(|line| line.get("status") == "invited").collect();
            // A killed run has no lines for those whose turn had not come.
            assert!(emails.len() == everybody.len() || world.read("people.results.csv").contains(",sending,"));
            for line in &invited {
                let revoked = results.lines.iter().find(|revoked| revoked.get("email") == line.get("email"));
                let revoked = revoked.unwrap_or_else(|| panic!("no line for {line:?}\n{told}"));
                assert_eq!(revoked.get("status"), "revoked", "{line:?}\n{told}");
                assert_eq!(revoked.get("invite_id"), line.get("invite_id"), "{told}");
            }
            return finished;
        }
    }
    panic!("not done after so many times\n{told}");
}

#[test]
fn a_wrong_file_stopped_half_way_is_taken_back_and_the_organization_is_as_it_was() {
    for api in ["invites", "users"] {
        let world = World::new();
        let everybody = wrong_file(&world);
        let server = SandboxProcess::start(&world, &["--no-limits", "--fault=slow-before=5ms@1"]);
        let before = organization(&server);
        let run = world.invite(&server.base_url()).args(&["--api", api, "--concurrency=4"]).start();
        wait_until("half of them are invited", || organization(&server).as_array().map_or(0, Vec::len) >= 50);
        run.signal(Signal::Interrupt);
        run.finish().exits(130).says("interrupted: requests on their way may land");
        let sent = world.results();
        assert!(sent.count("invited") >= 45 && sent.count("not_sent") > 0, "it was to end half way");

        let rehearsed = revoke(&world, &server.base_url()).args(&["--dry-run"]).finish();
        rehearsed.exits(0).says(&format!("{} not_sent", sent.count("invited")));
        assert_ne!(organization(&server), before, "a dry run changes nothing");
        let told = taken_back(&world, &server, &everybody, &[]);
        told.says(&format!("{} revoked", sent.count("invited")));
        assert_eq!(organization(&server), before, "{api}");
        // Once more, and nothing is left to do.
        let requests = |server: &SandboxProcess| server.state()["ledger"]["requests"].clone();
        let made = requests(&server);
        revoke(&world, &server.base_url()).finish().exits(0).says("kept from an earlier run");
        let deletes = |ledger: &Value| ledger.to_string().matches("DELETE").count();
        assert_eq!(deletes(&requests(&server)), deletes(&made));
        assert_eq!(organization(&server), before, "{api}");
    }
}

#[test]
fn the_same_after_a_kill_and_whatever_the_server_does() {
    let world = World::new();
    let everybody = wrong_file(&world);
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
    let run = world.invite(&server.base_url()).args(&["--concurrency=4", "--timeout=1h"]).start();
    wait_until("fifty rows are invited", || world.lines_written() >= 100);
    let busy = revoke(&world, &server.base_url()).finish();
    busy.exits(2).says_in_one_line(&["another bulk-invite is using people.results.csv", "end it with Ctrl-C"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(world.path("people.results.csv"), world.path("link.csv")).expect("a link");
        let busy = world.program(&["revoke", "link.csv"]).aimed_at(&server.base_url()).credential(Credential::Token);
        busy.finish().exits(2).says("another bulk-invite is using link.csv");
    }
    run.kill();
    assert!(world.read("people.results.csv").contains(",sending,"), "what was on its way is not known");
    taken_back(&world, &server, &everybody, &["--max-attempts=3", "--max-failures=off"]);
    assert_eq!(organization(&server), before);
}

#[test]
fn whoever_has_accepted_stays_and_the_exit_code_says_so() {
    let world = World::with_people(5);
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).finish().exits(0);
    accept(&server, "person-001@example.com");
    let told = revoke(&world, &server.base_url()).args(&["--report", "page.html"]).finish();
    told.exits(1).says("4 revoked, 1 accepted").says("remove in Atlas whoever should not be there");
    assert!(world.read("page.html").contains("4 had their invites cancelled and 1 needs attention"));
    let status = world.program(&["status", "people.results.csv"]).aimed_at(&server.base_url());
    status.credential(Credential::Token).finish().exits(0).says("1 accepted, 4 gone");
    let again = world.invite(&server.base_url()).finish();
    again.exits(0).says("kept, but neither invited nor members any more: 4 rows").says("run with --fresh");
    assert_eq!(world.results().column("error_code"), ["", "PERSON_GONE", "PERSON_GONE", "PERSON_GONE", "PERSON_GONE"]);
    assert_eq!(world.results_in("people.revoked.csv").column("run_status"), ["invited"; 5]);
}

#[test]
fn one_who_accepts_while_the_request_is_on_its_way_stays() {
    let world = World::with_people(1);
    let server = sandbox(faults(&["slow-before=300ms@1/deletes"]));
    world.invite(&server.base_url()).finish().exits(0);
    let process = revoke(&world, &server.base_url()).start();
    wait_until("the request is on record", || {
        fs::read_to_string(world.path("people.revoked.csv")).is_ok_and(|text| text.contains(",sending,"))
    });
    accept(&server, "person-001@example.com");
    process.finish().exits(1).says("1 accepted");
    assert!(world.read("people.revoked.csv").contains("has accepted and is in the organization"));
}

#[test]
fn it_asks_first_and_no_means_no() {
    let world = World::with_people(3);
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).finish().exits(0);
    let told = revoke(&world, &server.base_url()).on_a_terminal("n");
    told.exits(130)
        .says("about to cancel 3 pending invites that this job created in organization")
        .says("nothing was sent");
    assert_eq!(world.results_in("people.revoked.csv").count("not_sent"), 3);
    let told = revoke(&world, &server.base_url()).args(&["--limit=2"]).on_a_terminal("y");
    told.exits(0).says("about to cancel the first 2 of 3 pending invites").says("2 revoked, 1 not_sent");
    // The last one, and whom nobody needs to be asked about any more.
    revoke(&world, &server.base_url()).args(&["--yes"]).on_a_terminal("").exits(0).says("3 revoked; 2 of them kept");
    let told = revoke(&world, &server.base_url()).on_a_terminal("");
    told.exits(0).says("3 revoked; 3 of them kept");
    assert!(!told.told().contains("about to cancel"), "{}", told.told());
}

#[test]
fn what_was_in_doubt_and_is_settled_is_not_asked_about_again() {
    // Either the invite is there, or the request came to nothing.
    for (fate, there) in [("revoked", true), ("gone", false)] {
        let world = World::with_people(1);
        let server = sandbox(Options::default());
        world.invite(&server.base_url()).finish().exits(0);
        let (text, results) = (world.read("people.results.csv"), world.results());
        let invite = results.row(2).get("invite_id");
        world.write("people.results.csv", text.replace(&format!("invited,{invite},"), "unknown,,"));
        if !there {
            play(&server, "DELETE", &format!("/api/atlas/v2/orgs/{ORGANIZATION}/invites/{invite}"));
        }
        let told = revoke(&world, &server.base_url()).on_a_terminal("y");
        told.exits(0).says("find out about 1 invitation in doubt").says(&format!("1 {fate}"));
        let told = revoke(&world, &server.base_url()).on_a_terminal("");
        told.exits(0).says(&format!("1 {fate}; 1 of them kept"));
        assert!(!told.told().contains("about to"), "{}", told.told());
    }
}

#[test]
fn what_is_looked_at_anew_is_not_called_kept_beforehand() {
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
    revoke(&world, &server.base_url()).finish().exits(1).says("2 revoked, 1 accepted, 2 gone");
    let again = revoke(&world, &server.base_url()).finish();
    again.exits(1).says("3 rows are settled and kept, 0 will be asked about, 2 are worked out again");
    again.says("2 revoked, 1 accepted, 2 gone; 3 of them kept");
}
