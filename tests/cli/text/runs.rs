//! The lines before a run, and its summary.

use atlas_sandbox::{ORGANIZATION, Options};

use super::Terminal;
use crate::seats::{starting, three_need_a_seat};
use crate::sheets::workbook;
use crate::world::faults;

#[test]
fn a_rehearsal_of_the_sample() {
    let mut terminal = Terminal::new(Options::default());
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/onboarding.csv");
    terminal.world.write("onboarding.csv", std::fs::read(sample).expect("samples/onboarding.csv"));
    terminal.run("bulk-invite run onboarding.csv --sandbox").run("bulk-invite run onboarding.csv --sandbox");
    terminal.hold("run-rehearsal");
}

#[test]
fn a_run_in_parts() {
    let mut terminal = Terminal::new(Options::default()).people(5);
    terminal
        .run("bulk-invite run people.csv --dry-run")
        .run("bulk-invite run people.csv --dry-run --limit 2")
        .run("bulk-invite run people.csv --limit 2")
        .run("bulk-invite run people.csv --api users --report page.html")
        .run("bulk-invite run people.csv")
        .run("bulk-invite run people.csv --fresh --quiet")
        .run("bulk-invite run people.csv --fresh --yes");
    terminal.hold("run-parts");
}

#[test]
fn rows_that_fail() {
    let refused = ["422@#1", "400:INVALID_ENUM_VALUE@#2", "400:CANNOT_INVITE@#3", "403:USER_ORGS_RESTRICTED@#4"];
    let mut terminal = Terminal::new(faults(&refused)).people(6);
    terminal
        .run("bulk-invite run people.csv --concurrency 1 --max-failures off --failed again.csv")
        .run("bulk-invite run again.csv --concurrency 1");
    terminal.hold("run-failures");
}

#[test]
fn the_log_in_json() {
    let mut terminal = Terminal::new(faults(&["422@#2"])).people(3);
    terminal.run("bulk-invite run people.csv --concurrency 1 --log-format json");
    terminal.hold("run-json");
}

#[test]
fn a_sheet_that_has_changed_since() {
    let mut terminal = Terminal::new(Options::default()).people(3);
    terminal.run("bulk-invite run people.csv");
    let torn = format!("{}5,\"person-004@exam", terminal.world.read("people.results.csv"));
    terminal.world.write("people.results.csv", torn);
    terminal.world.write("people.csv", "email,roles\nperson-003@example.com,member\n,\nnew@example.com,member\n");
    terminal
        .run("bulk-invite run people.csv")
        .run("bulk-invite revoke people.results.csv")
        .run("bulk-invite run people.csv");
    terminal.hold("run-changed");
}

#[test]
fn sheets_of_which_something_is_noted() {
    let mut terminal = Terminal::new(Options::default());
    terminal.world.write("header.csv", "email,roles\n\n");
    terminal.world.write("book.xlsx", workbook(&[&["email", "roles"], &["zoe@example.com", "member"]]));
    terminal.world.write(
        "roles.csv",
        "email,roles,projects\nsound@example.com,member,\nada@example.com,member,billing=GROUP_FOO+GROUP_OWNER\n\
         bob@example.com,member,billing=GROUP_FOO\ncleo@example.com,member,billing=GROUP_FOO\n",
    );
    terminal
        .run("bulk-invite run header.csv")
        .run("bulk-invite run book.xlsx")
        .run("bulk-invite run roles.csv --dry-run")
        .run("bulk-invite run roles.csv --dry-run --quiet");
    terminal.hold("run-notes");
}

#[test]
fn seats_that_do_not_suffice() {
    let mut terminal = Terminal::beside(starting(None, 498));
    terminal.world.write("people.csv", three_need_a_seat());
    terminal
        .run("bulk-invite run people.csv --dry-run")
        .run("bulk-invite run people.csv --dry-run --limit 2")
        .run("bulk-invite run people.csv --dry-run --log-format json")
        .run("bulk-invite run - --results results.csv --dry-run < people.csv")
        .run("bulk-invite run - --results results.csv --dry-run --limit 2 < people.csv")
        .run("bulk-invite run people.csv --concurrency 1")
        .run("bulk-invite run people.csv --concurrency 1");
    terminal.hold("run-seats");
}

#[test]
fn seats_of_people_whom_an_earlier_run_invited() {
    let mut terminal = Terminal::beside(starting(Some("2026-08-01"), 1)).people(3);
    terminal.run("bulk-invite run people.csv");
    terminal.server = starting(Some("2026-08-01"), 500);
    terminal.transcript.note("the organization is full");
    terminal.run("bulk-invite run people.csv");
    terminal.server = starting(Some("2026-09-01"), 499);
    terminal.transcript.note("a month later");
    terminal.run("bulk-invite run people.csv --reinvite-expired --dry-run");
    terminal.hold("run-seats-earlier");
}

#[test]
fn shards() {
    let mut terminal = Terminal::new(Options::default()).people(3);
    terminal.world.write(
        "several.csv",
        format!("email,roles,org_id\nada@example.com,member,{ORGANIZATION}\nbob@example.com,member,acme\n"),
    );
    for number in 1..=2 {
        terminal.run(&format!("bulk-invite run people.csv --shard {number}/2"));
        terminal.run(&format!("bulk-invite check several.csv --offline --shard {number}/2"));
        terminal.run(&format!("bulk-invite run several.csv --shard {number}/2"));
    }
    terminal.hold("run-shards");
}
