//! Answers that leave open whether the invite exists: ask, and send again only if nobody is there.

use super::script::*;
use super::world::{World, backoff};
use crate::model::exit::Exit;

/// Answers of a server that has finished with the request, whatever it did.
fn answered() -> Vec<(u16, Reply)> {
    let errors = [500, 502, 503].map(|status| (status, refused(status, "UNEXPECTED_ERROR")));
    let pages = [200, 201, 204, 502, 503].map(|status| (status, page(status)));
    errors.into_iter().chain(pages).collect()
}

/// Answers lost after so many seconds, and those that say that somebody else gave up waiting for one.
fn lost() -> [(f64, Reply); 5] {
    let gave_up = |status| (0.0, refused(status, "UNEXPECTED_ERROR"));
    [(30.0, timeout()), (0.0, reset()), (0.0, cut_off()), gave_up(408), gave_up(504)]
}

#[tokio::test(start_paused = true)]
async fn a_broken_answer_is_asked_about_after_a_delay_and_sent_again_if_nobody_is_there() {
    let delay = backoff()[0];
    for (status, reply) in answered() {
        for (world, asks) in [(World::new(), 2), (World::users(), 1)] {
            let run = world.people(["ada"]).when("invite ada", [reply.clone()]).run().await;
            let mut expected = vec!["0 invite ada".to_owned()];
            expected.extend(["find ada", "find invites of ada"].iter().take(asks).map(|ask| format!("{delay} {ask}")));
            expected.push(format!("{delay} invite ada"));
            assert_eq!(run.requests, expected, "{status}");
            assert_eq!((run.line("ada").as_str(), run.exit()), ("invited i-ada http 201 x2", Exit::Success));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_answer_whose_invite_is_found_is_invited_and_not_sent_again() {
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
async fn a_lost_answer_is_asked_about_when_the_settling_delay_is_over_and_not_earlier() {
    for (given_up, reply) in lost() {
        let run = World::new().people(["ada"]).when("invite ada", [reply]).run().await;
        let asked = given_up + 30.0;
        let expected = ["find ada", "find invites of ada", "invite ada"].map(|request| format!("{asked} {request}"));
        assert_eq!(run.requests[0], "0 invite ada");
        assert_eq!(run.requests[1..], expected);
        assert_eq!((run.line("ada").as_str(), run.exit()), ("invited i-ada http 201 x2", Exit::Success));
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_whose_invite_is_found_is_invited_and_not_sent_again() {
    for (given_up, reply) in lost() {
        let world = World::users().people(["ada"]).when("invite ada", [reply]);
        let run = world.when("find ada", [pending("user-1").after(0.5)]).run().await;
        assert_eq!(run.requests, ["0 invite ada".to_owned(), format!("{} find ada", given_up + 30.0)]);
        let line = run.line("ada");
        assert!(line.starts_with("invited user-1 ") && line.ends_with(" x1"), "{line}");
        assert_eq!(run.elapsed("ada"), given_up + 30.5);
    }
}

#[tokio::test(start_paused = true)]
async fn a_row_that_settles_holds_no_place() {
    let world = World::users().people(["ada", "bob", "cy"]).concurrency(1);
    let run = world.when("invite ada", [timeout()]).when("invite bob", [created("i-bob").after(2.0)]).run().await;
    assert_eq!(
        run.requests,
        ["0 invite ada", "30 invite bob", "32 invite cy", "60 find ada", "60 invite ada"],
        "one row at a time, but for the one that only waits"
    );
}

#[tokio::test(start_paused = true)]
async fn a_row_that_has_settled_waits_for_a_place_like_any_other() {
    let world = World::users().people(["ada", "bob"]).concurrency(1);
    let run = world.when("invite ada", [reset()]).when("invite bob", [created("i-bob").after(45.0)]).run().await;
    assert_eq!(run.requests, ["0 invite ada", "0 invite bob", "45 find ada", "45 invite ada"]);
}

#[tokio::test(start_paused = true)]
async fn a_row_that_was_absent_after_each_of_five_attempts_failed() {
    let run = World::users().people(["ada"]).when("invite ada", vec![reset(); 5]).run().await;
    assert_eq!(run.requests.len(), 10);
    assert_eq!(run.requests[9], "150 find ada", "the last attempt is asked about too");
    assert_eq!(run.line("ada"), "failed NO_ANSWER x5");
    assert_eq!(run.detail("ada"), "the connection was reset");
    assert_eq!(run.exit(), Exit::RowsNeedALook);
}

#[tokio::test(start_paused = true)]
async fn a_lost_question_is_asked_again() {
    let world = World::users().people(["ada"]).when("invite ada", [reset()]);
    let broken = [never_sent(), refused(503, ""), timeout(), page(200), pending("user-1")];
    let run = world.when("find ada", broken).run().await;
    assert_eq!(run.requests.iter().filter(|request| request.ends_with("find ada")).count(), 5);
    assert_eq!(run.line("ada"), "invited user-1 x1");
}

#[tokio::test(start_paused = true)]
async fn a_row_that_asking_does_not_settle_is_unknown_and_says_what_was_sent_and_when() {
    let world = World::users().people(["ada"]).when("invite ada", [refused(503, ""), timeout()]);
    let run = world.when("find ada", [vec![nobody()], vec![refused(500, "X"); 5]].concat()).run().await;
    assert_eq!(run.line("ada"), "unknown LOOK_UP_FAILED x2");
    assert_eq!(run.requests.len(), 8, "never sent again");
    let detail = run.detail("ada");
    for words in ["2026-11-24T10:00:00Z", "last at 2026-11-24T10:00:0", "no answer within 30 s", "HTTP 500 X"] {
        assert!(detail.contains(words), "{words}: {detail}");
    }
    assert_eq!((run.halt(), run.exit()), (None, Exit::RowsNeedALook));
}

#[tokio::test(start_paused = true)]
async fn a_question_that_is_refused_leaves_its_row_unknown_and_condemns_the_run() {
    let world = World::users().people(["ada", "bob"]).concurrency(1).when("invite ada", [refused(503, "")]);
    let run = world.when("find ada", [refused(403, "ORG_READ_REQUIRED")]).run().await;
    assert_eq!(run.requests.len(), 2);
    assert_eq!(run.fates(), ["ada unknown", "bob not_sent"]);
    assert_eq!(run.exit(), Exit::Halted);
}
