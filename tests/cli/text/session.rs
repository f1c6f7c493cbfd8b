//! A whole session at a terminal: a sheet is checked, run, corrected, run again, reported on and taken back.

use atlas_sandbox::Options;

use super::Transcript;
use crate::world::{Credential, World, sandbox};

#[test]
fn a_session_from_check_to_revoke() {
    let world = World::new();
    let server = sandbox(Options::default());
    let sheet = "Name,Email,Role\nAda,ada@example.com,member\nBob,bob@example.com,membr\nCleo,cleo@example.com,owner\n";
    world.write("people.csv", sheet);
    let mut transcript = Transcript::default();
    let mut command = |line: &str| {
        let arguments: Vec<&str> = line.split(' ').collect();
        let finished = world.program(&arguments).aimed_at(&server.base_url()).credential(Credential::Token).finish();
        transcript.command(&finished);
    };
    command("check people.csv");
    command("run people.csv --concurrency 1");
    world.write("people.csv", sheet.replace("membr", "member"));
    command("run people.csv --concurrency 1");
    command("run people.csv");
    command("status people.results.csv");
    command("report people.results.csv");
    command("revoke people.results.csv --concurrency 1");
    command("status people.results.csv");
    transcript.hold("session");
}
