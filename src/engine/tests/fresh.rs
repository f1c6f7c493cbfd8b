//! A fresh start: every row is decided again, and this job's invites stay on record.

use super::script::*;
use super::world::{Run, World, at};
use crate::atlas::api::Membership;
use crate::model::exit::Signal;
use crate::model::reason::{Blocked, BlockedReason, Halt, StopReason};

const ADA: &str = "00000000000000000000000a";
const OTHER: &str = "00000000000000000000000f";

/// Runs a job that invites ada, and fails for bob.
async fn one_invited(world: World) -> Run {
    let world = world.people(["ada", "bob"]).when("invite ada", [created(ADA)]);
    world.when("invite bob", [refused(422, "BAD")]).run().await
}

#[tokio::test(start_paused = true)]
async fn a_pending_invite_of_this_job_keeps_its_id() {
    for earlier in [60.0, 0.0] {
        let run = one_invited(World::new()).await;
        let run = run.again_after(earlier).await.fresh().pending("ada", ADA).run().await;
        assert_eq!(run.requests, [format!("{earlier} invite bob")]);
        assert_eq!(run.lines(), [format!("2 ada invited {ADA} http 201 x1"), "3 bob invited i-bob http 201 x1".into()]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_invite_of_unclear_origin_keeps_its_line() {
    // Without the list of invites, the person may be pending because of this job's invite.
    let mut world = one_invited(World::new()).await.again_after(60.0).await.fresh();
    world.directory.add_person(a_person("user-1", "ada@example.com", Membership::Pending, None));
    let run = world.run().await;
    assert_eq!(run.line("ada"), format!("invited {ADA} http 201 x1"));
}

#[tokio::test(start_paused = true)]
async fn a_pending_invite_of_another_is_not_claimed() {
    let run = one_invited(World::new()).await.again_after(60.0).await.fresh().pending("ada", OTHER).run().await;
    assert_eq!(run.line("ada"), format!("already_invited {OTHER} x0"));
}

#[tokio::test(start_paused = true)]
async fn a_member_whom_this_job_invited_keeps_the_line() {
    let run = one_invited(World::new()).await.again_after(60.0).await.fresh().member("ada").run().await;
    assert_eq!(run.line("ada"), format!("invited {ADA} http 201 x1"));
}

#[tokio::test(start_paused = true)]
async fn an_absent_person_is_invited_again() {
    let run = one_invited(World::new()).await.again_after(60.0).await.fresh().run().await;
    assert_eq!(run.requests, ["60 invite ada", "60 invite bob"]);
    assert_eq!(run.line("ada"), "invited i-ada http 201 x1");
}

#[tokio::test(start_paused = true)]
async fn a_person_invited_just_now_is_looked_up_first() {
    // The organization's lists may lag behind.
    let run = one_invited(World::users()).await.again_after(5.0).await.fresh();
    let run = run.when("find ada", [pending(ADA).created_at(at(0))]).run().await;
    assert_eq!(run.requests, ["5 invite bob", "30 find ada"]);
    assert_eq!(run.line("ada"), format!("invited {ADA} x1"));
    let run = one_invited(World::users()).await.again_after(5.0).await.fresh().run().await;
    assert_eq!(run.requests, ["5 invite bob", "30 find ada", "30 invite ada"]);
    assert_eq!(run.line("ada"), "invited i-ada http 201 x1");
}

#[tokio::test(start_paused = true)]
async fn a_line_beyond_the_limit_is_kept() {
    let mut world = one_invited(World::new()).await.again_after(60.0).await.fresh();
    world.options.limit = Some(0);
    let run = world.run().await;
    assert_eq!(
        run.lines(),
        [format!("2 ada invited {ADA} http 201 PERSON_GONE x1"), "3 bob not_sent BEYOND_LIMIT x0".into()]
    );
    assert_eq!(run.summary.as_ref().unwrap().departed, 1);
}

#[tokio::test(start_paused = true)]
async fn people_found_earlier_are_evaluated_again() {
    let run = World::new().people(["ada", "bob"]).pending("ada", OTHER).member("bob").run().await;
    assert_eq!(run.statuses(), ["ada already_invited", "bob already_member"]);
    let run = run.again_after(60.0).await.fresh().member("ada").run().await;
    assert_eq!(run.lines(), ["2 ada already_member x0", "3 bob invited i-bob http 201 x1"]);
}

#[tokio::test(start_paused = true)]
async fn unresolved_requests_are_looked_up_first() {
    let lost = World::users().people(["ada", "bob"]).concurrency(1).when("invite ada", [timeout()]);
    let killed = lost.killed_after(5.0).run().await;
    assert_eq!(killed.statuses(), ["ada sending"]);
    let run = killed.again().await.fresh().when("find ada", [pending(ADA).created_at(at(2))]).run().await;
    assert_eq!(run.requests, ["5 invite bob", "35 find ada"]);
    assert_eq!(run.line("ada"), format!("invited {ADA} x1"));
}

#[tokio::test(start_paused = true)]
async fn people_gone_from_the_sheet_stay_on_record() {
    let run = one_invited(World::new()).await.again_after(60.0).await.fresh().new_sheet().people(["bob"]).run().await;
    assert_eq!(run.lines(), ["2 bob invited i-bob http 201 x1".to_owned(), format!(" ada invited {ADA} http 201 x1")]);
    // An invalid row says nothing about the person either.
    let world = one_invited(World::new()).await.again_after(60.0).await.fresh().new_sheet();
    let run = world.row("ada,ORG_MEMBR,").row("bob,ORG_MEMBER,").run().await;
    assert_eq!(run.statuses(), ["ada invalid", "bob invited", "ada invited"]);
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_fresh_start_keeps_what_it_did_not_reach() {
    let run = World::new().people(["ada", "bob"]).concurrency(1);
    let run = run.when("invite ada", [refused(422, "BAD")]).when("invite bob", [created(ADA)]).run().await;
    let world = run.again_after(60.0).await.fresh().when("invite ada", [created(OTHER).after(2.0)]);
    let run = world.signal_at(1.0, Signal::Interrupt).run().await;
    assert_eq!(run.halt(), Some(StopReason::Signal(Signal::Interrupt)));
    assert_eq!(
        run.lines(),
        [format!("2 ada invited {OTHER} http 201 x1"), format!("3 bob invited {ADA} http 201 PERSON_GONE x1")]
    );
}

#[tokio::test(start_paused = true)]
async fn a_fresh_start_that_sends_nothing_changes_nothing() {
    let unauthorized = Halt::OrganizationBlocked(Blocked::new(BlockedReason::Unauthorized, ""));
    for halt in [Halt::Declined, Halt::NotStarted(Signal::Interrupt), unauthorized] {
        for fresh in [false, true] {
            let run = one_invited(World::new()).await;
            let before = std::fs::read(run.results()).unwrap();
            let mut world = run.again_after(60.0).await;
            world.halt = Some(halt.clone());
            let run = if fresh { world.fresh() } else { world }.run().await;
            assert_eq!(std::fs::read(run.results()).unwrap(), before, "{halt:?}");
            assert!(run.summary.as_ref().unwrap().unchanged);
            assert_eq!(std::fs::read_dir(run.results().parent().unwrap()).unwrap().count(), 1, "{halt:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_first_run_that_sends_nothing_has_a_line_for_each_row() {
    let mut world = World::new().people(["ada"]);
    world.halt = Some(Halt::Declined);
    let run = world.run().await;
    assert_eq!(run.lines(), ["2 ada not_sent DECLINED x0"]);
    assert!(!run.summary.as_ref().unwrap().unchanged);
}

#[tokio::test(start_paused = true)]
async fn a_fresh_revoke_keeps_the_ids_that_were_found() {
    let lost = World::users().people(["ada"]).when("invite ada", [timeout()]).killed_after(5.0).run().await;
    let mut world = lost.revoke();
    world.api = crate::atlas::api::Api::Invites;
    let found = [pending(ADA).created_at(at(2))];
    let world = world.when("find ada", [pending("user-1")]).when("find invites of ada", found);
    let run = world.when(&format!("revoke {ADA} of ada"), [refused(409, "BUSY")]).when("find ada", [pending("user-1")]);
    let run = run.when("find invites of ada", [pending(ADA).created_at(at(2))]).run().await;
    assert_eq!(run.line("ada"), format!("failed {ADA} http 409 BUSY x1"));
    // By now another administrator has invited her too.
    let world = run.again_after(60.0).await.fresh().pending("ada", OTHER).pending("ada", ADA);
    let run = world.run().await;
    assert_eq!(run.requests.last().unwrap().split_once(' ').unwrap().1, format!("revoke {ADA} of ada"));
    assert_eq!(run.line("ada"), format!("revoked {ADA} http 204 x1"));
}
