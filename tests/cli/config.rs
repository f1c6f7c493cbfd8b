//! The profile file, and `config show`, which tells where each setting comes from.

use atlas_sandbox::Options;

use crate::world::{Finished, World, sandbox};

const PROFILE: &str = "[default]\norg_id = \"32b6e34b3d91647abb20e7b8\"\nclient_id = \"mdb_sa_id_1\"\n\
                       client_secret = \"hush\"\nrate = \"10/min\"\nconcurrency = 4\ntimeout = \"7s\"\nyes = true\n\
                       [odd]\nrat = 1\n[bad]\nrate = \"fast\"\n[worse]\nclient_secret = 5\n";

#[test]
fn each_setting_is_shown_with_where_it_comes_from_and_no_secret() {
    let world = World::new();
    world.write("config.toml", PROFILE);
    let shown = world
        .program(&["config", "show", "--config", "config.toml", "--base-url", "https://cloud.mongodbgov.com"])
        .env("BULK_INVITE_CONCURRENCY", "8")
        .env("MONGODB_ATLAS_ORG_ID", "42b6e34b3d91647abb20e7b8")
        .finish();
    shown.exits(0);
    let profile = "profile default in config.toml";
    for (name, value, source) in [
        ("org_id", "42b6e34b3d91647abb20e7b8", "environment, MONGODB_ATLAS_ORG_ID"),
        ("base_url", "https://cloud.mongodbgov.com", "flag"),
        ("client_id", "mdb_sa_id_1", profile),
        ("client_secret", "(set, not shown)", profile),
        ("concurrency", "8", "environment, BULK_INVITE_CONCURRENCY"),
        ("rate", "10/min", profile),
        ("timeout", "7s", profile),
        ("yes", "true", profile),
        ("settle", "30s", "default"),
        ("burst", "-", "not set"),
    ] {
        let line = shown.stdout.lines().find(|line| line.split_whitespace().next() == Some(name));
        let line = line.unwrap_or_else(|| panic!("no {name} in {}", shown.told()));
        let rest = line[name.len()..].trim_start();
        assert!(rest.starts_with(value) && rest[value.len()..].trim() == source, "{line:?}");
    }
    assert!(!shown.told().contains("hush"));
}

#[test]
fn a_run_goes_by_its_profile_and_a_flag_comes_first() {
    let world = World::with_people(3);
    let server = sandbox(Options::default());
    world.write(
        "config.toml",
        "[default]\norg_id = \"5a4db0c5a4db0c5a4db0c5a4\"\nmax_attempts = 0\nlog_format = \"json\"\n",
    );
    let run = |more: &[&str]| world.invite(&server.base_url()).args(&["--config", "config.toml"]).args(more).finish();
    let is_json = |run: &Finished| run.stderr.lines().all(|line| line.starts_with('{'));
    run(&[]).exits(2);
    assert!(is_json(run(&["--max-attempts", "1"]).exits(0)));
    assert!(!is_json(run(&["--max-attempts", "1", "--log-format", "text"]).exits(0)));
}

#[test]
#[cfg(target_os = "linux")]
fn the_atlas_clis_profile_is_used_when_asked_for_and_a_keyring_is_told_of() {
    let world = World::with_people(3);
    let server = sandbox(Options::default());
    std::fs::create_dir(world.path("atlascli")).unwrap();
    let (id, secret) = (atlas_sandbox::CLIENT_ID, atlas_sandbox::CLIENT_SECRET);
    world.write(
        "atlascli/config.toml",
        format!(
            "[default]\norg_id = \"5a4db0c5a4db0c5a4db0c5a4\"\nclient_id = \"{id}\"\nclient_secret = \"{secret}\"\n\
             ops_manager_url = \"{}/\"\n[ring]\norg_id = \"5a4db0c5a4db0c5a4db0c5a4\"\n",
            server.base_url()
        ),
    );
    let run = |profile: &str| {
        let home = world.path("").to_string_lossy().into_owned();
        world.program(&["run", "people.csv", "--atlas-cli-profile", profile]).env("XDG_CONFIG_HOME", &home).finish()
    };
    run("ring").exits(2);
    run("default").exits(0);
    assert_eq!(server.sandbox().ledger().created.len(), 3);

    let show = |more: &[&str]| {
        let home = world.path("").to_string_lossy().into_owned();
        world.program(&["config", "show"]).args(more).env("XDG_CONFIG_HOME", &home)
    };
    let shows = |shown: Finished, lines: &[(&str, &str, &str)]| {
        shown.exits(0);
        for (name, value, source) in lines {
            let line = shown.stdout.lines().find(|line| line.split_whitespace().next() == Some(name));
            let words = line.unwrap_or_default().split_whitespace().skip(1).collect::<Vec<_>>().join(" ");
            assert_eq!(words, format!("{value} {source}"), "{name} {}", shown.told());
        }
    };
    let organization = ("org_id", "5a4db0c5a4db0c5a4db0c5a4", "profile default of the Atlas CLI");
    let by_flag = show(&["--atlas-cli-profile", "default", "--api", "users"]).finish();
    shows(by_flag, &[organization, ("atlas_cli_profile", "default", "flag"), ("api", "users", "flag")]);
    let variable = ("BULK_INVITE_ATLAS_CLI_PROFILE", "default");
    let by_variable = show(&[]).env(variable.0, variable.1).finish();
    let source = format!("environment, {}", variable.0);
    shows(by_variable, &[organization, ("atlas_cli_profile", "default", &source), ("api", "invites", "default")]);
    world.write("config.toml", "[default]\natlas_cli_profile = \"default\"\napi = \"users\"\n");
    let source = "profile default in config.toml";
    let by_profile = show(&["--config", "config.toml"]).finish();
    shows(by_profile, &[organization, ("atlas_cli_profile", "default", source), ("api", "users", source)]);
}
