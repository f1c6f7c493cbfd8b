//! The status of each invite, days later.

use atlas_sandbox::{Options, Running};

use crate::world::{Credential, Finished, World, play, sandbox};

fn command(server: &Running, what: &str) {
    play(server, "POST", &format!("/_sandbox/invites/{what}"));
}

fn status(world: &World, server: &Running, more: &[&str]) -> Finished {
    let arguments = ["status", "people.results.csv"];
    world.program(&arguments).aimed_at(&server.base_url()).credential(Credential::Token).args(more).finish()
}

#[test]
fn each_invite_is_pending_accepted_expired_or_declined() {
    for api in ["invites", "users"] {
        let world = World::with_people(5);
        world.write("more.csv", "email,roles\nno-address,member\n");
        let server = sandbox(Options::default());
        world.invite(&server.base_url()).args(&["--api", api]).finish().exits(0);
        command(&server, "person-001@example.com/accept");
        command(&server, "person-002@example.com/expire");
        command(&server, "person-003@example.com/decline");
        let before = world.read("people.results.csv");
        let run = status(&world, &server, &["--api", api]);
        run.exits(0);
        assert_eq!(
            world.results_in("people.status.csv").column("current_status"),
            ["accepted", "expired", "declined", "pending", "pending"],
            "{api} {}",
            run.output()
        );
        assert_eq!(world.read("people.results.csv"), before);
        // Once more over its own file, and of its own file.
        command(&server, "person-004@example.com/accept");
        status(&world, &server, &[]).exits(0);
        let statuses = ["accepted", "expired", "declined", "accepted", "pending"];
        assert_eq!(world.results_in("people.status.csv").column("current_status"), statuses);
        let again = ["status", "people.status.csv", "--output", "again.csv"];
        let again = world.program(&again).aimed_at(&server.base_url()).credential(Credential::Token).finish();
        again.exits(0);
        assert_eq!(world.read("again.csv"), world.read("people.status.csv"));
    }
}
