//! The question before anything is sent, as a terminal shows it.

use atlas_sandbox::Options;

use super::Terminal;
use crate::seats::starting;

#[test]
fn before_a_run() {
    let mut terminal = Terminal::beside(starting(None, 498)).people(4);
    terminal
        .run_and_type("bulk-invite run people.csv --concurrency 1", "n")
        .run_and_type("bulk-invite run people.csv --concurrency 1", "\u{4}")
        .run_and_type("bulk-invite run people.csv --sandbox --limit 2", "n");
    terminal.hold("questions-run");
}

#[test]
fn before_people_become_owners() {
    let mut terminal = Terminal::new(Options::default());
    let owners = |roles: [&str; 3]| {
        let rows = roles.iter().zip(crate::world::people(3)).map(|(role, email)| format!("{email},{role}\n"));
        std::iter::once("email,roles\n".to_owned()).chain(rows).collect::<String>()
    };
    terminal.world.write("people.csv", owners(["ORG_MEMBER", "ORG_OWNER", "ORG_OWNER;ORG_MEMBER"]));
    terminal
        .run_and_type("bulk-invite run people.csv", "n")
        .run_and_type("bulk-invite run people.csv --limit 2", "n")
        .run_and_type("bulk-invite run people.csv --limit 1", "y");
    terminal.world.write("people.csv", owners(["ORG_OWNER"; 3]));
    terminal.run_and_type("bulk-invite run people.csv", "y");
    terminal.hold("questions-owners");
}

#[test]
fn before_a_revoke() {
    let mut terminal = Terminal::new(Options::default()).people(3);
    terminal
        .run("bulk-invite run people.csv")
        .run_and_type("bulk-invite revoke people.results.csv", "n")
        .run_and_type("bulk-invite revoke people.results.csv --limit 2", "n");
    let results = terminal.world.results();
    let invite = results.row(2).get("invite_id");
    let text = terminal.world.read("people.results.csv");
    terminal.world.write("people.results.csv", text.replace(&format!("invited,{invite},"), "unknown,,"));
    terminal.transcript.note("the first invitation is in doubt");
    terminal.run_and_type("bulk-invite revoke people.results.csv", "n");
    terminal.hold("questions-revoke");
}

#[test]
fn before_expired_invites_are_replaced() {
    let mut terminal = Terminal::beside(starting(Some("2026-08-01"), 1)).people(3);
    terminal.run("bulk-invite run people.csv");
    terminal.server = starting(Some("2026-09-01"), 499);
    terminal.run_and_type("bulk-invite run people.csv --reinvite-expired", "n");
    terminal.hold("questions-expired");
}
