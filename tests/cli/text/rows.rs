//! `error_detail`, row by row.

use atlas_sandbox::Options;

use super::transcript::hold;
use crate::world::{Results, World, faults, sandbox};

/// Returns a line for each row: its number, status, code and detail.
fn details(results: &Results) -> String {
    let line = |line: &crate::world::Line| {
        ["row", "status", "error_code", "error_detail"].map(|column| line.get(column)).join(" | ") + "\n"
    };
    results.lines.iter().map(line).collect()
}

#[test]
fn rows_that_are_not_valid() {
    let world = World::new();
    world.write("people.csv", crate::bad_rows::sheet());
    let server = sandbox(Options::default());
    world.line("bulk-invite run people.csv").with_token(&server).finish().exits(1);
    hold("rows-invalid", &format!("{}\n{}", world.read("people.csv"), details(&world.results())));
}

#[test]
fn rows_that_ended_otherwise() {
    let world = World::with_people(6);
    let server = sandbox(faults(&["422@#1", "slow-after=10m@#3"]));
    let line = "bulk-invite run people.csv --concurrency 1 --limit 3 --timeout 100ms --settle 0s --max-attempts 1";
    world.line(line).with_token(&server).finish().exits(1);
    let limited = details(&world.results());
    world.line("bulk-invite run people.csv --dry-run").with_token(&server).finish().exits(0);
    let dry = details(&world.results_in("people.dry-run.csv"));
    hold("rows-ended", &format!("$ {line}\n{limited}\n$ bulk-invite run people.csv --dry-run\n{dry}"));
}
