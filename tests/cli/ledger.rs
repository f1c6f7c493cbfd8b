//! The results file is the ledger of a job: no flag, no editor and no honest mistake of its owner loses it.

use std::fs;

use atlas_sandbox::{ORGANIZATION, Options, Running};

use crate::sheets::workbook;
use crate::world::{
    Credential, Invocation, SandboxProcess, Signal, World, faults, people, play, sandbox, sheet, wait_until,
};

/// `revoke` of the results of `people.csv`.
fn revoke(world: &World, base_url: &str, results: &str) -> Invocation {
    world
        .program(&["revoke", results, "--settle=200ms", "--summary=-"])
        .aimed_at(base_url)
        .credential(Credential::Token)
}

/// Returns the results in the folder, each with its content.
fn results(world: &World) -> Vec<(String, Vec<u8>)> {
    let names = world.names().into_iter().filter(|name| name.contains(".results") || name.contains(".revoked"));
    names.map(|name| (name.clone(), fs::read(world.path(&name)).expect("a file"))).collect()
}

/// Returns the number of people who are in the organization, at any server.
fn in_organization(server: &SandboxProcess) -> usize {
    server.state()["organization"]["people"].as_array().map_or(0, Vec::len)
}

#[test]
fn a_run_that_sends_nothing_leaves_the_results_as_they_are() {
    let world = World::with_people(5);
    let server = sandbox(faults(&["422@#2"]));
    world.invite(&server.base_url()).args(&["--concurrency=1"]).finish().exits(1);
    world.write("people.csv", sheet(&people(6)));
    let before = results(&world);
    for fresh in [&[][..], &["--fresh"]] {
        let run = || world.invite(&server.base_url()).args(fresh).summed();
        let declined = run().on_a_terminal("n");
        declined.exits(130);
        assert_eq!(declined.json()["results_unchanged"], true, "{}", declined.output());
        assert_eq!(results(&world), before, "{}", declined.output());
        let refused = run().env("MONGODB_ATLAS_ACCESS_TOKEN", "wrong").finish();
        refused.exits(3);
        assert_eq!(results(&world), before, "{}", refused.output());
        let stalled = sandbox(faults(&["slow=1h@#3/lookups"]));
        let asked = || stalled.sandbox().ledger().requests("GET", "/api/atlas/v2/orgs/{orgId}/users");
        let interrupted = world.invite(&stalled.base_url()).args(fresh).start();
        wait_until("the people are being read", || asked() > 0);
        interrupted.signal(Signal::Interrupt);
        let interrupted = interrupted.finish();
        interrupted.exits(130);
        assert_eq!(results(&world), before, "{}", interrupted.output());
        let missing = run().args(&["--failed=missing/failed.csv"]).finish();
        missing.exits(2);
        assert_eq!(results(&world), before, "{}", missing.output());
    }
}

#[test]
fn a_fresh_start_asks_only_about_people_to_invite() {
    let world = World::with_people(3);
    let server = sandbox(Options::default());
    let fresh = |typed| world.invite(&server.base_url()).args(&["--fresh", "--settle=50ms"]).on_a_terminal(typed);
    world.invite(&server.base_url()).finish().exits(0);
    fresh("n").exits(0);
    let results = world.results();
    let invite = results.row(3).get("invite_id");
    play(&server, "DELETE", &format!("/api/atlas/v2/orgs/{ORGANIZATION}/invites/{invite}"));
    fresh("n").exits(130);
    let run = fresh("y");
    run.exits(0);
    assert!(run.stderr.contains("invite 1 person to"), "{}", run.output());
    assert_eq!((world.results().count("invited"), server.sandbox().ledger().create_requests()), (3, 4));
    assert_ne!(world.results().row(3).get("invite_id"), invite);
}

#[test]
fn a_kill_before_the_first_request_changes_nothing() {
    let world = World::with_people(5);
    let server = sandbox(faults(&["slow-after=1h@#3"]));
    let arguments = ["--concurrency=1", "--timeout=1h"];
    let run = world.invite(&server.base_url()).args(&arguments).args(&["--settle=100ms"]).start();
    wait_until("the third is in flight", || server.sandbox().ledger().created.len() == 3);
    run.kill();
    world.write("people.csv", sheet(&people(3)));
    let before = results(&world);
    let asked = || server.sandbox().ledger().requests("GET", "/api/atlas/v2/orgs/{orgId}/users");
    let is_waiting = || world.names().iter().any(|name| name.ends_with(".new"));
    for fresh in [&[][..], &["--fresh"]] {
        let so_far = asked();
        let run = world.invite(&server.base_url()).args(&arguments).args(&["--settle=1h"]).args(fresh).start();
        wait_until("the people have been read", || asked() > so_far && is_waiting());
        run.kill();
        let after: Vec<_> = results(&world).into_iter().filter(|(name, _)| name.ends_with(".csv")).collect();
        let before: Vec<_> = before.iter().filter(|(name, _)| name.ends_with(".csv")).cloned().collect();
        assert_eq!(after, before);
    }
    world.invite(&server.base_url()).args(&["--settle=100ms"]).finish().exits(0);
    assert_eq!(world.results().count("invited"), 3);
    assert_eq!(server.sandbox().ledger().invited_twice(), Vec::<&str>::new());
}

#[test]
fn a_dry_run_never_replaces_what_a_run_has_sent() {
    let world = World::with_people(2);
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).finish().exits(0);
    let before = results(&world);
    for more in [&["--results=people.results.csv"][..], &["--results=people.results.csv", "--fresh"]] {
        world.invite(&server.base_url()).args(&["--dry-run"]).args(more).finish().exits(2);
        assert_eq!(results(&world), before);
    }
    world.invite(&server.base_url()).args(&["--dry-run", "--results=rehearsed.csv"]).finish().exits(0);
    world.invite(&server.base_url()).args(&["--dry-run", "--results=rehearsed.csv"]).finish().exits(0);
}

#[test]
fn a_mistyped_organization_does_not_tie_the_sheet() {
    let world = World::with_people(2);
    let server = sandbox(Options::default());
    let mistyped = ORGANIZATION.replace('5', "6");
    world.invite(&server.base_url()).env("MONGODB_ATLAS_ORG_ID", &mistyped).finish().exits(3);
    assert_eq!(world.results().count("not_sent"), 2);
    world.invite(&server.base_url()).finish().exits(0);
    assert_eq!(world.results().count("invited"), 2);
    let before = results(&world);
    for fresh in [&[][..], &["--fresh"]] {
        let wrong = world.invite(&server.base_url()).env("MONGODB_ATLAS_ORG_ID", &mistyped).args(fresh).finish();
        wrong.exits(2);
        assert_eq!(results(&world), before, "{}", wrong.output());
    }
}

#[test]
fn revoke_undoes_any_sequence_of_runs_and_nothing_else() {
    for api in ["invites", "users"] {
        let world = World::new();
        let mut listed = people(24);
        listed.insert(4, "grace.hopper@example.com".to_owned());
        listed.insert(9, "ada.lovelace@example.com".to_owned());
        world.write("people.csv", sheet(&listed));
        let faults = ["slow-after=1h@#8", "slow-before=1h@#16", "slow-after=1h@#22", "503-after@#12"];
        let mut arguments = vec!["--no-limits".to_owned()];
        arguments.extend(faults.map(|fault| format!("--fault={fault}")));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let server = SandboxProcess::start(&world, &arguments);
        let before = server.state()["organization"]["people"].clone();
        let own = in_organization(&server);
        let run = |more: &[&str]| {
            let arguments = ["--api", api, "--concurrency=3", "--settle=300ms", "--max-failures=off"];
            world.invite(&server.base_url()).args(&arguments).args(more)
        };
        let killed = |more: &[&str], people: usize| {
            let run = run(more).args(&["--timeout=1h"]).start();
            wait_until("enough people are invited", || in_organization(&server) >= own + people);
            run.kill();
        };
        killed(&[], 8);
        killed(&["--fresh"], 12);
        // The first ten are no longer in the sheet, and others are.
        let mut edited = listed.split_off(10);
        edited.extend((30..36).map(|number| format!("person-{number:03}@example.com")));
        world.write("people.csv", sheet(&edited));
        killed(&["--fresh"], 17);
        run(&["--fresh"]).on_a_terminal("n").exits(130);
        run(&["--fresh", "--timeout=500ms", "--limit=2"]).finish().exits(0);
        let last = run(&["--fresh", "--timeout=500ms"]).finish();
        last.exits(0);
        let state = server.state();
        let pending = state["organization"]["people"].as_array().expect("people");
        let emails: std::collections::BTreeSet<_> = pending.iter().map(|one| one["username"].to_string()).collect();
        assert_eq!((emails.len(), pending.len()), (own + 30, own + 30), "each person once\n{}", last.output());
        revoke(&world, &server.base_url(), "people.results.csv").finish().exits(0);
        assert_eq!(server.state()["organization"]["people"], before, "{api}\n{}", world.read("people.revoked.csv"));
    }
}

/// Returns results as a spreadsheet program in Germany saves them as CSV.
fn german(text: &str) -> String {
    let dated = |cell: &str| match cell.split_once('T') {
        Some((date, time)) if cell.ends_with('Z') => {
            let date: Vec<&str> = date.split('-').collect();
            format!("{}.{}.{} {}", date[2], date[1], date[0], &time[..5])
        }
        Some(_) | None => cell.to_owned(),
    };
    let line = |line: &str| line.split(',').map(dated).collect::<Vec<_>>().join(";");
    format!("\u{feff}{}\r\n;;;;;;;;;;;;\r\n", text.lines().map(line).collect::<Vec<_>>().join("\r\n"))
}

/// Returns results as a workbook.
fn saved_as_workbook(text: &str) -> Vec<u8> {
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    workbook(&rows)
}

/// A way of saving results again.
type Save = fn(&str) -> Vec<u8>;

/// Runs a job whose third person fails, and saves the results again in this way.
fn resaved(save: Save, name: &str) -> (World, Running) {
    let world = World::with_people(3);
    let server = sandbox(faults(&["422@#3"]));
    world.invite(&server.base_url()).args(&["--concurrency=1"]).finish().exits(1);
    let saved = save(&world.read("people.results.csv"));
    if name != "people.results.csv" {
        fs::remove_file(world.path("people.results.csv")).expect("it was there");
    }
    world.write(name, saved);
    (world, server)
}

#[test]
fn resaved_results_are_resumed_in_our_format() {
    let ways: [Save; 4] = [
        |text| german(text).into_bytes(),
        |text| format!("\u{feff}{}", german(text)).encode_utf16().flat_map(u16::to_le_bytes).collect(),
        |text| text.replace('\n', "\r").into_bytes(),
        saved_as_workbook,
    ];
    for save in ways {
        let (world, server) = resaved(save, "people.results.csv");
        let before = results(&world);
        let declined = world.invite(&server.base_url()).on_a_terminal("n");
        declined.exits(130);
        assert_eq!(results(&world), before, "{}", declined.output());
        let run = world.invite(&server.base_url()).summed().finish();
        run.exits(0);
        assert_eq!((world.results().count("invited"), &run.json()["kept"]), (3, &2.into()), "{}", run.output());
        assert_eq!(server.sandbox().ledger().created.len(), 3, "{}", run.output());
        assert!(world.read("people.results.csv").starts_with("row,email,"), "{}", run.output());
    }
}

#[test]
fn resaved_results_can_be_reported_looked_up_or_revoked() {
    let ways: [(Save, &str); 2] =
        [(|text| german(text).into_bytes(), "people.results.csv"), (saved_as_workbook, "people.results.xlsx")];
    for (save, name) in ways {
        let (world, server) = resaved(save, name);
        world.program(&["report", name]).finish().exits(0);
        assert!(world.read("people.results.html").contains("person-001@example.com"));
        world.program(&["status", name]).with_token(&server).finish().exits(0);
        let status = world.results_in("people.status.csv");
        assert_eq!(status.column("current_status"), ["pending", "pending", "not_invited"]);
        let revoked = revoke(&world, &server.base_url(), name).finish();
        revoked.exits(0);
        assert_eq!(revoked.json()["statuses"]["revoked"], 2, "{}", revoked.output());
    }
}

#[test]
fn an_id_that_became_a_number_is_never_another_persons() {
    let (world, server) = resaved(|text| german(text).into_bytes(), "people.results.csv");
    let text = world.read("people.results.csv");
    let id = text.lines().nth(1).and_then(|line| line.split(';').nth(4)).expect("an id").to_owned();
    world.write("people.results.csv", text.replace(&id, "6,1E+23"));
    world.invite(&server.base_url()).args(&["--fresh"]).finish().exits(0);
    assert_eq!(world.results().row(2).get("status"), "invited");
    let revoked = revoke(&world, &server.base_url(), "people.results.csv").finish();
    revoked.exits(1);
    let lines = world.results_in("people.revoked.csv");
    assert_eq!(lines.row(2).get("error_code"), "INVITE_AMBIGUOUS", "{}", revoked.output());
    play(&server, "DELETE", &format!("/api/atlas/v2/orgs/{ORGANIZATION}/invites/{id}"));
}
