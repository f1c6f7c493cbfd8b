//! Several organizations in one sheet. An organization that is blocked or held does not affect the others.

use super::script::*;
use super::world::{World, backoff};
use crate::engine::limiter::Pace;
use crate::model::exit::{Exit, Signal};
use crate::model::reason::{BlockedReason, StopReason};

#[tokio::test(start_paused = true)]
async fn a_person_is_invited_to_each_organization_once() {
    let run = World::two_organizations()
        .row("ada,ORG_MEMBER,")
        .row("ada,ORG_OWNER,OTHER")
        .row("ada,ORG_MEMBER,")
        .row("ada,ORG_OWNER,OTHER")
        .run()
        .await;
    assert_eq!(run.statuses(), ["ada invited", "ada invited", "ada duplicate", "ada duplicate"]);
    assert_eq!(run.requests, ["0 invite ada", "0 invite ada"]);
    let again = run.again().await.run().await;
    assert_eq!(again.statuses(), ["ada invited", "ada invited", "ada duplicate", "ada duplicate"]);
    assert_eq!(again.requests, [""; 0]);
    assert_eq!(again.summary.unwrap().kept, 2);
}

#[tokio::test(start_paused = true)]
async fn a_blocked_organization_does_not_affect_the_others() {
    let world = World::two_organizations()
        .concurrency(1)
        .row("ada,ORG_MEMBER,OTHER")
        .row("bob,ORG_MEMBER,")
        .row("cy,ORG_MEMBER,OTHER")
        .row("dee,ORG_MEMBER,");
    let run = world
        .when("invite ada", [refused(402, "ACCOUNT_SUSPENDED").after(0.1)])
        .when("invite bob", [created("i-bob").after(1.0)])
        .run()
        .await;
    assert_eq!(run.statuses(), ["ada failed", "bob invited", "cy not_sent", "dee invited"]);
    assert_eq!(run.requests, ["0 invite ada", "0 invite bob", "1 invite dee"]);
    assert_eq!((run.halt(), run.exit()), (None, Exit::Halted));
    let summary = run.summary.as_ref().unwrap();
    let why: Vec<_> =
        summary.organizations.iter().map(|one| one.blocked.as_ref().map(|blocked| blocked.reason)).collect();
    assert_eq!(why, [None, Some(BlockedReason::Suspended)]);
}

#[tokio::test(start_paused = true)]
async fn a_recorded_request_is_not_sent_to_a_blocked_organization() {
    let run = World::two_organizations()
        .row("ada,ORG_MEMBER,OTHER")
        .row("bob,ORG_MEMBER,OTHER")
        .row("cy,ORG_MEMBER,")
        .when("invite ada", [never_sent()])
        .when("invite bob", [refused(402, "ACCOUNT_SUSPENDED").after(backoff()[0])])
        .run()
        .await;
    assert_eq!(run.requests, ["0 invite ada", "0 invite bob", "0 invite cy"]);
    assert_eq!(run.statuses(), ["ada not_sent", "bob failed", "cy invited"]);
}

#[tokio::test(start_paused = true)]
async fn an_unsent_invitation_does_not_use_the_shared_limit() {
    let blocked_at = backoff()[0] + 60.0;
    let limit = "Rate limit of 4 invitations per 1 minutes exceeded";
    let mut world = World::two_organizations()
        .concurrency(2)
        .row("x,ORG_MEMBER,")
        .row("w,ORG_MEMBER,")
        .row("ada,ORG_MEMBER,OTHER")
        .row("bob,ORG_MEMBER,OTHER")
        .row("v,ORG_MEMBER,")
        .when("invite x", [refused_saying(400, "INVITATIONS_RATE_LIMITED_IP", limit)])
        .when("invite x", [created("i-x").after(blocked_at - 15.0 + 0.7)])
        .when("invite w", [created("i-w").after(1000.0)])
        .when("invite ada", [never_sent().after(60.0)])
        .when("invite bob", [refused(402, "ACCOUNT_SUSPENDED").after(blocked_at)]);
    world.pace = Pace::Atlas;
    let run = world.run().await;
    assert_eq!(run.statuses(), ["x invited", "w invited", "ada not_sent", "bob failed", "v invited"]);
    let v: f64 = run.requests.last().unwrap().strip_suffix(" invite v").unwrap().parse().unwrap();
    assert!(v < blocked_at + 1.0, "{:?}", run.requests);
}

#[tokio::test(start_paused = true)]
async fn later_rows_of_a_blocked_organization_are_not_sent() {
    let mut world = World::two_organizations().concurrency(1).row("ada,ORG_MEMBER,OTHER");
    for name in 0..1100 {
        world = world.row(&format!("p{name},ORG_MEMBER,"));
    }
    let run = world.row("zed,ORG_MEMBER,OTHER").when("invite ada", [refused(402, "ACCOUNT_SUSPENDED")]).run().await;
    assert_eq!(run.line("zed"), "not_sent ORGANIZATION_BLOCKED x0");
    assert_eq!(run.line("p1099"), "invited i-p1099 http 201 x1");
}

#[tokio::test(start_paused = true)]
async fn the_run_halts_when_all_organizations_are_blocked() {
    let world = World::two_organizations().row("ada,ORG_MEMBER,OTHER").row("bob,ORG_MEMBER,");
    let run = world
        .when("invite ada", [refused(402, "ACCOUNT_SUSPENDED")])
        .when("invite bob", [refused(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST").after(1.0)])
        .run()
        .await;
    assert_eq!(run.statuses(), ["ada failed", "bob failed"]);
    assert_eq!((run.halt(), run.exit()), (Some(StopReason::OrganizationBlocked), Exit::Halted));
}

#[tokio::test(start_paused = true)]
async fn a_rate_limited_organization_does_not_delay_the_others() {
    let world = World::two_organizations()
        .concurrency(1)
        .row("ada,ORG_MEMBER,OTHER")
        .row("bob,ORG_MEMBER,OTHER")
        .row("cy,ORG_MEMBER,OTHER")
        .row("dee,ORG_MEMBER,");
    let run = world.when("invite ada", [refused(429, "RATE_LIMITED").retry_after(60)]).run().await;
    assert_eq!(run.statuses(), ["ada invited", "bob invited", "cy invited", "dee invited"]);
    assert_eq!(run.requests[..2], ["0 invite ada", "0 invite dee"]);
    assert!(run.took >= 60.0, "{}", run.took);
}

#[tokio::test(start_paused = true)]
async fn the_limit_on_invitations_is_shared_by_all_organizations() {
    let mut world = World::two_organizations().concurrency(1);
    for name in 0..8 {
        world = world.row(&format!("a{name},ORG_MEMBER,")).row(&format!("b{name},ORG_MEMBER,OTHER"));
    }
    let text = "Rate limit of 10 invitations per 1 minutes exceeded";
    let limited = || refused_saying(400, "INVITATIONS_RATE_LIMITED_IP", text);
    let run = world.when("invite a5", [limited()]).run().await;
    // One of the other organization was in flight when the limit was reached. None was sent after it.
    assert_eq!(run.requests.iter().filter(|request| request.starts_with("0 ")).count(), 12, "{:?}", run.requests);
    assert_eq!(run.statuses().iter().filter(|status| status.ends_with("invited")).count(), 16);
}

#[tokio::test(start_paused = true)]
async fn a_signal_stops_all_organizations() {
    let world = World::two_organizations()
        .concurrency(1)
        .row("ada,ORG_MEMBER,OTHER")
        .row("bob,ORG_MEMBER,")
        .row("cy,ORG_MEMBER,");
    let world =
        world.when("invite ada", [created("i-ada").after(2.0)]).when("invite bob", [created("i-bob").after(2.0)]);
    let run = world.signal_at(1.0, Signal::Interrupt).run().await;
    assert_eq!(run.statuses(), ["ada invited", "bob invited", "cy not_sent"]);
}

#[tokio::test(start_paused = true)]
async fn unresolved_rows_are_looked_up_in_their_own_organization() {
    let world = World::two_organizations().row("ada,ORG_MEMBER,OTHER").row("bob,ORG_MEMBER,");
    let slow = |id| created(id).after(10.0);
    let world = world.when("invite ada", [slow("i-ada")]).when("invite bob", [slow("i-bob")]);
    let killed = world.killed_after(1.0).run().await;
    let again = killed.again_after(5.0).await.when("find ada", [pending("u-ada")]).run().await;
    assert_eq!(again.line("ada"), "invited u-ada x1");
    assert_eq!(again.line("bob"), "invited i-bob http 201 x1");
}
