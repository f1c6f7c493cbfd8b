//! The README's command: a rehearsal with the sample, which needs no account.

use std::path::Path;

use crate::world::World;

/// The outcomes of the sample's rows, in their order.
const OUTCOMES: [(&str, &str); 26] = [
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
fn the_readmes_command_records_each_row_of_the_sample() {
    let world = world_with_the_sample();
    let finished = world.program(&["run", "onboarding.csv", "--sandbox"]).finish();
    finished.exits(1);
    assert_eq!(finished.stdout, "", "nothing but data belongs on standard output");
    assert_eq!(world.names(), ["onboarding.csv", "onboarding.sandbox.results.csv"], "no lock stays behind");

    let results = world.results_in("onboarding.sandbox.results.csv");
    let outcomes: Vec<_> = results.lines.iter().map(|line| (line.get("status"), line.get("error_code"))).collect();
    assert_eq!(outcomes, OUTCOMES, "{}", finished.output());
    let has_id = |status: &str| matches!(status, "invited" | "already_invited");
    for line in &results.lines {
        assert_eq!(line.get("invite_id").len(), if has_id(line.get("status")) { 24 } else { 0 }, "{line:?}");
    }
    let first = ["row", "email", "org_id", "status", "invite_id", "expires_at", "http_status", "error_code"];
    assert_eq!(results.columns[..8], first);
    assert!(results.columns.contains(&"roles".to_owned()) && results.columns.contains(&"Full Name".to_owned()));
}

#[test]
fn a_second_rehearsal_keeps_settled_rows() {
    let world = world_with_the_sample();
    let command = || world.program(&["run", "onboarding.csv", "--sandbox"]).summed().finish();
    command().exits(1);
    let before = world.results_in("onboarding.sandbox.results.csv");
    let again = command();
    again.exits(1);
    assert_eq!((&again.json()["kept"], &again.json()["departed"]), (&20.into(), &17.into()), "{}", again.output());
    let after = world.results_in("onboarding.sandbox.results.csv");
    assert_eq!(before.column("invite_id"), after.column("invite_id"));
}

#[test]
fn check_finds_the_bad_rows_without_a_server() {
    let world = world_with_the_sample();
    let finished = world.program(&["check", "onboarding.csv", "--format", "json"]).finish();
    finished.exits(1);
    let check = finished.json();
    let problems = check["problems"].as_array().expect("a list");
    let problems: Vec<_> = problems.iter().map(|problem| (&problem["row"], &problem["code"])).collect();
    // It accepts every name of a team or project, and recognizes the same ones again.
    let expected = [(14, "INVALID_EMAIL"), (16, "UNKNOWN_ROLE"), (21, "MISSING_EMAIL"), (23, "CONFLICTING_DUPLICATE")];
    assert_eq!(
        problems,
        expected.map(|(row, code)| (row.into(), code.into())).iter().map(|(row, code)| (row, code)).collect::<Vec<_>>()
    );
    let counts = ["rows", "would_be_sent", "duplicates", "invalid"].map(|name| check["summary"][name].clone());
    assert_eq!(counts, [26, 21, 1, 4], "{}", finished.output());
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
