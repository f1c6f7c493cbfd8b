//! The profile file: which settings a run uses.

use atlas_sandbox::{CLIENT_ID, CLIENT_SECRET, ORGANIZATION, Options};

use crate::world::{Finished, World, sandbox};

#[test]
fn a_run_uses_its_profile_and_a_flag_comes_first() {
    let world = World::with_people(3);
    let server = sandbox(Options::default());
    world.write(
        "config.toml",
        format!("[default]\norg_id = \"{ORGANIZATION}\"\nmax_attempts = 0\nlog_format = \"json\"\n"),
    );
    let run = |more: &[&str]| world.invite(&server.base_url()).args(&["--config", "config.toml"]).args(more).finish();
    let is_json = |run: &Finished| run.stderr.lines().all(|line| line.starts_with('{'));
    run(&[]).exits(2);
    assert!(is_json(run(&["--max-attempts", "1"]).exits(0)));
    assert!(!is_json(run(&["--max-attempts", "1", "--log-format", "text"]).exits(0)));
}

#[test]
#[cfg(target_os = "linux")]
fn the_profile_of_the_atlas_cli_is_used_on_demand() {
    let world = World::with_people(3);
    let server = sandbox(Options::default());
    std::fs::create_dir(world.path("atlascli")).unwrap();
    world.write(
        "atlascli/config.toml",
        format!(
            "[default]\norg_id = \"{ORGANIZATION}\"\nclient_id = \"{CLIENT_ID}\"\n\
             client_secret = \"{CLIENT_SECRET}\"\nops_manager_url = \"{}/\"\n",
            server.base_url()
        ),
    );
    world.program(&["run", "people.csv"]).finish().exits(2);
    world.program(&["run", "people.csv", "--atlas-cli-profile", "default"]).finish().exits(0);
    assert_eq!(server.sandbox().ledger().created.len(), 3);
}
