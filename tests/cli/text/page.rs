//! The pages that people read: their markup, without style and script.

use atlas_sandbox::Options;

use super::Terminal;
use super::transcript::hold;
use crate::page::ODD;
use crate::world::{faults, play, wait_until};

#[test]
fn the_page_of_a_run() {
    let mut terminal = Terminal::new(faults(&["422@#2"]));
    terminal.world.write("people.csv", ODD);
    terminal.run("bulk-invite run people.csv --report page.html --concurrency 1");
    hold("page-run", &terminal.world.read("page.html"));
}

#[test]
fn the_page_of_a_rehearsal() {
    let mut terminal = Terminal::new(Options::default()).people(2);
    terminal.run("bulk-invite run people.csv --sandbox --report page.html");
    hold("page-rehearsal", &terminal.world.read("page.html"));
}

#[test]
fn the_page_of_a_killed_run() {
    let mut terminal = Terminal::new(faults(&["slow-before=30s@#2"])).people(3);
    let run = terminal.start("bulk-invite run people.csv --concurrency 1");
    wait_until("the second is on its way", || terminal.world.lines_written() >= 4);
    run.kill();
    terminal.run("bulk-invite report people.results.csv");
    hold("page-killed", &terminal.world.read("people.results.html"));
}

#[test]
fn the_page_of_an_interrupted_run() {
    let terminal = Terminal::new(faults(&["slow-after=200ms@1"])).people(3);
    let run = terminal.start("bulk-invite run people.csv --concurrency 1 --report page.html");
    wait_until("one is invited", || terminal.server.sandbox().ledger().created.len() == 1);
    run.signal(crate::world::Signal::Interrupt);
    run.finish().exits(130);
    hold("page-interrupted", &terminal.world.read("page.html"));
}

#[test]
fn the_page_of_a_revoke() {
    let mut terminal = Terminal::new(Options::default()).people(3);
    terminal.run("bulk-invite run people.csv");
    play(&terminal.server, "POST", "/_sandbox/invites/person-001@example.com/accept");
    terminal.run("bulk-invite revoke people.results.csv --report page.html --concurrency 1");
    hold("page-revoke", &terminal.world.read("page.html"));
}
