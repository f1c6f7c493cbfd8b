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

#[test]
#[cfg(unix)]
fn a_profile_that_others_can_change_is_refused() {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;

    let world = World::with_people(1);
    let server = sandbox(Options::default());
    let profile = |mode: u32, text: &str| {
        world.write("config.toml", text);
        set_permissions(world.path("config.toml"), Permissions::from_mode(mode)).unwrap();
        world.invite(&server.base_url()).args(&["--config", "config.toml", "--dry-run"]).finish()
    };
    let secret = "[default]\naccess_token = \"hush-hush-hush\"\n";
    let is_warned = |run: &Finished| run.stderr.contains("chmod 600 config.toml");
    for (mode, text, code, warned) in [
        (0o600, secret, 0, false),
        (0o640, secret, 0, true),
        (0o604, secret, 0, true),
        (0o644, "[default]\nrate = \"10/s\"\n", 0, false),
        (0o620, secret, 2, true),
        (0o602, "[default]\n", 2, true),
    ] {
        let run = profile(mode, text);
        run.exits(code);
        assert_eq!(is_warned(&run), warned, "{mode:o} {}", run.output());
        assert!(!run.stderr.contains("hush"), "{}", run.output());
    }
}

#[test]
fn no_value_of_a_profile_is_in_an_error() {
    let world = World::with_people(1);
    let hush = "mdb_sa_sk_hush-hush-hush-hush";
    for text in [
        "org_id = \"HUSH\"",
        "base_url = \"HUSH\"",
        "rate = \"HUSH\"",
        "api = \"HUSH\"",
        "delimiter = \"HUSH\"",
        "default_roles = \"ORG_MEMBER;HUSH\"",
        "clientsecret = \"HUSH\"",
        "client_secret = [\"HUSH\"]",
        "client_secret.HUSH = 1",
        "HUSH = \"client_secret\"",
        "client_id = \"HUSH\"\nclient_secret = HUSH",
    ] {
        world.write("config.toml", format!("[default]\n{}\n", text.replace("HUSH", hush)));
        let run = world.program(&["run", "people.csv", "--config", "config.toml"]).finish();
        run.exits(2);
        assert!(!run.output().contains("hush"), "{}", run.output());
        assert!(run.stderr.contains("config.toml"), "{}", run.output());
    }
}
