//! Taking back what a run did: whose invites are cancelled, and what is made of each answer.

mod doubt;

use super::script::*;
use super::world::{Run, World, backoff};
use crate::engine::limiter::Pace;
use crate::model::exit::{Exit, Signal};
use crate::model::status::Status;

const ADA: &str = "00000000000000000000000a";
const BOB: &str = "00000000000000000000000b";
const OTHER: &str = "00000000000000000000000c";

/// A run that invited ada and bob.
async fn invited(world: World) -> Run {
    world.people(["ada", "bob"]).when("invite ada", [created(ADA)]).when("invite bob", [created(BOB)]).run().await
}

/// The invites of a run of ada and bob are taken back; both are pending.
async fn revoking() -> World {
    invited(World::new()).await.revoke().pending("ada", ADA).pending("bob", BOB)
}

fn revoke_ada() -> String {
    format!("revoke {ADA} of ada")
}

#[tokio::test(start_paused = true)]
async fn the_pending_invites_of_the_run_are_cancelled_and_nothing_else_is_touched() {
    let mut world = World::new().people(["ada", "bob", "cy", "dee", "eve", "fay", "ada", "gil"]).row("hal,NOBODY,");
    world = world.pending("cy", OTHER).member("dee");
    world.options.limit = Some(5);
    let run = world
        .when("invite ada", [created(ADA)])
        .when("invite bob", [created(BOB)])
        .when("invite eve", [refused(422, "BAD")])
        .when("invite fay", [created("00000000000000000000000f")])
        .when("invite gil", [created("0000000000000000000000ee")])
        .run()
        .await;
    let world = run.revoke().pending("ada", ADA).member("bob").pending("cy", OTHER).member("dee").pending("eve", OTHER);
    let mut world = world.pending("gil", OTHER);
    world.options.limit = None;
    let run = world.run().await;
    assert_eq!(run.requests, [format!("0 {}", revoke_ada())]);
    assert_eq!(
        run.lines(),
        [
            format!("2 ada revoked {ADA} http 204 x1"),
            format!("3 bob accepted {BOB} ALREADY_ACCEPTED x0"),
            "4 cy not_ours 00000000000000000000000c NOT_CREATED_BY_JOB x0".to_owned(),
            "5 dee not_ours NOT_CREATED_BY_JOB x0".to_owned(),
            "6 eve not_ours NOT_CREATED_BY_JOB x0".to_owned(),
            "7 fay gone 00000000000000000000000f INVITE_GONE x0".to_owned(),
            "8 ada not_ours NOT_CREATED_BY_JOB x0".to_owned(),
            "9 gil gone 0000000000000000000000ee OTHER_INVITE_PENDING x0".to_owned(),
            "10 hal not_ours NOT_CREATED_BY_JOB x0".to_owned(),
        ]
    );
    assert_eq!(run.exit(), Exit::RowsNeedALook, "somebody has accepted");
}

#[tokio::test(start_paused = true)]
async fn each_answer_to_a_cancellation_leads_to_the_row_s_fate() {
    let doubt = || [page(500), page(500), page(500), page(500), page(500)];
    for (answers, then, line, exit) in [
        (vec![revoked()], None, format!("revoked {ADA} http 204 x1"), Exit::Success),
        (vec![never_sent(), revoked()], None, format!("revoked {ADA} http 204 x2"), Exit::Success),
        (vec![refused(429, ""), revoked()], None, format!("revoked {ADA} http 204 x1"), Exit::Success),
        (vec![refused(401, ""), revoked()], None, format!("revoked {ADA} http 204 x1"), Exit::Success),
        (vec![page(503), revoked()], None, format!("revoked {ADA} http 204 x2"), Exit::Success),
        (vec![page(200), revoked()], None, format!("revoked {ADA} http 204 x2"), Exit::Success),
        // Accepted, declined or cancelled meanwhile.
        (
            vec![gone()],
            Some(("find ada", member())),
            format!("accepted {ADA} http 400 ALREADY_ACCEPTED x1"),
            Exit::RowsNeedALook,
        ),
        (vec![gone()], None, format!("gone {ADA} http 400 INVITE_GONE x1"), Exit::Success),
        (vec![refused(404, "")], None, format!("gone {ADA} http 404 INVITE_GONE x1"), Exit::Success),
        (
            vec![gone()],
            Some(("find invites of ada", pending(OTHER))),
            format!("gone {ADA} http 400 OTHER_INVITE_PENDING x1"),
            Exit::Success,
        ),
        (
            vec![gone()],
            Some(("find invites of ada", pending(ADA))),
            format!("failed {ADA} http 400 INVALID_INVITATION_ID x1"),
            Exit::RowsNeedALook,
        ),
        // The first request came through, and its answer was lost.
        (vec![reset(), gone()], None, format!("revoked {ADA} http 400 x2"), Exit::Success),
        (doubt().into(), None, format!("revoked {ADA} http 500 x5"), Exit::Success),
        (
            doubt().into(),
            Some(("find invites of ada", pending(ADA))),
            format!("failed {ADA} http 500 HTTP_ERROR x5"),
            Exit::RowsNeedALook,
        ),
        (
            doubt().into(),
            Some(("find invites of ada", pending(OTHER))),
            format!("revoked {ADA} http 500 x5"),
            Exit::Success,
        ),
        // It was refused after one that may have come through.
        (vec![page(503), refused(422, "BAD")], None, format!("revoked {ADA} http 422 x2"), Exit::Success),
        (vec![page(503), refused(403, "NO")], None, format!("unknown {ADA} http 403 NO x2"), Exit::Halted),
        (vec![refused(422, "BAD")], None, format!("failed {ADA} http 422 BAD x1"), Exit::RowsNeedALook),
        (vec![refused(403, "NO")], None, format!("failed {ADA} http 403 NO x1"), Exit::Halted),
        (vec![refused(401, ""), refused(401, "")], None, format!("failed {ADA} http 401 HTTP_ERROR x1"), Exit::Halted),
    ] {
        let mut world = revoking().await.concurrency(1).when(&revoke_ada(), answers.clone());
        if let Some((request, answer)) = then.clone() {
            world = world.when(request, [answer]);
        }
        let run = world.run().await;
        assert_eq!(run.line("ada"), line, "{answers:?} {then:?}");
        assert_eq!(run.exit(), exit, "{answers:?} {then:?}");
        let bob = if exit == Exit::Halted { "not_sent" } else { "revoked" };
        assert!(run.line("bob").starts_with(bob), "{answers:?}");
    }
}

fn gone() -> Reply {
    refused(400, "INVALID_INVITATION_ID")
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_answer_the_request_is_sent_again_and_only_the_last_waits_for_the_settling_delay() {
    let world = revoking().await.concurrency(1).when(&revoke_ada(), [reset(), reset(), reset(), reset(), reset()]);
    let run = world.run().await;
    let delays = backoff();
    assert_eq!(run.requests[1], format!("{} {}", delays[0], revoke_ada()));
    let asked = run.requests.iter().find(|request| request.ends_with("find ada")).unwrap();
    assert_eq!(*asked, format!("{} find ada", delays[3] + 30.0));
    assert_eq!(run.line("ada"), format!("revoked {ADA} x5"));
}

#[tokio::test(start_paused = true)]
async fn once_more_keeps_what_is_cancelled_and_tries_the_rest() {
    let world = revoking().await.when(&format!("revoke {BOB} of bob"), [refused(422, "BAD")]);
    let again = world.run().await.again().await.pending("bob", BOB).run().await;
    assert_eq!(again.requests, [format!("0 revoke {BOB} of bob")]);
    assert_eq!(again.fates(), ["ada revoked", "bob revoked"]);
    assert_eq!(again.summary.unwrap().kept, 1);
}

#[tokio::test(start_paused = true)]
async fn another_row_of_the_same_person_neither_hides_nor_takes_what_is_on_record_of_them() {
    let run = World::new().row("ada,NOBODY,").people(["ada", "ada"]).when("invite ada", [created(ADA)]).run().await;
    let first = run.revoke().pending("ada", ADA).run().await;
    assert_eq!(first.fates(), ["ada not_ours", "ada revoked", "ada not_ours"]);
    let again = first.again().await.run().await;
    assert_eq!(again.fates(), ["ada not_ours", "ada revoked", "ada not_ours"]);
    assert_eq!(again.summary.unwrap().kept, 1);
}

#[tokio::test(start_paused = true)]
async fn what_the_run_has_invited_since_is_cancelled_too() {
    let run = revoking().await.run().await;
    assert_eq!(run.fates(), ["ada revoked", "bob revoked"]);
    // Ada's row was started over, and her invite is another.
    let results = run.run_results();
    std::fs::write(&results, std::fs::read_to_string(&results).unwrap().replace(ADA, OTHER)).unwrap();
    let again = run.again().await.pending("ada", OTHER).run().await;
    assert_eq!(again.requests, [format!("0 revoke {OTHER} of ada")]);
    assert_eq!(again.line("ada"), format!("revoked {OTHER} http 204 x1"));
    assert_eq!(again.line("bob"), format!("revoked {BOB} http 204 x1"));
}

#[tokio::test(start_paused = true)]
async fn what_was_called_revoked_and_is_pending_all_the_same_is_cancelled_again() {
    let run = revoking().await.run().await;
    let again = run.again().await.pending("ada", ADA).run().await;
    assert_eq!(again.requests, [format!("0 {}", revoke_ada())]);
    assert_eq!((again.fates(), again.summary.unwrap().kept), (vec!["ada revoked".into(), "bob revoked".into()], 1));
}

#[tokio::test(start_paused = true)]
async fn that_an_attempt_may_have_come_through_is_not_forgotten_by_the_one_after() {
    let killed =
        revoking().await.concurrency(1).when(&revoke_ada(), [revoked().after(9.0)]).killed_after(5.0).run().await;
    let mut world = killed.again().await.pending("ada", ADA).pending("bob", BOB);
    world.pace = Pace::new("1/min".parse().ok(), None);
    // The first request of all is bob's; ada's waits for its turn when the signal comes.
    let run = world.concurrency(1).when(&revoke_ada(), [never_sent()]).signal_at(30.0, Signal::Interrupt).run().await;
    assert_eq!(run.fates(), ["ada unknown", "bob not_sent"]);
    assert!(run.detail("ada").starts_with("a cancellation was sent at 2026-11-24T10:00:0"), "{}", run.detail("ada"));
    let mut world = run.again().await.pending("bob", BOB);
    world.pace = Pace::Unlimited;
    assert_eq!(world.run().await.fates(), ["ada revoked", "bob revoked"]);
}

#[tokio::test(start_paused = true)]
async fn only_the_last_attempt_gives_up_its_place_while_it_waits() {
    let lost = [reset(), reset(), reset(), reset(), reset()];
    let run = revoking().await.concurrency(1).when(&revoke_ada(), lost).run().await;
    let bob = run.requests.iter().position(|request| request.contains(BOB)).unwrap();
    let asked = run.requests.iter().position(|request| request.ends_with("find invites of ada")).unwrap();
    assert!(bob < asked, "{:?}", run.requests);
}

#[tokio::test(start_paused = true)]
async fn a_damaged_organization_hides_no_invite() {
    let run = invited(World::new()).await;
    let results = run.results();
    let text = std::fs::read_to_string(&results).unwrap();
    std::fs::write(&results, text.replacen("32b6e34b3d91647abb20e7b8", "3.2E+23", 1)).unwrap();
    let run = run.revoke().pending("ada", ADA).pending("bob", BOB).run().await;
    assert_eq!(run.fates(), ["ada invalid", "bob revoked"]);
    assert_eq!((run.line("ada"), run.exit()), (format!("invalid {ADA} INVALID_ORG_ID x0"), Exit::RowsNeedALook));
}

#[tokio::test(start_paused = true)]
async fn what_is_tried_again_tells_since_when_it_may_have_come_through() {
    let killed = revoking().await.when(&revoke_ada(), [timeout()]).killed_after(5.0).run().await;
    let world = killed.again_after(100.0).await.pending("ada", ADA).when(&revoke_ada(), [timeout()]);
    let killed = world.killed_after(5.0).run().await;
    assert_eq!(killed.line("ada"), format!("sending {ADA} x1"));
    assert_eq!(killed.elapsed("ada"), 105.0);
}

#[tokio::test(start_paused = true)]
async fn a_killed_revocation_is_taken_up_again() {
    let killed =
        revoking().await.concurrency(1).when(&revoke_ada(), [revoked().after(9.0)]).killed_after(5.0).run().await;
    assert_eq!(killed.line("ada"), format!("sending {ADA} x1"));
    // The request of the killed one came through.
    let run = killed.again().await.pending("bob", BOB).run().await;
    assert_eq!(run.requests, [format!("5 revoke {BOB} of bob")]);
    assert_eq!(run.fates(), ["ada revoked", "bob revoked"]);

    // Or it comes through while this one is under way.
    let killed =
        revoking().await.concurrency(1).when(&revoke_ada(), [revoked().after(9.0)]).killed_after(5.0).run().await;
    let world = killed.again().await.pending("ada", ADA).pending("bob", BOB).when(&revoke_ada(), [gone()]);
    assert_eq!(world.run().await.fates(), ["ada revoked", "bob revoked"]);

    // A dry run in between loses nothing of that.
    let killed =
        revoking().await.concurrency(1).when(&revoke_ada(), [revoked().after(9.0)]).killed_after(5.0).run().await;
    let mut dry = killed.again().await.pending("ada", ADA).pending("bob", BOB);
    dry.options.dry_run = true;
    let dry = dry.run().await;
    assert_eq!((dry.requests.len(), dry.fates()), (0, vec!["ada unknown".to_owned(), "bob not_sent".to_owned()]));
    assert!(dry.detail("ada").starts_with("a cancellation was sent at 2026-11-24T10:00:00Z"), "{}", dry.detail("ada"));
    let mut world = dry.again().await;
    world.options.dry_run = false;
    assert_eq!(world.run().await.fates(), ["ada revoked", "bob gone"]);
}

#[tokio::test(start_paused = true)]
async fn what_may_have_come_through_is_not_forgotten_for_what_is_answered_afterwards() {
    // Refused, and nobody is there any more; or ours still is.
    let world = || async { revoking().await.concurrency(1) };
    let replies = || [reset(), refused(422, "BAD")];
    let run = world().await.when(&revoke_ada(), replies()).run().await;
    assert_eq!(run.line("ada"), format!("revoked {ADA} http 422 x2"));
    let run = world().await.when(&revoke_ada(), replies()).when("find invites of ada", [pending(ADA)]).run().await;
    assert_eq!(run.line("ada"), format!("failed {ADA} http 422 BAD x2"));
    // The run is condemned; and the next one is stopped before it can send.
    for answer in [refused(403, "NO"), refused(402, "")] {
        let run = world().await.when(&revoke_ada(), [reset(), answer]).run().await;
        assert!(run.line("ada").starts_with("unknown"), "{}", run.line("ada"));
        assert_eq!(run.exit(), Exit::Halted);
        let mut stopped = run.again_after(60.0).await.pending("ada", ADA);
        stopped = stopped.when(&revoke_ada(), [refused(429, "").retry_after(20)]).signal_at(5.0, Signal::Interrupt);
        let run = stopped.run().await;
        assert!(run.line("ada").starts_with("unknown"), "{}", run.line("ada"));
        assert_eq!(run.again_after(60.0).await.run().await.fates()[0], "ada revoked");
    }
}

#[tokio::test(start_paused = true)]
async fn who_accepts_between_the_two_questions_after_a_refusal_has_accepted() {
    for (second, fate) in [(member(), "accepted"), (pending(OTHER), "failed")] {
        let world = revoking().await.when(&revoke_ada(), [refused(404, "")]);
        let run = world.when("find ada", [pending(OTHER), second]).run().await;
        assert_eq!(run.fates(), [format!("ada {fate}"), "bob revoked".to_owned()]);
    }
}

#[tokio::test(start_paused = true)]
async fn who_accepts_is_looked_up_under_the_address_as_the_server_has_it() {
    let world = invited(World::new()).await.revoke().pending("ADA", ADA);
    let request = format!("revoke {ADA} of ADA");
    let run = world.when(&request, [gone()]).when("find ADA", [member()]).run().await;
    assert_eq!(run.fates(), ["ada accepted", "bob gone"]);
}

#[tokio::test(start_paused = true)]
async fn a_signal_ends_it_and_says_what_is_not_known() {
    let slow = |replies: [Reply; 1]| (revoke_ada(), replies);
    let (request, replies) = slow([revoked().after(9.0)]);
    let world = revoking().await.concurrency(1).when(&request, replies);
    let run = world.signal_at(1.0, Signal::Interrupt).run().await;
    assert_eq!(
        (run.fates(), run.exit()),
        (vec!["ada revoked".to_owned(), "bob not_sent".to_owned()], Exit::Interrupted)
    );

    let world = revoking().await.concurrency(1).when(&revoke_ada(), [revoked().after(9.0)]);
    let run = world.signal_at(1.0, Signal::Interrupt).signal_at(2.0, Signal::Interrupt).run().await;
    assert_eq!(run.fates(), ["ada unknown", "bob not_sent"]);
    assert!(run.detail("ada").starts_with("a cancellation was sent at"), "{}", run.detail("ada"));

    // In between two attempts, of which the first may have come through.
    let world = revoking().await.concurrency(1).when(&revoke_ada(), [page(503).retry_after(20)]);
    let run = world.signal_at(5.0, Signal::Interrupt).run().await;
    assert_eq!(run.fates(), ["ada unknown", "bob not_sent"]);
    assert_eq!(run.again().await.pending("bob", BOB).run().await.fates(), ["ada revoked", "bob revoked"]);

    // The same where it waits for its turn.
    let mut world = revoking().await.concurrency(1).when(&revoke_ada(), [page(503)]);
    world.pace = Pace::new("1/min".parse().ok(), None);
    let run = world.signal_at(30.0, Signal::Interrupt).run().await;
    assert_eq!(run.fates(), ["ada unknown", "bob not_sent"]);
}

#[tokio::test(start_paused = true)]
async fn an_invitation_in_doubt_that_is_not_asked_about_is_not_told_as_one_to_be_cancelled() {
    for (dry_run, limit, why) in [(true, None, "DRY_RUN"), (false, Some(0), "BEYOND_LIMIT")] {
        let run = World::new().people(["ada", "bob"]).when("invite ada", [created(ADA)]).when("invite bob", [reset()]);
        let run = run.when("find bob", [page(503), page(503), page(503), page(503), page(503)]).run().await;
        assert_eq!(run.fates(), ["ada invited", "bob unknown"]);
        let mut world = run.revoke().pending("ada", ADA).pending("bob", BOB);
        (world.options.dry_run, world.options.limit) = (dry_run, limit);
        let run = world.run().await;
        assert_eq!((run.requests.len(), run.fates()), (0, vec!["ada not_sent".to_owned(), "bob not_sent".to_owned()]));
        assert_eq!(run.line("ada"), format!("not_sent {ADA} {why} x0"));
        assert_eq!(run.line("bob"), format!("not_sent {why} x0"));
        assert_ne!(run.detail("bob"), run.detail("ada"), "the row in doubt is marked as such");
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_a_dry_run_and_whoever_is_no_longer_in_the_results() {
    let mut world = revoking().await;
    world.options.limit = Some(1);
    let run = world.run().await;
    assert_eq!(run.fates(), ["ada revoked", "bob not_sent"]);
    // Ada's line is gone from the results of the run; that she was invited and is not any more stays on record.
    let results = run.run_results();
    let text = std::fs::read_to_string(&results).unwrap();
    let kept: String = text.lines().filter(|line| !line.contains("ada@")).map(|line| format!("{line}\n")).collect();
    std::fs::write(&results, kept).unwrap();
    let mut world = run.again().await.pending("bob", BOB);
    world.options.limit = None;
    let run = world.run().await;
    assert_eq!(run.fates(), ["bob revoked", "ada revoked"]);
    let summary = run.summary.unwrap();
    assert_eq!((summary.gone, summary.tally.count(Status::Revoked)), (1, 1));
}
