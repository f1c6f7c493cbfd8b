//! Runs that end before their rows do: failures, signals, a bug of ours, a results file that takes no more.

use std::time::Duration;

use super::script::*;
use super::world::{Incident, World};
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
async fn a_failure_budget_in_rows_stops_the_run_when_it_is_spent() {
    let names = names(6);
    let mut world = failing(World::new().people(&names).concurrency(1), &names[1..4]);
    world.options.max_failures = MaxFailures::Count(3);
    let run = world.run().await;
    assert_eq!(run.requests.len(), 4);
    assert_eq!(run.fates()[3..], ["p003 failed", "p004 not_sent", "p005 not_sent"]);
    assert_eq!((run.halt(), run.exit()), (Some(StopReason::TooManyFailures), Exit::Halted));
}

#[tokio::test(start_paused = true)]
async fn a_failure_budget_in_percent_means_nothing_before_20_rows_were_sent() {
    let names = names(30);
    let mut world = failing(World::new().people(&names).concurrency(1), &names[..20]);
    world.options.max_failures = MaxFailures::DEFAULT;
    let run = world.run().await;
    assert_eq!(run.requests.len(), 20);
    assert_eq!(run.fates()[19..21], ["p019 failed", "p020 not_sent"]);
    assert_eq!(run.exit(), Exit::Halted);
}

#[tokio::test(start_paused = true)]
async fn rows_that_were_not_sent_spend_no_failure_budget() {
    let mut world = (0..40).fold(World::new(), |world, _| world.row("nobody@,ORG_MEMBER,"));
    world.options.max_failures = MaxFailures::Count(1);
    let run = world.people(["ada"]).run().await;
    assert_eq!((run.line("ada").as_str(), run.exit()), ("invited i-ada http 201 x1", Exit::RowsNeedALook));
}

#[tokio::test(start_paused = true)]
async fn the_first_signal_lets_the_wire_land_and_sends_nothing_more() {
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
async fn the_first_signal_ends_every_wait_at_once_and_tells_what_each_row_may_be() {
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
    assert!(run.detail("cy").contains("before the server was asked"), "{}", run.detail("cy"));
}

#[tokio::test(start_paused = true)]
async fn the_second_signal_abandons_the_wire_and_leaves_its_rows_unknown() {
    for (second, exit) in [(Signal::Interrupt, Exit::Interrupted), (Signal::Terminate, Exit::Terminated)] {
        let run = World::new()
            .people(["ada", "bob", "cy"])
            .concurrency(2)
            .when("invite ada", [created("i-ada").after(25.0)])
            .when("invite bob", [refused(409, "ANY")])
            .when("find bob", [nobody().after(25.0)])
            .signal_at(1.0, Signal::Interrupt)
            .signal_at(2.0, second)
            .run()
            .await;
        assert_eq!(
            run.lines(),
            ["2 ada unknown ABANDONED x1", "3 bob failed http 409 ANY x1", "4 cy not_sent INTERRUPTED x0"]
        );
        assert!(run.detail("ada").contains("sent at 2026-11-24T10:00:00Z"), "{}", run.detail("ada"));
        assert_eq!((run.halt(), run.exit(), run.took), (Some(StopReason::SecondSignal(second)), exit, 2.0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_bug_while_a_request_is_carried_costs_its_row_and_not_the_run() {
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
    assert!(run.detail("ada").contains("a bug"), "{}", run.detail("ada"));
    assert_eq!((run.halt(), run.exit()), (None, Exit::RowsNeedALook));
}

#[tokio::test(start_paused = true)]
async fn results_that_cannot_be_put_in_order_halt_the_run() {
    let world = World::new().people(["ada"]).when("invite ada", [created("i-ada").after(2.0)]);
    let run = world.results_vanish_after(1.0).run().await;
    assert_eq!((run.halt(), run.exit()), (Some(StopReason::ResultsUnwritable), Exit::Halted));
}

#[tokio::test(start_paused = true)]
async fn results_that_cannot_be_read_back_halt_the_run_and_nothing_more_is_sent() {
    let run = World::new().people(["ada"]).run().await;
    let world = run.again().await.sheet_anew().people(["bob", "ada", "cy"]).concurrency(1).results_vanish_after(1.0);
    let run = world.when("invite bob", [created("i-bob").after(2.0)]).run().await;
    assert_eq!(
        run.requests,
        ["0 invite bob"],
        "ada's line of the first run is gone, so nobody knows what became of her"
    );
    assert_eq!((run.halt(), run.exit()), (Some(StopReason::ResultsUnwritable), Exit::Halted));
}

/// A sheet that cannot be read to its end.
fn breaking_off() -> World {
    let note = "x".repeat(100_000);
    let long = |world: World, name: &String| world.row(&format!("{name},ORG_MEMBER,{note}"));
    let mut world = names(9).iter().fold(World::new(), long);
    world.breaks_off = true;
    world
}

#[tokio::test(start_paused = true)]
async fn a_sheet_that_breaks_off_halts_the_run_and_the_rows_before_keep_their_lines() {
    let run = breaking_off().concurrency(1).run().await;
    let fates = run.fates();
    assert_eq!(fates[0], "p000 invited");
    assert!(fates.iter().all(|fate| fate.ends_with(" invited")), "{fates:?}");
    assert_eq!(fates.len(), run.requests.len());
    assert_eq!((run.halt(), run.exit()), (Some(StopReason::InputUnreadable), Exit::Halted));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_noted_does_not_go_out_if_the_run_ends_before_it_could() {
    let run = breaking_off().concurrency(16).run().await;
    assert_eq!(run.requests, [""; 0]);
    assert!(!run.lines().is_empty());
    assert!(run.lines().iter().all(|line| line.ends_with(" not_sent INPUT_UNREADABLE x0")), "{:?}", run.lines());
    assert_eq!((run.halt(), run.exit()), (Some(StopReason::InputUnreadable), Exit::Halted));
}

#[tokio::test(start_paused = true)]
async fn a_request_does_not_go_out_on_a_word_that_was_given_before_the_end() {
    for signals in [1, 2] {
        let world = World::new().people(["ada", "bob"]);
        let sending = |event: &Event<'_>| matches!(event, Event::Sending { .. });
        let run = world.when_told(sending, Incident::Interrupts(signals)).run().await;
        assert_eq!((run.requests, run.took), (vec![], 0.0), "{signals}");
    }
    // Condemned while the others are given their word, however many went on before.
    for condemning in 1..8 {
        let names = names(16);
        let reply = |n| if n == condemning { refused(402, "ACCOUNT_SUSPENDED") } else { created("an-id") };
        let one_by_one =
            |world: World, n: usize| world.when(&format!("invite {}", names[n]), [reply(n).after_turns(n)]);
        let run = (0..8).fold(World::new().people(&names).concurrency(8), one_by_one).run().await;
        assert_eq!(run.halt(), Some(StopReason::OrganizationBlocked), "{condemning}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_signal_is_heard_while_rows_are_settled_that_need_no_request() {
    let world = (0..1000).fold(World::new(), |world, _| world.row("nobody@,ORG_MEMBER,")).people(["ada"]);
    let early = |event: &Event<'_>| matches!(event, Event::Settled { row: Some(300), .. });
    let run = world.when_told(early, Incident::Interrupts(1)).run().await;
    assert_eq!((run.line("ada"), run.requests), ("not_sent INTERRUPTED x0".to_owned(), vec![]));
}

#[tokio::test(start_paused = true)]
async fn requests_that_were_noted_do_not_go_out_if_the_results_are_lost_before_they_could() {
    let run = World::new().people(["ada"]).run().await;
    let world = run.again().await.sheet_anew().people(["bob", "ada", "cy"]);
    let sending = |event: &Event<'_>| matches!(event, Event::Sending { .. });
    let run = world.when_told(sending, Incident::ResultsVanish).run().await;
    assert_eq!(run.requests, [""; 0]);
    assert_eq!((run.halt(), run.exit(), run.took), (Some(StopReason::ResultsUnwritable), Exit::Halted, 0.0));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_may_not_begin_sends_nothing_and_gives_every_row_its_line() {
    let mut world = World::new().people(["ada", "bob"]).row("nobody@,ORG_MEMBER,");
    world.halt = Some(Halt::OrganizationBlocked(Blocked::new(BlockedReason::Unauthorized, "")));
    let run = world.run().await;
    assert_eq!(run.requests, [""; 0]);
    assert_eq!(run.fates(), ["ada not_sent", "bob not_sent", "nobody@ invalid"]);
    assert_eq!(run.exit(), Exit::Halted);
}
