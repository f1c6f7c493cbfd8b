//! Lists that end early, count wrong or ignore a filter: no person is invited again because of them.

use atlas_sandbox::{Duplicates, InitialOrganization, Options, Running};

use crate::world::{Finished, World, at_once, faults, sheet};

const NEW: usize = 20;

/// Returns a world and a server with 250 members and 250 pending people, all of whom the sheet lists, before new ones.
fn crowded(faults_of_it: &[&str]) -> (World, Running) {
    let there = |kind: &'static str| (1..=250).map(move |number| format!("{kind}-{number:06}@example.com"));
    let new = (1..=NEW).map(|number| format!("new-{number}@example.com"));
    let people: Vec<String> = there("member").chain(there("pending")).chain(new).collect();
    let world = World::new();
    world.write("people.csv", sheet(&people));
    let organization =
        InitialOrganization { generated_members: 250, generated_pending: 250, ..InitialOrganization::without_people() };
    let mut options = Options { organization, duplicates: Duplicates::Accept, ..faults(faults_of_it) };
    options.limits.enforced = false;
    options.caps.seats = 1000;
    (world, atlas_sandbox::start(options).expect("a sandbox"))
}

fn run(world: &World, server: &Running, api: &str) -> Finished {
    world
        .invite(&server.base_url())
        .args(&["--settle=500ms", "--timeout=5s", "--max-failures=off", "--api", api])
        .finish()
}

/// Asserts that only the new people are invited, on both endpoints, whichever of these faults every list has.
fn invites_only_new_people(faults: &[&str]) {
    let cases = ["invites", "users"].map(|api| faults.iter().map(move |fault| (api, *fault)));
    at_once(cases.into_iter().flatten(), |(api, fault)| {
        let (world, server) = crowded(&[fault]);
        let run = run(&world, &server, api);
        run.exits(0);
        let (results, ledger) = (world.results(), server.sandbox().ledger());
        assert_eq!(ledger.create_requests(), NEW as u64, "{api} {fault} {}", run.output());
        let counts = ["already_member", "already_invited", "invited"].map(|status| results.count(status));
        assert_eq!(counts, [250, 250, NEW], "{api} {fault} {}", run.output());
    });
}

#[test]
fn a_wrong_total_hides_no_person() {
    invites_only_new_people(&["total-count=+5@1", "total-count=-5@1", "total-count=-400@1", "no-total-count@1"]);
}

#[test]
fn a_short_page_hides_no_person() {
    invites_only_new_people(&["page-cap=100@1", "page-cap=7@1", "short-pages@1"]);
}

#[test]
fn a_look_up_that_ignores_the_person_proves_nothing() {
    let cases = [("invites", "html@every:4"), ("users", "reset-before@every:4"), ("users", "html-after@every:4")];
    at_once(cases, |(api, lost)| {
        let (world, server) = crowded(&["ignore-username@1", lost]);
        let run = run(&world, &server, api);
        run.exits(1);
        let (results, ledger) = (world.results(), server.sandbox().ledger());
        assert_eq!(ledger.create_requests(), NEW as u64, "nothing is sent again: {api} {lost} {}", run.output());
        let unknown = results.lines.iter().filter(|line| line.get("error_code") == "LOOK_UP_INCONCLUSIVE");
        let unknown: Vec<&str> = unknown.map(|line| line.get("status")).collect();
        assert_eq!(unknown, ["unknown"; NEW / 4], "{api} {lost} {}", run.output());
        assert_eq!(results.count("invited"), NEW - NEW / 4, "{api} {lost} {}", run.output());
    });
}
