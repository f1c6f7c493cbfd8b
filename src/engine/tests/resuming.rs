//! The same command again, after a run that ended early or was killed.
//!
//! A killed run leaves rows with the status `sending`, whose requests are unresolved.

use std::time::Duration;

use super::script::*;
use super::world::{World, at};
use crate::atlas::api::{Grants, Invite, Membership};
use crate::model::exit::{Exit, Signal};
use crate::model::invitation::OrgRole;
use crate::model::reason::{Blocked, BlockedReason, Halt};

#[tokio::test(start_paused = true)]
async fn settled_rows_are_kept_and_the_others_tried_again() {
    let mut world = World::new().people(["ada", "bob", "cy", "dee"]).concurrency(1);
    world.directory.add_invite(an_invite("invite-2", "bob@example.com", None));
    let run = world
        .when("invite cy", [refused(422, "BAD").after(1.0)])
        .when("invite dee", [refused(402, "ACCOUNT_SUSPENDED")])
        .run()
        .await;
    assert_eq!(run.statuses(), ["ada invited", "bob already_invited", "cy failed", "dee failed"]);
    let run = run.again_after(9.0).await.when("invite cy", [created("second").after(1.0)]).run().await;
    assert_eq!(run.requests, ["10 invite cy", "11 invite dee"]);
    assert_eq!(
        run.lines(),
        [
            "2 ada invited i-ada http 201 PERSON_GONE x1",
            "3 bob already_invited invite-2 PERSON_GONE x0",
            "4 cy invited second http 201 x1",
            "5 dee invited i-dee http 201 x1"
        ]
    );
    assert_eq!((run.summary.as_ref().unwrap().kept, run.exit()), (2, Exit::Success));
}

#[tokio::test(start_paused = true)]
async fn a_kept_row_reports_differences_from_the_sheet() {
    let run = World::new().people(["ada", "bob"]).run().await;
    let mut world = run.again().await;
    let member = |id, person| Invite {
        grants: Grants { roles: [OrgRole::Member].into_iter().collect(), ..Grants::default() },
        ..an_invite(id, person, None)
    };
    world.directory.add_invite(member("i-ada", "ada@example.com"));
    world.directory.add_invite(member("i-bob", "bob@example.com"));
    let run = world.new_sheet().row("ada,ORG_OWNER,").row("bob,ORG_MEMBER,").run().await;
    assert_eq!(run.statuses(), ["ada invited", "bob invited"]);
    assert_eq!(run.line("ada"), "invited i-ada http 201 DIFFERS x1");
    assert_eq!(run.detail("bob"), "");
    assert_eq!(run.summary.unwrap().kept, 2);
}

#[tokio::test(start_paused = true)]
async fn a_kept_row_reports_a_person_who_is_gone() {
    let world = World::new().people(["ada", "bob", "cy"]);
    let run = world.when("invite ada", [created("i-ada").expiring_at(at(100))]).run().await;
    let run = run.again_after(200.0).await.pending("cy", "i-cy").run().await;
    assert_eq!(
        ["ada", "bob", "cy"].map(|name| run.line(name)),
        [
            "invited i-ada http 201 INVITE_EXPIRED x1",
            "invited i-bob http 201 PERSON_GONE x1",
            "invited i-cy http 201 x1",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn reinvite_expired_invites_people_with_expired_invites() {
    let expiring = |id, seconds| created(id).expiring_at(at(seconds));
    let world = World::new().people(["ada", "bob", "cy", "dee"]);
    let world = world
        .when("invite ada", [expiring("i-ada", 100)])
        .when("invite bob", [expiring("i-bob", 1000)])
        .when("invite cy", [expiring("i-cy", 100)]);
    let kept = world.run().await.again_after(200.0).await.run().await;
    assert_eq!((kept.requests.len(), kept.summary.as_ref().unwrap().kept), (0, 4));

    let mut world = kept.again().await;
    (world.options.reinvite_expired, world.options.limit) = (true, Some(0));
    let beyond = world.run().await;
    assert_eq!(beyond.line("ada"), "invited i-ada http 201 INVITE_EXPIRED x1", "a line beyond the limit is kept");

    let mut world = beyond.again().await;
    world.options.limit = None;
    world.directory.add_person(a_person("user-3", "cy@example.com", Membership::Active, None));
    let run = world.when("invite ada", [expiring("second", 900)]).run().await;
    assert_eq!(run.requests, ["200 invite ada"]);
    assert_eq!(run.line("ada"), "invited second http 201 x1");
    // Bob's invite has not expired, Cy has accepted, and the expiry of Dee's invite is unknown.
    assert_eq!(run.statuses()[1..], ["bob invited", "cy invited", "dee invited"]);
}

#[tokio::test(start_paused = true)]
async fn rows_that_were_not_sent_are_sent() {
    let mut world = World::new().people(["ada", "bob", "cy"]);
    world.options.limit = Some(1);
    let mut world = world.run().await.again().await;
    world.options.limit = None;
    let run = world.run().await;
    assert_eq!(run.requests, ["0 invite bob", "0 invite cy"]);
    assert_eq!(run.statuses(), ["ada invited", "bob invited", "cy invited"]);
}

/// Kills a run 5 s after it sent ada's invitation. Returns the world for the next run.
async fn killed_while_sending(world: World) -> World {
    let run = world.people(["ada", "bob"]).concurrency(1).when("invite ada", [timeout()]).killed_after(5.0).run().await;
    assert_eq!(run.statuses(), ["ada sending"]);
    run.again().await
}

#[tokio::test(start_paused = true)]
async fn a_row_left_sending_is_looked_up_after_the_settle_delay() {
    for world in [World::new(), World::users()] {
        let run = killed_while_sending(world).await.when("find ada", [pending("user-1").created_at(at(2))]).run().await;
        assert_eq!(run.requests[..2], ["5 invite bob", "35 find ada"]);
        assert!(run.requests[2..].iter().all(|request| request == "35 find invites of ada"), "{:?}", run.requests);
        assert_eq!(run.lines(), ["2 ada invited user-1 x1", "3 bob invited i-bob http 201 x1"]);
        assert_eq!(run.exit(), Exit::Success);
    }
}

#[tokio::test(start_paused = true)]
async fn a_row_left_sending_whose_person_is_absent_is_sent() {
    let run = killed_while_sending(World::users()).await.run().await;
    assert_eq!(run.requests, ["5 invite bob", "35 find ada", "35 invite ada"]);
    assert_eq!(run.lines(), ["2 ada invited i-ada http 201 x1", "3 bob invited i-bob http 201 x1"]);
}

#[tokio::test(start_paused = true)]
async fn a_sending_line_has_the_attempts_and_the_send_time() {
    let lost = [reset(), timeout()];
    let run = World::users().people(["ada"]).when("invite ada", lost).killed_after(40.0).run().await;
    assert_eq!((run.line("ada").as_str(), run.elapsed("ada")), ("sending x2", 0.0));
    let run = run.again().await.when("find ada", [pending("user-1").created_at(at(31))]).run().await;
    assert_eq!(run.requests, ["70 find ada"]);
    assert_eq!((run.line("ada").as_str(), run.elapsed("ada")), ("invited user-1 x2", 40.0));
}

#[tokio::test(start_paused = true)]
async fn an_invite_created_after_the_request_ended_is_not_ours() {
    // Sent at 0 s, abandoned within 60 s, settled 30 s later, by a clock that may be 30 s behind.
    for (created, status) in [(115, "invited"), (125, "already_invited")] {
        let run = World::users().people(["ada"]).when("invite ada", [timeout()]).killed_after(5.0).run().await;
        let run =
            run.again_after(130.0).await.when("find ada", [pending("user-1").created_at(at(created))]).run().await;
        assert_eq!(run.statuses(), [format!("ada {status}")], "{created}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_does_not_look_up_unresolved_rows() {
    let mut world = killed_while_sending(World::users()).await;
    world.options.dry_run = true;
    let run = world.run().await;
    assert_eq!(run.requests, [""; 0]);
    assert_eq!(run.statuses(), ["ada unknown", "bob not_sent"]);
    assert!(run.detail("ada").contains("2026-11-24T10:00:00Z"), "{}", run.detail("ada"));
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_an_unresolved_request_is_bounded() {
    let run = World::users().people(["ada"]).when("invite ada", [timeout()]).killed_after(5.0).run().await;
    let run = run.again_after(70.0).await.run().await;
    assert_eq!(run.requests[0], "105 find ada", "the request may have been sent until the run was killed");
    let run = World::users().people(["ada"]).when("invite ada", [timeout()]).killed_after(5.0).run().await;
    let run = run.again_after(3600.0).await.run().await;
    assert_eq!(run.requests[0], "3605 find ada", "no request takes an hour");
}

#[tokio::test(start_paused = true)]
async fn the_settle_delay_of_the_run_that_sent_counts() {
    for kill in [true, false] {
        let mut world = World::users().people(["ada"]).when("invite ada", [reset()]);
        world.options.settle = Duration::from_secs(120);
        let world = if kill { world.killed_after(5.0) } else { world.signal_at(5.0, Signal::Interrupt) };
        let mut world = world.run().await.again().await;
        world.options.settle = Duration::from_secs(1);
        let run = world.run().await;
        assert_eq!(run.requests[0], "125 find ada", "{kill}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_changed_local_clock_shortens_no_settle_delay() {
    for change in [-3600, -20, 20, 3600] {
        let world = killed_while_sending(World::users().inviter("abcdefgh")).await.clock_changed_by(change);
        let found = pending("user-1").created_at(at(2)).invited_by("abcdefgh");
        let run = world.when("find ada", [found]).run().await;
        let asked_at: f64 = run.requests[1].strip_suffix(" find ada").unwrap().parse().unwrap();
        assert!((35.0..60.0).contains(&asked_at), "{change} {asked_at}");
        assert_eq!(run.line("ada"), "invited user-1 x1", "{change}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_kill_before_the_look_up_leaves_the_row_sending() {
    let run = killed_while_sending(World::users()).await.killed_after(10.0).run().await;
    assert_eq!(run.line("ada"), "sending x1");
    let run = run.again().await.run().await;
    assert_eq!(run.requests, ["45 find ada", "45 invite ada"]);
    assert_eq!(run.statuses(), ["ada invited", "bob invited"]);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_row_is_looked_up_after_the_settle_delay() {
    for (later, not_before) in [(0.0, 31.0), (10.0, 31.0), (60.0, 61.0)] {
        let run = World::users().people(["ada"]).when("invite ada", [reset()]).signal_at(1.0, Signal::Interrupt);
        let run = run.run().await;
        assert_eq!(run.line("ada"), "unknown INTERRUPTED x1");
        let run = run.again_after(later).await.when("find ada", [pending("user-1").created_at(at(0))]).run().await;
        assert_eq!(run.requests, [format!("{} find ada", if later > 31.0 { later + 1.0 } else { not_before })]);
        assert_eq!((run.line("ada").as_str(), run.exit()), ("invited user-1 x1", Exit::Success));
    }
}

#[tokio::test(start_paused = true)]
async fn an_invite_older_than_a_killed_runs_request_is_not_ours() {
    for (created, status) in [(-2, "invited"), (-3, "already_invited")] {
        let found = pending("user-1").created_at(at(created));
        let run = killed_while_sending(World::users()).await.when("find ada", [found]).run().await;
        assert_eq!(run.line("ada"), format!("{status} user-1 x1"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_invite_created_before_a_panic_is_ours() {
    let run = World::users().people(["ada"]).when("invite ada", [panics().after(20.0)]).run().await;
    let run = run.again().await.when("find ada", [pending("user-1").created_at(at(1))]).run().await;
    assert_eq!(run.requests, ["50 find ada"]);
    assert_eq!(run.line("ada"), "invited user-1 x1");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_cannot_look_up_keeps_the_settle_delay() {
    let mut world = killed_while_sending(World::users()).await;
    world.halt = Some(Halt::OrganizationBlocked(Blocked::new(BlockedReason::Unauthorized, "")));
    let run = world.run().await;
    assert_eq!(run.lines(), ["2 ada sending x1"], "the file is unchanged, because nothing was sent");
    let found = pending("user-1").created_at(at(1));
    let run = run.again().await.when("find ada", [found]).run().await;
    assert_eq!(run.requests, ["5 invite bob", "35 find ada"], "the kill at 5 s abandoned the request");
    assert_eq!(run.line("ada"), "invited user-1 x1");
}

#[tokio::test(start_paused = true)]
async fn a_signal_before_the_look_up_leaves_the_row_unknown() {
    let run = killed_while_sending(World::users()).await.signal_at(1.0, Signal::Interrupt).run().await;
    assert_eq!(run.lines(), ["2 ada unknown INTERRUPTED x1", "3 bob invited i-bob http 201 x1"]);
    let run = run.again().await.when("find ada", [pending("user-1").created_at(at(1))]).run().await;
    assert_eq!(run.requests, ["36 find ada"]);
    assert_eq!(run.line("ada"), "invited user-1 x1");
}

#[tokio::test(start_paused = true)]
async fn a_limit_counts_unresolved_rows_too() {
    let people = ["ada", "bob", "cy"];
    let lost = |world: World, name| world.when(&format!("invite {name}"), [timeout()]);
    let run = people[..2].iter().fold(World::users().people(people).concurrency(2), lost).killed_after(5.0).run().await;
    let mut world = run.again().await;
    world.options.limit = Some(1);
    let run = world.run().await;
    assert_eq!(run.requests.iter().filter(|request| request.contains("invite")).count(), 1, "{:?}", run.requests);
    assert_eq!(run.statuses(), ["ada invited", "bob not_sent", "cy not_sent"]);
    assert_eq!(run.line("bob"), "not_sent BEYOND_LIMIT x0");
}

#[tokio::test(start_paused = true)]
async fn rows_are_matched_by_address_in_any_order() {
    let world = World::users().people(["ada", "bob", "cy", "dee"]);
    let run = world.when("invite cy", [refused(422, "BAD")]).when("invite dee", [refused(422, "BAD")]).run().await;
    let world = run.again().await.new_sheet().people(["new", "cy", "BOB", "ada"]);
    let run = world.run().await;
    assert_eq!(run.requests, ["0 invite new", "0 invite cy"]);
    assert_eq!(
        run.lines(),
        [
            "2 new invited i-new http 201 x1",
            "3 cy invited i-cy http 201 x1",
            "4 BOB invited i-bob http 201 PERSON_GONE x1",
            "5 ada invited i-ada http 201 PERSON_GONE x1"
        ],
        "dee failed and is no longer in the sheet, so she has no line"
    );
}

#[tokio::test(start_paused = true)]
async fn people_gone_from_the_sheet_are_listed_last_without_a_row() {
    let run = World::users().people(["ada", "bob"]).row("cy,ORG_MEMBER,her note").run().await;
    let run = run.again().await.new_sheet().people(["bob", "dee"]).run().await;
    let expected = [
        "2 bob invited i-bob http 201 PERSON_GONE x1",
        "3 dee invited i-dee http 201 x1",
        " ada invited i-ada http 201 x1",
        " cy invited i-cy http 201 x1",
    ];
    assert_eq!(run.lines(), expected);
    assert_eq!(run.summary.as_ref().unwrap().gone, 2);
    let run = run.again().await.run().await;
    assert_eq!(
        (run.requests.len(), &run.statuses()[2..]),
        (0, &["ada invited".to_owned(), "cy invited".to_owned()][..])
    );
}

#[tokio::test(start_paused = true)]
async fn unresolved_people_gone_from_the_sheet_are_only_looked_up() {
    let world = || killed_while_sending(World::users());
    let run = world().await.new_sheet().people(["bob"]).when("find ada", [pending("user-1")]).run().await;
    assert_eq!(run.requests, ["5 invite bob", "35 find ada"]);
    assert_eq!(run.lines(), ["2 bob invited i-bob http 201 x1", " ada invited user-1 x1"]);

    let run = world().await.new_sheet().people(["bob"]).run().await;
    assert_eq!(run.requests, ["5 invite bob", "35 find ada"]);
    assert_eq!(run.lines(), ["2 bob invited i-bob http 201 x1"]);
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_wait_keeps_the_settle_delay_of_the_sender() {
    let with_settle = |mut world: World, seconds| {
        world.options.settle = Duration::from_secs(seconds);
        world
    };
    let world = with_settle(killed_while_sending(with_settle(World::users(), 120)).await, 1);
    let run = world.signal_at(1.0, Signal::Interrupt).run().await;
    assert_eq!(run.lines(), ["2 ada unknown INTERRUPTED x1", "3 bob invited i-bob http 201 x1"]);
    let run = with_settle(run.again().await, 1).run().await;
    assert_eq!(run.requests[0], "125 find ada");
}

#[tokio::test(start_paused = true)]
async fn without_the_servers_clock_the_whole_settle_delay_is_waited() {
    for change in [0, 3600] {
        let world = killed_while_sending(World::users().without_date()).await.clock_changed_by(change);
        let run = world.run().await;
        assert_eq!(run.requests[..2], ["5 invite bob", "35 find ada"], "{change}");
        let run = World::users().without_date().people(["ada"]).when("invite ada", [timeout()]).killed_after(5.0).run();
        let run = run.await.again_after(10.0).await.clock_changed_by(change).run().await;
        assert_eq!(run.requests[0], "45 find ada", "{change}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_changed_local_clock_does_not_change_the_send_time() {
    for change in [-3600, -60, 60, 3600] {
        let run =
            killed_while_sending(World::users().inviter("abcdefgh")).await.signal_at(1.0, Signal::Interrupt).run();
        let world = run.await.again_after(1000.0).await.clock_changed_by(change);
        let run = world.when("find ada", [reset(), reset(), reset(), reset(), reset()]).run().await;
        assert_eq!(run.line("ada"), "unknown LOOK_UP_FAILED x1", "{change}");
        let found = pending("user-1").created_at(at(2)).invited_by("abcdefgh");
        let run = run.again().await.when("find ada", [found]).run().await;
        assert_eq!(run.line("ada"), "invited user-1 x1", "{change}");
    }
}

#[tokio::test(start_paused = true)]
async fn another_settle_delay_makes_no_older_invite_ours() {
    let mut world = World::users();
    world.options.settle = Duration::from_secs(2);
    let mut world = killed_while_sending(world).await;
    world.options.settle = Duration::from_secs(30);
    let run = world.when("find ada", [pending("user-1").created_at(at(-10))]).run().await;
    assert_eq!(run.line("ada"), "already_invited user-1 x1");
}
