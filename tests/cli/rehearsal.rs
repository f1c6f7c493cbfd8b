//! The README's command: a rehearsal with the sample, for which nobody needs an account.

use std::path::Path;

use crate::world::World;

/// What becomes of the sample's rows, in their order.
const FATES: [(&str, &str); 26] = [
    ("invited", ""),
    ("invited", ""),
    ("invited", ""),
    ("already_member", "DIFFERS"),
    ("invited", ""),
    ("invited", ""),
    ("invited", ""),
    ("already_member", "DIFFERS"),
    ("invited", ""),
    ("already_invited", "DIFFERS"),
    ("invited", ""),
    ("invited", ""),
    ("invalid", "INVALID_EMAIL"),
    ("invited", ""),
    ("invalid", "UNKNOWN_ROLE"),
    ("invited", ""),
    ("invalid", "UNKNOWN_TEAM"),
    ("duplicate", ""),
    ("invited", ""),
    ("invalid", "MISSING_EMAIL"),
    ("invited", ""),
    ("invalid", "CONFLICTING_DUPLICATE"),
    ("invited", ""),
    ("invited", ""),
    ("invited", ""),
    ("invited", ""),
];

fn world_with_the_sample() -> World {
    let world = World::new();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/onboarding.csv");
    world.write("onboarding.csv", std::fs::read(sample).expect("samples/onboarding.csv"));
    world
}

#[test]
fn the_readmes_command_invites_the_sample_and_tells_every_row_s_fate() {
    let world = world_with_the_sample();
    let finished = world.program(&["run", "onboarding.csv", "--sandbox"]).finish();
    finished.exits(1).says("26 rows").says("results: onboarding.sandbox.results.csv");
    assert_eq!(finished.stdout, "", "nothing but data belongs on standard output");
    assert_eq!(world.names(), ["onboarding.csv", "onboarding.sandbox.results.csv"], "no lock stays behind");

    let results = world.results_in("onboarding.sandbox.results.csv");
    let fates: Vec<_> = results.lines.iter().map(|line| (line.get("status"), line.get("error_code"))).collect();
    assert_eq!(fates, FATES, "{}", finished.told());
    let has_id = |status: &str| matches!(status, "invited" | "already_invited");
    for line in &results.lines {
        assert_eq!(line.get("invite_id").len(), if has_id(line.get("status")) { 24 } else { 0 }, "{line:?}");
    }
    let first = ["row", "email", "org_id", "status", "invite_id", "expires_at", "http_status", "error_code"];
    assert_eq!(results.columns[..8], first);
    assert!(results.columns.contains(&"roles".to_owned()) && results.columns.contains(&"Full Name".to_owned()));
}

#[test]
fn a_rehearsal_can_be_run_again_and_keeps_what_is_settled() {
    let world = world_with_the_sample();
    let command = || world.program(&["run", "onboarding.csv", "--sandbox"]).finish();
    command().exits(1);
    let before = world.results_in("onboarding.sandbox.results.csv");
    let again = command();
    again.exits(1).says("continuing onboarding.sandbox.results.csv: 20 rows are settled and kept");
    again.says("each rehearsal begins with a new sandbox, which knows nothing of the last; rehearse with --fresh");
    let after = world.results_in("onboarding.sandbox.results.csv");
    assert_eq!(before.column("invite_id"), after.column("invite_id"));
}

#[test]
fn check_finds_the_bad_rows_without_a_server() {
    let world = world_with_the_sample();
    let finished = world.program(&["check", "onboarding.csv"]).finish();
    finished.exits(1);
    assert!(finished.stdout.contains("row 14, column Work Email: "), "{}", finished.told());
    // Of teams and projects it believes every name, and knows the same ones again.
    assert!(finished.stdout.contains("row 23: row 7 has the same email but other roles"), "{}", finished.told());
    let summary = "26 rows: 21 would be sent, 1 duplicate, 4 invalid\n";
    assert!(finished.stdout.contains(summary), "{}", finished.told());
    assert_eq!(world.names(), ["onboarding.csv"], "nothing is written");
}

#[cfg(unix)]
#[test]
fn the_results_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let world = world_with_the_sample();
    world.program(&["run", "onboarding.csv", "--sandbox", "--failed", "failed.csv"]).finish().exits(1);
    for name in ["onboarding.sandbox.results.csv", "failed.csv"] {
        let mode = std::fs::metadata(world.path(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name} holds personal data");
    }
}
