//! The ends of waits and of runs: `--max-wait` and `--deadline`.

use std::time::Duration;

use super::script::*;
use super::world::{Run, World};
use crate::engine::limiter::{MaxWait, Pace, Rate};
use crate::model::exit::Exit;
use crate::model::reason::StopReason;

const YEAR: u64 = 365 * 86_400;

/// Returns the world, which waits for Atlas for up to an hour.
fn an_hour_at_most_of(mut world: World) -> World {
    world.max_wait = MaxWait::Time(Duration::from_secs(3600));
    world
}

fn an_hour_at_most() -> World {
    an_hour_at_most_of(World::new())
}

#[track_caller]
fn assert_ended(run: &Run, reason: StopReason) {
    assert_eq!((run.halt(), run.exit()), (Some(reason), Exit::Halted));
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_of_a_year_ends_the_run_at_once() {
    let world = an_hour_at_most().people(["ada", "bob", "cy"]).concurrency(1);
    let run = world.when("invite bob", [refused(429, "RATE_LIMITED").retry_after(YEAR)]).run().await;
    assert_ended(&run, StopReason::WaitTooLong);
    assert_eq!((run.took, run.requests.len()), (0.0, 2));
    assert_eq!(
        run.lines(),
        ["2 ada invited i-ada http 201 x1", "3 bob not_sent WAIT_TOO_LONG x0", "4 cy not_sent WAIT_TOO_LONG x0",]
    );
    let again = run.again().await.run().await;
    assert_eq!(again.requests, ["0 invite bob", "0 invite cy"], "the same command resumes");
}

#[tokio::test(start_paused = true)]
async fn refusals_without_an_end_end_the_run_in_time() {
    for refusal in [refused(429, "RATE_LIMITED"), refused(405, "WRITES_NOT_ALLOWED_DURING_APP_UPGRADES")] {
        let world = an_hour_at_most().people(["ada", "bob"]).concurrency(1);
        let run = world.when("invite ada", [refusal.without_end()]).run().await;
        assert_ended(&run, StopReason::WaitTooLong);
        assert!((3500.0..=3600.0).contains(&run.took), "{}", run.took);
        assert_eq!(run.lines(), ["2 ada not_sent WAIT_TOO_LONG x0", "3 bob not_sent WAIT_TOO_LONG x0"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_in_doubt_stays_unknown_if_the_wait_is_too_long() {
    let world = an_hour_at_most().people(["ada", "bob"]).concurrency(1);
    let run = world.when("invite ada", [refused(503, "").retry_after(YEAR)]).run().await;
    assert_ended(&run, StopReason::WaitTooLong);
    assert!(run.took < 60.0, "{}", run.took);
    assert_eq!(run.statuses(), ["ada unknown", "bob not_sent"]);
    let again = run.again().await.run().await;
    assert!(again.requests.iter().any(|request| request.ends_with(" find ada")), "{:?}", again.requests);
    assert_eq!(again.statuses(), ["ada invited", "bob invited"]);
}

#[tokio::test(start_paused = true)]
async fn the_waits_of_a_long_run_do_not_add_up() {
    let names: Vec<String> = (0..3).map(|number| format!("p{number}")).collect();
    let mut world = an_hour_at_most().people(&names).concurrency(1);
    for name in &names {
        world = world.when(&format!("invite {name}"), [refused(429, "RATE_LIMITED").retry_after(3500)]);
    }
    let run = world.run().await;
    assert_eq!((run.halt(), run.exit()), (None, Exit::Success));
    assert_eq!(run.took, 3.0 * 3501.0);
}

#[tokio::test(start_paused = true)]
async fn the_pace_of_the_user_is_not_a_wait_for_atlas() {
    let rate = Rate { requests: 1.try_into().unwrap(), per: Duration::from_secs(4000) };
    let mut world = an_hour_at_most().people(["ada", "bob"]);
    world.pace = Pace::Fixed { rate, burst: 1.try_into().unwrap() };
    let run = world.run().await;
    assert_eq!((run.halt(), run.requests.len(), run.took), (None, 2, 4000.0));
}

#[tokio::test(start_paused = true)]
async fn an_organization_that_makes_others_wait_does_not_end_them() {
    let run = an_hour_at_most_of(World::two_organizations())
        .concurrency(1)
        .row("ada,ORG_MEMBER,OTHER")
        .row("bob,ORG_MEMBER,")
        .row("cy,ORG_MEMBER,OTHER")
        .row("dee,ORG_MEMBER,")
        .when("invite ada", [refused(429, "RATE_LIMITED").retry_after(YEAR).after(0.1)])
        .when("invite bob", [created("i-bob").after(1.0)])
        .run()
        .await;
    assert_eq!((run.halt(), run.exit()), (None, Exit::Halted));
    assert_eq!(run.line("cy"), "not_sent WAIT_TOO_LONG x0");
    assert_eq!(run.statuses(), ["ada not_sent", "bob invited", "cy not_sent", "dee invited"]);
}

#[tokio::test(start_paused = true)]
async fn a_revoke_ends_before_a_wait_that_is_too_long() {
    let id = |number: u8| format!("{number:024x}");
    let people = || World::new().people(["ada", "bob"]).concurrency(1);
    let run = people().when("invite ada", [created(&id(1))]).when("invite bob", [created(&id(2))]).run().await;
    let world = an_hour_at_most_of(run.revoke()).pending("ada", &id(1)).pending("bob", &id(2));
    let refusal = refused(429, "RATE_LIMITED").retry_after(YEAR);
    let run = world.when(&format!("revoke {} of ada", id(1)), [refusal]).run().await;
    assert_ended(&run, StopReason::WaitTooLong);
    assert_eq!(run.statuses(), ["ada not_sent", "bob not_sent"]);
}

/// Returns a world in which each invitation takes two seconds, one after another.
fn two_seconds_each(deadline: f64) -> World {
    let mut world = World::new().people(["ada", "bob", "cy"]).concurrency(1);
    world.deadline = Some(Duration::from_secs_f64(deadline));
    world
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_after_the_deadline() {
    let run = two_seconds_each(3.0)
        .when("invite ada", [created("i-ada").after(2.0)])
        .when("invite bob", [created("i-bob").after(2.0)])
        .run()
        .await;
    assert_ended(&run, StopReason::DeadlineReached);
    assert_eq!(run.requests, ["0 invite ada", "2 invite bob"]);
    assert_eq!(run.took, 4.0, "the request in flight is awaited");
    assert_eq!(run.statuses(), ["ada invited", "bob invited", "cy not_sent"]);
    assert_eq!(run.line("cy"), "not_sent DEADLINE_REACHED x0");
    assert_eq!(run.again().await.run().await.requests, ["4 invite cy"]);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_a_wait() {
    let run = two_seconds_each(10.0).when("invite ada", [refused(429, "RATE_LIMITED").retry_after(600)]).run().await;
    assert_ended(&run, StopReason::DeadlineReached);
    assert_eq!((run.took, run.requests.len()), (10.0, 1));
    assert_eq!(run.statuses(), ["ada not_sent", "bob not_sent", "cy not_sent"]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_if_the_deadline_has_passed_before() {
    let run = two_seconds_each(0.0).run().await;
    assert_ended(&run, StopReason::DeadlineReached);
    assert_eq!((run.took, run.requests.len()), (0.0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_ends_before_its_deadline_is_complete() {
    let run = two_seconds_each(3600.0).run().await;
    assert_eq!((run.halt(), run.exit(), run.took), (None, Exit::Success, 0.0));
}
