//! Invitations whose outcome the run never learned. They are looked up once, and cancelled if they certainly belong to
//! it.

use super::super::script::*;
use super::super::world::{Run, World, at};
use super::{ADA, OTHER, revoke_ada};
use crate::model::exit::Signal;

#[tokio::test(start_paused = true)]
async fn an_unresolved_invitation_is_looked_up_before_cancelling() {
    for (found, status, requests) in [
        (Some(pending(ADA).created_at(at(2))), "revoked", 1),
        (Some(pending(OTHER).created_at(at(-60))), "gone", 0),
        // Not ours if created after the run's request had ended: abandoned at 5 s, settled 30 s later, by a clock that
        // may be 30 s behind.
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
        assert_eq!(run.requests[0], "35 find ada", "after the request has certainly ended");
        assert_eq!(run.requests.iter().filter(|request| request.contains("revoke")).count(), requests);
        assert_eq!(run.statuses(), [format!("ada {status}")]);
    }
    // Accepted before the look-up; then a look-up that fails.
    let killed = World::new().people(["ada"]).when("invite ada", [timeout()]).killed_after(5.0).run().await;
    let run = killed.revoke().when("find ada", [member()]).run().await;
    assert_eq!(run.statuses(), ["ada accepted"]);
    let killed = World::new().people(["ada"]).when("invite ada", [timeout()]).killed_after(5.0).run().await;
    let run = killed.revoke().when("find ada", [page(500), page(500), page(500), page(500), page(500)]).run().await;
    assert_eq!(run.line("ada"), "unknown LOOK_UP_FAILED x0");
    // No cancellation was sent, so the status is not `revoked`.
    assert_eq!(run.again_after(60.0).await.run().await.statuses(), ["ada gone"]);
}

/// Returns a run that was killed while the person's invitation, sent at 0 s, was in flight.
async fn killed_while_inviting(name: &str) -> Run {
    let timed_out = format!("invite {name}");
    World::new().people([name]).when(&timed_out, [timeout()]).killed_after(5.0).run().await
}

#[tokio::test(start_paused = true)]
async fn an_invite_by_others_after_the_look_up_is_left_alone() {
    let run = killed_while_inviting("ada").await.revoke().run().await;
    assert_eq!(run.statuses(), ["ada gone"]);
    let world = run.again_after(60.0).await.pending("ada", OTHER);
    let run = world.signal_at(0.0, Signal::Interrupt).run().await;
    let run = run.again_after(60.0).await.pending("ada", OTHER).run().await;
    assert_eq!((run.requests.len(), run.statuses()), (0, vec!["ada gone".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn an_invite_found_by_a_look_up_is_remembered_by_its_id() {
    let found = || ("find invites of ada", [pending(ADA).created_at(at(1))]);
    // The revoke is killed, left unknown, or refused. Then our invite is cancelled, and another administrator invites
    // the person.
    for (answers, kill, left) in [
        (vec![revoked().after(9.0)], Some(36.0), "sending"),
        (vec![page(503).retry_after(20)], None, "unknown"),
        (vec![refused(422, "BAD")], None, "failed"),
    ] {
        let (request, replies) = found();
        let mut world = killed_while_inviting("ada").await.revoke().when(request, replies).when(&revoke_ada(), answers);
        match kill {
            Some(seconds) => world = world.killed_after(seconds),
            None if left == "unknown" => world = world.signal_at(40.0, Signal::Interrupt),
            None => {}
        }
        let run = world.run().await;
        assert!(run.line("ada").starts_with(&format!("{left} {ADA}")), "{}", run.line("ada"));
        let run = run.again_after(60.0).await.pending("ada", OTHER).run().await;
        assert_eq!((run.requests.len(), run.statuses()), (0, vec!["ada gone".to_owned()]), "{left}");
    }
    // Our invite is still pending.
    let (request, replies) = found();
    let run = killed_while_inviting("ada")
        .await
        .revoke()
        .when(request, replies)
        .when(&revoke_ada(), [refused(422, "BAD")])
        .run();
    let run = run.await.again_after(60.0).await.pending("ada", OTHER).pending("ada", ADA).run().await;
    assert_eq!((run.requests.len(), run.line("ada")), (1, format!("revoked {ADA} http 204 x1")));
}

#[tokio::test(start_paused = true)]
async fn a_rewritten_run_line_keeps_the_result_of_the_revoke() {
    let run = killed_while_inviting("ada").await.revoke().run().await;
    // The run was repeated and stopped. Its line is newer, and has the time since when the invite may exist.
    let results = run.run_results();
    let (text, unknown) = (
        std::fs::read_to_string(&results).unwrap(),
        "unknown,,2026-11-24T10:02:00Z,,,,1,90000,2026-11-24T10:01:30.000Z",
    );
    std::fs::write(&results, text.replace("sending,,2026-11-24T10:00:30Z,,,,1,0,2026-11-24T10:00:00.000Z", unknown))
        .unwrap();
    assert!(std::fs::read_to_string(&results).unwrap().contains(unknown), "{text}");
    let run = run.again_after(120.0).await.pending("ada", OTHER).run().await;
    assert_eq!((run.requests.len(), run.statuses()), (0, vec!["ada gone".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn of_two_invites_that_may_be_ours_neither_is_cancelled() {
    let world = killed_while_inviting("Ada").await.revoke();
    let (ours, theirs) = (pending(ADA).created_at(at(1)), pending(OTHER).created_at(at(20)));
    let run = world.when("find invites of Ada", [ours]).when("find invites of ada", [theirs.clone()]).run().await;
    assert_eq!(run.line("Ada"), "failed INVITE_AMBIGUOUS x0");
    // If only one of two can be ours, it is cancelled.
    let before = pending(OTHER).created_at(at(-60));
    let ours = || pending(ADA).created_at(at(1));
    let world = killed_while_inviting("Ada").await.revoke();
    let run = world.when("find invites of Ada", [ours()]).when("find invites of ada", [before]).run().await;
    assert_eq!(run.line("Ada"), format!("revoked {ADA} http 204 x1"));
}

#[tokio::test(start_paused = true)]
async fn two_invites_of_our_own_credential_are_both_cancelled() {
    let world = killed_while_inviting("Ada").await.revoke().inviter("abcdefgh");
    let own = |id, seconds| pending(id).created_at(at(seconds)).invited_by("abcdefgh");
    let world = world.when("find invites of Ada", [own(ADA, 1)]).when("find invites of ada", [own(OTHER, 2)]);
    let run = world.run().await;
    let cancelled = run.requests.iter().filter(|request| request.contains(" revoke ")).count();
    assert_eq!((cancelled, run.line("Ada")), (2, format!("revoked {OTHER} http 204 x2")));
}

#[tokio::test(start_paused = true)]
async fn a_panic_during_the_look_up_records_no_cancellation() {
    let run = killed_while_inviting("ada").await.revoke().when("find ada", [panics()]).run().await;
    assert_eq!(run.statuses(), ["ada unknown"]);
    assert_eq!(run.again_after(60.0).await.run().await.statuses(), ["ada gone"]);
}

#[tokio::test(start_paused = true)]
async fn a_pending_person_without_an_invite_is_not_cancelled() {
    let user = || pending(OTHER).created_at(at(1));
    // Accepted or cancelled between the two requests, or listed as pending without an invite.
    for (second, status) in [(member(), "accepted"), (absent(), "gone"), (user(), "unknown")] {
        let run = killed_while_inviting("ada").await.revoke().when("find ada", [user(), second]).run().await;
        assert!(run.requests.iter().all(|request| !request.contains("revoke")), "{:?}", run.requests);
        assert_eq!(run.statuses(), [format!("ada {status}")]);
    }
}
