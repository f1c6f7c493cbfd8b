//! Revoking a run: the invites that are cancelled, and the status after each answer.

mod unresolved;

use super::script::*;
use super::world::{Run, World, backoff};
use crate::engine::limiter::Pace;
use crate::model::exit::{Exit, Signal};
use crate::model::status::Status;

const ADA: &str = "00000000000000000000000a";
const BOB: &str = "00000000000000000000000b";
const OTHER: &str = "00000000000000000000000c";

/// Returns a run that invited ada and bob.
async fn invited(world: World) -> Run {
    world.people(["ada", "bob"]).when("invite ada", [created(ADA)]).when("invite bob", [created(BOB)]).run().await
}

/// Returns the world for a revoke of a run that invited ada and bob. Both invites are pending.
async fn pending_revoke() -> World {
    invited(World::new()).await.revoke().pending("ada", ADA).pending("bob", BOB)
}

fn revoke_ada() -> String {
    format!("revoke {ADA} of ada")
}

#[tokio::test(start_paused = true)]
async fn only_the_pending_invites_of_the_run_are_cancelled() {
    let mut world = World::new().people(["ada", "bob", "cy", "dee", "eve", "fay", "ada", "gil"]).row("hal,UNKNOWN,");
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
    assert_eq!(run.exit(), Exit::RowsNeedALook, "a person has accepted");
}

#[tokio::test(start_paused = true)]
async fn each_answer_to_a_cancellation_leads_to_its_status() {
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
        // The first request succeeded, and its answer was lost.
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
        // Refused after a request that may have succeeded.
        (vec![page(503), refused(422, "BAD")], None, format!("revoked {ADA} http 422 x2"), Exit::Success),
        (vec![page(503), refused(403, "NO")], None, format!("revoked {ADA} http 403 x2"), Exit::Success),
        (
            vec![page(503), refused(403, "NOT_ORG_OWNER")],
            None,
            format!("unknown {ADA} http 403 NOT_ORG_OWNER x2"),
            Exit::Halted,
        ),
        (vec![refused(422, "BAD")], None, format!("failed {ADA} http 422 BAD x1"), Exit::RowsNeedALook),
        (vec![refused(403, "NO")], None, format!("gone {ADA} http 403 INVITE_GONE x1"), Exit::Success),
        (vec![refused(403, "NOT_ORG_OWNER")], None, format!("failed {ADA} http 403 NOT_ORG_OWNER x1"), Exit::Halted),
        (vec![refused(401, ""), refused(401, "")], None, format!("failed {ADA} http 401 HTTP_ERROR x1"), Exit::Halted),
    ] {
        let mut world = pending_revoke().await.concurrency(1).when(&revoke_ada(), answers.clone());
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
async fn only_the_last_lost_answer_waits_for_the_settle_delay() {
    let world =
        pending_revoke().await.concurrency(1).when(&revoke_ada(), [reset(), reset(), reset(), reset(), reset()]);
    let run = world.run().await;
    let delays = backoff();
    assert_eq!(run.requests[1], format!("{} {}", delays[0], revoke_ada()));
    let look_up = run.requests.iter().find(|request| request.ends_with("find ada")).unwrap();
    assert_eq!(*look_up, format!("{} find ada", delays[3] + 30.0));
    assert_eq!(run.line("ada"), format!("revoked {ADA} x5"));
}

#[tokio::test(start_paused = true)]
async fn a_second_revoke_keeps_what_is_cancelled() {
    let world = pending_revoke().await.when(&format!("revoke {BOB} of bob"), [refused(422, "BAD")]);
    let again = world.run().await.again().await.pending("bob", BOB).run().await;
    assert_eq!(again.requests, [format!("0 revoke {BOB} of bob")]);
    assert_eq!(again.statuses(), ["ada revoked", "bob revoked"]);
    assert_eq!(again.summary.unwrap().kept, 1);
}

#[tokio::test(start_paused = true)]
async fn other_rows_of_a_person_do_not_hide_the_record() {
    let run = World::new().row("ada,UNKNOWN,").people(["ada", "ada"]).when("invite ada", [created(ADA)]).run().await;
    let first = run.revoke().pending("ada", ADA).run().await;
    assert_eq!(first.statuses(), ["ada not_ours", "ada revoked", "ada not_ours"]);
    let again = first.again().await.run().await;
    assert_eq!(again.statuses(), ["ada not_ours", "ada revoked", "ada not_ours"]);
    assert_eq!(again.summary.unwrap().kept, 1);
}

#[tokio::test(start_paused = true)]
async fn invites_created_since_the_revoke_are_cancelled_too() {
    let run = pending_revoke().await.run().await;
    assert_eq!(run.statuses(), ["ada revoked", "bob revoked"]);
    // Ada was invited again, so her invite is a different one.
    let results = run.run_results();
    std::fs::write(&results, std::fs::read_to_string(&results).unwrap().replace(ADA, OTHER)).unwrap();
    let again = run.again().await.pending("ada", OTHER).run().await;
    assert_eq!(again.requests, [format!("0 revoke {OTHER} of ada")]);
    assert_eq!(again.line("ada"), format!("revoked {OTHER} http 204 x1"));
    assert_eq!(again.line("bob"), format!("revoked {BOB} http 204 x1"));
}

#[tokio::test(start_paused = true)]
async fn a_revoked_invite_that_is_still_pending_is_cancelled_again() {
    let run = pending_revoke().await.run().await;
    let again = run.again().await.pending("ada", ADA).run().await;
    assert_eq!(again.requests, [format!("0 {}", revoke_ada())]);
    assert_eq!((again.statuses(), again.summary.unwrap().kept), (vec!["ada revoked".into(), "bob revoked".into()], 1));
}

#[tokio::test(start_paused = true)]
async fn a_possible_cancellation_is_remembered_by_later_runs() {
    let killed =
        pending_revoke().await.concurrency(1).when(&revoke_ada(), [revoked().after(9.0)]).killed_after(5.0).run().await;
    let mut world = killed.again().await.pending("ada", ADA).pending("bob", BOB);
    world.pace = Pace::new("1/min".parse().ok(), None);
    // Bob's request is sent first; ada's waits for the limiter when the signal comes.
    let run = world.concurrency(1).when(&revoke_ada(), [never_sent()]).signal_at(30.0, Signal::Interrupt).run().await;
    assert_eq!(run.statuses(), ["ada unknown", "bob not_sent"]);
    insta::assert_snapshot!(
        run.detail("ada"),
        @"cancellation sent at 2026-11-24T10:00:05Z (the connection was refused); the run ended before the next attempt"
    );
    let mut world = run.again().await.pending("bob", BOB);
    world.pace = Pace::Unlimited;
    assert_eq!(world.run().await.statuses(), ["ada revoked", "bob revoked"]);
}

#[tokio::test(start_paused = true)]
async fn only_the_last_attempt_frees_its_slot_while_it_waits() {
    let lost = [reset(), reset(), reset(), reset(), reset()];
    let run = pending_revoke().await.concurrency(1).when(&revoke_ada(), lost).run().await;
    let bob = run.requests.iter().position(|request| request.contains(BOB)).unwrap();
    let look_up = run.requests.iter().position(|request| request.ends_with("find invites of ada")).unwrap();
    assert!(bob < look_up, "{:?}", run.requests);
}

#[tokio::test(start_paused = true)]
async fn a_damaged_organization_id_makes_only_its_row_invalid() {
    let run = invited(World::new()).await;
    let results = run.results();
    let text = std::fs::read_to_string(&results).unwrap();
    std::fs::write(&results, text.replacen("32b6e34b3d91647abb20e7b8", "3.2E+23", 1)).unwrap();
    let run = run.revoke().pending("ada", ADA).pending("bob", BOB).run().await;
    assert_eq!(run.statuses(), ["ada invalid", "bob revoked"]);
    assert_eq!((run.line("ada"), run.exit()), (format!("invalid {ADA} INVALID_ORG_ID x0"), Exit::RowsNeedALook));
}

#[tokio::test(start_paused = true)]
async fn a_retried_cancellation_records_its_first_attempt() {
    let killed = pending_revoke().await.when(&revoke_ada(), [timeout()]).killed_after(5.0).run().await;
    let world = killed.again_after(100.0).await.pending("ada", ADA).when(&revoke_ada(), [timeout()]);
    let killed = world.killed_after(5.0).run().await;
    assert_eq!(killed.line("ada"), format!("sending {ADA} x1"));
    assert_eq!(killed.elapsed("ada"), 105.0);
}

#[tokio::test(start_paused = true)]
async fn a_killed_revoke_is_resumed() {
    let killed =
        pending_revoke().await.concurrency(1).when(&revoke_ada(), [revoked().after(9.0)]).killed_after(5.0).run().await;
    assert_eq!(killed.line("ada"), format!("sending {ADA} x1"));
    // The request of the killed revoke succeeded.
    let run = killed.again().await.pending("bob", BOB).run().await;
    assert_eq!(run.requests, [format!("5 revoke {BOB} of bob")]);
    assert_eq!(run.statuses(), ["ada revoked", "bob revoked"]);

    // Or it succeeds while the next revoke is running.
    let killed =
        pending_revoke().await.concurrency(1).when(&revoke_ada(), [revoked().after(9.0)]).killed_after(5.0).run().await;
    let world = killed.again().await.pending("ada", ADA).pending("bob", BOB).when(&revoke_ada(), [gone()]);
    assert_eq!(world.run().await.statuses(), ["ada revoked", "bob revoked"]);

    // A dry run in between keeps that record.
    let killed =
        pending_revoke().await.concurrency(1).when(&revoke_ada(), [revoked().after(9.0)]).killed_after(5.0).run().await;
    let mut dry = killed.again().await.pending("ada", ADA).pending("bob", BOB);
    dry.options.dry_run = true;
    let dry = dry.run().await;
    assert_eq!((dry.requests.len(), dry.statuses()), (0, vec!["ada unknown".to_owned(), "bob not_sent".to_owned()]));
    assert!(dry.detail("ada").contains("2026-11-24T10:00:00Z"), "{}", dry.detail("ada"));
    let mut world = dry.again().await;
    world.options.dry_run = false;
    assert_eq!(world.run().await.statuses(), ["ada revoked", "bob gone"]);
}

#[tokio::test(start_paused = true)]
async fn a_possible_cancellation_outweighs_a_later_refusal() {
    // Refused, and the invite is gone; or it is still pending.
    let world = || async { pending_revoke().await.concurrency(1) };
    let replies = || [reset(), refused(422, "BAD")];
    let run = world().await.when(&revoke_ada(), replies()).run().await;
    assert_eq!(run.line("ada"), format!("revoked {ADA} http 422 x2"));
    let run = world().await.when(&revoke_ada(), replies()).when("find invites of ada", [pending(ADA)]).run().await;
    assert_eq!(run.line("ada"), format!("failed {ADA} http 422 BAD x2"));
    // The revoke is blocked, and the next one is stopped before it can send.
    for answer in [refused(403, "NOT_ORG_OWNER"), refused(402, "")] {
        let run = world().await.when(&revoke_ada(), [reset(), answer]).run().await;
        assert!(run.line("ada").starts_with("unknown"), "{}", run.line("ada"));
        assert_eq!(run.exit(), Exit::Halted);
        let mut stopped = run.again_after(60.0).await.pending("ada", ADA);
        stopped = stopped.when(&revoke_ada(), [refused(429, "").retry_after(20)]).signal_at(5.0, Signal::Interrupt);
        let run = stopped.run().await;
        assert!(run.line("ada").starts_with("unknown"), "{}", run.line("ada"));
        assert_eq!(run.again_after(60.0).await.run().await.statuses()[0], "ada revoked");
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_who_accepts_during_the_look_up_is_accepted() {
    for (second, status) in [(member(), "accepted"), (pending(OTHER), "failed")] {
        let world = pending_revoke().await.when(&revoke_ada(), [refused(404, "")]);
        let run = world.when("find ada", [pending(OTHER), second]).run().await;
        assert_eq!(run.statuses(), [format!("ada {status}"), "bob revoked".to_owned()]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_look_up_uses_the_servers_spelling_of_the_address() {
    let world = invited(World::new()).await.revoke().pending("ADA", ADA);
    let request = format!("revoke {ADA} of ADA");
    let run = world.when(&request, [gone()]).when("find ADA", [member()]).run().await;
    assert_eq!(run.statuses(), ["ada accepted", "bob gone"]);
}

#[tokio::test(start_paused = true)]
async fn a_signal_leaves_possible_cancellations_unknown() {
    let slow = |replies: [Reply; 1]| (revoke_ada(), replies);
    let (request, replies) = slow([revoked().after(9.0)]);
    let world = pending_revoke().await.concurrency(1).when(&request, replies);
    let run = world.signal_at(1.0, Signal::Interrupt).run().await;
    assert_eq!(
        (run.statuses(), run.exit()),
        (vec!["ada revoked".to_owned(), "bob not_sent".to_owned()], Exit::Interrupted)
    );

    let world = pending_revoke().await.concurrency(1).when(&revoke_ada(), [revoked().after(9.0)]);
    let run = world.signal_at(1.0, Signal::Interrupt).signal_at(2.0, Signal::Interrupt).run().await;
    assert_eq!(run.statuses(), ["ada unknown", "bob not_sent"]);
    assert!(run.detail("ada").contains("2026-11-24T10:00:00Z"), "{}", run.detail("ada"));

    // Between two attempts, of which the first may have succeeded.
    let world = pending_revoke().await.concurrency(1).when(&revoke_ada(), [page(503).retry_after(20)]);
    let run = world.signal_at(5.0, Signal::Interrupt).run().await;
    assert_eq!(run.statuses(), ["ada unknown", "bob not_sent"]);
    assert_eq!(run.again().await.pending("bob", BOB).run().await.statuses(), ["ada revoked", "bob revoked"]);

    // While waiting for the limiter.
    let mut world = pending_revoke().await.concurrency(1).when(&revoke_ada(), [page(503)]);
    world.pace = Pace::new("1/min".parse().ok(), None);
    let run = world.signal_at(30.0, Signal::Interrupt).run().await;
    assert_eq!(run.statuses(), ["ada unknown", "bob not_sent"]);
}

#[tokio::test(start_paused = true)]
async fn an_unresolved_invitation_is_marked_if_not_looked_up() {
    for (dry_run, limit, why) in [(true, None, "DRY_RUN"), (false, Some(0), "BEYOND_LIMIT")] {
        let run = World::new().people(["ada", "bob"]).when("invite ada", [created(ADA)]).when("invite bob", [reset()]);
        let run = run.when("find bob", [page(503), page(503), page(503), page(503), page(503)]).run().await;
        assert_eq!(run.statuses(), ["ada invited", "bob unknown"]);
        let mut world = run.revoke().pending("ada", ADA).pending("bob", BOB);
        (world.options.dry_run, world.options.limit) = (dry_run, limit);
        let run = world.run().await;
        assert_eq!(
            (run.requests.len(), run.statuses()),
            (0, vec!["ada not_sent".to_owned(), "bob not_sent".to_owned()])
        );
        assert_eq!(run.line("ada"), format!("not_sent {ADA} {why} x0"));
        assert_eq!(run.line("bob"), format!("not_sent {why} x0"));
        assert_ne!(run.detail("bob"), run.detail("ada"), "the unresolved row has an additional detail");
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_missing_from_the_results_stays_recorded() {
    let mut world = pending_revoke().await;
    world.options.limit = Some(1);
    let run = world.run().await;
    assert_eq!(run.statuses(), ["ada revoked", "bob not_sent"]);
    // Ada's line is missing from the results of the run. The record that her invite was cancelled stays.
    let results = run.run_results();
    let text = std::fs::read_to_string(&results).unwrap();
    let kept: String = text.lines().filter(|line| !line.contains("ada@")).map(|line| format!("{line}\n")).collect();
    std::fs::write(&results, kept).unwrap();
    let mut world = run.again().await.pending("bob", BOB);
    world.options.limit = None;
    let run = world.run().await;
    assert_eq!(run.statuses(), ["bob revoked", "ada revoked"]);
    let summary = run.summary.unwrap();
    assert_eq!((summary.gone, summary.tally.count(Status::Revoked)), (1, 1));
}
