//! `config show`, and what the embedded server prints when it starts.

use super::Transcript;
use super::transcript::hold;
use crate::world::{SandboxProcess, World, wait_until};

const PROFILES: &str = "[default]\norg_id = \"32b6e34b3d91647abb20e7b8\"\nclient_id = \"mdb_sa_id_1\"\n\
                        client_secret = \"hush\"\nrate = \"10/min\"\nconcurrency = 4\ntimeout = \"7s\"\nyes = true\n\
                        [company]\nca_cert = \"company.pem\"\n\
                        [shared]\natlas_cli_profile = \"default\"\napi = \"users\"\n";

const OF_THE_ATLAS_CLI: &str = "[default]\norg_id = \"5a4db0c5a4db0c5a4db0c5a4\"\nclient_id = \"mdb_sa_id_2\"\n\
                                client_secret = \"hush\"\nops_manager_url = \"https://cloud.mongodbgov.com/\"\n";

#[test]
fn each_setting_with_its_source() {
    let world = World::new();
    world.write("config.toml", PROFILES);
    std::fs::create_dir(world.path("atlascli")).expect("a folder");
    world.write("atlascli/config.toml", OF_THE_ATLAS_CLI);
    let mut transcript = Transcript::default();
    for line in [
        "bulk-invite config show",
        "BULK_INVITE_CONCURRENCY=8 MONGODB_ATLAS_ORG_ID=42b6e34b3d91647abb20e7b8 \
         bulk-invite config show --config config.toml --base-url https://cloud.mongodbgov.com",
        "bulk-invite config show --config config.toml --profile company",
        "bulk-invite config show --atlas-cli-profile default --api users",
        "BULK_INVITE_ATLAS_CLI_PROFILE=default bulk-invite config show",
        "bulk-invite config show --config config.toml --profile shared",
    ] {
        let shown = world.line(line).finish();
        shown.exits(0);
        assert!(!shown.stdout.contains("hush"), "{}", shown.output());
        transcript.command(&shown);
    }
    transcript.hold("config-show");
}

#[test]
fn the_first_lines_of_the_sandbox() {
    let world = World::new();
    let server = SandboxProcess::start(&world, &[]);
    wait_until("every line is printed", || server.stdout().lines().count() == 5);
    hold("sandbox", &server.stdout());
}
