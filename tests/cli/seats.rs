//! What is told before anything is sent: seats that do not suffice, and project roles that Atlas may not have.

use atlas_sandbox::{InitialOrganization, Options, Running};

use crate::world::{Credential, World, people, sandbox, sheet};

/// A sandbox with so many members, the first of whom is also in the sheets here.
fn with_members(count: usize) -> Running {
    starting(None, count)
}

/// The same, on another day.
fn starting(day: Option<&str>, members: usize) -> Running {
    let others = (1..members).map(|number| format!("member-{number}@example.com"));
    let members = ["person-001@example.com".to_owned()].into_iter().chain(others).collect();
    let organization = InitialOrganization { members, ..InitialOrganization::without_people() };
    let start = day.map(|day| format!("{day}T00:00:00Z").parse().expect("a time"));
    atlas_sandbox::start(Options { organization, start, ..Options::default() }).expect("a sandbox")
}

const SHORT: &str =
    "not enough seats: 3 needed, 2 of 500 left, so 1 person finds none; have support raise the limit first";

#[test]
fn too_few_seats_are_told_before_anything_is_sent() {
    // One is a member, one is named twice, three need a seat.
    let world = World::new();
    let mut rows = people(4);
    rows.push("Person-004@example.com".to_owned());
    world.write("people.csv", sheet(&rows));
    let server = with_members(498);
    let dry = world.invite(&server.base_url()).args(&["--dry-run"]).finish();
    dry.exits(0).says(&format!("warning: {SHORT}\n"));
    let limited = world.invite(&server.base_url()).args(&["--dry-run", "--limit", "2"]).finish();
    assert!(!limited.stderr.contains("seats"), "{}", limited.told());

    let run = world.invite(&server.base_url()).args(&["--concurrency", "1"]).finish();
    run.exits(3).says(&format!("warning: {SHORT}\n"));
    // What was settled needs no seat more.
    let again = world.invite(&server.base_url()).finish();
    again.exits(3).says("warning: not enough seats: 1 needed, 0 of 500 left, so 1 person finds none; ");
    assert_eq!(server.sandbox().ledger().created.len(), 2);
}

#[test]
fn whom_an_earlier_run_settled_is_not_counted_though_nobody_is_there_now() {
    let world = World::with_people(4);
    world.invite(&with_members(1).base_url()).finish().exits(0);
    let full = with_members(500);
    let run = world.invite(&full.base_url()).finish();
    run.exits(0);
    assert!(!run.stderr.contains("seats"), "{}", run.told());
}

#[cfg(unix)]
#[test]
fn whom_an_expired_invite_is_replaced_for_is_counted_and_asked_about() {
    let world = World::with_people(3);
    world.invite(&starting(Some("2026-08-01"), 1).base_url()).finish().exits(0).says("2 invited");
    let again = |server: &Running| world.invite(&server.base_url()).args(&["--reinvite-expired"]);
    let within = starting(Some("2026-08-30"), 499);
    let run = again(&within).on_a_terminal("n");
    run.exits(0);
    assert!(!run.stderr.contains("seats") && !run.stderr.contains("continue?"), "{}", run.told());

    let after = starting(Some("2026-09-01"), 499);
    let told = "not enough seats: 2 needed, 1 of 500 left";
    again(&after).args(&["--dry-run"]).finish().exits(0).says(told);
    again(&after).on_a_terminal("n").exits(130).says("about to invite 2 people").says(told);
    assert_eq!(after.sandbox().ledger().create_requests(), 0);
}

#[test]
fn machines_are_told_in_json() {
    let world = World::with_people(4);
    let server = with_members(498);
    let run = world.invite(&server.base_url()).args(&["--dry-run", "--log-format", "json"]).finish();
    let notes =
        run.stderr.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("an object a line"));
    assert!(notes.into_iter().any(|note| note["text"] == format!("warning: {SHORT}")), "{}", run.told());
}

#[test]
fn of_standard_input_only_the_seats_left_are_known() {
    let world = World::with_people(1);
    let server = with_members(10);
    let run = |limit: &str| {
        let script = format!("\"$0\" run - --results results.csv --fresh {limit} < people.csv");
        world.shell(&script).aimed_at(&server.base_url()).credential(Credential::Token).finish()
    };
    // A redirected file is read once all the same.
    run("").exits(0).says("warning: 490 of 500 seats are left, and how many people need one is not known before");
    let limited = run("--limit 490");
    limited.exits(0);
    assert!(!limited.stderr.contains("seats"), "{}", limited.told());
}

#[cfg(unix)]
#[test]
fn on_a_terminal_the_question_tells_of_the_seats_and_no_sends_nothing() {
    let world = World::with_people(4);
    let server = with_members(498);
    let run = || world.invite(&server.base_url()).args(&["--concurrency", "1"]);
    let refused = run().on_a_terminal("n");
    refused.exits(130).says("about to invite 3 people to organization").says(&format!("{SHORT}. continue? [y/N]"));
    assert!(!refused.stderr.contains("warning: not enough"), "it is said once {}", refused.told());
    let end_of_input = run().on_a_terminal("\u{4}");
    end_of_input.says(": 1 row is settled and kept, 0 will be asked about, 3 are worked out again\n");
    end_of_input.exits(130).says("continue? [y/N] \nnothing was sent\n");
    assert_eq!(server.sandbox().ledger().create_requests(), 0);
    let unasked = run().args(&["--yes"]).on_a_terminal("n");
    unasked.exits(3).says(&format!("warning: {SHORT}"));
    assert!(!unasked.stderr.contains("continue?"), "{}", unasked.told());
    assert_eq!(server.sandbox().ledger().created.len(), 2);
}

#[cfg(unix)]
#[test]
fn a_rehearsal_asks_about_seats_and_nothing_else() {
    let world = World::with_people(497);
    let rehearse = |arguments: &[&str]| world.program(&["run", "people.csv", "--sandbox"]).args(arguments);
    rehearse(&[]).on_a_terminal("n").exits(130).says("497 needed, 496 of 500 left").says("continue? [y/N]");
    let run = rehearse(&["--limit", "2", "--fresh"]).on_a_terminal("n");
    run.exits(0);
    assert!(!run.stderr.contains("continue?"), "{}", run.told());
}

#[cfg(unix)]
#[test]
fn nobody_is_asked_where_nobody_would_be_invited() {
    let world = World::with_people(1);
    let server = with_members(1);
    let run = world.invite(&server.base_url()).on_a_terminal("n");
    run.exits(0);
    assert!(!run.stderr.contains("continue?"), "{}", run.told());
}

#[test]
fn a_project_role_that_is_not_on_the_list_is_told_once_and_sent() {
    let world = World::new();
    let rows: String = (1..=13).map(|n| format!("p{n}@example.com,member,billing=GROUP_FOO+GROUP_OWNER\n")).collect();
    world.write("people.csv", format!("email,roles,projects\nsound@example.com,member,\n{rows}"));
    let server = sandbox(Options::default());
    let run = world.invite(&server.base_url()).args(&["--limit", "2"]).finish();
    run.says("warning: project role \"GROUP_FOO\" (row 3 and 12 more) is not one we know; it is sent as written\n");
    assert_eq!(run.stderr.matches("GROUP_FOO\" (").count(), 1, "{}", run.told());
    let again = world.program(&["run", "people.csv", "--dry-run", "--quiet"]).aimed_at(&server.base_url());
    assert_eq!(again.credential(Credential::Token).finish().stderr, "");
}
