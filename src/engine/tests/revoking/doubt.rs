//! Invitations of which the run never learned what came: found out about once, cancelled where they are certainly its own.

use super::super::script::*;
use super::super::world::{Run, World, at};
use super::{ADA, OTHER, revoke_ada};
use crate::model::exit::Signal;

#[tokio::test(start_paused = true)]
async fn an_invitation_that_is_in_doubt_is_found_out_about_and_then_cancelled() {
    for (found, fate, requests) in [
        (Some(pending(ADA).created_at(at(2))), "revoked", 1),
        (Some(pending(OTHER).created_at(at(-60))), "gone", 0),
        // Somebody else's, made when the run's request cannot have been running any more: given up at 5 s, 30 s on, by a clock that may be 30 s
        // behind.
        (Some(pending(OTHER).created_at(at(64))), "revoked", 1),
        (Some(pending(OTHER).created_at(at(68))), "gone", 0),
        (Some(pending(OTHER)), "failed", 0),
        (None, "gone", 0),
    ] {
        let killed = World::new().people(["ada"]).when("invite ada", [timeout()]).killed_after(5.0).run().await;
        let mut world = killed.revoke();
        if let Some(found) = found {
            world = world.when("find invites of ada", [found]);
        }
        let run = world.run().await;
        assert_eq!(run.requests[0], "35 find ada", "once it cannot be running any more");
        assert_eq!(run.requests.iter().filter(|request| request.contains("revoke")).count(), requests);
        assert_eq!(run.fates(), [format!("ada {fate}")]);
    }
    // Accepted before anybody could ask; and nobody can be asked.
    let killed = World::new().people(["ada"]).when("invite ada", [timeout()]).killed_after(5.0).run().await;
    let run = killed.revoke().when("find ada", [member()]).run().await;
    assert_eq!(run.fates(), ["ada accepted"]);
    let killed = World::new().people(["ada"]).when("invite ada", [timeout()]).killed_after(5.0).run().await;
    let run = killed.revoke().when("find ada", [page(500), page(500), page(500), page(500), page(500)]).run().await;
    assert_eq!(run.line("ada"), "unknown LOOK_UP_FAILED x0");
    // Nothing was sent, so nothing is said to have been cancelled.
    assert_eq!(run.again_after(60.0).await.run().await.fates(), ["ada gone"]);
}

/// A run that was killed while ada's invitation, sent at once, was on its way.
async fn in_doubt(name: &str) -> Run {
    let timed_out = format!("invite {name}");
    World::new().people([name]).when(&timed_out, [timeout()]).killed_after(5.0).run().await
}

#[tokio::test(start_paused = true)]
async fn whom_somebody_else_invites_after_nothing_was_found_is_left_alone() {
    let run = in_doubt("ada").await.revoke().run().await;
    assert_eq!(run.fates(), ["ada gone"]);
    let world = run.again_after(60.0).await.pending("ada", OTHER);
    let run = world.signal_at(0.0, Signal::Interrupt).run().await;
    let run = run.again_after(60.0).await.pending("ada", OTHER).run().await;
    assert_eq!((run.requests.len(), run.fates()), (0, vec!["ada gone".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn an_invite_that_was_found_out_about_is_remembered_by_its_id() {
    let found = || ("find invites of ada", [pending(ADA).created_at(at(1))]);
    // Killed, in doubt, or refused: ours is cancelled by then, and somebody else has invited the person.
    for (answers, kill, left) in [
        (vec![revoked().after(9.0)], Some(36.0), "sending"),
        (vec![page(503).retry_after(20)], None, "unknown"),
        (vec![refused(422, "BAD")], None, "failed"),
    ] {
        let (request, replies) = found();
        let mut world = in_doubt("ada").await.revoke().when(request, replies).when(&revoke_ada(), answers);
        match kill {
            Some(seconds) => world = world.killed_after(seconds),
            None if left == "unknown" => world = world.signal_at(40.0, Signal::Interrupt),
            None => {}
        }
        let run = world.run().await;
        assert!(run.line("ada").starts_with(&format!("{left} {ADA}")), "{}", run.line("ada"));
        let run = run.again_after(60.0).await.pending("ada", OTHER).run().await;
        assert_eq!((run.requests.len(), run.fates()), (0, vec!["ada gone".to_owned()]), "{left}");
    }
    // Ours is there still.
    let (request, replies) = found();
    let run = in_doubt("ada").await.revoke().when(request, replies).when(&revoke_ada(), [refused(422, "BAD")]).run();
    let run = run.await.again_after(60.0).await.pending("ada", OTHER).pending("ada", ADA).run().await;
    assert_eq!((run.requests.len(), run.line("ada")), (1, format!("revoked {ADA} http 204 x1")));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_could_not_ask_either_does_not_hide_what_the_revocation_found() {
    let run = in_doubt("ada").await.revoke().run().await;
    // The run was repeated and stopped: its line is newer, and says since when the invite may exist.
    let results = run.run_results();
    let (text, unknown) = (std::fs::read_to_string(&results).unwrap(), "unknown,,,,,,1,90000,2026-11-24T10:01:30.000Z");
    std::fs::write(&results, text.replace("sending,,,,,,1,0,2026-11-24T10:00:00.000Z", unknown)).unwrap();
    assert!(std::fs::read_to_string(&results).unwrap().contains(unknown), "{text}");
    let run = run.again_after(120.0).await.pending("ada", OTHER).run().await;
    assert_eq!((run.requests.len(), run.fates()), (0, vec!["ada gone".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn of_two_invites_that_may_be_ours_neither_is_cancelled() {
    let world = in_doubt("Ada").await.revoke();
    let (ours, theirs) = (pending(ADA).created_at(at(1)), pending(OTHER).created_at(at(20)));
    let run = world.when("find invites of Ada", [ours]).when("find invites of ada", [theirs.clone()]).run().await;
    assert_eq!(run.line("Ada"), "failed INVITE_AMBIGUOUS x0");
    // Of two that cannot both be, ours is, whichever is the latest.
    let before = pending(OTHER).created_at(at(-60));
    let ours = || pending(ADA).created_at(at(1));
    let world = in_doubt("Ada").await.revoke();
    let run = world.when("find invites of Ada", [ours()]).when("find invites of ada", [before]).run().await;
    assert_eq!(run.line("Ada"), format!("revoked {ADA} http 204 x1"));
}

#[tokio::test(start_paused = true)]
async fn a_bug_while_an_invite_is_looked_for_tells_of_no_cancellation() {
    let run = in_doubt("ada").await.revoke().when("find ada", [panics()]).run().await;
    assert_eq!(run.fates(), ["ada unknown"]);
    assert_eq!(run.again_after(60.0).await.run().await.fates(), ["ada gone"]);
}

#[tokio::test(start_paused = true)]
async fn a_person_is_never_cancelled_as_if_they_were_an_invite() {
    let user = || pending(OTHER).created_at(at(1));
    // Accepted in between the two questions, or listed as pending without an invite for good.
    for (second, fate) in [(member(), "accepted"), (nobody(), "gone"), (user(), "unknown")] {
        let run = in_doubt("ada").await.revoke().when("find ada", [user(), second]).run().await;
        assert!(run.requests.iter().all(|request| !request.contains("revoke")), "{:?}", run.requests);
        assert_eq!(run.fates(), [format!("ada {fate}")]);
    }
}
