//! What became of each invite, days later.

use atlas_sandbox::{Access, Options, Running};

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
        world.write("more.csv", "email,roles\nnobody,member\n");
        let server = sandbox(Options::default());
        world.invite(&server.base_url()).args(&["--api", api]).finish().exits(0);
        command(&server, "person-001@example.com/accept");
        command(&server, "person-002@example.com/expire");
        command(&server, "person-003@example.com/decline");
        let before = world.read("people.results.csv");
        let told = status(&world, &server, &["--api", api]);
        told.exits(0).says("5 rows: 1 accepted, 2 pending, 1 expired, 1 declined").says("--reinvite-expired");
        assert_eq!(
            world.results_in("people.status.csv").column("current_status"),
            ["accepted", "expired", "declined", "pending", "pending"],
            "{api} {}",
            told.told()
        );
        assert_eq!(world.read("people.results.csv"), before);
        // Once more over its own file, and of its own file.
        command(&server, "person-004@example.com/accept");
        status(&world, &server, &[]).exits(0).says("2 accepted, 1 pending");
        let again = ["status", "people.status.csv", "--output", "again.csv"];
        let again = world.program(&again).aimed_at(&server.base_url()).credential(Credential::Token).finish();
        again.exits(0).says("2 accepted, 1 pending");
        assert_eq!(world.read("again.csv"), world.read("people.status.csv"));
    }
}

#[test]
fn what_atlas_says_goes_on_without_its_full_stop() {
    let world = World::with_people(1);
    let server = sandbox(Options::default());
    world.invite(&server.base_url()).finish().exits(0);
    let closed = sandbox(Options { access: Access::AddressNotListed, ..Options::default() });
    for arguments in [["status", "people.results.csv"], ["check", "people.csv"]] {
        let told = world.program(&arguments).aimed_at(&closed.base_url()).credential(Credential::Token).finish();
        told.exits(2).says_in_one_line(&["is not allowed to access this resource; add this machine's address"]);
    }
}
