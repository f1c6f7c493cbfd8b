//! Answers after which it is unknown whether the invite exists: the person is looked up, and sent again only if absent.

use super::script::*;
use super::world::World;
use crate::model::exit::Exit;

/// Returns answers that may precede the end of the request: of a gateway, or without the content of a success.
fn answered() -> Vec<(u16, Reply)> {
    let errors = [408, 500, 502, 503, 504].map(|status| (status, refused(status, "UNEXPECTED_ERROR")));
    let pages = [200, 201, 204, 400, 404, 409, 502, 503].map(|status| (status, page(status)));
    errors.into_iter().chain(pages).collect()
}

/// Returns answers that are lost, each with the seconds until then.
fn lost() -> [(f64, Reply); 3] {
    [(30.0, timeout()), (0.0, reset()), (0.0, cut_off())]
}

#[tokio::test(start_paused = true)]
async fn after_a_broken_answer_the_look_up_waits_to_settle() {
    for (status, reply) in answered() {
        for (world, count) in [(World::new(), 2), (World::users(), 1)] {
            let run = world.people(["ada"]).when("invite ada", [reply.clone()]).run().await;
            let mut expected = vec!["0 invite ada".to_owned()];
            let look_ups = ["find ada", "find invites of ada"].iter().take(count);
            expected.extend(look_ups.map(|look_up| format!("30 {look_up}")));
            expected.push("30 invite ada".to_owned());
            assert_eq!(run.requests, expected, "{status}");
            assert_eq!((run.line("ada").as_str(), run.exit()), ("invited i-ada http 201 x2", Exit::Success));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_broken_answer_a_pending_person_is_invited() {
    for (status, reply) in answered() {
        let run = World::new()
            .people(["ada"])
            .when("invite ada", [reply])
            .when("find ada", [pending("user-1")])
            .when("find invites of ada", [pending("invite-1")])
            .run()
            .await;
        assert_eq!(run.requests.len(), 3);
        assert_eq!(run.line("ada"), format!("invited invite-1 http {status} x1"));
        assert_eq!(run.exit(), Exit::Success);
    }
    let world = World::users().people(["ada"]).when("invite ada", [refused(503, "")]);
    let run = world.when("find ada", [pending("user-1")]).run().await;
    assert_eq!(run.line("ada"), "invited user-1 http 503 x1");
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_answer_the_look_up_waits_to_settle() {
    for (lost_at, reply) in lost() {
        let run = World::new().people(["ada"]).when("invite ada", [reply]).run().await;
        let settled = lost_at + 30.0;
        let expected = ["find ada", "find invites of ada", "invite ada"].map(|request| format!("{settled} {request}"));
        assert_eq!(run.requests[0], "0 invite ada");
        assert_eq!(run.requests[1..], expected);
        assert_eq!((run.line("ada").as_str(), run.exit()), ("invited i-ada http 201 x2", Exit::Success));
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_answer_a_pending_person_is_invited() {
    for (lost_at, reply) in lost() {
        let world = World::users().people(["ada"]).when("invite ada", [reply]);
        let run = world.when("find ada", [pending("user-1").after(0.5)]).run().await;
        assert_eq!(run.requests, ["0 invite ada".to_owned(), format!("{} find ada", lost_at + 30.0)]);
        let line = run.line("ada");
        assert!(line.starts_with("invited user-1 ") && line.ends_with(" x1"), "{line}");
        assert_eq!(run.elapsed("ada"), lost_at + 30.5);
    }
}

#[tokio::test(start_paused = true)]
async fn a_row_that_waits_to_settle_uses_no_slot() {
    let world = World::users().people(["ada", "bob", "cy"]).concurrency(1);
    let run = world.when("invite ada", [timeout()]).when("invite bob", [created("i-bob").after(2.0)]).run().await;
    assert_eq!(
        run.requests,
        ["0 invite ada", "30 invite bob", "32 invite cy", "60 find ada", "60 invite ada"],
        "one row at a time, except for the one that only waits"
    );
}

#[tokio::test(start_paused = true)]
async fn a_row_that_has_settled_waits_for_a_slot() {
    let world = World::users().people(["ada", "bob"]).concurrency(1);
    let run = world.when("invite ada", [reset()]).when("invite bob", [created("i-bob").after(45.0)]).run().await;
    assert_eq!(run.requests, ["0 invite ada", "0 invite bob", "45 find ada", "45 invite ada"]);
}

#[tokio::test(start_paused = true)]
async fn a_row_that_is_absent_after_five_attempts_failed() {
    let run = World::users().people(["ada"]).when("invite ada", vec![reset(); 5]).run().await;
    assert_eq!(run.requests.len(), 10);
    assert_eq!(run.requests[9], "150 find ada", "there is a look-up after the last attempt too");
    assert_eq!(run.line("ada"), "failed NO_ANSWER x5");
    assert_eq!(run.exit(), Exit::RowsNeedALook);
}

#[tokio::test(start_paused = true)]
async fn a_failed_look_up_is_retried() {
    let world = World::users().people(["ada"]).when("invite ada", [reset()]);
    let broken = [never_sent(), refused(503, ""), timeout(), page(200), pending("user-1")];
    let run = world.when("find ada", broken).run().await;
    assert_eq!(run.requests.iter().filter(|request| request.ends_with("find ada")).count(), 5);
    assert_eq!(run.line("ada"), "invited user-1 x1");
}

#[tokio::test(start_paused = true)]
async fn a_row_whose_look_up_fails_is_unknown() {
    let world = World::users().people(["ada"]).when("invite ada", [refused(503, ""), timeout()]);
    let run = world.when("find ada", [vec![absent()], vec![refused(500, "X"); 5]].concat()).run().await;
    assert_eq!(run.line("ada"), "unknown LOOK_UP_FAILED x2");
    assert_eq!(run.requests.len(), 8, "never sent again");
    insta::assert_snapshot!(
        run.detail("ada"),
        @"invitation sent at 2026-11-24T10:00:00Z and last at 2026-11-24T10:00:30Z (no answer within 30 s); \
          looking up the person failed: HTTP 500 X: Atlas said so"
    );
    assert_eq!((run.halt(), run.exit()), (None, Exit::RowsNeedALook));
}

#[tokio::test(start_paused = true)]
async fn a_refused_look_up_blocks_the_run() {
    let world = World::users().people(["ada", "bob"]).concurrency(1).when("invite ada", [refused(503, "")]);
    let run = world.when("find ada", [refused(403, "ORG_READ_REQUIRED")]).run().await;
    assert_eq!(run.requests, ["0 invite ada", "0 invite bob", "30 find ada"]);
    assert_eq!(run.statuses(), ["ada unknown", "bob invited"]);
    assert_eq!(run.exit(), Exit::Halted);
}
