//! Runs that end early: too many failures, signals, a panic, a file that cannot be read or written.

use std::time::Duration;

use super::script::*;
use super::world::{Disruption, World};
use crate::engine::MaxFailures;
use crate::engine::event::Event;
use crate::model::exit::{Exit, Signal};
use crate::model::reason::{Blocked, BlockedReason, Halt, StopReason};

fn names(count: u32) -> Vec<String> {
    (0..count).map(|number| format!("p{number:03}")).collect()
}

fn failing(world: World, names: &[String]) -> World {
    names.iter().fold(world, |world, name| world.when(&format!("invite {name}"), [refused(422, "BAD")]))
}

#[tokio::test(start_paused = true)]
async fn a_failure_budget_in_rows_stops_the_run() {
    let names = names(6);
    let mut world = failing(World::new().people(&names).concurrency(1), &names[1..4]);
    world.options.max_failures = MaxFailures::Count(3);
    let run = world.run().await;
    assert_eq!(run.requests.len(), 4);
    assert_eq!(run.statuses()[3..], ["p003 failed", "p004 not_sent", "p005 not_sent"]);
    assert_eq!((run.halt(), run.exit()), (Some(StopReason::TooManyFailures), Exit::Halted));
}

#[tokio::test(start_paused = true)]
async fn a_failure_budget_in_percent_applies_from_20_rows_on() {
    let names = names(30);
    let mut world = failing(World::new().people(&names).concurrency(1), &names[..20]);
    world.options.max_failures = MaxFailures::DEFAULT;
    let run = world.run().await;
    assert_eq!(run.requests.len(), 20);
    assert_eq!(run.statuses()[19..21], ["p019 failed", "p020 not_sent"]);
    assert_eq!(run.exit(), Exit::Halted);
}

#[tokio::test(start_paused = true)]
async fn rows_that_were_not_sent_do_not_count_as_failures() {
    let mut world = (0..40).fold(World::new(), |world, _| world.row("invalid@,ORG_MEMBER,"));
    world.options.max_failures = MaxFailures::Count(1);
    let run = world.people(["ada"]).run().await;
    assert_eq!((run.line("ada").as_str(), run.exit()), ("invited i-ada http 201 x1", Exit::RowsNeedALook));
}

#[tokio::test(start_paused = true)]
async fn the_first_signal_waits_for_requests_in_flight() {
    for (signal, exit) in [(Signal::Interrupt, Exit::Interrupted), (Signal::Terminate, Exit::Terminated)] {
        let run = World::new()
            .people(["ada", "bob", "cy", "dee"])
            .concurrency(3)
            .when("invite ada", [created("i-ada").after(5.0)])
            .when("invite bob", [refused(429, "RATE_LIMITED").after(2.0)])
            .when("invite cy", [refused(401, "").after(2.0)])
            .signal_at(1.0, signal)
            .run()
            .await;
        assert_eq!(run.requests.len(), 3);
        let not_sent =
            ["3 bob not_sent INTERRUPTED x0", "4 cy not_sent INTERRUPTED x0", "5 dee not_sent INTERRUPTED x0"];
        assert_eq!(run.lines()[0], "2 ada invited i-ada http 201 x1");
        assert_eq!(run.lines()[1..], not_sent);
        assert_eq!((run.halt(), run.exit(), run.took), (Some(StopReason::Signal(signal)), exit, 5.0));
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_signal_ends_every_wait_at_once() {
    let mut world = World::users().people(["ada", "bob", "cy", "dee", "eve"]).concurrency(4);
    world.options.settle = Duration::from_secs(300);
    let run = world
        .when("invite ada", [timeout()])
        .when("invite bob", [refused(503, "").retry_after(600)])
        .when("invite cy", [refused(409, "ANY").after(40.0)])
        .when("invite dee", [never_sent()])
        .signal_at(39.0, Signal::Interrupt)
        .run()
        .await;
    assert_eq!(run.took, 40.0);
    assert_eq!(
        run.lines(),
        [
            "2 ada unknown INTERRUPTED x1",
            "3 bob unknown http 503 INTERRUPTED x1",
            "4 cy failed http 409 ANY x1",
            "5 dee not_sent INTERRUPTED x1",
            "6 eve not_sent INTERRUPTED x0"
        ]
    );
    insta::assert_snapshot!(run.detail("cy"), @"Atlas said so; the run ended before the look-up was answered");
}

#[tokio::test(start_paused = true)]
async fn the_second_signal_abandons_requests_in_flight() {
    for (second, exit) in [(Signal::Interrupt, Exit::Interrupted), (Signal::Terminate, Exit::Terminated)] {
        let run = World::new()
            .people(["ada", "bob", "cy"])
            .concurrency(2)
            .when("invite ada", [created("i-ada").after(25.0)])
            .when("invite bob", [refused(409, "ANY")])
            .when("find bob", [absent().after(25.0)])
            .signal_at(1.0, Signal::Interrupt)
            .signal_at(2.0, second)
            .run()
            .await;
        assert_eq!(
            run.lines(),
            ["2 ada unknown ABANDONED x1", "3 bob failed http 409 ANY x1", "4 cy not_sent INTERRUPTED x0"]
        );
        assert!(run.detail("ada").contains("2026-11-24T10:00:00Z"), "{}", run.detail("ada"));
        assert_eq!((run.halt(), run.exit(), run.took), (Some(StopReason::SecondSignal(second)), exit, 2.0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_ends_its_row_but_not_the_run() {
    let run = World::new()
        .people(["ada", "bob", "cy"])
        .concurrency(1)
        .when("invite ada", [panics().after(4.0)])
        .when("invite bob", [reset()])
        .when("find bob", [panics()])
        .run()
        .await;
    assert_eq!(
        run.lines(),
        ["2 ada unknown PROGRAM_ERROR x1", "3 bob unknown PROGRAM_ERROR x1", "4 cy invited i-cy http 201 x1"]
    );
    assert_eq!((run.halt(), run.exit()), (None, Exit::RowsNeedALook));
}

#[tokio::test(start_paused = true)]
async fn results_that_cannot_be_sorted_halt_the_run() {
    let world = World::new().people(["ada"]).when("invite ada", [created("i-ada").after(2.0)]);
    let run = world.results_removed_after(1.0).run().await;
    assert_eq!((run.halt(), run.exit()), (Some(StopReason::ResultsUnwritable), Exit::Halted));
}

#[tokio::test(start_paused = true)]
async fn results_that_cannot_be_read_back_halt_the_run() {
    let run = World::new().people(["ada"]).run().await;
    let world = run.again().await.new_sheet().people(["bob", "ada", "cy"]).concurrency(1).results_removed_after(1.0);
    let run = world.when("invite bob", [created("i-bob").after(2.0)]).run().await;
    assert_eq!(
        run.requests,
        ["0 invite bob"],
        "ada's line of the first run is lost, so it is unknown whether she was invited"
    );
    assert_eq!((run.halt(), run.exit()), (Some(StopReason::ResultsUnwritable), Exit::Halted));
}

/// Returns a world with a sheet that cannot be read to its end.
fn unreadable_sheet() -> World {
    let note = "x".repeat(100_000);
    let long = |world: World, name: &String| world.row(&format!("{name},ORG_MEMBER,{note}"));
    let mut world = names(9).iter().fold(World::new(), long);
    world.unreadable_tail = true;
    world
}

#[tokio::test(start_paused = true)]
async fn a_sheet_that_cannot_be_read_to_its_end_halts_the_run() {
    let run = unreadable_sheet().concurrency(1).run().await;
    let statuses = run.statuses();
    assert_eq!(statuses[0], "p000 invited");
    assert!(statuses.iter().all(|status| status.ends_with(" invited")), "{statuses:?}");
    assert_eq!(statuses.len(), run.requests.len());
    assert_eq!((run.halt(), run.exit()), (Some(StopReason::InputUnreadable), Exit::Halted));
}

#[tokio::test(start_paused = true)]
async fn a_recorded_request_is_not_sent_after_a_read_error() {
    let run = unreadable_sheet().concurrency(16).run().await;
    assert_eq!(run.requests, [""; 0]);
    assert!(!run.lines().is_empty());
    assert!(run.lines().iter().all(|line| line.ends_with(" not_sent INPUT_UNREADABLE x0")), "{:?}", run.lines());
    assert_eq!((run.halt(), run.exit()), (Some(StopReason::InputUnreadable), Exit::Halted));
}

#[tokio::test(start_paused = true)]
async fn a_released_request_is_not_sent_after_the_end() {
    for signals in [1, 2] {
        let world = World::new().people(["ada", "bob"]);
        let sending = |event: &Event<'_>| matches!(event, Event::Sending { .. });
        let run = world.disrupt_on(sending, Disruption::Interrupts(signals)).run().await;
        assert_eq!((run.requests, run.took), (vec![], 0.0), "{signals}");
    }
    // Blocked while the other requests are released, in each possible order.
    for blocking in 1..8 {
        let names = names(16);
        let reply = |n| if n == blocking { refused(402, "ACCOUNT_SUSPENDED") } else { created("an-id") };
        let one_by_one =
            |world: World, n: usize| world.when(&format!("invite {}", names[n]), [reply(n).after_yields(n)]);
        let run = (0..8).fold(World::new().people(&names).concurrency(8), one_by_one).run().await;
        assert_eq!(run.halt(), Some(StopReason::OrganizationBlocked), "{blocking}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_signal_is_handled_among_rows_that_need_no_request() {
    let world = (0..1000).fold(World::new(), |world, _| world.row("invalid@,ORG_MEMBER,")).people(["ada"]);
    let early = |event: &Event<'_>| matches!(event, Event::Settled { row: Some(300), .. });
    let run = world.disrupt_on(early, Disruption::Interrupts(1)).run().await;
    assert_eq!((run.line("ada"), run.requests), ("not_sent INTERRUPTED x0".to_owned(), vec![]));
}

#[tokio::test(start_paused = true)]
async fn a_recorded_request_is_not_sent_if_the_results_are_lost() {
    let run = World::new().people(["ada"]).run().await;
    let world = run.again().await.new_sheet().people(["bob", "ada", "cy"]);
    let sending = |event: &Event<'_>| matches!(event, Event::Sending { .. });
    let run = world.disrupt_on(sending, Disruption::ResultsRemoved).run().await;
    assert_eq!(run.requests, [""; 0]);
    assert_eq!((run.halt(), run.exit(), run.took), (Some(StopReason::ResultsUnwritable), Exit::Halted, 0.0));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_starts_halted_writes_a_line_for_every_row() {
    let mut world = World::new().people(["ada", "bob"]).row("invalid@,ORG_MEMBER,");
    world.halt = Some(Halt::OrganizationBlocked(Blocked::new(BlockedReason::Unauthorized, "")));
    let run = world.run().await;
    assert_eq!(run.requests, [""; 0]);
    assert_eq!(run.statuses(), ["ada not_sent", "bob not_sent", "invalid@ invalid"]);
    assert_eq!(run.exit(), Exit::Halted);
}
