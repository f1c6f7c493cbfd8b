//! `config show`, and what the embedded server prints when it starts.

use super::Transcript;
use crate::world::{SandboxProcess, World, wait_until};

#[test]
fn each_setting_with_its_source() {
    let world = World::new();
    world.write(
        "config.toml",
        "[default]\norg_id = \"32b6e34b3d91647abb20e7b8\"\nclient_id = \"mdb_sa_id_1\"\nclient_secret = \"hush\"\n\
         rate = \"10/min\"\nconcurrency = 4\ntimeout = \"7s\"\nyes = true\n",
    );
    let mut transcript = Transcript::default();
    for line in [
        "bulk-invite config show",
        "BULK_INVITE_CONCURRENCY=8 bulk-invite config show --config config.toml --base-url https://cloud.mongodbgov.com",
    ] {
        transcript.command(&world.line(line).finish());
    }
    transcript.hold("config-show");
}

#[test]
fn the_first_lines_of_the_sandbox() {
    let world = World::new();
    let server = SandboxProcess::start(&world, &[]);
    wait_until("both lines are printed", || server.said().lines().count() == 2);
    super::transcript::hold("sandbox", &server.said());
}
