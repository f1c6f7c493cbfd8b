//! Answers that report a limit: every worker waits, and no row fails or loses an attempt.

use std::time::Duration;

use super::script::*;
use super::world::World;
use crate::engine::limiter::{Pace, Rate};
use crate::model::exit::Exit;

fn pace(requests: u32) -> Pace {
    let rate = Rate { requests: requests.try_into().unwrap(), per: Duration::from_secs(1) };
    Pace::Fixed { rate, burst: 1.try_into().unwrap() }
}

/// Returns a world in which ada gets `reply` at 1 s, while bob is in flight. Cy comes after them.
fn asked_to_wait(reply: Reply) -> World {
    let world = World::users().people(["ada", "bob", "cy"]).concurrency(2);
    world.when("invite ada", [reply.after(1.0)]).when("invite bob", [created("i-bob").after(2.0)])
}

#[tokio::test(start_paused = true)]
async fn a_429_holds_all_workers_and_is_not_an_attempt() {
    for pace in [Pace::Atlas, Pace::Unlimited, pace(1000)] {
        let mut world = asked_to_wait(refused(429, "RATE_LIMITED").retry_after(60));
        world.pace = pace;
        let run = world.run().await;
        // Atlas rounds the seconds down, so the wait is one longer.
        let sent: Vec<&str> = run.requests.iter().map(|request| &request[..2]).collect();
        assert_eq!((sent.len(), &sent[2..]), (4, &["62", "62"][..]), "{pace:?}: {:?}", run.requests);
        for name in ["ada", "bob", "cy"] {
            assert_eq!(run.line(name), format!("invited i-{name} http 201 x1"));
        }
        assert_eq!(run.exit(), Exit::Success);
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_on_a_503_holds_all_workers_for_that_time() {
    let run = asked_to_wait(refused(503, "").retry_after(60)).run().await;
    assert_eq!(run.requests[..2], ["0 invite ada", "0 invite bob"]);
    let mut later = run.requests[2..].to_vec();
    later.sort();
    assert_eq!(later, ["61 find ada", "61 invite ada", "61 invite cy"]);
    assert_eq!(run.line("ada"), "invited i-ada http 201 x2");

    let run = World::users().people(["ada"]).when("invite ada", [refused(503, "").retry_after(0)]).run().await;
    assert_eq!(run.requests[1], "30 find ada", "a Retry-After below the settling delay has no effect");
}

#[tokio::test(start_paused = true)]
async fn a_429_without_retry_after_is_retried_without_limit() {
    let run = World::new().people(["ada"]).when("invite ada", vec![refused(429, "RATE_LIMITED"); 7]).run().await;
    assert_eq!(
        run.requests.iter().map(|request| request.split_once(' ').unwrap().0).collect::<Vec<_>>(),
        ["0", "1", "3", "7", "15", "23", "31", "39"],
        "the pauses grow up to 8 s"
    );
    assert_eq!(run.line("ada"), "invited i-ada http 201 x1");
}

#[tokio::test(start_paused = true)]
async fn the_limit_on_invitations_is_learned_and_fails_no_row() {
    let limited =
        refused_saying(400, "INVITATIONS_RATE_LIMITED_IP", "Rate limit of 10 invitations per 1 minutes exceeded.");
    let names: Vec<String> = (0..13).map(|number| format!("p{number:02}")).collect();
    let world = World::new().people(&names).concurrency(1).when("invite p10", [limited]);
    let run = world.run().await;
    let sent: Vec<&str> = run.requests.iter().map(String::as_str).collect();
    assert!(sent[..11].iter().all(|request| request.starts_with("0 ")), "{sent:?}");
    assert_eq!(sent[11..], ["60 invite p10", "60 invite p11", "60 invite p12"]);
    for name in &names {
        assert_eq!(run.line(name), format!("invited i-{name} http 201 x1"));
    }
    assert_eq!(run.summary.unwrap().organizations[0].pace.invitations, Some((10, Duration::from_secs(60))));
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_code_takes_precedence_over_the_status() {
    for status in [400, 403, 409, 503] {
        let run = World::new().people(["ada"]).when("invite ada", vec![refused(status, "X_RATE_LIMITED_Y"); 9]).run();
        let run = run.await;
        assert_eq!(run.requests.len(), 10, "no person is looked up");
        assert_eq!((run.line("ada").as_str(), run.halt()), ("invited i-ada http 201 x1", None));
    }
}

#[tokio::test(start_paused = true)]
async fn an_upgrade_holds_all_workers_and_is_not_an_attempt() {
    let upgrade = || refused(405, "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES");
    let run = asked_to_wait(upgrade()).when("invite ada", [upgrade()]).run().await;
    assert_eq!(run.requests, ["0 invite ada", "0 invite bob", "6 invite ada", "6 invite cy", "11 invite ada"]);
    assert_eq!(run.line("ada"), "invited i-ada http 201 x1");
    assert_eq!(run.exit(), Exit::Success);
}

#[tokio::test(start_paused = true)]
async fn seven_rows_at_two_a_second_take_three_seconds() {
    for concurrency in [1, 16] {
        let names = ["a", "b", "c", "d", "e", "f", "g"];
        let mut world = World::new().people(names).concurrency(concurrency);
        world.pace = pace(2);
        let run = world.run().await;
        let times = ["0", "0.5", "1", "1.5", "2", "2.5", "3"];
        assert_eq!(
            run.requests,
            times.iter().zip(names).map(|(at, name)| format!("{at} invite {name}")).collect::<Vec<_>>()
        );
        assert_eq!(run.took, 3.0);
    }
}

#[tokio::test(start_paused = true)]
async fn retries_and_look_ups_queue_behind_new_rows() {
    let mut world = World::users().people(["ada", "bob", "cy", "dee"]).when("invite ada", [reset().after(0.1)]);
    world.options.settle = Duration::from_millis(400);
    world.pace = pace(1);
    let run = world.run().await;
    let expected = ["0 invite ada", "1 invite bob", "2 invite cy", "3 invite dee", "4 find ada", "5 invite ada"];
    assert_eq!(run.requests, expected);
}
