//! The rule by which an invite that a look-up finds belongs to this job.

use super::script::*;
use super::world::{World, at};
use crate::model::exit::Exit;

/// Returns a world in which the answer about ada is lost at 0 s, and the look-up at 30 s finds a person.
fn lost_answer(found: Reply) -> World {
    World::users().people(["ada"]).when("invite ada", [reset()]).when("find ada", [found])
}

#[tokio::test(start_paused = true)]
async fn an_invite_over_2_s_older_than_our_request_is_not_ours() {
    for (created, status) in [(1, "invited"), (0, "invited"), (-2, "invited"), (-3, "already_invited")] {
        let run = lost_answer(pending("user-1").created_at(at(created))).run().await;
        assert_eq!(run.line("ada"), format!("{status} user-1 x1"), "created at {created} s");
    }
}

#[tokio::test(start_paused = true)]
async fn the_age_of_an_invite_is_by_the_servers_clock() {
    for (created, status) in [(3600, "invited"), (3598, "invited"), (3597, "already_invited")] {
        let run = lost_answer(pending("user-1").created_at(at(created))).server_ahead(3600).run().await;
        assert_eq!(run.line("ada"), format!("{status} user-1 x1"), "created at {created} s");
    }
}

#[tokio::test(start_paused = true)]
async fn an_invite_of_unknown_age_is_ours() {
    let run = lost_answer(pending("user-1").created_at(at(-3600))).without_date().run().await;
    assert_eq!(run.line("ada"), "invited user-1 x1");
    let run = lost_answer(pending("user-1")).run().await;
    assert_eq!(run.line("ada"), "invited user-1 x1");
}

#[tokio::test(start_paused = true)]
async fn an_invite_created_while_a_limit_held_us_is_not_ours() {
    for limited in [refused(429, "RATE_LIMITED").retry_after(60), refused(400, "RATE_LIMITED").retry_after(60)] {
        let world = World::users().people(["ada"]).when("invite ada", [limited, reset()]);
        let run = world.when("find ada", [pending("user-1").created_at(at(30))]).run().await;
        assert_eq!(run.requests, ["0 invite ada", "61 invite ada", "91 find ada"]);
        assert_eq!(run.line("ada"), "already_invited user-1 x1");
    }
}

#[tokio::test(start_paused = true)]
async fn an_accepted_invite_is_invited_without_an_id() {
    let run = lost_answer(member()).run().await;
    assert_eq!(run.line("ada"), "invited x1");
    insta::assert_snapshot!(run.detail("ada"), @"the invite was accepted before its id could be read");
}

#[tokio::test(start_paused = true)]
async fn a_conflict_with_our_own_earlier_invite_is_invited() {
    let run = World::users()
        .people(["ada"])
        .when("invite ada", [reset(), refused(409, "ANY")])
        .when("find ada", [absent(), pending("user-1").created_at(at(0))])
        .run()
        .await;
    assert_eq!(run.requests, ["0 invite ada", "30 find ada", "30 invite ada", "30 find ada"]);
    assert_eq!(run.line("ada"), "invited user-1 http 409 x2");
}

#[tokio::test(start_paused = true)]
async fn a_conflict_that_cannot_be_looked_up_is_unknown() {
    let run = World::users()
        .people(["ada"])
        .when("invite ada", [reset(), refused(409, "ANY")])
        .when("find ada", [vec![absent()], vec![refused(500, "X"); 5]].concat())
        .run()
        .await;
    assert_eq!(run.line("ada"), "unknown http 409 ANY x2");
    let world = World::users().people(["ada"]).when("invite ada", [refused(409, "ANY")]);
    let run = world.when("find ada", vec![refused(500, "X"); 5]).run().await;
    assert_eq!(run.line("ada"), "failed http 409 ANY x1", "no request of this job can have created an invite");
}

#[tokio::test(start_paused = true)]
async fn an_address_is_looked_up_as_written_and_in_lower_case() {
    let lost = |world: World| world.people(["Ada.L@example.com"]).when("invite Ada.L", [reset()]);
    let run = lost(World::new()).when("find invites of ada.l", [pending("invite-1").under("aDA.l")]).run().await;
    assert_eq!(
        run.requests,
        ["0 invite Ada.L", "30 find Ada.L", "30 find ada.l", "30 find invites of Ada.L", "30 find invites of ada.l"]
    );
    assert_eq!(run.line("Ada.L"), "invited invite-1 x1");
    let run = lost(World::users()).when("find Ada.L", [pending("user-1").under("bob")]).run().await;
    assert_eq!(run.line("Ada.L"), "unknown LOOK_UP_INCONCLUSIVE x1", "the server ignored the address");
}

#[tokio::test(start_paused = true)]
async fn of_several_invites_the_one_that_can_be_ours_counts() {
    let world = World::new().people(["Ada"]).when("invite Ada", [reset()]);
    let run = world
        .when("find invites of Ada", [pending("old").created_at(at(-60))])
        .when("find invites of ada", [pending("ours").under("Ada").created_at(at(1))])
        .run()
        .await;
    assert_eq!(run.line("Ada"), "invited ours x1");
}

#[tokio::test(start_paused = true)]
async fn an_invite_that_appears_after_a_look_up_is_not_ours() {
    for (found, line) in [
        (pending("user-1").created_at(at(31)), "already_invited user-1 http 409 x2"),
        (pending("user-1"), "already_invited user-1 http 409 x2"),
        (member(), "already_member http 409 x2"),
    ] {
        let world = World::users().people(["ada"]).when("invite ada", [reset(), refused(409, "ANY")]);
        let run = world.when("find ada", [absent(), found]).run().await;
        assert_eq!(run.line("ada"), line);
    }
}

#[tokio::test(start_paused = true)]
async fn the_inviter_of_an_invite_comes_before_its_time() {
    let own_key = "abcdefgh";
    for (invited_by, created, status) in [
        (own_key, -240, "invited"),
        (own_key, 0, "invited"),
        (own_key, -360, "already_invited"),
        ("ijklmnop", 0, "already_invited"),
        ("owner@example.com", 1, "already_invited"),
    ] {
        let found = pending("user-1").created_at(at(created)).invited_by(invited_by);
        let run = lost_answer(found).inviter(own_key).run().await;
        assert_eq!(run.line("ada"), format!("{status} user-1 x1"), "{invited_by} {created}");
    }
}

#[tokio::test(start_paused = true)]
async fn several_invites_of_our_credential_are_all_recorded() {
    let [first, second] = ["00000000000000000000000a", "00000000000000000000000b"];
    let both = format!("invited {first};{second}");
    let own = |id, seconds| pending(id).created_at(at(seconds)).invited_by("abcdefgh");
    let world = World::new().people(["Ada"]).inviter("abcdefgh").when("invite Ada", [reset()]);
    let run = world
        .when("find invites of Ada", [own(second, 2)])
        .when("find invites of ada", [own(first, 1).under("Ada")])
        .run()
        .await;
    assert_eq!((&*run.line("Ada"), run.exit()), (&*format!("{both} TWO_INVITES x1"), Exit::RowsNeedALook));
    let run = run.again().await.pending("Ada", first).pending("Ada", second).run().await;
    assert_eq!((&*run.line("Ada"), run.requests.len()), (&*format!("{both} TWO_INVITES x1"), 0));
    let run = run.again().await.pending("Ada", first).run().await;
    assert_eq!((&*run.line("Ada"), run.exit()), (&*format!("{both} x1"), Exit::Success));
}

#[tokio::test(start_paused = true)]
async fn of_several_invites_of_unknown_authors_the_latest_is_recorded() {
    let world = World::new().people(["Ada"]).when("invite Ada", [reset()]);
    let run = world
        .when("find invites of Ada", [pending("second").created_at(at(2))])
        .when("find invites of ada", [pending("first").under("Ada").created_at(at(1))])
        .run()
        .await;
    assert_eq!((&*run.line("Ada"), run.exit()), ("invited second TWO_INVITES x1", Exit::RowsNeedALook));
    assert!(run.detail("Ada").ends_with(": first, second"), "{}", run.detail("Ada"));
}
