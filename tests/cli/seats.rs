//! Organizations without enough seats, the question before a run, and project roles that Atlas may not have.

use atlas_sandbox::{InitialOrganization, Options, Running};

use crate::world::{World, people, sandbox, sheet};

/// Starts a sandbox with this many members, the first of whom is also in the sheets here.
fn with_members(count: usize) -> Running {
    starting(None, count)
}

/// Starts one on another day.
pub(crate) fn starting(day: Option<&str>, members: usize) -> Running {
    let others = (1..members).map(|number| format!("member-{number}@example.com"));
    let members = ["person-001@example.com".to_owned()].into_iter().chain(others).collect();
    let organization = InitialOrganization { members, ..InitialOrganization::without_people() };
    let start = day.map(|day| format!("{day}T00:00:00Z").parse().expect("a time"));
    atlas_sandbox::start(Options { organization, start, ..Options::default() }).expect("a sandbox")
}

/// Returns a sheet of one member and of three others, of whom one is named twice: three need a seat.
pub(crate) fn three_need_a_seat() -> String {
    let mut rows = people(4);
    rows.push("Person-004@example.com".to_owned());
    sheet(&rows)
}

#[test]
fn a_run_fills_the_seats_that_are_left_and_ends() {
    let world = World::new();
    world.write("people.csv", three_need_a_seat());
    let server = with_members(498);
    let run = world.invite(&server.base_url()).args(&["--concurrency", "1"]).finish();
    run.exits(3);
    assert_eq!(server.sandbox().ledger().created.len(), 2);
    world.invite(&server.base_url()).finish().exits(3);
    assert_eq!(server.sandbox().ledger().created.len(), 2);
}

#[test]
fn check_counts_the_seats_that_are_missing() {
    let world = World::new();
    world.write("people.csv", three_need_a_seat());
    let server = with_members(498);
    let check = world.program(&["check", "people.csv", "--format", "json"]).with_token(&server).finish();
    check.exits(0);
    let seats = &check.json()["summary"]["seats"][0];
    assert_eq!((&seats["needed"], &seats["left"], &seats["missing"]), (&3.into(), &2.into(), &1.into()));
}

#[cfg(unix)]
#[test]
fn an_expired_invite_is_replaced_only_after_yes() {
    let world = World::with_people(3);
    world.invite(&starting(Some("2026-08-01"), 1).base_url()).finish().exits(0);
    let again = |server: &Running| world.invite(&server.base_url()).args(&["--reinvite-expired"]).on_a_terminal("n");
    let (within, after) = (starting(Some("2026-08-30"), 499), starting(Some("2026-09-01"), 499));
    again(&within).exits(0);
    again(&after).exits(130);
    assert_eq!(after.sandbox().ledger().create_requests(), 0);
}

#[cfg(unix)]
#[test]
fn no_at_a_terminal_sends_nothing_and_yes_is_not_asked() {
    let world = World::with_people(4);
    let server = with_members(498);
    let run = || world.invite(&server.base_url()).args(&["--concurrency", "1"]);
    for typed in ["n", "\u{4}"] {
        run().on_a_terminal(typed).exits(130);
        assert_eq!(world.results().column("error_code")[1..], ["DECLINED"; 3]);
    }
    assert_eq!(server.sandbox().ledger().create_requests(), 0);
    run().args(&["--yes"]).on_a_terminal("n").exits(3);
    assert_eq!(server.sandbox().ledger().created.len(), 2);
}

#[cfg(unix)]
#[test]
fn a_rehearsal_asks_about_seats_and_nothing_else() {
    let world = World::with_people(497);
    let rehearse = |arguments: &[&str]| world.program(&["run", "people.csv", "--sandbox"]).args(arguments);
    rehearse(&[]).on_a_terminal("n").exits(130);
    rehearse(&["--limit", "2", "--fresh"]).on_a_terminal("n").exits(0);
}

#[cfg(unix)]
#[test]
fn a_run_that_would_invite_no_one_does_not_ask() {
    let world = World::with_people(1);
    let server = with_members(1);
    world.invite(&server.base_url()).on_a_terminal("n").exits(0);
}

#[test]
fn a_project_role_that_is_not_listed_is_sent() {
    let world = World::new();
    world.write("people.csv", "email,roles,projects\nada@example.com,member,billing=GROUP_FOO+GROUP_OWNER\n");
    let server = sandbox(Options::default());
    let run = |more: &[&str]| world.program(&["run", "people.csv", "--quiet"]).args(more).with_token(&server).finish();
    assert_eq!(run(&["--dry-run"]).exits(0).stderr, "", "a warning is no error");
    run(&[]);
    assert_eq!(server.sandbox().ledger().create_requests(), 1);
}
