//! The same command again, after a run that ended early or was killed.

use super::script::*;
use super::world::{World, at};
use crate::atlas::api::{Grants, Invite, Membership};
use crate::model::exit::{Exit, Signal};
use crate::model::invitation::OrgRole;
use crate::model::reason::{Blocked, BlockedReason, Halt};

#[tokio::test(start_paused = true)]
async fn rows_that_are_settled_are_kept_and_the_others_are_tried_again() {
    let mut world = World::new().people(["ada", "bob", "cy", "dee"]).concurrency(1);
    world.directory.add_invite(an_invite("invite-2", "bob@example.com", None));
    let run = world
        .when("invite cy", [refused(422, "BAD").after(1.0)])
        .when("invite dee", [refused(402, "ACCOUNT_SUSPENDED")])
        .run()
        .await;
    assert_eq!(run.fates(), ["ada invited", "bob already_invited", "cy failed", "dee failed"]);
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
async fn a_row_that_is_kept_says_where_the_sheet_asks_for_something_else_by_now() {
    let run = World::new().people(["ada", "bob"]).run().await;
    let mut world = run.again().await;
    let member = |id, person| Invite {
        grants: Grants { roles: [OrgRole::Member].into_iter().collect(), ..Grants::default() },
        ..an_invite(id, person, None)
    };
    world.directory.add_invite(member("i-ada", "ada@example.com"));
    world.directory.add_invite(member("i-bob", "bob@example.com"));
    let run = world.sheet_anew().row("ada,ORG_OWNER,").row("bob,ORG_MEMBER,").run().await;
    assert_eq!(run.fates(), ["ada invited", "bob invited"]);
    assert_eq!(run.detail("ada"), "roles are ORG_MEMBER and the sheet says ORG_OWNER");
    assert_eq!(run.detail("bob"), "");
    assert_eq!(run.summary.unwrap().kept, 2);
}

#[tokio::test(start_paused = true)]
async fn a_row_that_is_kept_says_where_the_person_is_not_there_any_more() {
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
async fn those_whose_invite_has_expired_are_invited_again_where_that_is_asked_for() {
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
    assert_eq!(beyond.line("ada"), "invited i-ada http 201 INVITE_EXPIRED x1", "no line is lost to a limit");

    let mut world = beyond.again().await;
    world.options.limit = None;
    world.directory.add_person(a_person("user-3", "cy@example.com", Membership::Active, None));
    let run = world.when("invite ada", [expiring("second", 900)]).run().await;
    assert_eq!(run.requests, ["200 invite ada"]);
    assert_eq!(run.line("ada"), "invited second http 201 x1");
    // Bob's has not expired, Cy has accepted, and of Dee's nobody knows when it expires.
    assert_eq!(run.fates()[1..], ["bob invited", "cy invited", "dee invited"]);
}

#[tokio::test(start_paused = true)]
async fn rows_that_were_not_sent_are_sent() {
    let mut world = World::new().people(["ada", "bob", "cy"]);
    world.options.limit = Some(1);
    let mut world = world.run().await.again().await;
    world.options.limit = None;
    let run = world.run().await;
    assert_eq!(run.requests, ["0 invite bob", "0 invite cy"]);
    assert_eq!(run.fates(), ["ada invited", "bob invited", "cy invited"]);
}

/// A run that was killed 5 s after it sent ada's invitation.
async fn killed_while_sending(world: World) -> World {
    let run = world.people(["ada", "bob"]).concurrency(1).when("invite ada", [timeout()]).killed_after(5.0).run().await;
    assert_eq!(run.fates(), ["ada sending"]);
    run.again().await
}

#[tokio::test(start_paused = true)]
async fn a_row_that_was_sending_at_a_kill_is_asked_about_after_the_settling_delay_and_found() {
    for world in [World::new(), World::users()] {
        let run = killed_while_sending(world).await.when("find ada", [pending("user-1").created_at(at(2))]).run().await;
        assert_eq!(run.requests[..2], ["5 invite bob", "35 find ada"]);
        assert!(run.requests[2..].iter().all(|request| request == "35 find invites of ada"), "{:?}", run.requests);
        assert_eq!(run.lines(), ["2 ada invited user-1 x1", "3 bob invited i-bob http 201 x1"]);
        assert_eq!(run.exit(), Exit::Success);
    }
}

#[tokio::test(start_paused = true)]
async fn a_row_that_was_sending_at_a_kill_and_is_absent_is_sent() {
    let run = killed_while_sending(World::users()).await.run().await;
    assert_eq!(run.requests, ["5 invite bob", "35 find ada", "35 invite ada"]);
    assert_eq!(run.lines(), ["2 ada invited i-ada http 201 x1", "3 bob invited i-bob http 201 x1"]);
}

#[tokio::test(start_paused = true)]
async fn the_file_of_a_killed_run_counts_its_requests_and_tells_when_the_one_in_doubt_went_out() {
    let lost = [reset(), timeout()];
    let run = World::users().people(["ada"]).when("invite ada", lost).killed_after(40.0).run().await;
    assert_eq!((run.line("ada").as_str(), run.elapsed("ada")), ("sending x2", 0.0));
    let run = run.again().await.when("find ada", [pending("user-1").created_at(at(31))]).run().await;
    assert_eq!(run.requests, ["70 find ada"]);
    assert_eq!((run.line("ada").as_str(), run.elapsed("ada")), ("invited user-1 x2", 40.0));
}

#[tokio::test(start_paused = true)]
async fn an_invite_made_when_the_killed_run_s_request_cannot_have_been_running_is_somebody_else_s() {
    // Sent at 0 s, given up within 60 s, settled 30 s later, by a clock that may be 30 s behind.
    for (made, fate) in [(115, "invited"), (125, "already_invited")] {
        let run = World::users().people(["ada"]).when("invite ada", [timeout()]).killed_after(5.0).run().await;
        let run = run.again_after(130.0).await.when("find ada", [pending("user-1").created_at(at(made))]).run().await;
        assert_eq!(run.fates(), [format!("ada {fate}")], "{made}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_asks_nothing_about_what_a_killed_run_left_open() {
    let mut world = killed_while_sending(World::users()).await;
    world.options.dry_run = true;
    let run = world.run().await;
    assert_eq!(run.requests, [""; 0]);
    assert_eq!(run.fates(), ["ada unknown", "bob not_sent"]);
}

#[tokio::test(start_paused = true)]
async fn a_killed_runs_request_is_not_waited_for_longer_than_it_may_still_be_running() {
    let run = World::users().people(["ada"]).when("invite ada", [timeout()]).killed_after(5.0).run().await;
    let run = run.again_after(70.0).await.run().await;
    assert_eq!(run.requests[0], "90 find ada", "30 s for a token, 30 s for its answer and 30 s to settle");
    let run = World::users().people(["ada"]).when("invite ada", [timeout()]).killed_after(5.0).run().await;
    let run = run.again_after(3600.0).await.run().await;
    assert_eq!(run.requests[0], "3605 find ada");
}

#[tokio::test(start_paused = true)]
async fn a_second_kill_before_asking_leaves_the_row_sending() {
    let run = killed_while_sending(World::users()).await.killed_after(10.0).run().await;
    assert_eq!(run.line("ada"), "sending x1");
    let run = run.again().await.run().await;
    assert_eq!(run.requests, ["45 find ada", "45 invite ada"]);
    assert_eq!(run.fates(), ["ada invited", "bob invited"]);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_row_is_asked_about_when_its_request_cannot_be_running_any_more() {
    for (later, asked) in [(0.0, 31.0), (10.0, 31.0), (60.0, 61.0)] {
        let run = World::users().people(["ada"]).when("invite ada", [reset()]).signal_at(1.0, Signal::Interrupt);
        let run = run.run().await;
        assert_eq!(run.line("ada"), "unknown INTERRUPTED x1");
        let run = run.again_after(later).await.when("find ada", [pending("user-1").created_at(at(0))]).run().await;
        assert_eq!(run.requests, [format!("{} find ada", if later > 31.0 { later + 1.0 } else { asked })]);
        assert_eq!((run.line("ada").as_str(), run.exit()), ("invited user-1 x1", Exit::Success));
    }
}

#[tokio::test(start_paused = true)]
async fn an_invite_older_than_the_killed_runs_request_is_somebody_elses() {
    for (created, status) in [(-2, "invited"), (-3, "already_invited")] {
        let found = pending("user-1").created_at(at(created));
        let run = killed_while_sending(World::users()).await.when("find ada", [found]).run().await;
        assert_eq!(run.line("ada"), format!("{status} user-1 x1"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_invite_made_before_a_bug_struck_is_ours() {
    let run = World::users().people(["ada"]).when("invite ada", [panics().after(20.0)]).run().await;
    let run = run.again().await.when("find ada", [pending("user-1").created_at(at(1))]).run().await;
    assert_eq!(run.requests, ["50 find ada"]);
    assert_eq!(run.line("ada"), "invited user-1 x1");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_may_not_ask_hands_a_killed_runs_request_on_with_its_whole_settling_delay() {
    let mut world = killed_while_sending(World::users()).await;
    world.halt = Some(Halt::OrganizationBlocked(Blocked::new(BlockedReason::Unauthorized, "")));
    let run = world.run().await;
    assert_eq!(run.lines(), ["2 ada unknown NOT_LOOKED_UP x1", "3 bob not_sent ORGANIZATION_BLOCKED x0"]);
    assert!(run.detail("ada").contains("sent at 2026-11-24T10:00:00Z"), "{}", run.detail("ada"));
    let found = pending("user-1").created_at(at(1));
    let run = run.again().await.when("find ada", [found]).run().await;
    assert_eq!(run.requests, ["5 invite bob", "35 find ada"], "the request was given up at 5 s, by the kill");
    assert_eq!(run.line("ada"), "invited user-1 x1");
}

#[tokio::test(start_paused = true)]
async fn a_signal_before_asking_leaves_a_killed_runs_row_unknown_and_the_next_run_asks() {
    let run = killed_while_sending(World::users()).await.signal_at(1.0, Signal::Interrupt).run().await;
    assert_eq!(run.lines(), ["2 ada unknown INTERRUPTED x1", "3 bob invited i-bob http 201 x1"]);
    let run = run.again().await.when("find ada", [pending("user-1").created_at(at(1))]).run().await;
    assert_eq!(run.requests, ["36 find ada"]);
    assert_eq!(run.line("ada"), "invited user-1 x1");
}

#[tokio::test(start_paused = true)]
async fn a_limit_counts_rows_that_a_killed_run_left_open_too() {
    let people = ["ada", "bob", "cy"];
    let lost = |world: World, name| world.when(&format!("invite {name}"), [timeout()]);
    let run = people[..2].iter().fold(World::users().people(people).concurrency(2), lost).killed_after(5.0).run().await;
    let mut world = run.again().await;
    world.options.limit = Some(1);
    let run = world.run().await;
    assert_eq!(run.requests.iter().filter(|request| request.contains("invite")).count(), 1, "{:?}", run.requests);
    assert_eq!(run.fates(), ["ada invited", "bob not_sent", "cy not_sent"]);
    assert_eq!(run.detail("bob"), "beyond --limit");
}

#[tokio::test(start_paused = true)]
async fn rows_are_recognised_by_their_address_wherever_they_stand() {
    let world = World::users().people(["ada", "bob", "cy", "dee"]);
    let run = world.when("invite cy", [refused(422, "BAD")]).when("invite dee", [refused(422, "BAD")]).run().await;
    let world = run.again().await.sheet_anew().people(["new", "cy", "BOB", "ada"]);
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
        "and dee, who failed, is nobody's business any more"
    );
}

#[tokio::test(start_paused = true)]
async fn people_gone_from_the_sheet_are_listed_last_with_an_empty_row() {
    let run = World::users().people(["ada", "bob"]).row("cy,ORG_MEMBER,her note").run().await;
    let run = run.again().await.sheet_anew().people(["bob", "dee"]).run().await;
    let expected = [
        "2 bob invited i-bob http 201 PERSON_GONE x1",
        "3 dee invited i-dee http 201 x1",
        " ada invited i-ada http 201 x1",
        " cy invited i-cy http 201 x1",
    ];
    assert_eq!(run.lines(), expected);
    assert_eq!(run.summary.as_ref().unwrap().gone, 2);
    let run = run.again().await.run().await;
    assert_eq!((run.requests.len(), &run.fates()[2..]), (0, &["ada invited".to_owned(), "cy invited".to_owned()][..]));
}

#[tokio::test(start_paused = true)]
async fn people_gone_from_the_sheet_whose_request_was_left_open_are_asked_about_and_never_sent() {
    let world = || killed_while_sending(World::users());
    let run = world().await.sheet_anew().people(["bob"]).when("find ada", [pending("user-1")]).run().await;
    assert_eq!(run.requests, ["5 invite bob", "35 find ada"]);
    assert_eq!(run.lines(), ["2 bob invited i-bob http 201 x1", " ada invited user-1 x1"]);

    let run = world().await.sheet_anew().people(["bob"]).run().await;
    assert_eq!(run.requests, ["5 invite bob", "35 find ada"]);
    assert_eq!(run.lines(), ["2 bob invited i-bob http 201 x1"]);
}
